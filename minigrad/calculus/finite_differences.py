"""A derivative by finite differences, and how far it can be trusted.

>>> found = numeric_derivative(lambda x: Evaluation(x**3), 2.0)
>>> round(found.derivative, 9), found.error < 1e-7, found.is_smooth
(12.0, True, True)
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite, nan
from typing import Any, Final, NamedTuple

from ..rules import as_number
from .rounding_errors import EPSILON, SMALLEST

# Fractions of an input's size to try as its step, the largest first. A large step loses to
# curvature (h⁴), a small one to rounding (1/h). They are no powers of two, nor nearly: a step that
# is a multiple of the function's period would see nothing of it.
STEPS: Final = tuple(0.0619 * 0.27**k for k in range(15))
ENOUGH: Final = 1e-9  # a relative error with which no smaller step needs to be tried
SMALLER: Final = 0.08
SMALLER_STEPS: Final = 150  # down to 1e-170
SEEN: Final = 0.05  # what part of a difference must be no rounding


class Evaluation(NamedTuple):
    """What a function gives at a point."""

    value: float
    noise: float | None = None  # how far rounding can have moved it; None: as it moves one float
    piece: tuple[Any, ...] = ()  # anything that tells the function's smooth pieces apart


class Estimate(NamedTuple):
    """A derivative from finite differences, and what it may be off by."""

    derivative: float
    noise: float  # from rounding
    apart: float = inf  # from curvature, and from noise that nobody knows of: other steps differ
    bend: float = 0.0  # how much the slope changes within a step
    is_smooth: bool = True
    is_flat: bool = False  # the function has the same value at every point, to the last bit
    step: float = 0.0

    @property
    def error(self) -> float:
        """How far the derivative may be off."""
        return self.noise + self.apart


def numeric_derivative(evaluate: Callable[[float], Evaluation], at: float) -> Estimate:
    """The derivative by central differences over five points.

    f'(x) ≈ (f(x−2h) − 8·f(x−h) + 8·f(x+h) − f(x+2h)) / 12h, with an error of order h⁴. Steps are
    tried until two estimates are as near to one another as a part in 10⁹; else the one is taken
    whose error is the smallest part of it. Points at which the function is not on the piece where
    it is at x do not count.
    """
    at = as_number(at)
    here = evaluate(at)
    usable: list[Estimate] = []
    other = Estimate(nan, inf)
    for step in _steps(at):
        found = _five_points(evaluate, at, step, here)
        if not (found.is_smooth and isfinite(found.derivative)):
            other = found
            continue
        usable.append(_compared(found, usable))
        if usable[-1].error <= ENOUGH * abs(found.derivative):
            return usable[-1]
    if len(usable) < 3:
        return usable[-1] if usable else other
    return min(map(_beside_smaller, usable, usable[1:], usable[2:]), key=_relative_error)


def settles(
    evaluate: Callable[[float], Evaluation], at: float, found: Estimate, claimed: float
) -> bool:
    """Whether smaller steps still agree with an estimate where another derivative is claimed.

    As far as rounding lets them see the difference between the two.

    What happens within the smallest of `STEPS` alone is seen by none of them: the corner of
    √(x² + 1e-24) is a kink to all.
    """
    here, step, difference = evaluate(at), found.step, abs(found.derivative - claimed)
    for _ in range(SMALLER_STEPS):
        step *= SMALLER
        if not (real := (at + step) - at):
            break
        finer = _five_points(evaluate, at, real, here)
        if finer.noise > difference * SEEN:
            break
        if abs(finer.derivative - found.derivative) > 2.0 * difference * SEEN:
            return False
    return True


def _relative_error(estimate: Estimate) -> tuple[float, float]:
    size = abs(estimate.derivative)
    return (min(estimate.error / size, 1.0) if size else 1.0), estimate.error


def _five_points(
    evaluate: Callable[[float], Evaluation], at: float, step: float, here: Evaluation
) -> Estimate:
    points = [evaluate(at + place * step) for place in (-2, -1, 1, 2)]
    far_left, left, right, far_right = values = [point.value for point in points]
    derivative = (8.0 * (right - left) - (far_right - far_left)) / (12.0 * step)
    noise = 2.0 * max(map(_noise, [here, *points])) / abs(step) + 4.0 * EPSILON * abs(derivative)
    bend = abs((right - here.value) - (here.value - left)) / abs(step)
    is_smooth = all(point.piece == here.piece for point in points)
    is_flat = all(value == here.value for value in values)
    return Estimate(derivative, noise, inf, bend, is_smooth, is_flat, step)


def _noise(point: Evaluation) -> float:
    if point.noise is None:
        return 2.0 * EPSILON * abs(point.value) + SMALLEST
    return point.noise


def _compared(found: Estimate, larger: list[Estimate]) -> Estimate:
    """The estimate with how far those of larger steps are from it: two may agree by chance."""
    if not larger:
        return found
    apart = abs(found.derivative - larger[-1].derivative)
    if len(larger) > 1:
        apart += abs(larger[-1].derivative - larger[-2].derivative) / 200.0  # as curvature does
    return found._replace(apart=apart)


def _beside_smaller(found: Estimate, smaller: Estimate, smallest: Estimate) -> Estimate:
    """The estimate with the noise that those of smaller steps show, which have more of it."""
    differences = [abs(other.derivative - found.derivative) for other in (smaller, smallest)]
    return found._replace(apart=max(found.apart, differences[0] / 3.0, differences[1] / 10.0))


def _steps(at: float) -> list[float]:
    """Steps to try, the largest first: for the input's own size, and for a size of 1/16."""
    wanted = {fraction * size for size in (abs(at), 1.0 / 16) for fraction in STEPS}
    # as differences of floats, so that x + h − x is h exactly
    return sorted({(at + step) - at for step in wanted} - {0.0}, reverse=True)
