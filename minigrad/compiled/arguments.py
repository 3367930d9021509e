"""The structure of a function's arguments: what stays the same from call to call, and the numbers.

>>> numbers = []
>>> structure = take_apart(([1.0, 2.0], 3), numbers)
>>> numbers
[1.0, 2.0, 3]
>>> put_together(structure, iter("abc"))
(['a', 'b'], 'c')

A list, a tuple, a dict and a NumPy array are structure, and so are None, a bool, a str and a class;
anything that is one number, and a `Value`, is a number.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from ..engine import Value
from ..rules import as_number

NUMBER: Final = "number"
TOO_DEEP: Final = (
    "an argument is nested too deep, lists in lists in lists, for Python's recursion limit: "
    "flatten it, or pass its numbers in one list"
)


def take_apart(argument: Any, numbers: list[Any]) -> Hashable:
    """The structure of `argument`; its numbers and Values are appended to `numbers`, in order."""
    kind = type(argument)
    if kind is float or kind is int or isinstance(argument, Value):
        numbers.append(argument)
        return NUMBER
    if kind is list or kind is tuple:
        try:
            return (kind, *[take_apart(item, numbers) for item in argument])
        except RecursionError:
            raise ValueError(TOO_DEEP) from None
    if kind is dict:
        items = [(key, take_apart(item, numbers)) for key, item in argument.items()]
        return (dict, *items)
    if argument is None or kind is bool or kind is str or isinstance(argument, type):
        return ("fixed", argument)
    if hasattr(argument, "ravel") and hasattr(argument, "shape"):
        if argument.shape == ():
            numbers.append(_one_number(argument.item()))
            return NUMBER
        numbers.extend(argument.ravel().tolist())
        return ("array", tuple(argument.shape))
    if isinstance(argument, Mapping):
        return take_apart(dict(argument), numbers)
    if hasattr(kind, "__len__") and hasattr(kind, "__iter__"):
        parts = [take_apart(item, numbers) for item in argument]
        return (kind if hasattr(kind, "_make") else list, *parts)  # a namedtuple stays one
    numbers.append(as_number(argument))
    return NUMBER


def _one_number(item: Any) -> Any:
    return item if isinstance(item, Value) else as_number(item)


def structure_of_arrays(shapes: Iterable[tuple[int, ...]]) -> Hashable:
    """What `take_apart` finds in arguments that are arrays of these shapes, or numbers: ().

    >>> structure_of_arrays([()]) == take_apart(((2.0,), {}), [])
    True
    """
    parts = [("array", tuple(shape)) if len(shape) else NUMBER for shape in shapes]
    return (tuple, (tuple, *parts), (dict,))


def put_together(structure: Any, numbers: Iterator[Any]) -> Any:
    """The argument of that structure with these numbers."""
    if structure == NUMBER:
        return next(numbers)
    kind, *parts = structure
    if kind == "fixed":
        return parts[0]
    if kind == "array":
        return _array(parts[0], numbers)
    if kind is dict:
        return {key: put_together(part, numbers) for key, part in parts}
    items = [put_together(part, numbers) for part in parts]
    return kind(items) if kind is list or kind is tuple else kind._make(items)


def _array(shape: tuple[int, ...], numbers: Iterator[Any]) -> Any:
    import numpy

    array = numpy.empty(shape, dtype=object)
    for place in numpy.ndindex(shape):
        array[place] = next(numbers)
    return array


def structure_text(structure: Any) -> str:
    """The structure in words, for messages.

    >>> structure_text((list, "number", (list, "number", "number")))
    '[number, [number, number]]'
    """
    if structure == NUMBER:
        return "number"
    kind, *parts = structure
    if kind == "fixed":
        return repr(parts[0])
    if kind == "array":
        return f"array of shape {parts[0]}"
    if kind is dict:
        return "{" + ", ".join(f"{key!r}: {structure_text(part)}" for key, part in parts) + "}"
    texts = ", ".join(map(structure_text, parts[:8])) + (", …" if len(parts) > 8 else "")
    if kind is list:
        return f"[{texts}]"
    return f"({texts})" if kind is tuple else f"{kind.__name__}({texts})"
