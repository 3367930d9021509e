"""What a circuit takes: how often each wire is used, what is shared, and how many multiplications.

>>> x = Value(3.0, label="x")
>>> y = x * x
>>> count = operations_of(Circuit(y * y + x))
>>> count.gates, count.uses[x], count.shared, count.written_out
(3, 3, 2, 4)
>>> count.forward, count.local, count.backward
(2, 0, 6)

A wire that is used again is computed once: `written_out` is how many gates there would be if it
were computed for every use. `repeated` are gates that compute what another gate has computed, which
sharing (or mg.compile) would save.

Multiplications, divisions and powers are counted as a textbook writes the gates: `forward` those of
the values, `local` those of the local gradients, `backward` one for each gate input that receives a
gradient, local gradient × upstream gradient, that by the 1 of the output too (as `mg.paths` counts
them). A tangent in forward mode takes as many as a gradient at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..engine import Circuit, Value, number_of
from ..rules import Formula, Gate, parts_first
from ..text import Names, count_text, counted

MOST_TRACED: Final = 12  # inputs of a gate with any number of them; each more takes what that took


@dataclass(frozen=True)
class OperationCount:
    """The counts of one circuit; `uses` has, for each wire, how many gate inputs it feeds."""

    circuit: Circuit
    uses: Mapping[Value, int]
    repeated: Mapping[Value, Value]  # a gate, and the one that has computed the same before it
    written_out: int
    forward: int
    local: int
    backward: int

    @property
    def gates(self) -> int:
        """How many gates there are."""
        return len(self.circuit.gates)

    @property
    def shared(self) -> int:
        """How many wires, constants aside, are used more than once."""
        return sum(count > 1 for wire, count in self.uses.items() if not wire.is_constant)

    @property
    def multiplications(self) -> int:
        """All multiplications of both passes."""
        return self.forward + self.local + self.backward

    def numbers(self) -> dict[str, Any]:
        """The numbers for a reader, each by its name; of uses, those of wires with a label."""
        label = Names(self.circuit).label
        names = {wire: label(wire) for wire in self.uses}
        return {
            "uses": {names[wire]: count for wire, count in self.uses.items() if names[wire]},
            "shared": self.shared,
            "repeated": len(self.repeated),
            "written_out": self.written_out,
            "multiplications": {
                "forward": self.forward,
                "local": self.local,
                "backward": self.backward,
                "all": self.multiplications,
            },
        }

    def lines(self) -> list[str]:
        """What a picture says below the circuit."""
        shared = (
            f"{counted(self.gates, 'gate')}; {counted(self.shared, 'wire')} used more than once"
        )
        if self.written_out > self.gates:
            shared += f": without sharing {counted(self.written_out, 'gate')}"
        return [
            shared,
            f"{counted(self.multiplications, 'multiplication')}: {count_text(self.forward)} for "
            f"the values, {count_text(self.local)} for the local gradients, "
            f"{count_text(self.backward)} for local gradient × upstream",
        ]


def operations_of(circuit: Circuit) -> OperationCount:
    """Count the operations of both passes through a circuit."""
    uses: Counter[Value] = Counter()
    written_out = dict.fromkeys(circuit.leaves, 0)
    forward = local = backward = 0
    for wire in circuit.gates:
        inputs = circuit.inputs(wire)
        uses.update(inputs)
        written_out[wire] = 1 + sum(written_out[source] for source in inputs)
        gate, wanted = circuit.gate(wire), tuple(not source.is_constant for source in inputs)
        backward += sum(wanted)
        if gate.has_rules:
            forward += _forward(gate, len(inputs))
            local += _local(gate, wanted)
    return OperationCount(
        circuit=circuit,
        uses={wire: uses[wire] for wire in circuit.wires},
        repeated=_repeated(circuit),
        written_out=sum(written_out[output] for output in circuit.outputs),
        forward=forward,
        local=local,
        backward=backward,
    )


def _repeated(circuit: Circuit) -> dict[Value, Value]:
    """The gates that have the inputs of an earlier gate of the same kind, or inputs like these."""
    first: dict[Any, Value] = {}
    same: dict[Value, Value] = {}
    found = {}
    for wire in circuit.wires:
        key: Any = wire
        if wire.is_constant:
            key = number_of(wire).hex()
        elif not wire.is_leaf and not wire.own_backward:
            key = circuit.gate(wire), tuple(same[source] for source in circuit.inputs(wire))
        same[wire] = first.setdefault(key, wire)
        if same[wire] is not wire and not wire.is_leaf:
            found[wire] = same[wire]
    return found


# --- one gate -------------------------------------------------------------------------------------


@cache
def _forward(gate: Gate, count: int) -> int:
    """The multiplications of a gate's value."""
    if gate.is_dot:
        return count // 2
    if gate.arity is None and count > MOST_TRACED:
        each = _forward(gate, MOST_TRACED) - _forward(gate, MOST_TRACED - 1)
        return _forward(gate, MOST_TRACED) + (count - MOST_TRACED) * each
    if gate.rule is None and gate.definition is None:
        return 0
    return _multiplications([gate.formula(*_symbols(count))])


def _local(gate: Gate, wanted: tuple[bool, ...]) -> int:
    """The multiplications of the local gradients towards the inputs that are wanted."""
    if gate.is_dot or gate.opaque or (gate.arity is None and gate.routes):
        return 0  # factors as they are, what no formula says, a choice
    count = len(wanted)
    if gate.arity is None and count > MOST_TRACED:
        most = _local_of_all(gate, MOST_TRACED)
        return most + (count - MOST_TRACED) * (most - _local_of_all(gate, MOST_TRACED - 1))
    return _local_of_all(gate, count) if all(wanted) else _local_of_some(gate, wanted)


@cache
def _local_of_all(gate: Gate, count: int) -> int:
    return _local_of_some(gate, (True,) * count)


@cache
def _local_of_some(gate: Gate, wanted: tuple[bool, ...]) -> int:
    symbols = [f"x{place}" for place in range(len(wanted))]
    written = [gate.shown_local_formulas(symbols, "out")]
    if gate.arity is None:  # what is run may share more than a textbook does
        written.append(gate.local_formulas(*_symbols(len(wanted)), out=Formula.symbol("out")))
    return min(
        _multiplications([part for part, is_wanted in zip(parts, wanted) if is_wanted])
        for parts in written
    )


def _symbols(count: int) -> list[Formula]:
    return [Formula.symbol(f"x{place}") for place in range(count)]


def _multiplications(formulas: Iterable[Formula]) -> int:
    """How many products, quotients and powers there are in formulas, each different one once."""
    return sum(part.operation in ("*", "/", "**") for part in parts_first(*formulas))
