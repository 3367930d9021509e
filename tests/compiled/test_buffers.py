"""Arrays at fixed places, and one native call on them."""

import copy
import gc
import math
import pickle
from collections import namedtuple
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from helpers.circuits import HAS_NATIVE, WHY, bits
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import TracingError, Value

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)


@dataclass
class Place:
    x: float
    y: float


def rosenbrock(x):
    return mg.sum([100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x)])


@pytest.mark.filterwarnings("ignore:overflow")  # of NumPy's own numbers
@pytest.mark.parametrize("count", [2, 5, 60])  # straight-line code, and the native tape
def test_a_run_gives_the_value_and_the_gradient_to_the_last_bit(count):
    compiled = mg.compile(rosenbrock)
    run = compiled.buffers(np.zeros(count))
    for seed in range(5):
        x = np.random.default_rng(seed).normal(size=count) * 10.0 ** (40 * seed)
        run.arguments[:] = x
        assert run() is None
        value, gradient = compiled.value_and_grad(x)
        assert bits(float(run.value)) == bits(value)
        assert list(map(bits, run.gradient)) == list(map(bits, gradient))


@settings(max_examples=40, deadline=None)
@given(x=st.floats(), y=st.floats())
def test_any_numbers_give_what_a_call_gives(x, y):
    RUN.arguments[:] = x, y
    RUN()
    wires = Value(x), Value(y)
    out = gated(*wires)
    out.backward()
    assert bits(float(RUN.value)) == bits(out.data)
    assert list(map(bits, RUN.gradient)) == [bits(wire.grad) for wire in wires]


def gated(x, y):
    return mg.relu(x) * mg.maximum(x, y) + mg.where(x > 0.0, mg.sqrt(x), y) + mg.tanh(x * y)


if HAS_NATIVE:
    RUN = mg.compile(gated).buffers(1.0, 2.0)


def test_they_are_filled_with_the_numbers_that_they_were_made_with():
    run = mg.compile(lambda x: x[0] * x[1]).buffers([3.0, 5.0])
    assert (run.arguments.tolist(), float(run.value), run.gradient.tolist()) == ([3, 5], 15, [5, 3])
    assert "array([3., 5.])" in repr(run)


def test_without_arguments_they_are_for_those_of_the_latest_call():
    compiled = mg.compile(rosenbrock)
    with pytest.raises(ValueError, match="has not been called yet"):
        compiled.buffers()
    compiled.value_and_grad(np.array([1.0, 2.0, 3.0]))
    assert compiled.buffers().arguments.tolist() == [1.0, 2.0, 3.0]


def test_the_arrays_have_the_structure_of_the_arguments():
    compiled = mg.compile(lambda p, m, kind: p["a"] * p["b"][1] + mg.sum(m.ravel().tolist()))
    run = compiled.buffers({"a": 2.0, "b": [3.0, 4.0]}, np.ones((2, 2)), "kind")
    named, matrix, kind = run.arguments
    assert named["a"].shape == ()
    assert named["b"].tolist() == [3.0, 4.0]
    assert matrix.shape == (2, 2)
    assert kind == "kind"
    named["a"][...] = 5.0
    matrix[1, 1] = 7.0
    run()
    assert run.value == 30.0
    assert run.gradient[0]["b"].tolist() == [0.0, 5.0]
    with pytest.raises(TypeError):
        named["a"] = np.array(1.0)


@pytest.mark.parametrize(
    ("function", "arguments", "gradient"),
    [
        (lambda x: x * x, (3.0,), 6.0),
        (lambda x, y: x * y, (3.0, 5.0), [5.0, 3.0]),
        (lambda x: x[0] * x[1], ((3, 5),), [5.0, 3.0]),
        (lambda x: x[0] * x[1], (np.array([3, 5]),), [5.0, 3.0]),
        (lambda x: x[0] * x[1], (np.array([3.0, 5.0], dtype=np.float32),), [5.0, 3.0]),
        (lambda x: x[0] * x[1], ([Value(3.0), Value(5.0)],), [5.0, 3.0]),
        (lambda x: x[0] * x[0], (np.array([3.0, 5.0]),), [6.0, 0.0]),
        (lambda x: mg.constant(3.0), (1.0,), 0.0),
    ],
)
def test_numbers_of_any_kind_give_arrays_of_floats(function, arguments, gradient):
    run = mg.compile(function).buffers(*arguments)
    assert run.gradient.tolist() == gradient
    assert run.gradient.dtype == run.arguments.dtype == run.value.dtype == float


def test_a_dataclass_is_a_mapping_by_field():
    run = mg.compile(lambda p: p.x * p.y).buffers(Place(3.0, 5.0))
    assert {name: float(part) for name, part in run.gradient.items()} == {"x": 5.0, "y": 3.0}


def test_a_slice_and_a_named_tuple_stay_what_they_are():
    Line = namedtuple("Line", ["ends", "slope"])
    compiled = mg.compile(lambda line, x, part: line.slope * mg.sum(x[part]) + line.ends[0])
    line, x, part = compiled.buffers(Line([1.0, 2.0], 3.0), [1.0, 2.0, 4.0], slice(1, 3)).arguments
    assert (line.ends.tolist(), float(line.slope)) == ([1.0, 2.0], 3.0)
    assert (x.tolist(), part) == ([1.0, 2.0, 4.0], slice(1, 3))


def test_what_is_given_by_name_is_data():
    run = mg.compile(lambda x, t: x * x * mg.sum(t)).buffers(3.0, t=np.array([1.0, 1.0]))
    assert (run.value, run.gradient) == (18.0, 12.0)
    run.data["t"][:] = 2.0
    run()
    assert (run.value, run.gradient) == (36.0, 24.0)


def test_parameters_are_those_of_the_moment_until_they_are_read_anew():
    w, scale = Value(2.0), mg.constant(10.0)
    w.grad = 7.0
    run = mg.compile(lambda x: w * scale * x * x).buffers(3.0)
    assert (run.parameters.tolist(), run.value) == ([2.0, 10.0], 180.0)
    w.data = 4.0
    run()
    assert run.value == 180.0
    run.refresh()
    run()
    assert (run.value, run.gradient, w.grad) == (360.0, 240.0, 7.0)
    run.parameters[0] = 1.0
    run()
    assert (run.value, w.data) == (90.0, 4.0)


def test_to_read_anew_notices_what_was_replaced_or_has_changed():
    weights, scales = [Value(2.0)], [1.0]
    run = mg.compile(lambda x: weights[0] * scales[0] * x).buffers(3.0)
    scales[0] = 2.0
    with pytest.raises(TracingError, match="scales"):
        run.refresh()
    scales[0] = 1.0
    weights[0] = Value(3.0)
    with pytest.raises(TracingError, match="replaced by another"):
        run.refresh()


def test_gates_that_route_send_nothing_to_what_they_do_not_choose():
    compiled = mg.compile(lambda x: mg.where(x[0] > 0.0, x[0], mg.sqrt(x[0]) * x[1]))
    run = compiled.buffers([1.0, 2.0])
    for x in ([0.0, 1.0], [1.0, math.inf], [2.0, math.nan], [-1.0, 1.0], [1.0, 2.0]):
        run.arguments[:] = x
        run()
        value, gradient = compiled.value_and_grad(x)
        assert bits(float(run.value)) == bits(value)
        assert list(map(bits, run.gradient)) == list(map(bits, gradient))


def test_each_has_arrays_of_its_own():
    compiled = mg.compile(lambda x: x * x)
    first, second = compiled.buffers(2.0), compiled.buffers(3.0)
    first()
    second()
    assert (first.value, second.value) == (4.0, 9.0)


def test_what_it_needs_lives_as_long_as_the_call():
    run = mg.compile(lambda x: x[0] * x[1]).buffers([3.0, 5.0])
    call, gradient = run.func, run.gradient
    run.arguments[:] = 2.0, 7.0
    del run
    gc.collect()
    call()
    assert gradient.tolist() == [7.0, 2.0]


def test_an_array_is_written_to_and_not_replaced():
    run = mg.compile(lambda x: x * x).buffers(2.0)
    with pytest.raises(AttributeError, match=r"run\.arguments\[\.\.\.\] = numbers"):
        run.arguments = np.array(3.0)
    with pytest.raises(AttributeError, match=r"no 'argument' to be set: arguments, data"):
        run.argument = 3.0
    with pytest.raises(ValueError, match="read-only"):
        run.value[...] = 3.0


def test_arithmetic_in_place_writes_into_an_array():
    w = Value(1.0)
    run = mg.compile(lambda x: w * x[0] * x[1]).buffers([2.0, 3.0])
    run.arguments += 1.0
    run.parameters *= 10.0
    run()
    assert (run.value, run.gradient.tolist()) == (120.0, [40.0, 30.0])
    with pytest.raises(ValueError, match="read-only"):
        run.gradient += 1.0


def test_a_wrong_length_is_refused():
    run = mg.compile(rosenbrock).buffers([1.0, 2.0])
    with pytest.raises(ValueError, match="broadcast"):
        run.arguments[:] = 1.0, 2.0, 3.0
    with pytest.raises(TypeError, match="takes no arguments"):
        run([1.0, 2.0])


def test_a_call_with_an_argument_says_that_buffers_take_none():
    run = mg.compile(rosenbrock).buffers(np.zeros(2))
    with pytest.raises(TypeError, match=r"buffers\.run\(\) takes no arguments"):
        run(np.zeros(2))


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps])
def test_they_are_not_copied(make):
    with pytest.raises(TypeError, match="places in this program's memory"):
        make(mg.compile(lambda x: x * x).buffers(2.0))


def test_what_one_native_call_cannot_do_is_refused():
    with pytest.raises(TypeError, match=r"returns \[number\]: .*\.jacobian"):
        mg.compile(lambda x: [x * x]).buffers(2.0)
    with pytest.raises(TypeError, match="no number by place"):
        mg.compile(lambda x: x * x).buffers(x=2.0)
    with pytest.raises(TypeError, match=r"mg.select.*value_and_grad"):
        mg.compile(lambda i: mg.select([1.0, 2.0], i)).buffers(1.0)
    inner = mg.compile(lambda x: x * x)
    with pytest.raises(TracingError, match="buffers inside a compiled function"):
        mg.compile(lambda x: x * inner.buffers(2.0).value)(1.0)


def test_a_function_that_is_refused_when_it_is_called_has_no_buffers():
    def sneaky(x):
        return x * (2.0 if isinstance(x, Value) else 3.0)

    with pytest.raises(TracingError, match="the function itself"):
        mg.compile(sneaky).buffers(2.0)
