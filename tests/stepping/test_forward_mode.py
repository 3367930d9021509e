"""Forward mode seen: value and tangent flow together, and meet the gradients."""

from __future__ import annotations

import math
from typing import Any

import pytest
from helpers.stepped import circuits, neuron
from hypothesis import given

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.calculus import tangents
from minigrad.engine import Circuit
from minigrad.files import as_script
from minigrad.pictures import THEMES
from minigrad.rules import FUNCTIONS
from minigrad.stepping.tangent_words import tangent_words


def product() -> tuple[Value, Value, Value]:
    w, x = Value(2.0, label="w"), Value(-1.0, label="x")
    return w, x, w * x


def told(stepper: Stepper) -> list[str]:
    return [step.sentence for step in stepper]


def test_the_neurons_tangent_is_its_golden_gradient() -> None:
    f, v = neuron()
    for name, gradient in {"w_0": -0.1966, "x_0": 0.3932, "w_1": -0.3932, "b": 0.1966}.items():
        last = Stepper(f, mode="forward", seed=v[name]).run()
        assert last is not None
        assert last.tangent == pytest.approx(gradient, abs=1e-4)


def test_one_pass_with_a_sentence_for_each_gate() -> None:
    w, _, f = product()
    stepper = Stepper(f, mode="forward", seed=w)
    assert len(stepper) == 1
    assert told(stepper) == [
        "× computes f = w·x = 2·(−1) = −2. × takes each tangent times the other input: "
        "f has the tangent 1 · x = −1"
    ]
    assert stepper.present is not None
    assert stepper.present.formulas == ["df/dw = dw/dw · x = 1 · (−1) = −1"]
    assert r"\frac{\mathrm{d}f}{\mathrm{d}w}" in stepper.present.latex[0]
    assert stepper.step() is None


@pytest.mark.parametrize("as_given", [lambda w: w, lambda w: "w_1", lambda w: "w₁", lambda w: "w1"])
def test_a_seed_is_a_wire_or_its_label(as_given: Any) -> None:
    w, x = Value(2.0, label="w_1"), Value(-1.0, label="x")
    last = Stepper(w * x, mode="forward", seed=as_given(w)).run()
    assert last is not None
    assert last.tangent == -1.0


def test_several_wires_move_at_their_speeds() -> None:
    w, x, f = product()
    last = Stepper(f, mode="forward", seed={w: 1.0, "x": 3.0}).run()
    assert last is not None
    assert last.tangent == mg.jvp(f, {w: 1.0, x: 3.0}).data == 5.0
    assert last.moved == (-1.0, 6.0)
    assert "1 · x + 3 · w = −1 + 6 = 5" in last.sentence
    assert last.formulas[0].startswith("df/dt = dw/dt · x + dx/dt · w")


def test_where_there_is_one_leaf_it_is_the_seed() -> None:
    last = Stepper(Value(3.0, label="x") ** 2, mode="forward").run()
    assert last is not None
    assert last.tangent == 6.0


def test_a_wire_inside_may_be_the_seed() -> None:
    w, _, z = product()
    f = z.exp()
    stepper = Stepper(f, mode="both", seed=z)
    assert stepper.step().tangent == 1.0  # type: ignore[union-attr]
    assert "The seed moves it: w·x has the tangent 1" in stepper.present.sentence  # type: ignore[union-attr]
    assert told(stepper)[1].endswith("is the gradient of w·x, 0.135")
    assert stepper.circuit.tangents.get(w) is None


@pytest.mark.parametrize(
    ("seed", "error", "words"),
    [
        (Value(1.0, label="q"), ValueError, "is no wire of the circuit .* one of w, x"),
        ("q", ValueError, "^seed='q': no wire of the circuit has this label: one of w, x"),
        (None, ValueError, "say which with seed=, one of w, x"),
        (mg.constant(3.0), ValueError, "does not move: make it a Value"),
        ("q" * 99, ValueError, "^seed='q{40}…': no wire"),
        ({}, ValueError, "names no wire"),
        (3.0, TypeError, "takes a Value, its label or a dict"),
        (["w"], TypeError, "takes a Value, its label or a dict"),
        ({"w": math.nan}, ValueError, "lets w move by nan: give a finite number"),
        ({"w": "fast"}, TypeError, "number"),
    ],
)
def test_what_cannot_be_a_seed_is_refused_with_a_remedy(seed: Any, error: Any, words: str) -> None:
    _, _, f = product()
    with pytest.raises(error, match=words):
        Stepper(f, mode="forward", seed=seed)


def test_a_circuit_of_numbers_alone_has_nothing_that_moves() -> None:
    with pytest.raises(ValueError, match="made of numbers alone: make one of them a Value"):
        Stepper(mg.expression("2*3"), mode="forward")


def test_a_wire_named_twice_or_a_label_of_two_wires_is_refused() -> None:
    w, _, f = product()
    with pytest.raises(ValueError, match="twice"):
        Stepper(f, mode="both", seed={w: 1.0, "w": 1.0})
    a, b = Value(1.0, label="a"), Value(2.0, label="a")
    with pytest.raises(ValueError, match="2 wires of the circuit have this label"):
        Stepper(a * b, mode="forward", seed="a")


def test_modes_are_named_and_a_seed_needs_one() -> None:
    w, _, f = product()
    with pytest.raises(ValueError, match="choose 'backward' or 'forward' or 'both'"):
        Stepper(f, mode="sideways")
    with pytest.raises(ValueError, match="write mode='forward' or mode='both'"):
        Stepper(f, seed=w)
    with pytest.raises(ValueError, match="computes no gradients"):
        Stepper(f, mode="forward", seed=w, upstream=2.0)


def test_gates_whose_local_gradients_nobody_knows_are_refused() -> None:
    x = Value(2.0, label="x")
    made = Value(6.0, (x,), "mine")
    made._backward = lambda: None
    with pytest.raises(TypeError, match=r"define the gate with @mg\.gate"):
        Stepper(made * 2.0, mode="forward", seed=x)


def test_both_ways_meet_where_the_seeds_last_gradient_arrives() -> None:
    w, x = Value(2.0, label="w"), Value(-1.0, label="x")
    f = (w * x).tanh() * w
    sentences = told(Stepper(f, mode="both", seed=w))
    (meeting,) = [text for text in sentences if "Both ways meet" in text]
    assert meeting is sentences[-1]
    assert "the tangent that arrived at f, −1.11, is the gradient of w, −1.11" in meeting


def test_with_speeds_and_an_upstream_gradient_they_meet_too() -> None:
    w, x, f = product()
    text = told(Stepper(f, mode="both", seed={w: 1.0, x: 3.0}, upstream=2.0))[-1]
    assert "1 · (gradient of w) + 3 · (gradient of x) = 1 · (−2) + 3 · 4 = 10" in text
    assert "times the gradient of f, 2, which is 10" in text
    text = told(Stepper(f, mode="both", seed={w: 1.0, x: -3.0}))[-1]
    assert "1 · (gradient of w) + (−3 · (gradient of x)) = 1 · (−1) + (−3 · 2) = −7" in text


def test_at_a_nan_they_say_where_to_look() -> None:
    y = Value(0.0, label="y")
    text = told(Stepper(mg.log(y) * y, mode="both", seed=y))[-1]
    assert text.endswith(
        "Both ways come to nan: mg.first_nonfinite(f) names the gate where it began"
    )


@given(circuits())
def test_tangents_are_those_of_jvp_and_meet_the_gradient(output: Value) -> None:
    circuit = Circuit(output)
    leaf = circuit.leaves[0]
    if leaf.is_constant:
        return
    stepper = Stepper(output, mode="both", seed=leaf)
    expected = tangents(circuit, {leaf: 1.0})
    for step in stepper:
        if step.direction == "forward":
            tangent, sent = expected.get(step.output, 0.0), [p for p in step.moved if p is not None]
            assert step.tangent == tangent or tangent != tangent
            assert math.fsum(sent) == pytest.approx(tangent, rel=1e-9, nan_ok=True) or not all(
                map(math.isfinite, sent)
            )
    gradient, tangent = stepper.gradients.get(leaf, 0.0), expected.get(output, 0.0)
    numbers = [*stepper.gradients.values(), *expected.values(), *stepper.circuit.values.values()]
    if all(abs(number) < 1e9 for number in numbers):
        assert gradient == pytest.approx(tangent, rel=1e-6, abs=1e-6)


@given(circuits())
def test_back_undoes_a_step_exactly_in_both_modes(output: Value) -> None:
    leaf = Circuit(output).leaves[0]
    if leaf.is_constant:
        return
    for mode in ("forward", "both"):
        stepper = Stepper(output, mode=mode, seed=leaf)
        stages = [repr(stepper.stage)]
        for _ in stepper:
            stages.append(repr(stepper.stage))
        for stage in reversed(stages[:-1]):
            stepper.back()
            assert repr(stepper.stage) == stage


def test_routing_gates_hand_on_nothing_that_they_do_not_choose() -> None:
    x = Value(0.0, label="x")
    for output in (
        mg.max(mg.log(x), 1.0),
        mg.select([1.0 / x, x], 1),
        mg.relu(mg.sqrt(x) - 1),
    ):
        last = Stepper(output, mode="forward", seed=x).run()
        assert last is not None
        assert last.tangent == mg.jvp(output, {x: 1.0}).data
        assert not math.isnan(last.tangent)
    text = told(Stepper((-x - 1.0).relu(), mode="forward", seed=x))[-1]
    assert "stops it elsewhere: nothing goes on, f has the tangent 0" in text


def test_every_gate_of_the_table_has_words() -> None:
    for gate in mg.GATES.values():
        words = tangent_words(gate)
        assert "gradient" not in words.replace("local gradient", "")
        assert ":" not in words or "stops tangents" in words
        if gate.name in ("select", "dot"):
            continue
        inputs = [Value(n, label=f"x_{i}") for i, n in enumerate(gate.example[: gate.arity])]
        (step,) = Stepper(FUNCTIONS[gate.name](*inputs), mode="forward", seed=inputs[0])
        assert words in step.sentence


def test_own_gates_flow_forwards_too() -> None:
    @mg.gate(symbol="cube_of_forward_mode", local_gradient=lambda x, out: (3 * x * x,))
    def cube_of_forward_mode(x: Any) -> Any:
        return x * x * x

    x = Value(2.0, label="x")
    (step,) = Stepper(cube_of_forward_mode(x), mode="forward", seed=x)
    assert step.tangent == 12.0


# --- moving about, pictures, files ----------------------------------------------------------------


def test_forward_mode_leaves_no_gradients_and_says_so() -> None:
    w, _, f = product()
    stepper = Stepper(f, mode="forward", seed=w)
    with pytest.raises(ValueError, match=r"mode='both', or call output\.backward"):
        stepper.commit()
    assert stepper.why(w).startswith("Why is df/dw = −1?")
    both = Stepper(f, mode="both", seed=w)
    both.commit()
    assert w.grad == -1.0


def test_run_to_and_breakpoints_stop_in_each_mode() -> None:
    w, _, z = product()
    f = z.tanh().exp()
    for mode, steps in (("forward", 3), ("both", 6)):
        stepper = Stepper(f, mode=mode, seed=w)
        assert stepper.run_to("tanh").title == "forward 2 of 3 · gate tanh"  # type: ignore[union-attr]
        stepper.run()
        assert stepper.position == steps


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("style", ["circuit", "graph"])
def test_the_tangent_stands_beside_the_value_in_a_colour_of_its_own(theme: str, style: str) -> None:
    w, _, f = product()
    stepper = Stepper(f, mode="forward", seed=w)
    stepper.run()
    picture = mg.draw(f, stage=stepper.stage, theme=theme, style=style)
    colours = THEMES[theme]
    assert colours.tangent in picture.source
    assert colours.gradient not in picture.source
    assert ">?<" not in picture.svg
    assert len({colours.value, colours.gradient, colours.tangent, colours.local}) == 4
    if style == "circuit":
        assert "slanted, beside the value: the tangent" in picture.source


def test_what_is_not_known_yet_is_a_question_mark() -> None:
    w, _, f = product()
    source = mg.draw(f, stage=Stepper(f, mode="forward", seed=w).stage).source
    (wire,) = [line for line in source.splitlines() if line.strip().startswith("w2 [")]
    assert wire.count("?") == 2  # value and tangent, and no gradient to wait for


def test_inside_a_definition_tangents_flow_too() -> None:
    x = Value(0.5, label="x")
    f = x.sigmoid()
    stepper = Stepper(f, mode="forward", seed=x)
    stepper.run()
    source = mg.draw(f, stage=stepper.stage, expand=["sigmoid"]).source
    assert "?<" not in source
    assert source.count("−0.607") == 2  # of exp(−x), and of 1 + exp(−x)


def test_boxes_of_units_have_tangents_and_no_gradients_to_wait_for() -> None:
    model = mg.nn.MLP(2, [2, 1], activation="tanh", seed=0)
    f = model([Value(0.3, label="x_1"), Value(-0.5, label="x_2")])
    stepper = Stepper(f, mode="forward", seed="x_1")
    stepper.run()
    source = mg.draw(f, stage=stepper.stage, collapse="neuron").source
    boxes = [line for line in source.splitlines() if 'class="unit"' in line]
    assert len(boxes) == 3
    assert all(THEMES["light"].tangent in box and "δ" not in box for box in boxes)
    assert "?<" not in source
    both = Stepper(f, mode="both", seed="x_1")
    assert "δ" in mg.draw(f, stage=both.stage, collapse="neuron").source


def test_it_shows_and_saves_itself_in_each_mode(tmp_path: Any) -> None:
    w, _, f = product()
    for mode, told_last in (("forward", "has the tangent"), ("both", "Both ways meet")):
        stepper = Stepper(f, mode=mode, seed=w)
        stepper.run()
        bundle = stepper._repr_mimebundle_()
        assert told_last in bundle["text/html"]
        assert "image/png" in bundle
        assert "image/png" in stepper.player()._repr_mimebundle_()
        for name in ("steps.html", "steps.svg"):
            stepper.save(tmp_path / name)
            assert (tmp_path / name).stat().st_size > 1000
        first, *others = stepper.save_frames(tmp_path / mode)
        assert len(others) == len(stepper)
        assert "slanted" in first.read_text(encoding="utf-8")


def test_the_players_texts_say_what_moves() -> None:
    w, _, f = product()
    html = Stepper(f, mode="forward", seed=w).player().html
    assert as_script("w moves by 1")[1:-1] in html
    assert "tangent −1, seed: w" in html


# --- the quiz -------------------------------------------------------------------------------------


def test_the_quiz_asks_for_tangents_and_knows_the_mistakes() -> None:
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    stepper = Stepper(w * x, mode="forward", seed={w: 1.0, x: 5.0})
    assert stepper.question.endswith("It computes f = −6. What is its tangent?")
    assert stepper.predict({"tangent of f": 7.0}).correct
    for answer, mistake in {
        -7.0: "sign",
        -13.0: "tangents not switched",
        -1.0: "tangent forgotten",
        6.0: "local gradient left out",
        10.0: "tangent left out",
        -6.0: "value instead",
    }.items():
        grade = stepper.predict({"f": answer})
        assert list(grade.mistakes.values()) == [mistake]


def test_a_prediction_of_something_else_is_not_sent_to_a_backward_pass_that_never_comes() -> None:
    w, _, f = product()
    for mode, words in (("forward", r"asks for: f; got the str 'w'$"), ("both", "to the backward")):
        with pytest.raises(ValueError, match=words):
            Stepper(f, mode=mode, seed=w).predict({"w": 1.0})


def test_the_quiz_knows_a_tangent_that_was_not_chosen() -> None:
    x = Value(2.0, label="x")
    stepper = Stepper(mg.max(x * 3.0, x * 1.0), mode="forward", seed=x)
    stepper.position = 2
    assert stepper.predict({"f": 1.0}).mistakes == {stepper.output: "tangent not chosen"}
    assert stepper.predict({"f": 0.0}).mistakes == {stepper.output: "tangent of the chosen"}
    assert stepper.predict({"f": 3.0}).correct


def test_a_chain_of_many_gates_is_stepped_through() -> None:
    x = Value(0.3, label="x")
    wire = x
    for _ in range(5000):
        wire = wire.sin()
    last = Stepper(wire, mode="forward", seed=x).run()
    assert last is not None
    assert last.tangent == mg.jvp(wire, {x: 1.0}).data
