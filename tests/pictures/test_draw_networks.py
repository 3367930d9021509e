"""Networks in pictures: frames around units, boxes for units and layers."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from helpers.pictures import SVG, Picture, clean, gates_in, network

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit
from minigrad.pictures.selection import selected
from minigrad.pictures.themes import THEMES
from minigrad.pictures.units import groups_of
from minigrad.text import rounded, unicode_name


def groups(output: Value):
    return groups_of(selected(Circuit(output)))


def test_the_units_of_a_network_are_found_in_order():
    assert [group.unit for group in groups(network(3, 1))] == [(1, 1), (1, 2), (1, 3), (2, 1)]


def test_a_unit_has_its_parameters_its_gates_and_nothing_else():
    output = network(3, 1)
    first, *_ = groups(output)
    circuit = Circuit(output)
    names = sorted(wire.label or circuit.gate(wire).symbol for wire in first.members)
    assert names == ["a_1^1", "b_1^1", "w_11^1", "w_12^1", "z_1^1", "×", "×", "Σ"]
    assert (first.preactivation.label, first.output.label) == ("z_1^1", "a_1^1")


def test_a_linear_unit_ends_in_its_z():
    *_, last = groups(network(3, 1))
    assert last.output is last.preactivation
    assert last.output.label == "z_1^2"


def test_what_two_units_share_belongs_to_neither():
    model = mg.nn.MLP(2, [2], activation="tanh", seed=1)
    a, b = model([Value(1.0), Value(2.0)])
    shared = a + b
    output = a / shared + b / shared
    members = {wire for group in groups(output) for wire in group.members}
    assert shared not in members
    assert {a, b} <= members


def test_a_network_that_runs_twice_has_two_groups_for_each_unit():
    model = mg.nn.MLP(1, [2, 1], activation="tanh", seed=1)
    loss = model([Value(1.0)]) + model([Value(2.0)])
    units = [group.unit for group in groups(loss)]
    assert units == [(1, 1), (1, 1), (1, 2), (1, 2), (2, 1), (2, 1)]


def test_frames_are_titled_by_layer_and_neuron():
    text = Picture(mg.draw(network(3, 1)).svg).all_text()
    for title in ("layer 1 · neuron 3", "layer 2 · neuron 1"):
        assert title in text


def test_layers_stand_from_left_to_right_and_units_from_top_to_bottom():
    output = network(3, 1)
    seen = Picture(mg.draw(output).svg)
    order = Circuit(output).wires
    place = {wire.label: seen.place(f"wire-{n}") for n, wire in enumerate(order) if wire.label}
    assert place["a_1^1"][0] < place["w_11^2"][0]
    assert place["z_1^1"][1] < place["z_2^1"][1] < place["z_3^1"][1]


def test_a_hand_marked_circuit_is_grouped_too():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    a = (w * x).tanh()
    a.unit = (1, 1)
    assert "layer 1 · neuron 1" in Picture(mg.draw(a + x).svg).all_text()


# --- collapsed ------------------------------------------------------------------------------------


def weights_in(svg: str) -> dict[str, str]:
    """What stands on the wires between units: the weights, each with its gradient."""
    parts = Picture(svg).root.iter(f"{SVG}g")
    named = [part for part in parts if "weight-name" in part.get("class", "")]
    texts = [[clean("".join(t.itertext())) for t in part.iter(f"{SVG}text")] for part in named]
    return {"".join(text[:-1]).replace("=", " = ").replace("  ", " "): text[-1] for text in texts}


def edges(source: str) -> list[str]:
    return [line for line in source.splitlines() if 'class="weight"' in line]


def test_a_collapsed_neuron_shows_its_activation_and_its_delta():
    output = network(3, 1)
    seen = Picture(mg.draw(output, collapse="neuron").svg)
    assert seen.names("unit-") == {"unit-1-1", "unit-1-2", "unit-1-3", "unit-2-1"}
    group, *_ = groups(output)
    text = " ".join(seen.texts("unit-1-1"))
    assert "Σ tanh" in text
    assert f"= {rounded(group.output.data)}" in text
    assert f"= {rounded(group.preactivation.grad)}" in text


def test_weights_are_wires_as_thick_as_they_are_big_dashed_where_negative():
    w, v, x = Value(0.5, label="w"), Value(-2.0, label="v"), Value(3.0, label="x")
    small, big = w * x, v * x
    small.unit, big.unit = (1, 1), (1, 2)
    drawing = mg.draw(small + big, collapse="neuron")
    first, second = edges(drawing.source)
    assert {"w = 0.5", "v = −2"} <= weights_in(drawing.svg).keys()
    assert "style=solid" in first
    assert "style=dashed" in second
    thickness = [float(re.search(r"penwidth=([\d.]+)", edge)[1]) for edge in (first, second)]
    assert thickness == [1.2, 3.0]


def test_a_unit_that_reads_nothing_from_outside_is_a_box_too():
    unit = Value(1.0, label="w").tanh()
    unit.unit = (1, 1)
    assert 'id="unit-1-1"' in mg.draw(unit, collapse="neuron").source


def test_many_inputs_of_a_layer_have_no_labels_but_its_wires_do():
    model = mg.nn.MLP(13, [2, 2, 1], activation="tanh", seed=1)
    source = mg.draw(model([0.1] * 13), collapse="layer").source
    labelled = [" -> k" in edge for edge in edges(source)]
    assert labelled == [False] * 13 + [True] * 2


def test_gates_made_by_hand_have_no_weights():
    x = Value(3.0, label="x")
    unit = Value(6.0, (x,), "twice")
    unit.unit = (1, 1)
    (edge,) = edges(mg.draw(unit + x, collapse="neuron").source)
    assert " -> k" not in edge


def test_weights_towards_plain_numbers_are_right_too():
    model = mg.nn.MLP(2, [2, 1], activation="tanh", weights=[[[0.25, -0.5], [1.0, 0.75]], [[1, 1]]])
    drawing = mg.draw(model([3.0, 4.0]), collapse="neuron")
    assert weights_in(drawing.svg).keys() == {
        *("w₁₁¹ = 0.25", "w₁₂¹ = −0.5", "w₂₁¹ = 1", "w₂₂¹ = 0.75"),
        *("w₁₁² = 1", "w₁₂² = 1"),
    }


def test_weights_have_their_names_and_their_gradients():
    output = network(3, 1)
    shown = weights_in(mg.draw(output, collapse="neuron").svg)
    weights = [wire for wire in Circuit(output).leaves if wire.label.startswith("w")]
    assert len(shown) == len(weights) == 9
    for weight in weights:
        name = f"{unicode_name(weight.label)} = {rounded(weight.data)}"
        assert shown[name] == rounded(weight.grad)


def test_a_weight_stands_on_its_wire_and_nowhere_else():
    source = mg.draw(network(3, 1), collapse="neuron").source
    for name in re.findall(r"^\t(k\d+) \[", source, re.MULTILINE):
        assert len(re.findall(rf" -> {name}:w \[", source)) == 1
        assert len(re.findall(rf"{name}:e -> ", source)) == 1


def test_a_legend_says_what_dashes_and_widths_mean():
    text = Picture(mg.draw(network(3, 1), collapse="neuron").svg).all_text()
    assert "as thick as |w| is big; a dashed wire: w < 0" in text
    assert "its weight, and below it the gradient" in text
    layers = Picture(mg.draw(network(3, 1), collapse="layer").svg).all_text()
    assert "as thick as the biggest |w| is big" in layers
    assert "dashed" not in layers


def test_of_a_weight_that_several_runs_share_each_wire_says_what_it_adds():
    model = mg.nn.MLP(2, [2, 1], activation="tanh", seed=3)
    output = model([0.5, 1.0]) + model([-1.0, 2.0])
    output.backward()
    picture = mg.draw(output, collapse="neuron").svg
    text = Picture(picture).all_text()
    assert "its weight, and below it its part of that weight's gradient" in text
    assert "the gradient of that weight" not in text
    weight = model.layers[0].neurons[0].w[0]
    assert weights_in(picture)[f"w₁₁¹ = {rounded(weight.data)}"] != rounded(weight.grad)


def test_the_mark_of_a_constant_is_explained_where_it_is_to_be_seen():
    model = mg.nn.MLP(2, [1], activation="tanh", seed=1)
    constants = mg.draw(model([0.5, 1.0]))
    assert "–" in Picture(constants.svg).all_text()
    assert "a constant, which gets no gradient" in Picture(constants.svg).all_text()
    variables = mg.draw(model([Value(0.5), Value(1.0)]))
    assert "constant" not in Picture(variables.svg).all_text()
    untitled = mg.draw(model([0.5, 1.0]), title="")
    assert "constant" not in Picture(untitled.svg).all_text()


def test_many_weights_are_straight_wires_the_smaller_the_paler():
    few, many = (mg.draw(network(n, n, 1), collapse="neuron").source for n in (3, 8))
    assert "splines" not in few
    assert "splines=line" in many
    looks = [re.search(r'penwidth=([\d.]+).*color="#455A64(..)"', edge) for edge in edges(many)]
    looks = sorted((float(look[1]), int(look[2], 16)) for look in looks)
    assert looks == sorted(looks, key=lambda look: look[1])
    assert looks[0][1] < 80 < 200 < looks[-1][1]


def test_the_heat_map_colours_the_wires_between_units():
    deep = network(3, 3, 3, 3, 3, 1, activation="sigmoid")
    source = mg.draw(deep, collapse="neuron", color="gradient").source
    colours = [re.search(r'color="(#\w+)"', edge)[1] for edge in edges(source)]
    light = THEMES["light"].heat
    assert set(colours[:6]) == {light[0]}  # into the first layer: vanished
    assert set(colours[-3:]) == {light[3]}  # into the output


def test_a_box_stands_out_for_the_gate_in_it():
    output = network(3, 1)
    gate = groups(output)[1].preactivation
    (box,) = (
        line
        for line in mg.draw(output, collapse="neuron", highlight=gate).source.splitlines()
        if "#E65100" in line
    )
    assert 'id="unit-1-2"' in box
    assert "penwidth=2.6" in box


def test_the_box_where_the_first_nan_began_has_a_double_border():
    model = mg.nn.MLP(1, [2, 1], activation=lambda z: z.log(), weights=[[[1], [-1]], [[1, 1]]])
    (box,) = (
        line
        for line in mg.draw(model([2.0]), collapse="neuron").source.splitlines()
        if "peripheries=2" in line
    )
    assert 'id="unit-1-2"' in box


def test_an_activation_of_several_gates_is_named_by_them():
    neuron = mg.nn.Neuron(1, activation=lambda z: (z * 2).tanh().exp(), seed=1)
    text = Picture(mg.draw(neuron([2.0]), collapse="neuron").svg).all_text()
    assert "Σ × tanh exp" in text


def test_expanded_gates_of_a_network_collapse_too():
    text = Picture(mg.draw(network(16, 16, 1, activation="sigmoid"), expand="sigmoid").svg)
    assert "Σ ×−1 exp +1 1/x" in text.all_text()


def test_the_boxes_of_one_run_stand_together_and_say_which():
    model = mg.nn.MLP(2, [2, 1], activation="tanh", seed=1)
    loss = model([0.5, 1.0]) + model([0.25, 2.0])
    seen = Picture(mg.draw(loss, collapse="neuron").svg)
    places = [seen.place(f"unit-1-{j}-{run}")[1] for run in (1, 2) for j in (1, 2)]
    assert places == sorted(places)
    assert "layer 1 · neuron 2 · run 2" in seen.all_text()


def test_a_collapsed_layer_lists_its_units():
    seen = Picture(mg.draw(network(3, 1), collapse="layer").svg)
    assert seen.names("unit-") == {"unit-1", "unit-2"}
    text = " ".join(seen.texts("unit-1"))
    assert "layer 1 · 3 units" in text
    assert text.count("=") == 6


@pytest.mark.parametrize("count", [2, 3, 5])
def test_what_reads_a_collapsed_layer_stands_in_the_order_of_its_units(count: int) -> None:
    model = mg.nn.MLP(2, [2, count], activation="tanh", seed=1)
    outputs = model.forward([Value(0.5, label="x_1"), Value(-0.5, label="x_2")])
    differences = [y - 1.0 for y in outputs]
    cost = mg.sum([d**2 for d in differences])
    cost.backward()
    seen, number = Picture(mg.draw(cost, collapse="layer").svg), Circuit(cost).place
    heights = [seen.place(f"gate-{number[d]}")[1] for d in differences]
    assert heights == sorted(heights)


def test_a_large_layer_shows_from_where_to_where_its_numbers_go():
    text = " ".join(Picture(mg.draw(network(9, 1), collapse="layer").svg).texts("unit-1"))
    assert "9 units" in text
    assert "from" in text


def test_gates_outside_of_the_units_are_drawn_as_they_are():
    loss = (network(3, 1) - 1) ** 2
    loss.backward()
    seen = Picture(mg.draw(loss, collapse="neuron").svg)
    assert len(seen.names("gate-")) == 2
    assert len(seen.names("unit-")) == 4


@pytest.mark.parametrize("sizes", [(2, 1), (8, 4, 1)])
def test_gates_outside_of_the_units_stand_as_close_as_without_them(sizes: tuple[int, ...]) -> None:
    apart = []
    for output in (network(*sizes), Value(0.5, label="z_1^1")):
        loss = output.sigmoid().tanh().exp()
        loss.backward()
        collapse = None if output.is_leaf else "neuron"
        seen = Picture(mg.draw(loss, collapse=collapse).svg)
        gates = sorted(seen.place(gate)[0] for gate in gates_in(seen))
        apart.append(gates[2] - gates[1])
    assert apart[0] == pytest.approx(apart[1], rel=0.1)


@pytest.mark.parametrize("sizes", [(3, 3, 1), (8, 8, 1)])
def test_between_layers_there_is_room_for_their_wires(sizes: tuple[int, ...]) -> None:
    seen = Picture(mg.draw(network(*sizes), collapse="neuron").svg)
    ends = [boundary(seen, f"unit-{layer}-1") for layer in (1, 2, 3)]
    room = [start[0] - end[1] for end, start in pairwise(ends)]
    assert min(room) > 90
    assert max(room) < 1.7 * min(room)


def boundary(seen: Picture, name: str) -> tuple[float, float]:
    """Where a box begins and where it ends, from left to right."""
    texts = (part.get("d") for part in seen.parts[name].iter(f"{SVG}path"))
    numbers = [float(x) for text in texts for x in re.findall(r"(-?[\d.]+),", text or "")]
    return min(numbers), max(numbers)


def test_more_than_300_gates_of_a_network_collapse_by_themselves_and_say_so():
    output = network(16, 16, 1)
    drawing = mg.draw(output)
    text = Picture(drawing.svg).all_text()
    assert 'gates, drawn with collapse="neuron"' in text
    assert len(Picture(drawing.svg).names("unit-")) == 33
    many = Picture(mg.draw(network(80, 5, 1)).svg)
    assert many.names("unit-") == {"unit-1", "unit-2", "unit-3"}


def test_more_than_2000_gates_can_be_drawn_collapsed():
    model = mg.nn.MLP(2, [8, 1], activation="tanh", seed=1)
    loss = mg.sum([model([0.1 * i, 1.0]) for i in range(60)])
    with pytest.raises(ValueError, match="2,000"):
        mg.draw(loss)
    assert len(Picture(mg.draw(loss, collapse="layer").svg).names("unit-")) == 2


def test_a_batch_has_one_node_for_its_many_inputs():
    model = mg.nn.MLP(2, [8, 1], activation="tanh", seed=1)
    loss = mg.sum([model([0.1 * i, 1.0]) for i in range(60)])
    seen = Picture(mg.draw(loss, collapse="layer").svg)
    assert "120 inputs" in seen.all_text()
    assert len(seen.names("wire-")) == 1


def test_an_input_that_gates_outside_of_the_units_use_too_is_not_lost():
    x = [Value(0.1 * k, label=f"x_{k}") for k in range(41)]
    model = mg.nn.MLP(41, [2, 1], activation="tanh", seed=1)
    source = mg.draw(model(x) * x[7], collapse="neuron").source
    assert "41 inputs" in source
    assert source.count("inputs:e -> g") == 1


def test_boxes_do_not_hide_that_too_many_gates_stand_outside():
    y = network(3, 1)
    for _ in range(2_001):
        y = y + 1
    with pytest.raises(ValueError, match=r"2,001 \(outside of the units\) gates are too many"):
        mg.draw(y, collapse="neuron")


def test_a_recurrent_network_can_be_drawn():
    w, h = Value(0.5, label="w"), Value(1.0, label="h")
    for _ in range(3):
        h = (w * h).tanh()
        h.unit = (1, 1)
    for options in ({}, {"collapse": "neuron"}, {"collapse": "layer"}):
        assert mg.draw(h, **options).svg


def test_every_step_of_a_recurrent_unit_is_a_group():
    w, h = Value(0.5, label="w"), Value(1.0, label="h")
    for _ in range(3):
        z = w * h
        h = z.tanh()
        z.unit = h.unit = (1, 1)
    assert len(groups(h)) == 3


def test_a_layer_that_ran_several_times_says_so():
    model = mg.nn.MLP(2, [3, 1], activation="tanh", seed=1)
    loss = mg.sum([model([0.1 * i, 1.0]) for i in range(4)])
    text = Picture(mg.draw(loss, collapse="layer").svg).all_text()
    assert "layer 1 · 3 units × 4" in text
    assert "layer 2 · 1 unit × 4" in text


def test_closed_units_are_dashed_in_their_boxes():
    x = Value(1.0, label="x")
    unit = (x * -2.0).relu()
    unit.unit = (1, 1)
    (box,) = (
        line for line in mg.draw(unit, collapse="neuron").source.splitlines() if "unit-1-1" in line
    )
    assert "dashed" in box


# --- gradients as formulas in δ ---


def cost_of_a_network() -> Value:
    model = mg.nn.MLP(2, [3, 2], activation="tanh", seed=1)
    cost = mg.losses.half_squared_error(model([1.0, 2.0]), [1.0, 0.0])
    cost.label = "C"
    cost.backward()
    return cost


def test_formulas_in_delta_stand_below_the_wires_of_units_and_numbers_elsewhere():
    cost = cost_of_a_network()
    place = Circuit(cost).place
    named = {wire.label: wire for wire in place if wire.label}
    seen = Picture(mg.draw(cost, show="delta").svg)
    assert "δ₁¹·x₂" in seen.texts(f"wire-{place[named['w_12^1']]}")
    assert "δ₁²·w₁₃² + δ₂²·w₂₃²" in " ".join(seen.texts(f"wire-{place[named['a_3^1']]}"))
    assert "1" in seen.texts(f"wire-{place[cost]}")  # no formula: the number
    assert "δ = dC/dz" in seen.all_text()
    assert "dC/dwⱼₖ = δⱼ·aₖ" in seen.all_text()


def test_formulas_and_numbers_stand_together_if_both_are_wanted():
    cost = cost_of_a_network()
    circuit = Circuit(cost)
    wire = next(leaf for leaf in circuit.leaves if leaf.label == "b_2^1")
    seen = Picture(mg.draw(cost, show="both").svg)
    assert f"δ₂¹ = {rounded(wire.grad)}" in seen.texts(f"wire-{circuit.place[wire]}")


def test_boxes_say_what_their_delta_is_computed_from():
    text = Picture(mg.draw(cost_of_a_network(), show="delta", collapse="neuron").svg).all_text()
    assert "(δ₁²·w₁₁² + δ₂²·w₂₁²) · tanh′(z₁¹)" in text
    assert "δ₁²·a₂¹" in text


def test_a_network_before_its_backward_pass_shows_its_formulas():
    model = mg.nn.MLP(1, [1], activation="tanh", seed=1)
    text = Picture(mg.draw(model(2.0), show="delta").svg).all_text()
    assert "δ₁¹·x₁" in text


def test_a_circuit_without_a_z_is_told_how_to_get_formulas():
    with pytest.raises(ValueError, match=r'no pre-activation z: .* z.label = "z_1"'):
        mg.draw(Value(1.0).exp(), show="delta")


def test_layers_in_brackets_are_raised_and_the_default_says_what_they_are():
    cost = cost_of_a_network()
    told = "an upper index is the layer"
    bracketed, plain = (
        Picture(mg.draw(cost, notation=notation, show="delta").svg).all_text()
        for notation in ("[l]", "l")
    )
    assert "[2]" in bracketed
    assert "^[2]" not in bracketed
    assert told not in bracketed
    assert told in plain
    assert "baseline-shift" not in mg.draw(cost, notation="[l]").svg
    with pytest.raises(ValueError, match="notation='L': choose 'l' or"):
        mg.draw(cost, notation="L")


def test_of_circuits_without_layers_nothing_is_said_about_them():
    assert "layer" not in Picture(mg.draw(Value(1.0, label="x^2").exp()).svg).all_text()
