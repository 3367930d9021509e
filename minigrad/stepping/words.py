"""The words and formulas of a step: a gate's row gives the words, its rules give the formulas.

>>> import minigrad as mg
>>> w, x = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
>>> forward, backward = mg.Stepper(w * x, upstream=0.1966)
>>> print(forward.sentence)
× computes f = w₁·x₁ = −3·(−2) = 6
>>> print(backward.sentence)
× switches its inputs: w₁ receives 0.197 · x₁ = −0.393; x₁ receives 0.197 · w₁ = −0.590
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ..engine import Value
from ..rules import Formula, Gate, as_formula, as_latex, as_text, is_number, simplified
from ..text import at_input, gate_formula, number_formula
from .snapshot import Snapshot

MOST_IN_A_SENTENCE: Final = 6

Writer = Callable[[Formula], str]


@dataclass(frozen=True)
class Branch:
    """What a gate sends to one of its inputs, to be told in words or as a formula."""

    circuit: Snapshot
    output: Value  # of the gate
    upstream: float
    wire: Value  # the input
    place: int
    formula: Formula  # of the local gradient
    local: float | None
    contribution: float
    before: float | None
    after: float

    @property
    def name(self) -> str:
        """What the input is called; of a wire at several inputs, which of them is meant."""
        name = self.circuit.names.formula(self.wire)
        if self.circuit.inputs(self.output).count(self.wire) > 1:
            name = at_input(name, self.place)
        return as_text(self.circuit.names.shown(name))

    @property
    def in_deltas(self) -> str:
        """What the input receives as a formula in δ, if it has one: at a z, what its δ is."""
        deltas = self.circuit.deltas
        if self._has_delta:
            return deltas.recursion(self.wire)
        return deltas.sent_text(self.output, self.place)

    @property
    def called(self) -> str:
        """The name of what the input receives, where that is a δ."""
        return as_text(self.circuit.deltas.delta(self.wire)) if self._has_delta else ""

    @property
    def _has_delta(self) -> bool:
        """Whether what the input receives is a δ."""
        return self.wire in self.circuit.deltas.preactivations and (
            self.circuit.fan_out[self.wire] == 1
        )

    def received(self, in_deltas: bool = False) -> str:
        """What the input receives, as a product unless the gradient goes through as it is."""
        if not in_deltas:
            return self._product()
        formula, amount = self.in_deltas, self.circuit.rounded(self.contribution)
        text = f"{self.name} receives {formula} = {amount}" if formula else self._product()
        return f"{text}, called {self.called}" if self.called else text

    def _product(self) -> str:
        rounded = self.circuit.rounded
        amount, upstream = rounded(self.contribution), rounded(self.upstream)
        if self.local is None or is_number(self.formula, 1.0):
            return f"{self.name} receives {amount}"
        product = f"{self.name} receives {upstream} · {factor(self._local_formula, as_text)}"
        if self.formula.operation in ("symbol", "number"):
            return f"{product} = {amount}"
        return f"{product} = {upstream} · {in_a_product(rounded(self.local))} = {amount}"

    def chain_rule(self, write: Writer) -> str:
        """The gradient of the input as upstream times local gradient, in symbols and numbers."""
        circuit, latex = self.circuit, write is as_latex
        dot = r" \cdot " if latex else " · "
        adds = r"\mathrel{+}=" if latex else "+="
        equals = adds if circuit.fan_out[self.wire] > 1 else "="
        to_wire, to_out = (circuit.total_derivative(wire) for wire in (self.wire, self.output))
        symbols = f"{write(to_wire)} {equals} {write(to_out)}{dot}"
        parts = [symbols + factor(self._local_formula, write)]
        if self.local is not None:
            local = in_a_product(number_text(circuit, self.local, write))
            parts.append(f"{number_text(circuit, self.upstream, write)}{dot}{local}")
        return " = ".join([*parts, number_text(circuit, self.contribution, write)])

    @property
    def _local_formula(self) -> Formula:
        return self.circuit.names.shown(self.formula)


def local_formulas(circuit: Snapshot, output: Value) -> list[Formula]:
    """The local gradients of the gate behind a wire, in the names of its inputs and its output."""
    gate, inputs = circuit.gate(output), circuit.inputs(output)
    if output.own_backward or not gate.has_rules:
        return [Formula.symbol("its own function", r"\text{its own function}")] * len(inputs)
    rule = gate.textbook_gradient or gate.local_gradient
    names = map(circuit.names.formula, (*inputs, output))
    return [simplified(as_formula(part)) for part in rule(*names)]


def forward_formulas(circuit: Snapshot, output: Value) -> list[Formula]:
    """The output's name, what is computed with symbols, with numbers, and the result."""
    wires, names = (*circuit.inputs(output), output), circuit.names
    *numbers, result = (number_formula(circuit.rounded(circuit.values[wire])) for wire in wires)
    return [
        *([] if names.is_expression(output) else [names.formula(output)]),
        names.shown(names.computed(output)),
        gate_formula(circuit.gate(output), numbers),
        result,
    ]


def forward_sentence(circuit: Snapshot, output: Value) -> str:
    """What the gate behind a wire computes."""
    formulas = map(as_text, forward_formulas(circuit, output))
    return f"{circuit.symbol(output)} computes {' = '.join(formulas)}"


def backward_sentence(gate: Gate, branches: Sequence[Branch], in_deltas: bool) -> str:
    """What the gate sends to its inputs; where a fan-out adds, that too."""
    if not branches:
        return f"{lead(gate)}: its inputs are constants, which receive nothing"
    shown = branches[:MOST_IN_A_SENTENCE]
    parts = [branch.received(in_deltas) for branch in shown]
    if len(branches) > len(shown):
        parts.append(f"and {len(branches) - len(shown)} more inputs likewise")
    return ". ".join([f"{lead(gate)}: {'; '.join(parts)}", *additions(shown)])


def additions(branches: Sequence[Branch]) -> list[str]:
    """For each wire at a fan-out, once, that what it receives adds to what it has received.

    >>> import minigrad as mg
    >>> x = mg.Value(3.0, label="x")
    >>> *_, last = mg.Stepper(x * x + x)
    >>> additions(last.branches)
    ['x feeds 3 gate inputs, so contributions add: 1 + 3 + 3 = 7']
    """
    at_wire: dict[Value, list[Branch]] = {}
    for branch in branches:
        at_wire.setdefault(branch.wire, []).append(branch)
    told = []
    for wire, several in at_wire.items():
        circuit, before = several[0].circuit, several[0].before
        terms = ([] if before is None else [before]) + [each.contribution for each in several]
        if len(terms) > 1:
            first, *rest = map(circuit.rounded, terms)
            added = " + ".join([first, *map(in_a_product, rest)])
            told.append(
                f"{circuit.names.text(wire)} feeds {circuit.fan_out[wire]} gate inputs, so "
                f"contributions add: {added} = {circuit.rounded(several[-1].after)}"
            )
    return told


def lead(gate: Gate) -> str:
    """What such a gate does to gradients, from its row in the table."""
    return gate.sentence.partition(":")[0]


def in_a_product(number: str) -> str:
    """A number behind another sign: a negative one in brackets."""
    return f"({number})" if number.startswith(("−", "-")) else number


def number_text(circuit: Snapshot, number: float, write: Writer) -> str:
    """A number as text or in LaTeX."""
    return write(number_formula(circuit.rounded(number)))


def factor(formula: Formula, write: Writer = as_text) -> str:
    """A formula as a factor of a product."""
    text = write(formula)
    plain = formula.operation in ("symbol", "call", "*") and not text.startswith(("−", "-"))
    return text if plain else f"({text})"
