"""Arguments that are structure by name: `mg.compile(f, static=("n",))` records once per value.

>>> import minigrad as mg
>>> power = mg.compile(lambda x, n: mg.sum([x**i for i in range(n)]), static=("n",))
>>> power(2.0, 3).data, power(2.0, n=4).data, len(power.recordings)
(7.0, 15.0, 2)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Final

from ..calculus import Static
from ..engine import Value
from ..rules import described

Places = dict[str, "int | None"]  # of the static arguments, by name

ANY_NAME: Final = inspect.Parameter.VAR_KEYWORD
BY_PLACE: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def places_of(function: Callable[..., Any], static: tuple[str, ...]) -> Places:
    """The place of each static argument among those that may be given by place."""
    parameters = inspect.signature(function).parameters.values() if static else ()
    names = [parameter.name for parameter in parameters if parameter.kind in BY_PLACE]
    return {name: names.index(name) if name in names else None for name in static}


def checked_names(function: Callable[..., Any], names: Iterable[str]) -> tuple[str, ...]:
    """The names as a tuple, each that of an argument of the function."""
    static = (names,) if isinstance(names, str) else tuple(names)
    known = inspect.signature(function).parameters if static else {}
    takes_any = any(parameter.kind is ANY_NAME for parameter in known.values())
    for name in static:
        if not (takes_any and isinstance(name, str)) and name not in known:
            raise ValueError(
                f"static names {described(name)}, which is no argument of "
                f"{getattr(function, '__name__', function)}: it has {', '.join(known) or 'none'}"
            )
    return static


def with_static(
    static: Places, arguments: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call, with those that are static marked as such."""
    marked = list(arguments)
    for name, place in static.items():
        if name in named:
            named = {**named, name: _static(name, named[name])}
        elif place is not None and place < len(marked):
            marked[place] = _static(name, marked[place])
    return tuple(marked), named


def named_static(static: Places, columns: int, named: dict[str, Any]) -> dict[str, Any]:
    """The static arguments of a batch, which are given by name."""
    for name in named:
        if name not in static:
            raise TypeError(
                f"a batch takes its columns by place and static arguments by name: {name!r} is not "
                f"static; write mg.compile(..., static=({name!r},)) if it is no column"
            )
    for name, place in static.items():
        if place is not None and place < columns:
            raise TypeError(
                f"the static argument {name} of a batch is given by name, {name}=..., since it is "
                "the same in all rows"
            )
    return {name: _static(name, value) for name, value in named.items()}


def _static(name: str, value: Any) -> Static:
    if isinstance(value, Value):
        raise TypeError(f"the static argument {name} is {value!r}: pass a plain number")
    try:
        hash(value)
    except TypeError:
        raise TypeError(
            f"the static argument {name} is {described(value)}, which cannot be looked up: a "
            "recording is kept for each value of it, so pass a tuple in place of a list"
        ) from None
    return Static(value)
