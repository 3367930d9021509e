"""Formulas, and the kernels of a tape, as instructions. Needs llvmlite."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Final

from ..rules import Formula, Gate, called_gates, parts_first
from ..tape import Kernel
from .elementary_functions import OF_GATES
from .operand import FUNCTIONS, Code, Native

FUNCTIONS.update(OF_GATES)

OPERATIONS: Final[dict[str, Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": lambda x, y: x.equals(y),
    "where": lambda condition, x, y: condition.choose(x, y),
    "call": lambda gate, *operands: Native.apply_gate(gate, operands),
}


def emit_formulas(code: Code, formulas: list[Formula], symbols: dict[str, Native]) -> list[Native]:
    """Formulas over named numbers as instructions; what they share stands there once."""
    made: dict[Any, Any] = {}
    for part in parts_first(*formulas):
        if part.operation == "symbol":
            made[part] = symbols[part.operands[0]]
        elif part.operation == "number":
            made[part] = code.constant(part.operands[0])
        else:
            operands = [made.get(x, x) for x in part.operands]
            made[part] = OPERATIONS[part.operation](*operands)
    return [made[formula] for formula in formulas]


def emit(code: Code, kernel: Kernel, inputs: Sequence[Native]) -> Native:
    """A kernel as instructions."""
    if kernel.formula is not None:
        symbols = {f"x{i}": x for i, x in enumerate(inputs)}
        return emit_formulas(code, [kernel.formula], symbols)[0]
    if kernel.fold is not None:
        result: Native = reduce(kernel.fold, inputs)
        return result
    return FUNCTIONS[kernel.primitive](*inputs)


def is_native(kernel: Kernel) -> bool:
    """Whether a kernel can be machine code: not where it is a user's Python function."""
    if kernel.formula is not None:
        return are_native(called_gates([kernel.formula]))
    return kernel.fold is not None or kernel.primitive in FUNCTIONS


def are_native(gates: Iterable[Gate]) -> bool:
    """Whether gates can be machine code: made of rules, or of functions that stand here."""
    return all(gate.rule or gate.fold or gate.name in FUNCTIONS for gate in gates)
