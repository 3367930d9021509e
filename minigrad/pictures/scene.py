"""What a picture shows, before it is written in one style or another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from typing import Final

from ..calculus import (
    EPSILON,
    Nonfinite,
    OperationCount,
    RoundedWire,
    Rounding,
    first_nonfinite_in,
    operations_of,
    rounding_of,
)
from ..engine import Circuit, Stage, Value
from ..text import DIGITS, Deltas, Names, gate_symbol, rounded, unicode_name
from .captions import (
    chain_rule_lines,
    legend_of_cancelling,
    legend_of_heat,
    legend_of_marks,
    legend_of_operations,
    one_line,
    title_lines,
)
from .dot_source import dot_text, font
from .selection import Selection, Use
from .themes import Theme

FORMULAS: Final = ("delta", "both")  # values of `show` with formulas in δ


@dataclass
class Scene:
    """The gates to draw, the numbers to write on them, and how."""

    selection: Selection
    stage: Stage
    theme: Theme
    digits: int = DIGITS
    show: str = "values"  # as `draw`; or "room": numbers, with room for formulas
    color: str | None = None  # by what wires are coloured: "gradient", or "rounding"
    symbols: Mapping[Value, str] = field(default_factory=dict)  # with constants: `1 + x`, not `+`
    highlight: Value | None = None
    title: str | None = None
    note: str = ""  # below everything else
    notation: str = "l"  # of layers: w₂₁¹, or "[l]": w₂₁^[1]

    @property
    def circuit(self) -> Circuit:
        """The whole circuit, of which the picture may show a part."""
        return self.selection.circuit

    @property
    def gates(self) -> Sequence[Value]:
        """The gates of the picture, by their output wires."""
        return self.selection.gates

    @property
    def active(self) -> Value | None:
        """The gate that stands out."""
        return self.stage.active if self.highlight is None else self.highlight

    @cached_property
    def idle(self) -> dict[Value, str]:
        """The gates that pass hardly any gradient, each with its row's word for that."""
        found = {}
        for wire in self.gates:
            if idle := self.circuit.gate(wire).idle:
                word, condition = idle
                wires = (*self.circuit.inputs(wire), wire)
                numbers = [self.stage.values.get(each) for each in wires]
                if None not in numbers and condition(*numbers):
                    found[wire] = word
        return found

    @cached_property
    def nonfinite(self) -> Nonfinite | None:
        """Where the first inf or nan of the circuit began, if the stage shows any."""
        stage = self.stage
        shown = (stage.values, stage.gradients, stage.contributions)
        if all(isfinite(number) for numbers in shown for number in numbers.values()):
            return None
        return first_nonfinite_in(self.circuit)

    @property
    def nonfinite_wire(self) -> Value | None:
        """The wire that carries the first inf or nan."""
        return None if self.nonfinite is None else self.nonfinite.wire

    @property
    def tangents_by(self) -> str:
        """What the tangents are derivatives by, as far as the stage says."""
        circuit, tangents = self.circuit, self.stage.tangents or {}
        moving = [leaf for leaf in circuit.leaves if tangents.get(leaf)]
        if len(moving) == 1 and tangents[moving[0]] == 1.0 and moving[0].label:
            name = dot_text(unicode_name(self.label(moving[0])))
            return f"how fast a wire moves when {name} moves by 1"
        return "how fast a wire moves"

    @cached_property
    def operations(self) -> OperationCount | None:
        """How often each wire is used and what is multiplied, if the picture shows that."""
        return operations_of(self.circuit) if self.show == "operations" else None

    @property
    def shows_gradients(self) -> bool:
        """Whether gradients stand below the wires."""
        return self.stage.goes_back and self.operations is None

    def uses(self, wire: Value) -> str:
        """How often a wire is used, in place of its gradient."""
        count = self.operations.uses[wire] if self.operations else 0
        return f"{count}×" if count else ""

    @cached_property
    def rounding(self) -> Rounding | None:
        """How far rounding can have moved the output, if the picture shows that."""
        return rounding_of(self.circuit) if self.color == "rounding" else None

    @cached_property
    def rounded_wires(self) -> dict[Value, RoundedWire]:
        """The wires that were rounded."""
        return {each.wire: each for each in self.rounding.wires} if self.rounding else {}

    @property
    def cancelling(self) -> list[RoundedWire]:
        """The gates of the picture where large numbers cancel."""
        gates = set(self.gates)
        return [
            each
            for each in (self.rounding.cancelling if self.rounding else ())
            if each.wire in gates
        ]

    def heat(self, wire: Value, gradient: float | None) -> float | None:
        """The number that a wire, or a branch of it with this gradient, is coloured by."""
        if self.color is None or wire.is_constant:
            return None
        if self.color == "gradient":
            return gradient
        return self.rounded_wires[wire].error if wire in self.rounded_wires else None

    @property
    def reference(self) -> float:
        """What the middle of the heat map stands for."""
        if self.rounding:
            return EPSILON * self.rounding.value
        return self.stage.gradients.get(self.circuit.output, 1.0)

    def local_gradient(self, use: Use) -> float | None:
        """The local gradient to show at a gate's input, once the forward pass has been there."""
        if self.show != "local" or use.gate not in self.stage.values:
            return None
        gradients = self.circuit.local_gradients(use.gate)
        if len(gradients) <= use.place or self.circuit.inputs(use.gate)[use.place].is_constant:
            return None  # a gate made by hand has none, and none is taken towards a constant
        return gradients[use.place]

    @cached_property
    def deltas(self) -> Deltas:
        """The gradients as formulas in δ."""
        return Deltas(self.circuit, names=self.names)

    @cached_property
    def names(self) -> Names:
        """What the wires are called."""
        return Names(self.circuit, self.digits, notation=self.notation)

    def label(self, wire: Value) -> str:
        """A wire's label in this picture's notation."""
        return self.names.written_label(wire)

    def formula_below(self, wire: Value) -> str:
        """The gradient of a wire as a formula in δ, if this picture shows formulas."""
        if self.show not in FORMULAS or not self._is_told(wire in self.stage.gradients):
            return ""
        return self.deltas.text(wire)

    def formula_sent(self, use: Use) -> str:
        """What a gate sends back along one branch, likewise."""
        if self.show not in FORMULAS or not self._is_told(use in self.stage.contributions):
            return ""
        return self.deltas.sent_text(*use)

    def _is_told(self, known: bool) -> bool:
        """While a circuit is stepped through a formula comes when its number does."""
        return known or self.stage.circuit is None

    def gradient_text(self, formula: str, gradient: float | None) -> str:
        """What stands for a gradient: its formula, its number, or both; `?` if neither is known."""
        number = "?" if gradient is None else rounded(gradient, self.digits)
        if not formula or (self.show == "both" and gradient is None):
            return formula or number
        return f"{formula} = {number}" if self.show == "both" else formula

    def symbol(self, wire: Value) -> str:
        """What stands in the gate behind a wire."""
        return self.symbols.get(wire) or gate_symbol(self.circuit, wire)

    @cached_property
    def caption(self) -> list[str]:
        """The lines below the picture: title, chain rule, legends, note; none with title=""."""
        if self.title == "":
            return []
        explanation = []
        if self.active is not None:
            explanation = chain_rule_lines(
                self.circuit, self.active, self.stage, self.theme, self.digits, self.label
            )
        return [
            *title_lines(self.title, bool(explanation)),
            *explanation,
            *legend_of_operations(self.circuit, self.operations, self.theme, self.label),
            *([one_line(self.rounding.summary)] if self.rounding else []),
            *([legend_of_heat(self.theme, self.color)] if self.color else []),
            *legend_of_marks(self.circuit, self.idle, self.nonfinite, self.theme, self.label),
            *legend_of_cancelling(self.circuit, self.cancelling, self.theme),
            *([font(self.note, self.theme.faint, 11)] if self.note else []),
        ]
