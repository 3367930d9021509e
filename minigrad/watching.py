"""The parameters that a function can see, so that one that was replaced is noticed.

>>> from minigrad.engine import Value
>>> w = Value(2.0)
>>> def double(x):
...     return w * x
>>> visible_parameters(double) == {id(w)}
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from .engine import Value

DEPTH: Final = 3  # how deep lists in lists are looked into


def visible_parameters(function: Callable[..., Any]) -> set[int]:
    """The ids of all Values in the variables that a function closes over or names."""
    return {id(value) for thing in _visible(function) for value in _values(thing, DEPTH)}


def _visible(function: Any) -> Iterator[Any]:
    while isinstance(function, partial):
        yield from function.args
        yield from function.keywords.values()
        function = function.func
    yield getattr(function, "__self__", None)
    code = getattr(function, "__code__", None)
    if code is None:
        yield function
        return
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a variable that has no value yet
            continue
    names = function.__globals__
    for name in code.co_names:
        if name in names:
            yield names[name]


def _values(thing: Any, depth: int) -> Iterator[Value]:
    if isinstance(thing, Value):
        yield thing
    elif isinstance(thing, (list, tuple, dict)) and depth:
        for item in thing.values() if isinstance(thing, dict) else thing:
            yield from _values(item, depth - 1)
    elif not isinstance(thing, type) and callable(getattr(thing, "parameters", None)):
        yield from thing.parameters()
