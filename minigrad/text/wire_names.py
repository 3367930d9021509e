"""What the wires of a circuit are called, in sentences, tables and formulas.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w_1"), mg.Value(-3.0, label="x_1")
>>> f = mg.tanh(w * x + 1)
>>> names = Names(Circuit(f))
>>> names.text(w), names.text(f.inputs[0]), names.text(f)
('w₁', 'w₁·x₁ + 1', 'tanh(w₁·x₁ + 1)')
>>> print(names.latex(f))
\\tanh(w_1 \\cdot x_1 + 1)

`WireNames` calls a wire by its label, and one without by a number: v₁, v₂, … is how the literature
numbers the steps of an evaluation. `Names` prefers the wire's expression while that is short.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Final

from ..engine import Circuit, Value
from ..rules import Formula, Gate, as_latex, as_text, format_number
from .labels import latex_name, unicode_name
from .rounding import number_formula, rounded

LETTERS: Final = "vugtsrq"
LONGEST_EXPRESSION: Final = 20
DEEPEST_EXPRESSION: Final = 3
MOST_INPUTS: Final = 4


class WireNames:
    """The labels of the wires of a circuit, and numbers for those that have none.

    >>> x = Value(3.0, label="x_1")
    >>> y = (2 * x).tanh()
    >>> names = WireNames(Circuit(y))
    >>> names[x], names[y], names[y.inputs[0]]
    ('x₁', 'v₂', 'v₁')

    A name is made when it is asked for: of a large circuit only a part is ever shown. `others` are
    wires to name besides. `ambiguous` are those whose label is no name, because another has it too:
    their numbers follow all others.
    """

    def __init__(
        self, circuit: Circuit, others: Iterable[Value] = (), ambiguous: Iterable[Value] = ()
    ) -> None:
        wires = dict.fromkeys([*circuit.wires, *others])
        initials = {_label(wire)[:1] for wire in wires}
        self._letter = next((letter for letter in LETTERS if letter not in initials), "wire_")
        nameless = (wire for wire in wires if not (wire.is_constant or _label(wire)))
        self._numbers = {wire: number for number, wire in enumerate(chain(nameless, ambiguous), 1)}

    def __getitem__(self, wire: Value) -> str:
        if wire in self._numbers:
            return unicode_name(f"{self._letter}_{self._numbers[wire]}")
        return unicode_name(wire.label) or format_number(wire.data)

    def formula(self, wire: Value) -> Formula:
        """The wire as an operand of a formula: a number for a constant, else a symbol."""
        if wire.is_constant and not _label(wire):
            return Formula("number", (wire.data,))
        name = self[wire]
        return Formula.symbol(name, latex_name(name))


def _label(wire: Value) -> str:
    return str(wire.label or "").strip()


class Names:
    """The names of the wires of a circuit: a label, a short expression, or else a number."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self._formulas: dict[Value, Formula] = {}

    @cached_property
    def _numbered(self) -> WireNames:
        return WireNames(self.circuit)

    def text(self, wire: Value) -> str:
        """The name as plain text."""
        return as_text(self.formula(wire))

    def latex(self, wire: Value) -> str:
        """The name in LaTeX's math mode."""
        return as_latex(self.formula(wire))

    def formula(self, wire: Value) -> Formula:
        """The name as a formula, for use in larger ones."""
        if wire not in self._formulas:
            formula = self._expression(wire, DEEPEST_EXPRESSION)
            self._formulas[wire] = self._numbered.formula(wire) if formula is None else formula
        return self._formulas[wire]

    def computed(self, wire: Value) -> Formula:
        """What the gate behind a wire computes, in the names of its inputs."""
        return gate_formula(
            self.circuit.gate(wire), [self.formula(source) for source in self.circuit.inputs(wire)]
        )

    def _expression(self, wire: Value, depth: int) -> Formula | None:
        """The label, the number or a short expression; None if it would be long."""
        if name := unicode_name(wire.label):
            return Formula.symbol(name, latex_name(wire.label))
        if wire.is_constant:
            return number_formula(rounded(wire.data).removesuffix(".00"))
        inputs = self.circuit.inputs(wire)
        if wire.gate is None or depth == 0 or len(inputs) > MOST_INPUTS:
            return None
        parts: list[Formula] = []
        for source in inputs:
            part = self._expression(source, depth - 1)
            if part is None:
                return None
            parts.append(part)
        expression = gate_formula(self.circuit.gate(wire), parts)
        return expression if len(as_text(expression)) <= LONGEST_EXPRESSION else None


def gate_formula(gate: Gate, operands: Sequence[Formula]) -> Formula:
    """A gate that Python has an operator for as its operator, another as a function."""
    if gate.dunder:
        return gate.trace_formula(*operands)
    return Formula.apply_gate(gate, tuple(operands))
