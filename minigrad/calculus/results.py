"""What a function returns: its structure, which is the same at every call, and the Values in it.

>>> structure, wires = take_result_apart("loss", [Value(1.0), (Value(2.0), None)])
>>> structure
(<class 'list'>, 'number', (<class 'tuple'>, 'number', ('fixed', None, (<class 'NoneType'>,))))
>>> wires
[Value(data=1.0, grad=?), Value(data=2.0, grad=?)]
"""

from __future__ import annotations

from collections.abc import Coroutine, Hashable, Iterable
from numbers import Real
from typing import Any

from ..engine import Value, as_wire
from ..rules import described
from .arguments import NUMBER, fixed, keyed


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
        items = [keyed(key, _taken_apart(x, wires, with_numbers)) for key, x in result.items()]
        return (dict, *items)
    if kind.__name__ == "ndarray" and all(
        isinstance(item, Value) or (with_numbers and _is_number(item)) for item in result.flat
    ):
        wires.extend(map(as_wire, result.flat))
        return ("array", tuple(result.shape)) if result.shape else NUMBER
    if result is None or kind is bool or kind is str:
        return fixed(result)
    raise TypeError(f"{described(result)}{_remedy(result)}")


def _is_number(result: Any) -> bool:
    return isinstance(result, (float, int, Real)) and not isinstance(result, bool)


def _remedy(result: Any) -> str:
    if result is None:
        return ": is a return missing?"
    if isinstance(result, (list, tuple, dict)):
        return ", with no Value in it"
    if hasattr(type(result), "__float__"):
        return ": make it from Values, or write mg.constant(...) around a number that never changes"
    if isinstance(result, Iterable) and not isinstance(result, (str, bytes)):
        return ": make a list of it, in an order that is the same at every call"
    if isinstance(result, Coroutine):
        result.close()  # nobody awaits it
        return ": write def in place of async def, and await before or after"
    return ": compute a Value from the arguments and return that"
