"""Columns of data: what somebody hands over with one item for each row.

>>> checked_columns(([1.0, 2.0], [0, 1]), "data")
[[1.0, 2.0], [0, 1]]
>>> checked_columns(([1.0, 2.0], [0]), "data")
Traceback (most recent call last):
...
ValueError: data must be (X, Y): lists of one length, an item for each row; got lengths 2, 1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from .number import described

Columns = Sequence[Any]  # X, Y, …: each with one item for every row


def ordered(what: str, column: Any) -> Any:
    """A column whose items are found by their place: a data frame's are found by their labels."""
    if hasattr(column, "to_numpy"):
        return column.to_numpy()
    if isinstance(column, (Set, Mapping)):
        raise TypeError(
            f"{what} needs lists or arrays with one item per row, got {described(column)}: pass a "
            "list, in which every row has its place"
        )
    return column


def checked_columns(columns: Any, what: str) -> Columns:
    """Columns of one length, at least one row long."""
    if not isinstance(columns, (list, tuple)) or not all(map(_has_length, columns)):
        raise TypeError(f"{what} must be (X, Y), two lists or arrays, got {described(columns)}")
    checked: Columns = [ordered(what, column) for column in columns]
    lengths = [len(column) for column in checked]
    if not lengths or len(set(lengths)) != 1 or not lengths[0]:
        raise ValueError(
            f"{what} must be (X, Y): lists of one length, an item for each row; got lengths "
            f"{', '.join(map(str, lengths)) or 'of nothing'}"
        )
    return checked


def _has_length(column: Any) -> bool:
    try:
        len(column)
    except TypeError:  # an array without a dimension has __len__, and no length
        return False
    return not isinstance(column, (str, bytes))
