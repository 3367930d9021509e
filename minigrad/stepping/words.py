"""The words and formulas of a step: a gate's row gives the words, its rules give the formulas.

>>> import minigrad as mg
>>> w, x = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
>>> forward, backward = mg.Stepper(w * x, upstream=0.1966)
>>> print(forward.sentence)
× computes w₁·x₁ = −3.00·(−2.00) = 6.00
>>> print(backward.sentence)
× switches its inputs: w₁ receives 0.20 · x₁ = −0.39; x₁ receives 0.20 · w₁ = −0.59
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ..engine import Value
from ..rules import Formula, Gate, as_formula, as_latex, as_text, simplified
from ..text import gate_formula, number_formula
from .snapshot import Snapshot

MOST_IN_A_SENTENCE: Final = 6

OUT: Final = Formula.symbol("out", r"\mathit{out}")  # as the rows of the table call it

Writer = Callable[[Formula], str]


@dataclass(frozen=True)
class Branch:
    """What a gate sends to one of its inputs, to be told in words or as a formula."""

    circuit: Snapshot
    output: Value  # of the gate
    upstream: float
    wire: Value  # the input
    formula: Formula  # of the local gradient
    local: float | None
    contribution: float
    before: float | None
    after: float

    @property
    def name(self) -> str:
        """What the input is called."""
        return self.circuit.names.text(self.wire)

    def received(self) -> str:
        """What the input receives, as a product unless the gradient goes through as it is."""
        rounded = self.circuit.rounded
        amount, upstream = rounded(self.contribution), rounded(self.upstream)
        passes_on = self.formula.operation == "number" and self.formula.operands[0] == 1.0
        if self.local is None or passes_on:
            return f"{self.name} receives {amount}"
        product = f"{self.name} receives {upstream} · {_factor(self.formula, as_text)}"
        if self.formula.operation in ("symbol", "number"):
            return f"{product} = {amount}"
        return f"{product} = {upstream} · {_in_a_product(rounded(self.local))} = {amount}"

    def addition(self) -> str:
        """That it is added to what other branches have sent before; empty for the first one."""
        if self.before is None:
            return ""
        rounded = self.circuit.rounded
        return (
            f"{self.name} feeds {self.circuit.fan_out[self.wire]} gate inputs, so contributions "
            f"add: {rounded(self.before)} + {_in_a_product(rounded(self.contribution))} = "
            f"{rounded(self.after)}"
        )

    def chain_rule(self, write: Writer) -> str:
        """The gradient of the input as upstream times local gradient, in symbols and numbers."""
        circuit, latex = self.circuit, write is as_latex
        dot = r" \cdot " if latex else " · "
        adds = r"\mathrel{+}=" if latex else "+="
        equals = adds if circuit.fan_out[self.wire] > 1 else "="
        top, name = circuit.output_name, circuit.names.formula
        to_wire = _derivative(top, name(self.wire), write)
        out = top if self.output is circuit.output else name(self.output)
        to_out = _derivative(top, out, write)
        parts = [f"{to_wire} {equals} {to_out}{dot}{_factor(self.formula, write)}"]
        if self.local is not None:
            local = _in_a_product(_number(circuit, self.local, write))
            parts.append(f"{_number(circuit, self.upstream, write)}{dot}{local}")
        return " = ".join([*parts, _number(circuit, self.contribution, write)])


def local_formulas(circuit: Snapshot, output: Value) -> list[Formula]:
    """The local gradients of the gate behind a wire, in the names of its inputs."""
    gate, inputs = circuit.gate(output), circuit.inputs(output)
    if output.own_backward or not gate.has_rules:
        return [Formula.symbol("its own function", r"\text{its own function}")] * len(inputs)
    name = circuit.names.formula
    rule = gate.textbook_gradient or gate.local_gradient
    out = name(output) if output.label else OUT
    return [simplified(as_formula(part)) for part in rule(*map(name, inputs), out)]


def forward_formulas(circuit: Snapshot, output: Value) -> list[Formula]:
    """The output's label if any, what is computed with symbols, with numbers, and the result."""
    wires = (*circuit.inputs(output), output)
    *numbers, result = (number_formula(circuit.rounded(circuit.values[wire])) for wire in wires)
    return [
        *([circuit.names.formula(output)] if output.label else []),
        circuit.names.computed(output),
        gate_formula(circuit.gate(output), numbers),
        result,
    ]


def forward_sentence(circuit: Snapshot, output: Value) -> str:
    """What the gate behind a wire computes."""
    formulas = map(as_text, forward_formulas(circuit, output))
    return f"{circuit.gate(output).symbol} computes {' = '.join(formulas)}"


def backward_sentence(gate: Gate, branches: Sequence[Branch]) -> str:
    """What the gate sends to its inputs; where a fan-out adds, that too."""
    if not branches:
        return f"{lead(gate)}: its inputs are constants, which receive nothing"
    shown = branches[:MOST_IN_A_SENTENCE]
    parts = [branch.received() for branch in shown]
    if len(branches) > len(shown):
        parts.append(f"and {len(branches) - len(shown)} more inputs likewise")
    additions = [text for branch in shown if (text := branch.addition())]
    return ". ".join([f"{lead(gate)}: {'; '.join(parts)}", *additions])


def lead(gate: Gate) -> str:
    """What such a gate does to gradients, from its row in the table."""
    return gate.sentence.partition(":")[0]


def _number(circuit: Snapshot, number: float, write: Writer) -> str:
    return write(number_formula(circuit.rounded(number)))


def _derivative(top: Formula, bottom: Formula, write: Writer) -> str:
    bottom_text = write(bottom)
    if bottom.operation not in ("symbol", "call"):
        bottom_text = f"({bottom_text})"
    if write is as_latex:
        return rf"\frac{{\partial {write(top)}}}{{\partial {bottom_text}}}"
    return f"∂{write(top)}/∂{bottom_text}"


def _factor(formula: Formula, write: Writer) -> str:
    """A formula as a factor of a product."""
    text = write(formula)
    plain = formula.operation in ("symbol", "call", "*") or text.replace(".", "").isdecimal()
    return text if plain else f"({text})"


def _in_a_product(number: str) -> str:
    return f"({number})" if number.startswith(("−", "-")) else number
