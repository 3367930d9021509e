"""Learning rates that change as training goes on: functions of the number of steps taken.

>>> rate = linear(1.0, 0.1, steps=90)
>>> [round(rate(step), 2) for step in (0, 45, 90, 1000)]
[1.0, 0.55, 0.1, 0.1]

An optimiser takes one in place of a number: `SGD(parameters, lr=cosine(0.1, steps=1000))`. Any
function of the step number will do.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[int], float]


def step_decay(initial: float, every: int, factor: float = 0.1) -> Schedule:
    """The rate times `factor` after each `every` steps.

    >>> rate = step_decay(0.5, every=10, factor=0.5)
    >>> rate(9), rate(10), rate(25)
    (0.5, 0.25, 0.125)
    """
    _check_steps(every)
    return lambda step: initial * factor ** (step // every)


def cosine(initial: float, steps: int, final: float = 0.0) -> Schedule:
    """Down from `initial` to `final` along half a cosine (I. Loshchilov, F. Hutter 2017, eq. 5).

    >>> rate = cosine(0.1, steps=100)
    >>> rate(0), rate(50), rate(100)
    (0.1, 0.05, 0.0)
    """
    _check_steps(steps)
    return lambda step: final + (initial - final) * (1.0 + cos(pi * min(step / steps, 1.0))) / 2.0


def linear(initial: float, final: float, steps: int) -> Schedule:
    """Straight from `initial` to `final` in `steps` steps, then `final`.

    >>> linear(0.0, 0.5, steps=5)(1)
    0.1
    """
    _check_steps(steps)
    return lambda step: initial + (final - initial) * min(step / steps, 1.0)


def _check_steps(steps: int) -> None:
    if not steps > 0:
        raise ValueError(f"a schedule needs a positive number of steps, got {steps!r}")
