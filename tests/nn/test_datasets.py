"""Data sets: sizes, labels, repeatability, shapes."""

from collections.abc import Callable
from math import hypot
from typing import Any

import pytest

from minigrad import datasets

SETS = [datasets.moons, datasets.circles, datasets.spirals, datasets.xor]


@pytest.mark.parametrize("make", SETS)
@pytest.mark.parametrize("n", [1, 4, 101])
def test_n_points_of_two_numbers_with_labels_0_and_1(make: Callable[..., Any], n: int) -> None:
    X, y = make(n, noise=0.1, seed=3)
    assert len(X) == len(y) == n
    assert all(len(point) == 2 and all(type(c) is float for c in point) for point in X)
    assert set(y) <= {0, 1}
    assert abs(y.count(0) - y.count(1)) <= 1


@pytest.mark.parametrize("make", SETS)
def test_a_seed_decides_everything(make: Callable[..., Any]) -> None:
    assert make(20, noise=0.1, seed=3) == make(20, noise=0.1, seed=3)
    assert make(20, noise=0.1, seed=3) != make(20, noise=0.1, seed=4)


def test_noise_is_a_standard_deviation() -> None:
    X, y = datasets.circles(4000, noise=0.05, seed=1, factor=0.0)
    inner = [point for point, label in zip(X, y) if label == 1]
    variance = sum(px * px + py * py for px, py in inner) / (2 * len(inner))
    assert variance**0.5 == pytest.approx(0.05, rel=0.05)


def test_moons_reach_into_each_other() -> None:
    X, y = datasets.moons(200, noise=0.0)
    upper = [p for p, label in zip(X, y) if label == 0]
    lower = [p for p, label in zip(X, y) if label == 1]
    assert all(hypot(*p) == pytest.approx(1.0) and p[1] > 0 for p in upper)
    assert all(hypot(px - 1, py - 0.5) == pytest.approx(1.0) and py < 0.5 for px, py in lower)


def test_the_arms_of_the_spiral_are_turned_by_half_a_circle() -> None:
    X, y = datasets.spirals(100, noise=0.0)
    first = {(round(px, 9), round(py, 9)) for (px, py), label in zip(X, y) if label == 0}
    second = {(round(-px, 9), round(-py, 9)) for (px, py), label in zip(X, y) if label == 1}
    assert first == second


def test_names_are_different_lower_case_and_repeatable() -> None:
    names = datasets.names(2000, seed=1)
    assert names == datasets.names(2000, seed=1) != datasets.names(2000, seed=2)
    assert len(set(names)) == 2000
    assert all(name.isalpha() and name.islower() and 3 <= len(name) <= 10 for name in names)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.moons(0), "n must be at least 1, got 0"),
        (lambda: datasets.moons(5, noise=-1.0), "noise is a standard deviation"),
        (lambda: datasets.moons(5, noise=float("nan")), "noise is a standard deviation"),
        (lambda: datasets.names(10**9), "at most 1,000,000"),
    ],
)
def test_impossible_sets_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
