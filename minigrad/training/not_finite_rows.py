"""Which row of the data holds a nan or an infinity, for a run that they have stopped.

>>> not_finite_row(([[1.0, 2.0], [3.0, float("nan")]], [0, 1]), "data")
'row 1 of X in data holds nan, the list [3.0, nan]: leave it out or fill it'
>>> not_finite_row(([1.0], [0]), "data")
''
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from ..engine import Value, no_grad, number_of
from ..rules import Columns, as_number, described


def not_finite_row(columns: Columns | None, what: str) -> str:
    """The first row with a number that is not finite, in words; "" if there is none."""
    columns = columns or ()
    names = ("X", "Y") if len(columns) == 2 else [f"column {i}" for i in range(len(columns))]
    for row, items in enumerate(zip(*columns)):
        for name, item in zip(names, items):
            for number in _numbers_in(item):
                if not isfinite(number):
                    return (
                        f"row {row} of {name} in {what} holds {number}, {described(item)}: leave "
                        "it out or fill it"
                    )
    return ""


def refused_row(loss: Any, columns: Columns) -> str:
    """The first row that a loss refuses when it is called by itself, in words; "" if none is.

    A recording refuses nothing: of a label that is none its loss is nan.

    >>> import minigrad as mg
    >>> refused_row(lambda x, y: mg.losses.hinge(x, y), ([1.0, 2.0], [1, 3]))
    'row 1 of data: hinge needs a label +1 or −1 (or 0), got 3'
    """
    function = getattr(loss, "function", loss)
    with no_grad():
        for row, items in enumerate(zip(*columns)):
            try:
                function(*items)
            except (ValueError, IndexError) as error:
                return f"row {row} of data: {error}"
    return ""


def _numbers_in(item: Any) -> Iterator[float]:
    """All numbers of a row's item; what is no number is left out."""
    waiting = [item]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Value):
            yield number_of(thing)
        elif isinstance(thing, Mapping):
            waiting += reversed(thing.values())  # type: ignore[call-overload]
        elif hasattr(thing, "ravel") and thing.shape:
            waiting += thing.ravel().tolist()[::-1]
        elif isinstance(thing, (list, tuple)):
            waiting += thing[::-1]
        else:
            try:
                yield as_number(thing)
            except (TypeError, OverflowError):
                continue
