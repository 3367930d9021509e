"""The factors of a path as formulas: what a gate's local gradient says, with the wires' names.

>>> from minigrad.calculus.between import Between
>>> from minigrad.engine import Value
>>> from minigrad.rules.formula import as_text
>>> y, guess = Value(1.0, label="y"), Value(0.5, label="y_hat")
>>> cost = (guess - y) ** 2; cost.label = "C"
>>> between = Between(cost, guess)
>>> names = PathNames(between)
>>> as_text(factor_formula(names, Factor(0, [branches[0] for branches in between.branches[:-1]])))
'2·(ŷ − y)'
"""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import Final

from ..engine import Value
from ..rules import Formula, as_formula, is_number, simplified
from ..text import latex_name, unicode_name
from .path_names import Factor, PathNames

DEEPEST_EXPRESSION: Final = 2  # gates; what is behind gets a number for a name
WIDEST_EXPRESSION: Final = 3  # inputs
MOST_STEPS: Final = 8  # in one factor; more are shortened with …


def factor_formula(names: PathNames, factor: Factor) -> Formula:
    """The local gradients of a factor's steps, multiplied; ones are left out."""
    wires = names.between.wires
    steps = factor.steps
    skipped = len(steps) > MOST_STEPS
    if skipped:
        steps = [*steps[: MOST_STEPS // 2], *steps[-MOST_STEPS // 2 :]]
    parts = [local_gradient_formula(names, wires[step.target], step.place) for step in steps]
    if skipped:
        parts.insert(MOST_STEPS // 2, Formula.symbol("…", r"\cdots"))
    parts = [part for part in parts if not is_number(part, 1.0)]
    return reduce(mul, parts) if parts else as_formula(1.0)


def local_gradient_formula(names: PathNames, wire: Value, place: int) -> Formula:
    """d(wire)/d(its input at that place) as its gate's row writes it."""
    assert wire.gate is not None
    rule = wire.gate.textbook_gradient or wire.gate.local_gradient
    inputs = [_operand(names, source, DEEPEST_EXPRESSION) for source in wire.inputs]
    gradients = rule(*inputs, _operand(names, wire, DEEPEST_EXPRESSION))
    return simplified(as_formula(gradients[place]))


def _operand(names: PathNames, wire: Value, depth: int) -> Formula:
    """A wire in a formula: its name, its number, or the small expression that it stands for."""
    if wire in names.between_wires:
        if names.is_named(wire):
            return names.name(wire)
    elif text := unicode_name(wire.label):
        return Formula.symbol(text, latex_name(wire.label))
    if wire.is_constant:
        return as_formula(float(f"{wire.data:.6g}"))
    gate = wire.gate
    if gate is None or not gate.has_rules or not depth or len(wire.inputs) > WIDEST_EXPRESSION:
        return names.numbered_name(wire)
    inputs = [_operand(names, source, depth - 1) for source in wire.inputs]
    if gate.rule is None or gate.definition is not None:  # a function, known by its name
        return Formula.apply_gate(gate, tuple(inputs))
    return gate.trace_formula(*inputs)
