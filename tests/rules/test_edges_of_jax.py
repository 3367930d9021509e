"""Where gates and JAX's functions differ at special values, each difference with its reason.

Those from PyTorch stand in `make_special_values.decided`; JAX's versions differ from one another,
too. Left out are numbers so small or so large that JAX, which flushes subnormal numbers to 0,
computes with others.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
from helpers.jax_twins import twins

import minigrad as mg

jax = pytest.importorskip("jax")
MAGNITUDES = [0.0, 1e-8, 0.5, 1.0, 2.0, 710.0, math.inf]
SPECIAL = [*[-x for x in MAGNITUDES], *MAGNITUDES, math.nan]
BETWEEN = [-math.inf, -1.0, 0.0, 0.5, math.inf, math.nan]  # of gates with three inputs

inf, isinf, isnan = math.inf, math.isinf, math.isnan


def whole(x: float) -> bool:
    return not (isinf(x) or isnan(x)) and x % 1.0 == 0.0


# where they may differ, and what is ours there
DECIDED: dict[str, tuple[Callable[..., bool], str]] = {
    "abs": (lambda x: x == 0.0 or isnan(x), "0 at the kink, as PyTorch has; nan of nan"),
    "relu": (isnan, "only what is known to be closed stops a gradient"),
    "pow": (lambda x, y: x == 0.0 or y == 0.0, "limits for x → 0+; x⁰ is flat for every x"),
    "maximum": (lambda x, y: isnan(x) or isnan(y), "of what cannot be compared both are largest"),
    "minimum": (lambda x, y: isnan(x) or isnan(y), "of what cannot be compared both are smallest"),
    "leaky_relu": (
        lambda x, slope: x == 0.0 or isinf(x) or isnan(slope) or isinf(slope),
        "x ≤ 0 is the leaky side, and the branch that is not taken sends nothing",
    ),
    "atan2": (lambda y, x: isinf(y) or isinf(x) or x == y == 0.0, "flat far away; none at (0, 0)"),
    "acosh": (lambda x: x < 1.0, "no slope where there is no value"),
    "hypot": (
        lambda x, y: isinf(x) or isinf(y) or x == y == 0.0,
        "a finite side is nothing beside an infinite one; 0 at the tip, as |x| has",
    ),
    "logaddexp": (lambda x, y: isinf(x) or isinf(y), "the infinite one has all, equal ones share"),
    "logsumexp": (lambda x, y: isinf(x) or isinf(y), "the infinite one has all, equal ones share"),
    "mod": (
        lambda x, y: isinf(x) or abs(y) == 1e-8,
        "of infinity it is not known; else the exact quotient, not a rounded one",
    ),
    "clip": (
        lambda x, *ends: any(map(isnan, (x, *ends))) or x in ends or ends[0] >= ends[1],
        "on a bound the input has the gradient, as in PyTorch; crossed bounds: the upper one",
    ),
    "sinc": (
        lambda x: whole(x) or isinf(x) or abs(x) == 1e-8,
        "π·x is not rounded, and a series is near 0; of infinity nan, as NumPy and PyTorch have",
    ),
}


def same(ours: float, theirs: float, relative: float) -> bool:
    if isnan(ours) or isnan(theirs):
        return isnan(ours) and isnan(theirs)
    return math.isclose(ours, theirs, rel_tol=relative, abs_tol=1e-300)


@pytest.fixture(scope="module", autouse=True)
def _doubles():
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("name", twins(jax))
def test_values_and_slopes_are_those_of_jax_but_where_decided(name: str) -> None:
    gate, function = mg.GATES[name], twins(jax)[name]
    count = gate.arity or 2
    points = list(itertools.product(SPECIAL if count < 3 else BETWEEN, repeat=count))
    columns = [jax.numpy.array(column) for column in zip(*points)]
    derivatives = jax.value_and_grad(function, argnums=tuple(range(count)))
    values, slopes = jax.jit(jax.vmap(derivatives))(*columns)
    values, slopes = values.tolist(), list(zip(*[slope.tolist() for slope in slopes]))
    differ, _ = DECIDED.get(name, (lambda *_: False, ""))
    for point, value, theirs in zip(points, values, slopes):
        ours = gate.local_gradients(*point)
        agrees = same(gate.forward(*point), value, 1e-12)
        agrees = agrees and all(same(x, y, 1e-9) for x, y in zip(ours, theirs))
        assert agrees or differ(*point), (point, gate.forward(*point), value, ours, theirs)
