"""Gates with any number of inputs: their rules traced for one number, as operations on nodes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..rules import COMPARISONS, Formula, Gate, parts_first
from .kernels import (
    SYMBOLS,
    Kernel,
    forward_kernel,
    input_symbols,
    kernel_of,
    local_formulas,
)
from .operations import Operations


class TracedRule(NamedTuple):
    """Formulas over symbols, and the operations that they are made of, in order."""

    symbols: tuple[Formula, ...]
    formulas: list[Formula]
    parts: list[Formula]

    def on(self, operations: Operations, nodes: Sequence[int]) -> dict[Formula, int]:
        """The nodes of all parts when the symbols stand for `nodes`; what they share is one."""
        made = dict(zip(self.symbols, nodes))
        for part in self.parts:
            made[part] = _part(operations, part, made)
        return made


def is_spelled_out(gate: Gate) -> bool:
    """Whether a gate with any number of inputs is run as what its rule is made of."""
    return gate.arity is None and gate.fold is None and gate.rule is not None and not gate.is_dot


def apply_rule(operations: Operations, gate: Gate, operands: tuple[int, ...]) -> int:
    """The node of the gate's output."""
    traced = _traced_output(gate, len(operands))
    return traced.on(operations, operands)[traced.formulas[0]]


def local_gradients(
    operations: Operations, gate: Gate, available: Sequence[int]
) -> list[int | None]:
    """The nodes of the local gradients, made of the inputs and, last, the output; None for 0."""
    traced = _traced_gradients(gate, len(available))
    made = traced.on(operations, available)
    return [
        None if formula.operation == "number" and not formula.operands[0] else made[formula]
        for formula in traced.formulas
    ]


def _part(operations: Operations, part: Formula, made: dict[Formula, int]) -> int:
    if part.operation == "number":
        return operations.constant(part.operands[0])
    if part.operation == "call":
        gate, *arguments = part.operands
        nodes = tuple([made[p] for p in arguments])
        if is_spelled_out(gate):
            return apply_rule(operations, gate, nodes)
        return operations.apply(forward_kernel(gate), nodes)
    if part.operation == "where":
        condition, *branches = part.operands
        if condition.operation in COMPARISONS:
            operands = (*condition.operands, *branches)
            kernel = _choice_kernel(condition.operation)
            return operations.apply(kernel, tuple([made[p] for p in operands]))
    kernel = _operation_kernel(part.operation, len(part.operands))
    return operations.apply(kernel, tuple([made[p] for p in part.operands]))


@cache
def _traced_output(gate: Gate, count: int) -> TracedRule:
    symbols = tuple(input_symbols(count))
    return _traced(symbols, [gate.trace_formula(*symbols)])


@cache
def _traced_gradients(gate: Gate, count: int) -> TracedRule:
    symbols = tuple(input_symbols(count))
    numbers: dict[str, Formula] = {}  # the rule of a sum has as many ones as inputs
    return _traced(
        symbols,
        [
            numbers.setdefault(repr(formula.operands[0]), formula)
            if formula.operation == "number"
            else formula
            for formula in local_formulas(gate, symbols)
        ],
    )


def _traced(symbols: tuple[Formula, ...], formulas: list[Formula]) -> TracedRule:
    known = set(symbols)
    parts = [p for p in parts_first(*formulas) if p not in known and p.operation not in COMPARISONS]
    return TracedRule(symbols, formulas, parts)


@cache
def _choice_kernel(comparison: str) -> Kernel:
    test = Formula(comparison, tuple(SYMBOLS[:2]))
    return kernel_of(Formula("where", (test, SYMBOLS[2], SYMBOLS[3])), 4)


@cache
def _operation_kernel(operation: str, count: int) -> Kernel:
    return kernel_of(Formula(operation, tuple(SYMBOLS[:count])), count)
