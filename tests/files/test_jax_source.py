"""Circuits as JAX source give what minigrad gives, gradients at kinks and of branches too."""

from __future__ import annotations

import random
from typing import Any

import numpy
import pytest
from helpers.counts import count_near
from helpers.exported import eager_mean, module_of, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value, nn
from minigrad.rules.gate import Gate

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

GATES = dict(mg.GATES)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu", "softplus", "silu"])
def test_a_network_gives_the_mean_loss_and_its_gradient(activation: str) -> None:
    model = nn.MLP(3, [5, 4, 1], activation=activation, seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    X, Y = rows_of(7, 3), rows_of(7)
    loss(X[0], Y[0])
    code = module_of(mg.export(loss, "jax", name="loss", parameters=model.parameters()))
    params = numpy.array([p.data for p in model.parameters()])
    mean, gradient = jax.jit(code["loss_value_and_grad"])(params, X, Y)
    rows = [([*map(Value, x)], float(y)) for x, y in zip(X, Y)]
    expected, gradients = eager_mean(loss, model.parameters(), rows)
    assert float(mean) == pytest.approx(expected, rel=1e-12)
    assert gradient == pytest.approx(gradients, rel=1e-11, abs=1e-13)
    assert code["loss"](params, X, Y).mean() == pytest.approx(expected, rel=1e-12)


def test_layers_are_matrix_products_and_nothing_is_gathered() -> None:
    model = nn.MLP(2, [8, 8, 1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    loss([0.5, -1.0], 1.0)
    source = mg.export(loss, "jax", name="loss", parameters=model)
    assert "TABLE" not in source
    assert "padded" not in source
    assert source.count(" @ ") == 3 + 3 + 3  # forward, forward again, backward


def test_parameters_go_by_name_and_the_gradient_comes_by_name() -> None:
    model = nn.MLP(2, [3, 3, 1], seed=2)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    X, Y = rows_of(4, 2), rows_of(4)
    loss(X[0], Y[0])
    code = module_of(mg.export(loss, "jax", name="loss", parameters=model))
    flat = numpy.array([p.data for p in model.parameters()])
    named = code["by_name"](flat)
    assert {name: array.shape for name, array in named.items()} == {
        "layers.0.w": (3, 2), "layers.0.b": (3,), "layers.1.w": (3, 3),
        "layers.1.b": (3,), "layers.2.w": (1, 3), "layers.2.b": (1,),
    }  # fmt: skip
    assert named["layers.1.w"][2, 1] == model.layers[1].neurons[2].w[1].data
    assert (code["flat"](named) == flat).all()
    mean, gradients = code["loss_value_and_grad"](named, X, Y)
    same, gradient = code["loss_value_and_grad"](flat, X, Y)
    assert mean == same
    assert (code["flat"](gradients) == gradient).all()


def test_parameters_that_are_not_used_keep_their_places() -> None:
    table = [[Value(float(3 * i + j)) for j in range(3)] for i in range(4)]
    data = [Value(2.0), mg.constant(5.0)]
    loss = mg.compile(lambda x: mg.dot(table[1], [x, x, data[1]]))
    loss(data[0])
    holder = {"table": table, "data": data[1:]}
    code = module_of(mg.export(loss, "jax", name="loss", parameters=holder))
    params = numpy.arange(12.0)
    mean, gradient = code["loss_value_and_grad"](params, numpy.array([1.0, 3.0]))
    assert float(mean) == pytest.approx((3 + 4) * 2.0 + 5 * 5.0)
    assert gradient.tolist() == [0.0] * 3 + [2.0, 2.0, 5.0] + [0.0] * 6
    assert code["by_name"](params)["table"].shape == (4, 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_stay_in_the_dtype_of_the_parameters(dtype: str) -> None:
    model = nn.MLP(2, [4, 1], activation="gelu", seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2 / 3)
    loss([0.5, -1.0], 1.0)
    code = module_of(mg.export(loss, "jax", name="loss"))
    params = numpy.array([p.data for p in model.parameters()], dtype=dtype)
    mean, gradient = code["loss_value_and_grad"](params, rows_of(3, 2), [1, 0, 1])
    assert (str(mean.dtype), str(gradient.dtype)) == (dtype, dtype)


@pytest.mark.parametrize(
    "gate", [gate for gate in GATES.values() if gate.has_rules], ids=lambda gate: gate.name
)
def test_every_gate_gives_its_value_and_its_gradient_in_every_row(gate: Gate) -> None:
    count = count_near(gate, 3)
    w = [Value(0.5), Value(-1.25), Value(2.0), Value(0.25)][:count]

    def circuit(x: list[Any]) -> Any:
        operands: list[Any] = [a * b for a, b in zip(w, x)]
        if gate.name == "select":
            operands[-1] = 1.0
        return Value.apply_gate(gate, tuple(operands)) * 3.0 + w[0] * x[0]

    loss = mg.compile(circuit)
    X = numpy.abs(rows_of(5, count)) + 0.1
    loss(X[0])
    code = module_of(mg.export(loss, "jax", name="f"))
    params = numpy.array([p.data for p in loss.recorded_circuit().parameters])
    mean, gradient = code["f_value_and_grad"](params, X)
    rows = [([float(v) for v in x],) for x in X]
    expected, gradients = eager_mean(loss, loss.recorded_circuit().parameters, rows)
    assert mean == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert gradient == pytest.approx(gradients, rel=1e-11, abs=1e-12, nan_ok=True)


def test_attention_over_what_came_before_is_the_same_with_fewer_lines() -> None:
    rng = random.Random(1)
    w = [[Value(rng.gauss(0, 1)) for _ in range(3)] for _ in range(3)]

    def loss(x: list[Any]) -> Any:
        h = [[mg.dot(row, x[3 * t : 3 * t + 3]) for row in w] for t in range(4)]
        out = []
        for t in range(4):
            scores = [mg.dot(h[t], h[s]) for s in range(t + 1)]
            largest = mg.maximum(scores)
            terms = [mg.exp(score - largest) for score in scores]
            total = mg.sum(terms)
            shares = [term / total for term in terms]
            out += [mg.dot(shares, [h[s][i] for s in range(t + 1)]) for i in range(3)]
        return mg.sum([v * v for v in out])

    compiled = mg.compile(loss)
    X = rows_of(3, 12)
    compiled(X[0])
    source = mg.export(compiled, "jax", name="loss")
    code = module_of(source)
    parameters = compiled.recorded_circuit().parameters
    mean, gradient = code["loss_value_and_grad"](numpy.array([p.data for p in parameters]), X)
    expected, gradients = eager_mean(compiled, parameters, [([*map(float, x)],) for x in X])
    assert mean == pytest.approx(expected, rel=1e-12)
    assert gradient == pytest.approx(gradients, rel=1e-11)
    assert len(source.splitlines()) < compiled.stats()["gates"]


def test_a_branch_that_is_not_taken_hurts_only_where_nobody_asked_for_care() -> None:
    w = Value(1.0, label="w")
    loss = mg.compile(lambda x: mg.where(w * x > 0.0, mg.sqrt(mg.relu(w * x)), 0.0 * w))
    loss(1.0)
    plain, careful = (
        module_of(mg.export(loss, "jax", name="f", careful=care))["f_value_and_grad"]
        for care in (False, True)
    )
    X = numpy.array([4.0, -1.0])
    assert numpy.isnan(plain(numpy.array([1.0]), X)[1])
    assert careful(numpy.array([1.0]), X)[1] == pytest.approx([0.5])


GATES_OF_TWO: list[Any] = [
    lambda a, b, w: a + b,
    lambda a, b, w: a * b,
    lambda a, b, w: mg.tanh(a),
    lambda a, b, w: mg.relu(a - b),
    lambda a, b, w: mg.maximum(a, b, 0.1),
    lambda a, b, w: mg.dot([a, b], [b, w]),
    lambda a, b, w: mg.sum([a, b, a]),
]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_random_circuits_give_the_same(seed: int) -> None:
    rng = random.Random(seed)
    w = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    choose = [rng.randrange(7) for _ in range(12)]
    places = [(rng.randrange(99), rng.randrange(99)) for _ in range(12)]

    def circuit(x: list[Any]) -> Any:
        wires: list[Any] = [*w, *x]
        for kind, (i, j) in zip(choose, places):
            a, b = wires[i % len(wires)], wires[j % len(wires)]
            wires.append(GATES_OF_TWO[kind](a, b, w[0]))
        return mg.sum(wires[-4:]) + w[0] * x[0]

    loss = mg.compile(circuit)
    X = numpy.random.default_rng(seed).normal(size=(4, 2))
    loss(X[0])
    code = module_of(mg.export(loss, "jax", name="f"))
    parameters = loss.recorded_circuit().parameters
    mean, gradient = code["f_value_and_grad"](numpy.array([p.data for p in parameters]), X)
    expected, gradients = eager_mean(loss, parameters, [([*map(float, x)],) for x in X])
    assert mean == pytest.approx(expected, rel=1e-11, abs=1e-11)
    assert gradient == pytest.approx(gradients, rel=1e-10, abs=1e-11)


def test_a_network_and_a_circuit_go_forward_row_by_row() -> None:
    model = nn.MLP(2, [3, 2], seed=1)
    X = rows_of(4, 2)
    params = numpy.array([p.data for p in model.parameters()])
    first, second = module_of(mg.export(model, "jax", name="f"))["f"](params, X)
    expected = [[v.data for v in model([*map(float, x)])] for x in X]
    assert numpy.stack([first, second], 1) == pytest.approx(numpy.array(expected), rel=1e-12)
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    f = module_of(mg.export([a * b, mg.tanh(b)], "jax", name="f"))["f"]
    product, tanh = f(X[:, 0], X[:, 1])
    assert product == pytest.approx(X[:, 0] * X[:, 1])
    assert tanh == pytest.approx(numpy.tanh(X[:, 1]))


@pytest.mark.parametrize("name", ["infinity", "Infinity", "NaN", "nan", "inf", "params", "rows"])
def test_an_argument_may_have_the_name_of_a_number_or_of_ours(name: str) -> None:
    w = Value(2.0)
    function = eval(f"lambda {name}: w * {name} * {name}", {"w": w})
    loss = mg.compile(function)
    loss(1.0)
    f = module_of(mg.export(loss, "jax", name="f"))["f"]
    assert f(numpy.array([2.0]), numpy.array([3.0, -1.0])) == pytest.approx([18.0, 2.0])


def test_fixed_numbers_stand_beside_wires_where_there_are_no_parameters() -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    outputs = [mg.sum([a, 2.0, b, 3.0, 5.0]), mg.dot([a, b, a], [2.5, 1.5, 0.5])]
    f = module_of(mg.export(outputs, "jax", name="f"))["f"]
    total, dot = f(numpy.array([1.0, 0.0]), numpy.array([2.0, 1.0]))
    assert total == pytest.approx([13.0, 11.0])
    assert dot == pytest.approx([6.0, 1.5])


def test_constants_that_a_function_closes_over_are_numbers_and_no_parameters() -> None:
    w, k = Value(2.0, label="w"), mg.constant(3.0)
    loss = mg.compile(lambda x: k * w * x)
    loss(1.0)
    f = module_of(mg.export(loss, "jax", name="f", parameters=[w]))["f_value_and_grad"]
    mean, gradient = f(numpy.array([2.0]), numpy.array([1.0, 3.0]))
    assert (float(mean), gradient.tolist()) == (12.0, [6.0])


def test_parameters_may_be_a_plain_list() -> None:
    w = Value(2.0, label="w")
    loss = mg.compile(lambda x: w * x)
    loss(1.0)
    f = module_of(mg.export(loss, "jax", name="f"))["f_value_and_grad"]
    assert float(f([2.0], [1.0, 3.0])[0]) == 4.0


def test_names_stay_data() -> None:
    hostile = Value(1.0, label='x")\nimport os\nos.system("true')
    source = mg.export(hostile * hostile, "jax", name="f")
    assert "import os" not in source


def test_what_has_no_recording_or_other_parameters_is_refused() -> None:
    model = nn.MLP(2, [1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    with pytest.raises(ValueError, match="has not been called yet"):
        mg.export(loss, "jax")
    loss([1.0, 2.0], 3.0)
    with pytest.raises(ValueError, match="3 of 3 are not in it"):
        mg.export(loss, "jax", parameters=nn.MLP(2, [1]))
    with pytest.raises(TypeError, match="takes a network, a dict of lists"):
        mg.export(loss, "jax", parameters=3)
    with pytest.raises(ValueError, match="has none: leave it out"):
        mg.export(Value(1.0), "jax", parameters=model)
    with pytest.raises(ValueError, match="for language='torch' and 'jax'"):
        mg.export(loss, "c", careful=True)
