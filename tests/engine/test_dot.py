"""`mg.dot`: a gate of its own, and for whoever looks its × gates and their Σ."""

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
from minigrad.engine import Circuit


def pair() -> tuple[list[Value], list[Value], Value]:
    left = [Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.5, label="c")]
    right = [Value(-1.0), Value(-2.0), Value(4.0)]
    return left, right, mg.dot(left, right)


def test_a_dot_product_is_one_gate_whose_inputs_are_its_left_and_then_its_right_factors() -> None:
    left, right, total = pair()
    assert total.gate is mg.GATES["dot"]
    assert total.inputs == (*left, *right)
    assert total.local_gradients == (-1.0, -2.0, 4.0, 2.0, -3.0, 0.5)
    assert total.data == 6.0


def test_a_circuit_shows_a_times_gate_for_each_pair_then_one_sum() -> None:
    left, right, total = pair()
    circuit = Circuit(total * 2.0)
    *products, shown, _ = circuit.gates
    assert shown is total
    assert circuit.gate(total) is mg.GATES["sum"]
    assert circuit.inputs(total) == tuple(products)
    assert circuit.local_gradients(total) == (1.0, 1.0, 1.0)
    assert [circuit.gate(p).name for p in products] == ["mul"] * 3
    assert [circuit.inputs(p) for p in products] == list(zip(left, right))
    assert [circuit.local_gradients(p) for p in products] == [(-1, 2), (-2, -3), (4, 0.5)]
    assert [p.data for p in products] == [-2.0, 6.0, 2.0]


def test_looking_changes_nothing_and_shows_the_same_wires_again() -> None:
    _, _, total = pair()
    inputs, gate = total.inputs, total.gate
    assert Circuit(total).gates == Circuit(total).gates
    mg.draw(total)
    list(mg.Stepper(total))
    assert (total.inputs, total.gate) == (inputs, gate)
    assert Circuit(total, collapse=["dot"]).gates == [total]


def test_the_products_have_the_numbers_of_their_recording_and_the_gradient_of_their_sum() -> None:
    left, _, total = pair()
    output = total * 5.0
    assert not any(p.has_grad for p in Circuit(total).inputs(total))
    output.backward()
    left[0].data = 100.0
    products = Circuit(total).inputs(total)
    assert [p.data for p in products] == [-2.0, 6.0, 2.0]
    assert [p.grad for p in products] == [5.0, 5.0, 5.0]
    assert left[0].grad == -5.0
    output.zero_grad()
    assert not any(p.has_grad for p in Circuit(total).inputs(total))


def test_numbers_and_constants_take_part_and_get_no_local_gradient() -> None:
    x = Value(3.0)
    total = mg.dot([2.0, x, x], [x, 5, mg.constant(7.0)])
    total.backward()
    assert (total.data, x.grad) == (42.0, 14.0)
    assert total.local_gradients == (0.0, 5.0, 7.0, 2.0, 0.0, 0.0)
    circuit = Circuit(total)
    assert [p.data for p in circuit.inputs(total)] == [6.0, 15.0, 21.0]
    assert [circuit.local_gradients(p) for p in circuit.inputs(total)] == [(0, 2), (5, 0), (7, 0)]
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
    assert found.what == "mul(huge = 1e+200, huge = 1e+200) gave inf"
    with pytest.raises(mg.NonfiniteError, match=r"test_dot\.py"), mg.detect_nonfinite():
        mg.dot([huge], [huge])


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ([Value(1.0)], ["a"], "· takes Values and numbers: expected a number, got the str 'a'"),
        ([Value(1.0)], None, "dot takes two lists of Values and numbers, got None"),
        (Value(1.0), [1.0], "dot takes two lists of Values and numbers, got the Value"),
    ],
)
def test_what_is_no_dot_product_is_said(left: object, right: object, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        mg.dot(left, right)


def test_factors_come_in_pairs() -> None:
    with pytest.raises(TypeError, match="dot takes as many right as left factors, got 3 inputs"):
        Value(1.0).dot(2.0, 3.0)


def test_sending_back_by_hand_reaches_the_factors_once() -> None:
    x, y = Value(2.0), Value(3.0)
    for total in (mg.dot([x], [y]), mg.sum([x * y])):
        total.grad = 1.0
        total._backward()
        reached = total.inputs[0] if total.gate.is_dot else total.inputs[0].inputs[0]
        assert reached is x
    assert (x.grad, y.grad) == (3.0, 2.0)  # the × of the second was not sent back
    total = mg.dot([x], [y])
    total._backward = lambda: setattr(x, "grad", x.grad + 7.0 * total.grad)
    x.grad = y.grad = None
    total.backward()
    assert (x.grad, y.grad) == (7.0, 0.0)


@pytest.mark.parametrize(
    "twin_of", [copy.copy, copy.deepcopy, lambda total: pickle.loads(pickle.dumps(total))]
)
def test_copies_of_a_dot_product_are_whole(twin_of: Callable[[Value], Value]) -> None:
    left, _, total = pair()
    left[0].data = 100.0  # the copy, too, knows the numbers of its recording
    twin = twin_of(total)
    assert [p.data for p in Circuit(twin).inputs(twin)] == [-2.0, 6.0, 2.0]
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


def sent_back(circuit: Circuit) -> dict[Value, float]:
    """The gradients of a pass over the gates that a circuit shows, one after the other."""
    gradients = {circuit.output: 1.0}
    for wire in reversed(circuit.gates):
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            if wire in gradients:
                gradients[source] = gradients.get(source, -0.0) + local * gradients[wire]
    return gradients


@given(layered())
def test_backward_gives_what_the_gates_that_are_shown_give_to_the_last_bit(
    build: Callable[[], tuple[list[Value], Value]],
) -> None:
    leaves, output = build()
    gradients = sent_back(Circuit(output))
    output.backward()
    assert [leaf.grad for leaf in leaves] == [gradients.get(leaf, 0.0) for leaf in leaves]
    circuit = Circuit(output)
    assert [wire.grad for wire in circuit.gates] == [gradients[wire] for wire in circuit.gates]


def test_threads_that_look_while_others_send_back_see_the_whole_circuit() -> None:
    for _ in range(20):
        leaves = [Value(0.1 * i) for i in range(8)]
        layer = [mg.dot(leaves, leaves) for _ in range(50)]
        output = mg.dot(layer, layer)
        with ThreadPoolExecutor(8) as pool:
            looks = [pool.submit(Circuit, output) for _ in range(4)]
            passes = [pool.submit(output.backward) for _ in range(4)]
            circuits = [look.result() for look in looks]
            for run in passes:
                run.result()
        assert all(circuit.gates == circuits[0].gates for circuit in circuits)
        assert len(circuits[0].wires) == 8 + 50 * 9 + 51
        single = [Value(0.1 * i) for i in range(8)]
        layer = [mg.dot(single, single) for _ in range(50)]
        mg.dot(layer, layer).backward()
        assert [leaf.grad for leaf in leaves] == [4.0 * leaf.grad for leaf in single]
