"""What a picture shows, before it is written in one style or another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..calculus import Nonfinite
from ..engine import Stage, Value
from .themes import Theme


class Use(NamedTuple):
    """One use of a wire: the gate, by its output wire, and the place among that gate's inputs."""

    gate: Value
    place: int


@dataclass(frozen=True)
class Uses:
    """Where each wire of a picture goes, and its number in the whole circuit.

    `number` is a wire's place in the topological order of the whole circuit: a picture of a part
    names wires as the picture of the whole does. `hidden` counts uses by gates left out.
    """

    number: Mapping[Value, int]
    shown: Mapping[Value, list[Use]]
    hidden: Mapping[Value, int]


def uses_of(
    wires: Sequence[Value], gates: Sequence[Value], symbols: Collection[Value] = ()
) -> Uses:
    """The uses of every wire of a picture of these gates, out of a circuit's wires in order.

    A gate in `symbols` shows its constants in its symbol: they are no wires of the picture.
    """
    chosen = set(gates)
    shown: dict[Value, list[Use]] = {wire: [] for wire in gates}
    hidden: dict[Value, int] = {}
    for gate in gates:
        in_symbol = gate in symbols
        for place, source in enumerate(gate.inputs):
            if in_symbol and source.is_constant:
                continue
            shown.setdefault(source, []).append(Use(gate, place))
    for wire in wires:
        if wire not in chosen:
            for source in wire.inputs:
                if source in shown:
                    hidden[source] = hidden.get(source, 0) + 1
    return Uses({wire: number for number, wire in enumerate(wires)}, shown, hidden)


@dataclass(frozen=True)
class Scene:
    """The gates to draw, the numbers to write on them, and how."""

    output: Value
    gates: Sequence[Value]
    uses: Uses
    stage: Stage
    theme: Theme
    digits: int = 2
    show_local: bool = False
    heat: bool = False
    symbols: Mapping[Value, str] = field(default_factory=dict)  # with constants: `1 + x`, not `+`
    idle: Mapping[Value, str] = field(default_factory=dict)  # gates that pass no gradient
    first_nonfinite: Nonfinite | None = None  # where the first inf or nan began
    active: Value | None = None
    caption: Sequence[str] = ()  # lines of HTML-like text

    @property
    def first_nonfinite_wire(self) -> Value | None:
        """The wire that carries the first inf or nan."""
        return None if self.first_nonfinite is None else self.first_nonfinite.wire

    def local_gradient(self, use: Use) -> float | None:
        """The local gradient to show at a gate's input, once the forward pass has been there."""
        if not self.show_local or use.gate not in self.stage.values:
            return None
        gradients = use.gate.local_gradients
        if len(gradients) <= use.place or use.gate.inputs[use.place].is_constant:
            return None  # a gate made by hand has none, and none is taken towards a constant
        return gradients[use.place]

    def symbol(self, wire: Value) -> str:
        """What stands in the gate behind a wire."""
        assert wire.gate is not None
        return self.symbols.get(wire, wire.gate.symbol)
