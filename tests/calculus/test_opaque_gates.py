"""A gate whose forward rule is ordinary Python, and gradients that are wrong on purpose."""

from __future__ import annotations

import bisect
import math
import pickle
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.calculus.own_gates import GateError

pytestmark = pytest.mark.usefixtures("table_as_it_was")


@pytest.fixture
def log_gamma() -> Any:
    """In ordinary Python on both sides."""

    def slope(x: float, out: float) -> tuple[float]:
        return ((math.lgamma(x + 1e-6) - math.lgamma(x - 1e-6)) / 2e-6,)

    @mg.gate(symbol="lnΓ", opaque=True, local_gradient=slope, check=False)
    def log_gamma(x: float) -> float:
        return math.lgamma(x)

    return log_gamma


def test_it_records_draws_steps_and_prints(log_gamma: Any) -> None:
    x = Value(4.0, label="x")
    y = log_gamma(x) * 2.0
    y.backward()
    assert y.data == 2.0 * math.lgamma(4.0)
    assert x.grad == pytest.approx(2.0 * 1.2561176684318, rel=1e-8)
    assert "lnΓ" in mg.draw(y).dot.source
    steps = [str(step) for step in mg.Stepper(y)]
    assert any("lnΓ" in step or "log_gamma" in step for step in steps)
    assert mg.GATES["log_gamma"].local_gradient_texts() == ["log_gamma′(x, out)"]
    assert log_gamma(4.0) == math.lgamma(4.0)
    assert pickle.loads(pickle.dumps(y)).data == y.data


def test_a_compiled_function_calls_back_into_python(log_gamma: Any) -> None:
    f = mg.compile(lambda x: log_gamma(x) * x)
    for number in (2.5, 3.5, 7.25):
        x = Value(number)
        y = f(x)
        y.backward()
        eager = Value(number)
        (log_gamma(eager) * eager).backward()
        assert y.data == math.lgamma(number) * number
        assert x.grad == eager.grad


@pytest.mark.parametrize("language", ["python", "c", "torch"])
def test_export_refuses_it_by_name(log_gamma: Any, language: str) -> None:
    with pytest.raises(ValueError, match=r"'log_gamma' is ordinary Python \(opaque=True\)"):
        mg.export(log_gamma(Value(2.5)), language)


def test_it_differentiates_once_and_says_why_not_twice(log_gamma: Any) -> None:
    x = Value(2.5)
    (slope,) = mg.grad(log_gamma(x), [x])
    assert slope.data == pytest.approx(0.7031566406452, rel=1e-8)
    with pytest.raises(TypeError, match="log_gamma is ordinary Python, which cannot be diff"):
        mg.grad(log_gamma(x), [x], create_graph=True)


def test_a_local_gradient_in_minigrads_functions_differentiates_again() -> None:
    @mg.gate(symbol="s", opaque=True, local_gradient=lambda x, out: (mg.cos(x),))
    def python_sine(x: float) -> float:
        return math.sin(x)

    x = Value(0.7)
    (first,) = mg.grad(python_sine(x), [x], create_graph=True)
    assert mg.grad(first, [x])[0].data == -math.sin(0.7)


def test_a_table_with_two_inputs() -> None:
    heights = [0.0, 1.0, 4.0, 9.0, 16.0]

    def rise(x: float) -> float:
        at = min(max(int(x), 0), 3)
        return heights[at + 1] - heights[at]

    @mg.gate(
        symbol="T",
        opaque=True,
        local_gradient=lambda x, y, out: (y * rise(x), out / y),
        kinks=lambda x, y, out: (x - 1.0, x - 2.0, x - 3.0),
    )
    def interpolated(x: float, y: float) -> float:
        at = min(max(bisect.bisect([0.0, 1.0, 2.0, 3.0], x) - 1, 0), 3)
        return y * (heights[at] + rise(x) * (x - at))

    x, y = Value(2.5), Value(2.0)
    out = interpolated(x, y)
    out.backward()
    assert (out.data, x.grad, y.grad) == (13.0, 10.0, 6.5)
    assert mg.GATES["interpolated"].local_gradient_texts()[0].startswith("∂interpolated/∂x")


def test_a_wrong_gradient_of_an_opaque_gate_is_refused_as_well() -> None:
    with pytest.raises(GateError, match="the local gradient of doubled is wrong"):

        @mg.gate(symbol="d", opaque=True, local_gradient=lambda x, out: (3.0,))
        def doubled(x: float) -> float:
            return 2.0 * float(x)


def test_what_python_refuses_to_compute_is_nan() -> None:
    @mg.gate(symbol="l", opaque=True, local_gradient=lambda x, out: (1 / x,))
    def python_log(x: float) -> float:
        return math.log(x)

    assert math.isnan(python_log(Value(-1.0)).data)
    assert math.isnan(python_log(Value(0.0)).data)


def test_check_false_lets_a_straight_through_gradient_in() -> None:
    @mg.gate(symbol="≈", local_gradient=lambda x, out: (1.0,), check=False)
    def straight(x: Any) -> Any:
        return mg.round(x)

    x = Value(1.7)
    y = straight(x) ** 2
    y.backward()
    assert (y.data, x.grad) == (4.0, 4.0)
    assert not mg.gradcheck(straight, [1.7])


def test_the_refusal_of_ordinary_python_says_how_to_allow_it() -> None:
    with pytest.raises(GateError, match="opaque=True"):

        @mg.gate(symbol="s", local_gradient=lambda x, out: (mg.cos(x),))
        def sine(x: Any) -> Any:
            return math.sin(x)


@pytest.mark.parametrize("executor", ["tape", "lanes"])
def test_machine_code_that_is_asked_for_is_refused_by_name(log_gamma: Any, executor: str) -> None:
    pytest.importorskip("llvmlite")
    f = mg.compile(lambda x: log_gamma(x) * x, executor=executor)
    with pytest.raises(mg.TracingError, match=f"log_gamma.* is ordinary Python.*{executor!r}"):
        f.batch([2.5, 3.5])


@pytest.mark.parametrize("given", [None, 1.0, [1.0], (1.0, 2.0), (None,)])
def test_what_is_no_tuple_of_local_gradients_is_refused_without_the_advice_already_taken(
    given: Any, table_as_it_was: None
) -> None:
    with pytest.raises(GateError, match=r"a rule of table_of does not run") as refused:

        @mg.gate(symbol="T", local_gradient=lambda x, out: given, opaque=True, check=False)
        def table_of(x: float) -> float:
            return math.floor(x)

    assert "opaque=True" not in str(refused.value)


def test_with_a_rule_as_local_gradient_it_has_second_derivatives_compiled_too() -> None:
    @mg.gate(symbol="−cos", opaque=True, local_gradient=lambda x, out: (mg.sin(x),))
    def minus_cos(x: float) -> float:
        return -math.cos(x)

    def f(x: Any, y: Any) -> Any:
        return minus_cos(x * y) + x

    compiled = mg.compile(f)
    x, y = 0.7, 1.3
    sin, cos = math.sin(x * y), math.cos(x * y)
    mixed = sin + x * y * cos
    for _ in range(2):
        hessian = compiled.hessian(x, y)
        assert hessian[0] == pytest.approx((y * y * cos, mixed))
        assert hessian[1] == pytest.approx((mixed, x * x * cos))
        assert compiled.hvp(x, y, (1.0, 0.0)) == pytest.approx((y * y * cos, mixed))
    assert compiled.sparsity().hessian.count == 4


def test_its_pattern_has_every_pair_of_inputs_where_nobody_knows_how_it_bends() -> None:
    def slopes(x: float, y: float, out: float) -> tuple[float, float]:
        return math.cos(y), -x * math.sin(y)

    @mg.gate(symbol="∠", opaque=True, local_gradient=slopes)
    def odd(x: float, y: float) -> float:
        return x * math.cos(y)

    @mg.gate(symbol="·", opaque=True, local_gradient=lambda x, y, out: (y, x))
    def times(x: float, y: float) -> float:
        return x * y

    unknown, known = mg.compile(lambda x: odd(x[0], x[1]) + x[2]), mg.compile(lambda x: times(*x))
    assert str(unknown.sparsity([1.0, 2.0, 3.0]).hessian).splitlines()[1:] == [
        "● ● ·",
        "● ● ·",
        "· · ·",
    ]
    assert str(known.sparsity([1.0, 2.0]).hessian).splitlines()[1:] == ["· ●", "● ·"]
    with pytest.raises(TypeError, match="'odd', whose local gradient is ordinary Python and has"):
        unknown.hessian([1.0, 2.0, 3.0])
    assert known.hessian([1.0, 2.0]) == [[0.0, 1.0], [1.0, 0.0]]


def test_one_that_only_data_and_parameters_reach_bends_nothing(log_gamma: Any) -> None:
    k = Value(2.5)
    compiled = mg.compile(lambda x, n: log_gamma(k) * x * x + log_gamma(n) * x)
    for found in (compiled.hessian(3.0, n=4.0), mg.hessian(compiled.function)(3.0, n=4.0)):
        assert found == 2.0 * math.lgamma(2.5)
    assert compiled.hvp(3.0, 10.0, n=4.0) == 20.0 * math.lgamma(2.5)
    with pytest.raises(TypeError, match="second derivative of the gate 'log_gamma'"):
        compiled.hessian(3.0, 4.0)


def test_a_spline_of_scipys_gives_arrays_without_a_dimension_and_is_a_gate() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    spline = interpolate.CubicSpline([-9.0, 0.0, 1.0, 9.0], [3.0, 0.0, 1.0, 2.0])

    @mg.gate(symbol="s", opaque=True, local_gradient=lambda x, out: (spline(x, 1),))
    def table(x: float) -> Any:
        return spline(x)

    x = Value(0.5)
    y = table(x)
    assert (y.data, mg.grad(y, [x])[0].data) == (float(spline(0.5)), float(spline(0.5, 1)))


def test_a_local_gradient_that_is_a_table_is_asked_for_numbers_only() -> None:
    slopes = {1.0: 3.0}

    @mg.gate(symbol="T", opaque=True, check=False, local_gradient=lambda x, out: (slopes[x],))
    def table(x: float) -> float:
        return {1.0: 5.0}[x]

    @mg.gate(symbol="0", opaque=True, local_gradient=lambda x, out: (7.0 if x == 0 else 2 * x,))
    def at_zero(x: float) -> float:
        return x * x

    x, zero = Value(1.0), Value(0.0)
    assert mg.grad(table(x), [x])[0].data == 3.0
    assert mg.grad(at_zero(zero), [zero])[0].data == 7.0


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "the rule of wrong: expected a number, got None"),
        ("text", "the rule of wrong: expected a number, got the str 'text'"),
        ([1.0], "the rule of wrong: expected a number, got the list"),
    ],
)
def test_a_rule_that_gives_no_number_is_refused_by_name(result: Any, message: str) -> None:
    def define(**settings: Any) -> Any:
        @mg.gate(symbol="w", opaque=True, local_gradient=lambda x, out: (1.0,), **settings)
        def wrong(x: float) -> Any:
            return result

        return wrong

    with pytest.raises(GateError, match=message):
        define()
    with pytest.raises(TypeError, match=message):
        define(check=False)(Value(1.0))


def test_a_rule_that_raises_is_refused_with_what_it_raised() -> None:
    with pytest.raises(GateError, match=r"broken could not be compared .* OSError\('no disk'\)"):

        @mg.gate(symbol="w", opaque=True, local_gradient=lambda x, out: (1.0,))
        def broken(x: float) -> float:
            raise OSError("no disk")


def test_a_table_is_nan_where_it_has_no_entry() -> None:
    @mg.gate(symbol="T", opaque=True, check=False, local_gradient=lambda x, out: (1.0,))
    def listed(x: float) -> float:
        return [3.0, 4.0][int(x)] if x != 7.0 else {1.0: 2.0}[x]

    assert listed(1.0) == 4.0
    assert math.isnan(listed(2.0))
    assert math.isnan(listed(7.0))
    with pytest.raises(GateError, match="lookup could not be checked: it is not finite"):

        @mg.gate(symbol="w", opaque=True, local_gradient=lambda x, out: (1.0,))
        def lookup(x: float) -> float:
            return {1.0: 2.0}[x]
