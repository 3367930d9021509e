"""The networks of the four texts, each built in one line, against each text's formulas."""

from collections.abc import Callable
from math import exp, tanh
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value, losses, nn
from minigrad.engine import Circuit

EXACT = 1e-12

SIGMOID = lambda z: 1 / (1 + exp(-z))
ACTIVATIONS = {  # g and g'
    "sigmoid": (SIGMOID, lambda z: SIGMOID(z) * (1 - SIGMOID(z))),
    "tanh": (tanh, lambda z: 1 - tanh(z) ** 2),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_2_3_1_network_without_biases_and_its_updates(name: str) -> None:
    g, dg = ACTIVATIONS[name]
    first = [[0.3, -0.8], [0.5, 0.9], [-1.1, 0.2]]  # a row for each unit of the hidden layer
    second = [[0.7, -0.4, 1.2]]
    (x1, x2), t, rate = (0.6, -1.5), 0.8, 0.25

    model = nn.MLP(2, [3, 1], activation=[name, name], bias=False, weights=[first, second])
    E = losses.half_squared_error(model([x1, x2]), t)
    E.backward()

    z = [w1 * x1 + w2 * x2 for w1, w2 in first]
    a = [g(number) for number in z]
    z3 = sum(w * number for w, number in zip(second[0], a))
    delta3 = (g(z3) - t) * dg(z3)
    delta2 = [delta3 * w * dg(number) for w, number in zip(second[0], z)]
    assert E.data == pytest.approx(0.5 * (g(z3) - t) ** 2, abs=EXACT)
    assert model.layers[1].delta == pytest.approx([delta3], abs=EXACT)
    assert model.layers[0].delta == pytest.approx(delta2, abs=EXACT)
    slopes = [delta * x for delta in delta2 for x in (x1, x2)] + [delta3 * number for number in a]
    assert [w.grad for w in model.parameters()] == pytest.approx(slopes, abs=EXACT)

    mg.optim.SGD(model.parameters(), lr=rate).step()
    before = [w for row in first for w in row] + second[0]
    after = [w - rate * slope for w, slope in zip(before, slopes)]
    assert [w.data for w in model.parameters()] == pytest.approx(after, abs=EXACT)


@pytest.mark.parametrize("x", [0.9, -2.0])  # through both relus, and stopped by the first
def test_the_chain_of_three_weights_and_all_six_derivatives(x: float) -> None:
    (t1, b1), (t2, b2), (t3, b3), y = (0.8, 0.1), (1.3, -0.2), (-0.7, 0.4), 1.0

    model = nn.MLP(
        1,
        [1, 1, 1],
        activation=["relu", "relu", "sigmoid"],
        weights=[[[t1]], [[t2]], [[t3]]],
        bias=[[b1], [b2], [b3]],
    )
    C = losses.squared_error(model(x), y)
    C.backward()

    z1 = t1 * x + b1
    a1 = max(0.0, z1)
    z2 = t2 * a1 + b2
    a2 = max(0.0, z2)
    y_hat = SIGMOID(t3 * a2 + b3)
    to_z3 = 2 * (y_hat - y) * y_hat * (1 - y_hat)
    to_z2 = to_z3 * t3 * (z2 > 0)
    to_z1 = to_z2 * t2 * (z1 > 0)
    expected = [to_z1 * x, to_z1, to_z2 * a1, to_z2, to_z3 * a2, to_z3]
    assert C.data == pytest.approx((y_hat - y) ** 2, abs=EXACT)
    assert [p.grad for p in model.parameters()] == pytest.approx(expected, abs=EXACT)
    assert [p.label for p in model.parameters()] == [
        *("w_11^1", "b_1^1", "w_11^2", "b_1^2", "w_11^3", "b_1^3")
    ]


def swish_of_ones_own(z: Value) -> Value:
    return z / (1 + mg.exp(-1.5 * z))


def _name(activation: Any) -> str:
    return activation if isinstance(activation, str) else activation.__name__


# not those that leave their domain after a layer, or multiply errors by a hundred in each
LIMITED = ("asin", "acos", "acosh", "atanh", "tan", "degrees")
ALL = [name for name, gate in mg.GATES.items() if (gate.arity or 9) - len(gate.defaults) == 1]
ALL = [name for name in ALL if name not in LIMITED]


@pytest.mark.parametrize("activation", [*ALL, swish_of_ones_own], ids=_name)
@pytest.mark.parametrize("first_index", [0, 1])
def test_the_recursion_of_delta_in_a_deep_network(activation: Any, first_index: int) -> None:
    weights = mg.nn.MLP(2, [3, 2, 3, 2], seed=4).state_dict()
    model = nn.MLP(2, [3, 2, 3, 2], activation=activation, first_index=first_index)
    # z stays near 1.1, where every gate of the table has a slope
    state = {name: 1.1 if name[-1] == "b" else 0.05 * w for name, w in weights.items()}
    model.load_state_dict(state)
    x, targets = [0.7, 1.2], [0.3, -0.4]
    C = losses.half_squared_error(model(x), targets)
    C.backward()

    slope = slope_of(activation)
    delta = [z.data - t for z, t in zip(model.layers[-1].z, targets)]  # the last layer is linear
    for layer, below in zip(reversed(model.layers), [*reversed(model.layers[:-1]), None]):
        assert layer.delta == pytest.approx(delta, abs=EXACT)
        inputs = x if below is None else [a.data for a in below.a]
        for neuron, d in zip(layer.neurons, delta):
            assert neuron.b is not None
            assert neuron.b.grad == pytest.approx(d, abs=EXACT)
            assert [w.grad for w in neuron.w] == pytest.approx([d * a for a in inputs], abs=EXACT)
        if below is not None:
            columns = zip(*[[w.data for w in neuron.w] for neuron in layer.neurons])
            back = [sum(w * d for w, d in zip(column, delta)) for column in columns]
            delta = [slope(z.data) * total for z, total in zip(below.z, back)]


def slope_of(activation: Any) -> Callable[[float], float]:
    """σ' by five-point differences, for a gate or a function alike: no rule is asked."""
    function = getattr(mg, activation) if isinstance(activation, str) else activation

    def slope(z: float) -> float:
        h = 1e-3
        f = lambda k: function(Value(z + k * h)).data
        return (8 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12 * h)

    return slope


@pytest.mark.parametrize("activation", [*ALL, swish_of_ones_own], ids=_name)
def test_the_delta_table_agrees_to_the_last_bits(activation: Any) -> None:
    model = nn.MLP(2, [3, 2, 1], activation=activation, weights="xavier", seed=1)
    for layer in model.layers:
        for neuron in layer.neurons:
            assert neuron.b is not None
            neuron.b.data = 2.5
    losses.half_squared_error(model([0.7, 1.2]), 0.3).backward()
    mg.optim.SGD(model.parameters(), lr=0.5).step()  # the table speaks of the pass before it
    rows = model.delta_table().rows
    assert [row[0] for row in rows] == [*("z_1^3", "z_1^2", "z_2^2", "z_1^1", "z_2^1", "z_3^1")]
    for _, z, _, _, by_recursion, by_gates, difference in rows:
        assert by_gates == pytest.approx(by_recursion, rel=1e-15, abs=1e-300)
        assert difference == by_recursion - by_gates
        assert isinstance(z, float)


SCORES = [[1.0, -2.0], [0.5, 0.25], [-1.5, 1.0]]  # the last layer's weights: three classes


def linear_classifier() -> nn.MLP:
    return nn.MLP(2, [3], weights=[SCORES], bias=[[0.1, 0.2, 0.3]])


@pytest.mark.parametrize("target", [0, 1, 2])
def test_softmax_and_cross_entropy_on_a_linear_last_layer(target: int) -> None:
    model, x = linear_classifier(), [0.4, -0.9]
    C = losses.cross_entropy(model(x), target)
    C.backward()
    powers = [exp(z.data) for z in model.layers[-1].z]
    p = [power / sum(powers) for power in powers]
    delta = [share - (j == target) for j, share in enumerate(p)]
    assert model.layers[-1].delta == pytest.approx(delta, abs=EXACT)
    for neuron, d in zip(model.layers[-1].neurons, delta):
        assert [w.grad for w in neuron.w] == pytest.approx([d * a for a in x], abs=EXACT)
        assert neuron.b is not None
        assert neuron.b.grad == pytest.approx(d, abs=EXACT)


@pytest.mark.parametrize("target", [0, 1, 2])
def test_the_multiclass_svm_loss_on_a_linear_last_layer(target: int) -> None:
    model, x = linear_classifier(), [0.4, -0.9]
    C = losses.multiclass_hinge(model(x), target)
    C.backward()
    s = [z.data for z in model.layers[-1].z]
    margins = [number - s[target] + 1 for number in s]
    delta = [float(j != target and margin > 0) for j, margin in enumerate(margins)]
    delta[target] = -sum(delta)
    total = sum(max(0.0, m) for j, m in enumerate(margins) if j != target)
    assert C.data == pytest.approx(total, abs=EXACT)
    assert model.layers[-1].delta == pytest.approx(delta, abs=EXACT)


def test_a_unit_is_drawn_as_the_text_draws_it() -> None:
    layer = nn.Layer(3, 2, activation="sigmoid", weights="xavier", seed=1)
    a, _ = layer([0.5, 1.0, -1.0])
    circuit = Circuit(a)
    (z,) = circuit.inputs(a)
    total, bias = circuit.inputs(z)
    assert [circuit.gate(wire).symbol for wire in (a, z, total)] == ["σ", "+", "Σ"]
    assert [(w.label, x.label) for w, x in map(circuit.inputs, circuit.inputs(total))] == [
        *(("w_11^1", "x_1"), ("w_12^1", "x_2"), ("w_13^1", "x_3"))
    ]
    assert bias.label == "b_1^1"
