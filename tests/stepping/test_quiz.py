"""Predictions: right ones, and wrong ones with the mistake that was made."""

import pytest
from helpers.stepped import circuits, neuron
from hypothesis import given

from minigrad import Stepper, Value
from minigrad.stepping.quiz import MISTAKES, matches, questions


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


def test_the_gradient_after_the_step_is_right_too_and_said_to_be_that():
    x = Value(3.0, label="x")
    stepper = Stepper(x * 4 + x * 2)
    stepper.position = len(stepper) - 1
    assert stepper.predict({x: 4.0})
    assert "with what was there before" in stepper.predict({x: 6.0}).sentences[0]


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
    with pytest.raises(ValueError, match=r"forward pass comes first: run_forward\(\)"):
        stepper.predict({w: 1.0})


@given(circuits())
def test_the_truth_is_always_right(output):
    stepper = Stepper(output)
    for _ in stepper.another():
        step = stepper.step()
        if step.direction == "backward":
            asked = questions(step, stepper.sent_to(step.output))
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
