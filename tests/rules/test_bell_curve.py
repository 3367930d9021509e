"""φ and Φ against mpmath, over all of their range."""

from __future__ import annotations

import math
import random

import pytest
from helpers.points import SMALLEST_NORMAL, is_right
from helpers.references import REFERENCES
from mpmath import mp, mpf

import minigrad as mg
from minigrad.rules import bell_curve


def numbers(count: int) -> list[float]:
    source = random.Random(2)
    far = [source.uniform(-38.5, 9.0) for _ in range(count)]
    return [*far, *(source.gauss(0.0, 1.5) for _ in range(count))]


@pytest.mark.parametrize("name", ["normal_density", "normal_cdf", "gelu"])
def test_the_bell_curve_is_right_to_two_units_in_the_last_place(name: str) -> None:
    with mp.workdps(40):
        for x in numbers(1_000):
            exact = REFERENCES[name](mpf(x))
            result = mg.GATES[name].forward(x)
            if REFERENCES["normal_cdf"](mpf(x)) >= SMALLEST_NORMAL:
                assert is_right(result, exact, 2), (x, result, float(exact))
            else:
                assert result == pytest.approx(float(exact), rel=1e-15, abs=1e-321)


def test_the_polynomials_are_good_to_much_less_than_a_unit() -> None:
    """Run on numbers with 40 digits nothing rounds: what is left is the coefficients' error."""
    with mp.workdps(40):
        for i in range(401):
            r = mp.log(2) * (mpf(i) / 400 - 0.5)
            exact = mp.exp(r) - 1 - r
            assert abs(r * r * bell_curve.curvature(r) - exact) <= mpf(2) ** -55
            t = mpf(39 * i) / 400
            head, rest, n = bell_curve.tail(t)
            exact = REFERENCES["normal_cdf"](-t)
            assert abs((head + rest) / mpf(2) ** n / exact - 1) <= mpf(2) ** -55


def test_both_tails_make_one() -> None:
    for x in numbers(200):
        assert mg.normal_cdf(x) + mg.normal_cdf(-x) == pytest.approx(1.0, rel=2**-52)


def test_the_tails_fade_into_zero_and_nan_stays() -> None:
    assert mg.normal_cdf(-38.6) == mg.normal_cdf(-math.inf) == mg.normal_density(39.0) == 0.0
    assert mg.normal_cdf(-38.4) > 0.0
    assert mg.normal_cdf(8.3) == mg.normal_cdf(math.inf) == 1.0
    assert math.isnan(mg.normal_cdf(math.nan))
    assert math.isnan(mg.normal_density(math.nan))
