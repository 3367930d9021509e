"""Gates drawn as the simpler gates of their definition, with all numbers right."""

from __future__ import annotations

import math

import pytest
from helpers.pictures import Picture, neuron

import minigrad as mg
from minigrad import GATES, Value
from minigrad.engine import Circuit, Stage, present_stage
from minigrad.pictures.expansion import expand

DEFINED = [gate for gate in GATES.values() if gate.definition is not None]


def symbols(seen: Picture) -> list[str]:
    return [" ".join(seen.texts(name)) for name in sorted(seen.names("gate-"))]


def test_sigmoid_is_drawn_as_in_the_texts():
    x = Value(1.0, label="x")
    y = x.sigmoid()
    y.backward()
    seen = Picture(mg.draw(y, expand=["sigmoid"]).svg)
    gates = sorted(seen.names("gate-"), key=lambda name: seen.place(name)[0])
    assert [" ".join(seen.texts(name)) for name in gates] == ["×−1", "exp", "+1", "1/x"]
    wires = sorted(seen.names("wire-"), key=lambda name: seen.place(name)[0])
    assert [seen.texts(name)[-2:] for name in wires] == [
        ["1", "0.197"],
        ["−1", "−0.197"],
        ["0.368", "−0.534"],
        ["1.37", "−0.534"],
        ["0.731", "1"],
    ]


@pytest.mark.parametrize("gate", DEFINED, ids=lambda gate: gate.name)
def test_the_contributions_into_the_inputs_are_those_of_the_gate_itself(gate):
    inputs = [Value(0.7 + 0.4 * k, label=f"x_{k}") for k in range(gate.arity or 2)]
    y = mg.__dict__[gate.name](*inputs)
    y.backward()
    circuit = Circuit(y)
    result = expand(circuit, [gate.name], present_stage(circuit))
    assert gate not in {wire.gate for wire in result.circuit.wires}
    for x in inputs:
        twin = result.twins[x]
        total = math.fsum(
            sent
            for (wire, place), sent in result.stage.contributions.items()
            if wire.inputs[place] is twin
        )
        assert total == pytest.approx(x.grad, rel=1e-9)


def test_the_circuit_that_was_given_is_left_as_it_is():
    f = neuron()
    before = [(wire.gate, wire.data, wire.grad) for wire in mg.topological_order(f)]
    mg.draw(f, expand=["sigmoid"])
    assert [(wire.gate, wire.data, wire.grad) for wire in mg.topological_order(f)] == before


def test_highlights_and_parts_find_their_wires_in_an_expanded_circuit():
    f = neuron()
    product = mg.topological_order(f)[6]
    seen = Picture(mg.draw(f, expand="sigmoid", highlight=product).svg)
    assert "local gradient" in seen.all_text()
    assert len(Picture(mg.draw(f, expand="sigmoid", depth=4).svg).names("gate-")) == 4


def test_gates_inside_a_definition_are_expanded_by_a_later_name():
    x = Value(0.5)
    circuit = Circuit(x.silu())
    expanded = expand(circuit, ["silu", "sigmoid"], present_stage(circuit)).circuit
    names = {expanded.gate(wire).name for wire in expanded.gates}
    assert names == {"mul", "neg", "exp", "add", "div"}


def test_before_backward_the_gradients_inside_are_question_marks():
    y = Value(1.0, label="x").sigmoid()
    text = Picture(mg.draw(y, expand=["sigmoid"]).svg).all_text()
    assert text.count("?") == 5


def test_what_a_stage_does_not_know_stays_unknown_inside():
    y = Value(1.0, label="x").sigmoid()
    nothing = Stage(values={}, gradients={}, contributions={})
    assert Picture(mg.draw(y, expand=["sigmoid"], stage=nothing).svg).all_text().count("?") == 10


def test_expanding_works_inside_no_grad():
    y = Value(1.0).sigmoid()
    with mg.no_grad():
        assert len(Picture(mg.draw(y, expand=["sigmoid"]).svg).names("gate-")) == 4


def test_data_changed_after_recording_is_found_out():
    x = Value(1.0)
    y = x.sigmoid()
    x.data = 2.0
    with pytest.raises(ValueError, match="was changed after the gate was recorded"):
        mg.draw(y, expand=["sigmoid"])


def test_an_unknown_gate_is_named_with_its_neighbour():
    with pytest.raises(KeyError, match="did you mean 'sigmoid'"):
        mg.draw(neuron(), expand=["sigmiod"])


def test_a_dot_product_that_is_drawn_as_one_gate_keeps_the_local_gradients_of_its_factors():
    w, x = Value(2.0), Value(5.0)
    circuit = Circuit(mg.sigmoid(mg.dot([w], [x])), collapse=["dot"])
    circuit.output.backward()
    expanded = expand(circuit, "sigmoid", present_stage(circuit)).circuit
    dot = expanded.gates[0]
    assert dot.gate is GATES["dot"]
    assert expanded.local_gradients(dot) == (5.0, 2.0)
