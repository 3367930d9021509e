"""The bell curve: its density φ and its distribution function Φ, to two units in the last place.

>>> normal_cdf(0.0), normal_cdf(-8.0), normal_density(1.0)
(0.5, 6.220960574271784e-16, 0.24197072451914334)

C's erfc is 2 to 3 units off in the tail, and exp and erfc differ from library to library. Here
everything is made of + − × ÷, on whatever it is handed: floats, or numbers of machine code. So the
tape and the lanes give the engine's own bits, on any machine.

A number is carried as a head of at most 27 bits plus a rest, so that products of heads are exact,
and only the last addition rounds. Cutting is done on a grid: adding a large number and taking it
away again leaves the multiple of the grid that is nearest.
"""

from __future__ import annotations

import math
from typing import Any

LIMIT = 39.0  # beyond it φ and Φ(-x) are less than half the smallest float

# 1.5 · 2⁵² · grid, for grids of 1, 2⁻²⁰, 2⁻²⁵ and 2⁻²⁷
_TO_ONES = 6755399441055744.0
_TO_20_BITS = 6442450944.0
_TO_25_BITS = 201326592.0
_TO_27_BITS = 50331648.0

_LOG2_HEAD = 6.93147180369123816490e-01  # 33 bits: a whole number below 2¹¹ times this is exact
_LOG2_REST = 1.90821492927058770002e-10

# (1 + ⅞t) · Φ(-t) · exp(t²/2) at t = 6; it is between 0.34 and 0.52 for every t
_MILLS_HEAD = 0.4048707112669945
_MILLS_REST = 3.260798331607698e-09
# φ(0) = 1/√(2π)
_PEAK = 0.3989422804014327
_PEAK_HEAD = 0.3989422768354416
_PEAK_REST = 3.5659910885844774e-09


# The coefficients of the two polynomials are those of mpmath's chebyfit (Chebyshev interpolation).
# Odd and even powers stand side by side, so that a processor need not wait for one of them.


def curvature(r: Any) -> Any:
    """(e^r − 1 − r) / r² for |r| ≤ ½·log 2, to 2⁻⁵⁶ of e^r."""
    square = r * r
    odd, even = 2.5100388772450645e-08, 2.7620092706650667e-07
    odd, even = odd * square + 2.7557268453107527e-06, even * square + 2.480152128699544e-05
    odd, even = odd * square + 0.00019841269863058052, even * square + 0.0013888888917219482
    odd, even = odd * square + 0.008333333333330062, even * square + 0.041666666666624115
    odd, even = odd * square + 0.16666666666666669, even * square + 0.5000000000000001
    return odd * r + even


def _mills(q: Any) -> Any:
    """(m(t) − m(6)) / q for m(t) = (1 + ⅞t) · Φ(-t) · exp(t²/2) and q = (t − 6) / (t + 6)."""
    square = q * q
    odd, even = 1.3532082137364441e-09, 2.624075297735166e-09
    odd, even = odd * square - 1.3293655196753945e-08, even * square - 1.8108091860479584e-08
    odd, even = odd * square + 1.1275536567595076e-07, even * square + 7.40159272902494e-09
    odd, even = odd * square - 8.604246956070431e-07, even * square + 1.4712436471765621e-06
    odd, even = odd * square + 3.92046807561932e-06, even * square - 2.2373493724864815e-05
    odd, even = odd * square + 3.0506861791466113e-05, even * square + 0.00010610021766453527
    odd, even = odd * square - 0.0007378237143086306, even * square + 0.0024420170599975958
    odd, even = odd * square - 0.005750100992034551, even * square + 0.010485201643215264
    odd, even = odd * square - 0.014922209445238881, even * square + 0.015386591201753825
    odd, even = odd * square - 0.007020933586326951, even * square - 0.01406496840704403
    odd, even = odd * square + 0.04806393317343495, even * square - 0.08979678369967675
    return odd * q + even


def _bell(t: Any) -> tuple[Any, Any, Any]:
    """exp(-t²/2) as (head + rest) / 2ⁿ: head, rest and n."""
    head = (t + _TO_20_BITS) - _TO_20_BITS
    half_square = 0.5 * head * head
    lacking = 0.5 * (t - head) * (t + head)
    n = (half_square * 1.4426950408889634 + _TO_ONES) - _TO_ONES
    exact, small = n * _LOG2_HEAD - half_square, n * _LOG2_REST - lacking
    r = exact + small
    curved = ((exact - r) + small) + r * r * curvature(r)
    less_one = ((r + curved) + _TO_25_BITS) - _TO_25_BITS
    return 1.0 + less_one, (r - less_one) + curved, n


def density(t: Any) -> tuple[Any, Any]:
    """φ(t) as y / 2ⁿ, for 0 ≤ t ≤ 39: y and n."""
    bell, bell_rest, n = _bell(t)
    return bell * _PEAK_HEAD + (bell * _PEAK_REST + bell_rest * _PEAK), n


def tail(t: Any) -> tuple[Any, Any, Any]:
    """Φ(-t) as (head + rest) / 2ⁿ, for 0 ≤ t ≤ 39: head, rest and n."""
    bell, bell_rest, n = _bell(t)
    q = (t - 6.0) / (t + 6.0)
    change = _mills(q) * q
    cut = (change + _TO_27_BITS) - _TO_27_BITS
    ratio, ratio_rest = _MILLS_HEAD + cut, (change - cut) + _MILLS_REST
    product, product_rest = bell * ratio, bell * ratio_rest + bell_rest * (ratio + ratio_rest)
    t_head = (t + _TO_20_BITS) - _TO_20_BITS
    divisor, divisor_rest = 0.875 * t_head + 1.0, 0.875 * (t - t_head)
    both = divisor + divisor_rest
    head = (product / both + _TO_27_BITS) - _TO_27_BITS
    rest = ((product - head * divisor) + (product_rest - head * divisor_rest)) / both
    return head, rest, n


def normal_density(x: float) -> float:
    """The density of the standard normal distribution, φ(x) = exp(-x²/2) / √(2π).

    >>> normal_density(0.0)
    0.3989422804014327
    """
    if not -LIMIT < x < LIMIT:
        return x if x != x else 0.0
    y, n = density(math.fabs(x))
    return math.ldexp(y, -int(n))


def normal_cdf(x: float) -> float:
    """The standard normal distribution function, Φ(x): the share of the bell curve left of x.

    >>> normal_cdf(0.0), normal_cdf(-math.inf), normal_cdf(math.inf)
    (0.5, 0.0, 1.0)
    """
    if not -LIMIT < x < LIMIT:
        return x if x != x else (0.0 if x < 0.0 else 1.0)
    head, rest, n = tail(math.fabs(x))
    if x < 0.0:
        return math.ldexp(head + rest, -int(n))
    scale = math.ldexp(1.0, -int(n))
    share: float = (1.0 - head * scale) - rest * scale
    return share
