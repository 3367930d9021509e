"""Sums of products between two arrays, as text: a matrix product wherever each row meets each.

>>> import numpy
>>> left = numpy.array([[0, 1], [2, 3], [0, 1], [2, 3]])  # places of the left factors
>>> right = numpy.array([[0, 1], [0, 1], [2, 3], [2, 3]])
>>> grid_of(left, right)
Grid(left=array([0, 1]), right=array([0, 2]), order=None, left_is_first=False)
>>> grid_of(left[:3], right[:3]) is None  # the last row meets only one
True
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Grid(NamedTuple):
    """Sums in which each of some rows of left factors meets each of some rows of right ones.

    `left` and `right` say for each distinct row in which sum it is first; `order` has the place of
    each sum in the matrix of all, right by left, or None where they stand in its order, or, where
    `left_is_first`, in that of left by right.
    """

    left: Any
    right: Any
    order: Any
    left_is_first: bool


def grid_of(left: Any, right: Any) -> Grid | None:
    """The grid of these places of factors, a row for each sum; None where some do not meet."""
    import numpy

    first_left, which_left = _distinct(left)
    first_right, which_right = _distinct(right)
    if len(first_left) * len(first_right) != len(left):
        return None
    order = which_right * len(first_left) + which_left
    in_order = numpy.arange(len(left))
    if (order == in_order).all():
        return Grid(first_left, first_right, None, False)
    if (which_left * len(first_right) + which_right == in_order).all():
        return Grid(first_left, first_right, None, True)
    return Grid(first_left, first_right, order, False)


def _distinct(table: Any) -> tuple[Any, Any]:
    """Where each distinct row is first, and for each row which of them it is."""
    import numpy

    rows = numpy.ascontiguousarray(table)
    keys = rows.view(numpy.dtype((numpy.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, which = numpy.unique(keys, return_index=True, return_inverse=True)
    order = numpy.argsort(first)
    rank = numpy.empty_like(order)
    rank[order] = numpy.arange(len(order))
    return first[order], rank[which.ravel()]


class Factor(NamedTuple):
    """One side of a matrix product: a text, how many rows of how many factors, batch or not."""

    text: str
    rows: int
    length: int
    has_rows: bool

    def letters(self, own: str) -> str:
        """Its axes for `einsum`."""
        return "r" * self.has_rows + own * (self.rows > 1) + "k" * (self.length > 1)


def matrix_product(
    left: Factor, right: Factor, left_is_first: bool, over_rows: bool, einsum: str
) -> str:
    """The text of the product; its axes are rows of the batch, right, left, and in one at the end.

    A side of one row has no axis of its own, nor have sides of one factor one for the factors.
    """
    has_rows = (left.has_rows or right.has_rows) and not over_rows
    first, second = (left, right) if left_is_first else (right, left)
    axes = (
        "r" * has_rows
        + ("a" if left_is_first else "b") * (first.rows > 1)
        + ("b" if left_is_first else "a") * (second.rows > 1)
    )
    text = _product(left, right, axes, over_rows, einsum)
    count = left.rows * right.rows
    if len(axes) - has_rows == 1:
        return text
    if count == 1:
        return f"{text}[..., None]"
    return f"{text}.reshape({'-1, ' * has_rows}{count})"


def _product(left: Factor, right: Factor, axes: str, over_rows: bool, einsum: str) -> str:
    a, b = left.letters("a"), right.letters("b")
    plain = {
        ("ak", "rk", "ra"): f"{right.text} @ {transposed(left.text)}",
        ("rk", "bk", "rb"): f"{left.text} @ {transposed(right.text)}",
        ("ak", "rbk", "rba"): f"{right.text} @ {transposed(left.text)}",
        ("ak", "bk", "ba"): f"{right.text} @ {transposed(left.text)}",
        ("ak", "bk", "ab"): f"{left.text} @ {transposed(right.text)}",
        ("ra", "rb", "ab"): f"{transposed(left.text)} @ {right.text}",
        ("ra", "rb", "ba"): f"{transposed(right.text)} @ {left.text}",
        ("ak", "k", "a"): f"{left.text} @ {right.text}",
        ("k", "rbk", "rb"): f"{right.text} @ {left.text}",
        ("k", "rk", "r"): f"{right.text} @ {left.text}",
    }
    text = plain.get((a, b, axes)) or f'{einsum}("{a},{b}->{axes}", {left.text}, {right.text})'
    if over_rows and not (left.has_rows or right.has_rows):
        text = f"rows * ({text})"
    return f"({text})" if " " in text and not text.startswith(einsum) else text


def transposed(text: str) -> str:
    """The text of a matrix, with its axes in the other order."""
    swapped = ".swapaxes(-1, -2)"
    return text[: -len(swapped)] if text.endswith(swapped) else f"{text}.T"
