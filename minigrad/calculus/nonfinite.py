"""Find the gate where an infinity or a nan began.

>>> from minigrad.engine import Value
>>> x = Value(0.0, label="x")
>>> y = (x.log() * 2 + 1).exp()
>>> found = first_nonfinite(y)
>>> found.wire.gate.name, found.wire.data
('log', -inf)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import isfinite
from typing import Final, NamedTuple

from ..engine import (
    Source,
    Value,
    is_nonfinite_birth,
    leaves_and_gates,
    note_source,
    observing,
    source_of,
)
from ..text import printable

_detecting: Final[ContextVar[bool]] = ContextVar("_detecting", default=False)


class NonfiniteError(ArithmeticError):
    """A gate made an infinity or a nan inside `detect_nonfinite()`."""


class Nonfinite(NamedTuple):
    """Where the first infinity or nan began: the wire, what happened, the source line."""

    wire: Value
    what: str
    source: Source | None

    def __str__(self) -> str:
        return f"{self.what}, {self.source}" if self.source else self.what


def first_nonfinite(output: Value) -> Nonfinite | None:
    """Where the first infinity or nan of the circuit behind `output` began, or None.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0, label="w")
    >>> first_nonfinite(w * 2) is None
    True
    >>> first_nonfinite(w.sqrt()).what
    'sqrt(w = 0.0) gave 0.0 and the local gradient inf towards w'

    Looks at the forward pass from the leaves to the output, then at the backward pass from the
    output to the leaves; `backward()` need not have run. Printed, it names the line of your code.
    """
    leaves, gates = leaves_and_gates(output)
    for wire in leaves:
        if not isfinite(wire._data):
            label = printable(wire.label)
            name = f"the input {label}" if label else "an input without label"
            name = "a plain number" if wire.is_constant else name
            return Nonfinite(wire, f"{name} is {wire._data!r}", None)
    for wire in gates:
        if not isfinite(wire._data):
            return Nonfinite(wire, _story(wire), source_of(wire))
    return _first_in_backward(output, gates)


def _first_in_backward(output: Value, gates: list[Value]) -> Nonfinite | None:
    received = dict.fromkeys(gates, 0.0) | {output: 1.0}
    for wire in reversed(gates):
        upstream = received[wire]
        for source, local in zip(wire.inputs, wire.local_gradients):
            if source.is_constant:
                continue
            sent = local * upstream
            received[source] = total = received.get(source, 0.0) + sent
            if not isfinite(sent):
                return Nonfinite(wire, _story_back(wire, source, local, upstream), source_of(wire))
            if not isfinite(total):
                what = f"the contributions to {_name(source)} add up to {total!r}"
                return Nonfinite(source, what, source_of(source))
    return None


def _name(wire: Value) -> str:
    return printable(wire.label) or (
        f"the output of {wire.gate.name}" if wire.gate else "an input without label"
    )


def _story(wire: Value) -> str:
    shown = ", ".join(
        f"{printable(source.label)} = {source._data!r}" if source.label else repr(source._data)
        for source in wire.inputs
    )
    assert wire.gate is not None
    return f"{wire.gate.name}({shown}) gave {wire._data!r}"


def _story_back(wire: Value, source: Value, local: float, upstream: float) -> str:
    story = f"{_story(wire)} and the local gradient {local!r} towards {_name(source)}"
    if isfinite(local):
        return f"{story}; times the upstream gradient {upstream!r} that is {local * upstream!r}"
    return story


@contextmanager
def detect_nonfinite() -> Iterator[None]:
    """Raise a `NonfiniteError` at the very gate that makes an infinity or a nan.

    >>> from minigrad.engine import Value
    >>> with detect_nonfinite():
    ...     Value(-1.0, label="x").log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    minigrad.calculus.nonfinite.NonfiniteError: log(x = -1.0) gave nan, ..., line 2: Value(-1.0, ...

    Inside the block every gate remembers its source line, so that `first_nonfinite` can also name
    the line of a gate that overflows only in the backward pass. It holds for the thread that
    entered it.
    """
    token = _detecting.set(True)
    try:
        with observing(_check):
            yield
    finally:
        _detecting.reset(token)


def _check(wire: Value) -> Value:
    if _detecting.get() and wire.gate is not None:
        note_source(wire)
        if is_nonfinite_birth(wire):
            raise NonfiniteError(str(_birth(wire)))
    return wire


def _birth(wire: Value) -> Nonfinite:
    if not isfinite(wire._data):
        return Nonfinite(wire, _story(wire), source_of(wire))
    for source, local in zip(wire.inputs, wire.local_gradients):
        if not isfinite(local):
            return Nonfinite(wire, _story_back(wire, source, local, 1.0), source_of(wire))
    raise AssertionError("a wire where nothing was born")
