"""Parameters read and written many at once: Values by their slots, others by their attributes.

>>> from minigrad.engine import Value
>>> v, w = Value(1.0), Value(2.0)
>>> w.grad = 3.0
>>> access = access_to([v, w])
>>> access.data([v, w]), access.grads([v, w])
([1.0, 2.0], [None, 3.0])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..engine import Value, one_at_a_time
from .clipping import has_grad


class ByAttribute:
    """Anything with `.data` and `.grad`."""

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
    """Values, to which only floats are written: a third of the time, for no property is called."""

    @staticmethod
    def data(parameters: Iterable[Any]) -> list[Any]:
        """Their data."""
        return [parameter._data for parameter in parameters]

    @staticmethod
    def grads(parameters: Iterable[Any]) -> list[Any]:
        """Their gradients; None where there is none."""
        return [parameter._grad for parameter in parameters]

    @staticmethod
    def write(parameters: Iterable[Any], data: Iterable[Any]) -> None:
        """Give them new data."""
        for parameter, new in zip(parameters, data):
            parameter._data = new

    @staticmethod
    def clear(parameters: Iterable[Any]) -> None:
        """Forget their gradients, but not in the middle of a backward pass."""
        with one_at_a_time:
            for parameter in parameters:
                parameter._grad = None


def access_to(parameters: Sequence[Any]) -> type[BySlot] | type[ByAttribute]:
    """The way to these parameters."""
    return BySlot if all(map(keeps_slots, parameters)) else ByAttribute


def keeps_slots(parameter: Any) -> bool:
    """Whether it is a Value, and keeps its numbers where Value does."""
    kind = type(parameter)
    return isinstance(parameter, Value) and (kind.data, kind.grad) == (Value.data, Value.grad)
