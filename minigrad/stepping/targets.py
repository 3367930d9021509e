"""Where a run through a circuit stops: at a wire, at a gate, or when a function says so."""

from __future__ import annotations

from collections.abc import Callable

from ..engine import Value
from ..rules import described
from .step import Circuit, Step

Target = Value | str | Callable[[Step], object]


def stop_at(target: Target, circuit: Circuit) -> Callable[[Step], object]:
    """A function that says of a step whether it is one to stop at.

    >>> x = Value(2.0).exp()
    >>> circuit = Circuit(x.log(), digits=2)
    >>> stop_at("exp", circuit)(Step(circuit, 1, x)), stop_at("log", circuit)(Step(circuit, 1, x))
    (True, False)

    A wire stops at the step that computes it and at every step that adds to its gradient, the name
    or symbol of a gate at such gates; a function decides for itself.
    """
    if isinstance(target, Value):
        if target not in circuit.values:
            raise ValueError(
                f"{target!r} is not in the circuit behind {circuit.output!r}: run to one of its "
                "wires, to the name of a gate, or until a function of a step says so"
            )
        return lambda step: (
            step.output is target if step.upstream is None else target in step.inputs
        )
    if isinstance(target, str):
        present = {step_gate for wire in circuit.gates if (step_gate := wire.gate)}
        named = {gate for gate in present if target in (gate.name, gate.symbol)}
        if not named:
            names = ", ".join(sorted(gate.name for gate in present))
            raise ValueError(f"there is no gate {target!r} in this circuit, which has {names}")
        return lambda step: step.gate in named
    if callable(target):
        return target
    raise TypeError(
        "run_to needs a Value of the circuit, the name of a gate or a function of a step, got "
        f"{described(target)}"
    )
