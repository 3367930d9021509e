"""Slopes in saturation and in the tails: digits that the output has lost come from the input."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import mpmath
import pytest
from helpers.circuits import HAS_NATIVE, WHY
from helpers.points import SMALLEST_NORMAL, allowed_error, is_right
from helpers.references import DIGITS, reference
from mpmath import mpf

import minigrad as mg
from minigrad.rules.gate import SLOPES

SMALLEST = 5e-324


def slope_of_tanh(x: Any) -> Any:
    return 1 / mpmath.cosh(x) ** 2


def slope_of_sigmoid(x: Any) -> Any:
    return 1 / (2 + mpmath.exp(x) + mpmath.exp(-x))


EXACT = {"tanh": slope_of_tanh, "sigmoid": slope_of_sigmoid}


def numbers(count: int = 300) -> list[float]:
    """From all magnitudes, more where the output comes near to 1."""
    source = random.Random(14)
    found = [source.choice((-1, 1)) * 10.0 ** source.uniform(-300, 2.85) for _ in range(count)]
    found += [source.uniform(-45, 45) for _ in range(count)]
    found += [source.uniform(-750, 750) for _ in range(count)]
    return [*found, *(source.uniform(-3, 3) for _ in range(count)), 19.0, 19.07, 36.8, -40.0]


def assert_right(result: float, exact: Any, x: float) -> None:
    """Within 4 ulps; where that is subnormal, within two of the smallest floats."""
    rounded = float(exact)
    allowed = 4 * math.ulp(rounded) if abs(rounded) >= SMALLEST_NORMAL else 2 * SMALLEST
    assert abs(mpf(result) - exact) <= allowed, (x, result, rounded)


@pytest.mark.parametrize("name", EXACT)
def test_a_slope_is_right_to_four_units_where_the_output_is_saturated(name: str) -> None:
    with mpmath.workdps(60):
        for x in numbers():
            (slope,) = mg.GATES[name].local_gradients(x)
            assert_right(slope, EXACT[name](mpf(x)), x)


def bell(x: Any) -> Any:
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def share(x: Any) -> Any:
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def sigma(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


# the value and the slope
TAILS: dict[str, tuple[Any, Any]] = {
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), sigma),
    "silu": (lambda x: x * sigma(x), lambda x: sigma(x) * (1 + x * sigma(-x))),
    "normal_density": (bell, lambda x: -x * bell(x)),
    "normal_cdf": (share, bell),
    "gelu": (lambda x: x * share(x), lambda x: share(x) + x * bell(x)),
    "erf": (mpmath.erf, lambda x: 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-x * x)),
}
# By how many times the smallest float a result may be off where x times φ or Φ is computed, and
# that is subnormal itself, beyond |x| = 37.5: half of it, times x. All others: 2.
ROUNDED_BEFORE = {"gelu": 20, "normal_density": 20}


@pytest.mark.parametrize("name", TAILS)
def test_in_the_tails_value_and_slope_are_right_to_four_units(name: str) -> None:
    row = mg.GATES[name]
    far = ROUNDED_BEFORE.get(name, 2) * SMALLEST
    source = random.Random(name)
    with mpmath.workprec(2400):
        for _ in range(300):
            x = source.choice((-1, 1)) * source.choice(
                (source.uniform(2, 40), source.uniform(37, 38.6), source.uniform(700, 746))
            )
            if name in ("normal_cdf", "gelu", "normal_density", "erf") and abs(x) > 100:
                continue
            results = row.forward(x), row.local_gradients(x)[0]
            for result, exact in zip(results, (f(mpf(x)) for f in TAILS[name])):
                off = abs(mpf(result) - exact)
                assert off <= max(4 * math.ulp(float(exact)), far), (x, result, float(exact))


@pytest.mark.parametrize("name", EXACT)
def test_the_textbooks_slope_would_be_refused(name: str) -> None:
    """The yardstick of all gates' slopes: one that cancels where the slope does not is wrong."""
    row = mg.GATES[name]
    textbook = replace(row, local_gradient=row.textbook_gradient)
    with mpmath.workdps(DIGITS):
        x = 14.0
        output = reference(row)(mpf(x))
        allowed = allowed_error(textbook, [x], output, 0)
        (result,) = textbook.local_gradients(x)
        assert not is_right(result, EXACT[name](mpf(x)), allowed)
        assert is_right(row.local_gradients(x)[0], EXACT[name](mpf(x)), 4)


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
@pytest.mark.parametrize("executor", ["tape", "lanes"])
@pytest.mark.parametrize("name", EXACT)
def test_so_it_is_in_a_batch_where_one_function_gives_output_and_slope(
    name: str, executor: str
) -> None:
    gate, xs = mg.rules.FUNCTIONS[name], numbers(20)
    shifts = [mg.Value(0.0) for _ in xs]

    def output(*row: float) -> Any:
        return mg.sum([gate(x + shift) for x, shift in zip(row, shifts)])

    mg.compile(output, check=False, executor=executor).batch(*[[x] for x in xs]).backward()
    with mpmath.workdps(60):
        for x, shift in zip(xs, shifts):
            assert_right(shift.grad, EXACT[name](mpf(x)), x)


@pytest.mark.parametrize("name", EXACT)
def test_one_example_has_the_bits_of_the_engine(name: str) -> None:
    gate, xs = mg.rules.FUNCTIONS[name], numbers(50)
    for executor in ("python", "tape") if HAS_NATIVE else ("python",):
        w = mg.Value(1.0)
        compiled = mg.compile(lambda x: gate(w * x), check=False, executor=executor)  # noqa: B023
        for x in xs:
            eager = mg.Value(1.0)
            gate(eager * x).backward()
            w.grad = 0.0
            compiled(x).backward()
            assert w.grad == eager.grad, (executor, x)
            assert mg.grad(gate)(x) == mg.GATES[name].local_gradients(x)[0], x


@pytest.mark.parametrize("name", EXACT)
def test_second_and_third_derivatives_are_right_in_saturation(name: str) -> None:
    gate = mg.rules.FUNCTIONS[name]
    with mpmath.workdps(60):
        function = mpmath.tanh if name == "tanh" else lambda t: 1 / (1 + mpmath.exp(-t))
        for number in (-30.0, -19.5, -2.0, 0.7, 3.0, 18.9, 19.5, 25.0, 36.8, 60.0):
            x = mg.Value(number)
            wire = gate(x)
            for order in (1, 2, 3):
                (wire,) = mg.grad(wire, [x], create_graph=True)
                exact = mpmath.diff(function, mpf(number), order)
                assert wire.data == pytest.approx(float(exact), rel=1e-13), (number, order)


@pytest.mark.parametrize("name", EXACT)
def test_special_values_of_a_slope(name: str) -> None:
    row = mg.GATES[name]
    at_zero = {"tanh": 1.0, "sigmoid": 0.25}[name]
    assert row.local_gradients(0.0) == row.local_gradients(-0.0) == (at_zero,)
    assert row.local_gradients(math.inf) == row.local_gradients(-math.inf) == (0.0,)
    assert math.isnan(row.local_gradients(math.nan)[0])
    assert row.local_gradients(1e300) == (0.0,)
    assert 0.0 < row.local_gradients({"tanh": 372.0, "sigmoid": 744.0}[name])[0] <= 1e-322


def test_a_reader_is_shown_the_textbooks_slope_and_the_accurate_number() -> None:
    assert mg.GATES["tanh"].local_gradient_texts() == ["1 − out²"]
    assert mg.GATES["sigmoid"].local_gradient_texts() == ["out·(1 − out)"]
    z = mg.Value(20.0, label="z")
    a = z.tanh()
    a.label = "a"
    a.backward()
    assert z.grad == pytest.approx(1.699341702116e-17, rel=1e-12)
    (path,) = mg.paths(a, z)
    assert "(1 − a²)" in path.formulas or "1 − a²" in path.formulas
    assert "1.70e−17" in path.numbers


def test_a_circuit_of_slopes_is_saved_and_loaded(tmp_path: Any) -> None:
    x = mg.Value(3.0, label="x")
    for name in EXACT:
        (slope,) = mg.grad(mg.rules.FUNCTIONS[name](x), [x], create_graph=True)
        mg.save(slope, tmp_path / "slope.json")
        assert mg.load(tmp_path / "slope.json").data == slope.data


def test_slopes_are_no_gates_that_users_call() -> None:
    for name in SLOPES:
        assert name not in mg.GATES
        assert not hasattr(mg.Value, name)
        with pytest.raises(mg.GateError, match="of minigrad's own"):
            mg.gate(symbol="s", name=name, local_gradient=lambda x, out: (1.0,))(lambda x: x)
