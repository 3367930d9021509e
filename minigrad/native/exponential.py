"""exp, log, log1p and tanh on vectors. Needs llvmlite.

Units in the last place from the true result, at most: exp 1, log 1, log1p 1, tanh 2. The
reductions and log's coefficients are those of fdlibm (Sun Microsystems 1993); exp's polynomial is
that of `bell_curve`. No fused multiply-add: the results have the same bits on every machine.
"""

from __future__ import annotations

import math
from typing import Final

from ..rules import curvature
from .bits import (
    absolute,
    clamped,
    exponent_and_mantissa,
    nearest,
    ordered_sum,
    polynomial,
    sum_of,
    times_two_to_the,
    two_to_the,
    with_sign_of,
)
from .function import in_lanes
from .operand import Native

LOG2_HIGH: Final = 6.93147180369123816490e-01  # 33 bits: n · this is exact
LOG2_LOW: Final = 1.90821492927058770002e-10
_LOG: Final = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)


def _reduced(x: Native, rest: Native | None = None) -> tuple[Native, Native, Native]:
    """n, r and e^r − 1 − r for x + rest = n·log 2 + r."""
    n = nearest(x * 1.4426950408889634)
    high, low = x - n * LOG2_HIGH, n * LOG2_LOW
    if rest is not None:
        low = low - rest
    r = high - low
    lost = (high - r) - low
    return n, r, lost + r * r * curvature(r)


def exp_of_sum(x: Native, rest: Native | None = None) -> Native:
    """e^(x + rest) for |x| ≤ 800, where the rest is small."""
    n, r, curved = _reduced(x, rest)
    return times_two_to_the((r + curved) + 1.0, n)


@in_lanes
def exp(x: Native) -> Native:
    """e to the power x: a whole power of 2 times a polynomial of the rest."""
    return exp_of_sum(clamped(x, -800.0, 800.0))


@in_lanes
def tanh(x: Native) -> Native:
    """The hyperbolic tangent, from t = exp(2·|x|) − 1 in two parts.

    t / (t + 2) where t is less than 2, with what rounding takes put back; else 1 − 2 / (t + 2).
    """
    n, r, curved = _reduced(clamped(absolute(x) * 2.0, 0.0, 50.0))
    scale = two_to_the(n)
    part, part_rest = ordered_sum(r, curved)
    t, t_rest = ordered_sum(scale - 1.0, scale * part)
    t_rest = t_rest + scale * part_rest
    small = t < 2.0
    divisor, divisor_rest = ordered_sum(x.code.constant(2.0), t)
    quotient = small.choose(t, 2.0) / divisor
    # 1 / divisor = (1 − quotient) / 2
    correction = (t_rest - quotient * divisor_rest) * (0.5 - quotient * 0.5)
    return with_sign_of(small.choose(quotient + correction, 1.0 - quotient), x)


def _log_of(x: Native, correction: Native | None = None) -> Native:
    """log x, plus a small correction: the log of a power of 2 and a polynomial of the mantissa."""
    k, m = exponent_and_mantissa(x)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    half_square = f * f * 0.5
    small = s * (half_square + z * polynomial(z, _LOG)) + k * LOG2_LOW
    if correction is not None:
        small = small + correction
    return k * LOG2_HIGH - ((half_square - small) - f)


def _at_the_edges(x: Native, result: Native, zero: float) -> Native:
    """A logarithm that is -inf where x is `zero`, nan below it; infinity and nan stay."""
    result = (x < math.inf).choose(result, x)
    result = x.equals(zero).choose(-math.inf, result)
    return (x < zero).choose(math.nan, result)


@in_lanes
def log(x: Native) -> Native:
    """The natural logarithm."""
    return _at_the_edges(x, _log_of(x), 0.0)


@in_lanes
def log1p(x: Native) -> Native:
    """log(1 + x), with what rounding takes from 1 + x put back."""
    one = x.code.constant(1.0)
    u, lost = sum_of(one, x)
    result = x.equals(0.0).choose(x, _log_of(u, lost / u))  # -0.0 stays
    return _at_the_edges(x, result, -1.0)
