"""Gates of JavaScript at the edges of the floats: where they are asked, and what is the same."""

from __future__ import annotations

import itertools
import math
import random

from helpers.circuits import ARITHMETIC, bits

from minigrad.rules.gate import Gate

NUMBERS = [0.0, 5e-324, 1e-8, 0.5, 1.0, 2.0, 3.5, 710.0, 750.0, 1.8e16, 1.7e308, math.inf]
EDGES = [-x for x in NUMBERS] + NUMBERS + [math.nan]
# gates of arithmetic, choices and roundings alone: every machine gives the same bits
EXACT = {
    *ARITHMETIC,
    "prod",
    "mean",
    "dot",
    "select",
    "clip",
    "sign",
    "floor",
    "ceil",
    "trunc",
    "round",
}
EXACT |= {"mod", "floor_divide", "less", "less_equal", "is_equal", "degrees", "radians", "hypot"}
EXACT |= {"normal_density", "normal_cdf"}


def edges_of(gate: Gate) -> list[list[float]]:
    """Inputs of a gate: all pairs of edges, of more inputs edges and usual numbers by chance."""
    count = gate.arity or (4 if gate.is_dot else 3)
    if gate.name == "select":  # of another index Python makes an error
        return [[x, y, float(i)] for x in EDGES for y in EDGES for i in (0, 1)]
    if count <= 2:
        return [list(point) for point in itertools.product(EDGES, repeat=count)]
    rnd = random.Random(gate.name)
    return [[rnd.choice([*EDGES, rnd.uniform(-3, 3)]) for _ in range(count)] for _ in range(400)]


def is_same(gate: Gate, one: float, other: float) -> bool:
    """Whether it is the engine's number: to the bit, or nearly so where a library computed it.

    It is the same kind of number with the same sign; of a subnormal one only the size counts.
    """
    if gate.name in EXACT:
        return bits(one) == bits(other)
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.copysign(1.0, one) == math.copysign(1.0, other) and math.isclose(
        one, other, rel_tol=1e-12, abs_tol=1e-321
    )
