"""Pictures of circuits say what the circuits say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.pictures import Picture, clean, fan_out, network, neuron

import minigrad as mg
from minigrad import Value
from minigrad.engine import Stage
from minigrad.pictures.layout import LayoutError

HERE = Path(__file__).parent


def picture(output: Value, **options) -> Picture:
    return Picture(mg.draw(output, **options).svg)


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


# --- parts ----------------------------------------------------------------------------------------


def gates_in(seen: Picture) -> set[str]:
    return seen.names("gate-")


def test_depth_goes_back_from_the_output():
    seen = picture(neuron(), depth=2)
    assert gates_in(seen) == {"gate-8", "gate-9"}
    assert seen.texts("wire-7") == ["⋯", "4", "0.197"]  # what is behind it is left out


def test_around_shows_the_gates_near_a_wire():
    f = neuron()
    x0 = mg.topological_order(f)[1]
    assert gates_in(picture(f, around=x0, depth=1)) == {"gate-5"}
    assert gates_in(picture(f, around=x0)) == {"gate-5", "gate-7"}


def test_between_shows_all_routes_from_one_wire_to_another():
    y = fan_out()
    x, _, product, total, _ = mg.topological_order(y)
    assert gates_in(picture(y, between=(x, total))) == {"gate-2", "gate-3"}
    assert gates_in(picture(y, between=(product, y))) == {"gate-3", "gate-4"}


def test_branches_to_gates_left_out_are_counted():
    y = fan_out()
    x, *_ = mg.topological_order(y)
    assert "⋯ 2 more" in picture(y, between=(x, y.inputs[0].inputs[0])).all_text()


def test_parts_that_do_not_exist_are_errors_that_say_so():
    f, stranger = neuron(), Value(1.0, label="stranger")
    with pytest.raises(ValueError, match="does not use this wire"):
        mg.draw(f, around=stranger)
    with pytest.raises(ValueError, match="no route leads from"):
        mg.draw(f, between=(f, mg.topological_order(f)[0]))
    with pytest.raises(ValueError, match="give one of them"):
        mg.draw(f, around=f, between=(f, f))
    with pytest.raises(ValueError, match="two wires"):
        mg.draw(f, between=f)
    with pytest.raises(ValueError, match="at least 1"):
        mg.draw(f, depth=0)


# --- sizes ----------------------------------------------------------------------------------------


def chain(length: int) -> Value:
    y = Value(1.0, label="x")
    for _ in range(length):
        y = y + 1
    return y


@pytest.mark.parametrize("length", [2_001, 1_000_000])
def test_more_than_2000_gates_are_refused_with_advice(length):
    with pytest.raises(ValueError, match=r'2,000.*depth=20, around=wire.*collapse="neuron"'):
        mg.draw(chain(length))


def test_the_circuit_is_put_in_order_once(monkeypatch):
    from minigrad.engine import circuit

    made = []
    order = circuit.leaves_and_gates
    monkeypatch.setattr(
        circuit,
        "leaves_and_gates",
        lambda *given: made.append(given[0]) or order(*given),
    )
    f = neuron()
    assert mg.draw(f, style="graph", show="local").svg
    assert mg.draw(f, depth=2, highlight=f, color="gradient").svg
    assert made == [f, f]
    mg.draw(f, expand="sigmoid")
    assert len(made) == 4  # the expanded circuit is another one


def test_a_dot_product_can_stay_one_gate_in_a_picture_without_boxes():
    product = mg.dot([Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)])
    assert "unit-" not in mg.draw(product, collapse="dot").source
    whole = network(3, 1)
    assert mg.draw(whole, collapse="dot", style="graph").source.count('class="gate"') > 0
    assert Picture(mg.draw(whole, collapse="dot").svg).names("unit-") == set()
    with pytest.raises(ValueError, match="collapse='gate': choose None or 'neuron' or 'layer' or"):
        mg.draw(whole, collapse="gate")


def test_a_refusal_looks_at_no_more_gates_than_it_must():
    from minigrad.pictures.selection import more_gates_than

    class Counted(Value):
        looks = 0

        @property
        def inputs(self):
            Counted.looks += 1
            return super().inputs

    y = chain(5_000)
    wire = y
    while wire.gate is not None:
        wire.__class__, wire = Counted, wire.inputs[0]
    assert more_gates_than([y], 100)
    assert Counted.looks <= 5_000 + 101  # ours above, then one for each gate counted


def test_a_part_of_a_large_circuit_can_be_drawn():
    assert len(gates_in(picture(chain(10_000), depth=3))) == 3


def test_2000_gates_are_written_as_dot():
    assert mg.draw(chain(2_000)).source.count('class="gate"') == 2_000


def test_a_large_circuit_without_units_says_how_to_see_a_part():
    assert "301 gates" in mg.draw(chain(301)).source
    assert "gates:" not in mg.draw(chain(300)).source


# --- highlights -----------------------------------------------------------------------------------


def test_a_highlighted_gate_stands_out_with_its_chain_rule():
    f = neuron()
    gate = mg.topological_order(f)[6]
    seen = picture(f, highlight=gate, title="step 4 of 5")
    (shape,) = seen.parts["gate-6"].iter("{http://www.w3.org/2000/svg}ellipse")
    assert shape.get("fill").upper() == "#FFE082"
    assert "gradient into w ₁ = upstream 0.197 × local gradient −2 = −0.393" in seen.all_text()


def test_only_a_gate_of_the_picture_can_be_highlighted():
    with pytest.raises(ValueError, match="not the output of a gate in this picture"):
        mg.draw(neuron(), highlight=Value(0.0))


def test_a_stage_shows_what_is_known_at_that_moment():
    f = neuron()
    *_, total, last = mg.topological_order(f)
    stage = Stage(
        values={wire: wire.data for wire in mg.topological_order(f)},
        gradients={last: 1.0, total: 0.1966},
        contributions={(last, 0): 0.1966},
        done=frozenset([last]),
    )
    seen = picture(f, stage=stage)
    assert seen.texts("wire-8") == ["1", "0.197"]
    assert seen.texts("wire-7") == ["4", "?"]
    (shape,) = seen.parts["gate-9"].iter("{http://www.w3.org/2000/svg}ellipse")
    assert shape.get("fill").upper() == "#E8F0E9"


def test_units_that_pass_no_gradient_are_dashed_and_named():
    closed, saturated = Value(-1.0).relu(), Value(5.0).tanh()
    closed.label, saturated.label = "a_1", "a_2"
    text = picture(closed + saturated).all_text()
    assert "dashed a ₁: closed, passes nothing for this example" in text
    assert "dashed a ₂: saturated" in text
    assert "dead" not in text  # that is said of a whole data set only, by mg.health
    assert "dashed" not in picture(Value(1.0).relu() + Value(0.5).tanh()).all_text()


def test_the_gate_of_the_first_nan_is_named():
    x = Value(-2.0, label="x")
    y = x.log() + 1
    source = mg.draw(y).source
    assert "the first inf or nan: log(x = -2.0) gave nan" in source
    for style in ("circuit", "graph"):
        source = mg.draw(y, style=style).source
        (gate,) = (line for line in source.splitlines() if "peripheries" in line)
        assert 'id="gate-2"' in gate


def test_the_heat_map_tells_vanishing_from_exploding_gradients():
    x = Value(1.0, label="x")
    small, big = x * 1e-6, x * 1e6
    for y, colour in ((small, "#90CAF9"), (big, "#D50000")):
        x.grad = None
        y.backward()
        wire = next(
            line for line in mg.draw(y, color="gradient").source.splitlines() if '"wire-0"' in line
        )
        assert colour in wire


def test_the_heat_map_colours_the_graph_style_too():
    x = Value(1.0, label="x")
    y = x * 1e6
    y.backward()
    source = mg.draw(y, style="graph", color="gradient").source
    record, edge = (
        next(line for line in source.splitlines() if text in line)
        for text in ('"wire-0"', "w0 -> ")
    )
    assert "#D50000" in record
    assert "#D50000" in edge


def test_the_heat_map_leaves_constants_alone():
    x = Value(1.0, label="x")
    y = x * 3
    y.backward()
    entry = next(
        line for line in mg.draw(y, color="gradient").source.splitlines() if '"edge-1-2-1"' in line
    )
    assert "color" not in entry


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
        ({"expand": ["tanh"]}, "has no definition in simpler gates; these have one: sigmoid"),
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


@pytest.mark.parametrize(
    "gate", [gate for gate in mg.GATES.values() if gate.idle], ids=lambda gate: gate.name
)
def test_a_gate_is_marked_exactly_where_hardly_any_gradient_passes(gate):
    word, condition = gate.idle
    grid = [i / 8 for i in range(-80, 81)]
    slopes = {x: abs(gate.local_gradients(x)[0]) for x in grid}
    marked = {x for x in grid if condition(x, gate.forward(x))}
    assert word in ("closed, passes nothing for this example", "saturated")
    assert marked == {x for x in grid if slopes[x] < 0.04 * max(slopes.values())}


def test_a_wire_used_too_far_away_is_refused_before_graphviz_breaks_down():
    x = y = Value(1.0, label="x")
    for _ in range(300):
        y = y + x
    picture = mg.draw(y)
    with pytest.raises(LayoutError, match=r"cross 44,850 columns .* depth=20"):
        _ = picture.svg
    assert "w300" in picture.source
    assert mg.draw(y, depth=20).svg


def test_a_satisfied_margin_is_no_dead_relu():
    scores = [Value(3.0, label="s_1"), Value(-1.0, label="s_2")]
    text = picture(mg.losses.multiclass_hinge(scores, 0)).all_text()
    assert "closed, passes nothing for this example" in text
    assert "dead" not in text


def test_heat_is_drawn_on_wires_that_have_a_gradient_only():
    x, target = Value(2.0, label="x"), mg.constant(3.0, label="t")
    cost = x * target + target
    cost.backward()
    place = mg.engine.Circuit(cost).place
    source = mg.draw(cost, color="gradient").source.splitlines()
    tables = {line.split()[0]: line for line in source if 'class="wire' in line}
    bars = {name: "bgcolor" in line for name, line in tables.items()}
    assert bars[f"w{place[x]}"]
    assert not bars[f"w{place[target]}"]
    branches = [name for name in tables if name.startswith(f"b{place[target]}_")]
    assert len(branches) == 2
    assert not any(bars[name] for name in branches)
    assert not any(
        "bgcolor" in line
        for line in mg.draw(Value(1.0).exp() * 3.0, color="gradient").source.splitlines()
        if 'class="wire' in line
    )  # before backward() no wire has one


def cancelling() -> Value:
    x = Value(0.1, label="x")
    return (x + 1000.0) * 0.3 - 300.0


@pytest.mark.parametrize("style", ["circuit", "graph"])
@pytest.mark.parametrize("theme", ["light", "dark", "safe"])
def test_rounding_is_coloured_and_the_gate_that_cancels_has_a_double_border(style, theme):
    f = cancelling()
    picture = mg.draw(f, color="rounding", style=style, theme=theme)
    looks = mg.pictures.THEMES[theme]
    (gate,) = [line for line in picture.source.splitlines() if "peripheries=2" in line]
    assert f'color="{looks.warning}"' in gate
    assert looks.heat[-1] in picture.source  # the 1000 and the 300 lose all that is lost
    assert "digits of what goes into" in picture.source
    assert "off by at most" in picture.source
    assert not f.has_grad


def test_without_rounding_there_is_no_colour():
    x = Value(3.0, label="x")
    source = mg.draw(x.relu() * 2.0, color="rounding").source
    assert "peripheries=2" not in source
    assert "no gate has rounded anything" in source


def test_rounding_is_that_of_one_output():
    x = Value(3.0)
    with pytest.raises(ValueError, match="draw one of them, or their sum"):
        mg.draw([x.exp(), x.sin()], color="rounding")


def test_rounding_of_a_collapsed_network_marks_the_box_that_cancels():
    unit = mg.nn.Neuron(2)
    for w, number in zip(unit.w, (1e6, -1e6)):
        w.data = number
    source = mg.draw(unit([0.3, 0.30000001]), color="rounding", collapse="neuron").source
    (box,) = [line for line in source.splitlines() if 'class="unit"' in line]
    assert "peripheries=2" in box


@pytest.mark.parametrize("collapse", [None, "neuron", "layer"])
def test_a_picture_of_operations_waits_for_no_gradients(collapse):
    outputs = mg.nn.MLP(2, [2, 2], activation="tanh", seed=0)([Value(0.3), Value(-0.5)])
    source = mg.draw(outputs, show="operations", collapse=collapse).source
    assert "?<" not in source
    assert "δ" not in source
    assert ">2×<" in source  # of each activation of layer 1
    assert "how often a wire is used" in source
