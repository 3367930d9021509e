"""`grad`: gradients as values, and gradients of gradients, to machine accuracy."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from helpers.counts import smooth_point
from helpers.references import reference
from mpmath import mp, mpf

import minigrad as mg
from minigrad import Value
from minigrad.rules.gate import Gate


def test_grad_leaves_every_gradient_alone() -> None:
    x, y = Value(3.0), Value(-4.0)
    product = x * y
    f = product * x
    f.backward()
    before = [wire.grad for wire in (x, y, product, f)]
    assert [wire.data for wire in mg.grad(f, [x, y, product])] == [-24.0, 9.0, 3.0]
    assert [wire.grad for wire in (x, y, product, f)] == before


def test_grad_by_one_wire_by_itself_and_by_what_does_not_matter() -> None:
    x, other = Value(3.0), Value(1.0)
    f = x * x
    assert [wire.data for wire in mg.grad(f, x)] == [6.0]
    assert [wire.data for wire in mg.grad(f, [f, other])] == [1.0, 0.0]
    assert [wire.data for wire in mg.grad(f, [x, x])] == [6.0, 6.0]


def test_grad_agrees_with_backward() -> None:
    source = random.Random(3)
    leaves = [Value(source.uniform(0.5, 1.5)) for _ in range(4)]
    wires = list(leaves)
    for _ in range(40):
        a, b = source.choices(wires, k=2)
        wires.append(
            source.choice([a * b, a + b, a / (1 + b * b), a - b, a.tanh(), mg.maximum(a, b, 1)])
        )
    f = mg.sum([wire.tanh() for wire in wires])
    f.backward()
    for create_graph in (False, True):
        gradients = mg.grad(f, leaves, create_graph=create_graph)
        for wire, gradient in zip(leaves, gradients):
            assert gradient.data == pytest.approx(wire.grad, rel=1e-12)


FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], float]] = {
    "x**3": (lambda x: x**3, lambda x: x**3, 1.7),
    "x**2.5": (lambda x: x**2.5, lambda x: x ** mpf(2.5), 1.7),
    "2**x": (lambda x: 2**x, lambda x: mpf(2) ** x, 1.3),
    "x**x": (lambda x: x**x, lambda x: x**x, 1.3),
    "1/x": (lambda x: 1 / x, lambda x: 1 / x, 0.8),
    "sin(x)/x": (lambda x: mg.sin(x) / x, lambda x: mpmath.sin(x) / x, 2.1),
    "exp(-x*x)": (lambda x: mg.exp(-x * x), lambda x: mpmath.exp(-x * x), 0.6),
    "log(1 + x*x)": (lambda x: mg.log1p(x * x), lambda x: mpmath.log(1 + x * x), 0.7),
    "sqrt(1 + x)": (lambda x: mg.sqrt(1 + x), lambda x: mpmath.sqrt(1 + x), 0.7),
    "tanh(x)*x": (lambda x: x.tanh() * x, lambda x: mpmath.tanh(x) * x, 0.4),
    "sigmoid(3*x)": (lambda x: mg.sigmoid(3 * x), lambda x: 1 / (1 + mpmath.exp(-3 * x)), 0.3),
    "softplus(x)": (lambda x: x.softplus(), lambda x: mpmath.log(1 + mpmath.exp(x)), 0.9),
    "silu(x)": (lambda x: x.silu(), lambda x: x / (1 + mpmath.exp(-x)), 0.9),
    "gelu(x)": (lambda x: x.gelu(), lambda x: x * mpmath.ncdf(x), 0.9),
    "cos(x)*exp(x)": (lambda x: x.cos() * x.exp(), lambda x: mpmath.cos(x) * mpmath.exp(x), 0.5),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_and_third_derivatives_to_machine_accuracy(name: str) -> None:
    function, exact_function, at = FUNCTIONS[name]
    x = Value(at)
    derivative = function(x)
    for order in (1, 2, 3):
        (derivative,) = mg.grad(derivative, [x], create_graph=True)
        with mp.workdps(50):
            exact = float(mpmath.diff(exact_function, mpf(at), order))
        assert derivative.data == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_second_derivatives_of_every_gate(gate: Gate) -> None:
    """The derivative of the local-gradient rule as a circuit, against mpmath, for any row."""
    at = smooth_point(gate)
    wires = [Value(number) for number in at]
    firsts = mg.grad(getattr(wires[0], gate.name)(*wires[1:]), wires, create_graph=True)
    for i, first in enumerate(firsts[: len(at) - (gate.name == "select")]):
        for j, second in enumerate(mg.grad(first, wires)):
            orders = tuple((k == i) + (k == j) for k in range(len(at)))
            if gate.name == "select" and orders[-1]:
                continue
            with mp.workdps(50):
                exact = float(mpmath.diff(reference(gate), tuple(map(mpf, at)), orders))
            assert second.data == pytest.approx(exact, rel=1e-13, abs=1e-14), (i, j)


def test_a_mixed_second_derivative_is_symmetric() -> None:
    x, y = Value(0.7), Value(1.9)
    f = (x**y * y.sin()).tanh() / x
    dx, dy = mg.grad(f, [x, y], create_graph=True)
    ((dxdy,), (dydx,)) = mg.grad(dx, [y]), mg.grad(dy, [x])
    assert dxdy.data == pytest.approx(dydx.data, rel=1e-14)


def test_backward_through_a_gradient() -> None:
    """A gradient penalty: the loss holds a gradient, and is differentiated by the weight."""
    w, x = Value(0.5), Value(1.5)
    (slope,) = mg.grad((w * x).tanh(), [x], create_graph=True)
    (slope**2).backward()
    with mp.workdps(50):

        def penalty(w: Any) -> Any:
            return (w * (1 - mpmath.tanh(w * mpf(1.5)) ** 2)) ** 2

        assert w.grad == pytest.approx(float(mpmath.diff(penalty, mpf(0.5))), rel=1e-13)


def test_grad_of_changed_data_is_refused_where_it_would_be_wrong() -> None:
    x = Value(3.0)
    f = x * x * x
    x.data = 5.0
    assert [wire.data for wire in mg.grad(f, [x])] == [27.0]
    with pytest.raises(ValueError, match=r"data of an input.*changed.*build the circuit again"):
        mg.grad(f, [x], create_graph=True)


@pytest.mark.parametrize("power", [2, 3, -1, 0, 1])
@pytest.mark.parametrize("at", [-3.0, 2.0])
def test_the_gradient_of_a_power_raises_no_alarm(power: float, at: float) -> None:
    x = Value(at)
    derivative = x**power
    with mg.detect_nonfinite():
        for _ in range(3):
            (derivative,) = mg.grad(derivative, [x], create_graph=True)
            assert mg.first_nonfinite(derivative) is None


def test_the_gradient_of_a_square_at_zero_raises_no_alarm() -> None:
    w = Value(2.5)
    with mg.detect_nonfinite():
        (first,) = mg.grad((w * 2 - 5) ** 2, [w], create_graph=True)
        (second,) = mg.grad(first, [w], create_graph=True)
    assert (first.data, second.data) == (0.0, 8.0)


def test_what_depends_on_constants_alone_stays_a_number() -> None:
    x = Value(-3.0)
    (derivative,) = mg.grad(x**2, [x], create_graph=True)
    assert [wire.gate.name for wire in mg.topological_order(derivative) if wire.gate] == [
        "pow",
        "mul",
        "mul",
    ]


def test_a_local_gradient_that_nobody_wants_is_not_computed() -> None:
    x, y = Value(-3.0), Value(2.0)
    with mg.detect_nonfinite():
        (quotient,) = mg.grad((x - y) / y, [x], create_graph=True)
    names = [wire.gate.name for wire in mg.topological_order(quotient) if wire.gate]
    assert set(names) == {"div", "mul"}


def test_a_constant_that_is_divided_by_may_be_zero() -> None:
    x = Value(2.0)
    for output in (x / 0.0, x * 0.0**x, x**0.5 / -0.0):
        for create_graph in (False, True):
            (slope,) = mg.grad(output, [x], create_graph=create_graph)
            x.grad = None
            output.backward()
            assert repr(slope.data) == repr(x.grad)  # nan too


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_constant_is_refused(create_graph: bool) -> None:
    x = Value(3.0)
    y = x * 2
    with pytest.raises(ValueError, match=r"data=2.0, constant\) is a constant.*make it a Value"):
        mg.grad(y, [x, y.inputs[1]], create_graph=create_graph)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gate_made_by_hand_on_the_way_is_refused(create_graph: bool) -> None:
    x, other = Value(3.0), Value(1.0)
    y = Value(9.0, (x,), "sq") * 2 + other
    with pytest.raises(TypeError, match=r"gate=sq\) was made by hand.*define it with @mg.gate"):
        mg.grad(y, [x], create_graph=create_graph)
    assert [wire.data for wire in mg.grad(y, [other], create_graph=create_graph)] == [1.0]
