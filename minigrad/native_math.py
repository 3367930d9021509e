"""The functions that no rule is made of, in machine code: exp, log, sin, … Needs llvmlite.

On the tape (one number at a time) they are C's library functions, which Python's math module calls
too. In lanes they are polynomials on whole vectors, at most 4 units in the last place from the true
result; the reductions and coefficients of log, sin and cos are those of fdlibm (Sun Microsystems
1993), exp's is a Taylor polynomial on |r| ≤ ½·log 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import llvmlite.ir as ir

from .ieee import _PEAK, _PEAK_REST, _ROOT_HALF
from .native_operand import DOUBLE, INT, Code, Native

NativeFunction = Callable[..., Native]

_FUNCTIONS: dict[str, NativeFunction] = {}


def native_function(name: str) -> NativeFunction:
    """The function that a row of the table names in its field `native`."""
    return _FUNCTIONS[name]


def _library(name: str, *operands: Native) -> Native:
    """A call of C's library: row by row where there is more than one."""
    code = operands[0].code
    kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(operands))
    function = code.module.globals.get(name) or ir.Function(code.module, kind, name)
    if code.width == 1:
        return Native(code, code.builder.call(function, [x.value for x in operands]))
    result = ir.Constant(code.number, ir.Undefined)
    for row in range(code.width):
        parts = [code.builder.extract_element(x.value, INT(row)) for x in operands]
        result = code.builder.insert_element(result, code.builder.call(function, parts), INT(row))
    return Native(code, result)


def _function(vector_rule: NativeFunction) -> NativeFunction:
    """C's function for one number, and for vectors a function of the module, emitted once."""
    name = vector_rule.__name__

    def apply(x: Native) -> Native:
        code = x.code
        if code.width == 1:
            return _library(name, x)
        full_name = f"minigrad.{name}.{code.width}"
        function = code.module.globals.get(full_name)
        if function is None:
            kind = ir.FunctionType(code.number, [code.number])
            function = ir.Function(code.module, kind, full_name)
            function.linkage = "internal"
            inside = Code(ir.IRBuilder(function.append_basic_block()), code.width)
            inside.builder.ret(vector_rule(Native(inside, function.args[0])).value)
        return Native(code, code.builder.call(function, [x.value]))

    _FUNCTIONS[name] = apply
    return apply


def _named(function: NativeFunction) -> NativeFunction:
    _FUNCTIONS[function.__name__] = function
    return function


# --- bits -----------------------------------------------------------------------------------------


@_named
def absolute(x: Native) -> Native:
    """|x|."""
    return x.code.intrinsic("llvm.fabs", x)


@_named
def sqrt(x: Native) -> Native:
    """√x, by the processor's own instruction."""
    return x.code.intrinsic("llvm.sqrt", x)


def _nearest(x: Native) -> Native:
    return x.code.intrinsic("llvm.rint", x)


def _with_sign_of(x: Native, sign: Native) -> Native:
    return x.code.intrinsic("llvm.copysign", x, sign)


def _as_whole(x: Native) -> Any:
    """The bits of 2⁵² + 2⁵¹ + x, whose low part is the whole number x."""
    return _bits(x + 6755399441055744.0)


def _bits(x: Native) -> Any:
    return x.code.builder.bitcast(x.value, x.code.bits)


def _number(code: Code, bits: Any) -> Native:
    return Native(code, code.builder.bitcast(bits, code.number))


def _times_two_to_the(x: Native, whole: Any) -> Native:
    """x · 2ⁿ in two steps, so that neither factor leaves the range of a float."""
    code, b = x.code, x.code.builder
    half = b.ashr(whole, code.whole(1))
    for n in (half, b.sub(whole, half)):
        x = x * _number(code, b.shl(b.add(n, code.whole(1023)), code.whole(52)))
    return x


def _polynomial(x: Native, coefficients: tuple[float, ...]) -> Native:
    """Coefficients from the highest power down to the constant (Horner)."""
    total = x * coefficients[0] + coefficients[1]
    for coefficient in coefficients[2:]:
        total = total * x + coefficient
    return total


# --- exp and what is made of it -------------------------------------------------------------------

_LOG2_HIGH: Final = 6.93147180369123816490e-01  # 33 bits: n · this is exact
_LOG2_LOW: Final = 1.90821492927058770002e-10
_EXP: Final = tuple(1.0 / math.factorial(n) for n in range(13, 1, -1))


def _reduced(x: Native) -> tuple[Native, Native]:
    """n and e^r − 1 for x = n·log 2 + r."""
    n = _nearest(x * 1.4426950408889634)
    high, low = x - n * _LOG2_HIGH, n * _LOG2_LOW
    r = high - low
    lost = (high - r) - low
    return n, r + (lost + r * r * _polynomial(r, _EXP))


def _clamped(x: Native, low: float, high: float) -> Native:
    x = (x < low).choose(low, x)
    return (x > high).choose(high, x)


@_function
def exp(x: Native) -> Native:
    """e to the power x: a whole power of 2 times a polynomial of the rest."""
    n, less_one = _reduced(_clamped(x, -800.0, 800.0))
    b, code = x.code.builder, x.code
    whole = b.ashr(b.shl(_as_whole(n), code.whole(13)), code.whole(13))
    return _times_two_to_the(less_one + 1.0, whole)


def _expm1(x: Native) -> Native:
    """e^x − 1 for 0 ≤ x ≤ 50."""
    n, less_one = _reduced(x)
    b, code = x.code.builder, x.code
    power_of_two = b.shl(b.add(_as_whole(n), code.whole(1023)), code.whole(52))
    two_to_n = _number(code, power_of_two)
    return two_to_n * less_one + (two_to_n - 1.0)


@_function
def tanh(x: Native) -> Native:
    """The hyperbolic tangent, from exp(2·|x|) − 1, which is exact for small x too."""
    size = absolute(x)
    t = _expm1(_clamped(size + size, 0.0, 50.0))
    return _with_sign_of((size > 1e-9).choose(t / (t + 2.0), size), x)


# --- log ------------------------------------------------------------------------------------------

_LOG: Final = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)


@_function
def log(x: Native) -> Native:
    """The natural logarithm: that of a whole power of 2, plus a polynomial of the mantissa."""
    code, b = x.code, x.code.builder
    tiny = x < 2.2250738585072014e-308
    bits = _bits(tiny.choose(x * 18014398509481984.0, x))  # 2⁵⁴
    # k and m: x = 2^k · m with m from √½ to √2
    shifted = b.add(bits, code.whole(0x3FF0000000000000 - 0x3FE6A09E667F3BCD))
    exponent = b.sub(b.lshr(shifted, code.whole(52)), code.whole(1023))
    mantissa = b.and_(shifted, code.whole(0x000FFFFFFFFFFFFF))
    m = _number(code, b.add(mantissa, code.whole(0x3FE6A09E667F3BCD)))
    k = Native(code, b.sitofp(exponent, code.number)) - tiny.choose(54.0, 0.0)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    half_square = f * f * 0.5
    rest = z * _polynomial(z, _LOG)
    result = k * _LOG2_HIGH - ((half_square - (s * (half_square + rest) + k * _LOG2_LOW)) - f)
    result = (x < math.inf).choose(result, x)  # infinity and nan stay
    result = x.equals(0.0).choose(-math.inf, result)
    return (x < 0.0).choose(math.nan, result)


@_function
def log1p(x: Native) -> Native:
    """log(1 + x), with what rounding took from 1 + x put back."""
    u = x + 1.0
    corrected = log(u) * (x / (u - 1.0))  # what rounding took from 1 + x (W. Kahan)
    result = (x < 1e16).choose(corrected, log(x))
    result = x.equals(-1.0).choose(-math.inf, result)
    result = (x < -1.0).choose(math.nan, result)
    return u.equals(1.0).choose(x, result)


# --- sin and cos ----------------------------------------------------------------------------------

# π/2 in three parts of 33 bits and the rest
_HALF_PI: Final = (
    1.57079632673412561417e00,
    6.07710050630396597660e-11,
    2.02226624871116645580e-21,
)
_HALF_PI_REST: Final = 8.47842766036889956997e-32
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
    """The number of quarter turns nearest to x (|x| ≤ 10⁶), and the angle left, in two parts."""
    n = _nearest(x * 0.6366197723675814)
    first = x - n * _HALF_PI[0]
    second = n * _HALF_PI[1]
    angle = first - second
    lost = (first - angle) - second
    third = n * _HALF_PI[2] - lost
    left = angle - third
    rest = ((angle - left) - third) - n * _HALF_PI_REST
    return _as_whole(n), left, rest


def _sine_or_cosine(x: Native, quarter: int) -> Native:
    code, b = x.code, x.code.builder
    turns, y, rest = _quarter_turns(x)
    turns = b.add(turns, code.whole(quarter))
    z = y * y
    v = z * y
    sine = y - (
        (z * (rest * 0.5 - v * _polynomial(z, _SIN)) - rest) - v * -1.66666666666666324348e-01
    )
    half = z * 0.5
    w = 1.0 - half
    cosine = w + (((1.0 - w) - half) + (z * (z * _polynomial(z, _COS)) - y * rest))
    odd = b.icmp_signed("!=", b.and_(turns, code.whole(1)), code.whole(0))
    value = Native(code, b.select(odd, cosine.value, sine.value))
    sign = b.shl(b.and_(turns, code.whole(2)), code.whole(62))
    return _number(code, b.xor(_bits(value), sign))


def _circular(name: str, quarter: int) -> NativeFunction:
    def rule(x: Native) -> Native:
        code, b = x.code, x.code.builder
        result = b.alloca(code.number)
        large = _any(b.fcmp_unordered(">", absolute(x).value, code.constant(1e5).value), code)
        with b.if_else(large) as (far, near):
            with far:  # few angles are that large, and C's library knows π to 1,000 digits
                b.store(_library(name, x).value, result)
            with near:
                value = _sine_or_cosine(x, quarter)
                if quarter == 0:
                    value = x.equals(0.0).choose(x, value)
                b.store(value.value, result)
        return Native(code, b.load(result))

    rule.__name__ = name
    return _function(rule)


def _any(conditions: Any, code: Code) -> Any:
    b = code.builder
    whole = b.bitcast(conditions, ir.IntType(code.width))
    return b.icmp_unsigned("!=", whole, ir.IntType(code.width)(0))


sin = _circular("sin", 0)
cos = _circular("cos", 1)


# --- pow ------------------------------------------------------------------------------------------


def power(x: Native, y: Native) -> Native:
    """x to the power y; in lanes the exponents of everyday are products and roots."""
    exponent = y.known
    if x.code.width == 1 or exponent is None:
        return _library("pow", x, y)
    if exponent == 0.0:
        return x.code.constant(1.0)
    if exponent in (1.0, 2.0, 3.0):
        return reduce(lambda product, factor: product * factor, [x] * int(exponent))
    if exponent in (-1.0, -2.0):
        return 1.0 / (x if exponent == -1.0 else x * x)
    if abs(exponent) == 0.5:
        root = sqrt(x + 0.0)  # pow(-0.0, ½) is 0.0, the root of -0.0 is -0.0
        root = x.equals(-math.inf).choose(math.inf, root)
        return root if exponent > 0.0 else 1.0 / root
    return _library("pow", x, y)


# --- the bell curve; the same operations as in `ieee` ---------------------------------------------


def _squared(x: Native) -> tuple[Native, Native]:
    split = 134217729.0 * x
    high = split - (split - x)
    low = x - high
    product = x * x
    return product, ((high * high - product) + 2.0 * high * low) + low * low


@_named
def normal_density(x: Native) -> Native:
    """φ(x), the bell curve."""
    square, error = _squared(x)
    bell = exp(-0.5 * square)
    density = bell * _PEAK + bell * (_PEAK_REST - _PEAK * (0.5 * error))
    return _where_inside(x, -39.0, 39.0, density, x.code.constant(0.0))


@_named
def normal_cdf(x: Native) -> Native:
    """Φ(x), the share of the bell curve left of x."""
    z = -x * _ROOT_HALF
    square, error = _squared(z)
    exact, exact_error = _squared(x)
    distance = ((0.5 * exact - square) + (0.5 * exact_error - error)) / (2.0 * z)
    distance = z.equals(0.0).choose(0.0, distance)
    slope = -2.0 / math.sqrt(math.pi) * exp(-square)
    inside = 0.5 * (_library("erfc", z) + slope * distance)
    return _where_inside(x, -39.0, 9.0, inside, (x < 0.0).choose(0.0, 1.0))


def _where_inside(x: Native, low: float, high: float, inside: Native, outside: Native) -> Native:
    result = (x > low).choose((x < high).choose(inside, outside), outside)
    return x.equals(x).choose(result, x)


# --- choosing -------------------------------------------------------------------------------------


@_named
def select(*choices_and_index: Native) -> Native:
    """The choice at the index; nan where there is none (the Python tape then finds the error)."""
    *choices, index = choices_and_index
    chosen = index.code.constant(math.nan)
    for place, choice in enumerate(choices):
        chosen = index.equals(float(place)).choose(choice, chosen)
    return chosen


@_named
def dot(*factors: Native) -> Native:
    """x0·x1 + x2·x3 + …, summed from left to right."""
    products = (x * y for x, y in zip(factors[::2], factors[1::2]))
    return reduce(lambda total, product: total + product, products)
