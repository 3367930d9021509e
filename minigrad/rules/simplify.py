"""Formulas without what a reader would not write: rules know nothing of the numbers they meet.

>>> from minigrad.rules.formula import as_text
>>> x = Formula.symbol("x")
>>> as_text(simplified(2.0 * x ** (as_formula(2.0) - 1.0)))
'2·x'
"""

from __future__ import annotations

from operator import add, mul, sub
from typing import Any, Final

from .formula import Formula, as_formula

_FOLD: Final = {"+": add, "-": sub, "*": mul}
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


def is_number(formula: Formula, number: float) -> bool:
    """Whether the formula is this number and nothing else."""
    return formula.operation == "number" and formula.operands[0] == number
