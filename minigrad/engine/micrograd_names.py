"""The names that circuits made for micrograd use: `_prev`, `_op` and `_backward`.

>>> from minigrad.engine import Value
>>> x = Value(3.0)
>>> y = Value(9.0, (x,), "square")
>>> def send_back():
...     x.grad += 2 * x.data * y.grad
>>> y._backward = send_back
>>> y.backward()
>>> x.grad, y._op, y._prev == {x}
(6.0, 'square', True)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..rules import described
from .value import MANY, Value, own_backward

KEPT: Final = "_backward"  # in `__dict__` of a leaf: the function that was assigned to it


def _prev(self: Value) -> set[Value]:
    """The inputs of the gate, as a set."""
    return set(self.inputs)


def _op(self: Value) -> str:
    """The gate's symbol; empty for a leaf."""
    return "" if self.gate is None else self.gate.symbol


def _backward(self: Value) -> Callable[[], None]:
    """Send this gate's contributions to its inputs' `grad`; assign a function to replace it.

    A leaf, which sends nothing on, only keeps it.
    """
    kept = self.__dict__.get(KEPT) if self._first is None else own_backward(self)
    return kept or (lambda: _send_contributions(self))


def _assign_backward(self: Value, function: Callable[[], None]) -> None:
    if not callable(function):
        raise TypeError(
            f"_backward of {self!r} got {described(function)}: assign a function without "
            "arguments, which adds to the inputs' grad"
        )
    if self._first is None:
        self.__dict__[KEPT] = function
        return
    self._first, self._d_first = self.inputs, self.local_gradients
    self._second, self._d_second = MANY, function


def _send_contributions(wire: Value) -> None:
    for source, local in zip(wire.inputs, wire.local_gradients):
        source.grad += local * wire.grad


for _name, _property in {
    "_prev": property(_prev),
    "_op": property(_op),
    "_backward": property(_backward, _assign_backward),
}.items():
    setattr(Value, _name, _property)
