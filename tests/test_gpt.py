"""The GPT in scalars: compiled and eager training are the same training."""

import random
import sys
from pathlib import Path

import pytest

import minigrad as mg

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
gpt = pytest.importorskip("gpt", reason="needs the examples beside the tests")


@pytest.fixture
def small(monkeypatch):
    """A model with fewer dimensions, so that eager steps are quick."""
    for name, number in {"SIZE": 4, "HEADS": 2, "HIDDEN": 6}.items():
        monkeypatch.setattr(gpt, name, number)


def test_it_has_the_parameters_that_its_docstring_says():
    assert len(gpt.GPT().parameters()) == 4192


def test_losses_compiled_and_eager_agree_over_twenty_steps():
    _, compiled = gpt.train(20)
    _, eager = gpt.train(20, compiled=False)
    assert compiled == pytest.approx(eager, rel=1e-9)


def test_it_learns_and_invents(small):
    model, losses = gpt.train(250)
    assert sum(losses[-30:]) < 0.9 * sum(losses[:30])
    name = gpt.sample(model, random.Random(0))
    assert len(name) < gpt.CONTEXT
    assert set(name) <= set(gpt.LETTERS)


def test_a_symbol_out_of_range_is_an_error_and_changes_nothing(small):
    model = gpt.GPT()
    loss = mg.compile(model.loss)
    optimizer = mg.optim.Adam(model.parameters())
    with mg.training_steps(loss, optimizer) as step:
        for _ in range(3):
            step([0, 1, 2, 0])
        step([0, 3, 2, 0])
    before = [p.data for p in model.parameters()]
    with (
        pytest.raises(IndexError, match="from 0 to 26"),
        mg.training_steps(loss, optimizer) as step,
    ):
        step([0, 27, 2, 0])
    assert [p.data for p in model.parameters()] == before
