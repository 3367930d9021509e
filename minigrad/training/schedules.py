"""Learning rates that change as training goes on: functions of the number of steps taken.

>>> rate = linear(1.0, 0.1, steps=90)
>>> [round(rate(step), 2) for step in (0, 45, 90, 1000)]
[1.0, 0.55, 0.1, 0.1]

An optimiser takes one in place of a number: `SGD(parameters, lr=cosine(0.1, steps=1000))`. Any
function of the step number will do. It is asked once for each step, just before it is taken.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, inf, pi

from ..rules import as_number, described
from .settings import checked_number

Schedule = Callable[[int], float]


class OfTheStepAlone(ABC):
    """A schedule that gives the same whenever it is asked, so that it can be asked ahead."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """The rate of the step after so many."""


def step_decay(initial: float, every: int, factor: float = 0.1) -> Schedule:
    """The rate times `factor` after each `every` steps.

    >>> rate = step_decay(0.5, every=10, factor=0.5)
    >>> rate(9), rate(10), rate(25)
    (0.5, 0.25, 0.125)
    """
    return _StepDecay(_rate("initial", initial), _steps(every), _rate("factor", factor))


def cosine(initial: float, steps: int, final: float = 0.0) -> Schedule:
    """Down from `initial` to `final` along half a cosine (I. Loshchilov, F. Hutter 2017, eq. 5).

    >>> rate = cosine(0.1, steps=100)
    >>> rate(0), rate(50), rate(100)
    (0.1, 0.05, 0.0)
    """
    return _Cosine(_rate("initial", initial), _steps(steps), _rate("final", final))


def linear(initial: float, final: float, steps: int) -> Schedule:
    """Straight from `initial` to `final` in `steps` steps, then `final`.

    >>> linear(0.0, 0.5, steps=5)(1)
    0.1
    """
    return _Linear(_rate("initial", initial), _rate("final", final), _steps(steps))


@dataclass(frozen=True)
class _StepDecay(OfTheStepAlone):
    initial: float
    every: float
    factor: float

    def __call__(self, step: int) -> float:
        try:
            return float(self.initial * self.factor ** (step // self.every))
        except OverflowError:  # a factor above 1
            return inf

    def __repr__(self) -> str:
        return f"step_decay({self.initial:g}, every={self.every:g}, factor={self.factor:g})"


@dataclass(frozen=True)
class _Cosine(OfTheStepAlone):
    initial: float
    steps: float
    final: float

    def __call__(self, step: int) -> float:
        if not 0 < step < self.steps:  # rounding must not touch the ends
            return self.initial if step <= 0 else self.final
        share = (1.0 + cos(pi * (step / self.steps))) / 2.0
        return self.final + (self.initial - self.final) * share

    def __repr__(self) -> str:
        return f"cosine({self.initial:g}, steps={self.steps:g}, final={self.final:g})"


@dataclass(frozen=True)
class _Linear(OfTheStepAlone):
    initial: float
    final: float
    steps: float

    def __call__(self, step: int) -> float:
        if step >= self.steps:
            return self.final  # the formula misses it by a rounding
        return self.initial + (self.final - self.initial) * (max(step, 0) / self.steps)

    def __repr__(self) -> str:
        return f"linear({self.initial:g}, {self.final:g}, steps={self.steps:g})"


def rate_of(schedule: Schedule, step: int) -> float:
    """What a schedule gives for a step, if it can be a learning rate."""
    given = schedule(step)
    try:
        rate = as_number(given)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"the schedule's learning rate for step {step}: {error}") from None
    if not 0.0 <= rate < inf:
        raise ValueError(
            f"the schedule {described(schedule)} gives the learning rate {rate!r} for step {step}: "
            "it must be a finite number, 0 or more; nothing has been moved"
        )
    return rate


def _rate(name: str, given: object) -> float:
    return checked_number(f"a schedule's {name}", given, lambda rate: rate >= 0.0, "0 or more")


def _steps(given: object) -> float:
    number = as_number(given)
    if not number >= 1.0:  # 0.01 is a rate in the wrong place
        raise ValueError(
            f"a schedule needs at least 1 step, got {given!r}: write steps= (or every=) before it, "
            "and final= (or factor=) before a rate"
        )
    return number
