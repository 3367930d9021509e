"""The chain of reasons behind one gradient: from the output to a wire, gate by gate.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> f = (w * x).tanh()
>>> print(mg.Stepper(f).why(w))
Why is df/dw = −0.0707?
  df/df = 1 by definition
  tanh multiplies the gradient by 1 − output², which vanishes as it saturates:
    df/d(w·x) = df/df · (1 − f²) = 1 · 0.0707 = 0.0707
  × switches its inputs:
    df/dw = df/d(w·x) · x = 0.0707 · (−1) = −0.0707
So when w grows a little, f changes by −0.0707 times as much.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Final

from ..engine import Value
from ..rules import as_text, described
from ..text import has_layer
from .snapshot import Snapshot
from .step import Step
from .words import additions, lead

MOST_GATES: Final = 100
SHOWN_AT_EACH_END: Final = 20
MOST_INPUTS: Final = 6  # of a gate, told in a line


def why(circuit: Snapshot, steps: Iterable[Step], upstream: float, wire: Value) -> str:
    """The story of the gradient of `wire`, from the steps of a whole run; see `Stepper.why`."""
    if not isinstance(wire, Value) or wire not in circuit.values:
        raise ValueError(
            f"why() tells of the gradient of a wire of the circuit behind {circuit.output!r}, got "
            f"{described(wire)}"
        )
    name = circuit.names.text(wire)
    asked = as_text(circuit.total_derivative(wire))
    if wire.is_constant:
        return f"{name} is a constant: it has a value and gets no gradient."
    leading = circuit.depending_on([wire])
    told = [
        step
        for step in steps
        if step.direction == "backward" and step.output in leading and step.output is not wire
    ]
    left_out = len(told) - 2 * SHOWN_AT_EACH_END
    first = as_text(circuit.total_derivative(circuit.output))
    lines = [f"{first} = {circuit.rounded(upstream)}" + " by definition" * (upstream == 1.0)]
    if len(told) > MOST_GATES:
        lines += _blocks(circuit, told[:SHOWN_AT_EACH_END], leading)
        lines.append(f"… {left_out:,} more gates, each in its turn …")
        told = told[-SHOWN_AT_EACH_END:]
    lines += _blocks(circuit, told, leading)
    gradient = upstream
    for step in told:
        for source, after in zip(step.inputs, step.after):
            if source is wire and after is not None:
                gradient = after
    amount = circuit.rounded(gradient)
    return "\n".join(
        [
            f"Why is {asked} = {amount}?",
            *_about_indices(circuit, leading | {source for s in told for source in s.inputs}),
            *(f"  {line}" for line in lines),
            _meaning(circuit, wire, gradient),
        ]
    )


def _about_indices(circuit: Snapshot, wires: Iterable[Value]) -> list[str]:
    """Once, where an upper index could be read as an exponent, what it is."""
    lines, names = [], circuit.names
    of_layers = [wire for wire in wires if circuit.notation == "l" and has_layer(wire)]
    if of_layers:
        name = names.text(max(of_layers, key=circuit.place.__getitem__))
        told = f"an upper index is the layer, as in {name}; a square stands behind brackets"
        lines.append(f"  ({told})")
    if told := names.about_runs:
        lines.append(f"  (a number in brackets above tells wires of one label apart: {told})")
    return lines


def _blocks(circuit: Snapshot, steps: Iterable[Step], leading: set[Value]) -> list[str]:
    """What each gate does, for those of its inputs through which the gradient goes on.

    A name that is made up is explained where it comes up first.
    """
    lines: list[str] = []
    met: set[Value] = set()
    for step in steps:
        new = [source for source in dict.fromkeys(step.inputs) if source not in met]
        met.update(new)
        told = [branch for branch in step.branches if branch.wire in leading]
        texts = [*(branch.chain_rule(as_text) for branch in told), *additions(told)]
        lines += [f"{lead(step.gate)}:", *_definitions(circuit, new)]
        lines += [f"  {text}" for text in texts]
    return lines


def _definitions(circuit: Snapshot, wires: Iterable[Value]) -> list[str]:
    names = circuit.names
    return [
        f"  {names.text(wire)} is {as_text(names.shown(names.computed(wire)))}"
        for wire in wires
        if not wire.is_leaf and names.is_numbered(wire) and len(circuit.inputs(wire)) <= MOST_INPUTS
    ]


def _meaning(circuit: Snapshot, wire: Value, gradient: float) -> str:
    """What a gradient says; at a nan it says nothing, and where to look instead."""
    f, name = map(circuit.names.text, (circuit.output, wire))
    amount = circuit.rounded(gradient)
    numbers = {f: circuit.values[circuit.output], name: circuit.values[wire]}
    not_finite = [f"{n} is {circuit.rounded(x)}" for n, x in numbers.items() if not isfinite(x)]
    if isfinite(gradient) and not not_finite:
        return f"So when {name} grows a little, {f} changes by {amount} times as much."
    reason = f"A gradient of {amount} does not say"
    if isfinite(gradient):
        reason = f"{not_finite[0]}, so this does not say"
    return (
        f"{reason} how {f} changes when {name} does: "
        "mg.first_nonfinite(output) names the gate where it began."
    )
