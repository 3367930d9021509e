"""Tiles of dots and products: what is taken together, and that no bit of a row changes by it."""

import itertools
import math
from collections import Counter

import pytest
from helpers.circuits import HAS_NATIVE, WHY, bits
from hypothesis import example, given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value, nn

if HAS_NATIVE:
    from minigrad.native.tiling import TILE, Dots, Tiling, product_tiles
    from minigrad.tape.flatten import flatten_batch

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)


def output_of(model, x):
    """One number from a network: the sum of its outputs, each times its first input."""
    return mg.sum([x[0] * a for a in model.forward(x)])


def tiling_of(model):
    inputs = [Value(0.5 + i) for i in range(model.layers[0].nin)]
    parameters = model.parameters()
    tape = flatten_batch(output_of(model, inputs), parameters, inputs)
    return Tiling(tape)


def in_blocks(model):
    return mg.compile(lambda x: output_of(model, x), executor="tape", check=False)


def gradients_of(model, output):
    model.zero_grad()
    output.backward()
    return [parameter.grad for parameter in model.parameters()]


def test_the_units_of_a_layer_share_their_inputs_forward_and_back():
    tiling = tiling_of(nn.MLP(3, [5, 4, 2], activation="relu"))
    shapes = [part.weights.shape for part in tiling.parts if isinstance(part, Dots)]
    forward, back = [(5, 3 + 1), (4, 5 + 1), (2, 4 + 1)], [(4, 2), (5, 4)]
    assert sorted(shapes) == sorted(forward + back)


def test_a_lone_dot_and_dots_of_two_wires_make_no_tile():
    alone = nn.MLP(3, [1], activation="relu")
    assert not any(isinstance(part, Dots) for part in tiling_of(alone).parts)
    x = [Value(float(i)) for i in range(8)]
    tape = flatten_batch(mg.dot(x[:4], x[4:]) * mg.dot(x[::2], x[1::2]), [], x)
    assert not any(isinstance(part, Dots) for part in Tiling(tape).parts)


def test_a_layers_weight_gradients_are_one_rectangle():
    tiling = tiling_of(nn.MLP(4, [8, 1], activation="relu", bias=False))
    terms = Counter(place // TILE for places in tiling.sums for place in places)
    assert list(terms.values()).count(TILE) == 4 * 8 // TILE


def test_weights_used_twice_have_two_products_in_their_gradients():
    layer = nn.Layer(4, 4, activation="relu", bias=False, seed=2)
    x = [Value(0.1 * i) for i in range(4)]
    tape = flatten_batch(mg.sum(layer(layer(x))), layer.parameters(), x)
    *of_weights, of_the_output = sorted(map(len, Tiling(tape).sums), reverse=True)
    assert (of_weights, of_the_output) == ([2] * 16, 1)


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(10, 19)), min_size=1))
@example({(x, 10 + y) for x in range(5) for y in range(7)})
def test_tiles_have_every_product(pairs):
    tiles, places = product_tiles(pairs)
    products = [set(pair) for tile in tiles for pair in itertools.product(tile.left, tile.right)]
    assert len(products) == TILE * len(tiles)
    assert {pair: products[place] for pair, place in places.items()} == {x: set(x) for x in pairs}


numbers = st.floats(-2, 2) | st.sampled_from([0.0, -0.0, 1e-310, 1e300, math.inf, math.nan])
networks = st.builds(
    lambda nin, nouts, activation, bias, seed: nn.MLP(
        nin, nouts, activation=activation, bias=bias, seed=seed
    ),
    st.integers(1, 6),
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.sampled_from(["relu", "leaky_relu", "linear"]),  # the same bits in vectors as one by one
    st.booleans(),
    st.integers(0, 10**6),
)


@settings(max_examples=40)
@given(networks, st.data())
def test_a_row_in_tiles_is_the_eager_one_to_the_last_bit(model, data):
    x = data.draw(st.lists(numbers, min_size=model.layers[0].nin, max_size=model.layers[0].nin))
    eager, tiles = output_of(model, x), in_blocks(model).batch([x], reduce="sum")
    assert bits(tiles.data) == bits(eager.data + 0.0)  # a sum over rows starts from 0.0
    right = [bits(gradient + 0.0) for gradient in gradients_of(model, eager)]
    assert list(map(bits, gradients_of(model, tiles))) == right


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8, 9, 63, 64, 65, 127, 200])
def test_sums_over_any_number_of_rows(count):
    model = nn.MLP(3, [6, 5, 1], activation="relu", seed=4)
    rows = [[math.sin(7 * i + k) for k in range(3)] for i in range(count)]
    eager, tiles = mg.sum([output_of(model, x) for x in rows]), in_blocks(model)
    total = tiles.batch(rows, reduce="sum")
    assert total.data == pytest.approx(eager.data, rel=1e-12)
    right = gradients_of(model, eager)
    assert gradients_of(model, total) == pytest.approx(right, rel=1e-12, abs=1e-12)


def test_what_an_earlier_batch_left_behind_reaches_no_later_one():
    model = nn.MLP(2, [4, 4, 1], activation="relu", seed=1)
    tiles = in_blocks(model)
    rows = [[0.1 * i, 1.0 - 0.1 * i] for i in range(5)]
    clean = gradients_of(model, tiles.batch(rows, reduce="sum"))
    assert math.isnan(tiles.batch([[math.nan, math.inf]] * 70, reduce="sum").data)
    assert gradients_of(model, tiles.batch(rows, reduce="sum")) == clean


@settings(max_examples=20)
@given(st.lists(numbers, min_size=4, max_size=4))
def test_a_layer_that_is_used_twice_adds_its_gradients_as_eager_does(x):
    layer = nn.Layer(4, 4, activation="relu", seed=2)

    def loss(x):
        return mg.sum(layer(layer(x)))

    eager, tiles = loss(x), mg.compile(loss, executor="tape", check=False).batch([x], reduce="sum")
    right = [bits(gradient + 0.0) for gradient in gradients_of(layer, eager)]
    assert list(map(bits, gradients_of(layer, tiles))) == right


def executor_of(function, row):
    compiled = mg.compile(function, check=False)
    compiled.batch([row])
    return compiled.stats()["executor"]


def test_lanes_are_for_small_circuits_and_for_those_without_tiles():
    small, larger = nn.MLP(2, [4, 4, 1]), nn.MLP(2, [16, 16, 1])
    assert executor_of(lambda x: output_of(small, x), [0.3, 0.4]) == "lanes"
    assert executor_of(lambda x: output_of(larger, x), [0.3, 0.4]).startswith("native tape")
    w = Value(0.9)

    def chain(x):
        for _ in range(300):
            x = (w * x - 0.1).relu()
        return x

    assert executor_of(chain, 0.5) == "lanes"
