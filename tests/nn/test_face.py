"""What `dir` and completion show of the network's modules: what they are for, and nothing else."""

import subprocess
import sys

import pytest

import minigrad as mg

LISTS = (
    "import minigrad as mg; modules = mg.nn, mg.losses, mg.datasets; {use}"
    "print(*(name for module in modules for name in dir(module)))"
)
USE = "X, y = mg.datasets.moons(4); mg.losses.hinge(mg.nn.MLP(2, [1])(X[0]), y[0]); "


@pytest.mark.parametrize("module", [mg.nn, mg.losses, mg.datasets])
def test_dir_lists_the_public_names(module):
    assert dir(module) == sorted(module.__all__)
    assert all(getattr(module, name).__doc__ for name in module.__all__)


def test_use_adds_nothing_to_it():
    before, after = (
        subprocess.run(
            [sys.executable, "-c", LISTS.format(use=use)], capture_output=True, text=True
        )
        for use in ("", USE)
    )
    assert before.stdout == after.stdout
    assert before.stdout.split() == [
        *dir(mg.nn),
        *dir(mg.losses),
        *dir(mg.datasets),
    ]
    assert dir(mg.nn) == [
        "Layer",
        "MLP",
        "Module",
        "Neuron",
        "accuracy",
        "datasets",
        "losses",
        "softmax",
    ]
