"""What the wires of a circuit are called: one name for one wire, wherever it is spoken of.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w_1"), mg.Value(-3.0, label="x_1")
>>> f = mg.tanh(w * x + 1)
>>> names = Names(Circuit(f))
>>> names.text(w), names.text(f.inputs[0]), names.text(f)
('w₁', 'w₁·x₁ + 1', 'f')
>>> print(names.latex(f.inputs[0]))
w_1 \\cdot x_1 + 1

A wire is called by its label, else by its expression while that is short, else by a number: v₁, v₂,
… is how the literature numbers the steps of an evaluation. An output without a label is f.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from ..engine import Circuit, Value
from ..rules import Formula, Gate, as_latex, as_text
from .labels import in_notation, latex_name, unicode_name, with_run
from .rounding import DIGITS, rounded_formula
from .runs import runs_of, unit_of

LETTERS: Final = "vugtsrq"
OUTPUTS: Final = ("f", "g", "h", "F", "G", "H")
LONGEST_EXPRESSION: Final = 20
DEEPEST_EXPRESSION: Final = 3
MOST_INPUTS: Final = 4
MOST_EXPRESSIONS: Final = 20_000  # in a larger circuit nobody reads, all are numbered


class Names:
    """The names of the wires of a circuit; constants without a label are called by their number.

    >>> x = Value(3.0, label="x_1")
    >>> y = (x * x * x * x * x).exp()
    >>> names = Names(Circuit(y))
    >>> names.text(x), names.text(y), names.text(y.inputs[0])
    ('x₁', 'f', 'v₄')

    A name is made when it is asked for: of a large circuit only a part is ever shown. Numbers are
    rounded to `digits`. `others` are wires to name besides. `notation` is that of layers: "l" for
    w₂₁¹, "[l]" for w₂₁^[1]. Wires of one label have a number besides: where a network ran twice its
    wires are z₁¹⁽¹⁾ and z₁¹⁽²⁾.
    """

    def __init__(
        self,
        circuit: Circuit,
        digits: int = DIGITS,
        others: Iterable[Value] = (),
        notation: str = "l",
    ) -> None:
        self.circuit, self.digits, self.notation = circuit, digits, notation
        self._others = others
        self._formulas: dict[Value, Formula] = {}

    def text(self, wire: Value) -> str:
        """The name as plain text."""
        return as_text(self.shown(self.formula(wire)))

    def latex(self, wire: Value) -> str:
        """The name in LaTeX's math mode."""
        return as_latex(self.shown(self.formula(wire)))

    def formula(self, wire: Value) -> Formula:
        """The name as a formula, for use in larger ones; `shown` rounds its numbers."""
        if wire not in self._formulas:
            name = self._named(wire)
            self._formulas[wire] = self._number(wire) if name is None else name
        return self._formulas[wire]

    def computed(self, wire: Value) -> Formula:
        """What the gate behind a wire computes, in the names of its inputs."""
        return gate_formula(
            self.circuit.gate(wire), [self.formula(source) for source in self.circuit.inputs(wire)]
        )

    def is_expression(self, wire: Value) -> bool:
        """Whether the name says already what is computed."""
        return self.formula(wire).operation not in ("symbol", "number")

    def is_numbered(self, wire: Value) -> bool:
        """Whether the name is made up, u₄, and stands nowhere in the picture."""
        return self._named(wire) is None

    def shown(self, formula: Formula) -> Formula:
        """A formula with its numbers as a reader sees them."""
        return rounded_formula(formula, self.digits)

    def _named(self, wire: Value) -> Formula | None:
        if wire in self._output_names:
            return self._output_names[wire]
        return self._labelled(wire, self._expressions)

    def _labelled(self, wire: Value, expressions: Mapping[Value, Formula]) -> Formula | None:
        """The label, the number that a constant is, or an expression."""
        if name := self.label(wire):
            return Formula.symbol(name, latex_name(self.written_label(wire)))
        return Formula("number", (wire.data,)) if wire.is_constant else expressions.get(wire)

    def label(self, wire: Value) -> str:
        """The wire's own name; empty where it has none."""
        return unicode_name(self.written_label(wire))

    def written_label(self, wire: Value) -> str:
        """The label with its layer in this notation, and with its run where others have it too."""
        label = in_notation(wire.label or "", self.notation)
        return with_run(label, self.runs[wire]) if wire in self.runs else str(label)

    @cached_property
    def runs(self) -> dict[Value, int]:
        """The numbers of the wires whose label others have too."""
        return runs_of(self.circuit, self._others)

    @property
    def about_runs(self) -> str:
        """What the number in brackets says, by an example; empty where no wire has one."""
        second = [wire for wire in self.runs if self.runs[wire] == 2]
        if not second:
            return ""
        example = min(second, key=lambda wire: (unit_of(wire) is None, wire.is_leaf))
        one = unicode_name(in_notation(example.label, self.notation))
        meaning = "of the second run" if unit_of(example) else f"the second {one}"
        return f"{self.label(example)} is {meaning}"

    @cached_property
    def _output_names(self) -> dict[Value, Formula]:
        """Letters for the outputs that have no name."""
        taken = {unicode_name(wire.label) for wire in self._all_wires if wire.label}
        letters = (Formula.symbol(letter) for letter in OUTPUTS if letter not in taken)
        nameless = (w for w in self.circuit.outputs if not (w.is_leaf or self.label(w)))
        return dict(zip(nameless, letters))

    @cached_property
    def _expressions(self) -> dict[Value, Formula]:
        """The short expressions, each of one wire alone: what two wires compute names neither."""
        if len(self.circuit.gates) > MOST_EXPRESSIONS:
            return {}
        found = self._short_expressions()
        texts = {wire: as_text(self.shown(formula)) for wire, formula in found.items()}
        wires_of = Counter(texts.values())
        return self._short_expressions({wire for wire in texts if wires_of[texts[wire]] > 1})

    def _short_expressions(self, but: Collection[Value] = ()) -> dict[Value, Formula]:
        found: dict[Value, Formula] = {}
        depth: dict[Value, int] = {}
        for wire in self.circuit.gates:
            inputs = self.circuit.inputs(wire)
            if self.label(wire) or len(inputs) > MOST_INPUTS or wire in but:
                continue
            parts = [self._labelled(source, found) for source in inputs]
            operands = [part for part in parts if part is not None]
            depth[wire] = 1 + max((depth.get(source, 0) for source in inputs), default=0)
            if len(operands) == len(inputs) and depth[wire] <= DEEPEST_EXPRESSION:
                expression = gate_formula(self.circuit.gate(wire), operands)
                if len(as_text(self.shown(expression))) <= LONGEST_EXPRESSION:
                    found[wire] = expression
        return found

    # --- numbers ---

    @property
    def _all_wires(self) -> dict[Value, None]:
        return dict.fromkeys([*self.circuit.wires, *self._others])

    def _number(self, wire: Value) -> Formula:
        label = f"{self._letter}_{self._numbers[wire]}"
        return Formula.symbol(unicode_name(label), latex_name(label))

    @cached_property
    def _letter(self) -> str:
        initials = {str(wire.label or "").strip()[:1] for wire in self._all_wires}
        return next((letter for letter in LETTERS if letter not in initials), "wire_")

    @cached_property
    def _numbers(self) -> dict[Value, int]:
        nameless = (
            w for w in self._all_wires if not (w.is_constant or unicode_name(w.label or ""))
        )
        return {wire: number for number, wire in enumerate(nameless, 1)}


def gate_symbol(circuit: Circuit, wire: Value) -> str:
    """What stands in the circle of the gate behind a wire.

    >>> x = Value(3.0, label="x")
    >>> square, power = x**2, x ** (x + 1)
    >>> gate_symbol(Circuit(square), square), gate_symbol(Circuit(power), power)
    ('x²', 'xʸ')
    """
    gate = circuit.gate(wire)
    if not has_constant_in_symbol(circuit, wire):
        return gate.symbol
    *others, last = circuit.inputs(wire)
    operands = [Formula.symbol(name) for name in gate.input_names[: len(others)]]
    number = Formula("number", (last.data,))
    return as_text(rounded_formula(gate_formula(gate, [*operands, number])))


def has_constant_in_symbol(circuit: Circuit, wire: Value) -> bool:
    """Whether the gate behind a wire is shown together with its last input: x², not xʸ."""
    if not circuit.gate(wire).constant_in_symbol:
        return False
    *others, last = circuit.inputs(wire)
    is_number = last.is_constant and not unicode_name(last.label or "")
    return is_number and not any(other.is_constant for other in others)


def gate_formula(gate: Gate, operands: Sequence[Formula]) -> Formula:
    """A gate that Python has an operator for as its operator, another as a function.

    >>> from minigrad.rules import GATES
    >>> x = Formula.symbol("x")
    >>> as_text(gate_formula(GATES["mul"], [x, x])), as_text(gate_formula(GATES["exp"], [x]))
    ('x·x', 'exp(x)')
    """
    # operands of their own: a × gate is shown as a product, and only a power as a power
    return gate.shown_formula(*(Formula(each.operation, each.operands) for each in operands))
