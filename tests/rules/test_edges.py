"""Where the gates that programs asked for have edges: domains, kinks, jumps, infinities, zeros."""

from __future__ import annotations

import itertools
import math
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value

inf, nan = math.inf, math.nan
# output and local gradients
EDGES: list[tuple[str, tuple[float, ...], float, tuple[float, ...]]] = [
    ("asin", (1.0,), math.pi / 2, (inf,)),
    ("asin", (-1.0,), -math.pi / 2, (inf,)),
    ("asin", (1.5,), nan, (nan,)),
    ("asin", (0.0,), 0.0, (1.0,)),
    ("acos", (1.0,), 0.0, (-inf,)),
    ("acosh", (1.0,), 0.0, (inf,)),
    ("acosh", (-2.0,), nan, (nan,)),
    ("atanh", (1.0,), inf, (inf,)),
    ("atanh", (-1.0,), -inf, (inf,)),
    ("asinh", (1e200,), math.asinh(1e200), (1e-200,)),
    ("atan", (inf,), math.pi / 2, (0.0,)),
    ("atan2", (0.0, 1.0), 0.0, (1.0, -0.0)),
    ("atan2", (1.0, 0.0), math.pi / 2, (0.0, -1.0)),
    ("atan2", (0.0, -2.0), math.pi, (-0.5, -0.0)),
    ("atan2", (-0.0, -2.0), -math.pi, (-0.5, 0.0)),
    ("atan2", (0.0, 0.0), 0.0, (nan, nan)),
    ("atan2", (1e200, 1e200), math.pi / 4, (5e-201, -5e-201)),
    ("hypot", (0.0, 0.0), 0.0, (0.0, 0.0)),
    ("hypot", (0.0, -2.0), 2.0, (0.0, -1.0)),
    ("hypot", (3e200, 4e200), 5e200, (0.6, 0.8)),
    ("hypot", (inf, nan), inf, (nan, nan)),
    ("expm1", (1e-20,), 1e-20, (1.0,)),
    ("expm1", (-50.0,), -1.0, (math.exp(-50.0),)),
    ("erf", (0.0,), 0.0, (2.0 / math.sqrt(math.pi),)),
    ("erf", (inf,), 1.0, (0.0,)),
    ("logaddexp", (inf, inf), inf, (0.5, 0.5)),
    ("logaddexp", (-inf, -inf), -inf, (0.5, 0.5)),
    ("logaddexp", (-inf, 2.0), 2.0, (0.0, 1.0)),
    ("logaddexp", (inf, 2.0), inf, (1.0, 0.0)),
    ("logsumexp", (-inf, 2.0, -inf), 2.0, (0.0, 1.0, 0.0)),
    ("logsumexp", (inf, inf, 1.0), inf, (0.5, 0.5, 0.0)),
    ("logsumexp", (1000.0, 1000.0), 1000.0 + math.log(2.0), (0.5, 0.5)),
    ("prod", (0.0, 3.0, 2.0), 0.0, (6.0, 0.0, 0.0)),
    ("prod", (0.0, 0.0, 2.0), 0.0, (0.0, 0.0, 0.0)),
    ("sign", (0.0,), 0.0, (0.0,)),
    ("sign", (nan,), nan, (0.0,)),
    ("floor", (2.0,), 2.0, (0.0,)),
    ("floor", (-0.0,), -0.0, (0.0,)),
    ("ceil", (-0.5,), -0.0, (0.0,)),
    ("round", (2.5,), 2.0, (0.0,)),
    ("round", (-3.5,), -4.0, (0.0,)),
    ("mod", (6.0, 2.0), 0.0, (1.0, -3.0)),
    ("mod", (-1.0, 3.0), 2.0, (1.0, 1.0)),
    ("mod", (-5.0, inf), inf, (1.0, 1.0)),
    ("mod", (1.0, 0.0), nan, (1.0, -inf)),
    ("floor_divide", (1.0, 0.0), inf, (0.0, 0.0)),
    ("clip", (1.0, -1.0, 1.0), 1.0, (1.0, 0.0, 0.0)),
    ("clip", (2.0, -1.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (-2.0, -1.0, 1.0), -1.0, (0.0, 1.0, 0.0)),
    ("clip", (0.0, 2.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
    ("clip", (0.5, -inf, inf), 0.5, (1.0, 0.0, 0.0)),
    ("clip", (0.5, -1.0, nan), nan, (1.0, 0.0, 0.0)),  # PyTorch: 0, and so JAX
    ("floor_divide", (-1e-8, -1.0), 0.0, (0.0, 0.0)),
    ("floor_divide", (0.0, -inf), -0.0, (0.0, 0.0)),
    ("sinc", (0.0,), 1.0, (0.0,)),
    ("sinc", (3.0,), 0.0, (-1.0 / 3.0,)),
]


@pytest.mark.parametrize(("name", "inputs", "output", "gradients"), EDGES)
def test_a_gate_does_at_its_edges_what_the_table_says(
    name: str, inputs: tuple[float, ...], output: float, gradients: tuple[float, ...]
) -> None:
    gate = mg.GATES[name]
    found = gate.forward(*inputs)
    assert found == pytest.approx(output, rel=1e-15, nan_ok=True)
    assert math.copysign(1.0, found) == math.copysign(1.0, output) or math.isnan(output)
    assert gate.local_gradients(*inputs) == pytest.approx(gradients, rel=2e-15, nan_ok=True)


NUMBERS = [0.0, -0.0, 5e-324, 1e-8, -0.5, 0.5, 1.0, -1.0, 2.5, -2.0, 710.0, -750.0, 1e300]
NUMBERS += [1.7976931348623157e308, inf, -inf, nan]
NUMPYS = {
    **{
        name: name
        for name in [
            "tan",
            "sinh",
            "cosh",
            "expm1",
            "exp2",
            "log2",
            "log10",
            "hypot",
            "logaddexp",
            "sign",
        ]
    },
    **{
        name: name
        for name in ["floor", "ceil", "trunc", "mod", "floor_divide", "degrees", "radians"]
    },
    **{f"a{name}": f"arc{name}" for name in ["sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh"]},
    "round": "rint",
}


@pytest.mark.parametrize("name", NUMPYS)
def test_the_outputs_are_those_of_numpy_at_the_edges_of_the_floats(name: str) -> None:
    np = pytest.importorskip("numpy")
    gate, ufunc = mg.GATES[name], getattr(np, NUMPYS[name])
    with np.errstate(all="ignore"):
        for inputs in itertools.product(NUMBERS, repeat=gate.arity or 1):
            found, expected = gate.forward(*inputs), float(ufunc(*inputs))
            assert found == pytest.approx(expected, rel=1e-14, abs=1e-323, nan_ok=True), inputs
            if not math.isnan(expected):
                assert math.copysign(1.0, found) == math.copysign(1.0, expected), inputs


ordinary = st.floats(-1e9, 1e9)


@given(ordinary, ordinary.filter(lambda y: abs(y) > 1e-9))
def test_remainder_and_quotient_of_values_are_pythons(x: float, y: float) -> None:
    v = Value(x)
    assert (v % y).data == x % y
    assert (v // y).data == x // y
    assert tuple(part.data for part in divmod(v, y)) == divmod(x, y)
    w = Value(y)
    assert (x % w).data == x % y
    assert (x // w).data == x // y
    assert tuple(part.data for part in divmod(x, w)) == divmod(x, y)


@given(ordinary)
def test_pythons_rounding_of_a_value_is_a_gate(x: float) -> None:
    for function in (round, math.floor, math.ceil, math.trunc):
        out: Any = function(Value(x))  # type: ignore[operator]
        assert isinstance(out, Value)
        assert out.data == function(x)  # type: ignore[operator]


def test_round_to_digits_says_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"round\(v, 2\) .* write round\(v\.data, 2\)"):
        round(Value(2.345), 2)


def test_a_step_sends_nothing_whatever_it_receives() -> None:
    for name in ("sign", "floor", "ceil", "trunc", "round"):
        x = Value(0.4)
        (x + getattr(x, name)() * inf).backward()
        assert x.grad == 1.0, name


def test_second_derivatives_where_inputs_are_equal() -> None:
    for function in (mg.logaddexp, mg.logsumexp):
        x, y = Value(0.3), Value(0.3)
        (first,) = mg.grad(function(x, y), [x], create_graph=True)
        assert [g.data for g in mg.grad(first, [x, y])] == pytest.approx([0.25, -0.25])


def test_the_slope_of_sinc_is_right_on_both_sides_of_its_series() -> None:
    mpmath = pytest.importorskip("mpmath")
    for x in (1e-300, 1e-8, 1e-3, 0.1, 0.4999, 0.5, 0.5001, 0.9, 7.3):
        with mpmath.workdps(60):
            exact = (
                mpmath.diff(_sinc(mpmath), mpmath.mpf(x)) if x > 1e-9 else -(mpmath.pi**2) * x / 3
            )
        assert mg.GATES["sinc"].local_gradients(x)[0] == pytest.approx(float(exact), rel=2e-15)


def _sinc(mpmath: Any) -> Any:
    return lambda x: mpmath.sinpi(x) / (mpmath.pi * x)


@pytest.mark.parametrize("y", [2.0**53, 2.0**53 + 2, 2.0**53 + 4, 2.0**60, -(2.0**53), -(2.0**60)])
@pytest.mark.parametrize("x", [-1.0, -1.0 - 2.0**-52, -2.0, -0.5, 1.0])
def test_the_slope_of_a_power_has_the_sign_of_its_odd_exponent(x: float, y: float) -> None:
    # every such y is even, so y − 1 is odd, which no float can say
    slope, _ = mg.GATES["pow"].local_gradients(x, y)
    with mpmath.workprec(200):
        expected = float(mpmath.mpf(y) * mpmath.mpf(x) ** (mpmath.mpf(y) - 1))
    assert math.copysign(1.0, slope) == math.copysign(1.0, expected)
    if abs(x) <= 1.0 + 2.0**-52:
        assert slope == pytest.approx(expected, rel=1e-13)
    value = mg.Value(x)
    (value**y).backward()
    assert value.grad == slope


@pytest.mark.parametrize("y", [math.inf, -math.inf, 2.0**53 - 1, -(2.0**53) + 1])
def test_other_large_exponents_keep_the_sign_that_they_had(y: float) -> None:
    slope, _ = mg.GATES["pow"].local_gradients(-1.0, y)
    assert math.copysign(1.0, slope) == math.copysign(1.0, y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (4.812559829663696e-309, 3.867533998881e-311),
        (2.308895998566e-312, -6.75635490848915e-297),
        (5e-324, 1e-20),
        (1.00000000000001, -3.16297137270615e16),
        (0.99999999999999, 1.2e16),
        (5.746317453737297e-300, -0.00012102958475346988),
    ],
)
def test_a_power_whose_exponent_less_1_is_rounded_has_all_digits_of_its_slope(
    x: float, y: float
) -> None:
    (slope, _) = mg.GATES["pow"].local_gradients(x, y)
    with mpmath.workdps(60):
        exact = mpmath.mpf(y) * mpmath.power(mpmath.mpf(x), mpmath.mpf(y) - 1)
        assert abs(slope - exact) <= 4 * math.ulp(float(exact))


@pytest.mark.parametrize("x", [5.213751508528374e-11, 2.518e-15, 1e-300, 0.3])
@pytest.mark.parametrize("y", [-17.34192905253504, -16.195523596430395, -40.7, -700.1])
def test_a_logaddexp_near_0_keeps_the_digits_of_the_difference(x: float, y: float) -> None:
    with mpmath.workdps(400):
        exact = mpmath.log(mpmath.exp(mpmath.mpf(x)) + mpmath.exp(mpmath.mpf(y)))
        for result in (mg.logaddexp(x, y), mg.logaddexp(y, x)):
            assert abs(result - exact) <= 2 * math.ulp(float(exact))
