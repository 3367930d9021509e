"""x to the power y on vectors, at most 1 unit in the last place from the true result.

exp(y · log x) multiplies the error of log x by up to 745, so log x is computed in two parts, to 64
bits. Special cases are IEEE 754's. Everyday exponents (2, 3, ½, …) become products and roots, which
are at most 3 units off. Needs llvmlite.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Final

from .bits import (
    absolute,
    clamped,
    exponent_and_mantissa,
    nearest,
    ordered_sum,
    polynomial,
    product,
    sqrt,
    with_sign_of,
)
from .exponential import LOG2_HIGH, LOG2_LOW, exp_of_sum
from .function import in_lanes
from .operand import Native

# log m = 2s + ⅔s³ + s⁵ · (2/5 + 2/7 s² + …) for s = (m − 1) / (m + 1)
_TWO_THIRDS: Final = 2.0 / 3.0
_TWO_THIRDS_REST: Final = 3.700743415417188e-17
_LOG: Final = tuple(2.0 / (2 * j + 1) for j in range(12, 1, -1))


def _log_in_parts(x: Native) -> tuple[Native, Native]:
    """log x of a positive number, as a float and what it lacks."""
    k, m = exponent_and_mantissa(x)
    f, divisor = m - 1.0, m + 1.0
    s = f / divisor
    back, back_error = product(s, divisor)
    s_rest = (((f - back) - back_error) - s * (m - (divisor - 1.0))) / divisor
    z, z_error = product(s, s)
    z_rest = z_error + 2.0 * s * s_rest
    tail = z * polynomial(z, _LOG)
    third, third_rest = ordered_sum(x.code.constant(_TWO_THIRDS), tail)
    third_rest = third_rest + _TWO_THIRDS_REST
    part, error = product(z, third)
    cubic, cubic_error = product(s, part)
    cubic_rest = cubic_error + s * (error + z * third_rest + z_rest * third) + s_rest * part
    mantissa, mantissa_rest = ordered_sum(s + s, cubic)
    mantissa_rest = mantissa_rest + (cubic_rest + (s_rest + s_rest))
    total, lost = ordered_sum(k * LOG2_HIGH, mantissa)
    return ordered_sum(total, lost + (mantissa_rest + k * LOG2_LOW))


@in_lanes
def pow(x: Native, y: Native) -> Native:
    """exp(y · log|x|), then what is special about zeros, infinities, nan and signs."""
    size = absolute(x)
    log, log_rest = _log_in_parts(size)
    exponent = clamped(y, -1e19, 1e19)  # log|x| is 0 or at least 2⁻⁵³ in size: far beyond 745
    power, error = product(exponent, log)
    rest = (absolute(power) < 800.0).choose(error + exponent * log_rest, 0.0)
    result = exp_of_sum(clamped(power, -800.0, 800.0), rest)

    of_zero, of_infinity = (y < 0.0).choose(math.inf, 0.0), (y < 0.0).choose(0.0, math.inf)
    result = size.equals(0.0).choose(of_zero, result)
    result = size.equals(math.inf).choose(of_infinity, result)
    half = y * 0.5
    of_odd = nearest(half).equals(half).choose(result, with_sign_of(result, x))
    of_fraction = (x < 0.0).choose((x > -math.inf).choose(math.nan, result), result)
    result = nearest(y).equals(y).choose(of_odd, of_fraction)
    result = x.equals(x).choose(y.equals(y).choose(result, y), x)
    result = y.equals(0.0).choose(1.0, result)
    return x.equals(1.0).choose(1.0, result)


def power(x: Native, y: Native) -> Native:
    """x to the power y; in lanes everyday exponents are products and roots."""
    exponent = y.known
    if x.code.width == 1 or exponent is None:
        return pow(x, y)
    if exponent == 0.0:
        return x.code.constant(1.0)
    if exponent in (1.0, 2.0, 3.0):
        return reduce(lambda total, factor: total * factor, [x] * int(exponent))
    if exponent in (-1.0, -2.0):
        inverse = 1.0 / x
        return inverse if exponent == -1.0 else inverse * inverse
    if abs(exponent) == 0.5:
        root = sqrt(x + 0.0)  # pow(-0.0, ½) is 0.0, the root of -0.0 is -0.0
        root = x.equals(-math.inf).choose(math.inf, root)
        return root if exponent > 0.0 else 1.0 / root
    return pow(x, y)
