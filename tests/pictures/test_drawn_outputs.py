"""Several outputs in one picture, and networks drawn without a call."""

import pytest

import minigrad as mg
from minigrad import Value, nn


def test_several_outputs_share_one_picture():
    x = Value(2.0, label="x")
    a, b, lonely = x * 3, x.exp(), Value(7.0, label="lonely")
    a.label, b.label = "a", "b"
    for style in ("circuit", "graph"):
        picture = mg.draw([a, b, lonely, a], style=style)
        for name in ("exp", "lonely", "7.39"):
            assert name in picture.svg
    assert "x" in mg.draw((a, b), depth=1).svg


def test_a_part_and_an_expansion_keep_all_outputs():
    x = Value(0.5, label="x")
    picture = mg.draw([x.sigmoid(), x.tanh()], expand=["sigmoid"])
    assert "1/x" in picture.svg
    assert "tanh" in picture.svg


@pytest.mark.parametrize("model", [nn.Neuron(2), nn.Layer(2, 3), nn.MLP(2, [3, 2], seed=1)])
def test_a_network_is_drawn_on_examples_and_stays_as_it_was(model):
    model([0.5, 0.25])
    before = [n.z for n in _neurons(model)]
    with mg.no_grad():
        assert "Σ" in mg.draw(model).svg
    assert all(n.z is z for n, z in zip(_neurons(model), before))


def _neurons(model):
    if isinstance(model, nn.Neuron):
        return [model]
    layers = model.layers if isinstance(model, nn.MLP) else [model]
    return [neuron for layer in layers for neuron in layer.neurons]


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ([], ValueError, "empty list"),
        ([Value(1.0), 2.0], TypeError, "at place 1"),
        (lambda x: x, TypeError, r"mg.draw\(model\(x\)\)"),
        (nn.Module(), TypeError, r"mg.draw\(model\(x\)\)"),
        ("y", TypeError, "behind a Value"),
    ],
)
def test_what_cannot_be_drawn_says_what_to_draw(given, error, said):
    with pytest.raises(error, match=said):
        mg.draw(given)


def test_formulas_in_delta_are_of_one_cost():
    with pytest.raises(ValueError, match="2 outputs: draw one of them"):
        mg.draw(nn.MLP(2, [3, 2], seed=1), show="delta")
