"""What decides about a call beside the numbers that it is given.

Arguments that are structure by name, `mg.compile(f, static=("n",))`, are recorded once per value:

>>> import minigrad as mg
>>> power = mg.compile(lambda x, n: mg.sum([x**i for i in range(n)]), static=("n",))
>>> power(2.0, 3).data, power(2.0, n=4).data, len(power.recordings)
(7.0, 15.0, 2)

Of the others a function may ask what kind they are, and which are one thing:

>>> natures = Natures([], frozenset())
>>> x = mg.Value(2.0)
>>> natures.is_new(((x, 1), {})), natures.is_new(((x, 2), {})), natures.is_new(((x, x), {}))
(True, False, True)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import count
from typing import Any, Final

from ..calculus import NUMBER, Static, count_of
from ..engine import Value, number_of
from ..rules import described

Places = dict[str, "int | None"]  # of the static arguments, by name

ANY_NAME: Final = inspect.Parameter.VAR_KEYWORD
Arguments = tuple[tuple[Any, ...], Mapping[str, Any]]
PLAIN: Final = frozenset({float, int, bool, str, bytes, complex, type(None)})
WITHOUT_PLACE: Final = (float, int, str, bytes, Enum, type)
MOST_KEPT: Final = 10_000  # natures: others are new each time
MOST: Final = 64  # natures that are told apart by which numbers are ints
LABELS: Final = ("index", "columns")  # of a data frame
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


class Natures:
    """What the arguments have been that a function was called with.

    `wires` are those that the function leads to: they may be among them. `asked` are attributes
    that its code reads of arguments.
    """

    def __init__(self, wires: Iterable[Value], asked: frozenset[str]) -> None:
        self._own = frozenset(map(id, wires))
        self._asked = tuple(sorted(asked))
        self._known: set[Hashable] = set()

    def is_new(self, arguments: Arguments) -> bool:
        """Whether these are others than there have been; from now on they have been there."""
        nature = self._nature_of(arguments)
        is_new = nature not in self._known
        if len(self._known) < MOST_KEPT:
            self._known.add(nature)
        return is_new

    def knows(self, arguments: Arguments) -> bool:
        """Whether such arguments have been there."""
        return self._nature_of(arguments) in self._known

    def _nature_of(self, arguments: Arguments) -> Hashable:
        nature = self._kinds_of([*arguments[0], *arguments[1].values()])
        if len(self._known) >= MOST:  # lists in which some numbers happen to be ints
            nature = [float if part is int else part for part in nature]
        return tuple(nature)

    def _kinds_of(self, waiting: list[Any]) -> list[Any]:
        """The kinds of all things in order; of those that may be one thing, the first such place.

        The structure of arguments is known elsewhere; so are texts and other structure.
        """
        found: list[Any] = []
        first: dict[int, int] = {}
        for place, thing in enumerate(waiting):  # it grows meanwhile
            kind = type(thing)
            found.append(kind)
            if kind in PLAIN or isinstance(thing, WITHOUT_PLACE):
                continue
            if id(thing) in first:
                found.append(first[id(thing)])
                continue
            first[id(thing)] = len(first)
            if isinstance(thing, Value):
                found += self._of_wire(thing)
            elif isinstance(thing, (list, tuple)):
                kinds = set(map(type, thing))
                if len(kinds) == 1 and kinds <= {float, int}:
                    found += kinds
                elif kinds == {Value} and not self._asked and self._are_others(thing, first):
                    found += [Value, len(thing)]
                    if place < len(waiting) - 1:  # for what comes after it
                        first.update(zip(map(id, thing), count(len(first))))
                else:
                    waiting += thing
            elif isinstance(thing, Mapping):
                waiting += thing.values()
            elif hasattr(thing, "to_numpy"):  # a data frame's arrays have other dtypes than NumPy's
                found += [_are_places(getattr(thing, name, ())) for name in LABELS]
            elif hasattr(thing, "dtype") and hasattr(thing, "ravel"):
                found.append(thing.dtype.str)
                if thing.dtype.kind == "O":
                    waiting += thing.ravel().tolist()
            elif is_dataclass(thing):
                waiting += [getattr(thing, field.name, None) for field in fields(thing)]
        return found

    def _are_others(self, wires: Collection[Value], first: dict[int, int]) -> bool:
        """Whether no wire is one that was there before; a quick way for many."""
        ids = set(map(id, wires))
        is_apart = ids.isdisjoint(first) and ids.isdisjoint(self._own)
        return is_apart and len(ids) == len(wires)

    def _of_wire(self, wire: Value) -> list[Any]:
        found: list[Any] = [id(wire)] if id(wire) in self._own else []
        if self._asked:
            own = vars(wire)
            found += [wire.gate is None, *[_told(own[x]) for x in self._asked if x in own]]
        return found


def _told(value: Any) -> Any:
    """What tells attributes of one name apart: another each time for one that may change."""
    return value if type(value) in PLAIN else object()


def _are_places(labels: Iterable[Any]) -> bool:
    return all(label == place for place, label in enumerate(labels))


def is_flat(structure: Any) -> bool:
    """Whether all numbers stand by themselves but for those of one list or array.

    Then no two arguments are one thing, and their kinds are those of the numbers.

    >>> is_flat((tuple, (tuple, "number", (list, "number", "number")), (dict,)))
    True
    """
    _, (_, *given), (_, *named) = structure
    parts = [part for part in given if part != NUMBER]
    inside = parts[0][1:] if parts and parts[0][0] != "array" else ()
    return not named and len(parts) <= 1 and all(part == NUMBER for part in inside)


def as_floats(arguments: Any) -> Iterator[tuple[Any, Any]]:
    """Each of NumPy's arrays, numbers and data frames of another kind than float, with its floats.

    >>> import numpy as np
    >>> [floats.tolist() for _, floats in as_floats(([1.0, np.array([2, 3])], {"n": 4}))]
    [[2.0, 3.0]]
    """
    waiting = [arguments]
    for thing in waiting:  # it grows meanwhile
        if isinstance(thing, (list, tuple)):
            waiting += [x for x in thing if type(x) not in PLAIN and not isinstance(x, Value)]
        elif isinstance(thing, Mapping):
            waiting += thing.values()
        elif is_dataclass(thing) and not isinstance(thing, type):
            waiting += [getattr(thing, field.name, None) for field in fields(thing)]
        elif _is_of_numpy(thing):
            kind = thing.dtype.kind if hasattr(thing, "dtype") else ""  # of a data frame
            if kind == "O" and hasattr(thing, "ravel"):
                waiting.append(thing.ravel().tolist())
            elif kind in "iuf" or (kind == "b" and thing.shape):
                yield thing, thing.astype(float)


def _is_of_numpy(thing: Any) -> bool:
    """Whether it is an array, a data frame or one of NumPy's numbers."""
    is_array = hasattr(thing, "__array_ufunc__") or type(thing).__module__ == "numpy"
    return is_array and hasattr(thing, "astype") and not isinstance(thing, Value)


def as_given(number: Any) -> Any:
    """A number as the caller has it; a Value as a new one, with no circuit behind it."""
    if not isinstance(number, Value):
        return number
    wire: Value = type(number).__new__(type(number))
    Value.__init__(wire, number_of(number))
    vars(wire).update(vars(number))  # a label, and what somebody has given it
    return wire


# --- their shapes, where the rows of a batch are arrays -------------------------------------------


def argument_shapes(structure: Any, function: Callable[..., Any]) -> dict[str, tuple[int, ...]]:
    """The shape of each argument by name; one of another structure than an array's is a row.

    >>> from ..calculus import take_apart
    >>> structure = take_apart((([1.0, 2.0], 3.0), {"z": [[1, 2], [3, 4]]}), [])
    >>> argument_shapes(structure, lambda x, y, z: None)
    {'x': (2,), 'y': (), 'z': (2, 2)}
    """
    _, (_, *given), (_, *named) = structure
    shapes: dict[str, tuple[int, ...]] = {}
    for name, part in [*zip(_names(function, len(given)), given), *named]:
        if count := count_of(part):
            shape = _shape(part)
            shapes[name] = (count,) if shape is None else shape
    return shapes


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its first arguments."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [parameter.name for parameter in parameters if parameter.kind in BY_PLACE]
    return [names[i] if i < len(names) else f"x{i + 1}" for i in range(count)]


def _shape(structure: Any) -> tuple[int, ...] | None:
    """The shape of a number, an array or lists of lists of one length; None for all else."""
    if structure == NUMBER:
        return ()
    kind, *parts = structure
    if kind == "array":
        return tuple(parts[0])
    if kind is not list and kind is not tuple:
        return None
    shapes = {_shape(part) for part in parts}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(parts), *inner)
