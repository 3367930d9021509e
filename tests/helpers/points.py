"""Where gates are compared with mpmath, and what counts as right there."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import mpmath
from helpers.references import (
    UNSEEN,
    Exact,
    cancels,
    condition,
    derivative,
    error_of,
    reference,
)
from mpmath import mpf

from minigrad.rules.gate import Gate

POINTS = 1_000
SMALLEST_NORMAL = 2.2250738585072014e-308


def numbers(source: random.Random) -> float:
    """Small whole numbers, ordinary numbers, large ones, and all magnitudes, as likely."""
    kind = source.randrange(4)
    if kind == 0:
        return float(source.randrange(-3, 4))
    if kind == 1:
        return source.uniform(-3.0, 3.0)
    if kind == 2:
        return source.uniform(-40.0, 40.0)
    return source.choice((-1.0, 1.0)) * 10.0 ** source.uniform(-12.0, 12.0)


def points(gate: Gate, arity: int, count: int = POINTS) -> Iterator[tuple[list[float], Any]]:
    """Inputs at which the gate has an ordinary float as output, and that output to 60 digits."""
    source, function, found = random.Random(gate.name), reference(gate), 0
    for _ in range(100 * count):
        inputs = [numbers(source) for _ in range(arity)]
        try:
            gate.forward(*inputs)
        except IndexError:  # select refuses an index out of range
            continue
        exact = function(*map(mpf, inputs))
        if mpmath.isfinite(exact) and is_ordinary(exact):
            yield inputs, exact
            found += 1
            if found == count:
                return
    raise AssertionError(f"found only {found} of {count} points in the domain of {gate.name}")


def is_ordinary(exact: Any) -> bool:
    """Whether a float can be near it: zero, or neither subnormal nor beyond the largest float."""
    return exact == 0 or SMALLEST_NORMAL <= abs(exact) <= 1e308


def is_right(result: float, exact: Any, allowed: float, hidden: Any = 0) -> bool:
    """Whether a result is within so many ulps; `hidden` is what the reference cannot show."""
    return bool(abs(mpf(result) - exact) <= allowed * math.ulp(float(exact)) + hidden)


def unseen(inputs: list[float], output: Any, place: int) -> Any:
    """What differences of the reference cannot show of a local gradient."""
    return UNSEEN * (abs(output / inputs[place]) if inputs[place] else 1)


def allowed_error(
    gate: Gate, inputs: list[float], output: Any, place: int, of_output: float = 1.0
) -> float:
    """How many ulps off a local gradient may be: 4 away from cancellation.

    Within it, or where the gate's output is off by more than the 2 ulps that it may be, as many as
    come together when every step of the rule is rounded. `of_output` is by how many ulps it is off.
    But the slope itself must ask for it: a rule that cancels where the slope does not is wrong.
    """
    out = Exact(output, 0.0 if output == float(output) else 2.0 * of_output)
    gradient = gate.local_gradient(*map(Exact, inputs), out)[place]
    if not (of_output > 2.0 or cancels(gradient)):
        return 4.0
    return max(4.0, min(error_of(gradient), 4.0 * condition_of_slope(gate, inputs, place)))


def condition_of_slope(gate: Gate, inputs: list[float], place: int) -> float:
    """How many times an ulp of the inputs is in a local gradient, by whatever rule."""
    function = reference(gate)

    def slope(*numbers: Any) -> Any:
        found = derivative(function, list(numbers), place)
        return mpmath.nan if found is None else found

    return condition(slope, inputs, slope(*map(mpf, inputs)))


def ulps_off(result: float, exact: Any) -> float:
    """How many units in the last place a result is from the exact number."""
    return float(abs(mpf(result) - exact) / math.ulp(float(exact)))
