"""Formulas as source code in other languages: how each writes numbers, choices and primitives.

>>> from minigrad.rules.gates import where
>>> x = Formula.symbol("x")
>>> code = Code(C)
>>> code.expression(where(x <= 0.0, 0.0, x / 2.0))
'((x <= 0.0) ? 0.0 : (x / 2.0))'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from math import inf, isfinite
from typing import Any, Final

from ..rules import Formula, Gate, as_formula, bell_curve, ieee
from ..tape import parts_first

DEEPEST: Final = 12  # operations in one expression, before it is given a name

Template = Callable[[Gate], str]  # what a language calls a gate; "" if it must be spelled out


@dataclass(frozen=True)
class Dialect:
    """What differs from language to language; `{0}`, `{1}`, … are the operands."""

    assignment: str  # of a new variable
    choice: str  # condition, value if true, value if false
    division: str
    power: str
    infinity: str
    not_a_number: str
    template: Template


# the functions on floats, which the exported module brings along
_KERNEL_NAMES: Final = {
    thing: name
    for module in (ieee, bell_curve)
    for name, thing in vars(module).items()
    if callable(thing)
}

PYTHON: Final = Dialect(
    assignment="{0} = {1}",
    choice="({1} if {0} else {2})",
    division="divide({0}, {1})",
    power="power({0}, {1})",
    infinity="math.inf",
    not_a_number="math.nan",
    template=lambda gate: f"{_KERNEL_NAMES[gate.kernel]}({{all}})" if gate.kernel else "",
)
C: Final = Dialect(
    assignment="double {0} = {1};",
    choice="({0} ? {1} : {2})",
    division="({0} / {1})",
    power="pow({0}, {1})",
    infinity="INFINITY",
    not_a_number="NAN",
    template=lambda gate: gate.c,
)
TORCH: Final = Dialect(
    assignment="{0} = {1}",
    choice="torch.where({0}, {1}, {2})",
    division="({0} / {1})",
    power="({0} ** {1})",
    infinity="math.inf",
    not_a_number="math.nan",
    template=lambda gate: gate.torch,
)


class Code:
    """Lines of source code, and the names of what they compute."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.lines: list[str] = []
        self.temporaries = 0

    def assign(self, name: str, formula: Formula) -> None:
        """A line that gives the name to the formula's value."""
        self.lines.append(self.dialect.assignment.format(name, self.expression(formula)))

    def expression(self, formula: Formula) -> str:
        """The formula as one expression; what it uses twice has been assigned before."""
        formula = self._spelled_out(formula)
        order = parts_first(formula)
        uses: dict[Formula, int] = {}
        for part in order:
            for operand in part.operands:
                if isinstance(operand, Formula):
                    uses[operand] = uses.get(operand, 0) + 1
        texts: dict[Formula, str] = {}
        depths: dict[Formula, int] = {}
        for part in order:
            parts = [operand for operand in part.operands if isinstance(operand, Formula)]
            text = self._operation(part, [texts[operand] for operand in parts])
            depth = 1 + max((depths[operand] for operand in parts), default=-1)
            if parts and part is not formula and (uses[part] > 1 or depth > DEEPEST):
                name = f"t{self.temporaries}"
                self.temporaries += 1
                self.lines.append(self.dialect.assignment.format(name, text))
                text, depth = name, 0
            texts[part], depths[part] = text, depth
        return texts[formula]

    def number(self, number: float) -> str:
        """A number as the language writes it."""
        if isfinite(number):
            text = repr(number)
            return f"({text})" if text.startswith("-") else text  # -0.0 too: C refuses --0.0
        infinity = self.dialect.infinity
        if number == inf:
            return infinity
        return f"(-{infinity})" if number == -inf else self.dialect.not_a_number

    def _spelled_out(self, formula: Formula) -> Formula:
        """The formula with every gate that the language has no word for replaced by its rule."""
        new: dict[Formula, Formula] = {}
        for part in parts_first(formula):
            operands: list[Any] = [new[p] if isinstance(p, Formula) else p for p in part.operands]
            if part.operation in ("symbol", "number"):
                new[part] = part
            elif part.operation != "call" or self.dialect.template(operands[0]):
                new[part] = Formula(part.operation, tuple(operands))
            else:
                new[part] = self._spelled_out(_rule_of(operands[0], operands[1:]))
        return new[formula]

    def _operation(self, formula: Formula, texts: list[str]) -> str:
        operation = formula.operation
        if operation == "symbol":
            return str(formula.operands[0])
        if operation == "number":
            return self.number(formula.operands[0])
        if operation == "call":
            return self._call(formula.operands[0], texts)
        if operation == "neg":
            return f"(-{texts[0]})"
        templates = {
            "where": self.dialect.choice,
            "/": self.dialect.division,
            "**": self.dialect.power,
        }
        return templates.get(operation, f"({{0}} {operation} {{1}})").format(*texts)

    def _call(self, gate: Gate, texts: list[str]) -> str:
        *choices, index = texts
        return self.dialect.template(gate).format(
            *texts,
            all=", ".join(texts),
            count=len(choices),
            choices=", ".join(choices),
            index=index,
        )


def _rule_of(gate: Gate, operands: list[Formula]) -> Formula:
    """What a gate computes, as a formula in other gates."""
    if gate.rule is not None:
        return as_formula(gate.rule(*operands))
    if gate.fold is not None:
        return as_formula(reduce(gate.fold, operands))
    raise ValueError(
        f"the gate {gate.name!r} has no rule and no template for this language: add it to its row"
    )
