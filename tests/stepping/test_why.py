"""Why a gradient is what it is: the story names every gate on the way and ends at the number."""

import pytest
from helpers.stepped import circuits, neuron
from hypothesis import given

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.text import rounded


def test_the_story_of_a_neurons_weight():
    f, v = neuron()
    f.label = "f"
    assert Stepper(f).why(v["w_1"]).splitlines() == [
        "Why is df/dw₁ = −0.393?",
        "  df/df = 1 by definition",
        "  σ multiplies the gradient by output·(1 − output), at most a quarter:",
        "    df/d(w₀·x₀ + w₁·x₁ + b) = df/df · f·(1 − f) = 1 · 0.197 = 0.197",
        "  + distributes:",
        "    df/d(w₀·x₀ + w₁·x₁) = df/d(w₀·x₀ + w₁·x₁ + b) · 1 = 0.197 · 1 = 0.197",
        "  + distributes:",
        "    df/d(w₁·x₁) = df/d(w₀·x₀ + w₁·x₁) · 1 = 0.197 · 1 = 0.197",
        "  × switches its inputs:",
        "    df/dw₁ = df/d(w₁·x₁) · x₁ = 0.197 · (−2) = −0.393",
        "So when w₁ grows a little, f changes by −0.393 times as much.",
    ]


@given(circuits())
def test_the_first_line_holds_the_gradient_of_every_wire(output):
    gradients = {}
    stepper = Stepper(output)
    stepper.run()
    gradients = dict(stepper.gradients)
    for wire in mg.topological_order(output):
        story = stepper.why(wire)
        if wire.is_constant:
            assert "constant" in story
        else:
            assert story.splitlines()[0].endswith(f"= {rounded(gradients[wire])}?")


def test_gates_that_do_not_lead_to_the_wire_are_left_out():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    assert "tanh" not in Stepper(x.exp() + y.tanh()).why(x)


def test_the_story_does_not_move_the_stepper():
    f, v = neuron()
    stepper = Stepper(f)
    stepper.position = 3
    stepper.why(v["w_0"])
    assert (stepper.position, dict(stepper.gradients)) == (3, {})


def test_a_long_story_leaves_out_its_middle():
    wire = x = Value(0.5, label="x")
    for _ in range(20_000):
        wire = wire.sin()
    story = Stepper(wire).why(x)
    assert "… 19,960 more gates" in story
    assert len(story.splitlines()) == 84 + story.count(" is sin(") == 120


def test_a_name_that_stands_nowhere_in_the_picture_is_explained_once_where_it_comes_up():
    v, w, x, y = (Value(1.0, label=name) for name in "vwxy")
    u = v * (w * x).tanh() - y
    story = Stepper((u**2) * u.exp()).why(w).splitlines()
    explained = [line.strip() for line in story if line.startswith("    u") and " is " in line]
    assert explained == ["u₅ is u₄²", "u₆ is exp(u₄)", "u₄ is v·tanh(w·x) − y"]
    for name in ("u₅", "u₄"):
        place = story.index(next(line for line in story if f" {name} is " in line))
        assert not any(f"df/d{name}" in line for line in story[:place])
        assert any(f"df/d{name}" in line for line in story[place : place + 3])
    u.label = "error"
    assert "u₄" not in Stepper(u**2).why(w)


def test_a_wire_of_another_circuit_is_an_error():
    with pytest.raises(ValueError, match="got the Value"):
        Stepper(Value(1.0).exp()).why(Value(3.0))
    with pytest.raises(ValueError, match="got the str 'w'"):
        Stepper(Value(1.0).exp()).why("w")


def test_at_a_number_that_is_none_no_change_is_promised():
    """Of a gradient that is nan or infinite nothing follows for the output, nor at a nan itself."""
    x, y = Value(-1.0, label="x"), Value(0.0, label="y")
    for output, wire in (
        (x.log() * y, x),  # the output is nan, the gradient of x a number: 0 / −1
        (x.log() * y, y),  # the gradient is nan
        (x.sqrt() + x * -1.0, x),
        (y.sqrt(), y),  # the gradient is infinite
        (-x + y / y, x),  # the output is nan, the gradient −1
    ):
        told = Stepper(output).why(wire)
        assert "times as much" not in told, told
        assert "mg.first_nonfinite" in told


def test_a_finite_gradient_of_a_finite_output_is_told():
    x = Value(3.0, label="x")
    assert Stepper(x * -1.0).why(x).endswith("f changes by −1 times as much.")


def test_a_layer_is_not_read_as_an_exponent():
    model = mg.nn.MLP(1, [1, 1], activation="tanh", seed=1)
    cost = (model([2.0]) - 1.0) ** 2
    weight = model.layers[0].neurons[0].w[0]
    told = Stepper(cost).why(weight)
    assert told.count("an upper index is the layer, as in z₁²") == 1
    assert "(1 − (a₁¹)²)" in told
    bracketed = Stepper(cost, notation="[l]").why(weight)
    assert "upper index" not in bracketed
    assert "(1 − (a₁^[1])²)" in bracketed
