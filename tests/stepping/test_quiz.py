"""Predictions: right ones, and wrong ones with the mistake that was made."""

import pytest
from helpers.stepped import circuits, neuron
from hypothesis import given

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.stepping.questions import MISTAKES, questions
from minigrad.stepping.quiz import matches


def product(upstream: float = 0.5) -> tuple[Stepper, Value, Value]:
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    stepper = Stepper(w * x, upstream)
    stepper.run_forward()
    return stepper, w, x


def test_the_issues_own_prediction_is_right():
    f, v = neuron()
    stepper = Stepper(f)
    stepper.run_to(v["w_1"])
    stepper.back()
    grade = stepper.predict({v["w_1"]: -0.39, v["x_1"]: -0.59})
    assert grade
    assert grade.correct
    assert grade.sentences == ["w₁: −0.39 is right", "x₁: −0.59 is right"]
    assert stepper.position == 8


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (1.5, "sign"),
        (1.0, "inputs not switched"),
        (-3.0, "upstream forgotten"),
        (0.5, "local gradient forgotten"),
        (7.77, None),
    ],
)
def test_a_mistake_at_a_product_is_named(answer, mistake):
    stepper, w, x = product()  # w receives 0.5 · −3
    grade = stepper.predict({w: answer, x: 1.0})
    assert not grade
    assert not grade.correct
    assert grade.mistakes == ({w: mistake} if mistake else {})
    assert grade.sentences[0].endswith("w receives −1.5")
    assert mistake is None or MISTAKES[mistake] in grade.sentences[0]


def test_an_activations_derivative_left_out_is_named():
    z = Value(0.5, label="z")
    stepper = Stepper(z.tanh(), upstream=2.0)
    stepper.run_forward()
    assert stepper.predict({z: 2.0}).mistakes == {z: "local gradient forgotten"}
    assert stepper.predict({z: 0.79}).mistakes == {z: "upstream forgotten"}


def test_an_updated_weight_is_named():
    stepper, w, x = product()
    old, new = 2.0, 2.0 - 0.2 * -1.5
    assert stepper.predict({w: -1.5, x: 0.5 * old}, learning_rate=0.2)
    grade = stepper.predict({w: -1.5, x: 0.5 * new}, learning_rate=0.2)
    assert grade.mistakes == {x: "updated weight"}


def test_overwriting_at_a_fan_out_is_named():
    x = Value(3.0, label="x")
    e = x * 2
    f = e.sin() + e * 5  # e feeds two gates: cos(6) and 5 add
    stepper = Stepper(f)
    stepper.position = len(stepper) - 1
    assert stepper.predict({x: 2 * (5 + 0.96017)})
    assert stepper.predict({x: 2 * 5}).mistakes == {x: "= instead of +="}
    assert stepper.predict({x: 2 * 0.96}).mistakes == {x: "= instead of +="}


def test_an_input_at_both_places_receives_both():
    x = Value(3.0, label="x")
    stepper = Stepper(x * x, upstream=0.5)
    stepper.run_forward()
    assert stepper.predict({x: 3.0})
    assert stepper.predict({x: 1.5}).mistakes == {x: "= instead of +="}


def test_the_last_contribution_at_a_fan_out_asks_for_the_whole_gradient():
    x = Value(3.0, label="x")
    stepper = Stepper(x * 4 + x * 2)
    stepper.position = len(stepper) - 1
    assert stepper.question.endswith("It receives 1. In all, with what arrived before: x.")
    assert stepper.predict({x: 6.0})
    grade = stepper.predict({x: 4.0})
    assert grade.mistakes == {x: "= instead of +="}
    assert grade.sentences[0].endswith("x receives 4 and had 2: 6 in all")
    assert stepper.predict({x: 2.0}).mistakes == {x: "= instead of +="}
    assert stepper.predict({x: 2.0 - 4.0}).mistakes == {x: "sign"}


def test_an_earlier_contribution_asks_for_itself_and_takes_the_sum_too():
    x = Value(3.0, label="x")
    stepper = Stepper(x * 4 + x * 2 + x * 8)
    stepper.position = len(stepper) - 2
    assert "In all" not in stepper.question
    assert stepper.predict({x: 2.0})
    assert "with what was there before" in stepper.predict({x: 10.0}).sentences[0]


def test_every_mistake_at_the_last_contribution_is_added_to_what_was_there():
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    stepper = Stepper(w * x + w * 5, upstream=0.5)
    stepper.position = len(stepper) - 1
    before = 0.5 * 5
    for wrong, mistake in [(1.5, "sign"), (1.0, "inputs not switched"), (-3, "upstream forgotten"),
                           (0.5, "local gradient forgotten")]:  # fmt: skip
        assert stepper.predict({w: before + wrong, x: 1}).mistakes == {w: mistake}
    assert stepper.predict({w: before - 1.5, x: 1})


@pytest.mark.parametrize(
    ("build", "answer", "mistake"),
    [
        (lambda a, b: a * b, -1.0, "added instead"),
        (lambda a, b: a + b, -6.0, "multiplied instead"),
        (lambda a, b: a / b, -1.5, "order of the inputs"),
        (lambda a, b: a * b, 6.0, "sign"),
        (lambda a, b: mg.sum([a, b, 1]), -1.0, "input left out"),
        (lambda a, b: b.relu(), -3.0, "gate forgotten"),
        (lambda a, b: a.tanh(), 0.0707, "derivative instead"),
        (lambda a, b: mg.maximum(a, b), -3.0, "gate forgotten"),
        (lambda a, b: mg.select([a, b], 0), -3.0, "gate forgotten"),
        (lambda a, b: mg.select([a], 0), -2.0, "sign"),
        (lambda a, b: a * b, 77.0, None),
    ],
)
def test_the_forward_pass_is_asked_too_and_its_mistakes_named(build, answer, mistake):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    output = build(a, b)
    stepper = Stepper(output)
    assert stepper.question.endswith("What does it compute?")
    assert stepper.predict({output: output.data})
    grade = stepper.predict({output: answer})
    assert grade.mistakes == ({output: mistake} if mistake else {})
    assert not grade
    assert stepper.position == 0


@pytest.mark.parametrize(
    ("gate", "right"), [(mg.maximum, [1.0, 0.0, 0.0]), (mg.minimum, [0.0, 1.0, 0.0])]
)
def test_the_loser_of_a_max_answered_with_the_winners_gradient_is_named(gate, right):
    inputs = [Value(number, label=f"x_{number}") for number in (3.0, 1.0, 2.0)]
    stepper = Stepper(gate(*inputs) * 5)
    stepper.position = 3
    assert stepper.predict({wire: 5 * part for wire, part in zip(inputs, right)})
    told = dict.fromkeys(inputs, 5.0)
    grade = stepper.predict(told)
    assert grade.mistakes == {w: "not chosen" for w, part in zip(inputs, right) if not part}
    none = stepper.predict(dict.fromkeys(inputs, 0.0))
    assert none.mistakes == {w: "chosen" for w, part in zip(inputs, right) if part}


def test_a_gate_that_is_closed_answered_with_its_upstream_gradient_is_named():
    x = Value(-2.0, label="x")
    stepper = Stepper(x.relu(), upstream=3.0)
    stepper.run_forward()
    assert stepper.predict({x: 0.0})
    assert stepper.predict({x: 3.0}).mistakes == {x: "stopped"}


def test_a_missing_answer_is_not_right():
    stepper, w, _ = product()
    grade = stepper.predict({w: -1.5})
    assert not grade
    assert grade.sentences[1] == "x: no answer. x receives 1"


def test_labels_will_do_for_wires():
    stepper, _, _ = product()
    assert stepper.predict({"w": -1.5, "x": 1})


def test_the_score_counts_each_step_once():
    stepper, w, x = product()
    stepper.predict({w: 1.5, x: 1.0})
    stepper.predict({w: 1.0, x: 1.0})
    assert str(stepper.score) == "1 of 2 right; inputs not switched: 1"


def test_bad_predictions_are_errors_that_say_what_to_do():
    stepper, w, x = product()
    with pytest.raises(ValueError, match=r"inputs to predict are: w, x; got the Value"):
        stepper.predict({Value(1.0): 3.0})
    with pytest.raises(TypeError, match="a dict of inputs"):
        stepper.predict([1.0, 2.0])
    with pytest.raises(TypeError, match=r"write float\(...\)"):
        stepper.predict({w: "1", x: 1})
    stepper.run()
    with pytest.raises(ValueError, match=r"no step left: reset\(\)"):
        stepper.predict({w: 1.0})
    stepper.reset()
    with pytest.raises(ValueError, match=r"asks for: f; got .* run_forward\(\) goes to the backw"):
        stepper.predict({w: 1.0})


@given(circuits())
def test_the_truth_is_always_right(output):
    stepper = Stepper(output)
    while stepper.position < len(stepper):
        step = stepper.step()
        asked = questions(step, stepper.sent)
        stepper.back()
        assert stepper.predict({question.wire: question.expected for question in asked})
        stepper.step()


@pytest.mark.parametrize(
    ("answer", "truth", "right"),
    [
        (0.2, 0.1966, True),
        (0.19, 0.1966, False),
        (1230, 1234.5, True),
        (0, 0, True),
        (0, 0.004, False),
        (0.00405, 0.004, True),
        (float("inf"), float("inf"), True),
        (1e300, float("inf"), False),
        (float("nan"), float("nan"), True),
        (0.0, float("nan"), False),
    ],
)
def test_an_answer_of_two_or_three_digits_is_right(answer, truth, right):
    assert matches(answer, truth) is right
    assert matches(-answer, -truth) is right


def test_inputs_that_were_not_switched_are_not_taken_for_right():
    """−0.0096 is not −0.0115, however small both are."""
    w, x = Value(0.0096, label="w"), Value(0.0115, label="x")
    stepper = Stepper(w * x, upstream=-1.0)
    stepper.run_forward()
    grade = stepper.predict({w: -0.0096, x: -0.0115})
    assert grade.mistakes == {w: "inputs not switched", x: "inputs not switched"}
    assert stepper.predict({w: -0.0115, x: -0.0096}).correct
