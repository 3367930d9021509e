"""Every gate of the table against mpmath: a new row is tested without a new line here."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import mpmath
import pytest
from mpmath import mp, mpf
from references import DIGITS, UNSEEN, Exact, derivative, error_of, reference

import minigrad as mg
from minigrad.gate import Gate

POINTS = 1_000
SMALLEST_NORMAL = 2.2250738585072014e-308


@pytest.fixture(autouse=True)
def many_digits() -> Iterator[None]:
    with mp.workdps(DIGITS):
        yield


def numbers(source: random.Random) -> float:
    """Small whole numbers, ordinary numbers, large ones, and all magnitudes, as likely."""
    kind = source.randrange(4)
    if kind == 0:
        return float(source.randrange(-3, 4))
    if kind == 1:
        return source.uniform(-3.0, 3.0)
    if kind == 2:
        return source.uniform(-40.0, 40.0)
    return source.choice((-1.0, 1.0)) * 10.0 ** source.uniform(-12.0, 12.0)


def points(gate: Gate, arity: int) -> Iterator[tuple[list[float], Any]]:
    """Inputs at which the gate has an ordinary float as output, and that output to 60 digits."""
    source, function, found = random.Random(gate.name), reference(gate), 0
    for _ in range(100 * POINTS):
        inputs = [numbers(source) for _ in range(arity)]
        try:
            gate.forward(*inputs)
        except IndexError:  # select refuses an index out of range
            continue
        exact = function(*map(mpf, inputs))
        if mpmath.isfinite(exact) and is_ordinary(exact):
            yield inputs, exact
            found += 1
            if found == POINTS:
                return
    raise AssertionError(f"found only {found} of {POINTS} points in the domain of {gate.name}")


def is_ordinary(exact: Any) -> bool:
    """Whether a float can be near it: zero, or neither subnormal nor beyond the largest float."""
    return exact == 0 or SMALLEST_NORMAL <= abs(exact) <= 1e308


def is_right(result: float, exact: Any, allowed: float, unseen: Any = 0) -> bool:
    """Whether a result is within so many ulps; `unseen` is what the reference cannot show."""
    return bool(abs(mpf(result) - exact) <= allowed * math.ulp(float(exact)) + unseen)


def arities(gate: Gate) -> list[int]:
    return [gate.arity] if gate.arity else [1, 2, 3]


def gates() -> list[Any]:
    return [
        pytest.param(gate, arity, id=f"{gate.name}-{arity}")
        for gate in mg.GATES.values()
        for arity in arities(gate)
        if not (gate.name == "select" and arity == 1)  # a table without items
    ]


@pytest.mark.parametrize(("gate", "arity"), gates())
def test_output_is_right_to_two_units_in_the_last_place(gate: Gate, arity: int) -> None:
    """Away from cancellation; within it, as right as the rule's steps in floats can be."""
    for inputs, exact in points(gate, arity):
        result = gate.forward(*inputs)
        assert type(result) is float
        if not is_right(result, exact, 2):
            assert gate.rule, (inputs, result, float(exact))
            possible = error_of(gate.trace(*map(Exact, inputs)))
            assert is_right(result, exact, possible), (inputs, result, float(exact))


@pytest.mark.parametrize(("gate", "arity"), gates())
def test_local_gradients_are_right_to_four_units_in_the_last_place(gate: Gate, arity: int) -> None:
    """Away from cancellation; within it, as right as the rule's steps in floats can be."""
    function, smooth, within_four = reference(gate), 0, 0
    for inputs, output in points(gate, arity):
        exact_inputs = list(map(mpf, inputs))
        for place, result in enumerate(gate.local_gradients(*inputs)):
            assert type(result) is float
            exact = derivative(function, exact_inputs, place)
            if exact is None or not is_ordinary(exact):
                continue
            smooth += 1
            unseen = UNSEEN * (abs(output / inputs[place]) if inputs[place] else 1)
            if is_right(result, exact, 4, unseen):
                within_four += 1
            else:
                possible = possible_error(gate, inputs, output, place)
                problem = (inputs, place, result, float(exact))
                assert is_right(result, exact, possible, unseen), problem
    assert smooth >= POINTS / 2
    assert within_four >= smooth / 4


def possible_error(gate: Gate, inputs: list[float], output: Any, place: int) -> float:
    """How many ulps off a local gradient can be when every step of its rule is rounded."""
    out = Exact(output, 0.0 if output == float(output) else 2.0)
    return error_of(gate.local_gradient(*map(Exact, inputs), out)[place])


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_method_function_and_row_are_one_gate(gate: Gate) -> None:
    arity = gate.arity or 2
    inputs = [1.0] * (arity - 1) + [0.0] if gate.name == "select" else [0.5, 0.75][:arity]
    wires = [mg.Value(number) for number in inputs]
    for output in (getattr(wires[0], gate.name)(*wires[1:]), mg.GATES[gate.name].trace(*wires)):
        assert float(output) == gate.forward(*inputs)
    output = getattr(wires[0], gate.name)(*wires[1:])
    assert output.gate is gate
    assert output.inputs == tuple(wires)
    assert output.local_gradients == gate.local_gradients(*inputs)


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_row_is_complete(gate: Gate) -> None:
    names = "wxy"[: gate.arity or 3]
    assert gate.symbol
    assert gate.sentence
    assert gate.text(*names)
    assert len(gate.local_gradient_texts(*names)) == len(names)
    assert len(gate.local_gradient_latex(*names)) == len(names)
