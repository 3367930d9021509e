"""Gates on lists: the dot product of two, an item by its index, a row of a matrix.

>>> dot([1, 2], [3, 4]), select([5, 6, 7], 1), lookup([[1, 2], [3, 4]], 1)
(11.0, 6.0, [3.0, 4.0])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .gate import apply
from .gates import GATES
from .items import items_of
from .rows import of_nothing


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """The sum of the products of two lists of equal length: one gate, drawn as × gates and a Σ.

    >>> import minigrad as mg
    >>> mg.dot([1, 2], [3, 4])
    11.0
    >>> mg.dot([mg.Value(2.0), mg.Value(-3.0)], [-1, -2])
    Value(data=4.0, grad=?, gate=dot)
    """
    takes = "two lists of Values and numbers"
    left, right = items_of("dot", left, takes), items_of("dot", right, takes)
    if len(left) != len(right):
        raise ValueError(
            f"dot needs two lists of one length, got {len(left)} and {len(right)} items"
        )
    if not left:
        return of_nothing(GATES["dot"])
    return apply(GATES["dot"], (*left, *right))


def select(table: Sequence[Any], index: Any) -> Any:
    """The item of `table` at `index`, as a gate: a multiplexer with the index as its last input.

    >>> import minigrad as mg
    >>> embedding = [mg.Value(0.5), mg.Value(-1.5), mg.Value(2.0)]
    >>> mg.select(embedding, 1)
    Value(data=-1.5, grad=?, gate=select)

    An index that is not a whole number from 0 to len(table) - 1 is an IndexError.
    """
    takes = "a list of Values and numbers and then an index"
    return apply(GATES["select"], (*items_of("select", table, takes), index))


def lookup(matrix: Sequence[Sequence[Any]], index: Any) -> list[Any]:
    """The row of `matrix` at `index`, each item by a multiplexer: an embedding.

    >>> import minigrad as mg
    >>> embedding = [[mg.Value(0.5), mg.Value(1.0)], [mg.Value(-1.5), mg.Value(2.0)]]
    >>> [item.data for item in mg.lookup(embedding, 1)]
    [-1.5, 2.0]
    """
    takes = "a list of rows, each a list, and an index"
    rows = [items_of("lookup", row, takes) for row in items_of("lookup", matrix, takes)]
    lengths = {len(items) for items in rows}
    if len(lengths) != 1:
        raise ValueError(
            f"lookup needs a matrix with rows of one length, got {sorted(lengths) or 'no rows'}"
        )
    return [select(column, index) for column in zip(*rows)]
