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
