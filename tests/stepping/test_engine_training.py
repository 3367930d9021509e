"""The playground makes data, networks and their training as Python does."""

import random

import pytest
from helpers.engine import ask, close, wires_of

import minigrad as mg
from minigrad import nn
from minigrad.engine import Circuit

COSTS = ["half_squared_error", "squared_error", "mean_squared_error", "binary_cross_entropy"]
COSTS += ["cross_entropy", "hinge", "multiclass_hinge"]
FOR_SEVERAL = ("cross_entropy", "multiclass_hinge")


def all_close(ones, others, rel=1e-12):
    return len(ones) == len(others) and all(map(lambda a, b: close(a, b, rel), ones, others))


def loss_of(cost, outputs, label):
    """The cost as a page's user means it: a class for several scores, else a target an output."""
    function = getattr(mg.losses, cost)
    if isinstance(outputs, list) and cost not in FOR_SEVERAL:
        return function(outputs, [float(j == label) for j in range(len(outputs))])
    return function(outputs, label)


def settings_of(chance, cost):
    sizes = [2, *(chance.randint(1, 4) for _ in range(chance.randint(0, 2)))]
    sizes.append(1 if cost in ("binary_cross_entropy", "hinge") else chance.randint(2, 3))
    activations = [chance.choice(["tanh", "sigmoid", "relu", "linear"]) for _ in sizes[2:]]
    last = "linear" if "cross" in cost else chance.choice(["tanh", "linear"])
    scheme = chance.choice(["uniform", "xavier", "he"])
    return {
        "sizes": sizes,
        "activations": [*activations, last],
        "cost": cost,
        "bias": chance.random() < 0.8,
        "scheme": scheme,
        "seed": chance.randint(0, 10**6),
    }


def model_of(settings):
    return nn.MLP(
        settings["sizes"][0],
        settings["sizes"][1:],
        activation=settings["activations"],
        weights=settings["scheme"],
        bias=settings["bias"],
        seed=settings["seed"],
    )


def test_random_numbers_are_pythons():
    seeds = [0, 1, 7, 2**31, 2**40 + 3, 123456789]
    answers = ask([{"do": "random", "seed": seed, "count": 700} for seed in seeds])
    for seed, answer in zip(seeds, answers, strict=True):
        chance = random.Random(seed)
        items = list(range(700))
        chance.shuffle(items)
        assert answer["items"] == items
        assert answer["numbers"] == [chance.random() for _ in items]
        assert all_close(answer["normal"], [chance.gauss(1, 2) for _ in items])
        assert answer["uniform"] == [chance.uniform(-3, 4) for _ in items]


def test_data_sets_are_those_of_datasets():
    cases = [(n, noise, s) for n in (1, 4, 7, 100) for noise in (0.0, 0.2) for s in (0, 5)]
    names = ["moons", "circles", "spirals", "xor"]
    settings = [(name, {"n": n, "noise": x, "seed": s}) for name in names for n, x, s in cases]
    answers = ask([{"do": "data", "name": name, "settings": given} for name, given in settings])
    for (name, given), answer in zip(settings, answers, strict=True):
        X, Y = getattr(mg.datasets, name)(**given)
        assert answer["Y"] == Y
        assert all(map(all_close, answer["X"], X))


def test_a_network_is_the_circuit_of_an_mlp():
    chance = random.Random(3)
    cases = []
    for cost in COSTS * 12:
        settings = settings_of(chance, cost)
        x = [chance.uniform(-2, 2) for _ in range(2)]
        cases.append((settings, x, chance.randint(0, 1)))
    asked = [{"do": "network", "settings": s, "x": x, "label": label} for s, x, label in cases]
    for (settings, x, label), answer in zip(cases, ask(asked), strict=True):
        model = model_of(settings)
        cost = loss_of(settings["cost"], model(x), label)
        cost.label = "C"
        circuit = Circuit(cost)
        cost.backward()
        expected = wires_of(circuit)
        assert len(expected) == len(answer["wires"]), settings
        for wire, other in zip(expected, answer["wires"]):
            for key in ("label", "constant", "gate", "inputs"):
                assert wire[key] == other[key], settings
            assert (wire["unit"] and list(wire["unit"])) == other["unit"], settings
        assert all_close(answer["values"], [wire.data for wire in circuit.wires])
        parameters = model.parameters()
        assert all_close(answer["parameters"], [p.data for p in parameters])
        assert answer["labels"] == [p.label for p in parameters]
        assert answer["parameterWires"] == [circuit.place[p] for p in parameters]
        gradients = [answer["gradients"][n] for n in answer["parameterWires"]]
        assert all_close(gradients, [p.grad for p in parameters]), settings


def test_a_cross_entropy_shows_its_probabilities_as_in_python():
    chance = random.Random(5)
    cases = []
    for cost in ["cross_entropy", "binary_cross_entropy"] * 20:
        settings = settings_of(chance, cost)
        size = chance.choice([1.0, 1.0, 30.0, 1000.0])  # beyond: digits lost, and exponentials, too
        x = [chance.uniform(-size, size) for _ in range(2)]
        label = chance.choice([0, 1, 0.25]) if cost.startswith("binary") else chance.randint(0, 1)
        cases.append((settings, x, label))
    asked = [{"do": "shownNetwork", "settings": s, "x": x, "label": label} for s, x, label in cases]
    forms = set()
    for (settings, x, label), answer in zip(cases, ask(asked), strict=True):
        cost = loss_of(settings["cost"], model_of(settings)(x), label)
        cost.label = "C"
        steps = [step.sentence for step in mg.Stepper(cost)]
        cost.backward()
        circuit = Circuit(cost, textbook=True)
        expected = wires_of(circuit)
        for key in ("label", "constant", "gate", "inputs"):
            told = [wire[key] for wire in answer["wires"]]
            assert told == [wire[key] for wire in expected], (settings, x, label)
        assert answer["steps"] == steps
        assert all_close(answer["values"], [wire.data for wire in circuit.wires], rel=1e-9)
        for wire, gradient in zip(circuit.wires, answer["gradients"]):
            assert wire.is_constant or close(gradient, wire.grad, rel=1e-6)
        forms.add((any("p" in (w["label"] or "")[:1] for w in expected), max(map(abs, x)) > 30))
    assert forms == {(True, False), (True, True), (False, False), (False, True)}


@pytest.mark.parametrize("batch", [0, 7])
def test_fifty_steps_of_training_are_those_of_fit(batch):
    chance = random.Random(batch)
    data = {"name": "moons", "n": 21, "noise": 0.1, "seed": 4}
    X, Y = mg.datasets.moons(21, noise=0.1, seed=4)
    all_settings = [settings_of(chance, cost) for cost in COSTS]
    training = {"learningRate": 0.05, "batchSize": batch}
    epochs = 50 if not batch else 17
    steps = epochs * (1 if not batch else 3)
    asked = [
        {"do": "training", "settings": s, "data": data, "training": training, "steps": steps}
        for s in all_settings
    ]
    for settings, answer in zip(all_settings, ask(asked), strict=True):
        model = model_of(settings)
        cost = settings["cost"]
        loss = lambda x, y, model=model, cost=cost: loss_of(cost, model(x), y)
        optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
        history = mg.fit(
            loss,
            data=(X, Y),
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch or None,
            progress=False,
        )
        assert len(answer["history"]) == steps
        if not batch:
            assert all_close(answer["history"], [epoch.loss for epoch in history.epochs]), settings
        assert all_close(answer["parameters"], [p.data for p in model.parameters()]), settings
        assert close(answer["accuracy"], mg.accuracy(model, X, Y)), settings


def test_training_in_webassembly_is_that_in_javascript_to_the_bit():
    chance = random.Random(8)
    mistakes = ["overwrite", "updated_weights", "no_zero_grad", "no_slope", "wrong_sign"]
    asked = [
        {
            "do": "kernels",
            "settings": settings_of(chance, cost),
            "data": {"name": "moons", "n": n, "noise": 0.1, "seed": 4},
            "mistakes": wrong,
        }
        for cost in COSTS
        for n in (1, 2, 21, 50)
        for wrong in ([], [chance.choice(mistakes)])
    ]
    for question, answer in zip(asked, ask(asked), strict=True):
        assert answer == {"same": True, "used": [True, False]}, question


def test_the_decision_grid_is_what_the_network_says():
    settings = {"sizes": [2, 3, 1], "activations": ["tanh", "sigmoid"], "seed": 2}
    data = {"name": "circles", "n": 30, "noise": 0.0, "seed": 0}
    (answer,) = ask([{"do": "grid", "settings": settings, "data": data, "cells": 4}])
    model = nn.MLP(2, [3, 1], activation=["tanh", "sigmoid"], seed=2)
    area = answer["area"]
    along = lambda low, high: [low + (high - low) * k / 4 for k in range(5)]
    points = [
        [x, y]
        for y in along(area["bottom"], area["top"])
        for x in along(area["left"], area["right"])
    ]
    assert all_close(answer["numbers"], [model(point).data for point in points])
