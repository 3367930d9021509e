"""mg.rounding: how far rounding can have moved an output, gate by gate."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
import rounding_errors
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.calculus.gradcheck import gradcheck
from minigrad.calculus.rounding_errors import noise_of_output, rounding_of
from minigrad.engine import Circuit
from minigrad.rules import FUNCTIONS
from minigrad.text import Names

EPSILON = 2.0**-52


def test_each_gate_has_epsilon_times_value_times_gradient() -> None:
    w, x, b = Value(0.3, label="w"), Value(-1.7, label="x"), Value(0.9, label="b")
    product = w * x
    z = product + b
    f = z.tanh()
    report = mg.rounding(f)
    slope = 1.0 - f.data**2
    expected = {f: f.data, z: z.data * slope, product: product.data * slope}
    found = {each.wire: each.error for each in report.wires}
    assert found == {wire: pytest.approx(EPSILON * abs(e)) for wire, e in expected.items()}
    assert report.total == pytest.approx(sum(found.values()))
    assert float(report) == report.total
    assert report.relative == pytest.approx(report.total / abs(f.data))


def test_the_lines_are_sorted_by_contribution() -> None:
    x = Value(1e-9, label="x")
    report = mg.rounding((1 + x) - 1)
    errors = [each.error for each in report.wires]
    assert errors == sorted(errors, reverse=True)
    lines = repr(report).splitlines()
    assert lines[2].startswith("1 + x ")
    assert lines[-1] == "f cancels: 9 digits of its inputs are lost"
    assert "<pre" in report._repr_html_()


def test_no_grad_is_touched() -> None:
    x = Value(0.3)
    y = mg.dot([x, x], [x, 2.0])
    x.grad = 5.0
    mg.rounding(y)
    assert x.grad == 5.0
    assert not y.has_grad


@pytest.mark.parametrize(
    "build",
    [
        lambda x, y: -x,
        lambda x, y: abs(x),
        lambda x, y: mg.max(x, y),
        lambda x, y: mg.min(x, y),
        lambda x, y: x.relu(),
        lambda x, y: x.leaky_relu(0.1),
        lambda x, y: mg.clip(x, 0, y),
        lambda x, y: mg.select([x, y], 1),
        lambda x, y: mg.floor(x),
        lambda x, y: mg.sign(x),
        lambda x, y: mg.less(x, y),
        lambda x, y: x * 4.0,
        lambda x, y: 0.25 * x,
        lambda x, y: x / 8.0,
        lambda x, y: x * 0.0,
        lambda x, y: x**1,
    ],
)
def test_gates_that_round_nothing_have_no_error(build: Any) -> None:
    report = mg.rounding(build(Value(0.3), Value(0.7)))
    assert report.total == 0.0
    assert report.wires == ()
    assert "no gate has rounded anything" in str(report)


IN_FRACTIONS: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": lambda a, b: a % b,
    "floor_divide": lambda a, b: a // b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "round": round,
    "relu": lambda a: max(a, 0),
    "leaky_relu": lambda a, b: a if a > 0 else a * b,
    "maximum": max,
    "minimum": min,
}
NUMBERS = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-9, 9).map(float),
    st.integers(-30, 30).map(lambda power: 2.0**power),
)


@pytest.mark.parametrize("name", IN_FRACTIONS)
@given(x=NUMBERS, y=NUMBERS)
def test_what_a_row_calls_exact_is(name: str, x: float, y: float) -> None:
    inputs = [x, y][: mg.GATES[name].arity]
    out = mg.GATES[name].forward(*inputs)
    if math.isfinite(out) and mg.GATES[name].is_exact(*inputs, out):
        assert IN_FRACTIONS[name](*map(Fraction, inputs)) == Fraction(out)


def test_leaves_given_as_decimals_count_only_where_asked() -> None:
    x, y = Value(0.1, label="x"), Value(0.5, label="y")
    f = x * y
    assert {each.name for each in mg.rounding(f).wires} == set()
    (leaf,) = mg.rounding(f, leaves=True).wires
    assert leaf.wire is x
    assert leaf.error == pytest.approx(EPSILON * 0.1 * 0.5)


def test_constants_are_decimals_too() -> None:
    report = mg.rounding(Value(0.5) * 4.0 + 0.1, leaves=True)
    assert {each.value for each in report.wires} == {0.1, 2.1}


def test_the_gate_that_cancels_is_named_and_not_one_whose_inputs_are_exact() -> None:
    a, b = Value(1.0, label="a"), Value(0.9990000000001, label="b")
    assert mg.rounding(a - b).cancelling == ()
    big = a * 0.3
    (gate,) = mg.rounding((big + 1e6) - 1e6).cancelling
    assert gate.digits_lost == 7


def test_a_cancellation_that_does_not_matter_is_not_named() -> None:
    x = Value(0.3)
    small = (x + 1e6) - 1e6
    assert mg.rounding(small * 1e-12 + x.exp()).cancelling == ()


def test_a_sum_rounds_at_every_addition() -> None:
    f = mg.sum([Value(0.1), Value(0.2), Value(0.4)])
    assert mg.rounding(f).total == pytest.approx(EPSILON * (0.3 + 0.7))


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x + x,
        lambda x: x - x,
        lambda x: x / x,
        lambda x: x + 0.0,
        lambda x: mg.sum([x, x]),
        lambda x: mg.prod([x]),
    ],
)
def test_sums_and_products_without_a_new_digit_round_nothing(build: Any) -> None:
    assert mg.rounding(build(Value(0.1))).total == 0.0


def test_a_product_of_many_rounds_at_every_factor_but_the_first() -> None:
    f = mg.prod([Value(0.1), Value(0.3), Value(0.7)])
    assert mg.rounding(f).total == pytest.approx(2 * EPSILON * 0.021)


def test_a_gate_that_nothing_arrives_at_adds_nothing() -> None:
    x = Value(0.3)
    f = mg.max(x.exp(), x.sin() * 1e30 - 2e30)
    (gate,) = mg.rounding(f).wires[:1]
    assert mg.rounding(f).total == pytest.approx(EPSILON * math.exp(0.3))
    assert gate.value == math.exp(0.3)


def test_own_gates_round_at_every_step_of_their_rule() -> None:
    @mg.gate(symbol="tab", local_gradient=lambda x, out: (1.0,), check=False)
    def there_and_back(x: Any) -> Any:
        return (1.0 + x) - 1.0

    assert mg.rounding(there_and_back(Value(1e-9))).total >= 2e-16


def test_what_is_not_finite_says_so() -> None:
    report = mg.rounding(mg.log(Value(-1.0)) * 3)
    assert report.total == math.inf
    assert "mg.first_nonfinite" in str(report)
    assert "mg.first_nonfinite" in str(mg.rounding(1 / Value(0.0)))


def test_an_infinite_slope_at_what_has_no_error_cancels_nothing() -> None:
    report = mg.rounding(mg.sqrt(Value(0.0) * 0.1))
    assert report.total == 0.0
    assert report.wires == ()


def test_an_output_of_zero_has_no_relative_error_to_speak_of() -> None:
    x = Value(0.1)
    report = mg.rounding((x + 0.2) - 0.30000000000000004)
    assert report.relative == math.inf
    assert "at least 0 of its 16 digits" in str(report)


@pytest.mark.parametrize("wrong", [3.0, "f", [Value(1.0)], None])
def test_only_a_value_has_a_circuit(wrong: Any) -> None:
    with pytest.raises(TypeError, match="takes the output of a circuit, a Value"):
        mg.rounding(wrong)


def test_a_leaf_and_a_constant_have_no_gates() -> None:
    assert mg.rounding(Value(0.1)).total == 0.0
    assert mg.rounding(mg.constant(0.1)).wires == ()


def test_a_chain_of_many_gates_needs_no_recursion() -> None:
    wire = Value(0.3)
    for _ in range(20_000):
        wire = wire + 0.1
    report = mg.rounding(wire)
    assert len(report.wires) == 20_000
    assert "… 19,700 more gates" in str(report)


def test_gradcheck_and_rounding_have_one_idea_of_noise() -> None:
    x, y = Value(0.3), Value(0.7)
    f = (x * y + mg.sin(x) / y).tanh()
    assert noise_of_output(Circuit(f)) == pytest.approx(mg.rounding(f).total)
    assert gradcheck(lambda x: (x + 1e9) - 1e9, [0.5]).verdict == "hidden by rounding"


def test_the_bound_holds_and_is_within_ten_times_the_error_for_most_circuits() -> None:
    """The long run, over 10,000 circuits: `python tests/rounding_errors.py`."""
    found = [ratio for _, ratio in rounding_errors.ratios(range(150))]
    assert min(found) >= 0.5
    assert sum(0.1 <= ratio <= 10.0 for ratio in found) >= 0.95 * len(found)


def test_every_gate_of_the_table_can_be_asked() -> None:
    for name, gate in mg.GATES.items():
        inputs = gate.example[: gate.arity] if gate.example else (0.5, 2.0, 1.0, 0.0)
        wires = [Value(number) for number in inputs]
        if name == "select":
            output = mg.select(wires, 1)
        elif name == "dot":
            output = mg.dot(wires[:2], wires[2:])
        else:
            output = FUNCTIONS[name](*wires)
        assert mg.rounding(output).total < 1e-14


def test_names_are_made_for_the_lines_that_are_shown_alone(monkeypatch: Any) -> None:
    wire = Value(0.3)
    for _ in range(2000):
        wire = wire.sin()
    asked: list[Value] = []
    text = Names.text
    monkeypatch.setattr(Names, "text", lambda names, w: asked.append(w) or text(names, w))
    report = mg.rounding(wire)
    assert len(report.wires) == 2000
    assert len(asked) == 1  # the output
    assert "… 1,700 more gates" in str(report)
    assert len(asked) <= 1 + 300


@pytest.mark.parametrize("labels", [1, [0.25, 0.75]])
def test_gates_of_a_text_book_have_their_errors_before_the_backward_pass(labels: Any):
    z = [mg.Value(0.3) * 3.1, mg.Value(-0.7) * 1.3]
    loss = mg.losses.cross_entropy(z, labels)
    before = str(rounding_of(Circuit(loss, textbook=True)))
    loss.backward()
    assert str(rounding_of(Circuit(loss, textbook=True))) == before
    assert "log(p" in before
