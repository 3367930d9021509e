"""Numbers of an array in NumPy's notation: slices and shapes where they stand in order.

>>> view("w", 48, [0, 1, 3, 4, 6, 7], (3, 2))
'w[0:9].reshape(3, 3)[:, 0:2]'
>>> view("w", 6, [0, 3, 1, 4, 2, 5], (3, 2))
'w.reshape(2, 3).swapaxes(-1, -2)'
>>> view("x", 4, [3, 3, 3], (3,), has_rows=True, is_column=True)
'x[:, 3:4]'
>>> view("x", 9, [0, 1, 3, 7], (4,)) is None
True
"""

from __future__ import annotations

from typing import Any

from ..tape import loops_of


def view(
    name: str,
    size: int,
    places: Any,
    shape: tuple[int, ...],
    has_rows: bool = False,
    is_column: bool = False,
    permute: str = "transpose",
) -> str | None:
    """What the array `name` has at these places, as text, or None where only a table helps.

    `has_rows`: the first axis are the rows of a batch, here and in the result. `is_column`: what is
    one number throughout may keep a length of 1, for broadcasting. `permute` is what the method
    that gives the axes another order is called.
    """
    loops = loops_of(places)
    if loops is None:
        return None
    counts, strides = loops.counts or (1,), loops.strides
    moving = sorted((i for i, step in enumerate(strides) if step), key=lambda i: -strides[i])
    text = _nested(
        name, size, loops.start, [(counts[i], strides[i]) for i in moving] or [(1, 1)], has_rows
    )
    if text is None or (not moving and (is_column or shape == (1,))):
        return text
    return _arranged(text, counts, moving, shape, has_rows, permute)


def _nested(
    text: str, size: int, start: int, steps: list[tuple[int, int]], has_rows: bool
) -> str | None:
    """Loops with falling strides: rows of a matrix, then a part of each row, and so on."""
    axes: list[int] = []
    while True:
        (count, stride), *inner = steps
        leading = len(axes) + has_rows
        if not inner:
            return None if stride < 0 else _cut(text, size, start, count, stride, leading)
        first = start if start + count * stride <= size else size - count * stride
        extent = 1 + sum((n - 1) * step for n, step in inner)
        if min(first, stride, inner[-1][1]) < 0 or not 0 <= start - first <= stride - extent:
            return None
        axes.append(count)
        text = _cut(text, size, first, count * stride, 1, leading)
        text = f"{text}.reshape({_listed(['-1'] * has_rows, axes, [stride])})"
        size, start, steps = stride, start - first, inner


def _cut(text: str, size: int, start: int, count: int, stride: int, leading: int) -> str:
    """A part of the last axis, which has this size."""
    if (start, count) == (0, size):
        return text
    step = f":{stride}" if stride != 1 else ""
    return f"{text}[{':, ' * leading}{start}:{start + (count - 1) * stride + 1}{step}]"


def _arranged(
    text: str,
    counts: tuple[int, ...],
    moving: list[int],
    shape: tuple[int, ...],
    has_rows: bool,
    permute: str,
) -> str:
    """Axes in the order of the places, what stands still repeated, and then in the shape asked."""
    if moving != sorted(moving):
        if len(moving) == 2:
            text = f"{text}.swapaxes(-1, -2)"
        else:
            axes = [moving.index(i) + has_rows for i in sorted(moving)]
            text = f"{text}.{permute}({_listed([0] * has_rows, axes)})"
    if len(moving) < len(counts):
        index = [":" if i in moving else "None" for i in range(len(counts))]
        text = f"{text}[{_listed(['...'] if moving else ['..., 0'], index)}]"
        text = f"repeated({text}, {counts})"
    if counts != shape and shape:
        text = f"{text}.reshape({_listed(['-1'] * has_rows, shape)})"
    return text


def _listed(*parts: Any) -> str:
    return ", ".join(str(item) for part in parts for item in part)
