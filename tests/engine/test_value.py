"""What the engine promises: values, operators, the backward pass, its order and its rules."""

from __future__ import annotations

import math
import random
from operator import add, mul, pow, sub, truediv

import pytest

import minigrad as mg
from minigrad import Value


def gradients(output: Value, *wires: Value) -> list[float]:
    """The gradients of the wires after one backward pass."""
    output.backward()
    return [wire.grad for wire in wires]


# --- golden numbers ---


def test_product_of_a_sum() -> None:
    x, y, z = Value(-2.0), Value(5.0), Value(-4.0)
    f = (x + y) * z
    assert f.data == -12.0
    assert gradients(f, x, y, z) == [-4.0, -4.0, 3.0]


def test_neuron_with_a_sigmoid() -> None:
    w0, w1, w2, x0, x1 = map(Value, (2.0, -3.0, -3.0, -1.0, -2.0))
    f = mg.sigmoid(w0 * x0 + w1 * x1 + w2)
    assert f.data == pytest.approx(0.7310585786300049, rel=1e-15)
    rounded = [round(gradient, 4) for gradient in gradients(f, w0, x0, w1, x1, w2)]
    assert rounded == [-0.1966, 0.3932, -0.3932, -0.5898, 0.1966]


def test_maximum_routes() -> None:
    x, y, z, w = Value(3.0), Value(-4.0), Value(2.0), Value(-1.0)
    f = 2 * (x * y + mg.maximum(z, w))
    assert f.data == -20.0
    assert gradients(f, x, y, z, w) == [-8.0, 6.0, 2.0, 0.0]


def test_a_local_gradient_times_what_comes_from_above() -> None:
    x, y, z = Value(3.0), Value(-4.0), Value(0.5)
    q = x * y
    f = q * z
    f.backward()
    assert (q.local_gradients, q.grad) == ((-4.0, 3.0), 0.5)
    assert (x.grad, y.grad, z.grad, f.grad) == (-2.0, 1.5, -12.0, 1.0)


# --- the backward pass ---


def test_fan_out_adds_the_contributions() -> None:
    x = Value(3.0)
    assert gradients(x * x + x, x) == [7.0]


def test_a_second_call_gives_exactly_twice_the_gradient_of_the_leaves() -> None:
    x = Value(3.0)
    cube = x * x * x
    assert gradients(cube, x) == [27.0]
    assert gradients(cube, x) == [54.0]


def test_gradients_in_between_belong_to_the_latest_call() -> None:
    x = Value(3.0)
    square = x * x
    cube = square * x
    for _ in range(3):
        cube.backward()
    assert (cube.grad, square.grad, x.grad) == (1.0, 3.0, 81.0)


def test_leaves_accumulate_over_different_outputs() -> None:
    x = Value(3.0)
    (x * 2).backward()
    (x * 5).backward()
    assert x.grad == 7.0


def test_an_output_in_the_middle_of_another_circuit() -> None:
    x = Value(2.0)
    middle = x * x
    whole = middle * 10
    whole.backward()
    middle.backward()
    assert (whole.grad, middle.grad, x.grad) == (1.0, 1.0, 44.0)


def test_backward_on_a_leaf_is_one() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0


def test_the_upstream_gradient_can_be_given() -> None:
    x, y = Value(3.0), Value(4.0)
    (x * y).backward(-0.5)
    assert (x.grad, y.grad) == (-2.0, -1.5)


def test_the_sign_of_a_zero_gradient_survives() -> None:
    x = Value(-1.0)
    (x * -0.0).backward()
    assert math.copysign(1.0, x.grad) == -1.0


def test_not_yet_is_not_zero() -> None:
    x = Value(3.0)
    y = x * 0
    assert not x.has_grad
    assert "grad=?" in repr(x)
    y.backward()
    assert x.has_grad
    assert "grad=0.0" in repr(x)


def test_a_wire_that_the_output_does_not_depend_on_stays_untouched() -> None:
    x, other = Value(3.0), Value(4.0)
    unused = other * x
    (x * 2).backward()
    assert not other.has_grad
    assert not unused.has_grad


def test_zero_grad_forgets_every_gradient_behind_the_output() -> None:
    x, y = Value(3.0), Value(4.0)
    product = x * y
    f = product + x
    f.backward()
    f.zero_grad()
    assert [wire.has_grad for wire in (x, y, product, f)] == [False] * 4
    assert gradients(f, x, y) == [5.0, 3.0]


def test_a_training_loop_that_sets_grad_to_zero() -> None:
    w = Value(0.0)
    for _ in range(50):
        loss = (w - 3) ** 2
        w.grad = 0.0
        loss.backward()
        w.data -= 0.25 * w.grad
    assert w.data == pytest.approx(3.0)


def test_data_changed_after_recording_does_not_touch_the_gradients() -> None:
    w, x = Value(2.0), Value(5.0)
    f = (w * x).tanh() * w
    expected = gradients(f, w, x)
    f.zero_grad()
    w.data, x.data = 100.0, -7.0
    assert gradients(f, w, x) == expected


# --- the order ---


def test_topological_order_is_leaves_then_gates_inputs_first() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    product = x * y
    f = product + x
    assert mg.topological_order(f) == [x, y, product, f]


def test_topological_order_is_depth_first_and_left_to_right() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    right, left = b * c, a * b
    f = left - right
    assert mg.topological_order(f) == [a, b, c, left, right, f]


def test_topological_order_goes_through_many_inputs_from_the_left() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    first, third = a * b, c * b
    f = mg.sum([first, c, third, first])
    assert mg.topological_order(f) == [a, b, c, first, third, f]


def test_topological_order_holds_every_wire_once_and_after_its_inputs() -> None:
    source = random.Random(7)
    wires = [Value(source.random()) for _ in range(5)]
    for _ in range(300):
        inputs = source.choices(wires, k=source.randrange(1, 4))
        wires.append(mg.sum(inputs) if len(inputs) != 2 else inputs[0] * inputs[1])
    order = mg.topological_order(mg.sum(wires))
    place = {wire: i for i, wire in enumerate(order)}
    assert len(place) == len(order)
    assert all(place[source] < place[wire] for wire in order for source in wire.inputs)
    assert mg.topological_order(order[-1]) == order


# --- operators ---


@pytest.mark.parametrize(
    ("expression", "data", "gradient"),
    [
        (lambda v: v + 2, 6.0, 1.0),
        (lambda v: 2 + v, 6.0, 1.0),
        (lambda v: v - 2, 2.0, 1.0),
        (lambda v: 2 - v, -2.0, -1.0),
        (lambda v: v * 2, 8.0, 2.0),
        (lambda v: 2 * v, 8.0, 2.0),
        (lambda v: v / 2, 2.0, 0.5),
        (lambda v: 2 / v, 0.5, -0.125),
        (lambda v: v**2, 16.0, 8.0),
        (lambda v: 2**v, 16.0, 16.0 * math.log(2.0)),
        (lambda v: v**v, 256.0, 256.0 * (math.log(4.0) + 1.0)),
        (lambda v: v + v, 8.0, 2.0),
        (lambda v: v - v, 0.0, 0.0),
        (lambda v: v * v, 16.0, 8.0),
        (lambda v: v / v, 1.0, 0.0),
        (lambda v: -v, -4.0, -1.0),
        (lambda v: +v, 4.0, 1.0),
        (lambda v: abs(-v), 4.0, 1.0),
        (lambda v: sum([v, v, 1]), 9.0, 2.0),
        (lambda v: mg.leaky_relu(-v), -0.04, -0.01),
        (lambda v: mg.leaky_relu(-v, 0.5), -2.0, -0.5),
        (lambda v: mg.dot([v, 2], [v, v]), 24.0, 10.0),
    ],
)
def test_operators_with_numbers_on_either_side(expression, data, gradient) -> None:  # type: ignore[no-untyped-def]
    v = Value(4.0)
    f = expression(v)
    assert f.data == data
    assert gradients(f, v) == [pytest.approx(gradient, rel=1e-15, abs=0.0)]


@pytest.mark.parametrize("number", [0, -1, 3, True, 2**53 - 1, 2**53, -(2**53), 2**53 + 1, 10**300])
@pytest.mark.parametrize("operator", [add, sub, mul, truediv, pow])
def test_a_whole_number_is_the_float_that_it_equals(operator, number) -> None:  # type: ignore[no-untyped-def]
    def both_sides(number: float) -> list[str]:
        x = Value(0.75)
        outputs = [operator(x, number), operator(number, x)]
        return [repr([f.data, f.inputs, f.local_gradients, gradients(f, x)]) for f in outputs]

    assert both_sides(number) == both_sides(float(number))


def test_minus_and_divide_are_gates_of_their_own() -> None:
    x, y = Value(6.0), Value(3.0)
    assert [(x - y).gate.name, (x / y).gate.name, (-x).gate.name] == ["sub", "div", "neg"]
    assert (x - y).inputs == (x, y)


def test_in_place_operators_make_a_new_wire() -> None:
    x = Value(3.0)
    total = x
    total += 2
    total *= x
    assert x.data == 3.0
    assert gradients(total, x) == [8.0]


def test_select_takes_an_index_that_is_a_value() -> None:
    table = [Value(5.0), Value(6.0), Value(7.0)]
    chosen = mg.select(table, Value(2))
    assert chosen.data == 7.0
    assert gradients(chosen, *table) == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (mg.relu, [0.0], [0.0]),
        (mg.abs, [0.0], [0.0]),
        (mg.maximum, [2.0, 2.0], [0.5, 0.5]),
        (mg.minimum, [2.0, 2.0], [0.5, 0.5]),
        (mg.maximum, [1.0, 3.0, 3.0, 3.0], [0.0, 1 / 3, 1 / 3, 1 / 3]),
        (mg.sqrt, [0.0], [math.inf]),
    ],
)
def test_gradients_at_kinks(function, at, expected) -> None:  # type: ignore[no-untyped-def]
    wires = [Value(number) for number in at]
    assert gradients(function(*wires), *wires) == expected


def test_zero_times_infinity_is_nan() -> None:
    x = Value(0.0)
    (gradient,) = gradients(x.sqrt() * 0, x)
    assert math.isnan(gradient)


# --- identity, comparisons, numbers ---


def test_equality_and_hash_are_identity() -> None:
    x, twin = Value(3.0), Value(3.0)
    assert x == x
    assert x != twin
    assert x != 3.0
    assert len({x, twin, x}) == 2
    assert {x: "a", twin: "b"}[x] == "a"
    assert [twin, x].index(x) == 1


def test_comparisons_compare_data() -> None:
    x, y = Value(3.0), Value(4.0)
    assert x < y
    assert x <= y
    assert y > x
    assert y >= x
    assert x < 3.5 <= y
    assert 2 < x  # noqa: SIM300
    assert not x < 3
    assert max([x, y]) is y
    assert sorted([y, x]) == [x, y]
    assert not Value(math.nan) < 1
    assert not Value(math.nan) >= 1


def test_a_value_as_a_number() -> None:
    with mg.no_grad():  # elsewhere these two warn: test_lost.py
        assert float(Value(2.5)) == 2.5
        assert math.sqrt(Value(9.0)) == 3.0
    assert int(Value(2.5)) == 2
    assert bool(Value(0.1))
    assert not Value(0.0)
    assert not Value(-0.0)


def test_free_attributes() -> None:
    p = Value(1.0, label="p")
    p.momentum, p.label, p.grad = 0.5, "q", 2
    assert (p.momentum, p.label, p.grad) == (0.5, "q", 2.0)
    assert type(p.grad) is float
    with pytest.raises(AttributeError, match="velocity"):
        _ = p.velocity


def test_constants_get_no_gradient() -> None:
    x = Value(3.0)
    f = 2 * x
    f.backward()
    (two,) = (wire for wire in f.inputs if wire is not x)
    assert two.is_constant
    assert not two.has_grad
    assert mg.constant(2.0).is_constant
    assert not x.is_constant


@pytest.mark.parametrize("look_first", [False, True])
def test_numbers_become_wires_when_somebody_looks(look_first: bool) -> None:
    x = Value(3.0)
    f = 2 - x * 5
    if look_first:
        assert [wire.data for wire in mg.topological_order(f)] == [2.0, 3.0, 5.0, 15.0, -13.0]
    f.backward()
    assert x.grad == -5.0
    assert [wire.data for wire in f.inputs] == [2.0, 15.0]
    assert f.local_gradients == (0.0, -1.0)
    assert f.inputs[1].local_gradients == (5.0, 0.0)
    assert [wire.is_constant for wire in f.inputs] == [True, False]
    assert f.inputs == f.inputs
    f.backward()
    assert x.grad == -10.0


def test_results_are_floats_whatever_the_inputs_were() -> None:
    from decimal import Decimal
    from fractions import Fraction

    for number in (3, True, Fraction(1, 4), Decimal("0.5"), 2.0, Value(2).data):
        x = Value(number)
        x.data = number
        assert type(x.data) is float
        assert type((x * number).data) is float
        assert type((number + x).data) is float


def test_numpy_scalars() -> None:
    numpy = pytest.importorskip("numpy")
    x = Value(3.0)
    for scalar in (numpy.float64(2.0), numpy.float32(2.0), numpy.int64(2)):
        assert Value(scalar).data == 2.0
        assert type(Value(scalar).data) is float
        for result in (scalar * x, x * scalar, scalar + x, scalar - x, x / scalar, scalar**x):
            assert type(result) is Value
            assert type(result.data) is float
        assert (scalar - x).data == -1.0
        assert scalar < x
        assert x > scalar


def test_plain_numbers_give_plain_numbers() -> None:
    assert mg.tanh(0.0) == 0.0
    assert mg.sum([1, 2, 3]) == 6.0
    assert mg.dot([1, 2], [3, 4]) == 11.0
    assert type(mg.exp(1)) is float


# --- no_grad ---


def test_no_grad_records_nothing() -> None:
    w = Value(2.0)
    with mg.no_grad():
        y = (w * 3).tanh() + mg.sum([w, w])
    assert y.is_constant
    assert y.inputs == ()
    z = w * 3
    assert z.inputs[0] is w


def test_no_grad_nests_is_a_decorator_and_ends_with_an_exception() -> None:
    w = Value(2.0)

    @mg.no_grad()
    def prediction() -> Value:
        with mg.no_grad():
            pass
        return w * 3

    assert prediction().is_constant
    with pytest.raises(ZeroDivisionError), mg.no_grad():
        _ = 1 // 0
    assert (w * 3).gate is not None


def test_no_grad_holds_for_its_own_thread_only() -> None:
    from threading import Thread

    w, recorded = Value(2.0), []
    with mg.no_grad():
        thread = Thread(target=lambda: recorded.append(w * 3))
        thread.start()
        thread.join()
    assert recorded[0].gate.name == "mul"
