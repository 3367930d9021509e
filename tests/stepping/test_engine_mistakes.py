"""The playground's mistakes are the ones that they say, to the last digit."""

import random
import re

import pytest
from helpers.engine import ask, close, wires_of

import minigrad as mg
from minigrad import nn
from minigrad.engine import Circuit
from minigrad.lessons.training_step import TrainingStep

ACTIVATIONS = ("tanh", "sigmoid", "relu")


def all_close(ones, others):
    return len(ones) == len(others) and all(map(close, ones, others))


def wrong_gradients(output, overwrite=False, no_slope=False, sign=1.0):
    """What a backward pass with these mistakes gives every wire: written anew, to compare with."""
    circuit = Circuit(output)
    gradients = {output: sign}
    for wire in reversed(circuit.gates):
        gate = circuit.gate(wire)
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            if source.is_constant:
                continue
            slope = 1.0 if no_slope and gate.name in ACTIVATIONS else local
            if gate.routes and slope == 0.0:
                continue
            if wire in gradients:
                sent = slope * gradients[wire]
                gradients[source] = sent if overwrite else gradients.get(source, 0.0) + sent
    return [None if w.is_constant else gradients.get(w, 0.0) for w in circuit.wires]


def random_network(seed):
    chance = random.Random(seed)
    sizes = [2, *(chance.randint(1, 4) for _ in range(chance.randint(1, 3)))]
    activations = [chance.choice(["tanh", "sigmoid", "linear"]) for _ in sizes[1:]]
    settings = {"sizes": sizes, "activations": activations, "seed": seed}
    settings["bias"] = chance.random() < 0.7
    x = [chance.uniform(-2.0, 2.0) for _ in range(2)]
    model = nn.MLP(2, sizes[1:], activation=activations, bias=settings["bias"], seed=seed)
    return settings, model, x


@pytest.mark.parametrize("mistake", ["overwrite", "no_slope", "wrong_sign"])
def test_a_wrong_pass_makes_the_mistake_and_nothing_else(mistake):
    chance = random.Random(1)
    asked, expected = [], []
    for _ in range(60):
        leaves = [mg.Value(chance.uniform(-2, 2), label=name) for name in "xyz"]
        wires = list(leaves)
        for _ in range(chance.randint(2, 8)):
            name = chance.choice(["add", "mul", "sub", "tanh", "sigmoid", "relu", "maximum"])
            count = mg.GATES[name].arity or 2
            operands = tuple(chance.choice(wires[-4:]) for _ in range(count))
            wires.append(mg.Value.apply_gate(mg.GATES[name], operands))
        wrong = {
            "overwrite": mistake == "overwrite",
            "no_slope": mistake == "no_slope",
            "sign": -1.0 if mistake == "wrong_sign" else 1.0,
        }
        expected.append(wrong_gradients(wires[-1], **wrong))
        circuit = wires_of(Circuit(wires[-1]))
        asked.append({"do": "wrongPass", "wires": circuit, "mistakes": [mistake], "rate": 0.1})
    for seed, (answer, gradients) in enumerate(zip(ask(asked), expected, strict=True)):
        assert all_close(answer["gradients"], gradients), seed


def test_updated_weights_give_the_worksheets_wrong_column_to_the_last_digit():
    asked, expected = [], []
    for seed in range(80):
        settings, model, x = random_network(seed)
        t = [0.5] * settings["sizes"][-1]
        step = TrainingStep(model, x, t, mg.losses.half_squared_error, 0.7, True, 4)
        wrong = step._deltas_with_updated_weights()
        deltas, gradients, updated = [], [], []
        for unit, inputs in step._units():
            deltas.append(wrong[unit])
            products = [a * wrong[unit] for _, a in inputs] + [wrong[unit]] * (unit.b is not None)
            gradients += products
            updated += [p.data - 0.7 * g for p, g in zip(unit.parameters(), products)]
        expected.append((deltas, gradients, updated))
        question = {"settings": settings, "x": x, "label": t, "rate": 0.7}
        asked.append({"do": "wrongNetwork", "mistakes": ["updated_weights"], **question})
    for seed, (answer, (deltas, gradients, updated)) in enumerate(
        zip(ask(asked), expected, strict=True)
    ):
        assert all_close(answer["deltas"], deltas), seed
        assert all_close(answer["gradients"], gradients), seed
        assert all_close(answer["updated"], updated), seed


def test_updated_weights_are_the_worksheets_bit_for_bit_where_arithmetic_is():
    """A linear or relu network is arithmetic alone, so that nothing but the order could differ."""
    asked, expected = [], []
    for seed in range(60):
        chance = random.Random(seed)
        sizes = [2, *(chance.randint(1, 4) for _ in range(chance.randint(1, 3)))]
        activations = [chance.choice(["relu", "linear"]) for _ in sizes[1:]]
        model = nn.MLP(2, sizes[1:], activation=activations, seed=seed)
        x, t = [chance.uniform(0.5, 2.0) for _ in range(2)], [0.5] * sizes[-1]
        step = TrainingStep(model, x, t, mg.losses.half_squared_error, 0.7, True, 4)
        wrong = step._deltas_with_updated_weights()
        expected.append([wrong[unit] for unit, _ in step._units()])
        settings = {"sizes": sizes, "activations": activations, "seed": seed}
        question = {"settings": settings, "x": x, "label": t, "rate": 0.7}
        asked.append({"do": "wrongNetwork", "mistakes": ["updated_weights"], **question})
    for seed, (answer, deltas) in enumerate(zip(ask(asked), expected, strict=True)):
        assert answer["deltas"] == deltas, seed


def one_wrong_step(model, rows, mistake, rate, kept):
    """The gradients of one step over a batch, with the mistake, written row by row."""
    parameters = model.parameters()
    total = [0.0] * len(parameters)
    for x, t in rows:
        cost = mg.losses.half_squared_error(model(x), t)
        circuit = Circuit(cost)
        wrong = {"overwrite": mistake == "overwrite", "no_slope": mistake == "no_slope"}
        found = wrong_gradients(cost, **wrong, sign=1.0 / len(rows))
        row = [found[circuit.place[p]] for p in parameters]
        total = row if mistake == "overwrite" else [a + b for a, b in zip(total, row)]
    if mistake == "no_zero_grad":
        total = [a + b for a, b in zip(total, kept or [0.0] * len(total))]
    sign = -1.0 if mistake == "wrong_sign" else 1.0
    for parameter, gradient in zip(parameters, total):
        parameter.data -= sign * rate * gradient
    return total


@pytest.mark.parametrize("mistake", ["overwrite", "no_slope", "no_zero_grad", "wrong_sign"])
def test_right_and_wrong_train_side_by_side(mistake):
    settings = {"sizes": [2, 3, 1], "activations": ["tanh", "sigmoid"], "seed": 4}
    X, Y = mg.datasets.moons(9, noise=0.1, seed=3)
    data = {"name": "moons", "n": 9, "noise": 0.1, "seed": 3}
    training = {"learningRate": 0.3}
    question = {"settings": settings, "data": data, "training": training, "steps": 12}
    (answer,) = ask([{"do": "sideBySide", "mistakes": [mistake], **question}])
    right = nn.MLP(2, [3, 1], activation=["tanh", "sigmoid"], seed=4)
    wrong = nn.MLP(2, [3, 1], activation=["tanh", "sigmoid"], seed=4)
    kept = None
    for _ in range(12):
        one_wrong_step(right, list(zip(X, Y)), "", 0.3, None)
        kept = one_wrong_step(wrong, list(zip(X, Y)), mistake, 0.3, kept)
    assert all_close(answer["right"], [p.data for p in right.parameters()])
    assert all_close(answer["wrong"], [p.data for p in wrong.parameters()])
    assert answer["rightHistory"][0] == answer["wrongHistory"][0]
    assert answer["rightHistory"][-1] != answer["wrongHistory"][-1]


def test_updated_weights_in_training_are_those_of_one_pass():
    """On one row the training's step is the step of the wrong pass."""
    settings = {"sizes": [2, 3, 2, 1], "activations": ["tanh", "sigmoid", "tanh"], "seed": 4}
    x, t = [0.4, -1.2], 0.5
    question = {"settings": settings, "mistakes": ["updated_weights"]}
    data = {"name": "one", "X": [x], "Y": [t]}
    one = {"do": "wrongNetwork", "x": x, "label": t, "rate": 0.9, **question}
    steps = {"do": "sideBySide", "data": data, "training": {"learningRate": 0.9}, "steps": 1}
    by_pass, by_training = ask([one, {**steps, **question}])
    assert by_training["wrong"] == by_pass["updated"]
    assert by_training["right"] != by_pass["updated"]
    assert {label[:1] for label in by_pass["differing"]} >= {"w", "b", "z", "a"}
    assert not any(label.endswith("^3") for label in by_pass["differing"])
    count = sum(label[:1] in {"w", "b"} for label in by_pass["differing"])
    parameters = len(by_pass["parameters"])
    told = rf"So \S+ gets (\S+) where (\S+) is right\. {count} of {parameters} gradients differ\.$"
    got, due = re.search(told, by_pass["sentence"]).groups()
    assert got != due


def test_no_gradient_differs_without_a_mistake():
    settings, _, x = random_network(3)
    t = [0.5] * settings["sizes"][-1]
    asked = {"do": "wrongNetwork", "settings": settings, "x": x, "label": t, "rate": 0.5}
    (answer,) = ask([{**asked, "mistakes": []}])
    assert answer["differing"] == []
    assert answer["sentence"].endswith("no gradient differs: take a step of both.")
