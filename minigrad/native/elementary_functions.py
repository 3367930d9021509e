"""exp, log, tanh, sin, pow and other functions that no rule is made of, in machine code.

On the tape (one number at a time) exp, log, log1p, tanh, sin, cos and pow are those of C's library,
which Python's math module calls too. In lanes they are polynomials on whole vectors: units in the
last place from the true result, at most, exp 1, log 1, log1p 1, sin 1, cos 1, pow 1, tanh 2.
Everyday powers (2, 3, ½, …) become products and roots, at most 3 units off. The slopes of tanh and
σ, 4 units off at most, are computed together with the value, or an exponential only where they are
saturated. No fused multiply-add: the results have the same bits on every machine. The bell curve is
the engine's own, bit for bit. Those of `c_library` are C's in lanes too, row by row.

The reductions and the coefficients of log, sin and cos are those of fdlibm (Sun Microsystems 1993);
exp's polynomial is that of `rules.bell_curve`. Needs llvmlite.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any, Final

from ..rules import LIMIT, density, tail
from .c_library import OF_LIBRARY, NativeFunction, emitted_once, in_lanes, library
from .exponentials import (
    LOG2_HIGH,
    LOG2_LOW,
    exp,
    exp_of_sum,
    sigmoid_slope,
    tanh,
    tanh_slope,
    unless,
)
from .float_bits import (
    absolute,
    bits_of,
    clamped,
    exponent_and_mantissa,
    nearest,
    number_of,
    ordered_sum,
    polynomial,
    product,
    sqrt,
    sum_of,
    times_two_to_the,
    whole_bits,
    with_sign_of,
)
from .operand import Native

# --- log, log1p -----------------------------------------------------------------------------------

_LOG: Final = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)


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


# --- sin, cos -------------------------------------------------------------------------------------

_FAR: Final = 5e8  # from here on a row asks C's library, which knows π to 1,000 digits
# π/2 in four parts of 24 bits and the rest
_HALF_PI: Final = (
    1.570796251296997,
    7.549789415861596e-08,
    5.390302529957765e-15,
    3.282003415807913e-22,
)
_HALF_PI_REST: Final = 1.2706558760139879e-29
_SIN: Final = (
    1.58969099521155010221e-10,
    -2.50507602534068634195e-08,
    2.75573137070700676789e-06,
    -1.98412698298579493134e-04,
    8.33333333332248946124e-03,
)
_COS: Final = (
    -1.13596475577881948265e-11,
    2.08757232129817482790e-09,
    -2.75573143513906633035e-07,
    2.48015872894767294178e-05,
    -1.38888888888741095749e-03,
    4.16666666666666019037e-02,
)


def _quarter_turns(x: Native) -> tuple[Any, Native, Native]:
    """How many quarter turns are nearest to x (|x| ≤ 5·10⁸), and the angle left, in two parts.

    That number has 29 bits: its products with the parts of π/2 are exact, and so are the first two
    differences. What the others lose is in the second part, down to angles of 2⁻⁶⁰.
    """
    n = nearest(x * 0.6366197723675814)
    angle = (x - n * _HALF_PI[0]) - n * _HALF_PI[1]
    angle, lost = sum_of(angle, -(n * _HALF_PI[2]))
    angle, lost_again = sum_of(angle, -(n * _HALF_PI[3]))
    return whole_bits(n), angle, (lost + lost_again) - n * _HALF_PI_REST


def _sine_or_cosine(x: Native, quarter: int) -> Native:
    code, b = x.code, x.code.builder
    turns, y, rest = _quarter_turns(x)
    turns = b.add(turns, code.whole(quarter))
    z = y * y
    v = z * y
    sine = y - (
        (z * (rest * 0.5 - v * polynomial(z, _SIN)) - rest) - v * -1.66666666666666324348e-01
    )
    half = z * 0.5
    w = 1.0 - half
    cosine = w + (((1.0 - w) - half) + (z * (z * polynomial(z, _COS)) - y * rest))
    odd = b.icmp_signed("!=", b.and_(turns, code.whole(1)), code.whole(0))
    value = Native(code, b.select(odd, cosine.value, sine.value))
    sign = b.shl(b.and_(turns, code.whole(2)), code.whole(62))
    return number_of(code, b.xor(bits_of(value), sign))


def _unless_far(name: str, x: Native, near: Native) -> Native:
    """`near`, except in the rows whose angle C's library has to reduce."""
    return unless(absolute(x) <= _FAR, near, lambda: library(name, x))


@in_lanes
def sin(x: Native) -> Native:
    """The sine."""
    near = _sine_or_cosine(x, 0)
    return _unless_far("sin", x, x.equals(0.0).choose(x, near))


@in_lanes
def cos(x: Native) -> Native:
    """The cosine."""
    return _unless_far("cos", x, _sine_or_cosine(x, 1))


# --- pow ------------------------------------------------------------------------------------------

# log m = 2s + ⅔s³ + s⁵ · (2/5 + 2/7 s² + …) for s = (m − 1) / (m + 1)
_TWO_THIRDS: Final = 2.0 / 3.0
_TWO_THIRDS_REST: Final = 3.700743415417188e-17
_LOG_IN_PARTS: Final = tuple(2.0 / (2 * j + 1) for j in range(12, 1, -1))


def _log_in_parts(x: Native) -> tuple[Native, Native]:
    """log x of a positive number, as a float and what it lacks."""
    k, m = exponent_and_mantissa(x)
    f, divisor = m - 1.0, m + 1.0
    s = f / divisor
    back, back_error = product(s, divisor)
    s_rest = (((f - back) - back_error) - s * (m - (divisor - 1.0))) / divisor
    z, z_error = product(s, s)
    z_rest = z_error + 2.0 * s * s_rest
    tail = z * polynomial(z, _LOG_IN_PARTS)
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
    """exp(y · log|x|), then what is special about zeros, infinities, nan and signs.

    exp multiplies the error of log|x| by up to 745, so that is computed in two parts, to 64 bits.
    Special cases are IEEE 754's.
    """
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


# --- the bell curve, select, dot ------------------------------------------------------------------


@emitted_once
def normal_density(x: Native) -> Native:
    """φ(x), the bell curve."""
    t = absolute(x)
    y, n = density(t)
    outside = x.equals(x).choose(0.0, x)
    return (t < LIMIT).choose(times_two_to_the(y, -n), outside)


@emitted_once
def normal_cdf(x: Native) -> Native:
    """Φ(x), the share of the bell curve left of x."""
    t = absolute(x)
    head, rest, n = tail(t)
    left = times_two_to_the(head + rest, -n)
    scale = times_two_to_the(x.code.constant(1.0), -n)
    right = (1.0 - head * scale) - rest * scale
    outside = (x < 0.0).choose(0.0, x.equals(x).choose(1.0, x))
    return (t < LIMIT).choose((x < 0.0).choose(left, right), outside)


def select(*choices_and_index: Native) -> Native:
    """The choice at the index; nan where there is none (the Python tape then finds the error)."""
    *choices, index = choices_and_index
    chosen = index.code.constant(math.nan)
    for place, choice in enumerate(choices):
        chosen = index.equals(float(place)).choose(choice, chosen)
    return chosen


def dot(*factors: Native) -> Native:
    """x0·x1 + x2·x3 + …, summed from left to right."""
    products = (x * y for x, y in zip(factors[::2], factors[1::2]))
    return reduce(lambda total, product: total + product, products)


# by the name of the gate
OF_GATES: Final[dict[str, NativeFunction]] = {
    "abs": absolute,
    "sqrt": sqrt,
    "exp": exp,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "tanh_slope": tanh_slope,
    "sigmoid_slope": sigmoid_slope,
    "sin": sin,
    "cos": cos,
    "pow": power,
    **OF_LIBRARY,
    "normal_density": normal_density,
    "normal_cdf": normal_cdf,
    "select": select,
    "dot": dot,
}
