"""Tangents forward, gradients back and their tangents: what circuits of Values give, too."""

import math
import random

import pytest
from helpers.circuits import HAS_NATIVE, WHY

import minigrad as mg
from minigrad import Value
from minigrad.rules import apply
from minigrad.tape import PythonSweeps, gate_tape

native = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
LONG = 30  # inputs of a gate that is too long to be taken as a whole
OUTSIDE = {"acosh": 1.7}  # of the interval from 0.2 to 0.9


def cases():
    for gate in mg.GATES.values():
        if gate.has_rules:
            counts = [gate.arity] if gate.arity else [2, 4, LONG]
            yield from [pytest.param(gate, n, id=f"{gate.name} of {n}") for n in counts]


CASES = list(cases())


def wires(gate, count, rng):
    numbers = [OUTSIDE.get(gate.name, rng.uniform(0.2, 0.9)) for _ in range(count)]
    if gate.name == "select":
        numbers[-1] = float(rng.randrange(count - 1))
    return [Value(number) for number in numbers]


def close(ours, theirs):
    return ours == pytest.approx(theirs, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("gate", "count"), CASES)
def test_every_gate_has_the_derivatives_that_its_circuits_have(gate, count):
    xs = wires(gate, count, random.Random(gate.name))
    output = mg.sin(apply(gate, xs) * 1.1 + xs[0])
    first = mg.grad(output, xs, create_graph=True)
    sweeps = PythonSweeps(gate_tape([output], [], xs))
    numbers = [x.data for x in xs]
    assert close(sweeps.backward([], numbers, [[1.0]])[1][0], [g.data for g in first])
    for i in range(min(count, 3)):
        direction = [float(i == k) for k in range(count)]
        (value,), ((tangent,),) = sweeps.forward([], numbers, [direction])
        assert value == pytest.approx(output.data, rel=1e-14)
        assert close(tangent, first[i].data)
        second = [0.0] * count
        if not first[i].is_constant:
            second = [g.data for g in mg.grad(first[i], xs)]
        assert close(sweeps.curved([], numbers, [direction])[1][0], second)


@native
@pytest.mark.parametrize(("gate", "count"), CASES)
def test_machine_code_gives_the_same_for_one_and_for_many_side_by_side(gate, count):
    import numpy

    from minigrad.native import Sweeps

    rng = random.Random(gate.name)
    for copies in (1, 37):  # some vectors and a rest
        groups = [wires(gate, count, rng) for _ in range(copies)]
        xs = [group[place] for place in range(count) for group in groups]
        output = mg.sum([mg.sin(apply(gate, group) + group[0]) for group in groups])
        tape = gate_tape([output, 2.0 * output], [], xs)
        python, machine = PythonSweeps(tape), Sweeps(tape)
        numbers = [x.data for x in xs]
        directions = [[rng.choice([0.0, 1.0, 0.5]) for _ in xs] for _ in range(3)]
        for sweep, lanes in [
            ("forward", directions),
            ("backward", [[1.0, 0.0], [0.5, 2.0]]),
            ("curved", directions),
        ]:
            values, found = getattr(python, sweep)([], numbers, lanes)
            same, again = machine.run(sweep, [], numbers, numpy.array(lanes))
            assert same == pytest.approx(values, rel=1e-13)
            assert again == pytest.approx(numpy.array(found), rel=1e-12, abs=1e-12)


def test_what_nothing_reaches_sends_nothing():
    x, y = Value(0.0), Value(2.0)
    sweeps = PythonSweeps(gate_tape([mg.sqrt(x) + y * y], [], [x, y]))
    assert sweeps.forward([], [0.0, 2.0], [[0.0, 1.0]])[1] == [[4.0]]
    assert sweeps.curved([], [0.0, 2.0], [[0.0, 1.0]])[1] == [[0.0, 2.0]]


def test_a_gate_that_routes_sends_nothing_to_what_it_does_not_choose():
    x = Value(-1.0)
    sweeps = PythonSweeps(
        gate_tape([mg.where(x > 0.0, 1.0, 2.0 * x) + mg.relu(mg.log(x))], [], [x])
    )
    assert sweeps.backward([], [0.0], [[1.0]])[1] == [[2.0]]
    y = Value(0.0)
    inside = PythonSweeps(gate_tape([mg.maximum(mg.sqrt(y) - 1.0, 3.0 * y)], [], [y]))
    assert inside.forward([], [0.0], [[1.0]])[1] == [[3.0]]


@native
def test_more_lanes_than_fit_run_one_part_after_the_other():
    import numpy

    from minigrad.native import Sweeps

    xs = [Value(0.1 * i) for i in range(7)]
    tape = gate_tape([mg.sin(mg.sum(xs)) * xs[0]], [], xs)
    machine = Sweeps(tape)
    numbers, directions = [x.data for x in xs], numpy.eye(7)
    for sweep in ("forward", "curved"):
        machine.most_lanes = 1000
        _, at_once = machine.run(sweep, [], numbers, directions)
        machine.most_lanes = 3
        _, in_parts = machine.run(sweep, [], numbers, directions)
        assert (in_parts == at_once).all()


def test_a_deep_circuit_needs_no_recursion():
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = -y
    sweeps = PythonSweeps(gate_tape([y * y], [], [x]))
    assert sweeps.curved([], [3.0], [[1.0]])[1] == [[2.0]]


def test_what_a_slope_of_0_bends_goes_on_where_no_gradient_does():
    def f(x, slope):
        return mg.leaky_relu(mg.leaky_relu(mg.sin(x), slope) - 1.0, slope)

    at = [-0.6, 0.0]
    wires = [Value(number) for number in at]
    hessian = [[entry.data for entry in row] for row in mg.hessian(f(*wires), wires)]
    assert hessian[1][1] == pytest.approx(2.0 * mg.sin(-0.6))  # of slope² sin x − slope
    tape = gate_tape([f(*wires)], [], wires)
    assert PythonSweeps(tape).curved([], at, [[1.0, 0.0], [0.0, 1.0]])[1] == hessian


@pytest.mark.parametrize("count", [4, LONG])
def test_a_products_own_0_times_an_infinity_is_nan_however_long_it_is(count):
    at = [0.0, 0.0, *[1.0] * (count - 2)]
    wires = [Value(number) for number in at]
    sweeps = PythonSweeps(gate_tape([mg.sqrt(mg.prod(wires))], [], wires))
    (gradient,) = sweeps.backward([], at, [[1.0]])[1]
    assert all(math.isnan(slope) for slope in gradient)
    assert math.isnan(sweeps.forward([], at, [[1.0] * count])[1][0][0])
