"""exp, tanh and σ in machine code, and the slopes of the last two, which need the same exponential.

In lanes one function gives tanh and its slope. Where the value is not at hand a slope computes an
exponential only if a row is saturated. See `elementary_functions`; needs llvmlite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..rules import GATES, curvature
from .c_library import EmittedTogether, emitted_once, in_lanes, is_called, library
from .float_bits import (
    absolute,
    any_lane,
    clamped,
    nearest,
    ordered_sum,
    times_two_to_the,
    two_to_the,
    with_sign_of,
)
from .operand import Condition, Native

LOG2_HIGH: Final = 6.93147180369123816490e-01  # 33 bits: n · this is exact
LOG2_LOW: Final = 1.90821492927058770002e-10


def unless(usual: Condition, near: Native, far: Callable[[], Native]) -> Native:
    """`near` in the rows that are as usual; where all are, `far` is not computed."""
    code, b = near.code, near.code.builder
    result = b.alloca(code.number)
    b.store(near.value, result)
    unusual = b.not_(usual.value)
    with b.if_then(any_lane(unusual, code), likely=False):
        b.store(b.select(unusual, far().value, near.value), result)
    return Native(code, b.load(result))


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


def _tanh_and_slope(x: Native) -> tuple[Native, Native]:
    """The hyperbolic tangent and its slope, from e = exp(−2·|x|) and m = 1 − e in two parts.

    m / (2 − m) where that is less than a half, with what rounding takes put back; else 1 − 2v for
    v = e / (2 − m). The slope is 4v · (1 − v).
    """
    exponent = absolute(x) * -2.0
    n, r, curved = _reduced((exponent < -1400.0).choose(-1400.0, exponent))
    part, part_rest = ordered_sum(r, curved)
    above = (n > -1000.0).choose(n, -1000.0)
    scale = two_to_the(above)
    scaled = scale * part
    e = (scale + scaled) * two_to_the(n - above)
    m, m_rest = ordered_sum(1.0 - scale, -scaled)
    m_rest = m_rest - scale * part_rest
    small = m < 0.6666
    quotient = small.choose(m, e) / (2.0 - m)
    above_one = quotient + 1.0  # the slope of m / (2 − m) is half its square
    near = quotient + m_rest * 0.5 * (above_one * above_one)
    v = small.choose(0.5 - near * 0.5, quotient)
    return with_sign_of(small.choose(near, 1.0 - (v + v)), x), (v * 4.0) * (1.0 - v)


TANH_AND_SLOPE: Final = EmittedTogether(_tanh_and_slope)


def tanh(x: Native) -> Native:
    """The hyperbolic tangent."""
    return library("tanh", x) if x.code.width == 1 else TANH_AND_SLOPE.part(0, x)


def tanh_slope(x: Native, out: Native) -> Native:
    """The slope of tanh: at hand where tanh was computed in lanes, in the same block."""
    if x.code.width > 1 and TANH_AND_SLOPE.is_called(x):
        return TANH_AND_SLOPE.part(1, x)
    return _slope_of_tanh(x, out)


def sigmoid_slope(x: Native, out: Native) -> Native:
    """The slope of σ, which takes the exponential of σ where that is in the same block."""
    decay = -absolute(x)
    if x.code.width > 1 and is_called(exp, decay):
        return (out < 0.75).choose(out * (1.0 - out), out * out * exp(decay))
    return _slope_of_sigmoid(x, out)


def _sigmoid_and_slope(x: Native) -> tuple[Native, Native]:
    """σ and its slope, from one exponential."""
    out = GATES["sigmoid"].trace(x)
    return out, sigmoid_slope(x, out)


# by the name of the slope
WITH_OUTPUT: Final = {
    "tanh_slope": TANH_AND_SLOPE,
    "sigmoid_slope": EmittedTogether(_sigmoid_and_slope),
}


@emitted_once
def _slope_of_tanh(x: Native, out: Native) -> Native:
    square = out * out
    return unless(
        square < 0.5,
        1.0 - square,
        lambda: exp(absolute(x) * -2.0) * ((square + 1.0) + absolute(out) * 2.0),
    )


@emitted_once
def _slope_of_sigmoid(x: Native, out: Native) -> Native:
    return unless(out < 0.75, out * (1.0 - out), lambda: out * out * exp(-x))
