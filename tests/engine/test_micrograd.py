"""Code written for micrograd runs with one changed import."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value, constant


def test_prev_and_op_are_the_inputs_and_the_symbol() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product = a * b
    assert product._prev == {a, b}
    assert product._op == "×"
    assert a._prev == set()
    assert a._op == ""
    assert (product + a).data == -4.0


def test_the_example_of_its_readme() -> None:
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"


def test_a_gate_made_by_hand() -> None:
    """The lecture writes tanh like this, with a closure for its local gradient."""
    x = Value(0.8814, label="x")
    t = math.tanh(x.data)
    out = Value(t, (x,), "tanh", label="out")

    def _backward() -> None:
        x.grad += (1 - t**2) * out.grad

    out._backward = _backward
    assert (out._op, out._prev, out.label) == ("tanh", {x}, "out")
    (out * 3).backward()
    assert x.grad == (1 - t**2) * 3.0
    of_the_table = (3 * x.tanh() - 0).inputs[0].inputs[1].local_gradients[0] * 3.0
    assert x.grad == pytest.approx(of_the_table, rel=4e-16)  # which does not cancel


def test_a_gate_made_by_hand_inside_a_larger_circuit() -> None:
    x = Value(3.0)
    cube = Value(x.data**3, (x,), "cube")

    def _backward() -> None:
        x.grad += 3 * x.data**2 * cube.grad

    cube._backward = _backward
    f = cube * x + x
    for times in (1, 2):
        f.backward()
        assert x.grad == times * (4 * 3.0**3 + 1)


def test_backward_functions_called_by_hand() -> None:
    """The lecture sets o.grad = 1.0 and calls _backward() from the last gate to the first."""
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    e = a * b
    d = e + c
    o = d.tanh()
    o.grad = 1.0
    for wire in (o, d, e, c, a):
        wire._backward()
    slope = d.grad
    assert slope == pytest.approx(1 - math.tanh(4.0) ** 2, rel=1e-13)  # which cancels
    assert (d.grad, c.grad, e.grad) == (slope, slope, slope)
    assert (a.grad, b.grad) == (-3.0 * slope, 2.0 * slope)


def test_a_replaced_backward_function_of_an_ordinary_gate() -> None:
    x = Value(3.0)
    y = x * x

    def straight_through() -> None:
        x.grad += y.grad

    y._backward = straight_through
    (2 * y).backward()
    assert x.grad == 2.0


def test_an_assigned_function_takes_the_place_of_the_gate() -> None:
    x, calls = Value(3.0), []
    y = x * 2
    y._backward = lambda: calls.append(y.grad)
    y.backward()
    assert calls == [1.0]
    assert x.grad == 0.0


def test_a_function_assigned_to_a_leaf_is_kept_and_the_leaf_stays_a_leaf() -> None:
    """micrograd's own __init__ assigns one to every value."""

    def nothing() -> None: ...

    x, two = Value(3.0, label="x"), constant(2.0)
    x._backward = two._backward = nothing
    y = x * x * two
    assert x._backward is two._backward is nothing
    assert (x.is_leaf, two.is_constant, x.inputs) == (True, True, ())
    for times in (1, 2):
        y.backward()
        assert x.grad == times * 12.0
    assert "x" in str(mg.draw(y))
    assert [gradient.data for gradient in mg.grad(y, [x])] == [12.0]


@pytest.mark.parametrize(
    "twin_of", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_the_copy_of_a_leaf_goes_without_its_function(twin_of: Callable[[Value], Value]) -> None:
    x = Value(3.0, label="x")
    function = x._backward = lambda: None
    twin = twin_of(x)
    assert twin.label == "x"
    assert twin._backward is not function
    assert x._backward is function


@pytest.mark.parametrize(
    ("children", "op", "message"),
    [
        ((2.0,), "+", r"children .* got the float 2\.0: .* Value\(number\)"),
        ((Value(1.0), 3), "+", "children .* got the int 3"),
        (2.0, "", r"children .* got the float 2\.0: write \(x,\)"),
        (0.0, "", r"children .* got the float 0\.0"),
        (None, "", "children .* got None"),
        (Value(1.0), "neg", r"children .* got the Value .*write \(x,\)"),
        ("x", "", "children .* got the str 'x'"),
        ((Value(1.0),), 5, "op .* a str, got the int 5"),
        ((Value(1.0),), None, "op .* a str, got None"),
    ],
)
def test_wrong_children_and_symbols_are_refused_at_once(
    children: Any, op: Any, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        Value(1.0, children, op)


def test_children_may_come_in_any_collection() -> None:
    x, y = Value(1.0), Value(2.0)
    for children in ([x, y], {x: 1, y: 2}, iter([x, y])):
        assert Value(3.0, children, "+").inputs == (x, y)
    assert Value(3.0, []).is_leaf


@pytest.mark.parametrize("function", [5, None, "send"])
def test_only_a_function_can_be_assigned_to_backward(function: Any) -> None:
    x = Value(3.0)
    for wire in (x, x * x, square_without_function(x)):
        with pytest.raises(TypeError, match=f"_backward .* {function!r}: assign a function"):
            wire._backward = function
        wire.backward()


def test_the_gate_without_rules_says_so() -> None:
    x = Value(3.0)
    y = Value(9.0, (x,), "square")
    y._backward = lambda: None
    with pytest.raises(TypeError, match="_backward"):
        mg.grad(y, [x])


def square_by_hand(x: Value) -> Value:
    out = Value(x.data**2, (x,), "square")
    out._backward = lambda: setattr(x, "grad", x.grad + 2 * x.data * out.grad)
    return out


def product_with_a_function_of_its_own(x: Value) -> Value:
    out = x * x
    out._backward = lambda: setattr(x, "grad", x.grad + out.grad)
    return out


def square_without_function(x: Value) -> Value:
    return Value(x.data**2, (x,), "square")


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize(
    ("by_hand", "name"),
    [
        (square_by_hand, "square"),
        (product_with_a_function_of_its_own, "mul"),
        (square_without_function, "square"),
    ],
)
def test_a_gate_made_by_hand_cannot_be_copied(
    by_hand: Callable[[Value], Value], name: str, twin_of: Callable[[Value], Any]
) -> None:
    """Its function would go on writing to the original's wires."""
    out = by_hand(Value(3.0))
    with pytest.raises(TypeError, match=f"'{name}' with @mg.gate"):
        twin_of(out)
    if twin_of is not copy.copy:  # which takes the inputs as they are
        with pytest.raises(TypeError, match=f"'{name}' with @mg.gate"):
            twin_of([out * 2])


def test_a_gate_made_by_hand_is_drawn_beside_an_expanded_one() -> None:
    out = square_by_hand(Value(0.5)).sigmoid()
    assert "square" in str(mg.draw(out, expand="sigmoid"))


def test_a_wire_that_got_nothing_in_one_pass_takes_part_in_the_next() -> None:
    x = Value(2.0)
    g = x * 3
    y = Value(6.0, (g,), "own")
    y._backward = lambda: None
    y.backward()
    assert x.grad == 0.0
    y._backward = lambda: setattr(g, "grad", y.grad)
    y.backward()
    assert x.grad == 3.0
