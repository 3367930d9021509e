"""Find the gate where an infinity or a nan began.

>>> from minigrad.engine import Value
>>> x = Value(0.0, label="x")
>>> y = (x.log() * 2 + 1).exp()
>>> found = first_nonfinite(y)
>>> found.wire.gate.name, found.wire.data
('log', -inf)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from math import isfinite
from typing import Final, NamedTuple

from ..engine import (
    Circuit,
    Source,
    Value,
    block,
    is_nonfinite_birth,
    looks_at_numbers,
    note_source,
    number_of,
    observing,
    source_of,
)
from ..text import Lines, Names, printable, runs_of

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

    def _repr_html_(self) -> str:
        return Lines(self)._repr_html_()


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
    looks_at_numbers("mg.first_nonfinite")
    return first_nonfinite_in(Circuit(output))


def first_nonfinite_in(circuit: Circuit) -> Nonfinite | None:
    """The same for a circuit that is at hand."""
    for wire in circuit.leaves:
        if not isfinite(number_of(wire)):
            label = _label(circuit, wire)
            name = f"the input {label}" if label else "an input without label"
            name = "a plain number" if wire.is_constant else name
            return Nonfinite(wire, f"{name} is {number_of(wire)!r}", None)
    for wire in circuit.gates:
        if not isfinite(number_of(wire)):
            return Nonfinite(wire, _story(circuit, wire), _source(circuit, wire))
    received = dict.fromkeys(circuit.outputs, 1.0)
    for wire in reversed(circuit.gates):
        upstream = received.get(wire)
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            sent = circuit.gate(wire).contribution(local, upstream)
            if source.is_constant or sent is None or upstream is None:
                continue
            received[source] = total = received.get(source, 0.0) + sent
            if not isfinite(sent):
                what = _story_back(circuit, wire, source, local, upstream)
                return Nonfinite(wire, what, _source(circuit, wire))
            if not isfinite(total):
                what = f"the contributions to {_name(circuit, source)} add up to {total!r}"
                return Nonfinite(source, what, _source(circuit, source))
    return None


def _source(circuit: Circuit, wire: Value) -> Source | None:
    """The line where a wire was recorded; a × gate that only the circuit shows, with its Σ."""
    if found := source_of(wire):
        return found
    totals = (gate for gate in circuit.gates if _goes_into(wire, circuit.inputs(gate)))
    return next((source_of(gate) for gate in totals if not _goes_into(wire, gate.inputs)), None)


def _goes_into(wire: Value, inputs: Sequence[Value]) -> bool:
    """Whether it is one of them: `in` would ask `==`, which is refused while recording."""
    return any(wire is source for source in inputs)


def _name(circuit: Circuit, wire: Value) -> str:
    unlabelled = (
        "an input without label" if wire.is_leaf else f"the output of {circuit.gate(wire).name}"
    )
    return _label(circuit, wire) or unlabelled


def _label(circuit: Circuit, wire: Value) -> str:
    """The label as it was given; of wires with one label the name that tells which is meant."""
    return Names(circuit).label(wire) if wire in runs_of(circuit) else printable(wire.label)


def _story(circuit: Circuit, wire: Value) -> str:
    shown = ", ".join(
        f"{_label(circuit, source)} = {number_of(source)!r}"
        if source.label
        else repr(number_of(source))
        for source in circuit.inputs(wire)
    )
    return f"{circuit.gate(wire).name}({shown}) gave {number_of(wire)!r}"


def _story_back(circuit: Circuit, wire: Value, source: Value, local: float, upstream: float) -> str:
    story = f"{_story(circuit, wire)} and the local gradient {local!r} towards "
    story += _name(circuit, source)
    if isfinite(local):
        return f"{story}; times the upstream gradient {upstream!r} that is {local * upstream!r}"
    return story


@block
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
    entered it, and is also a decorator, `@detect_nonfinite`.
    """
    before = _detecting.get()
    try:
        _detecting.set(True)
        with observing(_check, first=True):  # before no_grad forgets the gate
            yield
    finally:
        _detecting.set(before)


def detects_nonfinite() -> bool:
    """Whether this runs inside `detect_nonfinite()`."""
    return _detecting.get()


def _check(wire: Value) -> Value:
    if _detecting.get() and wire.gate is not None:
        note_source(wire)
        if is_nonfinite_birth(wire):
            raise NonfiniteError(f"{_birth(Circuit(wire))}, {source_of(wire)}")
    return wire


def _birth(circuit: Circuit) -> str:
    """What the last gate of a circuit made of finite inputs, or a gate that it is shorthand for."""
    shorthand = circuit.output
    inputs = shorthand.inputs
    parts = [part for part in circuit.inputs(shorthand) if not _goes_into(part, inputs)]
    wire = next(part for part in [*parts, shorthand] if is_nonfinite_birth(part))
    if not isfinite(number_of(wire)):
        return _story(circuit, wire)
    branches = zip(circuit.inputs(wire), circuit.local_gradients(wire))
    source, local = next(branch for branch in branches if not isfinite(branch[1]))
    return _story_back(circuit, wire, source, local, 1.0)
