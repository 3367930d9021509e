"""One moment of a circuit's two passes: which numbers are known, and which gate is at work.

Pictures and the stepper speak of a circuit in these terms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..rules import described
from .circuit import Circuit
from .value import Value


@dataclass(frozen=True)
class Stage:
    """What is known at one moment; a wire without an entry is shown as `?`.

    `contributions` is keyed by the output wire of a gate and the place of the input: what that gate
    sends back along that branch. `done` holds the output wires of the gates that have finished,
    `active` that of the gate at work. `circuit` is the one that was stepped through, if any. In
    forward mode `tangents` says how fast the known wires move, 0 where not at all; else it is None.
    Where no backward pass follows `goes_back` is False: there are no gradients to wait for.
    """

    values: Mapping[Value, float]
    gradients: Mapping[Value, float]
    contributions: Mapping[tuple[Value, int], float]
    done: frozenset[Value] = frozenset()
    active: Value | None = None
    circuit: Circuit | None = field(default=None, repr=False, compare=False)
    tangents: Mapping[Value, float] | None = None
    goes_back: bool = True

    def translated(self, twins: Mapping[Value, Value]) -> Stage:
        """The same moment, told of the twins of these wires and of no others."""
        return Stage(
            values={twins[wire]: value for wire, value in self.values.items() if wire in twins},
            gradients={twins[wire]: d for wire, d in self.gradients.items() if wire in twins},
            contributions={
                (twins[wire], place): sent
                for (wire, place), sent in self.contributions.items()
                if wire in twins
            },
            done=frozenset(twins[wire] for wire in self.done if wire in twins),
            active=None if self.active is None else twins.get(self.active),
            tangents=None
            if self.tangents is None
            else {twins[wire]: t for wire, t in self.tangents.items() if wire in twins},
            goes_back=self.goes_back,
        )


def check_stage(stage: object) -> None:
    """Raise a TypeError if this is neither a stage nor None."""
    if stage is not None and not isinstance(stage, Stage):
        raise TypeError(f"stage= takes a Stage, like stepper.stage, got {described(stage)}")


def circuit_at(
    output: Value,
    stage: Stage | None,
    collapse: Iterable[str] = (),
    others: Sequence[Value] = (),
    textbook: bool = True,
) -> tuple[Circuit, Stage | None]:
    """The circuit behind an output, and `others`, and the stage in its wires.

    A stage that comes with a circuit is shown in it, or where it is shown in another, in one that
    is seen in the same way: wires that only a circuit knows are others there, found by their place.
    With `textbook` losses are shown as a text book writes them.
    """
    if stage is None or stage.circuit is None:
        return Circuit(output, collapse, others=others, textbook=textbook), stage
    if stage.circuit.outputs == (output, *others):
        return stage.circuit, stage
    seen_as = stage.circuit.collapse, False, others, stage.circuit.textbook
    circuit = Circuit(output, *seen_as)
    twins = {wire: wire for wire in circuit.wires}
    for gate in circuit.gates:
        if gate in stage.circuit:
            twins.update(zip(stage.circuit.inputs(gate), circuit.inputs(gate)))
    return circuit, stage.translated(twins)


def present_stage(circuit: Circuit, wires: Collection[Value] | None = None) -> Stage:
    """The stage that the circuit's own numbers show: its data, and what gradients there are.

    >>> import minigrad as mg
    >>> x = mg.Value(3.0)
    >>> y = x * x
    >>> present_stage(Circuit(y)).gradients
    {}
    >>> y.backward()
    >>> present_stage(Circuit(y)).contributions == {(y, 0): 3.0, (y, 1): 3.0}
    True

    Of some wires only, if they are given: a picture of a part of a large circuit needs no more.
    """
    shown = circuit.wires if wires is None else wires
    gradients = {wire: wire.grad for wire in shown if wire.has_grad}
    return Stage(
        values={wire: wire.data for wire in shown},
        gradients=gradients,
        contributions={
            (wire, place): circuit.gate(wire).contribution(local, gradient) or 0.0
            for wire, gradient in gradients.items()
            for place, local in enumerate(circuit.local_gradients(wire))
        },
    )
