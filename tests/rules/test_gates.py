"""Every gate of the table against mpmath: a new row is tested without a new line here."""

from __future__ import annotations

import math
import pickle
import random
from collections.abc import Iterator
from typing import Any

import pytest
from helpers.counts import count_near, counts
from helpers.points import POINTS, allowed_error, is_ordinary, is_right, points, ulps_off, unseen
from helpers.references import DIGITS, REFERENCES, Exact, condition, derivative, error_of, reference
from mpmath import mp, mpf

import minigrad as mg
from minigrad.engine import as_wire
from minigrad.rules.gate import FUNCTIONS, Gate


@pytest.fixture(autouse=True)
def many_digits() -> Iterator[None]:
    with mp.workdps(DIGITS):
        yield


def gates() -> list[Any]:
    return [
        pytest.param(gate, arity, id=f"{gate.name}-{arity}")
        for gate in mg.GATES.values()
        for arity in counts(gate)
        if not (gate.name == "select" and arity == 1)  # a table without items
    ]


@pytest.mark.parametrize(("gate", "arity"), gates())
def test_output_is_right_to_two_units_in_the_last_place(gate: Gate, arity: int) -> None:
    """Times the condition number of the function, where its inputs cancel."""
    for inputs, exact in points(gate, arity):
        result = gate.forward(*inputs)
        assert type(result) is float
        if not is_right(result, exact, 2):
            allowed = 2 * condition(reference(gate), inputs, exact)
            assert is_right(result, exact, allowed), (inputs, result, float(exact))


def test_a_rule_that_cancels_where_its_function_does_not_is_no_right_output() -> None:
    for x in (1e-3, 1e-9, -1e-6):
        exact = mp.log1p(mpf(x))
        allowed = 2 * condition(REFERENCES["log1p"], [x], exact)
        assert is_right(math.log1p(x), exact, allowed)
        assert not is_right(math.log(1.0 + x), exact, allowed)


@pytest.mark.parametrize(("gate", "arity"), gates())
def test_local_gradients_are_right_to_four_units_in_the_last_place(gate: Gate, arity: int) -> None:
    """Away from cancellation; within it, as right as the rule's steps in floats can be."""
    function, smooth, to_four = reference(gate), 0, 0
    for inputs, output in points(gate, arity):
        exact_inputs = list(map(mpf, inputs))
        for place, result in enumerate(gate.local_gradients(*inputs)):
            assert type(result) is float
            exact = derivative(function, exact_inputs, place)
            if exact is None or not is_ordinary(exact):
                continue
            smooth += 1
            hidden = unseen(inputs, output, place)
            if is_right(result, exact, 4, hidden):
                to_four += 1
                continue
            of_output = max(1.0, ulps_off(gate.forward(*inputs), output))
            allowed = allowed_error(gate, inputs, output, place, of_output)
            assert is_right(result, exact, allowed, hidden), (inputs, place, result, float(exact))
    assert smooth >= POINTS / 2
    assert to_four >= 0.9 * smooth


def test_exact_operands_see_cancellation() -> None:
    """The yardstick of the test above: it must not be lenient where a rule does not cancel."""
    out = Exact(0.1, error=2.0)
    assert (out * out).error == pytest.approx(5.0)
    assert (1.0 - out * out).error < 2.0
    near_one = Exact(1 - mpf(10) ** -8, error=2.0)
    assert (1.0 - near_one * near_one).error > 1e8
    assert (1.0 - near_one * near_one).cancels
    assert not (1.0 - out * out).cancels
    assert not (Exact(1.0) - Exact(0.75)).cancels  # what was not rounded has nothing to lose
    assert (2.0 * (1.0 - near_one) + 1e-20).cancels


def test_an_error_that_grows_without_cancellation_is_no_excuse() -> None:
    def local_gradient(x: Any, out: Any) -> Any:
        return (mg.exp(300.0 * mg.log(x)),)

    by_a_detour = Gate("x^300", "^", local_gradient, "", rule=lambda x: x**301 / 301)
    inputs = [1.7]
    out = mpf(1.7) ** 301 / 301
    assert error_of(local_gradient(Exact(1.7), None)[0]) > 100.0
    assert allowed_error(by_a_detour, inputs, out, 0) == 4.0
    exact = mpf(1.7) ** 300
    assert not is_right(local_gradient(1.7, None)[0], exact, 4)


def test_the_slope_of_a_power_is_right_where_y_minus_one_is_rounded() -> None:
    source = random.Random(4)
    bases = [8.2e-05, *(10.0 ** source.uniform(-5.0, 5.0) for _ in range(300))]
    exponents = [-63.44, *(source.uniform(-100.0, 100.0) for _ in range(300))]
    compared = 0
    for x, y in zip(bases, exponents):
        exact = y * mpf(x) ** (mpf(y) - 1)
        if is_ordinary(exact) and is_ordinary(mpf(x) ** y):
            compared += 1
            assert is_right(mg.GATES["pow"].local_gradients(x, y)[0], exact, 4), (x, y)
    assert compared > 150


def test_silu_is_right_where_the_exponential_has_lost_its_digits() -> None:
    """Below −708.4 eˣ is subnormal, but x·eˣ not yet."""
    silu = mg.GATES["silu"]
    for x in [-709.79, *(-700.0 - 0.01 * i for i in range(1490))]:
        exact = reference(silu)(mpf(x))
        assert is_right(silu.forward(x), exact, 3), (x, silu.forward(x), float(exact))


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_method_function_and_row_are_one_gate(gate: Gate) -> None:
    arity = gate.arity or 2
    inputs = [1.0] * (arity - 1) + [0.0] if gate.name == "select" else [0.5, 0.75, 1.5][:arity]
    if math.isnan(gate.forward(*inputs)):
        inputs = [*gate.example[:arity]]
    wires = [mg.Value(number) for number in inputs]
    for output in (getattr(wires[0], gate.name)(*wires[1:]), mg.GATES[gate.name].trace(*wires)):
        assert as_wire(output).data == gate.forward(*inputs)
    output = getattr(wires[0], gate.name)(*wires[1:])
    assert output.gate is gate
    assert output.inputs == tuple(wires)
    assert output.local_gradients == gate.local_gradients(*inputs)


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_row_is_complete(gate: Gate) -> None:
    names = "wxy"[: count_near(gate, 3)]
    assert gate.symbol
    assert gate.sentence
    assert gate.text(*names)
    assert len(gate.local_gradient_texts(*names)) == len(names)


def test_a_gate_that_is_named_by_a_word_has_the_same_word_everywhere() -> None:
    """Circle, tree, formula and sentence: one name for one gate."""
    for gate in mg.GATES.values():
        if gate.symbol.isascii() and gate.symbol.isidentifier() and gate.name != "neg":
            assert gate.symbol == gate.text_name
            assert gate.sentence.split()[0].rstrip(",") == gate.symbol


@pytest.mark.parametrize(
    "gate",
    [gate for gate in mg.GATES.values() if gate.textbook_gradient],
    ids=lambda gate: gate.name,
)
def test_what_a_reader_is_shown_is_what_is_computed_ties_too(gate: Gate) -> None:
    assert gate.textbook_gradient is not None
    arity = gate.arity or 2
    pairs = [(0.5, 0.5, 2.0), (0.5, 2.0, 3.0), (2.0, 0.5, 1.0)]
    for inputs in [
        *(pair[: max(arity, 2)] for pair in pairs),
        *([(0.0,), (-2.0,)] if arity == 1 else []),
    ]:
        inputs = inputs[:arity]
        output = gate.forward(*inputs)
        if math.isfinite(output):
            parts = gate.textbook_gradient(*map(Exact, inputs), Exact(output))
            shown = [float(part.number if isinstance(part, Exact) else part) for part in parts]
            assert shown == pytest.approx(gate.local_gradients(*inputs))


@pytest.mark.parametrize("name", mg.GATES)
def test_a_gate_function_and_its_method_can_be_pickled(name: str) -> None:
    for function in (getattr(mg, name), getattr(mg.Value, name), FUNCTIONS[name]):
        assert pickle.loads(pickle.dumps(function)) is function
