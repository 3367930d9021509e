"""Formulas on floats: as lines of Python in total arithmetic, and as the functions they make.

>>> x = Formula.symbol("x")
>>> twice = x / 2.0
>>> as_python(twice * twice)
(['t0 = divide(x, 2.0)'], ['(t0 * t0)'])
>>> function_of_formulas("half", ["x"], x / 2.0)(3.0)
1.5

Division and powers are calls of `ieee`'s, which never raise; a gate is a call of its own name.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Final

from .formula import Formula, as_formula, parts_first
from .ieee import divide, power

_numbers: Final = count(1)


def as_python(*formulas: Formula) -> tuple[list[str], list[str]]:
    """The formulas as Python: assignments of what is used twice, then the expressions.

    >>> x = Formula.symbol("x")
    >>> as_python(x / (x + 2.0))
    ([], ['divide(x, (x + 2.0))'])
    """
    formulas = written_out(formulas)
    assignments: list[str] = []
    names: dict[Formula, str] = {}
    shared = _used_twice(formulas)

    def python(formula: Formula) -> str:
        if formula in names:
            return names[formula]
        text = _operation(formula, python)  # noqa: F821  (deleted below)
        if formula not in shared:
            return text
        names[formula] = name = f"t{len(names)}"
        assignments.append(f"{name} = {text}")
        return name

    texts = [python(formula) for formula in formulas]
    del python  # it refers to itself: nothing is left for the collector
    return assignments, texts


def written_out(formulas: Sequence[Formula]) -> tuple[Formula, ...]:
    """The formulas with the rules of slopes (see `slope_row`) in place of their calls."""
    if not any(gate.is_slope for gate in called_gates(formulas)):
        return tuple(formulas)
    new: dict[Formula, Formula] = {}
    for part in parts_first(*formulas):
        operands = tuple([new[x] if isinstance(x, Formula) else x for x in part.operands])
        called: Any = operands[0]
        if part.operation == "call" and called.is_slope:
            new[part] = as_formula(called.rule(*operands[1:]))
        else:
            new[part] = Formula(part.operation, operands) if operands != part.operands else part
    return tuple([new[formula] for formula in formulas])


def _used_twice(formulas: Sequence[Formula]) -> set[Formula]:
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


def _operation(formula: Formula, python: Callable[[Formula], str]) -> str:
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


def called_gates(formulas: Sequence[Formula]) -> list[Any]:
    """The gates that formulas call, each once."""
    calls = [part for part in parts_first(*formulas) if part.operation == "call"]
    return list(dict.fromkeys([part.operands[0] for part in calls]))


def names_in(formulas: Sequence[Formula]) -> dict[str, Callable[..., float]]:
    """What the Python of these formulas calls, by name."""
    names: dict[str, Callable[..., float]] = {"divide": divide, "power": power}
    called = called_gates(written_out(formulas))
    return names | {gate.name: gate.on_floats(gate.arity or 1) for gate in called}


def function_of_formulas(
    name: str, inputs: list[str], *formulas: Formula, as_tuple: bool = False
) -> Any:
    """The function of floats that gives a formula's number, or a tuple of those of several."""
    assignments, texts = as_python(*formulas)
    result = f"({', '.join(texts)},)" if as_tuple else texts[0]
    return define(name, inputs, [*assignments, f"return {result}"], names_in(formulas))


def define(name: str, parameters: list[str], body: list[str], namespace: dict[str, Any]) -> Any:
    """A Python function made from the text of its body.

    >>> import inspect
    >>> double = define("double", ["x"], ["return x + x"], {})
    >>> double(2.0), inspect.getsource(double)
    (4.0, 'def double(x):\\n    return x + x\\n')

    Its source is where `inspect`, a debugger and a traceback look for it.
    """
    source = "\n    ".join([f"def {name}({', '.join(parameters)}):", *body]) + "\n"
    filename = f"<minigrad: {name} {next(_numbers)}>"
    scope = dict(namespace)
    exec(compile(source, filename, "exec"), scope)
    function = scope.pop(name)
    scope.update(namespace)  # the body may call another function of this name
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return function
