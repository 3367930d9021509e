"""Between which numbers the gates keep an output, whatever their inputs: σ between 0 and 1.

>>> from minigrad import Value
>>> from minigrad.rules import exp
>>> z = Value(3.0)
>>> range_of(z.sigmoid()), range_of((z.tanh() + 1.0) / 2.0), range_of(1.0 / (1.0 + exp(-z)))
(Interval(0.0, 1.0), Interval(0.0, 1.0), Interval(0.0, 1.0))
>>> range_of(2.0 * z + 1.0)
Interval(-inf, inf)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import isfinite
from operator import is_
from typing import Final

from ..rules import ANY_NUMBER, GATES, Gate, Interval
from .numbers_of_wires import number_of
from .value import Value

DIV, MUL, POW, SUMS = GATES["div"], GATES["mul"], GATES["pow"], (GATES["add"], GATES["sum"])
MOST_TERMS: Final = 64  # of a sum that is looked at
DEPTH: Final = 6  # gates behind the output that are looked at, each with as many inputs at most


def range_of(wire: Value, depth: int = DEPTH) -> Interval:
    """The least and the largest number that the last gates behind a wire let it have."""
    gate = wire.gate
    if gate is None:
        number = number_of(wire)
        is_fixed = wire.is_constant and isfinite(number)
        return Interval(number, number) if is_fixed else ANY_NUMBER
    if recorded := recorded_outputs(wire):
        kept = [range_of(output, depth) for output in recorded]
        return Interval(min(each.low for each in kept), max(each.high for each in kept))
    if isinstance(gate.output_range, tuple):
        return Interval(*gate.output_range)
    inputs = wire.inputs
    if not depth and callable(gate.output_range):
        return Interval.apply_gate(gate, (ANY_NUMBER,) * len(inputs))
    if not depth or not gate.has_rules:
        return ANY_NUMBER
    if any(_is_share(part, whole, depth) for part, whole in _quotients(gate, inputs)):
        return Interval(0.0, 1.0)
    if len(inputs) > DEPTH:
        return ANY_NUMBER
    needs_all = _needs_all(gate, len(inputs))
    ranges = []
    for source in inputs:
        ranges.append(range_of(source, depth - 1))
        if needs_all and not ranges[-1].is_bounded:  # as in most circuits: the search ends here
            return ANY_NUMBER
    return Interval.apply_gate(gate, tuple(ranges))


@cache
def _needs_all(gate: Gate, count: int) -> bool:
    """Whether one input that may be any number lets the output be any."""
    for place in range(count):
        inputs = [Interval(0.0, 1.0)] * count
        inputs[place] = ANY_NUMBER
        if Interval.apply_gate(gate, tuple(inputs)).is_bounded:
            return False
    return True


def recorded_outputs(wire: Value) -> Sequence[Value]:
    """What stands behind the result of a compiled function, as recorded; nothing for other wires.

    >>> recorded_outputs(Value(2.0).sigmoid())
    []
    """
    outputs: Sequence[Value] = getattr(wire.gate, "outputs", [])
    return outputs


def _quotients(gate: Gate, inputs: Sequence[Value]) -> list[tuple[Value, Value]]:
    """What a gate divides by what: x / y, and x times 1 / y or y ** −1."""
    if gate is DIV:
        return [(inputs[0], inputs[1])]
    if gate is not MUL:
        return []
    return [
        (part, inverse.inputs[place])
        for part, inverse in (inputs, inputs[::-1])
        for is_inverse, number, place in ((DIV, 1.0, 1), (POW, -1.0, 0))
        if inverse.gate is is_inverse and range_of(inverse.inputs[1 - place]).is_only(number)
    ]


def _is_share(part: Value, whole: Value, depth: int) -> bool:
    """Whether this is one of several numbers, none below 0, over their sum."""
    terms = _terms(whole)
    is_in = any(term is part or _is_same(term, part) for term in terms)
    return is_in and all(range_of(term, depth - 1).low >= 0.0 for term in terms)


def _terms(whole: Value) -> list[Value]:
    """What is added up in a sum, also one after the other; nothing of a sum that is too long."""
    terms: list[Value] = []
    waiting = [whole]
    while waiting and len(terms) + len(waiting) <= MOST_TERMS:
        term = waiting.pop()
        if term.gate in SUMS:
            waiting += term.inputs
        else:
            terms.append(term)
    return [] if waiting else terms


def _is_same(x: Value, y: Value) -> bool:
    return x.gate is not None and x.gate is y.gate and all(map(is_, x.inputs, y.inputs))
