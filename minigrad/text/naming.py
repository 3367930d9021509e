"""What to call the wires of one circuit, in sentences and formulas.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w_1"), mg.Value(-3.0, label="x_1")
>>> f = mg.tanh(w * x + 1)
>>> names = Names(f)
>>> names.text(w), names.text(f.inputs[0]), names.text(f)
('w₁', 'w₁·x₁ + 1', 'tanh(w₁·x₁ + 1)')
>>> print(names.latex(f))
\\tanh(w_1 \\cdot x_1 + 1)

A wire with a label is called by it; one without by its expression while that is short, else by a
number: `v₁₂` (see `wire_names`).
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from ..engine import Value, topological_order
from ..rules import Formula, as_latex, as_text
from .notation import latex_name, latex_number, rounded, unicode_name
from .wire_names import WireNames

LONGEST_EXPRESSION: Final = 20
DEEPEST_EXPRESSION: Final = 3
MOST_INPUTS: Final = 4


class Names:
    """The names of the wires of the circuit behind an output, made as they are asked for."""

    def __init__(self, output: Value) -> None:
        self._output = output
        self._formulas: dict[Value, Formula] = {}

    @cached_property
    def numbers(self) -> dict[Value, int]:
        """The place of every wire in the topological order."""
        return {wire: number for number, wire in enumerate(topological_order(self._output))}

    @cached_property
    def _numbered(self) -> WireNames:
        return WireNames(topological_order(self._output))

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
        return apply_gate_of(wire, [self.formula(source) for source in wire.inputs])

    def _expression(self, wire: Value, depth: int) -> Formula | None:
        """The label, the number or a short expression; None if it would be long."""
        if name := unicode_name(wire.label):
            return Formula.symbol(name, latex_name(wire.label))
        if wire.is_constant:
            return number_formula(rounded(wire.data).removesuffix(".00"))
        if wire.gate is None or depth == 0 or len(wire.inputs) > MOST_INPUTS:
            return None
        parts: list[Formula] = []
        for source in wire.inputs:
            part = self._expression(source, depth - 1)
            if part is None:
                return None
            parts.append(part)
        expression = apply_gate_of(wire, parts)
        return expression if len(as_text(expression)) <= LONGEST_EXPRESSION else None


def apply_gate_of(wire: Value, operands: list[Formula]) -> Formula:
    """A gate that Python has an operator for as its operator, another as a function."""
    gate = wire.gate
    assert gate is not None
    if gate.dunder:
        return gate.trace_formula(*operands)
    return Formula.apply_gate(gate, tuple(operands))


def number_formula(text: str) -> Formula:
    """A number that is already text, as a formula: in LaTeX with LaTeX's signs.

    >>> as_latex(number_formula("−1.0e−9")), as_latex(number_formula("∞"))
    ('-1.0 \\\\cdot 10^{-9}', '\\\\infty')
    """
    return Formula.symbol(text, latex_number(text))
