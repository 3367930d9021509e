"""What each gate means, in mpmath: written from the definitions, not from the rules under test.

A gate without an entry is compared with its own forward rule, run at 60 digits on `Exact` operands
(or with mpmath's function of the same name, if it has a kernel in place of a rule), so that a new
row of the table is tested without a new line here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from minigrad.rules.gate import Gate
from minigrad.rules.operand import Operand

DIGITS = 60
STEP = mpf(10) ** -20
UNSEEN = mpf(10) ** -38  # of the output per input: what differences with that step cannot show


def _real_power(x: mpf, y: mpf) -> Any:
    return mpmath.power(x, y) if x >= 0 or y == mpmath.floor(y) else mp.nan


def _real(function: Callable[[mpf], Any], lowest: int = 0) -> Callable[[mpf], Any]:
    return lambda x: function(x) if x > lowest else mp.nan


def _within_one(function: Callable[[mpf], Any]) -> Callable[[mpf], Any]:
    return lambda x: function(x) if -1 <= x <= 1 else mp.nan


def _sinc(x: mpf) -> Any:
    return mpmath.sinpi(x) / (mp.pi * x) if x else mpf(1)


def _logsumexp(*xs: mpf) -> Any:
    *lower, largest = sorted(xs)
    return largest + mpmath.log1p(mpmath.fsum(mpmath.exp(x - largest) for x in lower))


REFERENCES: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y if y else mp.nan,
    "pow": lambda x, y: mp.nan if x == 0 and y < 0 else _real_power(x, y),
    "neg": lambda x: -x,
    "dot": lambda *xs: mpmath.fsum(x * y for x, y in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
    "sum": lambda *xs: mpmath.fsum(xs),
    "maximum": lambda *xs: max(xs),
    "minimum": lambda *xs: min(xs),
    "less": lambda x, y: mpf(x < y),
    "less_equal": lambda x, y: mpf(x <= y),
    "is_equal": lambda x, y: mpf(x == y),
    "select": lambda *xs: xs[round(xs[-1])],
    "abs": abs,
    "exp": mpmath.exp,
    "log": _real(mpmath.log),
    "log1p": _real(lambda x: mpmath.log(1 + x), lowest=-1),
    "sqrt": _real(mpmath.sqrt),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "expm1": lambda x: mpmath.exp(x) - 1,
    "exp2": lambda x: mpmath.power(2, x),
    "log2": _real(lambda x: mpmath.log(x) / mpmath.log(2)),
    "log10": _real(lambda x: mpmath.log(x) / mpmath.log(10)),
    "erf": mpmath.erf,
    "logaddexp": _logsumexp,
    "logsumexp": _logsumexp,
    "prod": lambda *xs: mpmath.fprod(xs),
    "mean": lambda *xs: mpmath.fsum(xs) / len(xs),
    "tan": mpmath.tan,
    "asin": _within_one(mpmath.asin),
    "acos": _within_one(mpmath.acos),
    "atan": mpmath.atan,
    "atan2": lambda y, x: mpmath.atan2(y, x) if x or y else mp.nan,
    "degrees": lambda x: x * 180 / mp.pi,
    "radians": lambda x: x * mp.pi / 180,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "asinh": mpmath.asinh,
    "acosh": lambda x: mpmath.acosh(x) if x >= 1 else mp.nan,
    "atanh": _within_one(mpmath.atanh),
    "hypot": lambda x, y: mpmath.sqrt(x * x + y * y),
    "sinc": _sinc,
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "trunc": lambda x: mpmath.sign(x) * mpmath.floor(abs(x)),
    "round": mpmath.nint,
    "mod": lambda x, y: x - y * mpmath.floor(x / y) if y else mp.nan,
    "floor_divide": lambda x, y: mpmath.floor(x / y) if y else mp.nan,
    "normal_density": lambda x: mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mp.pi),
    "normal_cdf": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
}


def reference(gate: Gate) -> Callable[..., Any]:
    """The gate as a function of mpmath numbers."""
    if gate.name in REFERENCES:
        return REFERENCES[gate.name]
    if gate.rule is None:
        function: Callable[..., Any] = getattr(mpmath, gate.name)
        return function
    return lambda *xs: _exact(gate.trace(*map(Exact, xs))).number


def derivative(function: Callable[..., Any], inputs: list[mpf], place: int) -> mpf | None:
    """d(function)/d(inputs[place]) by central differences; None where there is no derivative.

    The step is so small (1e-20 of the input) that 38 digits are right. At a kink the two
    differences to either side disagree.
    """
    step = STEP * (abs(inputs[place]) or 1)

    def at(input: mpf) -> Any:
        return function(*inputs[:place], input, *inputs[place + 1 :])

    here, left, right = at(inputs[place]), at(inputs[place] - step), at(inputs[place] + step)
    if not all(mpmath.isfinite(number) for number in (here, left, right)):
        return None
    from_left, from_right = (here - left) / step, (right - here) / step
    smooth = abs(from_left - from_right) <= mpf(10) ** -12 * max(abs(from_left), abs(from_right))
    if smooth and abs(from_right) > mpf(10) ** 10:  # a jump is as high after half a step
        smooth = abs(at(inputs[place] + step / 2) - here) < mpf("0.9") * abs(right - here)
    return (from_left + from_right) / 2 if smooth else None


def condition(function: Callable[..., Any], inputs: list[float], exact: Any) -> float:
    """How many times an ulp of the inputs is in the output, for the function itself.

    It says nothing of a rule for it: a rule with steps that cancel more has no excuse. Nor is a
    jump or a kink one.
    """
    if not exact:
        return float("inf")
    numbers = list(map(mpf, inputs))
    slopes = [derivative(function, numbers, place) for place in range(len(inputs))]
    if None in slopes:
        return 1.0
    return float(mpmath.fsum(abs(d * x / exact) for d, x in zip(slopes, numbers)))


class Exact(Operand):
    """A number with 60 digits, and how far a careful run of the same steps in floats is from it.

    `error` counts relative errors of 2⁻⁵³ (half an ulp or less). Each operation hands on those of
    its operands, times its condition number towards them, and adds its own: 1 for arithmetic, 2 for
    a function, none where the result is a float. `cancels` says whether a + or − on the way took
    digits away: less than half of the larger operand is left, and one of them was rounded. This is
    how a test knows where a rule is away from cancellation, for any gate.
    """

    def __init__(self, number: Any, error: float = 0.0, cancels: bool = False) -> None:
        self.number = mpf(number)
        self.error = error
        self.cancels = cancels

    @staticmethod
    def apply_gate(gate: Gate, operands: tuple[Any, ...]) -> Exact:
        parts = [_exact(operand) for operand in operands]
        return _after(reference(gate), parts, own=2.0)

    def equals(self, other: Any) -> bool:
        return bool(self.number == _exact(other).number)

    def __add__(self, other: Any) -> Exact:
        return _after_sum(lambda x, y: x + y, [self, _exact(other)])

    def __radd__(self, other: Any) -> Exact:
        return _exact(other) + self

    def __sub__(self, other: Any) -> Exact:
        return _after_sum(lambda x, y: x - y, [self, _exact(other)])

    def __rsub__(self, other: Any) -> Exact:
        return _exact(other) - self

    def __mul__(self, other: Any) -> Exact:
        return _after(lambda x, y: x * y, [self, _exact(other)])

    def __rmul__(self, other: Any) -> Exact:
        return _exact(other) * self

    def __truediv__(self, other: Any) -> Exact:
        return _after(REFERENCES["div"], [self, _exact(other)])

    def __rtruediv__(self, other: Any) -> Exact:
        return _exact(other) / self

    def __pow__(self, other: Any) -> Exact:
        return _after(REFERENCES["pow"], [self, _exact(other)], own=2.0)

    def __rpow__(self, other: Any) -> Exact:
        return _exact(other) ** self

    def __neg__(self) -> Exact:
        return Exact(-self.number, self.error, self.cancels)

    def __lt__(self, other: Any) -> bool:
        return bool(self.number < _exact(other).number)

    def __le__(self, other: Any) -> bool:
        return bool(self.number <= _exact(other).number)

    def __gt__(self, other: Any) -> bool:
        return bool(self.number > _exact(other).number)

    def __ge__(self, other: Any) -> bool:
        return bool(self.number >= _exact(other).number)


def error_of(result: Any) -> float:
    """How far floats may be from what a rule gave (a constant of the rule is exact)."""
    return _exact(result).error


def cancels(result: Any) -> bool:
    """Whether a + or − took digits away on the way to what a rule gave."""
    return _exact(result).cancels


def _exact(operand: Any) -> Exact:
    return operand if isinstance(operand, Exact) else Exact(operand)


def _after(function: Callable[..., Any], parts: list[Exact], own: float = 1.0) -> Exact:
    numbers = [part.number for part in parts]
    result = function(*numbers)
    cancelled = any(part.cancels for part in parts)
    if not result or not mpmath.isfinite(result):
        return Exact(result, mp.inf if any(part.error for part in parts) else 0.0, cancelled)
    error = 0.0 if result == float(result) else own
    for place, part in enumerate(parts):
        if part.error:
            slope = derivative(function, numbers, place)
            condition = mp.inf if slope is None else abs(slope * part.number / result)
            error += float(condition) * part.error
    return Exact(result, error, cancelled)


def _after_sum(function: Callable[..., Any], parts: list[Exact]) -> Exact:
    result = _after(function, parts)
    if any(part.error for part in parts):
        result.cancels |= 2 * abs(result.number) < max(abs(part.number) for part in parts)
    return result
