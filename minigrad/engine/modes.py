"""`no_grad`: arithmetic on values without recording gates; `with_gates`: with them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from .decorating_blocks import block
from .lost_gradients import without_gates
from .number_like import guards
from .numbers_of_wires import number_of
from .recording import observers
from .value import Constant, Value, WithoutGate

_lock: Final = Lock()


@contextmanager
def observing(observer: Callable[[Value], Value], first: bool = False) -> Iterator[None]:
    """Have `observer` see every wire that is recorded, in every thread, inside the block.

    After those that are there, or `first`.
    """
    with _lock:
        observers.insert(0 if first else len(observers), observer)
    try:
        yield
    finally:
        with _lock:
            observers.remove(observer)


@block
def no_grad() -> Iterator[None]:
    """Compute without recording gates: every result is a constant.

    >>> from minigrad.engine import Value
    >>> w = Value(2.0)
    >>> with no_grad():
    ...     y = w * 3
    >>> y
    Value(data=6.0, constant)

    Also a decorator, `@no_grad`, of functions and async functions. It holds for the thread (or
    task) that entered it, and nests.
    """
    before = without_gates.get()
    try:
        without_gates.set(True)
        with observing(_forget_gate):
            yield
    finally:
        without_gates.set(before)


@contextmanager
def with_gates() -> Iterator[None]:
    """Record gates inside the block, also where `no_grad` surrounds it.

    >>> from minigrad.engine import Value
    >>> with no_grad(), with_gates():
    ...     Value(2.0) * 3
    Value(data=6.0, grad=?, gate=mul)
    """
    before = without_gates.get()
    try:
        without_gates.set(False)
        yield
    finally:
        without_gates.set(before)


def _forget_gate(wire: Value) -> Value:
    if not without_gates.get():
        return wire
    inputs = wire.inputs
    if not all(source.is_constant for source in inputs):
        if guards:
            guards[-1].fixes_a_number(
                "no_grad()", "Compute with it before the call, and pass the number"
            )
        return WithoutGate(number_of(wire))
    if guards:
        for source in inputs:
            guards[-1].reads_data(source)
    if any(isinstance(source, WithoutGate) for source in inputs):
        return WithoutGate(number_of(wire))
    return Constant(number_of(wire))
