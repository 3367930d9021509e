"""Arithmetic on floats that never raises: every function is total, as IEEE 754 has it.

Python raises where C does not (`1.0 / 0.0`, `math.exp(1000)`, `math.log(-1)`, `(-8.0) ** 0.5`). A
run must not die in the middle of a backward pass, so the gates compute with the functions below:
overflow gives an infinity, a question without an answer gives nan.

>>> divide(1.0, 0.0), log(-1.0), power(-8.0, 0.5), exp(1000.0)
(inf, nan, nan, inf)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce
from operator import add, truediv
from sys import float_info
from typing import Any, Final

inf = math.inf
nan = math.nan
SMALLEST_NORMAL: Final = float_info.min

tanh = math.tanh
atan = math.atan
atan2 = math.atan2
asinh = math.asinh
erf = math.erf
absolute = math.fabs


def divide(x: float, y: float) -> float:
    """x / y; a zero divisor gives a signed infinity, and 0 / 0 gives nan.

    >>> divide(-1.0, 0.0), divide(0.0, 0.0)
    (-inf, nan)
    """
    try:
        return x / y
    except ZeroDivisionError:
        if x == 0.0 or x != x:
            return nan
        return math.copysign(inf, x) * math.copysign(1.0, y)


def power(x: float, y: float) -> float:
    """x to the power y, as C's `pow`: never complex, 0 to a negative power is an infinity.

    >>> power(0.0, -1.0), power(-2.0, 0.5), power(-10.0, 309.0)
    (inf, nan, -inf)
    """
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and y % 2.0 == 1.0 else inf
    except ValueError:
        if x == 0.0:
            return math.copysign(inf, x) if y % 2.0 == 1.0 else inf
        return nan


def exp(x: float) -> float:
    """e to the power x; inf where that is beyond the largest float.

    >>> exp(0.0), exp(710.0)
    (1.0, inf)
    """
    try:
        return math.exp(x)
    except OverflowError:
        return inf


def log(x: float) -> float:
    """The natural logarithm; -inf at zero, nan below it.

    >>> log(1.0), log(0.0), log(-1.0)
    (0.0, -inf, nan)
    """
    if x > 0.0:
        return math.log(x)
    return -inf if x == 0.0 else nan


def log1p(x: float) -> float:
    """log(1 + x), exact for small x too; -inf at -1, nan below it.

    >>> log1p(1e-20), log1p(-1.0)
    (1e-20, -inf)
    """
    if x > -1.0:
        return math.log1p(x)
    return -inf if x == -1.0 else nan


def expm1(x: float) -> float:
    """e to the power x, less 1, exact for small x too; inf where that is beyond the largest float.

    >>> expm1(1e-20), expm1(710.0)
    (1e-20, inf)
    """
    try:
        return math.expm1(x)
    except OverflowError:
        return inf


def log2(x: float) -> float:
    """The logarithm to base 2; -inf at zero, nan below it.

    >>> log2(8.0), log2(0.0), log2(-1.0)
    (3.0, -inf, nan)
    """
    if x > 0.0:
        return math.log2(x)
    return -inf if x == 0.0 else nan


def log10(x: float) -> float:
    """The logarithm to base 10; -inf at zero, nan below it.

    >>> log10(1000.0), log10(0.0), log10(-1.0)
    (3.0, -inf, nan)
    """
    if x > 0.0:
        return math.log10(x)
    return -inf if x == 0.0 else nan


def sqrt(x: float) -> float:
    """The square root; nan below zero, and -0.0 for -0.0.

    >>> sqrt(9.0), sqrt(-0.0), sqrt(-1.0)
    (3.0, -0.0, nan)
    """
    return nan if x < 0.0 else math.sqrt(x)


def sin(x: float) -> float:
    """The sine of x in radians; nan for an infinity.

    >>> sin(0.0), sin(inf)
    (0.0, nan)
    """
    return math.sin(x) if x - x == 0.0 else nan


def cos(x: float) -> float:
    """The cosine of x in radians; nan for an infinity.

    >>> cos(0.0), cos(inf)
    (1.0, nan)
    """
    return math.cos(x) if x - x == 0.0 else nan


def tan(x: float) -> float:
    """The tangent of x in radians; nan for an infinity.

    >>> tan(0.0), tan(inf)
    (0.0, nan)
    """
    return math.tan(x) if x - x == 0.0 else nan


def asin(x: float) -> float:
    """The angle with the sine x, from −π/2 to π/2; nan beyond 1.

    >>> asin(1.0), asin(1.5)
    (1.5707963267948966, nan)
    """
    return math.asin(x) if -1.0 <= x <= 1.0 else nan


def acos(x: float) -> float:
    """The angle with the cosine x, from 0 to π; nan beyond 1.

    >>> acos(-1.0), acos(1.5)
    (3.141592653589793, nan)
    """
    return math.acos(x) if -1.0 <= x <= 1.0 else nan


def sinh(x: float) -> float:
    """The hyperbolic sine; an infinity where it is beyond the largest float.

    >>> sinh(0.0), sinh(-1000.0)
    (0.0, -inf)
    """
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(inf, x)


def cosh(x: float) -> float:
    """The hyperbolic cosine; inf where it is beyond the largest float.

    >>> cosh(0.0), cosh(-1000.0)
    (1.0, inf)
    """
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def acosh(x: float) -> float:
    """The number of at least 0 with the hyperbolic cosine x; nan below 1.

    >>> acosh(1.0), acosh(0.5)
    (0.0, nan)
    """
    return math.acosh(x) if x >= 1.0 else nan


def atanh(x: float) -> float:
    """The number with the hyperbolic tangent x; an infinity at 1 and -1, nan beyond.

    >>> atanh(0.0), atanh(-1.0), atanh(1.5)
    (0.0, -inf, nan)
    """
    if -1.0 < x < 1.0:
        return math.atanh(x)
    return math.copysign(inf, x) if -1.0 <= x <= 1.0 else nan


def floor(x: float) -> float:
    """The largest whole number that is not above x; infinities, nan and -0.0 stay.

    >>> floor(2.5), floor(-2.5), floor(-0.0), floor(inf)
    (2.0, -3.0, -0.0, inf)
    """
    return math.copysign(math.floor(x), x) if x - x == 0.0 else x


def trunc(x: float) -> float:
    """x without its fraction; infinities and nan stay, and so does the sign.

    >>> trunc(2.5), trunc(-2.5), trunc(-0.5), trunc(inf)
    (2.0, -2.0, -0.0, inf)
    """
    return math.copysign(math.trunc(x), x) if x - x == 0.0 else x


def nearest(x: float) -> float:
    """The nearest whole number, of two the even one, as Python's `round`.

    >>> nearest(2.5), nearest(3.5), nearest(-0.5), nearest(inf)
    (2.0, 4.0, -0.0, inf)
    """
    return math.copysign(round(x), x) if x - x == 0.0 else x


def modulo(x: float, y: float) -> float:
    """x less whole multiples of y, with the sign of y, as Python's `%`; nan where y is 0.

    >>> modulo(7.5, 2.0), modulo(-1.0, 3.0), modulo(1.0, 0.0)
    (1.5, 2.0, nan)
    """
    return x % y if y != 0.0 else nan


def maximum(*numbers: float) -> float:
    """The largest number; nan if one is nan, and 0.0 is larger than -0.0 (IEEE 754-2019).

    >>> maximum(1.0, 3.0, 2.0), maximum(-0.0, 0.0), maximum(nan, 1.0)
    (3.0, 0.0, nan)
    """
    largest = numbers[0]
    for number in numbers:
        if number > largest or number != number:
            largest = number
        elif number == 0.0 == largest:
            largest += number  # of two zeros the positive one, if there is one
    return largest


def minimum(*numbers: float) -> float:
    """The smallest number; nan if one is nan, and -0.0 is smaller than 0.0 (IEEE 754-2019).

    >>> minimum(1.0, 3.0, 2.0), minimum(0.0, -0.0), minimum(nan, 1.0)
    (1.0, -0.0, nan)
    """
    return -maximum(*[-number for number in numbers])


def select(*choices_and_index: float) -> float:
    """The number at the index, which comes last; an index out of range is an error.

    >>> select(5.0, 6.0, 7.0, 1.0)
    6.0
    >>> select(5.0, 6.0, 7.0, 3.0)
    Traceback (most recent call last):
    ...
    IndexError: select has 3 inputs: the index must be a whole number from 0 to 2, got 3
    """
    *choices, index = choices_and_index
    if not choices:
        raise IndexError("select needs at least one input to choose from, got an empty table")
    if index in range(len(choices)):
        return choices[int(index)]
    shown = f"{index:g}" if index == float(f"{index:g}") else repr(index)
    raise IndexError(
        f"select has {len(choices)} input{'s' * (len(choices) > 1)}: the index must be "
        f"a whole number from 0 to {len(choices) - 1}, got {shown}"
    )


# The same numbers sooner, or an exception: then ask the function above.
RAISING: Final[dict[Callable[..., Any], Callable[..., Any]]] = {
    divide: truediv,
    power: math.pow,
    exp: math.exp,
    log: math.log,
    log1p: math.log1p,
    sqrt: math.sqrt,
    sin: math.sin,
    cos: math.cos,
    tan: math.tan,
    asin: math.asin,
    acos: math.acos,
    sinh: math.sinh,
    cosh: math.cosh,
    acosh: math.acosh,
    atanh: math.atanh,
    expm1: math.expm1,
    log2: math.log2,
    log10: math.log10,
}


def keeps_digits(factor: float, result: float) -> bool:
    """Whether a product with this factor, or a quotient by it, keeps every digit of the other one.

    >>> keeps_digits(0.25, 0.1), keeps_digits(10.0, 1.0), keeps_digits(0.5, 5e-324)
    (True, False, False)

    So it does with a power of two, unless the result is too small for all digits; and with 0.
    """
    if factor == 0.0:
        return True
    return abs(math.frexp(factor)[0]) == 0.5 and abs(result) >= SMALLEST_NORMAL


def added(numbers: Iterable[float]) -> float:
    """Their sum from left to right, as gates add; Python's sum rounds otherwise from 3.12 on.

    >>> added([0.1, 0.2, 0.3])
    0.6000000000000001
    """
    return reduce(add, numbers, 0.0)


def adds_exactly(x: float, y: float) -> bool:
    """Whether x + y has no digit that a float has no room for, as far as that is easily seen.

    >>> adds_exactly(0.1, 0.1), adds_exactly(0.1, 0.0), adds_exactly(0.1, 0.2)
    (True, True, False)

    A double is exact, x − x is, and so is every sum of floats that is too small for all digits.
    """
    return abs(x) == abs(y) or x == 0.0 or y == 0.0 or abs(x + y) < SMALLEST_NORMAL
