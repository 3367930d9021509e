"""Circuits as text: the tree and the table."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.engine.stage import Stage
from minigrad.expressions.expression import names_in
from minigrad.text.columns import columns, display_width


@pytest.fixture
def square():
    x = mg.Value(3.0, label="x_1")
    output = (x * x).tanh() + x
    output.label = "f"
    return output


def widths(text):
    return {display_width(line) for line in text.splitlines()}


# --- the tree -------------------------------------------------------------------------------------


def test_the_output_is_at_the_top_and_each_input_below_its_gate():
    x, y, z = (mg.Value(number, label=name) for name, number in zip("xyz", (-2, 5, -4)))
    f = (x + y) * z
    f.backward()
    assert mg.as_tree(f) == (
        """\
         value  gradient
×          −12         1
├─ +         3        −4
│  ├─ x     −2        −4
│  ╰─ y      5        −4
╰─ z        −4         3"""
    )


def test_a_shared_wire_is_drawn_once_and_then_named(square):
    assert mg.as_tree(square) == (
        """\
               value  gradient
f = +           4.00         ?
├─ tanh         1.00         ?
│  ╰─ ×         9            ?
│     ├─ x₁     3            ?
│     ╰─ ↑ x₁
╰─ ↑ x₁"""
    )


def test_a_dot_product_reads_as_products_and_their_sum():
    w, x = ([mg.Value(k + 1.0, label=f"{name}_{k}") for k in (1, 2)] for name in "wx")
    z = mg.dot(w, x)
    z.backward()
    assert mg.as_tree(z) == (
        """\
          value  gradient
Σ            13         1
├─ ×          4         1
│  ├─ w₁      2         2
│  ╰─ x₁      2         2
╰─ ×          9         1
   ├─ w₂      3         3
   ╰─ x₂      3         3"""
    )
    gates = [row[0] for row in rows_of(mg.as_table(z)) if "=" in row[0]]
    assert gates == ["f = sum(w₁·x₁, w₂·x₂)"]


def test_a_shared_gate_without_a_label_gets_a_name():
    x = mg.Value(2.0, label="x")
    doubled = x + x
    lines = mg.as_tree(doubled * doubled).splitlines()
    assert lines[2].startswith("├─ x + x ")
    assert lines[-1] == "╰─ ↑ x + x"


def test_that_name_is_no_label_in_the_circuit():
    v = mg.Value(2.0, label="v1")
    doubled = v + v
    assert "↑ v₁ + v₁" in mg.as_tree(doubled * doubled)


def test_a_gradient_that_is_not_computed_is_a_question_mark(square):
    assert "0.00" not in mg.as_tree(square)
    square.backward()
    assert "?" not in mg.as_tree(square)


def test_constants_stand_for_themselves():
    lines = mg.as_tree(2 * mg.Value(1.0, label="x") - 0.25).splitlines()
    assert "│  ├─ 2" in lines
    assert "╰─ 0.25" in lines


def test_a_stage_shows_what_is_known_and_the_gate_at_work(square):
    (wire,) = square.inputs[:1]
    stage = Stage({wire: 0.5}, {wire: -2.0}, {}, active=wire)
    lines = mg.as_tree(square, stage=stage).splitlines()
    assert re.fullmatch(r"f = \+ +\? +\?", lines[1])
    assert re.fullmatch(r"├─ tanh +0\.5 +−2 +◀", lines[2])


def test_digits(square):
    assert " 1.000 " in mg.as_tree(square, digits=4)


def test_a_deep_circuit_is_cut_and_says_how_much_is_missing():
    wire = mg.Value(0.5, label="x")
    for _ in range(100_000):
        wire = wire.tanh()
    lines = mg.as_tree(wire).splitlines()
    assert len(lines) < 40
    assert max(map(display_width, lines)) < 120
    assert lines[-1] == "… 99,976 of 100,001 wires are not shown"


def test_a_tree_can_be_made_to_fit():
    wire = mg.Value(0.5, label="x")
    for _ in range(30):
        wire = wire.tanh()
    assert max(widths(mg.as_tree(wire))) > 80
    assert max(widths(mg.as_tree(wire, width=80))) <= 80


def test_a_wide_circuit_is_cut():
    tree = mg.as_tree(mg.sum([mg.Value(1.0, label=f"x_{k}") for k in range(1000)]))
    assert len(tree.splitlines()) == 203
    assert tree.splitlines()[-1] == "… 801 of 1,001 wires are not shown"


def test_many_paths_are_few_lines():
    wire = mg.Value(1.0, label="x")
    for _ in range(20):
        wire = wire + wire
    assert len(mg.as_tree(wire).splitlines()) == 1 + 2 * 20 + 1


def test_a_plain_number_has_no_tree():
    with pytest.raises(TypeError, match="build the output from at least one Value"):
        mg.as_tree(3.0)


# --- the table ------------------------------------------------------------------------------------


def rows_of(table):
    return [re.split(r" {2,}", line.strip()) for line in table.splitlines()]


def test_a_gate_has_one_line_for_each_input_and_a_leaf_one_line():
    f = mg.expression("x*y + max(z, w)", x=3, y=-4, z=2, w=-1)
    f.backward()
    rows = rows_of(mg.as_table(f, digits=1))
    choice = "1 if z > w else 0.5 if z = w else 0"
    assert ["x·y", "−12", "1", "x", "y", "−4", "−4"] in rows
    assert ["y", "x", "3", "3"] in rows
    assert ["max(z, w)", "2", "1", "z", choice, "1", "1"] in rows
    assert ["w", "1 if w > z else 0.5 if w = z else 0", "0", "0"] in rows
    assert rows[-4:] == [
        ["x", "3", "−4"],
        ["y", "−4", "3"],
        ["z", "2", "1"],
        ["w", "−1", "0"],
    ]


def test_wires_that_carry_zero_are_listed_like_others():
    f = mg.expression("x*x + x*x", x=0)
    f.backward()
    assert [row[0] for row in rows_of(mg.as_table(f)) if "=" in row[0]] == [
        "v₁ = x·x",
        "v₂ = x·x",
        "f = v₁ + v₂",
    ]
    assert len(mg.as_tree(f).splitlines()) == 8


def test_before_backward_the_table_has_question_marks():
    f = mg.expression("2*x", x=3)
    assert ["f = 2·x", "6", "?", "x", "2", "2", "?"] in rows_of(mg.as_table(f, digits=1))


@pytest.mark.parametrize("gate", mg.GATES.values())
def test_every_gate_stands_in_a_table(gate):
    inputs = [mg.Value(0.0 if gate.name == "select" else 0.5) for _ in range(gate.arity or 2)]
    output = mg.Value.apply_gate(gate, tuple(inputs))
    output.backward()
    assert mg.as_table(output).startswith("gate ")
    assert "value" in mg.as_tree(output)


def test_gates_made_by_hand_stand_in_a_table_too():
    x = mg.Value(2.0, label="x")
    made = mg.Value(4.0, (x,), "sq")
    assert "sq" in mg.as_table(made)
    assert "sq" in mg.as_tree(made)


def test_a_table_of_a_large_circuit_is_cut():
    wire = mg.Value(0.5, label="x")
    for _ in range(10_000):
        wire = wire.tanh()
    lines = mg.as_table(wire).splitlines()
    assert len(lines) < 310
    assert "… 9,700 more gates" in lines


def test_a_table_of_a_gate_with_many_inputs_is_cut():
    lines = mg.as_table(mg.sum([mg.Value(1.0) for _ in range(1000)])).splitlines()
    assert len(lines) < 350
    assert lines[22].strip() == "… 980 more inputs"
    assert lines[-1] == "… 700 more leaves"


def test_a_table_can_be_made_to_fit():
    f = mg.expression("gelu(x) * max(x, 1) * silu(x)", x=2)
    whole = max(widths(mg.as_table(f)))
    assert max(widths(mg.as_table(f, width=whole - 4))) == whole - 4
    assert "1 if x > 1 e" in mg.as_table(f, width=whole - 4)
    for room in range(75, whole):  # points that stand under each other need room too
        assert max(widths(mg.as_table(f, width=room))) <= room
    narrow = mg.as_table(f, width=80)
    assert max(widths(narrow)) <= 80
    assert "local  contribution" in narrow
    assert "local gradient" not in narrow


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        (
            "max(x, y)",
            ["1 if x > y else 0.5 if x = y else 0", "1 if y > x else 0.5 if y = x else 0"],
        ),
        ("min(x, -1)", ["1 if x < −1 else 0.5 if x = −1 else 0"]),
        ("max(x, y, 3)", ["1/ties if x = f else 0", "1/ties if y = f else 0"]),
        ("abs(x)", ["1 if x > 0 else −1 if x < 0 else 0"]),
        ("x**2", ["2·x"]),
        ("select(x, y, 1)", ["0", "1"]),
    ],
)
def test_a_local_gradient_is_shown_as_a_reader_would_write_it(expression, shown):
    values = dict.fromkeys(names_in(expression), 3.0)
    lines = mg.as_table(mg.expression(expression, values)).splitlines()[2:]
    assert [line for line in shown if any(f" {line} " in text for text in lines)] == shown


# --- text that somebody else has written ----------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_labels_cannot_command_the_terminal(first, second):
    x = mg.Value(1.0, label=first)
    output = x * x
    output.label = second
    for text in (mg.as_tree(output), mg.as_table(output)):
        assert not {"Cc", "Cf", "Cs"} & set(map(unicodedata.category, text.replace("\n", "")))
        assert len(text.splitlines()) < 10


def test_columns_are_aligned_for_letters_of_any_width():
    text = columns([["漢字", "1"], ["z\u0304", "1"], ["x₁", "1"]], "<>")
    assert widths(text) == {7}


# --- several outputs, and the notation of layers --------------------------------------------------


def test_several_outputs_are_one_tree_and_one_table():
    x = mg.Value(1.0, label="x")
    twice, power = x * 2.0, x.exp()
    twice.label = "a"
    tree = mg.as_tree([twice, power])
    assert [line.split()[0] for line in tree.splitlines()[1:]] == ["a", "├─", "╰─", "exp", "╰─"]
    assert "↑ x" in tree
    assert "exp(x)" in mg.as_table([twice, power])


def test_each_output_without_a_name_is_called_by_a_letter():
    x = mg.Value(1.0, label="g")
    table = mg.as_table([x * 2.0, x.exp(), x])
    assert "f = g·2" in table
    assert "h = exp(g)" in table


@pytest.mark.parametrize("show", [mg.as_tree, mg.as_table])
def test_several_outputs_are_values_and_at_least_one(show):
    with pytest.raises(ValueError, match="one or more Values, got an empty list"):
        show([])
    with pytest.raises(TypeError, match=r"takes Values, got the str 'x' at place 1"):
        show([mg.Value(1.0), "x"])


def network_with_cost():
    model = mg.nn.MLP(2, [2, 1], activation="tanh", seed=1)
    cost = mg.losses.half_squared_error(model([1.0, 2.0]), 1.0)
    cost.label = "C"
    cost.backward()
    return model, cost


def texts_in(notation):
    model, cost = network_with_cost()
    weight = model.layers[0].neurons[0].w[1]
    sheet = mg.Worksheet(model, [1.0, 2.0], 1.0, notation=notation)
    return {
        "tree": mg.as_tree(cost, notation=notation),
        "table": mg.as_table(cost, notation=notation),
        "paths": str(mg.paths(cost, weight, notation=notation)),
        "shared paths": str(mg.paths(cost, model.parameters(), notation=notation)),
        "worksheet": sheet.text(),
    }


@pytest.mark.parametrize("show", [mg.as_tree, mg.as_table, mg.Stepper, mg.draw])
@pytest.mark.parametrize("given", [lambda x: x, mg.compile(lambda x: x * x)])
def test_what_has_a_circuit_only_when_it_is_called_is_told_so(show, given):
    with pytest.raises(TypeError, match=r"call.*what it returns.*model\(x\)"):
        show(given)


def test_layers_stand_in_brackets_in_every_text_that_is_asked_for_it():
    for name, text in texts_in("[l]").items():
        assert "₁₂^[1]" in text, name
        assert "₁₂¹" not in text, name
    for name, text in texts_in("l").items():
        assert "w₁₂¹" in text, name
        assert "^[" not in text, name


def test_worksheets_raise_the_brackets_in_every_format():
    sheet = mg.Worksheet(network_with_cost()[0], [1.0, 2.0], 1.0, notation="[l]")
    assert "w_{12}^{[1]}" in sheet.latex()
    assert "<i>w</i>₁₂<sup>[1]</sup>" in sheet.html()
    assert r"*w*₁₂\^\[1\]" in sheet.markdown()


@pytest.mark.parametrize("notation", ["[L]", None, 1])
def test_a_notation_that_is_none_is_refused(notation):
    model, cost = network_with_cost()
    for ask in (
        lambda: mg.as_tree(cost, notation=notation),
        lambda: mg.as_table(cost, notation=notation),
        lambda: mg.paths(cost, model.parameters()[0], notation=notation),
        lambda: mg.Worksheet(model, [1.0, 2.0], 1.0, notation=notation),
    ):
        with pytest.raises(ValueError, match="choose 'l' or '\\[l\\]'"):
            ask()


def test_a_table_of_deltas_calls_units_by_their_names():
    model, _ = network_with_cost()
    assert "z₁²" in repr(model.delta_table())
    assert "<td><i>z</i>₁²</td>" in model.delta_table()._repr_html_()


@pytest.mark.parametrize("label", [0, 0.0, False, None, "", 3, True, 1.5, b"a", ["a"]])
def test_a_label_of_any_type_is_shown_where_it_is_not_empty(label):
    x, nameless = mg.Value(2.0), mg.Value(2.0)
    x.label = label
    shown = [
        [str(part) for part in (mg.as_tree(f), mg.as_table(f), *mg.Stepper(f), mg.paths(f, wire))]
        for wire, f in ((x, x * x + x), (nameless, nameless * nameless + nameless))
    ]
    if not label:
        assert shown[0] == shown[1]
    else:
        assert all(str(label) in text for text in shown[0])
