"""The structure of a function's arguments and results: what is the same at each call, and the rest.

>>> numbers = []
>>> structure = take_apart(([1.0, 2.0], 3), numbers)
>>> numbers
[1.0, 2.0, 3]
>>> put_together(structure, iter("abc"))
(['a', 'b'], 'c')

A list, a tuple, a dict and a NumPy array are structure, and so are None, a bool, a str and a class;
anything that is one number, and a `Value`, is a number. What a function returns is made of Values:

>>> structure, wires = take_result_apart("loss", [Value(1.0), (Value(2.0), None)])
>>> structure
(<class 'list'>, 'number', (<class 'tuple'>, 'number', ('fixed', None)))
>>> wires
[Value(data=1.0, grad=?), Value(data=2.0, grad=?)]
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from ..engine import Value, as_wire
from ..rules import as_number, described

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
    items = [put_together(part, numbers, plain) for part in parts]
    return kind(items) if kind is list or kind is tuple else kind._make(items)


def _array(shape: tuple[int, ...], numbers: Iterator[Any], plain: bool) -> Any:
    import numpy

    array = numpy.empty(shape, dtype=object)
    for place in numpy.ndindex(shape):
        array[place] = next(numbers)
    return numpy.array(array.tolist()) if plain and array.size else array


def take_result_apart(
    name: str, result: Any, *, with_numbers: bool = False
) -> tuple[Hashable, list[Value]]:
    """The structure of what the function of that name has returned, and the Values in it.

    None, a bool or a str may stand beside Values; it is the same at every call.
    `with_numbers`: a plain number counts as a Value, as `where` gives one or the other.
    """
    wires: list[Value] = []
    try:
        structure = _taken_apart(result, wires, with_numbers)
        if not wires:
            raise TypeError(f"{described(result)}{_remedy(result)}")
    except TypeError as error:
        raise TypeError(
            f"{name} must return a Value, or a list, tuple, dict or array of Values; it returned "
            f"{error}"
        ) from None
    except RecursionError:
        raise ValueError(
            f"{name} returned lists that are nested too deep for Python's recursion limit: return "
            "its Values in one list"
        ) from None
    return structure, wires


def _taken_apart(result: Any, wires: list[Value], with_numbers: bool) -> Hashable:
    kind = type(result)
    if isinstance(result, Value) or (with_numbers and _is_number(result)):
        wires.append(as_wire(result))
        return NUMBER
    if isinstance(result, (list, tuple)):
        made = kind if hasattr(kind, "_make") else list if isinstance(result, list) else tuple
        return (made, *[_taken_apart(item, wires, with_numbers) for item in result])
    if isinstance(result, dict):
        items = [(key, _taken_apart(item, wires, with_numbers)) for key, item in result.items()]
        return (dict, *items)
    if kind.__name__ == "ndarray" and all(
        isinstance(item, Value) or (with_numbers and _is_number(item)) for item in result.flat
    ):
        wires.extend(map(as_wire, result.flat))
        return ("array", tuple(result.shape)) if result.shape else NUMBER
    if result is None or kind is bool or kind is str:
        return ("fixed", result)
    raise TypeError(f"{described(result)}{_remedy(result)}")


def _is_number(result: Any) -> bool:
    return isinstance(result, (float, int)) and not isinstance(result, bool)


def _remedy(result: Any) -> str:
    if result is None:
        return ": is a return missing?"
    if isinstance(result, (list, tuple, dict)):
        return ", with no Value in it"
    if hasattr(type(result), "__float__"):
        return ": make it from Values, or write mg.constant(...) around a number that never changes"
    if isinstance(result, Iterable) and not isinstance(result, (str, bytes)):
        return ": make a list of it, in an order that is the same at every call"
    return ""


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
