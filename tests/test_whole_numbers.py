"""Whole numbers of NumPy's are whole numbers wherever one is asked for; what is none is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minigrad as mg
from minigrad import Value


def example() -> Value:
    x = Value(0.5, label="x")
    return (x * x).exp() + x


def fitted(**settings: Any) -> list[float]:
    model = mg.nn.MLP(2, [2, 1], seed=1)
    X, y = mg.datasets.xor()
    history = mg.fit(
        lambda row, target: mg.losses.squared_error(model(row), target),
        data=(X, y),
        optimizer=mg.optim.SGD(model.parameters(), 0.1),
        **{"epochs": 2, "batch_size": 2, "seed": 3, **settings},
    )
    return history.loss


def fan_out(limit: Any) -> str:
    x = Value(0.5, label="x")
    return str(mg.paths(x * x + x + x, x, limit=limit))


def stepped(position: Any) -> int:
    stepper = mg.Stepper(example())
    stepper.position = position
    return stepper.position


TAKERS: dict[str, Callable[[Any], Any]] = {
    "inputs of a neuron": lambda n: len(mg.nn.Neuron(n).w),
    "units of a layer": lambda n: len(mg.nn.Layer(n, n).neurons),
    "a network": lambda n: [p.data for p in mg.nn.MLP(n, [n, n], seed=n).parameters()],
    "points": lambda n: mg.datasets.moons(n),
    "corners": lambda n: mg.datasets.xor(n),
    "names": lambda n: mg.datasets.names(n, seed=0),
    "epochs": lambda n: fitted(epochs=n),
    "rows of a batch": lambda n: fitted(batch_size=n),
    "digits": lambda n: mg.as_tree(example(), digits=n),
    "gates to go back": lambda n: str(mg.draw(example(), depth=n).svg),
    "a place among steps": stepped,
    "paths": lambda n: fan_out(n),
}


@pytest.mark.parametrize("what", TAKERS)
def test_a_whole_number_of_numpys_is_one(what: str) -> None:
    assert TAKERS[what](np.int64(3)) == TAKERS[what](3)


@pytest.mark.parametrize("wrong", [2.5, "3", True, Value(3.0), np.bool_(True)])
@pytest.mark.parametrize("what", TAKERS)
def test_what_is_no_whole_number_is_refused_with_the_value(what: str, wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError, IndexError), match=r"2\.5|3|True"):
        TAKERS[what](wrong)


def test_a_seed_of_numpys_is_the_same_seed() -> None:
    assert mg.datasets.moons(4, seed=np.int64(3)) == mg.datasets.moons(4, seed=3)
    assert fitted(seed=np.int64(3)) == fitted(seed=3)
