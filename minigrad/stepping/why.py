"""The chain of reasons behind one gradient: from the output to a wire, gate by gate.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> f = (w * x).tanh()
>>> print(mg.Stepper(f).why(w))
Why is ∂f/∂w = −0.07?
  ∂f/∂f = 1.00 by definition
  tanh multiplies the gradient by 1 − out², which vanishes as it saturates:
    ∂f/∂(w·x) = ∂f/∂f · (1 − out²) = 1.00 · 0.07 = 0.07
  × switches its inputs:
    ∂f/∂w = ∂f/∂(w·x) · x = 0.07 · (−1.00) = −0.07
So when w grows a little, f changes by −0.07 times as much.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..engine import Value
from ..rules import as_text, described
from .snapshot import Snapshot
from .step import Step
from .words import lead

MOST_GATES: Final = 100
SHOWN_AT_EACH_END: Final = 20


def why(circuit: Snapshot, steps: Iterable[Step], upstream: float, wire: Value) -> str:
    """The story of the gradient of `wire`, from the steps of a whole run; see `Stepper.why`."""
    if not isinstance(wire, Value) or wire not in circuit.values:
        raise ValueError(
            f"why() tells of the gradient of a wire of the circuit behind {circuit.output!r}, got "
            f"{described(wire)}"
        )
    f, name = as_text(circuit.output_name), circuit.names.text(wire)
    if wire.is_constant:
        return f"{name} is a constant: it has a value and gets no gradient."
    leading = _leading_from(circuit, wire)
    told = [
        step
        for step in steps
        if step.direction == "backward" and step.output in leading and step.output is not wire
    ]
    left_out = len(told) - 2 * SHOWN_AT_EACH_END
    lines = [f"∂{f}/∂{f} = {circuit.rounded(upstream)}" + " by definition" * (upstream == 1.0)]
    if len(told) > MOST_GATES:
        lines += [line for step in told[:SHOWN_AT_EACH_END] for line in _block(step, leading)]
        lines.append(f"… {left_out:,} more gates, each in its turn …")
        told = told[-SHOWN_AT_EACH_END:]
    lines += [line for step in told for line in _block(step, leading)]
    gradient = upstream
    for step in told:
        for source, after in zip(step.inputs, step.after):
            if source is wire and after is not None:
                gradient = after
    amount = circuit.rounded(gradient)
    return "\n".join(
        [
            f"Why is ∂{f}/∂{name} = {amount}?",
            *(f"  {line}" for line in lines),
            f"So when {name} grows a little, {f} changes by {amount} times as much.",
        ]
    )


def _leading_from(circuit: Snapshot, wire: Value) -> set[Value]:
    """The wires that depend on `wire`, and itself: the gradient comes through these."""
    leading = {wire}
    for output in circuit.gates:
        if not leading.isdisjoint(circuit.inputs(output)):
            leading.add(output)
    return leading


def _block(step: Step, leading: set[Value]) -> list[str]:
    """What one gate does, for those of its inputs through which the gradient goes on."""
    told = [branch for branch in step.branches if branch.wire in leading]
    texts = [text for branch in told for text in (branch.chain_rule(as_text), branch.addition())]
    return [f"{lead(step.gate)}:", *(f"  {text}" for text in texts if text)]
