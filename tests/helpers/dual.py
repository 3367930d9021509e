"""Forward mode, for comparison: numbers that carry their derivative. Shares nothing with minigrad.

>>> x = Dual(3.0, 1.0)
>>> (x * x + 2).slope
6.0
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


class Dual:
    """number + slope·ε with ε² = 0: the slope is the derivative towards one chosen input."""

    def __init__(self, number: float, slope: float = 0.0) -> None:
        self.number, self.slope = number, slope

    def __add__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.number + other.number, self.slope + other.slope)

    def __sub__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.number - other.number, self.slope - other.slope)

    def __mul__(self, other: Any) -> Dual:
        other = dual(other)
        slope = self.slope * other.number + self.number * other.slope
        return Dual(self.number * other.number, slope)

    def __truediv__(self, other: Any) -> Dual:
        other = dual(other)
        slope = (self.slope * other.number - self.number * other.slope) / other.number**2
        return Dual(self.number / other.number, slope)

    def __pow__(self, other: Any) -> Dual:
        x, y = self, dual(other)
        result = x.number**y.number
        slope = y.number * x.number ** (y.number - 1) * x.slope
        if y.slope:
            slope += result * math.log(x.number) * y.slope
        return Dual(result, slope)

    def __neg__(self) -> Dual:
        return Dual(-self.number, -self.slope)


def dual(number: Any) -> Dual:
    return number if isinstance(number, Dual) else Dual(float(number))


def function(x: Dual, value: float, derivative: float) -> Dual:
    return Dual(value, derivative * x.slope)


def sin(x: Dual) -> Dual:
    return function(x, math.sin(x.number), math.cos(x.number))


def exp(x: Dual) -> Dual:
    return function(x, math.exp(x.number), math.exp(x.number))


def tanh(x: Dual) -> Dual:
    return function(x, math.tanh(x.number), 1 / math.cosh(x.number) ** 2)


def sigmoid(x: Dual) -> Dual:
    value = 0.5 + 0.5 * math.tanh(x.number / 2)
    return function(x, value, 0.25 / math.cosh(x.number / 2) ** 2)


def absolute(x: Dual) -> Dual:
    return x if x.number > 0 else -x if x.number < 0 else Dual(0.0, 0.0)


def relu(x: Dual) -> Dual:
    return x if x.number > 0 else Dual(0.0, 0.0)


def total(*xs: Dual) -> Dual:
    return Dual(math.fsum(x.number for x in xs), math.fsum(x.slope for x in xs))


def maximum(*xs: Dual) -> Dual:
    largest = max(x.number for x in xs)
    return _mean([x for x in xs if x.number == largest])


def minimum(*xs: Dual) -> Dual:
    smallest = min(x.number for x in xs)
    return _mean([x for x in xs if x.number == smallest])


def _mean(ties: Sequence[Dual]) -> Dual:
    return Dual(ties[0].number, math.fsum(x.slope for x in ties) / len(ties))
