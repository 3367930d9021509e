"""Unknowns that an equation defines, and their derivatives."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value


def test_a_root_and_its_derivatives_of_three_orders() -> None:
    """√a: a^(1/2), ½ a^(−1/2), −¼ a^(−3/2), ⅜ a^(−5/2)."""
    a = Value(2.0)
    derivative = mg.implicit(lambda x: x * x - a, 1.0)
    for factor, power in ((1, 0.5), (0.5, -0.5), (-0.25, -1.5), (0.375, -2.5)):
        assert derivative.data == pytest.approx(factor * 2.0**power, rel=1e-14)
        (derivative,) = mg.grad(derivative, [a], create_graph=True)


def test_keplers_equation_has_the_slopes_of_the_textbook() -> None:
    """E − e sin E = M: dE/dM = 1/(1 − e cos E), dE/de = sin E/(1 − e cos E)."""
    mean, eccentricity = Value(1.2), Value(0.7)
    anomaly = mg.implicit(lambda E: E - eccentricity * mg.sin(E) - mean, 1.0)
    E = anomaly.data
    assert E - 0.7 * math.sin(E) == pytest.approx(1.2, rel=1e-15)
    by_mean, by_eccentricity = mg.grad(anomaly, [mean, eccentricity])
    assert by_mean.data == pytest.approx(1 / (1 - 0.7 * math.cos(E)), rel=1e-14)
    assert by_eccentricity.data == pytest.approx(math.sin(E) / (1 - 0.7 * math.cos(E)), rel=1e-14)


def crossing(r: Any, angle: Any) -> Any:
    def meet(p: Any) -> Any:
        return [p[0] ** 2 + p[1] ** 2 - r * r, p[1] - p[0] * mg.tan(angle)]

    return mg.implicit(meet, [1.0, 1.0])


def test_a_system_has_the_jacobian_and_hessian_of_polar_coordinates() -> None:
    r, angle = Value(2.0), Value(0.5)
    x, y = crossing(r, angle)
    c, s = math.cos(0.5), math.sin(0.5)
    rows = [[entry.data for entry in row] for row in mg.jacobian([x, y], [r, angle])]
    assert rows[0] == pytest.approx([c, -2 * s], rel=1e-13)
    assert rows[1] == pytest.approx([s, 2 * c], rel=1e-13)
    curved = [[entry.data for entry in row] for row in mg.hessian(x, [r, angle])]
    assert curved[0] == pytest.approx([0.0, -s], abs=1e-13)
    assert curved[1] == pytest.approx([-s, -2 * c], rel=1e-12)
    assert mg.jvp(x, {angle: 1.0}).data == pytest.approx(-2 * s, rel=1e-13)


def test_its_derivative_is_that_of_finite_differences() -> None:
    assert mg.gradcheck(lambda r, angle: mg.sin(crossing(r, angle)[0]), [2.0, 0.5])


def test_unknowns_keep_their_structure() -> None:
    np = pytest.importorskip("numpy")
    a = Value(3.0)
    named = mg.implicit(lambda u: {"p": u["q"] - a, "r": u["p"] * u["q"] - 6.0}, {"p": 1, "q": 1})
    assert {name: wire.data for name, wire in named.items()} == {"p": 2.0, "q": 3.0}
    roots = mg.implicit(lambda u: u**2 - np.array([a, 4.0]), np.array([1.0, 1.0]))
    assert [wire.data for wire in roots] == pytest.approx([math.sqrt(3.0), 2.0])
    start = Value(5.0)  # a Value to start from is its number
    root = mg.implicit(lambda x: x - a, start)
    assert mg.grad(root, [start, a])[0].data == 0.0


def test_an_intermediate_wire_is_an_input_and_counts_once() -> None:
    q = Value(3.0, label="q")
    p = q * q
    root = mg.implicit(lambda x: x - p * q, 1.0)
    assert root.data == 27.0
    assert set(root.inputs) == {p, q}
    root.backward()
    assert (p.grad, q.grad) == (3.0, 27.0)
    assert mg.grad(root, [q])[0].data == 27.0
    assert mg.hessian(root, q)[0][0].data == 18.0


def test_it_draws_steps_and_prints() -> None:
    a = Value(2.0, label="a")
    f = mg.implicit(lambda x: x * x - a, 1.0) * 3.0
    f.backward()
    assert "F=0" in mg.draw(f).dot.source
    steps = [str(step) for step in mg.Stepper(f)]
    assert any("F=0" in step for step in steps), steps
    assert "F=0" in mg.as_tree(f)
    assert "∂root(a)/∂a" in str(mg.as_table(f))
    assert "root(a)" in mg.Stepper(f).player().page
    gate = f.inputs[0].gate
    assert gate is not None
    assert (gate.forward(9.0), gate.local_gradients(9.0)) == (3.0, (1 / 6,))
    assert math.isnan(gate.forward(-9.0))
    assert a.data == 2.0
    with pytest.raises(pickle.PicklingError, match=r"unknown of mg\.implicit"):
        pickle.dumps(f)


def test_a_gate_that_is_run_again_may_take_as_many_steps_as_the_first_time() -> None:
    a = Value(2.0)
    far = mg.implicit(lambda x: mg.exp(x) - a, 100.0, steps=200)
    assert far.gate is not None
    assert far.gate.forward(1e-60) == pytest.approx(math.log(1e-60))
    near = mg.implicit(lambda x: mg.exp(x) - a, 1.0)
    assert near.gate is not None
    assert math.isnan(near.gate.forward(1e-60))  # 50 are not enough


def test_a_derivative_of_a_function_may_solve_an_equation() -> None:
    cube_root = lambda a: mg.implicit(lambda x: x**3 - a, 1.0)
    assert mg.grad(cube_root)(8.0) == pytest.approx(1 / 12, rel=1e-14)
    assert mg.grad(mg.grad(cube_root))(8.0) == pytest.approx(-2 / 9 * 8 ** (-5 / 3), rel=1e-13)


def test_where_no_other_wire_matters_it_is_a_constant() -> None:
    root = mg.implicit(lambda x: x * x - 2.0, 1.0)
    assert root.is_constant
    assert root.data == math.sqrt(2.0)
    assert mg.implicit(lambda x: x - Value(2.0), 1.0).is_constant  # a leaf of its own


def test_steps_that_lead_away_are_halved() -> None:
    """Newton's own steps for arctan diverge from 2."""
    a = Value(0.5)
    root = mg.implicit(lambda x: mg.atan(x) - a, 5.0)
    assert root.data == pytest.approx(math.tan(0.5), rel=1e-14)
    assert mg.implicit(lambda x: mg.atan(x) + 0.0 * a, 5.0).data == pytest.approx(0.0, abs=1e-9)


def test_numbers_of_numpy_are_numbers() -> None:
    np = pytest.importorskip("numpy")
    a = Value(2.0)
    root = mg.implicit(lambda x: x * x - a, np.float32(1.0), steps=np.int64(20))
    assert root.data == math.sqrt(2.0)
    every_other = np.ones((2, 4), dtype=np.float32)[:, ::2]
    assert mg.implicit(lambda x: x * x - a, every_other)[1, 1].data == math.sqrt(2.0)


def test_no_gradient_and_no_mode_disturbs_it() -> None:
    a = Value(2.0)
    with mg.no_grad():
        assert mg.implicit(lambda x: x * x - a, 1.0).is_constant
    mg.implicit(lambda x: x * x - a, 1.0)
    assert not a.has_grad
    for number in (1e-20, 1e20):  # whatever the unit
        scaled = mg.implicit(lambda x, number=number: x * x - number * a, math.sqrt(number))
        assert scaled.data == pytest.approx(math.sqrt(2 * number), rel=1e-14)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: mg.implicit(lambda x: x * x + a, 1.0), ValueError, "found no solution of eq"),
        (lambda a: mg.implicit(lambda x: x * x - a, 1.0, steps=1), ValueError, "in 1 steps"),
        (lambda a: mg.implicit(lambda x: x * x - a, 0.0), ValueError, "Jacobian of equation is s"),
        (lambda a: mg.implicit(lambda x: (x - a) ** 2, 1.0), ValueError, "double root"),
        (lambda a: mg.implicit(lambda x: (x - a) ** 2, 2.0), ValueError, "is singular"),
        (lambda a: mg.implicit(lambda x: a * 1.0, 1.0), ValueError, "is singular"),
        (lambda a: mg.implicit(lambda x: mg.log(x) - a, -1.0), ValueError, "is not finite where"),
        (lambda a: mg.implicit(lambda x: x - a, math.nan), ValueError, "is not finite where"),
        (lambda a: mg.implicit(lambda u: [u[0] + u[1] - a, 2 * (u[0] + u[1])], [1.0, 1.0]),
         ValueError, "is singular in unknown 2.*says the same as another"),
        (lambda a: mg.implicit(lambda u: u[0] - a, [1.0, 1.0]), ValueError, "1 number for 2 unkno"),
        (lambda a: mg.implicit(lambda u: [u, a], 1.0), ValueError, "2 numbers for 1 unknown:"),
        (lambda a: mg.implicit(lambda x: None, 1.0), TypeError, "is a return missing"),
        (lambda a: mg.implicit(lambda x: "x", 1.0), TypeError, "must return a Value"),
        (lambda a: mg.implicit(a * a, 1.0), TypeError, "needs a function that gives 0"),
        (lambda a: mg.implicit(lambda x: x - a, "1"), TypeError, "needs numbers to start from"),
        (lambda a: mg.implicit(lambda x: x - a, []), TypeError, "needs numbers to start from"),
        (lambda a: mg.implicit(lambda x: x - a, 1.0, steps=0), ValueError, "least 1, got 0"),
        (lambda a: mg.implicit(lambda x: x - a, 1.0, steps=2.0), TypeError, "whole number"),
        (lambda a: mg.implicit(lambda x: 0.0, 1.0), ValueError, "is singular"),
        (lambda a: mg.implicit(lambda x: (x - 2.0) ** 2, 2.0), ValueError, "is singular"),
        (lambda a: mg.compile(lambda x: mg.implicit(lambda y: y - x, 1.0))(2.0),
         mg.TracingError, "mg.implicit inside a compiled function.*Solve it outside"),
        (lambda a: mg.export(mg.implicit(lambda x: x - a, 1.0), "c"), ValueError, "'root' is ord"),
    ],
)  # fmt: skip
def test_what_has_no_solution_or_no_derivative_says_so(
    call: Callable[[Value], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(Value(2.0))
