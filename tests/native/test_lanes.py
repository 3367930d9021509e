"""Every gate in lanes: against mpmath, and against the eager engine at the edges of the floats."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from typing import Any

import pytest
from helpers.circuits import ARITHMETIC, HAS_NATIVE, WHY, bits
from helpers.points import allowed_error, is_ordinary, is_right, points, ulps_off, unseen
from helpers.references import DIGITS, REFERENCES, Exact, derivative, error_of, reference
from mpmath import mp, mpf

import minigrad as mg
from minigrad.rules.gate import Gate

if HAS_NATIVE:
    from helpers.lanes import local_gradients, outputs
pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)

# units in the last place, as the functions' files say
STATED = {"exp": 1, "log": 1, "log1p": 1, "tanh": 2, "sin": 1, "cos": 1, "pow": 1}
BELL_CURVE = ["normal_density", "normal_cdf", "gelu"]
GATES = [gate for gate in mg.GATES.values() if gate.arity]

MAGNITUDES = [0.0, 5e-324, 1e-310, 1e-8, 0.5, 1.0, 2.0, 3.0, 40.0, 710.0, 750.0, 1e6, 1e22]
MAGNITUDES += [1.7976931348623157e308, math.inf]
SPECIAL = [sign * x for sign in (1.0, -1.0) for x in MAGNITUDES] + [math.nan]


@pytest.fixture(autouse=True)
def many_digits() -> Iterator[None]:
    with mp.workdps(DIGITS):
        yield


def named(gates: list[Gate]) -> Any:
    return pytest.mark.parametrize("gate", gates, ids=lambda gate: gate.name)


# --- against mpmath -------------------------------------------------------------------------------


def hard_numbers(name: str) -> list[list[float]]:
    """Columns of inputs from all of a function's domain, many where its steps lose most."""
    source = random.Random(name)
    if name == "pow":
        bases = [abs(source.gauss(1.0, 0.3)) for _ in range(500)]
        bases += [10.0 ** source.uniform(-300.0, 300.0) for _ in range(500)]
        return [bases, [source.uniform(-700.0, 700.0) / math.log(base) for base in bases]]
    if name == "log":
        return [[10.0 ** source.uniform(-300, 300) for _ in range(500)] + _around(source, 1.0)]
    numbers = [source.choice((-1.0, 1.0)) * 10.0 ** source.uniform(-9, 2.8) for _ in range(500)]
    if name == "log1p":
        return [[number for number in numbers if number > -1.0] + _around(source, 0.0)]
    if name == "tanh":  # and where it comes to 1
        numbers += [source.uniform(0.0, 20.0) for _ in range(3000)]
    if name in ("sin", "cos"):  # and near its zeros
        numbers += [source.randrange(300_000_000) * math.pi / 2 for _ in range(500)]
    return [numbers + _around(source, 0.0)]


def _around(source: random.Random, middle: float) -> list[float]:
    return [middle + source.uniform(-0.7, 0.7) for _ in range(500)]


@pytest.mark.parametrize("name", STATED)
def test_a_function_is_as_near_to_the_true_value_as_its_file_says(name: str) -> None:
    columns = hard_numbers(name)
    for *inputs, result in zip(*columns, outputs(mg.GATES[name], *columns)):
        exact = REFERENCES[name](*map(mpf, inputs))
        if is_ordinary(exact):
            assert is_right(result, exact, STATED[name]), (inputs, result, float(exact))


@named(GATES)
def test_an_output_in_lanes_is_within_four_units_of_the_true_value(gate: Gate) -> None:
    """Away from cancellation; within it, as right as the rule's steps in floats can be."""
    found = list(points(gate, gate.arity, 500))
    results = outputs(gate, *zip(*(inputs for inputs, _ in found)))
    for (inputs, exact), result in zip(found, results):
        if not is_right(result, exact, 4):
            possible = error_of(gate.trace(*map(Exact, inputs)))
            assert is_right(result, exact, possible), (inputs, result, float(exact))


@named(GATES)
def test_a_local_gradient_in_lanes_is_within_four_units_of_the_true_value(gate: Gate) -> None:
    """Away from cancellation; within it, as right as the rule's steps in floats can be."""
    found = list(points(gate, gate.arity, 200))
    columns = list(zip(*(inputs for inputs, _ in found)))
    in_lanes = outputs(gate, *columns)
    for place in range(gate.arity):
        results = local_gradients(gate, place, *columns)
        for (inputs, output), result, out in zip(found, results, in_lanes):
            exact = derivative(reference(gate), list(map(mpf, inputs)), place)
            if exact is None or not is_ordinary(exact):
                continue
            hidden = unseen(inputs, output, place)
            if not is_right(result, exact, 4, hidden):
                of_output = max(1.0, ulps_off(out, output))
                allowed = allowed_error(gate, inputs, output, place, of_output)
                assert is_right(result, exact, allowed, hidden), (inputs, result, float(exact))


# --- against the eager engine ---------------------------------------------------------------------


def columns_of(gate: Gate) -> list[list[float]]:
    """The special values, singly or in pairs."""
    return [list(column) for column in zip(*itertools.product(SPECIAL, repeat=gate.arity))]


def kind(number: float) -> str:
    """What has to be the same for any two executors: the sign, and whether it is 0, inf or nan."""
    if math.isnan(number):
        return "nan"
    size = "0" if number == 0.0 else "inf" if math.isinf(number) else "finite"
    return f"{math.copysign(1.0, number):+.0f} {size}"


@named(GATES)
def test_nan_infinities_and_the_signs_of_zeros_are_the_eager_ones(gate: Gate) -> None:
    columns = columns_of(gate)
    rows = list(zip(*columns))
    for inputs, result in zip(rows, outputs(gate, *columns)):
        eager = gate.forward(*inputs)
        assert kind(result) == kind(eager), (inputs, result, eager)
        assert result == pytest.approx(eager, rel=1e-15, abs=1e-323, nan_ok=True), inputs
    for place in range(gate.arity):
        for inputs, result in zip(rows, local_gradients(gate, place, *columns)):
            eager = gate.local_gradients(*inputs)[place]
            assert kind(result) == kind(eager), (inputs, place, result, eager)


@named([mg.GATES[name] for name in [*ARITHMETIC, *BELL_CURVE] if mg.GATES[name].arity])
def test_arithmetic_and_the_bell_curve_have_the_eager_bits(gate: Gate) -> None:
    source = random.Random(4)
    columns = [[*c, *(source.gauss(0.0, 10.0) for _ in range(500))] for c in columns_of(gate)]
    rows = list(zip(*columns))
    for inputs, result in zip(rows, outputs(gate, *columns)):
        assert bits(result) == bits(gate.forward(*inputs)), inputs
    for place in range(gate.arity):
        for inputs, result in zip(rows, local_gradients(gate, place, *columns)):
            assert bits(result) == bits(gate.local_gradients(*inputs)[place]), inputs


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    """Not even if one of them is an angle that C's library has to reduce."""
    for name in ("sin", "cos"):
        near = [0.01 * i for i in range(1200)]
        far = [1e300 if i % 3 else x for i, x in enumerate(near)]
        alone, among = (outputs(mg.GATES[name], column) for column in (near, far))
        assert among[::3] == alone[::3]
        assert among[1] == getattr(math, name)(1e300)
