"""Formulas in which numbers are known: as a reader would write them, or computed to the last bit.

>>> from minigrad.rules.formula import as_text
>>> x = Formula.symbol("x")
>>> as_text(simplified(2.0 * x ** (as_formula(2.0) - 1.0)))
'2·x'
"""

from __future__ import annotations

from operator import add, eq, ge, gt, le, lt, mul, sub
from typing import Any, Final

from .formula import Formula, as_formula, parts_first

_FOLD: Final = {"+": add, "-": sub, "*": mul}
_COMPARED: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}
_NEUTRAL: Final = {"+": 0.0, "-": 0.0, "*": 1.0, "/": 1.0, "**": 1.0}


def simplified(formula: Formula) -> Formula:
    """The formula without what a reader would not write: 2·x^(2 − 1) is 2·x.

    >>> x = Formula.symbol("x")
    >>> simplified(1.0 * x + 0.0)
    Formula('x')
    """
    operation = formula.operation
    if operation in ("symbol", "number"):
        return formula
    parts: dict[int, Any] = {}  # x·x stays a square: the same part twice stays the same
    for part in formula.operands:
        parts[id(part)] = simplified(part) if isinstance(part, Formula) else part
    operands = tuple(parts[id(part)] for part in formula.operands)
    if operation in _NEUTRAL:
        left, right = operands
        if operation in _FOLD and left.operation == right.operation == "number":
            number = _FOLD[operation](left.operands[0], right.operands[0])
            return as_formula(float(f"{number:.12g}"))
        if is_number(right, _NEUTRAL[operation]):
            return as_formula(left)
        if operation in ("+", "*") and is_number(left, _NEUTRAL[operation]):
            return as_formula(right)
    if operation == "where" and operands[0].operation == "==":
        left, right = operands[0].operands
        if left.operation == right.operation == "number":  # which input a multiplexer has chosen
            return as_formula(operands[1 if left.operands == right.operands else 2])
    return Formula(operation, operands)


def with_numbers(formula: Formula, values: dict[Formula, Formula]) -> Formula:
    """The formula with other formulas for its symbols, and what is known then computed exactly.

    >>> x, y = Formula.symbol("x"), Formula.symbol("y")
    >>> with_numbers(y * x ** (y - 1.0), {x: x, y: as_formula(2.0)})
    Formula('2·x')

    Unlike `simplified` it rounds nothing, and drops only factors and exponents of 1, and choices
    that are known or between the same.
    """
    new: dict[Formula, Formula] = {}
    for part in parts_first(formula):
        operands = [new[p] if isinstance(p, Formula) else p for p in part.operands]
        new[part] = values[part] if part in values else _known(part.operation, operands)
    return new[formula]


def _known(operation: str, operands: list[Any]) -> Formula:
    numbers = [p.operands[0] for p in operands if getattr(p, "operation", "") == "number"]
    if operation == "where" and operands[0].operation == "known":
        return as_formula(operands[1 if operands[0].operands[0] else 2])
    if operation == "where" and operands[1] is operands[2]:
        return as_formula(operands[1])
    if operation in _FOLD and len(numbers) == 2:
        return as_formula(_FOLD[operation](*numbers))
    if operation in _COMPARED and len(numbers) == 2:
        return Formula("known", (_COMPARED[operation](*numbers),))
    if operation == "*" and is_number(operands[0], 1.0):
        return as_formula(operands[1])
    if operation in ("*", "/", "**") and is_number(operands[1], 1.0):
        return as_formula(operands[0])
    return Formula(operation, tuple(operands))


def is_number(formula: Formula, number: float) -> bool:
    """Whether the formula is this number and nothing else."""
    return formula.operation == "number" and formula.operands[0] == number
