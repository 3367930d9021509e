"""The structure of a function's arguments: what is the same at each call, and the rest.

>>> numbers = []
>>> structure = take_apart(([1.0, 2.0], 3), numbers)
>>> numbers
[1.0, 2.0, 3]
>>> put_together(structure, iter("abc"))
(['a', 'b'], 'c')

A list, a tuple, a dict, a dataclass, a NumPy array and a data frame are taken apart. None, a bool,
a str, bytes, an `Enum`, a slice and a class are structure as they are, and so is what is `Static`.
One number, and a `Value`, is a number; anything else is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import islice, repeat
from math import prod
from types import MappingProxyType
from typing import Any, Final

from ..engine import Value
from ..rules import as_number, described, is_time

NUMBER: Final = "number"
PLAIN: Final = frozenset((float, int))
MOST_SHOWN: Final = 8  # parts of a structure, in a message
FIXED: Final = (str, bytes, Enum, type)
NO_NUMBER: Final = (  # of a derivative
    "was given no number by place (an empty list or array, None, a truth value and a text hold "
    "none), so there is nothing to differentiate by; what is given by name counts as data"
)
TAKEN: Final = (
    "a function that is compiled or differentiated takes numbers, and lists, tuples, dicts, "
    "dataclasses and arrays of them"
)
TOO_DEEP: Final = (
    "an argument is nested too deep, lists in lists in lists, for Python's recursion limit: "
    "flatten it, or pass its numbers in one list"
)


class Static:
    """A value that is structure whatever it is: what `mg.compile(static=...)` names."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _parts(items: Sequence[Any], numbers: list[Any]) -> list[Hashable]:
    if PLAIN.issuperset(map(type, items)):  # a call with 30 takes 0.87 of the time
        numbers += items
        return [NUMBER] * len(items)
    try:
        return [take_apart(item, numbers) for item in items]
    except RecursionError:
        raise ValueError(TOO_DEEP) from None


def take_apart(argument: Any, numbers: list[Any]) -> Hashable:
    """The structure of `argument`; its numbers and Values are appended to `numbers`, in order."""
    kind = type(argument)
    if kind is float or kind is int or isinstance(argument, Value):
        numbers.append(argument)
        return NUMBER
    if kind is list or kind is tuple:
        return (kind, *_parts(argument, numbers))
    if kind is dict:
        return (dict, *[keyed(key, take_apart(item, numbers)) for key, item in argument.items()])
    if kind.__name__ == "ndarray" and argument.shape and not is_time(argument):  # NumPy's
        numbers.extend(argument.ravel().tolist())
        return ("array", argument.shape)
    if kind is Static:
        return fixed(argument.value)
    if argument is None or isinstance(argument, FIXED) or is_bool(argument):
        return fixed(argument)
    if isinstance(argument, slice):
        return (slice, *map(fixed, (argument.start, argument.stop, argument.step)))
    if hasattr(kind, "to_numpy"):
        argument = argument.to_numpy()  # a data frame
    kind = type(argument)
    if hasattr(kind, "ravel") and hasattr(kind, "shape"):
        refuse_matrix(argument)
        refuse_masked(argument)
        if is_time(argument):
            numbers.append(as_number(argument))  # which says why not
        if argument.shape == ():
            numbers.append(_one_number(argument.item()))
            return NUMBER
        numbers.extend(argument.ravel().tolist())
        return ("array", tuple(argument.shape))
    if isinstance(argument, Mapping):
        return take_apart(dict(argument), numbers)
    if isinstance(argument, (list, tuple)):
        made = kind if hasattr(kind, "_make") else list if isinstance(argument, list) else tuple
        return (made, *[take_apart(item, numbers) for item in argument])
    if is_dataclass(argument):
        items = [
            (field.name, take_apart(getattr(argument, field.name), numbers))
            for field in fields(argument)
            if hasattr(argument, field.name)
        ]
        return ("dataclass", kind, *items)
    if hasattr(kind, "__iter__"):
        raise TypeError(
            f"an argument is {described(argument)}: {TAKEN}; write list(...) if its order is the "
            "same at every call"
        )
    if not (hasattr(kind, "__float__") or hasattr(kind, "__index__") or kind is complex):
        raise TypeError(
            f"an argument is {described(argument)}: {TAKEN}; the function may close over what is "
            "no number, and a compiled one may have it as an argument that is static, "
            'mg.compile(f, static=("g",))'
        )
    numbers.append(as_number(argument))
    return NUMBER


def refuse_matrix(array: Any) -> None:
    """A TypeError for NumPy's matrix, with which * is another operation than with an array."""
    if any(kind.__name__ == "matrix" for kind in type(array).__mro__):
        raise TypeError(
            f"an argument is {described(array)}: NumPy's matrix has two axes whatever is done to "
            "it, and a * of its own; write np.asarray(...) around it, and @ for products"
        )


def refuse_masked(array: Any) -> None:
    """A TypeError for an array with entries that are masked, which NumPy's numbers do not show."""
    mask = getattr(array, "mask", None)
    if hasattr(array, "filled") and mask is not None and mask.any():
        raise TypeError(
            f"an argument is {described(array)}, with entries that are masked: they are no "
            "numbers; write .filled(0.0), or .compressed() for those that are"
        )


def is_bool(thing: Any) -> bool:
    """Whether it is a truth value, of Python or of NumPy."""
    kind = type(thing)
    return kind is bool or (kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_"))


class _Keyed(tuple[Any, ...]):
    """A key of a dict and what stands there: equal only to one with a key of the same kind."""

    __slots__ = ()
    __hash__ = tuple.__hash__

    def __eq__(self, other: object) -> bool:
        if not (isinstance(other, tuple) and tuple.__eq__(self, other)):
            return False
        return kind_of(self[0]) == kind_of(other[0])


def keyed(key: Any, part: Hashable) -> tuple[Any, Hashable]:
    """An item of a dict in a structure."""
    return (key, part) if type(key) is str else _Keyed((key, part))


def fixed(value: Any) -> Hashable:
    """What stands in a structure as it is: equal only to what is the same in kind too."""
    return ("fixed", value, kind_of(value))


def kind_of(value: Any) -> Hashable:
    """What tells a thing from others that are equal to it.

    >>> kind_of(1) == kind_of(True), kind_of((0.0,)) == kind_of((-0.0,)), kind_of(1) == kind_of(2)
    (False, False, True)
    """
    kind = type(value)
    parts: Iterable[Any] = ()
    if isinstance(value, (float, complex)):
        parts = [repr(value)]
    elif isinstance(value, tuple):
        parts = map(kind_of, value)
    elif isinstance(value, frozenset):
        parts = [frozenset((item, kind_of(item)) for item in value)]
    elif is_dataclass(value) and not isinstance(value, type):
        parts = [kind_of(getattr(value, field.name, None)) for field in fields(value)]
    return (kind, *parts)


def _one_number(item: Any) -> Any:
    return item if isinstance(item, Value) else as_number(item)


def structure_of_arrays(
    shapes: Iterable[tuple[int, ...]], named: Mapping[str, Any] = MappingProxyType({})
) -> Hashable:
    """What `take_apart` finds in arguments that are arrays of these shapes, or numbers: ().

    >>> structure_of_arrays([()]) == take_apart(((2.0,), {}), [])
    True
    """
    parts = [("array", tuple(shape)) if len(shape) else NUMBER for shape in shapes]
    return (tuple, (tuple, *parts), take_apart(dict(named), []))


def put_together(structure: Any, numbers: Iterator[Any], plain: bool = False) -> Any:
    """The argument of that structure with these numbers; `plain`: an array is one of numbers."""
    if structure == NUMBER:
        return next(numbers)
    kind, *parts = structure
    if kind == "fixed":
        return parts[0]
    if kind == "array":
        return _array(parts[0], numbers, plain)
    if kind is dict:
        return {key: put_together(part, numbers, plain) for key, part in parts}
    if kind == "dataclass":
        made = [(name, put_together(part, numbers, plain)) for name, part in parts[1:]]
        return _made(parts[0], made)
    items = [put_together(part, numbers, plain) for part in parts]
    if kind is slice:
        return slice(*items)
    return kind(items) if kind is list or kind is tuple else kind._make(items)


def _made(kind: type, parts: list[tuple[str, Any]]) -> Any:
    """A dataclass with these fields; what it does to them when it is made it has done before."""
    thing: Any = object.__new__(kind)
    names, values = zip(*parts) if parts else ((), ())
    deque(map(object.__setattr__, repeat(thing), names, values), maxlen=0)  # frozen ones too
    return thing


def _array(shape: tuple[int, ...], numbers: Iterator[Any], plain: bool) -> Any:
    import numpy

    items = list(islice(numbers, prod(shape)))
    if plain:
        return numpy.array(items).reshape(shape)
    array = numpy.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)


def count_of(structure: Any) -> int:
    """How many numbers there are.

    >>> count_of(take_apart([1.0, {"a": (2.0, None)}], []))
    2
    """
    waiting, count = [structure], 0
    for part in waiting:  # it grows meanwhile
        if part == NUMBER:
            count += 1
        elif part[0] == "array":
            count += prod(part[1])
        elif part[0] is dict or part[0] == "dataclass":
            waiting += [value for _, value in part[1 + (part[0] == "dataclass") :]]
        elif part[0] != "fixed":
            waiting += part[1:]
    return count


def is_of_numbers(structure: Any) -> bool:
    """Whether there is a derivative by it: numbers, or none in an empty list or array.

    >>> is_of_numbers(take_apart([], [])), is_of_numbers(take_apart(["relu"], []))
    (True, False)
    """
    return not fixed_values(structure) or any(True for _ in shapes_in(structure))


def derivative_by(structure: Any, numbers: Iterable[float]) -> Any:
    """Flat derivatives by the numbers of a call, in the structure of its arguments.

    >>> one = take_apart((([1.0, 2.0], "relu"), {"data": 3.0}), [])
    >>> derivative_by(one, [10.0, 20.0, 30.0])
    [10.0, 20.0]
    >>> two = take_apart((([1.0, 2.0], 3.0), {}), [])
    >>> derivative_by(two, [10.0, 20.0, 30.0])
    ([10.0, 20.0], 30.0)

    Of several arguments that are of numbers it is a tuple, an item for each; of one it is its own.
    Arguments given by name are data: their numbers come last, and are left out.
    """
    return put_together(differentiated(structure), iter(numbers), plain=True)


def shapes_in(structure: Any) -> Iterator[tuple[int, ...]]:
    """The shape of each number and array in a structure, in order; that of a number is ().

    >>> list(shapes_in(take_apart([1.0, {"a": (2.0, None)}], [])))
    [(), ()]
    """
    if structure == NUMBER:
        yield ()
    elif structure[0] == "array":
        yield structure[1]
    elif structure[0] != "fixed":
        for _, part in named_parts(structure):
            yield from shapes_in(part)


def named_parts(structure: Any) -> list[tuple[Any, Any]]:
    """What a structure that is no number is made of, by key, name or place."""
    parts: list[Any]
    kind, *parts = structure
    if kind is dict:
        return parts
    return parts[1:] if kind == "dataclass" else list(enumerate(parts))


def without_arrays(structure: Any) -> Any:
    """The same structure, with one item in place of each array."""
    if structure == NUMBER or structure[0] == "array":
        return NUMBER
    kind, *parts = structure
    if kind == "fixed":
        return structure
    if kind is dict:
        return (kind, *[(key, without_arrays(part)) for key, part in parts])
    if kind == "dataclass":
        return (kind, parts[0], *[(name, without_arrays(part)) for name, part in parts[1:]])
    return (kind, *map(without_arrays, parts))


def differentiated(structure: Any) -> Any:
    """The structure of a derivative by those arguments of a call that are given by place.

    >>> differentiated(take_apart((([1.0, 2.0], "relu"), {"data": 3.0}), []))
    (<class 'list'>, 'number', 'number')
    """
    _, (_, *given), _ = structure
    parts = [part for part in given if is_of_numbers(part)]
    return parts[0] if len(parts) == 1 else (tuple, *parts)


def fixed_values(structure: Any) -> list[Any]:
    """What stands in a structure as it is.

    >>> fixed_values(take_apart([1.0, ("a", None)], []))
    ['a', None]
    """
    found, waiting = [], [structure]
    for part in waiting:  # it grows meanwhile
        if part[0] == "fixed":
            found.append(part[1])
        elif part != NUMBER and part[0] != "array":
            waiting += [inside for _, inside in named_parts(part)]
    return found


def structure_text(structure: Any) -> str:
    """The structure in words, for messages.

    >>> structure_text((list, "number", (list, "number", "number")))
    '[number, [number, number]]'
    """
    if structure == NUMBER:
        return "number"
    kind, *parts = structure
    if kind == "fixed":
        return _shown(parts[0])
    if kind == "array":
        return f"array of shape {parts[0]}"
    if kind == "dataclass":
        named = [f"{name}={structure_text(part)}" for name, part in parts[1 : MOST_SHOWN + 1]]
        return f"{parts[0].__name__}({_few(named, len(parts) - 1)})"
    if kind is dict:
        items = [f"{_shown(key)}: {structure_text(part)}" for key, part in parts[:MOST_SHOWN]]
        return "{" + _few(items, len(parts)) + "}"
    texts = _few([structure_text(part) for part in parts[:MOST_SHOWN]], len(parts))
    if kind is list:
        return f"[{texts}]"
    return f"({texts})" if kind is tuple else f"{kind.__name__}({texts})"


def _few(texts: list[str], count: int) -> str:
    return ", ".join(texts) + (f", … {count:,} in all" if count > len(texts) else "")


def _shown(fixed: Any) -> str:
    text = repr(fixed)
    return text if len(text) <= 40 else f"{text[:37]}..."
