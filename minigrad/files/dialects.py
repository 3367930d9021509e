"""Formulas as source code in other languages: how each writes numbers, choices and primitives.

>>> from minigrad.files.python_source import PYTHON
>>> from minigrad.rules import where
>>> x = Formula.symbol("x")
>>> code = Code(PYTHON)
>>> code.expression(where(x <= 0.0, 0.0, x / 2.0))
'(0.0 if (x <= 0.0) else divide(x, 2.0))'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import inf, isfinite
from typing import Any, Final

from ..rules import Formula, Gate, Rule, as_formula, parts_first

DEEPEST: Final = 12  # operations in one expression, before it is given a name


@dataclass(frozen=True)
class Dialect:
    """What differs from language to language; `{0}`, `{1}`, … are the operands.

    `words` is what it calls a gate: a template over the inputs, as `{0}`, `{all}`, or `{choices}`
    and `{index}`. A gate without one is spelled out by its rule; a primitive has none.
    """

    name: str
    assignment: str  # of a new variable
    choice: str  # condition, value if true, value if false
    division: str
    power: str
    infinity: str
    not_a_number: str
    words: Mapping[str, str]
    block: tuple[str, ...] = ()  # around what is done where a number is not 0
    end: str = ""  # of a statement
    array: str = ""  # of a new array: its name and its numbers; "" where it is an expression
    number: Callable[[float], str] = repr  # a finite number
    rules: Mapping[str, Rule] = field(default_factory=dict)  # of primitives that it lacks

    def spelled_out(self, gate: Gate, operands: Sequence[Formula]) -> Formula:
        """What a gate that the language has no word for computes, as a formula in other gates."""
        rule = self.rules.get(gate.name, gate.rule)
        if rule is not None:
            return as_formula(rule(*operands))
        if gate.fold is not None:
            return as_formula(reduce(gate.fold, operands))
        if gate.opaque:
            raise ValueError(
                f"the gate {gate.name!r} is ordinary Python (opaque=True), which cannot be written "
                f"in {self.name}: define it with minigrad's functions to export it"
            )
        raise ValueError(
            f"the gate {gate.name!r} has no rule to be spelled out by, and {self.name} has no word "
            "for it: add one to the words of its Dialect, in minigrad/files"
        )


# fmt: off
_NAMED_ALIKE: Final = (
    "exp", "log", "log1p", "expm1", "log2", "log10", "sqrt", "floor", "trunc", "sin", "cos", "tan",
    "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
)
# fmt: on


def named_alike(before: str) -> dict[str, str]:
    """The words of the functions that a language calls as we do, but for what stands before.

    >>> named_alike("Math.")["tanh"]
    'Math.tanh({0})'
    """
    return {name: f"{before}{name}({{0}})" for name in _NAMED_ALIKE}


class Code:
    """Lines of source code, and the names of what they compute."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.lines: list[str] = []
        self.temporaries = 0

    def named(self, formula: Formula) -> Formula:
        """The formula as a new variable."""
        name = self.new_name()
        self.assign(name, formula)
        return Formula.symbol(name)

    def new_name(self) -> str:
        """A name that nothing has yet."""
        self.temporaries += 1
        return f"t{self.temporaries - 1}"

    def stored(self, part: Formula, text: str) -> str:
        """What stands for a part of a formula from now on: a new variable."""
        name = self.new_name()
        self.lines.append(self.assignment(name, text))
        return name

    def assignment(self, name: str, text: str) -> str:
        """The line that makes a variable."""
        return self.dialect.assignment.format(name, text)

    def change(self, name: str, text: str) -> str:
        """The line that gives a variable another value."""
        return f"{name} = {text}{self.dialect.end}"

    def addition(self, name: str, text: str) -> str:
        """The line that adds to a variable."""
        return f"{name} += {text}{self.dialect.end}"

    def upstream(self, place: int) -> str:
        """The gradient that an output is given."""
        return f"upstream[{place}]"

    def where_not_zero(self, number: str, lines: list[str]) -> list[str]:
        """Lines that run only where a number is not 0."""
        head, *end = (text.format(number) for text in self.dialect.block)
        return [head, *(f"    {line}" for line in lines), *end]

    def assign(self, name: str, formula: Formula) -> None:
        """A line that gives the name to the formula's value."""
        self.lines.append(self.assignment(name, self.expression(formula)))

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
            text = self.operation(part, [texts[operand] for operand in parts])
            depth = 1 + max((depths[operand] for operand in parts), default=-1)
            if parts and part is not formula and (uses[part] > 1 or depth > DEEPEST):
                text, depth = self.stored(part, text), 0
            texts[part], depths[part] = text, depth
        return texts[formula]

    def number(self, number: float) -> str:
        """A number as the language writes it."""
        if isfinite(number):
            text = self.dialect.number(number)
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
            elif part.operation != "call" or operands[0].name in self.dialect.words:
                new[part] = Formula(part.operation, tuple(operands))
            else:
                rule = self.dialect.spelled_out(operands[0], operands[1:])
                new[part] = self._spelled_out(rule)
        return new[formula]

    def operation(self, formula: Formula, texts: list[str]) -> str:
        """A formula of which the parts are written already."""
        operation = formula.operation
        if operation == "symbol":
            return str(formula.operands[0])
        if operation == "number":
            return self.number(formula.operands[0])
        if operation == "call":
            return self.call(formula.operands[0], texts)
        if operation == "neg":
            return f"(-{texts[0]})"
        templates = {
            "where": self.dialect.choice,
            "/": self.dialect.division,
            "**": self.dialect.power,
        }
        return templates.get(operation, f"({{0}} {operation} {{1}})").format(*texts)

    def call(self, gate: Gate, texts: list[str]) -> str:
        """A gate that the language has a word for."""
        *choices, index = texts
        word, listed = self.dialect.words[gate.name], ", ".join(choices)
        if self.dialect.array and "{choices}" in word:
            name = self.new_name()
            self.lines.append(self.dialect.array.format(name, listed))
            listed = name
        return word.format(
            *texts,
            all=", ".join(texts),
            inputs=len(texts),
            count=len(choices),
            choices=listed,
            index=index,
        )


def indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    """The lines inside of something."""
    return ["    " * levels + line if line else "" for line in lines]


def bare(text: str) -> str:
    """The text without brackets around all of it.

    >>> bare("(x + 1)"), bare("(x + 1) * (y + 1)")
    ('x + 1', '(x + 1) * (y + 1)')
    """
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return text[1:-1] if i == len(text) - 1 else text
    return text


def definitions_for(body: str, definitions: Mapping[str, str], name: str) -> list[str]:
    """The definitions of what code names, and of what these name; `name` matches a name in code."""
    needed: set[str] = set()
    waiting = [body]
    while waiting:
        found = definitions.keys() & set(re.findall(name, waiting.pop()))
        waiting += [definitions[each] for each in found - needed]
        needed |= found
    return [text for each, text in definitions.items() if each in needed]
