"""Parameters read and written many at once, and which ones an optimiser takes.

>>> from minigrad.engine import Value
>>> v, w = Value(1.0), Value(2.0)
>>> w.grad = 3.0
>>> access = access_to([v, w])
>>> access.data([v, w]), access.grads([v, w])
([1.0, 2.0], [None, 3.0])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..engine import (
    Value,
    clear_gradients,
    gradients_of,
    numbers_of,
    one_at_a_time,
    write_numbers,
)
from ..native import is_at_work
from ..rules import described

if TYPE_CHECKING:
    from ..native import WireSlots

FEW: Final = 32  # parameters: with fewer a loop of Python takes no longer than to call machine code


class ByAttribute:
    """The way to anything with `.data` and `.grad`."""

    @staticmethod
    def data(parameters: Iterable[Any]) -> list[Any]:
        """Their data."""
        return [parameter.data for parameter in parameters]

    @staticmethod
    def grads(parameters: Iterable[Any]) -> list[Any]:
        """Their gradients; None where there is none."""
        return [parameter.grad if has_grad(parameter) else None for parameter in parameters]

    @staticmethod
    def write(parameters: Iterable[Any], data: Iterable[Any]) -> None:
        """Give them new data."""
        for parameter, new in zip(parameters, data):
            parameter.data = new

    @staticmethod
    def clear(parameters: Iterable[Any]) -> None:
        """Forget their gradients."""
        for parameter in parameters:
            parameter.grad = None


class BySlot:
    """The way to Values, to which only floats are written."""

    data = staticmethod(numbers_of)
    grads = staticmethod(gradients_of)
    write = staticmethod(write_numbers)
    clear = staticmethod(clear_gradients)


def access_to(parameters: Sequence[Any]) -> type[BySlot] | type[ByAttribute]:
    """The way to these parameters."""
    return BySlot if all(map(keeps_slots, parameters)) else ByAttribute


def keeps_slots(parameter: Any) -> bool:
    """Whether it is a Value, and keeps its numbers where Value does."""
    kind = type(parameter)
    return isinstance(parameter, Value) and (kind.data, kind.grad) == (Value.data, Value.grad)


def has_grad(parameter: Any) -> bool:
    """Whether a gradient has reached the parameter since it was cleared."""
    known: bool = getattr(parameter, "has_grad", None) or (
        not isinstance(parameter, Value) and parameter.grad is not None
    )
    return known


def not_reached(parameters: Sequence[Any]) -> ValueError:
    """What to say of a loss whose gradients have reached none of the parameters: it trains nothing.

    >>> not_reached([Value(1.0), Value(2.0)]).args[0]
    'the loss depends on none of the 2 parameters: give the optimizer those of the model it calls'
    """
    return ValueError(
        f"the loss depends on none of the {len(parameters)} parameters: give the optimizer those "
        "of the model it calls"
    )


def slots_of(parameters: list[Value]) -> WireSlots | None:
    """The slots of parameters, all Values, for machine code.

    None where Python is as fast, or this process has made no machine code yet.
    """
    if len(parameters) < FEW or not is_at_work():
        return None
    from ..native import WireSlots, has_slots

    return WireSlots(parameters) if has_slots() else None


def clear_all(parameters: list[Value], slots: WireSlots | None) -> None:
    """Forget the gradients of parameters, all Values, in their slots if these are given."""
    if slots is None:
        clear_gradients(parameters)
        return
    with one_at_a_time:
        slots.clear_gradients()


def each_once(parameters: Any) -> list[Any]:
    """Parameters in order, none twice; one alone may stand for a list of one."""
    if isinstance(parameters, Value) or not hasattr(parameters, "__iter__"):
        parameters = [parameters]
    unique = list({id(parameter): parameter for parameter in parameters}.values())
    for parameter in unique:
        if not (hasattr(parameter, "data") and hasattr(parameter, "grad")):
            raise TypeError(
                f"a parameter has .data and .grad, got {described(parameter)}: pass "
                "model.parameters()"
            )
    return unique


def checked_parameters(parameters: Any) -> list[Any]:
    """Parameters as an optimiser takes them: each once, at least one, and no constant or gate."""
    unique = each_once(parameters)
    if not unique:
        raise ValueError("an optimiser needs parameters, got an empty list")
    for parameter in unique:
        if isinstance(parameter, Value) and (not parameter.is_leaf or parameter.is_constant):
            raise ValueError(f"a parameter is a leaf, not a constant or a gate, got {parameter!r}")
    return unique
