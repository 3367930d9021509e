"""The items of what is handed over as a list of numbers, where going through it gives them.

>>> items_of("sum", range(3))
[0, 1, 2]
>>> items_of("sum", {"w": 2.0})
Traceback (most recent call last):
...
TypeError: sum takes a list of Values and numbers, got the dict {'w': 2.0}: going through it gives \
its keys, write list(d.values())
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from .number import described

LIST: str = "a list of Values and numbers"


def items_of(
    what: str, given: Any, takes: str = LIST, in_order: bool = True, verb: str = "takes"
) -> list[Any]:
    """The items of a list; all that only looks like one is an error that names the remedy.

    Python goes through the keys of a dict, the names of the columns of a data frame and the
    codes of bytes, and each may be a number. A set has no order, which only some may do without.
    """
    if type(given) in (list, tuple):
        return list(given)
    if remedy := _gives_other_items(given, in_order):
        raise TypeError(f"{what} {verb} {takes}, got {described(given)}: {remedy}")
    try:
        items = iter(given)
    except TypeError:
        raise TypeError(f"{what} {verb} {takes}, got {described(given)}") from None
    return list(items)  # not above: an error on the way is not that it is no list


def _gives_other_items(given: Any, in_order: bool) -> str:
    """What to write where the items are not those that are meant, else ""."""
    if isinstance(given, Mapping):
        return "going through it gives its keys, write list(d.values())"
    if isinstance(given, (bytes, bytearray)):
        return "going through it gives the codes of its characters"
    if isinstance(given, str):
        return "write float(...) around each number in it"
    if in_order and isinstance(given, Set):
        return "a set has no order, write a list"
    if hasattr(given, "columns") and hasattr(given, "to_numpy"):
        return "going through it gives the names of its columns, write df.to_numpy()"
    return ""
