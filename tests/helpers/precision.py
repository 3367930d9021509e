"""How far functions of JavaScript are from the engine's, in units in the last place."""

from __future__ import annotations

import math
import random
from typing import Any

import minigrad as mg
from minigrad import Value

Points = list[list[float]]
FUNCTIONS = "exp log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh expm1 log2 "
FUNCTIONS += "log10 exp2 erf pow atan2 sigmoid gelu"
INSIDE = {"asin", "acos", "atanh"}


def modules_and_points(count: int, language: str = "javascript") -> tuple[list[Any], list[Points]]:
    """Each function as a module, and where to compute it: near 0, far away, at the ends."""
    rnd = random.Random(23)
    modules, points = [], []
    for name in FUNCTIONS.split():
        gate = mg.GATES[name]
        rows = [
            [_number(name, place, rnd) for place in range(gate.arity or 1)] for _ in range(count)
        ]
        wire = Value.apply_gate(gate, tuple(map(Value, rows[0])))
        modules.append(mg.export(wire, language, name="f"))
        points.append(rows)
    return modules, points


def _number(name: str, place: int, rnd: random.Random) -> float:
    if name in INSIDE:
        return rnd.choice([-1, 1]) * min(1.0, 10.0 ** rnd.uniform(-9, 0.1))
    if name == "acosh":
        return 1.0 + 10.0 ** rnd.uniform(-15, 9)
    if name.startswith("log") or (name == "pow" and place == 0):
        return 10.0 ** rnd.uniform(-9, 9)
    return rnd.choice([rnd.uniform(-4, 4), rnd.uniform(-30, 30), rnd.uniform(-1, 1) * 1e-6])


def worst_in_ulp(points: list[Points], outputs: list[list[float]]) -> dict[str, float]:
    """For each function the largest distance of what JavaScript gives from the engine's."""
    worst = {}
    for name, rows, found in zip(FUNCTIONS.split(), points, outputs):
        right = [mg.GATES[name].forward(*row) for row in rows]
        worst[name] = max(abs(x - y) / math.ulp(y) if x != y else 0.0 for x, y in zip(found, right))
    return worst
