"""Pictures of circuits say what the circuits say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.pictures import clean, fan_out, gates_in, network, neuron, picture

import minigrad as mg
from minigrad import Value

HERE = Path(__file__).parent


# --- the circuit style ----------------------------------------------------------------------------


def test_the_texts_neuron_shows_its_golden_numbers(engine):
    seen = picture(neuron())
    assert seen.texts("wire-0") == ["w", "₀", "2", "−0.197"]
    assert seen.texts("wire-1") == ["x", "₀", "−1", "0.393"]
    assert seen.texts("wire-2") == ["w", "₁", "−3", "−0.393"]
    assert seen.texts("wire-3") == ["x", "₁", "−2", "−0.590"]
    assert seen.texts("wire-9") == ["0.731", "f", "1"]
    assert [seen.texts(f"gate-{n}") for n in range(5, 10)] == [["×"], ["×"], ["+"], ["+"], ["σ"]]


def test_the_value_stands_above_the_wire_and_the_gradient_below(engine):
    *_, value, gradient = picture(neuron()).parts["wire-0"].iter("{http://www.w3.org/2000/svg}text")
    assert value.get("fill").upper() == "#1B7837"
    assert gradient.get("fill").upper() == "#C62828"
    assert float(value.get("y")) < float(gradient.get("y"))


def test_a_wire_that_fans_out_carries_the_sum_and_its_branches_the_contributions(engine):
    seen = picture(fan_out())
    assert seen.texts("wire-0") == ["x", "3", "−6"]
    branches = [seen.texts(name) for name in ("branch-0-2-0", "branch-0-3-1", "branch-0-4-1")]
    assert branches == [["3", "−6"], ["3", "3"], ["3", "−3"]]
    assert seen.names("branch-1") == set()


def test_a_gate_that_uses_one_wire_twice_has_two_branches():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    seen = picture(y)
    assert seen.texts("wire-0")[-1] == "6"
    assert [seen.texts(f"branch-0-1-{place}") for place in (0, 1)] == [["3", "3"]] * 2


def test_gradients_that_were_not_computed_are_question_marks():
    x = Value(2.0, label="x")
    assert picture(x * 3).texts("wire-0") == ["x", "2", "?"]


def test_constants_are_small_and_have_no_gradient():
    x = Value(2.0, label="x")
    y = x * 3 + 0.125
    y.backward()
    seen = picture(y)
    (three,) = seen.parts["wire-1"].iter("{http://www.w3.org/2000/svg}text")
    assert (three.text, three.get("font-size")) == ("3", "10.00")
    assert seen.texts("wire-2") == ["0.125"]


def test_the_first_input_of_a_gate_stands_above_the_second(engine):
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    for y in (a / b, (a - b) / (b + 1)):
        seen = picture(y)
        order = mg.topological_order(y)
        gate = order.index(y)
        first, second = (order.index(wire) for wire in y.inputs)
        assert seen.place(f"wire-{first}")[1] < seen.place(f"wire-{second}")[1], gate


def test_local_gradients_stand_at_the_inputs_when_asked_for():
    seen = picture(neuron(), show="local")
    assert seen.texts("local-0-5-0") == ["−1"]
    assert seen.texts("local-1-5-1") == ["2"]
    assert seen.texts("local-8-9-0") == ["0.197"]
    assert picture(neuron()).names("local") == set()


def test_local_gradients_stand_on_the_edges_of_the_graph_style():
    source = mg.draw(neuron(), style="graph", show="local").source
    (edge,) = (line for line in source.splitlines() if "w1 -> g5" in line)
    assert 'label="2"' in edge
    assert "label" not in next(line for line in source.splitlines() if "g5 -> w5" in line)


def test_the_number_of_digits_can_be_chosen():
    assert picture(neuron(), digits=4).texts("wire-9")[0] == "0.7311"
    assert picture(neuron(), digits=1).texts("wire-0")[2:] == ["2", "−0.2"]


def test_a_leaf_alone_is_a_picture():
    assert picture(Value(2.0, label="x")).texts("wire-0") == ["x", "2", "?"]


def test_a_title_stands_below_as_text():
    assert "a < b & c" in picture(neuron(), title="a < b & c").all_text()


# --- the graph style ------------------------------------------------------------------------------


def test_the_graph_style_has_records_and_ovals(engine):
    seen = picture(neuron(), style="graph", digits=4)
    assert seen.texts("wire-9") == ["f", "data", "0.7311", "grad", "1"]
    assert seen.texts("gate-9") == ["σ"]
    assert "ellipse" in {part.tag.split("}")[1] for part in seen.parts["gate-5"].iter()}


# --- the same circuit, the same text --------------------------------------------------------------

PROGRAM = """
import minigrad as mg
model = mg.nn.MLP(2, [3, 2, 1], activation="tanh", seed=1)
x = [mg.Value(0.5, label="x_1"), mg.Value(-1.0, label="x_2")]
y = (model(x) - 1) ** 2
y.backward()
for options in ({}, {"style": "graph"}, {"collapse": "neuron"}, {"collapse": "layer"},
                {"expand": ["relu"], "show": "local", "color": "gradient"}):
    print(mg.draw(y, **options).source)
"""


def test_dot_is_byte_identical_on_every_run():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parent), "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("0", "1", "12345")
    }
    assert len(outputs) == 1
    assert next(iter(outputs)).count(b"digraph") == 5


# --- what cannot be drawn -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"theme": "drak"}, "no theme 'drak': choose 'light', 'dark' or 'safe'"),
        ({"style": "box"}, "style='box': choose 'circuit' or 'graph'"),
        ({"show": "all"}, "show='all': choose 'values' or 'local'"),
        ({"color": "grad"}, "color='grad': choose None or 'gradient'"),
        ({"collapse": "all"}, "collapse='all': choose None or 'neuron' or 'layer'"),
        ({"collapse": "layer"}, "build the network with mg.nn"),
        ({"digits": -1}, "from 1 to 17, got the int -1"),
        ({"expand": ["tanh"]}, "has no definition in simpler gates; these have one: mean, sigmoid"),
    ],
)
def test_a_wrong_choice_is_one_clear_line(options, message):
    with pytest.raises(ValueError, match=r".") as caught:
        mg.draw(neuron(), **options)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"theme": ["dark"]}, r"there is no theme \['dark'\]"),
        ({"around": 3}, "around= is a wire of the circuit, a Value, got the int 3"),
        ({"between": (1, 2)}, "no route leads from 1 to 2"),
        ({"highlight": 3}, "highlight=3 is not the output of a gate"),
        ({"stage": 5}, "stage= takes a Stage, like stepper.stage, got the int 5"),
        ({"expand": 5}, r"expand= takes names of gates, like \['sigmoid'\], got the int 5"),
        ({"expand": [5]}, "no gate '5'"),
        ({"depth": True}, "at least 1, got True"),
        ({"digits": True}, "from 1 to 17, got the bool True"),
        ({"digits": "2"}, "from 1 to 17, got the str '2'"),
    ],
)
def test_a_thing_of_the_wrong_kind_is_named(options, message):
    with pytest.raises((TypeError, ValueError, KeyError), match=message):
        mg.draw(neuron(), **options)


@pytest.mark.parametrize("thing", [3.0, None, "f", {"y": Value(1.0)}])
def test_only_a_value_has_a_circuit(thing):
    with pytest.raises(TypeError, match="the circuit behind a Value"):
        mg.draw(thing)


def test_a_layer_of_outputs_is_drawn_one_by_one():
    assert clean(" a\u00a0 b ") == "a b"
    assert gates_in(picture(network(2, 1)))


def test_the_text_of_a_picture_is_of_the_moment_that_it_shows():
    w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    f = (w * x + 3).sigmoid()
    stepper = mg.Stepper(f)
    stepper.run_forward()
    stepper.step()
    assert str(mg.draw(f, stage=stepper.stage)) == str(mg.as_tree(f, stage=stepper.stage))
    assert "0.197" in str(mg.draw(f, stage=stepper.stage))
    assert str(mg.draw(f)) == str(mg.as_tree(f))
