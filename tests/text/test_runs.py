"""One name names one wire: where a network runs several times its wires carry the run's number."""

import random
import re
from collections import Counter

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit
from minigrad.text import Names, latex_name, runs_of, unicode_name, with_run

ROWS = [([1.0, 0.5], 1.0), ([-0.5, 0.25], 0.0), ([0.3, -0.8], 0.5)]


def a_batch(rows=2, sizes=(2, 1)):
    model = mg.nn.MLP(2, list(sizes), activation="tanh", seed=1)
    cost = mg.sum([(model(x) - t) ** 2 for x, t in ROWS[:rows]])
    cost.label = "C"
    cost.backward()
    return model, cost


def relabelled(seed):
    """A random circuit whose labels repeat."""
    chance = random.Random(seed)
    wires = [Value(chance.uniform(-1, 1), label=name) for name in ("x", "y", "x")]
    for _ in range(chance.randint(2, 30)):
        wire = chance.choice(wires[-5:]) * chance.choice(wires) + chance.choice(wires).tanh()
        if chance.random() < 0.7:
            wire.label = chance.choice(
                ["z_1^1", "a", "u_1", "u₁", "y_hat", "x", "a = b", "x^{(2)}"]
            )
        wires.append(wire)
    return wires[-1]


def test_no_two_wires_have_one_name():
    outputs = [a_batch(rows, sizes)[1] for rows in (2, 3) for sizes in ((2, 1), (3, 2, 1), (1,))]
    for output in [*outputs, *map(relabelled, range(60))]:
        circuit = Circuit(output)
        names = Names(circuit)
        wires = [wire for wire in circuit.wires if not wire.is_constant or wire.label]
        told = Counter(map(names.text, wires))
        assert max(told.values()) == 1, told.most_common(3)


def test_wires_of_one_run_have_one_number():
    model, cost = a_batch(rows=3)
    circuit = Circuit(cost)
    runs = runs_of(circuit)
    leaf_of = {wire: wire for wire in circuit.leaves}
    parameters = set(model.parameters())
    assert not parameters & set(runs)
    for gate, run in runs.items():
        for source in circuit.inputs(gate) if gate not in leaf_of else ():
            assert runs.get(source, run) == run
    rows = [[wire for wire in runs if runs[wire] == run and wire.is_leaf] for run in (1, 2, 3)]
    assert [[x.data for x in row] for row in rows] == [x for x, _ in ROWS]


def test_labels_that_read_the_same_are_one_label():
    one, other = Value(1.0, label="z_1"), Value(2.0, label="z₁")
    names = Names(Circuit(one * other))
    assert [names.text(one), names.text(other)] == ["z₁⁽¹⁾", "z₁⁽²⁾"]


def test_a_number_that_would_make_another_wires_name_is_left_out():
    wires = [Value(float(n), label=label) for n, label in enumerate(["x", "x", "x^{(2)}", "x⁽³⁾"])]
    names = Names(Circuit(mg.sum(wires)))
    assert [names.text(wire) for wire in wires] == ["x⁽¹⁾", "x⁽⁴⁾", "x⁽²⁾", "x⁽³⁾"]


def test_a_label_that_is_there_once_stays_as_it_is():
    x = Value(1.0, label="x")
    y = (x * x).tanh() + x
    y.label = "y"
    assert not runs_of(Circuit(y))


def test_steps_trees_tables_why_and_paths_say_the_same_names():
    model, cost = a_batch()
    w = model.layers[0].neurons[0].w[0]
    stepper = mg.Stepper(cost)
    steps = "\n".join(step.sentence for step in stepper)
    told = [steps, stepper.why(w), mg.paths(cost, w), mg.as_tree(cost), mg.as_table(cost)]
    pictures = [mg.draw(cost), mg.draw(cost, style="graph"), mg.draw(cost, collapse="neuron")]
    told += [re.sub(r"<[^>]*>|\s", "", picture.svg) for picture in pictures]
    for text in map(str, told):
        for name in ("z₁²⁽¹⁾", "z₁²⁽²⁾", "a₁¹⁽¹⁾", "a₁¹⁽²⁾"):
            assert name in text
        assert not re.search(r"[za]₁¹(?!⁽)", text)


def test_what_the_number_in_brackets_says_stands_once():
    model, cost = a_batch()
    w = model.layers[0].neurons[0].w[0]
    said = "z₁¹⁽²⁾ is of the second run"
    assert str(mg.Stepper(cost).why(w)).count(said) == 1
    assert mg.Stepper(cost).player().html.count(said) == 1
    one = Value(1.0, label="x") * Value(2.0, label="x")
    assert Names(Circuit(one)).about_runs == "x⁽²⁾ is the second x"


def test_delta_tables_have_each_run_once():
    model, cost = a_batch()
    table = str(model.delta_table(cost))
    assert [line.split()[0] for line in table.splitlines()[1:]] == [
        *("z₁²⁽¹⁾", "z₁¹⁽¹⁾", "z₂¹⁽¹⁾"),
        *("z₁²⁽²⁾", "z₁¹⁽²⁾", "z₂¹⁽²⁾"),
    ]
    zs = {Names(Circuit(cost)).text(wire): wire.grad for wire in runs_of(Circuit(cost))}
    for name, *_, by_recursion, by_gates, difference in model.delta_table(cost).rows:
        assert by_gates == zs[unicode_name(name)]
        assert by_recursion == pytest.approx(by_gates, rel=1e-12)
        assert abs(difference) < 1e-12
    assert "z₁¹, last run" in str(model.delta_table())


def test_a_delta_table_of_runs_that_end_in_a_layer_between_begins_there():
    model = mg.nn.MLP(2, [2, 1], activation="tanh", seed=1)
    cost = mg.sum(model.layers[0]([1.0, 2.0])) * model([0.5, -0.5])
    cost.backward()
    rows = model.delta_table(cost).rows
    assert len(rows) == 5
    for *_, by_recursion, by_gates, difference in rows:
        assert by_recursion == pytest.approx(by_gates, rel=1e-12)
        assert by_gates != 0.0
        assert abs(difference) < 1e-15


def test_a_delta_table_of_one_layer_that_runs_twice_on_one_has_what_the_gates_say_of_it():
    model = mg.nn.MLP(1, [1, 1], activation="tanh", seed=1)
    hidden = model.layers[0](2.0)
    cost = model.layers[1](hidden) * model.layers[1](mg.constant(3.0))
    cost.backward()
    (last, first, other) = model.delta_table(cost).rows
    assert [unicode_name(row[0]) for row in (last, first, other)] == ["z₁²⁽¹⁾", "z₁¹", "z₁²⁽²⁾"]
    assert first[-3] == pytest.approx(first[-2], rel=1e-12)


def test_two_networks_of_one_size_have_a_table_each():
    one, other = (mg.nn.MLP(1, [1, 1], activation="tanh", weights=[[[0.5]], [[2.0]]]) for _ in "12")
    cost = one(1.0) * other(2.0)
    cost.backward()
    assert [unicode_name(row[0]) for row in one.delta_table(cost).rows] == ["z₁²⁽¹⁾", "z₁¹⁽¹⁾"]
    assert [unicode_name(row[0]) for row in other.delta_table(cost).rows] == ["z₁²⁽²⁾", "z₁¹⁽²⁾"]


def test_a_delta_table_of_another_cost_says_what_to_give():
    model, _ = a_batch()
    with pytest.raises(ValueError, match="computed from the network's outputs"):
        model.delta_table(Value(1.0) * 2)
    with pytest.raises(TypeError, match="takes the cost, a Value, got"):
        model.delta_table(3.0)


def test_a_seed_is_chosen_by_such_a_name():
    x = [Value(1.0, label="x"), Value(2.0, label="x")]
    y = x[0] * x[1]
    assert mg.Stepper(y, mode="forward", seed="x⁽²⁾").step().sentence
    with pytest.raises(ValueError, match=r"2 wires .* x⁽¹⁾, x⁽²⁾"):
        mg.Stepper(y, mode="forward", seed="x")


@pytest.mark.parametrize("label", ["z_1^1", "x", "y_hat", "z_1^[1]", "theta_21", "a = b", "loss"])
@pytest.mark.parametrize("run", [1, 2, 12])
def test_a_label_with_a_run_reads_as_both(label, run):
    number = unicode_name(f"x^{{({run})}}")[1:]
    marked = with_run(label, run)
    assert unicode_name(marked) == unicode_name(label) + number
    assert latex_name(marked).count("(") == latex_name(marked).count(")") == 1
    assert str(run) in latex_name(marked)
    assert not re.search("[⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]", latex_name(marked))


def test_a_network_that_feeds_itself_counts_its_runs_in_time_also_where_all_is_zero():
    cell = mg.nn.MLP(2, [2], activation=["tanh"], seed=2)
    state = [Value(0.0, label="h_1"), Value(0.0, label="h_2")]
    for _ in range(3):
        state = cell(state)
    cost = mg.sum(state)
    cost.backward()
    names = [str(unicode_name(row[0])) for row in cell.delta_table(cost).rows]
    assert names == ["z₁¹⁽¹⁾", "z₂¹⁽¹⁾", "z₁¹⁽²⁾", "z₂¹⁽²⁾", "z₁¹⁽³⁾", "z₂¹⁽³⁾"]
    assert [row[-2] for row in cell.delta_table(cost).rows][-2:] == [1.0, 1.0]
