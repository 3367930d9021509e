"""A formula on operands of any kind: what is asked for is computed, and nothing else.

>>> from minigrad.rules.gates import GATES
>>> x, out = Formula.symbol("x"), Formula.symbol("out")
>>> (slope,) = GATES["abs"].local_formulas(x, out=out)
>>> evaluated(slope, {x: -3.0, out: 3.0})
-1.0
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from ..rules import Formula, apply, equal, ieee


def _total(on_floats: Callable[[float, float], float], on_any: Callable[..., Any]) -> Any:
    """Python's own / and ** raise, or leave the reals, where floats go on."""

    def operation(x: Any, y: Any) -> Any:
        return on_floats(x, y) if type(x) is type(y) is float else on_any(x, y)

    return operation


_OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _total(ieee.divide, operator.truediv),
    "**": _total(ieee.power, operator.pow),
    "neg": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": equal,
}


def evaluated(formula: Formula, known: dict[Formula, Any]) -> Any:
    """What the formula gives, where `known` has its symbols; parts are added to it, each once.

    Of a choice only the branch that is taken is computed: a `Value` then records no other gates.
    """
    if formula in known:
        return known[formula]
    name, parts = formula.operation, formula.operands
    if name == "number":
        return parts[0]
    if name == "where":
        condition, if_true, if_false = parts
        result = evaluated(if_true if evaluated(condition, known) else if_false, known)
    elif name == "call":
        gate, *arguments = parts
        result = apply(gate, [evaluated(argument, known) for argument in arguments])
    else:
        result = _OPERATIONS[name](*(evaluated(part, known) for part in parts))
    known[formula] = result
    return result
