"""The circuit behind a value: found once from its output, and handed on.

>>> from minigrad import Value
>>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
>>> circuit = Circuit(x * y + x)
>>> [circuit.gate(wire).name for wire in circuit.gates]
['mul', 'add']
>>> circuit.place[x], circuit.place[circuit.output]
(0, 3)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from ..rules import Gate
from .backward import Value
from .order import leaves_and_gates


class Circuit:
    """All wires behind an output, in topological order: first the leaves, then the gates.

    Ask the circuit, not the wire, for a wire's gate, inputs and local gradients: where a gate is
    shorthand for others, the circuit has these in its place.
    """

    def __init__(self, output: Value, collapse: Iterable[str] = ()) -> None:
        self.output = output
        self.collapse = frozenset(collapse)
        self.leaves, self.gates = leaves_and_gates(output)

    @cached_property
    def wires(self) -> list[Value]:
        """All wires: the leaves, then the outputs of the gates."""
        return self.leaves + self.gates

    @cached_property
    def place(self) -> dict[Value, int]:
        """The number of each wire in topological order."""
        return {wire: number for number, wire in enumerate(self.wires)}

    def __contains__(self, wire: object) -> bool:
        return wire in self.place

    def gate(self, wire: Value) -> Gate:
        """The gate that a wire which is no leaf comes out of."""
        assert wire.gate is not None
        return wire.gate

    def inputs(self, wire: Value) -> tuple[Value, ...]:
        """The wires that go into the gate behind a wire, in order; none for a leaf."""
        return wire.inputs

    def local_gradients(self, wire: Value) -> tuple[float, ...]:
        """d(wire)/d(input) for every input, as they were when the gate was recorded."""
        return wire.local_gradients
