"""Circuits leave nothing behind: no cycles, so that the last reference frees them at once."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import weakref
from collections.abc import Callable, Iterator

import pytest

import minigrad as mg
from minigrad import Value


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def living_values() -> int:
    return sum(1 for thing in gc.get_objects() if type(thing) is Value)


def training_step(weights: list[Value]) -> None:
    w, b, v = weights
    hidden = [(w * x + b).tanh() * v for x in (0.5, -1.0, 2.0)]
    loss = mg.sum([(h - 0.3) ** 2 for h in hidden]) + mg.maximum(w, b, 0.1) + abs(v).relu()
    for weight in weights:
        weight.grad = 0.0
    loss.backward()
    for weight in weights:
        weight.data -= 0.01 * weight.grad


def test_a_thousand_training_steps_leave_no_value_behind() -> None:
    weights = [Value(0.3), Value(-0.2), Value(0.7)]
    training_step(weights)
    before = living_values()
    for _ in range(1_000):
        training_step(weights)
    assert living_values() == before
    assert gc.collect() == 0


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_points_at_a_line_of_the_user_holds_nothing_on_the_way_there() -> None:
    def watched_wire(use: Callable[[Value], object]) -> weakref.ref[Value]:
        x = Value(0.0)
        use(x)
        return weakref.ref(x)

    assert watched_wire(Value.sqrt)() is None  # its slope is infinite: the line is noted
    assert watched_wire(lambda x: 1.0 / x)() is None
    assert watched_wire(math.sin)() is None  # the line is in the warning


def test_a_circuit_dies_with_its_last_reference() -> None:
    x = Value(2.0)
    middle = x * 3
    output = mg.sum([middle, x]).tanh()
    output.backward()
    (second,) = mg.grad(output, [x], create_graph=True)
    twin = copy.deepcopy(output)
    loaded = pickle.loads(pickle.dumps(output))
    watched = [weakref.ref(wire) for wire in (middle, output, second, twin, loaded)]
    del middle, output, second, twin, loaded
    assert [watch() for watch in watched] == [None] * 5
    assert gc.collect() == 0


def test_an_error_in_the_backward_pass_leaves_nothing_behind() -> None:
    x = Value(2.0)
    before = living_values()
    for _ in range(10):
        broken = x * 3

        def fail() -> None:
            raise RuntimeError("no gradient today")

        broken._backward = fail
        with pytest.raises(RuntimeError):
            (broken + 1).backward()
    del broken
    assert living_values() == before


def test_infinities_no_grad_and_detection_leave_nothing_behind() -> None:
    x = Value(0.0)
    before = living_values()
    for _ in range(10):
        output = x.log() + 1 / x
        assert mg.first_nonfinite(output) is not None
        with mg.no_grad():
            _ = x * 2
        with mg.detect_nonfinite(), pytest.raises(mg.NonfiniteError):
            x.log()
    del output, _
    gc.collect()  # the tracebacks of the errors are cycles of Python's own
    assert living_values() == before
