"""Between which numbers the gates keep an output, whatever their inputs: σ between 0 and 1.

>>> from minigrad import Value
>>> from minigrad.rules import exp
>>> z = Value(3.0)
>>> range_of(z.sigmoid()), range_of((z.tanh() + 1.0) / 2.0), range_of(1.0 / (1.0 + exp(-z)))
((0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
>>> range_of(2.0 * z + 1.0)
(-inf, inf)
"""

from __future__ import annotations

from math import inf, isfinite
from operator import is_
from typing import Final

from .numbers_of_wires import number_of
from .value import Value

Range = tuple[float, float]

ANY_NUMBER: Final[Range] = (-inf, inf)
RANGES: Final[dict[str, Range]] = {
    **dict.fromkeys(("sigmoid", "normal_cdf", "less", "less_equal", "is_equal"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "sin", "cos", "erf", "sign", "sinc"), (-1.0, 1.0)),
    **dict.fromkeys(("exp", "relu", "softplus", "abs", "sqrt", "normal_density"), (0.0, inf)),
    **dict.fromkeys(("exp2", "hypot", "acos", "acosh"), (0.0, inf)),
    "cosh": (1.0, inf),
}
MOST_TERMS: Final = 64  # of a sum that is looked at
DEPTH: Final = 6  # gates behind the output that are looked at: a squashing function has few


def range_of(wire: Value, depth: int = DEPTH) -> Range:
    """The least and the largest number that the last gates behind a wire let it have."""
    gate = wire.gate
    if gate is None:
        return (
            (number_of(wire),) * 2 if wire.is_constant and isfinite(number_of(wire)) else ANY_NUMBER
        )
    if gate.name in RANGES:
        return RANGES[gate.name]
    if not depth or gate.name not in ("neg", "add", "sub", "mul", "div", "sum"):
        return ANY_NUMBER
    inputs = wire.inputs
    if gate.name == "div" and _is_share(inputs[0], inputs[1], depth):
        return 0.0, 1.0
    total: Range | None = None
    for source in inputs if len(inputs) <= DEPTH else ():
        if (other := range_of(source, depth - 1)) == ANY_NUMBER:
            return ANY_NUMBER
        total = other if total is None else _combined(gate.name, total, other)
    if total is None:
        return ANY_NUMBER
    return (-total[1], -total[0]) if gate.name == "neg" else total


def _is_share(part: Value, whole: Value, depth: int) -> bool:
    """Whether this is one of several numbers, none below 0, over their sum."""
    if whole.gate is None or whole.gate.name not in ("add", "sum"):
        return False
    if len(whole.inputs) > MOST_TERMS:
        return False
    is_in = any(term is part or _is_same(term, part) for term in whole.inputs)
    return is_in and all(range_of(term, depth - 1)[0] >= 0.0 for term in whole.inputs)


def _is_same(x: Value, y: Value) -> bool:
    return x.gate is not None and x.gate is y.gate and all(map(is_, x.inputs, y.inputs))


def _combined(gate: str, x: Range, y: Range) -> Range:
    if gate == "sub":
        gate, y = "add", (-y[1], -y[0])
    if gate in ("add", "sum"):
        return x[0] + y[0], x[1] + y[1]
    if gate == "div":
        if y[0] <= 0.0:
            return ANY_NUMBER
        y = (1.0 / y[1], 1.0 / y[0])
    ends = [0.0 if 0.0 in (a, b) else a * b for a in x for b in y]  # 0 times inf is 0 for an end
    return min(ends), max(ends)
