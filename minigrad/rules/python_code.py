"""Formulas as Python on floats, for what is compiled from rules.

>>> x = Formula.symbol("x")
>>> as_python(x / (x + 2.0))
([], ['divide(x, (x + 2.0))'])

Division and powers are calls of `ieee`'s, which never raise; a gate is a call of its own name.
"""

from __future__ import annotations

from collections.abc import Callable

from .formula import Formula


def as_python(*formulas: Formula) -> tuple[list[str], list[str]]:
    """The formulas as Python on floats: assignments of what is used twice, then the expressions.

    >>> x = Formula.symbol("x")
    >>> twice = x / 2.0
    >>> as_python(twice * twice)
    (['t0 = divide(x, 2.0)'], ['(t0 * t0)'])
    """
    assignments: list[str] = []
    names: dict[Formula, str] = {}
    shared = _used_twice(formulas)

    def python(formula: Formula) -> str:
        if formula in names:
            return names[formula]
        text = _python_operation(formula, python)
        if formula not in shared:
            return text
        names[formula] = name = f"t{len(names)}"
        assignments.append(f"{name} = {text}")
        return name

    return assignments, [python(formula) for formula in formulas]


def _used_twice(formulas: tuple[Formula, ...]) -> set[Formula]:
    seen: set[Formula] = set()
    twice: set[Formula] = set()
    waiting = list(formulas)
    while waiting:
        formula = waiting.pop()
        if formula.operation in ("symbol", "number"):
            continue
        if formula in seen:
            twice.add(formula)
            continue
        seen.add(formula)
        waiting.extend(part for part in formula.operands if isinstance(part, Formula))
    return twice


def _python_operation(formula: Formula, python: Callable[[Formula], str]) -> str:
    operation, parts = formula.operation, formula.operands
    if operation == "symbol":
        return str(parts[0])
    if operation == "number":
        return repr(parts[0]).replace("inf", "1e999").replace("nan", "(1e999 - 1e999)")
    if operation == "call":
        gate, *arguments = parts
        return f"{gate.name}({', '.join(map(python, arguments))})"
    texts = [python(part) for part in parts]
    if operation == "where":
        return f"({texts[1]} if {texts[0]} else {texts[2]})"
    if operation == "neg":
        return f"(-{texts[0]})"
    if operation in ("/", "**"):
        return f"{'divide' if operation == '/' else 'power'}({texts[0]}, {texts[1]})"
    return f"({texts[0]} {operation} {texts[1]})"
