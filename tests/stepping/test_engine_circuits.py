"""The playground computes, steps and speaks as Python does, on random circuits."""

import random

from helpers.engine import ask, close, wires_of

import minigrad as mg
from minigrad import GATES, Value
from minigrad.engine import Circuit

GATES_HERE = ["add", "sub", "mul", "div", "pow", "neg", "sum", "maximum", "minimum"]
GATES_HERE += ["exp", "log", "tanh", "sigmoid", "relu", "softplus"]


def random_circuit(seed, names=GATES_HERE, most=10):
    """A circuit of a few gates over three leaves and constants, some wires with labels."""
    chance = random.Random(seed)
    wires = [Value(chance.choice([-2.0, 0.5, 1.0, 3.0, 0.0]), label=name) for name in "xyz"]
    for place in range(chance.randint(1, most)):
        gate = GATES[chance.choice(names)]
        count = gate.arity or chance.choice([2, 3, 4, 7] if not gate.is_dot else [2, 4])
        operands = [
            mg.engine.constant(chance.choice([2.0, -1.0, 0.5, 1 / 3]))
            if chance.random() < 0.2
            else chance.choice(wires[-4:])
            for _ in range(count - 1)
        ] + [chance.choice(wires)]
        chance.shuffle(operands)
        wire = Value.apply_gate(gate, tuple(operands))
        if chance.random() < 0.2:
            wire.label = f"u_{place}"
        wires.append(wire)
    return wires[-1]


def test_values_and_gradients_are_pythons():
    outputs = [random_circuit(seed) for seed in range(400)]
    circuits = [Circuit(output) for output in outputs]
    answers = ask([{"do": "pass", "wires": wires_of(circuit)} for circuit in circuits])
    for seed, (circuit, answer) in enumerate(zip(circuits, answers, strict=True)):
        stepper = mg.Stepper(circuit.output)
        stepper.run()
        for wire, value, gradient in zip(circuit.wires, answer["values"], answer["gradients"]):
            assert close(value, wire.data), (seed, wire)
            expected = None if wire.is_constant else stepper.gradients[wire]
            assert close(gradient, expected), (seed, wire, gradient, expected)


def test_every_step_is_told_in_pythons_words():
    outputs = [random_circuit(seed, most=6) for seed in range(300)]
    answers = ask([{"do": "steps", "wires": wires_of(Circuit(output))} for output in outputs])
    for seed, (output, answer) in enumerate(zip(outputs, answers, strict=True)):
        steps = list(mg.Stepper(output))
        assert len(steps) == len(answer), seed
        for step, said in zip(steps, answer):
            assert said["title"] == step.title, seed
            assert said["sentence"] == step.sentence, seed
            assert said["formulas"] == step.formulas, seed


def test_a_network_is_told_in_deltas():
    model = mg.nn.MLP(2, [3, 2], activation=["tanh", "sigmoid"], seed=3)
    cost = mg.losses.half_squared_error(model([0.5, -1.0]), [1.0, 0.0])
    cost.label = "C"
    circuit = Circuit(cost)
    (answer,) = ask([{"do": "steps", "wires": wires_of(circuit), "inDeltas": True}])
    steps = list(mg.Stepper(cost, show="delta"))
    assert [said["sentence"] for said in answer] == [step.sentence for step in steps]


LABELS = ["u", "u_1", "u₁", "y_hat", "z_1^1", "a = b", "x", "u⁽²⁾"]


def circuits_with_labels_twice():
    """Networks that run two or three times, and random circuits whose labels repeat."""
    for sizes, activation in [
        ([2, 1], "tanh"),
        ([3, 2], "sigmoid"),
        ([2, 2, 1], "relu"),
        ([2], None),
    ]:
        for rows in (2, 3):
            model = mg.nn.MLP(2, sizes, activation=activation, seed=rows)
            outputs = [model([0.5 * row, 1.0 - row]) for row in range(rows)]
            scores = [a for each in outputs for a in (each if isinstance(each, list) else [each])]
            cost = mg.sum([(a - 1.0) ** 2 for a in scores])
            cost.label = "C"
            yield cost
    for seed in range(60):
        chance = random.Random(seed)
        output = random_circuit(seed)
        for wire in Circuit(output).wires:
            if not wire.is_constant and chance.random() < 0.6:
                wire.label = chance.choice(LABELS)
        yield output


def test_wires_of_one_label_are_told_apart_as_in_python():
    outputs = list(circuits_with_labels_twice())
    circuits = [Circuit(output) for output in outputs]
    asked, expected = [], []
    for output, circuit in zip(outputs, circuits, strict=True):
        wires = wires_of(circuit)
        asked.append({"do": "steps", "wires": wires, "inDeltas": True})
        expected.append([step.sentence for step in mg.Stepper(output, show="delta")])
        leaf = [wire for wire in circuit.leaves if not wire.is_constant][-1]
        asked.append({"do": "why", "wires": wires, "wire": circuit.place[leaf]})
        expected.append(str(mg.Stepper(output).why(leaf)))
        asked.append({"do": "paths", "wires": wires, "wire": circuit.place[leaf], "limit": 40})
        expected.append(sorted(path.symbols for path in mg.paths(output, leaf, limit=40)))
    for question, answer, text in zip(asked, ask(asked), expected, strict=True):
        if question["do"] == "steps":
            answer = [said["sentence"] for said in answer]
        elif question["do"] == "paths":
            answer = sorted(path["symbols"] for path in answer["paths"])
        assert answer == text


def test_a_gradient_is_explained_as_in_python():
    asked, expected = [], []
    for seed in range(150):
        output = random_circuit(seed)
        circuit = Circuit(output)
        stepper = mg.Stepper(output)
        wire = circuit.wires[seed % len(circuit.wires)]
        asked.append({"do": "why", "wires": wires_of(circuit), "wire": circuit.place[wire]})
        expected.append(stepper.why(wire))
    model = mg.nn.MLP(2, [3, 1], activation="tanh", seed=1)
    cost = mg.losses.half_squared_error(model([0.5, 1.0]), 1.0)
    wire = model.layers[0].neurons[1].w[0]
    circuit = Circuit(cost)
    asked.append({"do": "why", "wires": wires_of(circuit), "wire": circuit.place[wire]})
    expected.append(mg.Stepper(cost).why(wire))
    chain = wire = Value(0.5, label="x")
    for _ in range(150):
        chain = chain.tanh()
    circuit = Circuit(chain)
    asked.append({"do": "why", "wires": wires_of(circuit), "wire": 0})
    expected.append(mg.Stepper(chain).why(wire))
    for answer, text in zip(ask(asked), expected, strict=True):
        assert answer == str(text)


def test_paths_are_those_of_mg_paths():
    asked, expected = [], []
    for seed in range(200):
        output = random_circuit(seed)
        circuit = Circuit(output)
        leaf = [wire for wire in circuit.leaves if not wire.is_constant][-1]
        place = circuit.place[leaf]
        asked.append({"do": "paths", "wires": wires_of(circuit), "wire": place, "limit": 40})
        expected.append(mg.paths(output, leaf, limit=40))
    for seed, (answer, paths) in enumerate(zip(ask(asked), expected, strict=True)):
        assert int(answer["count"]) == paths.count, seed
        assert close(answer["total"], paths.total), seed
        told = [(path.symbols, path.formulas, path.numbers) for path in paths]
        said = [(path["symbols"], path["formulas"], path["numbers"]) for path in answer["paths"]]
        assert sorted(said) == sorted(told), seed
        sizes = [abs(path["product"]) for path in answer["paths"]]
        for size, path in zip(sizes, paths):
            assert close(size, abs(path.product)), seed


def test_two_to_the_two_hundred_paths_are_counted():
    wire = leaf = Value(1.0, label="x")
    for _ in range(200):
        wire = wire + wire
    circuit = Circuit(wire)
    (answer,) = ask([{"do": "paths", "wires": wires_of(circuit), "wire": 0, "limit": 3}])
    assert int(answer["count"]) == 2**200
    assert answer["total"] == 2.0**200
    assert [path["product"] for path in answer["paths"]] == [1.0, 1.0, 1.0]
    assert circuit.place[leaf] == 0
