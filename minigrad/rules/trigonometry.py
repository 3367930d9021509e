"""Rows of the table: angles, hyperbolic functions and lengths, from sin to sinc.

>>> from minigrad.rules.gate import GATES
>>> GATES["atan2"].forward(1.0, -1.0), GATES["hypot"].local_gradients(3.0, 4.0)
(2.356194490192345, (0.6, 0.8))

At the edges: asin, acos, acosh and atanh have infinite slopes where their domain ends, and nan
beyond it; hypot(0, 0) has the slope 0, as |x| has at 0; atan2(0, 0) has no slope, nan.
"""

from __future__ import annotations

from functools import reduce
from math import pi
from typing import Any, Final

from .formula import NamedNumber
from .gate import GateFunction
from .gates import absolute, maximum, minimum, sqrt
from .ieee import acos as acos_of_floats
from .ieee import acosh as acosh_of_floats
from .ieee import asin as asin_of_floats
from .ieee import asinh as asinh_of_floats
from .ieee import atan as atan_of_floats
from .ieee import atan2 as atan2_of_floats
from .ieee import atanh as atanh_of_floats
from .ieee import cos as cos_of_floats
from .ieee import cosh as cosh_of_floats
from .ieee import inf
from .ieee import sin as sin_of_floats
from .ieee import sinh as sinh_of_floats
from .ieee import tan as tan_of_floats
from .operand import equal, where
from .rows import row, slope_row
from .whole_numbers import floor

PI: Final = NamedNumber(pi, "π", r"\pi")

# fmt: off
# a table: a line for what a gate is, a line for each rule

# --- angles ---------------------------------------------------------------------------------------

sin: GateFunction = row("sin", "sin", "sin multiplies the gradient by the cosine of its input",
    latex=r"\sin({0})",
    kernel=sin_of_floats, output_range=(-1.0, 1.0),
    local_gradient=lambda x, out: (cos(x),))

cos: GateFunction = row("cos", "cos", "cos multiplies the gradient by minus the sine of its input",
    latex=r"\cos({0})",
    kernel=cos_of_floats, output_range=(-1.0, 1.0),
    local_gradient=lambda x, out: (-sin(x),))

tan = row("tan", "tan", "tan multiplies the gradient by 1 + output², which has no bound",
    latex=r"\tan({0})",
    kernel=tan_of_floats,
    local_gradient=lambda x, out: (1.0 + out * out,),
    kinks=lambda x, out: (cos(x),))


def _one_minus_square(x: Any) -> Any:
    """1 − x²: as it is where that rounds little, and its slope −2x nothing, else as a product."""
    return where(absolute(x) < 0.5, 1.0 - x * x, (1.0 - x) * (1.0 + x))


# Of (1 − x)·(1 + x) the second derivative at 1 would be infinity, or infinity − infinity, by the
# direction in which one goes; these slopes say theirs by themselves.

arcsine_slope = slope_row("arcsine_slope", "asin′", "asin′ multiplies the gradient by x·asin′³",
    latex=r"\arcsin'({0})", text_name="asin′",
    rule=lambda x: 1.0 / sqrt(_one_minus_square(x)),
    definition=lambda x: 1.0 / sqrt(1.0 - x * x),
    local_gradient=lambda x, slope: (x * slope * slope * slope,))

atanh_slope = slope_row("atanh_slope", "atanh′", "atanh′ multiplies the gradient by 2·x·atanh′²",
    text_name="atanh′",
    rule=lambda x: 1.0 / _one_minus_square(x),
    definition=lambda x: 1.0 / (1.0 - x * x),
    local_gradient=lambda x, slope: (2.0 * x * slope * slope,))

asin = row("asin", "asin", "asin divides the gradient by the cosine of its output",
    latex=r"\arcsin({0})", example=(0.5,),
    kernel=asin_of_floats, output_range=(-pi / 2.0, pi / 2.0),
    local_gradient=lambda x, out: (arcsine_slope(x),),
    textbook_gradient=lambda x, out: (1.0 / sqrt(1.0 - x * x),),
    kinks=lambda x, out: (1.0 - x, 1.0 + x))

acos = row("acos", "acos", "acos divides the gradient by minus the sine of its output",
    latex=r"\arccos({0})", example=(0.5,),
    kernel=acos_of_floats, output_range=(0.0, pi),
    local_gradient=lambda x, out: (-arcsine_slope(x),),
    textbook_gradient=lambda x, out: (-1.0 / sqrt(1.0 - x * x),),
    kinks=lambda x, out: (1.0 - x, 1.0 + x))

atan = row("atan", "atan", "atan divides the gradient by 1 + its input squared",
    latex=r"\arctan({0})",
    kernel=atan_of_floats, output_range=(-pi / 2.0, pi / 2.0),
    local_gradient=lambda x, out: (  # far out x² is no float, and 1/x² is one
        where(absolute(x) < 1e150, 1.0 / (1.0 + x * x), 1.0 / x / x),),
    textbook_gradient=lambda x, out: (1.0 / (1.0 + x * x),))


def _angle_gradients(y: Any, x: Any, out: Any) -> tuple[Any, Any]:
    length = hypot(y, x)  # y² + x² would leave the range of floats

    def over_square(z: Any) -> Any:
        far = where(equal(out, out), 1.0 / z, out)
        return where(equal(absolute(z), inf), far, z / length / length)

    return over_square(x), -over_square(y)


atan2 = row("atan2", "atan2",
    "atan2 sends each input the other one over the length squared, the second with a minus",
    arity=2, latex=r"\operatorname{{atan2}}({0}, {1})",
    kernel=atan2_of_floats, output_range=(-pi, pi),
    local_gradient=_angle_gradients,
    textbook_gradient=lambda y, x, out: (x / (y * y + x * x), -y / (y * y + x * x)),
    kinks=lambda y, x, out: (where(x > 0.0, 1.0, y),))  # the angle jumps from −π to π

degrees = row("degrees", "degrees", "degrees multiplies the gradient by 180/π",
    rule=lambda x: x * (180.0 / pi),
    local_gradient=lambda x, out: (180.0 / pi,),
    definition=lambda x: x * 180.0 / PI,
    textbook_gradient=lambda x, out: (NamedNumber(180.0 / pi, "180/π", r"\frac{180}{\pi}"),))

radians = row("radians", "radians", "radians multiplies the gradient by π/180",
    rule=lambda x: x * (pi / 180.0),
    local_gradient=lambda x, out: (pi / 180.0,),
    definition=lambda x: x * PI / 180.0,
    textbook_gradient=lambda x, out: (NamedNumber(pi / 180.0, "π/180", r"\frac{\pi}{180}"),))

# --- hyperbolic functions, but for tanh -----------------------------------------------------------

sinh: GateFunction = row("sinh", "sinh", "sinh multiplies the gradient by cosh of its input",
    latex=r"\sinh({0})",
    kernel=sinh_of_floats,
    local_gradient=lambda x, out: (cosh(x),))

cosh: GateFunction = row("cosh", "cosh", "cosh multiplies the gradient by sinh of its input",
    latex=r"\cosh({0})",
    kernel=cosh_of_floats, output_range=(1.0, inf),
    local_gradient=lambda x, out: (sinh(x),))

asinh = row("asinh", "asinh", "asinh divides the gradient by cosh of its output",
    kernel=asinh_of_floats,
    local_gradient=lambda x, out: (1.0 / hypot(1.0, x),),
    textbook_gradient=lambda x, out: (1.0 / sqrt(1.0 + x * x),))

acosh = row("acosh", "acosh", "acosh divides the gradient by sinh of its output",
    example=(2.0,),
    kernel=acosh_of_floats, output_range=(0.0, inf),
    local_gradient=lambda x, out: (1.0 / sqrt(x - 1.0) / sqrt(x + 1.0),),
    textbook_gradient=lambda x, out: (1.0 / sqrt(x * x - 1.0),),
    kinks=lambda x, out: (x - 1.0,))

atanh = row("atanh", "atanh", "atanh divides the gradient by 1 − its input squared",
    example=(0.5,),
    kernel=atanh_of_floats,
    local_gradient=lambda x, out: (atanh_slope(x),),
    textbook_gradient=lambda x, out: (1.0 / (1.0 - x * x),),
    kinks=lambda x, out: (1.0 - x, 1.0 + x))

# --- lengths --------------------------------------------------------------------------------------


def _length(x: Any, y: Any) -> Any:
    """√(x² + y²), with no square that leaves the range of floats."""
    long, short = maximum(absolute(x), absolute(y)), minimum(absolute(x), absolute(y))
    share = short / long
    length = where(equal(long, 0.0), long, long * sqrt(1.0 + share * share))
    # an infinity beside nan is one too, as in C
    return where(equal(absolute(x), inf), inf, where(equal(absolute(y), inf), inf, length))


hypot: GateFunction = row("hypot", "hypot",
    "hypot sends each input its share: the input over the length",
    arity=2, latex=r"\sqrt{{{{{0}}}^2 + {{{1}}}^2}}", example=(3.0, 4.0),
    rule=_length,
    local_gradient=lambda x, y, out: tuple(where(equal(out, 0.0), 0.0, z / out) for z in (x, y)),
    definition=lambda x, y: sqrt(x * x + y * y),
    textbook_gradient=lambda x, y, out: (x / out, y / out),
    kinks=lambda x, y, out: (x if y == 0.0 else 1.0, y if x == 0.0 else 1.0))

# --- sinc -----------------------------------------------------------------------------------------


def _sine_of_half_turns(x: Any) -> Any:
    """sin(πx) for x from 0 to ½."""
    return sin(pi * x)


def _half_turns(x: Any) -> tuple[Any, Any]:
    """sin(πx) and cos(πx) for x ≥ 0: whole turns are taken off before π is rounded."""
    rest = x - 2.0 * floor(0.5 * x)
    part = where(rest > 1.0, rest - 1.0, rest)
    size = _sine_of_half_turns(where(part > 0.5, 1.0 - part, part))
    back = where(rest > 1.0, 2.0 - rest, rest)
    near_zero = where(back > 0.5, -sin(pi * (back - 0.5)), sin(pi * (0.5 - back)))
    return where(rest > 1.0, -size, size), where(back < 0.25, cos(pi * back), near_zero)


def _sinc(x: Any) -> Any:
    far = absolute(x)
    return where(equal(far, 0.0), 1.0, _half_turns(far)[0] / (pi * far))


# 2k · π²ᵏ / (2k + 1)! for k = 1, 2, …, with alternating signs
_NEAR_ZERO: Final = tuple(
    reduce(lambda c, j: c * pi * pi / (2 * j * (2 * j + 1)), range(1, k + 1), -2.0 * k * (-1) ** k)
    for k in range(1, 13)
)


def _sinc_gradient(x: Any, out: Any) -> tuple[Any]:
    square = x * x
    near = -x * reduce(lambda total, c: total * square + c, _NEAR_ZERO[::-1])
    far = (_half_turns(absolute(x))[1] - out) / x
    return (where(absolute(x) < 0.5, near, far),)


sinc = row("sinc", "sinc", "sinc sends what cos(π·input) is above the output, divided by the input",
    rule=_sinc, output_range=(-1.0, 1.0),
    local_gradient=_sinc_gradient,
    definition=lambda x: sin(PI * x) / (PI * x),
    textbook_gradient=lambda x, out: (where(equal(x, 0.0), 0.0, (cos(PI * x) - out) / x),))

# fmt: on
