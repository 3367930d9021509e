"""Second derivatives of one gate at some numbers, where nothing is not zero.

>>> import math
>>> from ..rules import GATES
>>> from .gate_kinds import kind_of
>>> erf = kind_of(GATES["erf"], 1)
>>> erf.curvatures_at([math.inf], 1.0), bent(erf, 0, 0, [math.inf], 1.0)
((0.0,), None)

Far out the slope of erf is the number 0 by a choice, and does not move at all: an infinite gradient
is not multiplied by it. A formula has a 0 for both, and does where all is finite. This is the long
way, part by part, as a circuit of the slope would go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

from ..rules import Formula, parts_first
from .formula_derivatives import COMPARED, gate_and_inputs
from .gate_kinds import OUT, GateKind
from .kernels import input_symbols


def bent(kind: GateKind, j: int, k: int, numbers: Sequence[float], out: float) -> float | None:
    """How fast the slope towards input j moves with input k; None where it does not."""
    formula = kind.slopes[j]
    if formula is None:
        return None
    symbols = input_symbols(kind.count)
    values = {**dict(zip(symbols, numbers)), OUT: out}
    moving = {symbols[k]: 1.0}
    slope = kind.slopes_at(numbers, out)[k]
    if kind.slopes[k] is not None and not (kind.routes and slope == 0.0):
        moving[OUT] = slope
    return _tangent(formula, values, moving)


def _tangent(
    formula: Formula, values: dict[Formula, float], moving: Mapping[Formula, float]
) -> float | None:
    tangents: dict[Formula, float | None] = {**moving}
    for part in parts_first(formula):
        operation, operands = part.operation, part.operands
        if part in values or operation in COMPARED:
            continue
        if operation == "number":
            values[part] = operands[0]
        elif operation == "where":
            condition, *branches = operands
            x, y = (values[side] for side in condition.operands)
            chosen = branches[0 if COMPARED[condition.operation](x, y) else 1]
            values[part], tangents[part] = values[chosen], tangents.get(chosen)
        else:
            gate, *inputs = gate_and_inputs(part)
            at = [values[x] for x in inputs]
            values[part] = gate.forward(*at)
            sent = [
                gate.contribution(local, tangents.get(x))
                for x, local in zip(inputs, gate.local_gradients(*at))
            ]
            reached = [number for number in sent if number is not None]
            tangents[part] = reduce(add, reached) if reached else None  # −0.0 stays, as in a gate
    return tangents.get(formula)
