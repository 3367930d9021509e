"""Intervals: a rule run on the least and the largest number that each input can be.

>>> one = Interval(0.0, 1.0)
>>> 2.0 * one - 1.0, 1.0 / (1.0 + one), one / (one - 0.5)
(Interval(-1.0, 1.0), Interval(0.5, 1.0), Interval(-inf, inf))

An input that is there twice is taken for two: x − x of an interval is no 0. The ends may lie too
far out, never too far in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from math import inf, isnan
from typing import Any, Final

from .ieee import power
from .operand import Operand

AGAINST_LOG_0: Final = 1e-3  # more than anybody adds


def _arithmetic(name: str, reflected: bool = False) -> Callable[[Interval, Any], Interval]:
    def method(self: Interval, other: Any) -> Interval:
        pair = self, as_interval(other)
        return _COMBINED[name](*(pair[::-1] if reflected else pair))

    return method


def _compared(self: Interval, other: Any) -> Undecided:
    return Undecided()


class Interval(Operand):
    """All numbers from `low` to `high`, both included; an end that is nan may be anywhere."""

    __slots__ = ("high", "low")

    def __init__(self, low: float, high: float) -> None:
        self.low = -inf if isnan(low) else low
        self.high = inf if isnan(high) else high

    @staticmethod
    def apply_gate(gate: Any, operands: tuple[Any, ...]) -> Interval:
        """What the gate's row says of its outputs; else what its rule makes of the intervals."""
        intervals = tuple(map(as_interval, operands))
        if callable(gate.output_range):
            return Interval(*gate.output_range(*intervals))
        if gate.output_range is not None:
            return Interval(*gate.output_range)
        if gate.fold is not None:
            return as_interval(reduce(gate.fold, intervals))
        rule = gate.definition or gate.rule
        return ANY_NUMBER if rule is None else as_interval(rule(*intervals))

    __add__, __radd__ = _arithmetic("+"), _arithmetic("+", reflected=True)
    __sub__, __rsub__ = _arithmetic("-"), _arithmetic("-", reflected=True)
    __mul__, __rmul__ = _arithmetic("*"), _arithmetic("*", reflected=True)
    __truediv__, __rtruediv__ = _arithmetic("/"), _arithmetic("/", reflected=True)
    __pow__, __rpow__ = _arithmetic("**"), _arithmetic("**", reflected=True)
    __lt__ = __le__ = __gt__ = __ge__ = equals = _compared

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    @property
    def is_bounded(self) -> bool:
        """Whether it leaves any number out."""
        return -inf < self.low or self.high < inf

    def is_within(self, low: float, high: float) -> bool:
        """Whether all of it lies between these two.

        >>> Interval(0.0, 0.5).is_within(0.0, 1.0), ANY_NUMBER.is_within(0.0, 1.0)
        (True, False)
        """
        return low <= self.low and self.high <= high

    def is_only(self, number: float) -> bool:
        """Whether it is this number and no other."""
        return self.low == number == self.high

    @property
    def is_probability(self) -> bool:
        """Whether it lies between 0 and 1, but for what is added so that no logarithm meets a 0.

        >>> (Interval(0.0, 1.0) + 1e-7).is_probability, Interval(-1.0, 1.0).is_probability
        (True, False)
        """
        return self.is_within(-AGAINST_LOG_0, 1.0 + AGAINST_LOG_0) and self.low < self.high

    def __repr__(self) -> str:
        return f"Interval({self.low!r}, {self.high!r})"


ANY_NUMBER: Final = Interval(-inf, inf)


class Undecided(Operand):
    """A condition that may hold and may not."""

    __slots__ = ()

    def choose(self, if_true: Any, if_false: Any) -> Interval:
        """What either gives."""
        true, false = as_interval(if_true), as_interval(if_false)
        return Interval(min(true.low, false.low), max(true.high, false.high))


def as_interval(operand: Any) -> Interval:
    """An interval as it is, and a number as the interval of that number."""
    if isinstance(operand, Interval):
        return operand
    return Interval(float(operand), float(operand))


def _sum(x: Interval, y: Interval) -> Interval:
    return Interval(x.low + y.low, x.high + y.high)


def _product(x: Interval, y: Interval) -> Interval:
    # an end that is infinite is not reached: 0 times it is 0
    ends = [0.0 if 0.0 in (a, b) else a * b for a in (x.low, x.high) for b in (y.low, y.high)]
    return Interval(min(ends), max(ends))


def _quotient(x: Interval, y: Interval) -> Interval:
    if y.low <= 0.0 <= y.high:
        return ANY_NUMBER
    return _product(x, Interval(1.0 / y.high, 1.0 / y.low))


def _power(x: Interval, y: Interval) -> Interval:
    if y.low == y.high and y.low > 0.0 and (x.low >= 0.0 or y.low % 2.0 == 0.0):
        nearest, farthest = max(x.low, -x.high, 0.0), max(-x.low, x.high)
        return Interval(power(nearest, y.low), power(farthest, y.low))
    return Interval(0.0, inf) if x.low >= 0.0 else ANY_NUMBER


_COMBINED: Final[dict[str, Callable[[Interval, Interval], Interval]]] = {
    "+": _sum,
    "-": lambda x, y: _sum(x, -y),
    "*": _product,
    "/": _quotient,
    "**": _power,
}
