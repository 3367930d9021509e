"""The tape of gates: plain numbers stand on it, and have no wires for that."""

import gc
from math import inf, isnan, nan
from threading import Thread

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.engine import operands_of
from minigrad.tape import PythonSweeps, gate_tape


def constants_alive():
    gc.collect()
    return sum(1 for thing in gc.get_objects() if type(thing) is type(mg.constant(1.0)))


def test_plain_numbers_are_given_no_wires():
    x, y = Value(3.0), Value(5.0)
    out = 2.0 * (x - y) ** 2 + (1.0 - x) / y
    before = constants_alive()
    tape = gate_tape([out], [], [x, y])
    assert constants_alive() == before
    assert tape.constants == (2.0, 1.0)  # the exponent is part of its gate


def test_a_number_that_has_been_given_a_wire_is_the_same_number():
    x = Value(3.0)
    out = 2.0 * x + 1.0
    without = gate_tape([out], [], [x])
    assert [wire.data for wire in out.inputs[:1]] == [7.0 - 1.0]
    assert type(operands_of(out)[1]) is type(mg.constant(1.0))  # somebody has looked
    again = gate_tape([out], [], [x])
    assert sorted(again.constants) == sorted(without.constants)
    moved = PythonSweeps(again).forward([], [3.0], [[1.0]])
    assert moved == PythonSweeps(without).forward([], [3.0], [[1.0]]) == ([7.0], [[2.0]])


def test_both_zeros_and_nan_keep_apart_and_equal_numbers_come_together():
    x = Value(3.0)
    terms = [x + 0.0, x + -0.0, x + nan, nan + x, 0.0 * x, x * 7, 7.0 - x]
    tape = gate_tape([mg.sum(terms)], [], [x])
    assert sorted(map(repr, tape.constants)) == ["-0.0", "0.0", "7.0", "nan"]


@pytest.mark.parametrize("number", [2.0, 0.5, 17.0, 1 / 3, 0.0, -0.0, inf])
def test_a_number_beside_a_wire_may_stand_on_either_side(number):
    x = Value(1.25)
    out = x**number + number**x + (number - x) + (x - number) + x / (1.0 + number) + number / x
    tape = gate_tape([out], [], [x])
    (value,), _ = PythonSweeps(tape).forward([], [1.25], [[1.0]])
    assert value == out.data or (isnan(value) and isnan(out.data))


def test_numbers_are_given_wires_in_another_thread_meanwhile():
    x = Value(3.0)
    chain = [x]
    for _ in range(3_000):
        chain.append(0.5 * (2.0 - chain[-1]))
    seen = []
    looking = Thread(target=lambda: seen.extend(wire.inputs for wire in reversed(chain)))
    looking.start()
    tape = gate_tape([chain[-1]], [], [x])
    looking.join()
    assert sorted(tape.constants) == [0.5, 2.0]
    assert len(seen) == 3_001
