"""The numbers of wires read and written by other wings, without asking guards: one, or many.

>>> v, w = Value(1.0), Value(2.0)
>>> w.grad = 3.0
>>> numbers_of([v, w]), gradients_of([v, w])
([1.0, 2.0], [None, 3.0])
>>> write_numbers([v, w], [4.0, 5.0]); clear_gradients([v, w])
>>> v, number_of(w), gradient_of(w)
(Value(data=4.0, grad=?), 5.0, None)

Loops over slots are the fastest way: for 337 wires 4 µs, where `map` with `number_of` takes 8, and
properties 20. The numbers must be floats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Final

from .value import Value, one_at_a_time

number_of: Final[Callable[[Value], float]] = attrgetter("_data")
gradient_of: Final[Callable[[Value], float | None]] = attrgetter("_grad")
# in C from end to end: no Ctrl-C comes between the writes of `deque(map(write_grad, …), maxlen=0)`
write_data: Final = Value.__dict__["_data"].__set__
write_grad: Final = Value.__dict__["_grad"].__set__


def numbers_of(wires: Iterable[Value]) -> list[float]:
    """The numbers of wires."""
    return [wire._data for wire in wires]


def gradients_of(wires: Iterable[Value]) -> list[float | None]:
    """The gradients of wires; None where none has arrived."""
    return [wire._grad for wire in wires]


def write_numbers(wires: Iterable[Value], numbers: Iterable[float]) -> None:
    """Give wires new numbers."""
    for wire, number in zip(wires, numbers):
        wire._data = number


def clear_gradients(wires: Iterable[Value]) -> None:
    """Forget the gradients of wires, but not in the middle of a backward pass."""
    with one_at_a_time:
        for wire in wires:
            wire._grad = None
