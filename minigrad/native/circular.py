"""sin and cos on vectors, at most 1 unit in the last place from the true result. Needs llvmlite.

The coefficients are those of fdlibm (Sun Microsystems 1993). Beyond 5·10⁸ a row asks C's library,
which knows π to 1,000 digits.
"""

from __future__ import annotations

from typing import Any, Final

from .bits import absolute, any_lane, bits_of, nearest, number_of, polynomial, sum_of, whole_bits
from .function import NativeFunction, in_lanes, library
from .operand import Native

_FAR: Final = 5e8
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


def _circular(name: str, quarter: int) -> NativeFunction:
    def rule(x: Native) -> Native:
        code, b = x.code, x.code.builder
        near = _sine_or_cosine(x, quarter)
        if quarter == 0:
            near = x.equals(0.0).choose(x, near)
        result = b.alloca(code.number)
        b.store(near.value, result)
        far = b.fcmp_unordered(">", absolute(x).value, code.constant(_FAR).value)
        with b.if_then(any_lane(far, code), likely=False):
            b.store(b.select(far, library(name, x).value, near.value), result)
        return Native(code, b.load(result))

    rule.__name__ = name
    return in_lanes(rule)


sin = _circular("sin", 0)
cos = _circular("cos", 1)
