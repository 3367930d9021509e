"""A rule run on intervals says between which numbers a gate's output is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.rules import GATES, Gate, Interval, as_interval, where

ends = st.sampled_from([-math.inf, -3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0, math.inf])
ROUNDING = 1e-12


def holds(interval: Interval, number: float) -> bool:
    rounding = ROUNDING * (1.0 + abs(number)) if math.isfinite(number) else 0.0
    return interval.low - rounding <= number <= interval.high + rounding


@pytest.mark.parametrize("gate", GATES.values(), ids=list(GATES))
@given(data=st.data())
def test_no_output_lies_outside(gate: Gate, data: st.DataObject) -> None:
    count = gate.arity or data.draw(st.sampled_from([2, 4] if gate.is_dot else [2, 3]))
    inputs, numbers = [], []
    for _ in range(count):
        low, high = sorted([data.draw(ends), data.draw(ends)])
        inputs.append(Interval(low, high))
        numbers.append(data.draw(st.floats(max(low, -1e3), max(min(high, 1e3), max(low, -1e3)))))
    if gate.chooses:
        numbers[-1] = 0.0
    out = gate.forward(*numbers)
    if not all(map(holds, inputs, numbers)) or math.isnan(out):
        return
    assert holds(Interval.apply_gate(gate, tuple(inputs)), out), (inputs, numbers, out)


def test_arithmetic_takes_ends_that_are_infinite_for_numbers_that_are_not_reached() -> None:
    none_below = Interval(0.0, math.inf)
    assert repr(none_below * 0.0) == "Interval(0.0, 0.0)"
    assert repr(1.0 - none_below) == "Interval(-inf, 1.0)"
    assert repr(2.0**none_below) == "Interval(0.0, inf)"
    assert not (1.0 / none_below).is_bounded


def test_a_condition_that_may_hold_and_may_not_gives_what_either_does() -> None:
    x = Interval(-2.0, 1.0)
    assert repr(where(x > 0.0, x, 5.0)) == "Interval(-2.0, 5.0)"


def test_a_nan_may_be_any_number() -> None:
    assert not as_interval(math.nan).is_bounded
