"""Parameters read and written many at once; the size of their gradients, and cutting it.

>>> from minigrad.engine import Value
>>> v, w = Value(1.0), Value(2.0)
>>> w.grad = 3.0
>>> access = access_to([v, w])
>>> access.data([v, w]), access.grads([v, w])
([1.0, 2.0], [None, 3.0])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import copysign, hypot, inf, sqrt
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
from ..rules import as_number, described

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


def gradient_norm(parameters: Iterable[Any]) -> float:
    """The length of all gradients taken as one vector; each parameter counts once.

    >>> from minigrad.engine import Value
    >>> v, w = Value(0.0), Value(0.0)
    >>> v.grad, w.grad = 3.0, 4.0
    >>> gradient_norm([v, w, w])
    5.0
    """
    norm = 0.0
    for parameter in each_once(parameters):
        if has_grad(parameter):
            grad = parameter.grad
            norm = hypot(norm, _length(grad) if hasattr(grad, "ravel") else grad)
    return norm


def _length(array: Any) -> float:
    """The length of an array, also where a square is no float."""
    flat = array.ravel()
    largest = float(abs(flat).max(initial=0.0))
    if not 0.0 < largest < inf:
        return largest
    parts = flat / largest
    return largest * sqrt(parts.dot(parts))


def clip_grad_norm(parameters: Iterable[Any], max_norm: float) -> float:
    """Scale all gradients by one factor so that their norm is at most `max_norm`; returns the norm.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0); w.grad = 8.0
    >>> clip_grad_norm([w], 2.0), w.grad
    (8.0, 2.0)

    If the norm is nan or infinite, no factor would help: it is returned, and no gradient is
    changed. Look at it before the step, as `fit` does.
    """
    max_norm = _limit("max_norm", max_norm)
    parameters = each_once(parameters)
    norm = gradient_norm(parameters)
    if max_norm < norm < inf:
        for parameter in parameters:
            if has_grad(parameter):
                parameter.grad = parameter.grad * (max_norm / norm)
    return norm


def clip_grad_value(parameters: Iterable[Any], largest: float) -> None:
    """Cut every single gradient to the range from −largest to +largest; nan stays nan.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0); w.grad = -8.0
    >>> clip_grad_value([w], 2.0); w.grad
    -2.0
    """
    largest = _limit("the largest gradient", largest)
    for parameter in each_once(parameters):
        if has_grad(parameter):
            grad = parameter.grad
            if hasattr(grad, "clip"):
                parameter.grad = grad.clip(-largest, largest)
            elif abs(grad) > largest:  # never true of a nan
                parameter.grad = copysign(largest, grad)


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


def _limit(name: str, given: Any) -> float:
    limit = as_number(given)
    if not limit > 0.0:
        raise ValueError(f"{name} must be above 0, got {given!r}")
    return limit
