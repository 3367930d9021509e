"""Where a function finds its parameters, so that one that was replaced is noticed.

>>> from minigrad.engine import Value
>>> weights = [Value(2.0), Value(3.0)]
>>> def product(x):
...     return weights[0] * weights[1] * x
>>> places = Places(product, weights)
>>> places.unchanged()
True
>>> weights[1] = Value(4.0)
>>> places.unchanged()
False
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from operator import is_
from typing import Any, Final

from .engine import Value

DEPTH: Final = 8  # how deep lists, dicts and modules in one another are looked into


class Places:
    """The lists, dicts and variables that lead from a function to its parameters."""

    def __init__(self, function: Callable[..., Any], parameters: Iterable[Value]) -> None:
        self._known = set(map(id, parameters))
        self._lists: list[tuple[Any, tuple[Any, ...]]] = []
        self._dicts: list[tuple[Callable[[str], Any], tuple[str, ...], tuple[Any, ...]]] = []
        self._cells: list[tuple[Any, Any]] = []
        self._leads: dict[int, bool] = {}
        self._look_at(function)
        del self._known, self._leads

    def unchanged(self) -> bool:
        """Whether the same objects still stand in all these places."""
        for items, then in self._lists:
            if len(items) != len(then) or not all(map(is_, items, then)):
                return False
        for get, names, things in self._dicts:
            if not all(map(is_, map(get, names), things)):
                return False
        return all(_contents(cell) is thing for cell, thing in self._cells)

    def _look_at(self, function: Any) -> None:
        while isinstance(function, partial):
            self._leading([*function.args, *function.keywords.values()], DEPTH)
            function = function.func
        self._leading(getattr(function, "__self__", None), DEPTH)
        code = getattr(function, "__code__", None)
        if code is None:
            self._leading(function, DEPTH)
            return
        for cell in function.__closure__ or ():
            if self._leading(_contents(cell), DEPTH):
                self._cells.append((cell, _contents(cell)))
        variables = function.__globals__
        self._note_names(variables, [name for name in code.co_names if name in variables], DEPTH)

    def _leading(self, thing: Any, depth: int) -> bool:
        """Whether a thing is a parameter or holds one; if it holds one, it is noted."""
        if isinstance(thing, Value):
            return id(thing) in self._known
        if id(thing) not in self._leads:
            self._leads[id(thing)] = False  # it may hold itself
            self._leads[id(thing)] = depth > 0 and self._holds(thing, depth - 1)
        return self._leads[id(thing)]

    def _holds(self, thing: Any, depth: int) -> bool:
        if isinstance(thing, (list, tuple)):
            leading = [self._leading(item, depth) for item in thing]  # all are to be looked at
            leads = any(leading)
            if leads:
                self._lists.append((thing, tuple(thing)))
            return leads
        if isinstance(thing, dict):
            return self._note_names(thing, list(thing), depth)
        if callable(getattr(thing, "parameters", None)) and hasattr(thing, "__dict__"):
            return self._note_names(thing.__dict__, list(thing.__dict__), depth)
        return False

    def _note_names(self, variables: Any, names: list[str], depth: int) -> bool:
        leading = tuple(name for name in names if self._leading(variables[name], depth))
        if leading:
            things = tuple(variables[name] for name in leading)
            self._dicts.append((variables.get, leading, things))
        return bool(leading)


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return None
