"""φ and Φ in machine code: the steps of `bell_curve`, bit for bit. Needs llvmlite."""

from __future__ import annotations

from ..rules import LIMIT, density, tail
from .bits import absolute, times_two_to_the
from .function import emitted_once
from .operand import Native


@emitted_once
def normal_density(x: Native) -> Native:
    """φ(x), the bell curve."""
    t = absolute(x)
    y, n = density(t)
    outside = x.equals(x).choose(0.0, x)
    return (t < LIMIT).choose(times_two_to_the(y, -n), outside)


@emitted_once
def normal_cdf(x: Native) -> Native:
    """Φ(x), the share of the bell curve left of x."""
    t = absolute(x)
    head, rest, n = tail(t)
    left = times_two_to_the(head + rest, -n)
    scale = times_two_to_the(x.code.constant(1.0), -n)
    right = (1.0 - head * scale) - rest * scale
    outside = (x < 0.0).choose(0.0, x.equals(x).choose(1.0, x))
    return (t < LIMIT).choose((x < 0.0).choose(left, right), outside)
