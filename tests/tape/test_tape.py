"""The tape: what a recording becomes, and dot products side by side, to the last bit."""

import itertools
import math
import operator
import random

import pytest
from helpers.circuits import EXECUTORS, HAS_NATIVE, WHY, bits
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.rules.gate import FUNCTIONS, GATES
from minigrad.rules.rows import row
from minigrad.tape.flatten import flatten
from minigrad.tape.kernels import DOT, forward_kernel
from minigrad.tape.tape import replay

native = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)


def matrix(rows, columns, rng):
    return [[Value(rng.gauss(0, 1)) for _ in range(columns)] for _ in range(rows)]


def wires(count):
    return [Value(0.5 + i) for i in range(count)]


def layers(widths, places, seed):
    """Layers of units, which some places share; the last layer's sum, and its parameters."""
    rng = random.Random(seed)
    weights = [matrix(n, k, rng) for k, n in itertools.pairwise(widths)]

    def function(xs):
        total = []
        for place in range(places):
            h = [x * (place + 1) for x in xs]
            for W in weights:
                z = [mg.dot(row, h) for row in W]
                h = [mg.relu(a) + b for a, b in zip(z, h)] if len(z) == len(h) else z
            total += h
        return mg.sum([a * b for a, b in zip(total, total[1:] + total[:1])])

    return function, [w for W in weights for row in W for w in row]


def result_and_gradients(function, xs, parameters):
    inputs = [Value(x) for x in xs]
    for p in parameters:
        p.grad = None
    out = function(inputs)
    out.backward()
    return [bits(out.data), *[bits(p.grad) for p in [*parameters, *inputs]]]


@pytest.mark.parametrize("executor", EXECUTORS)
@settings(max_examples=25, deadline=None)
@given(
    widths=st.lists(st.integers(1, 11), min_size=2, max_size=4),
    places=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_layers_have_the_same_bits_compiled_and_eager(executor, widths, places, seed):
    function, parameters = layers(widths, places, seed)
    compiled = mg.compile(function, executor=executor, check=False)
    xs = [random.Random(seed).gauss(0, 1) for _ in range(widths[0])]
    expected = result_and_gradients(function, xs, parameters)
    assert result_and_gradients(compiled, xs, parameters) == expected


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_factor_that_is_made_inside_a_dot_product_is_differentiated_in_its_place(executor):
    def function(x, y):
        return mg.dot([x, mg.relu(x) * y, y], [y, x, x + y]) * x

    expected = result_and_gradients(lambda xs: function(*xs), [0.3, 0.7], [])
    compiled = mg.compile(function, executor=executor, check=False)
    assert result_and_gradients(lambda xs: compiled(*xs), [0.3, 0.7], []) == expected


def test_a_dot_product_is_one_operation_however_it_is_written():
    a, b, c, d = wires(4)
    by_hand = str(flatten([a * c + b * d], [], [a, b, c, d]))
    assert by_hand == "s4 = dot(s0, s2, s1, s3)"
    assert str(flatten([mg.dot([a, b], [c, d])], [], [a, b, c, d])) == by_hand


def test_sums_go_on_inside_sums_and_the_bias_is_a_product_with_one():
    w, x, b = wires(3)
    assert str(flatten([mg.dot([w, w], [x, b]) + b], [], [w, x, b])).splitlines() == [
        "s4 = dot(s0, s1, s0, s2, s2, s3)",
        "s5 = sum(s2, s1)",  # the last product sends first, as in Value.backward
        "s6 = sum(s3, s0)",
    ]


def test_a_product_that_is_used_twice_is_made_once():
    x, y = wires(2)
    product = x * y
    tape = flatten([mg.relu(product) + product], [], [x, y])
    assert [kernel.name for kernel in tape.kernels].count("x0·x1") == 3  # and two gradients


def test_contributions_are_added_inside_one_dot_product():
    xs, ws = wires(3), wires(3)
    tape = flatten([mg.sum([mg.relu(w * x) for w in ws for x in xs])], ws, xs)
    assert [len(slots) for slots in tape.operands[-6:]] == [6] * 6


@native
def test_units_of_a_layer_are_computed_side_by_side():
    from minigrad.native.native_tape import NativeTape
    from minigrad.tape.kernels import COPY, DOT, DOTS

    units, inputs, places = 9, 8, 4
    W = matrix(units, inputs, random.Random(1))
    xs = [wires(inputs) for _ in range(places)]
    out = mg.sum([mg.relu(mg.dot(row, x)) for x in xs for row in W])
    tape = flatten([out], [w for row in W for w in row], [x for place in xs for x in place])
    lengths = {DOT: 0, DOTS: 0, COPY: 0}
    for step in NativeTape(tape).schedule.steps:
        lengths[step.kernel] = lengths.get(step.kernel, 0) + step.length
    assert lengths[DOT] == 0
    forward, to_inputs, to_weights = units * places, places * inputs, units * inputs
    assert lengths[DOTS] == (forward + to_inputs + to_weights) / 4
    assert lengths[COPY] == places * inputs  # to stand place by place; every unit reads them


@native
def test_few_products_that_share_nothing_stay_alone():
    from minigrad.native.native_tape import NativeTape
    from minigrad.tape.kernels import DOTS

    xs, ys = wires(64), wires(64)
    out = mg.sum([mg.relu(x * y) for x, y in zip(xs, ys)])
    steps = NativeTape(flatten([out], xs, ys)).schedule.steps
    assert DOTS not in {step.kernel for step in steps}
    assert max(step.length for step in steps) >= 64


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_product_with_a_gradient_of_its_own_keeps_it(executor):
    odd = row(
        "test_odd_product",
        "⊗",
        "…",
        arity=2,
        rule=lambda x, y: x * y,
        local_gradient=lambda x, y, out: (2.0 * y, x),
    )
    try:
        x, y = Value(3.0), Value(5.0)
        out = mg.compile(lambda x, y: odd(x, y) + odd(y, x), executor=executor)(x, y)
        out.backward()
        assert (out.data, x.grad, y.grad) == (30.0, 15.0, 9.0)
    finally:
        del mg.GATES["test_odd_product"], FUNCTIONS["test_odd_product"]


@native
def test_a_table_of_many_choices_is_read_at_the_index_of_each_row():
    table = wires(5_000)
    chosen = mg.compile(lambda index, x: x * mg.select(table, index) ** 2, executor="tape")
    indexes = [0.0, 4_999.0, -0.0, 17.0, *range(0, 5_000, 31)]
    expected = [3.0 * (0.5 + index) ** 2 for index in indexes]
    assert [chosen(index, 3.0).data for index in indexes] == expected
    total = chosen.batch(indexes, [3.0] * len(indexes), reduce="sum")
    assert total.data == pytest.approx(sum(expected), rel=1e-12)
    total.backward()
    assert [table[i].grad for i in (0, 1, 17, 4_999)] == [9.0, 0.0, 105.0, 29_997.0]


@pytest.mark.parametrize("exponent", [2.0, 3.0, 0.5, -1.0, 1.0, 0.0, -0.0, 1e17, -1e17, math.inf])
def test_a_power_with_a_known_exponent_is_one_operation_with_the_same_bits(exponent):
    x = Value(1.5)
    tape = flatten([x**exponent], parameters=[], inputs=[x])
    for number in (1.5, -1.5, 0.0, -0.0, 2.0, 1e-300, 1e300, math.inf, -math.inf, math.nan, 5e-324):
        wire = Value(number)
        power = wire**exponent
        power.backward()
        (out,), ((slope,),) = replay(tape, [], [number])
        assert bits(out) == bits(power.data)
        assert bits(slope) == bits(wire.grad)
    if exponent in (2.0, 3.0, 0.5, -1.0):
        assert len(tape.kernels) == 2
        assert " if " not in str(tape)


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_a_mean_is_one_gate_with_the_bits_of_a_sum_divided(count):
    rng = random.Random(count)
    numbers = [rng.uniform(-2.0, 2.0) for _ in range(count)]

    def slopes(mean):
        xs = [Value(number) for number in numbers]
        out = mean(xs) * 7.1
        out.backward()
        return [out.data, *(x.grad for x in xs)]

    expected = slopes(lambda xs: mg.sum(xs) / count)
    assert slopes(mg.mean) == expected
    assert mg.mean([Value(1.0), 2.0]).gate is mg.GATES["mean"]
    for executor in ("python", "tape", "lanes") if HAS_NATIVE else ("python",):
        f = mg.compile(lambda xs: mg.mean(xs) * 7.1, executor=executor)
        assert list(f.value_and_grad(numbers)) == [expected[0], expected[1:]]
        square = mg.compile(lambda xs: mg.mean(xs) ** 2, executor=executor)
        assert square.hvp(numbers, [1.0] * count) == pytest.approx([2.0 / count] * count, rel=1e-14)


@pytest.mark.parametrize("pairs", range(1, 8))
def test_a_dot_kernel_adds_its_products_from_left_to_right(pairs):
    draw = random.Random(pairs)
    for _ in range(100):
        factors = [draw.choice((-0.0, 0.0, 1e16, draw.uniform(-1, 1))) for _ in range(2 * pairs)]
        total, *others = map(operator.mul, factors[::2], factors[1::2])
        for product in others:
            total += product
        assert repr(DOT.on_floats(*factors)) == repr(total)


@pytest.mark.parametrize("name", [gate.name for gate in GATES.values() if gate.arity])
def test_a_kernel_gives_what_its_gate_gives(name):
    gate = GATES[name]
    numbers = (-2.5, -0.0, 0.0, 0.5, 3.0, math.inf, math.nan)
    for inputs in itertools.product(numbers, repeat=gate.arity):
        assert repr(forward_kernel(gate).on_floats(*inputs)) == repr(gate.forward(*inputs))


def test_a_gate_that_calls_another_on_one_expression_of_its_inputs_is_compiled():
    @mg.gate(symbol="hyp", local_gradient=lambda x, y, out: (x / out, y / out))
    def hypotenuse_of_two(x, y):
        return mg.sqrt(x * x + y * y)

    compiled = mg.compile(lambda x, y: hypotenuse_of_two(x, y))
    assert [compiled(3.0, y).data for y in (4.0, 0.0, -4.0)] == [5.0, 3.0, 5.0]
