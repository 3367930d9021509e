"""What a picture marks: one gate, closed and saturated units, nan, heat, rounding, operations."""

from __future__ import annotations

import pytest
from helpers.pictures import neuron, picture

import minigrad as mg
from minigrad import Value
from minigrad.engine import Stage
from minigrad.pictures import THEMES
from minigrad.pictures.layout import LayoutError

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
@pytest.mark.parametrize("theme", THEMES)
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
