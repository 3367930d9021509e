"""`mg.dot`: its × gates are written out when somebody looks, and nothing depends on whether."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.engine.value import is_short


def pair() -> tuple[list[Value], list[Value], Value]:
    left = [Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.5, label="c")]
    right = [Value(-1.0), Value(-2.0), Value(4.0)]
    return left, right, mg.dot(left, right)


def test_a_dot_product_is_a_times_gate_for_each_pair_then_one_sum() -> None:
    left, right, total = pair()
    assert is_short(total)
    products = total.inputs
    assert not is_short(total)
    assert [p.gate.name for p in products] == ["mul"] * 3
    assert [p.inputs for p in products] == list(zip(left, right))
    assert [p.local_gradients for p in products] == [(-1.0, 2.0), (-2.0, -3.0), (4.0, 0.5)]
    assert [p.data for p in products] == [-2.0, 6.0, 2.0]
    assert total.local_gradients == (1.0, 1.0, 1.0)
    assert total.inputs == products
    assert total.data == 6.0


def test_the_products_have_the_numbers_of_their_recording_and_the_gradient_of_their_sum() -> None:
    left, _, total = pair()
    (total * 5.0).backward()
    left[0].data = 100.0
    assert [p.data for p in total.inputs] == [-2.0, 6.0, 2.0]
    assert [p.grad for p in total.inputs] == [5.0, 5.0, 5.0]
    assert left[0].grad == -5.0


def test_products_have_no_gradient_before_a_pass_or_after_it_was_cleared() -> None:
    _, _, total = pair()
    assert not any(p.has_grad for p in total.inputs)
    _, _, total = pair()
    total.backward()
    total.zero_grad()
    assert not any(p.has_grad for p in total.inputs)


def test_numbers_and_traced_values_take_part_as_anywhere() -> None:
    x = Value(3.0)
    total = mg.dot([2.0, x], [x, 5])
    total.backward()
    assert (total.data, x.grad) == (21.0, 7.0)
    compiled = mg.compile(lambda a, b: mg.dot([a, x], [b, a]), executor="python")
    assert compiled(2.0, 7.0).data == 20.0
    with mg.no_grad():
        assert mg.dot([x], [x]).is_constant


def test_the_product_that_overflows_is_found() -> None:
    huge = Value(1e200, label="huge")
    total = mg.dot([Value(1.0), huge], [Value(1.0), huge])
    assert total.data == math.inf
    found = mg.first_nonfinite(total)
    assert found is not None
    assert "test_dot.py" in str(found)
    with pytest.raises(mg.NonfiniteError), mg.detect_nonfinite():
        mg.dot([huge], [huge])


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ([Value(1.0)], ["a"], "× takes Values and numbers: expected a number, got the str 'a'"),
        ([Value(1.0)], None, "dot takes two lists of Values and numbers, got None"),
        (Value(1.0), [1.0], "dot takes two lists of Values and numbers, got the Value"),
        ([], [], "at least one input"),
    ],
)
def test_what_is_no_dot_product_is_said(left: object, right: object, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        mg.dot(left, right)


def test_a_user_sees_no_function_in_backward_and_can_put_one_there() -> None:
    x, y = Value(2.0), Value(3.0)
    total = mg.dot([x], [y])
    total._backward = lambda: setattr(x, "grad", x.grad + 7.0 * total.grad)
    total.backward()
    assert (x.grad, y.grad) == (7.0, 0.0)
    total = mg.dot([x], [y])
    total.grad = 1.0
    total._backward()
    assert [p.grad for p in total.inputs] == [2.0]  # what it had, and what was sent


@pytest.mark.parametrize(
    "twin_of", [copy.copy, copy.deepcopy, lambda total: pickle.loads(pickle.dumps(total))]
)
def test_copies_of_a_dot_product_are_whole(twin_of: Callable[[Value], Value]) -> None:
    _, _, total = pair()
    twin = twin_of(total)
    assert [p.data for p in twin.inputs] == [-2.0, 6.0, 2.0]
    twin.backward()
    assert [w.grad for w in mg.topological_order(twin) if w.label] == [-1.0, -2.0, 4.0]


@st.composite
def layered(draw: st.DrawFn) -> Callable[[], tuple[list[Value], Value]]:
    """A way to build one and the same circuit again: dot products of leaves and of each other."""
    number = st.floats(-2.0, 2.0)
    numbers = draw(st.lists(number, min_size=2, max_size=5))
    plan = []
    for extra in range(draw(st.integers(1, 8))):
        place = st.integers(0, len(numbers) + extra - 1)
        size = draw(st.integers(1, 4))
        chosen = [draw(st.lists(place, min_size=size, max_size=size)) for _ in range(2)]
        plan.append((chosen[0], chosen[1], draw(st.booleans())))

    def build() -> tuple[list[Value], Value]:
        leaves = [Value(number) for number in numbers]
        wires = list(leaves)
        for left, right, bends in plan:
            total = mg.dot([wires[i] for i in left], [wires[i] for i in right])
            wires.append(total.tanh() if bends else total)
        return leaves, mg.sum(wires[: len(leaves) - 1 : -1])  # the deepest first

    return build


@given(layered())
def test_looking_changes_no_bit_of_any_gradient(
    build: Callable[[], tuple[list[Value], Value]],
) -> None:
    leaves, output = build()
    output.backward()
    looked_at, same_output = build()
    order = mg.topological_order(same_output)
    same_output.backward()
    assert [leaf.grad for leaf in leaves] == [leaf.grad for leaf in looked_at]
    # and what is written out afterwards has what the pass would have given it
    afterwards = mg.topological_order(output)
    assert [w.data for w in afterwards] == [w.data for w in order]
    assert [w.grad for w in afterwards] == [w.grad for w in order]
    output.backward()
    same_output.backward()
    assert [w.grad for w in afterwards] == [w.grad for w in order]


def test_threads_that_look_while_others_send_back_see_the_whole_circuit() -> None:
    for _ in range(20):
        leaves = [Value(0.1 * i) for i in range(8)]
        layer = [mg.dot(leaves, leaves) for _ in range(50)]
        output = mg.dot(layer, layer)
        with ThreadPoolExecutor(8) as pool:
            looks = [pool.submit(mg.topological_order, output) for _ in range(4)]
            passes = [pool.submit(output.backward) for _ in range(4)]
            orders = [look.result() for look in looks]
            for run in passes:
                run.result()
        assert all(order == orders[0] for order in orders)
        assert len(orders[0]) == 8 + 50 * 9 + 51
        _, gradients = zip(*[(leaf, leaf.grad) for leaf in leaves])
        single = [Value(0.1 * i) for i in range(8)]
        layer = [mg.dot(single, single) for _ in range(50)]
        mg.dot(layer, layer).backward()
        assert gradients == tuple(4.0 * leaf.grad for leaf in single)
