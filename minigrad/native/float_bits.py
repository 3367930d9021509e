"""Floats taken apart and put together, for the functions in machine code. Needs llvmlite.

A number is a sign, 11 bits of exponent and 52 of mantissa; a whole number of a small size stands in
the low bits of 2⁵² + 2⁵¹ + itself. AVX2 has no instruction that turns 64-bit integers into doubles
or shifts them with their sign, so nothing here needs one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import llvmlite.ir as ir

from .operand import Code, Native

_WHOLE: Final = 6755399441055744.0  # 2⁵² + 2⁵¹
_BIAS: Final = 1023


def absolute(x: Native) -> Native:
    """|x|, and |−x| is the same instruction."""
    if getattr(x.value, "opname", "") == "fneg":
        x = Native(x.code, x.value.operands[0])
    return x.code.intrinsic("llvm.fabs", x)


def sqrt(x: Native) -> Native:
    """√x, by the processor's own instruction."""
    return x.code.intrinsic("llvm.sqrt", x)


def nearest(x: Native) -> Native:
    """The nearest whole number; the even one of two."""
    return x.code.intrinsic("llvm.rint", x)


def with_sign_of(x: Native, sign: Native) -> Native:
    """|x| with the sign of another number, which may be a zero."""
    return x.code.intrinsic("llvm.copysign", x, sign)


def bits_of(x: Native) -> Any:
    """The bits of x, as an LLVM integer."""
    return x.code.builder.bitcast(x.value, x.code.bits)


def number_of(code: Code, bits: Any) -> Native:
    """The number with these bits."""
    return Native(code, code.builder.bitcast(bits, code.number))


def whole_bits(x: Native) -> Any:
    """Bits whose low part is the whole number x, |x| < 2⁵¹."""
    return bits_of(x + _WHOLE)


def any_lane(conditions: Any, code: Code) -> Any:
    """Whether a condition holds in one lane or more."""
    whole = ir.IntType(code.width)
    return code.builder.icmp_unsigned("!=", code.builder.bitcast(conditions, whole), whole(0))


def two_to_the(n: Native) -> Native:
    """2ⁿ for a whole number n from -1022 to 1023."""
    code = n.code
    exponent = bits_of(n + (_WHOLE + _BIAS))
    return number_of(code, code.builder.shl(exponent, code.whole(52)))


def times_two_to_the(x: Native, n: Native) -> Native:
    """x · 2ⁿ in two steps, so that neither factor leaves the range of a float."""
    half = nearest(n * 0.5)
    return x * two_to_the(half) * two_to_the(n - half)


def exponent_and_mantissa(x: Native) -> tuple[Native, Native]:
    """k and m with x = 2ᵏ · m and m from √½ to √2, for a positive number."""
    code, b = x.code, x.code.builder
    tiny = x < 2.2250738585072014e-308
    bits = bits_of(tiny.choose(x * 18014398509481984.0, x))  # 2⁵⁴
    root_half = 0x3FE6A09E667F3BCD
    shifted = b.add(bits, code.whole(0x3FF0000000000000 - root_half))
    two_to_52 = 0x4330000000000000
    k = number_of(code, b.or_(b.lshr(shifted, code.whole(52)), code.whole(two_to_52)))
    mantissa = b.and_(shifted, code.whole(0x000FFFFFFFFFFFFF))
    m = number_of(code, b.add(mantissa, code.whole(root_half)))
    return k - tiny.choose(2.0**52 + _BIAS + 54, 2.0**52 + _BIAS), m


def polynomial(x: Native, coefficients: Sequence[float]) -> Native:
    """Coefficients from the highest power down to the constant.

    Neighbours are joined in pairs, the pairs in pairs, … (G. Estrin 1960): a few products more than
    in Horner's scheme, but they need not wait for each other.
    """
    terms: list[Any] = list(reversed(coefficients))
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2])
        terms = [low + high * x for low, high in pairs] + terms[len(terms) // 2 * 2 :]
        x = x * x
    total: Native = terms[0]
    return total


def clamped(x: Native, low: float, high: float) -> Native:
    """x, or the end of the range that it lies beyond; nan stays."""
    x = (x < low).choose(low, x)
    return (x > high).choose(high, x)


def split(x: Native) -> tuple[Native, Native]:
    """x as the sum of two numbers of 26 bits, whose products are exact (G. W. Veltkamp 1968)."""
    far = x * 134217729.0  # 2²⁷ + 1
    high = far - (far - x)
    return high, x - high


def product(x: Native, y: Native) -> tuple[Native, Native]:
    """x · y as a rounded product and its rounding error (T. J. Dekker 1971)."""
    rounded = x * y
    (x_high, x_low), (y_high, y_low) = split(x), split(y)
    error = ((x_high * y_high - rounded) + x_high * y_low + x_low * y_high) + x_low * y_low
    return rounded, error


def ordered_sum(x: Native, y: Native) -> tuple[Native, Native]:
    """x + y as a rounded sum and its rounding error, where |x| ≥ |y| or x is 0 (Dekker)."""
    rounded = x + y
    return rounded, (x - rounded) + y


def sum_of(x: Native, y: Native) -> tuple[Native, Native]:
    """x + y as a rounded sum and its rounding error (D. E. Knuth)."""
    rounded = x + y
    part = rounded - x
    return rounded, (x - (rounded - part)) + (y - part)
