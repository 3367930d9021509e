"""Programs written with NumPy's functions run on Values: names and ranges as HIPS autograd tests.

Of its tests of scalars and of ufuncs these are all that are real. Each derivative is compared with
finite differences, and so is the derivative of the derivative.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg

np = pytest.importorskip("numpy")

BROAD = (-2.0, 2.0)
ONE_INPUT: dict[str, tuple[float, float]] = {
    **dict.fromkeys(
        [
            "sin",
            "cos",
            "sinh",
            "cosh",
            "tanh",
            "exp",
            "exp2",
            "expm1",
            "square",
            "sign",
            "negative",
            "conjugate",
        ],
        BROAD,
    ),
    **dict.fromkeys(
        ["deg2rad", "rad2deg", "degrees", "radians", "arctan", "arcsinh", "positive"], BROAD
    ),
    **dict.fromkeys(["abs", "absolute", "fabs"], (0.1, 4.0)),
    **dict.fromkeys(["arcsin", "arccos", "arctanh"], (-0.9, 0.9)),
    **dict.fromkeys(["log", "log2", "log10", "log1p"], (0.2, 2.0)),
    **dict.fromkeys(["floor", "ceil", "trunc", "rint"], (-1.4, -1.1)),
    **dict.fromkeys(["sqrt", "reciprocal"], (1.0, 3.0)),
    "tan": (-1.1, 1.1),
    "arccosh": (1.1, 4.0),
}
UNIT = (0.1, 0.9)
TWO_INPUTS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    **dict.fromkeys(
        ["add", "subtract", "multiply", "logaddexp", "logaddexp2", "hypot"], (BROAD, BROAD)
    ),
    **dict.fromkeys(["divide", "true_divide", "power", "float_power"], (UNIT, (0.8, 1.2))),
    **dict.fromkeys(["maximum", "minimum", "fmax", "fmin", "arctan2"], ((-0.9, 0.9), (1.0, 2.0))),
    **dict.fromkeys(["mod", "remainder", "floor_divide"], (UNIT, (1.0, 2.0))),
}
OPERATORS: list[Callable[..., Any]] = [operator.add, operator.sub, operator.mul, operator.mod]
OPERATORS += [operator.truediv, operator.floordiv, operator.pow]


def check(function: Callable[..., Any], ranges: list[tuple[float, float]]) -> None:
    source = random.Random(1)
    for _ in range(5):
        at = [source.uniform(*ends) for ends in ranges]
        assert function(*map(mg.Value, at)).data == pytest.approx(float(function(*at)), rel=1e-14)
        assert mg.gradcheck(function, at)
        for place in range(len(at)):

            def slope(*xs: Any, place: int = place) -> Any:
                xs = tuple(x + 0.0 for x in xs)
                return mg.grad(3.0 * function(*xs), [xs[place]], create_graph=True)[0] + 0.0 * xs[0]

            assert mg.gradcheck(slope, at), (at, place)


@pytest.mark.parametrize("name", ONE_INPUT)
def test_a_function_of_one_number_has_its_derivatives(name: str) -> None:
    check(getattr(np, name), [ONE_INPUT[name]])


@pytest.mark.parametrize("name", TWO_INPUTS)
def test_a_function_of_two_numbers_has_its_derivatives(name: str) -> None:
    check(getattr(np, name), [*TWO_INPUTS[name]])


@pytest.mark.parametrize("function", OPERATORS, ids=lambda function: function.__name__)
def test_an_operator_has_its_derivatives_on_either_side_of_a_number(function: Any) -> None:
    ranges = [UNIT, (1.0, 2.0)]
    check(function, ranges)
    check(lambda x: function(x, 1.7), [UNIT])
    check(lambda y: function(0.4, y), [(1.0, 2.0)])


@pytest.mark.parametrize("name", ["max", "min", "mean", "sum", "prod", "var", "std"])
def test_a_statistic_of_a_list_has_its_derivatives(name: str) -> None:
    check(lambda *xs: getattr(np, name)(list(xs)), [(0.1, 0.9), (1.0, 2.0), (2.5, 3.0)])


def test_the_larger_number_beside_nan_is_that_number() -> None:
    x, nan = mg.Value(2.0), mg.Value(float("nan"))
    for function, lost in ((np.fmax, np.maximum), (np.fmin, np.minimum)):
        out = function(nan, x)
        assert [out.data, *(g.data for g in mg.grad(out, [x, nan]))] == [2.0, 1.0, 0.0]
        assert function(x, nan).data == 2.0
        assert np.isnan(function(nan, nan).data)
        assert np.isnan(lost(x, nan).data)
        compiled = mg.compile(lambda x, y, function=function: function(x, y) * 1.0)
        assert compiled(2.0, float("nan")).data == compiled(float("nan"), 2.0).data == 2.0


def test_powers_of_zero_have_the_derivatives_of_their_limits() -> None:
    for exponent in (0.0, 1.0, 2.0, 2.7):
        x = mg.Value(0.0)
        (slope,) = mg.grad(np.power(x, exponent), [x], create_graph=True)
        assert slope.data == (1.0 if exponent == 1.0 else 0.0)
        bend = mg.grad(slope, [x])[0].data if not slope.is_constant else 0.0
        assert bend == (2.0 if exponent == 2.0 else 0.0)
    y = mg.Value(0.6)
    assert mg.grad(np.power(0.0, y), [y])[0].data == 0.0


def test_the_statistics_of_one_number_are_the_number() -> None:
    for function in (np.max, np.min, np.mean, np.sum, np.prod):
        x = mg.Value(3.5)
        out = function([x])
        assert [out.data, mg.grad(out, [x])[0].data] == [3.5, 1.0]
