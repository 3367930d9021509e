"""The derivative of a function of one number by finite differences, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import isfinite, ulp
from sys import float_info
from typing import Any, Final, NamedTuple

from ..rules import as_number

# Fractions of an input's size to try as its step. A large step loses to curvature (h⁴), a small one
# to rounding (1/h); the one whose estimate agrees best with its neighbour's is used.
STEPS: Final = tuple(2.0**-k for k in (4, 6, 8, 10, 12, 14))


class Estimate(NamedTuple):
    """A derivative from one step, and what it may be off by."""

    derivative: float
    noise: float  # from the rounding of the output, down to underflow
    bend: float  # how much the slope changes within a step
    wobble: float  # from the rounding of the input, or of what is computed from it, at a bend
    smooth: bool
    spread: float = 0.0  # how far estimates with other steps are from one another


def numeric_derivative(
    evaluate: Callable[[float], tuple[float, tuple[Any, ...]]], at: float
) -> tuple[float, float, bool]:
    """The derivative by central differences over five points, its noise, and whether it is smooth.

    >>> derivative, noise, smooth = numeric_derivative(lambda x: (x**3, ()), 2.0)
    >>> round(derivative, 9), smooth
    (12.0, True)

    `evaluate` gives the function's value and anything that tells the smooth pieces of the function
    apart. f'(x) ≈ (f(x−2h) − 8·f(x−h) + 8·f(x+h) − f(x+2h)) / 12h, with an error of order h⁴.
    """
    best = best_estimate(evaluate, at)
    return best.derivative, best.noise + best.wobble, best.smooth


def best_estimate(
    evaluate: Callable[[float], tuple[float, tuple[Any, ...]]], at: float
) -> Estimate:
    """The estimate of the step that agrees best with its neighbour."""
    at = as_number(at)
    here, piece = evaluate(at)
    estimates: list[Estimate] = []
    for step in _steps(at):
        values = [evaluate(at + place * step) for place in (-2, -1, 1, 2)]
        far_left, left, right, far_right = (value for value, _ in values)
        derivative = (8.0 * (right - left) - (far_right - far_left)) / (12.0 * step)
        largest = max(abs(value) for value, _ in values)
        noise = 4.0 * (float_info.epsilon * largest + ulp(0.0)) / abs(step)
        bend = abs((right - here) - (here - left)) / abs(step)
        wobble = 4.0 * float_info.epsilon * bend * max(abs(at / step), 16.0)
        smooth = all(other == piece for _, other in values)
        estimates.append(Estimate(derivative, noise, bend, wobble, smooth))
    usable = [estimate for estimate in estimates if estimate.smooth and isfinite(estimate[0])]
    if len(usable) < 2:
        return usable[0] if usable else estimates[-1]
    apart = [abs(x.derivative - y.derivative) for x, y in pairwise(usable)]
    _, best = min(zip(apart, usable[1:]), key=lambda pair: pair[0] + pair[1].noise)
    return best._replace(spread=sorted(apart)[:2][-1])  # two may agree by chance


def _steps(at: float) -> list[float]:
    """Steps to try, the largest first: for the input's own size, and for a size of 1/16."""
    wanted = {fraction * size for size in (abs(at), 1.0 / 16) for fraction in STEPS}
    # as differences of floats, so that x + h − x is h exactly
    return sorted({(at + step) - at for step in wanted} - {0.0}, reverse=True)
