"""Rows of the table: exponentials and logarithms to other bases and of sums, and erf.

>>> from minigrad.rules.gate import GATES
>>> GATES["log2"].forward(8.0), GATES["logaddexp"].local_gradients(-1e9, -1e9)
(3.0, (0.5, 0.5))

Equal infinities share a gradient, as other equal inputs do.
"""

from __future__ import annotations

from functools import reduce
from math import inf, pi
from math import log as log_of_a_number
from math import sqrt as root_of_a_number
from operator import add as plus
from typing import Any, Final

from .formula import NamedNumber
from .gates import absolute, exp, log, log1p, maximum, sigmoid
from .ieee import erf as erf_of_floats
from .ieee import expm1 as expm1_of_floats
from .ieee import log2 as log2_of_floats
from .ieee import log10 as log10_of_floats
from .operand import equal, where
from .rows import row

LOG_2: Final = log_of_a_number(2.0)
LOG_10: Final = log_of_a_number(10.0)
SQRT_PI: Final = root_of_a_number(pi)
CUT: Final = 6442450944.0  # adding it and taking it away leaves multiples of 2⁻²⁰

# fmt: off
# a table: a line for what a gate is, a line for each rule

expm1 = row("expm1", "expm1", "expm1 multiplies the gradient by exp of its input",
    latex=r"e^{{{0}}} - 1",
    kernel=expm1_of_floats, output_range=(-1.0, inf),
    local_gradient=lambda x, out: (exp(x),))  # out + 1 has lost the digits of a small one

exp2 = row("exp2", "2ˣ", "2ˣ multiplies the gradient by its own output times log 2",
    latex=r"2^{{{0}}}",
    rule=lambda x: 2.0**x,
    local_gradient=lambda x, out: (out * LOG_2,),
    textbook_gradient=lambda x, out: (out * NamedNumber(LOG_2, "log(2)", r"\log 2"),))

log2 = row("log2", "log₂", "log₂ divides the gradient by its input times log 2",
    latex=r"\log_2({0})",
    kernel=log2_of_floats,
    local_gradient=lambda x, out: (1.0 / LOG_2 / x,),
    textbook_gradient=lambda x, out: (1.0 / (x * NamedNumber(LOG_2, "log(2)", r"\log 2")),),
    kinks=lambda x, out: (x,))

log10 = row("log10", "log₁₀", "log₁₀ divides the gradient by its input times log 10",
    latex=r"\log_{{10}}({0})",
    kernel=log10_of_floats,
    local_gradient=lambda x, out: (1.0 / LOG_10 / x,),
    textbook_gradient=lambda x, out: (1.0 / (x * NamedNumber(LOG_10, "log(10)", r"\log 10")),),
    kinks=lambda x, out: (x,))


def _difference(x: Any, y: Any) -> tuple[Any, Any]:
    """x − y and what rounding takes from it (D. Knuth 1969); equal infinities differ by 0.

    By a 0 that is theirs, so that 0 × infinity is nan in second derivatives too.
    """
    far = x - y
    is_far = equal(absolute(x), inf)
    zero = 0.0 / where(is_far, x, 1.0) / where(is_far, where(equal(x, y), y, 1.0), 1.0)
    far = where(is_far, where(equal(x, y), zero, far), far)
    back = far - x
    lost = (x - (far - back)) - (y + back)
    return far, where(absolute(lost) < 0.5, lost, 0.0)  # nan beside infinities


def _power(x: Any, largest: Any) -> Any:
    below, lost = _difference(x, largest)
    return exp(below) * (1.0 + lost)


def _logsumexp(*inputs: Any) -> Any:
    largest = maximum(list(inputs))
    ties = reduce(plus, [where(equal(x, largest), 1.0, 0.0) for x in inputs])
    others = [where(equal(x, largest), 0.0, _power(x, largest)) for x in inputs]
    return largest + log1p(reduce(plus, others) + (ties - 1.0))


def _softmax(*inputs_and_out: Any) -> tuple[Any, ...]:
    *inputs, _ = inputs_and_out
    largest = maximum(inputs)
    powers = [_power(x, largest) for x in inputs]
    sum_of_powers = reduce(plus, powers)
    return tuple(power / sum_of_powers for power in powers)


def _logaddexp(x: Any, y: Any) -> Any:
    far, lost = _difference(x, y)
    share = exp(-absolute(far))
    return maximum(x, y) + log1p(share + share * where(far < 0.0, lost, -lost))


def _two_shares(x: Any, y: Any, out: Any) -> tuple[Any, Any]:
    above, lost = _difference(x, y)
    share, rest = sigmoid(above), sigmoid(-above)
    return share * (1.0 + lost * rest), rest * (1.0 - lost * share)


logaddexp = row("logaddexp", "logaddexp",
    "logaddexp shares the gradient by σ of how far the one input is above the other",
    arity=2,
    rule=_logaddexp,
    local_gradient=_two_shares,
    definition=lambda x, y: log(exp(x) + exp(y)),
    textbook_gradient=lambda x, y, out: (exp(x - out), exp(y - out)))

logsumexp = row("logsumexp", "logsumexp",
    "logsumexp shares the gradient by softmax: the largest input receives most",
    arity=None, empty=-inf,
    rule=_logsumexp,
    local_gradient=_softmax,
    definition=lambda *xs: log(reduce(plus, [exp(x) for x in xs])),
    textbook_gradient=lambda *xs: tuple(exp(x - xs[-1]) for x in xs[:-1]))


def _slope_of_erf(x: Any) -> Any:
    """2/√π · exp(−x²), where x² of the first 20 binary digits is exact, and the rest is small."""
    head = (x + CUT) - CUT
    bell = exp(-(head * head)) * exp((head - x) * (head + x))
    return where(absolute(x) >= 30.0, 0.0, (2.0 / SQRT_PI) * bell)  # at nan it is nan, and bends


erf = row("erf", "erf", "erf multiplies the gradient by 2/√π times exp of minus its input squared",
    kernel=erf_of_floats, output_range=(-1.0, 1.0),
    local_gradient=lambda x, out: (_slope_of_erf(x),),
    textbook_gradient=lambda x, out: (
        NamedNumber(2.0 / SQRT_PI, "2/√(π)", r"\frac{2}{\sqrt{\pi}}") * exp(-x * x),))

# fmt: on
