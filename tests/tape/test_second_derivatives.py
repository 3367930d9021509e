"""Second derivatives where gates have edges: what circuits say, sweeps say, and by both orders.

The points are zeros of both signs, kinks, ties, infinities and nan. Left out are numbers so small
or so large that their reciprocals and squares are no floats.
"""

import itertools
import math
import random

import pytest
from helpers.circuits import HAS_NATIVE

import minigrad as mg
from minigrad import Value
from minigrad.rules import apply
from minigrad.tape import PythonSweeps, gate_tape

SPECIAL = [-math.inf, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, math.inf, math.nan]
GATES = [gate for gate in mg.GATES.values() if gate.has_rules]
FUNCTIONS = {
    "alone": apply,
    "inside a sine": lambda gate, xs: mg.sin(apply(gate, xs)),
    "squared": lambda gate, xs: apply(gate, xs) ** 2,
    "of sines": lambda gate, xs: apply(gate, [*map(mg.sin, xs[:-1]), xs[-1]]),
    "under an infinity": lambda gate, xs: math.inf * apply(gate, xs),
    "behind a kink": lambda gate, xs: -math.inf * mg.relu(apply(gate, xs)),
}


def points(gate):
    """Special values singly, in pairs, and some in threes."""
    if gate.name == "select":
        return [(x, y, i) for x in SPECIAL for y in SPECIAL for i in (0.0, 1.0)]
    if gate.arity:
        found = list(itertools.product(SPECIAL, repeat=gate.arity))
    else:
        found = [p for n in (1, 2, 3) for p in itertools.product(SPECIAL, repeat=n)]
        found = [point for point in found if gate.accepts(len(point))]
    return random.Random(gate.name).sample(found, min(len(found), 200))


def agree(ours, theirs, largest):
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) and math.isnan(theirs)
    return ours == theirs or abs(ours - theirs) <= 1e-9 * abs(ours) + 1e-12 * largest


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_circuits_and_sweeps_agree_at_special_values(gate, function):
    tapes = {}
    for point in points(gate):
        count = len(point)
        xs = [Value(number) for number in point]
        output = function(gate, xs)
        hessian = [[entry.data for entry in row] for row in mg.hessian(output, xs)]
        if count not in tapes:
            tapes[count] = gate_tape([output], [], xs)
        directions = [[float(i == k) for k in range(count)] for i in range(count)]
        swept = PythonSweeps(tapes[count]).curved([], point, directions)[1]
        largest = max((abs(x) for row in hessian for x in row if math.isfinite(x)), default=0.0)
        for i, j in itertools.product(range(count), repeat=2):
            assert agree(hessian[i][j], swept[j][i], largest), (point, i, j)
            assert agree(hessian[i][j], hessian[j][i], largest), (point, i, j)


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_the_gradient_of_a_gradient_is_the_hessian_at_special_values_too(gate):
    for point in points(gate):
        xs = [Value(number) for number in point]
        output = apply(gate, xs)
        hessian = [[entry.data for entry in row] for row in mg.hessian(output, xs)]
        largest = max((abs(x) for row in hessian for x in row if math.isfinite(x)), default=1.0)
        for i, slope in enumerate(mg.grad(output, xs, create_graph=True)):
            bent = mg.grad(slope, xs) if slope.gate else [Value(0.0)] * len(xs)
            for ours, theirs in zip(bent, hessian[i]):
                assert agree(ours.data, theirs, largest), (point, i)


@pytest.mark.skipif(not HAS_NATIVE, reason="needs the extra native")
@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_machine_code_agrees_where_it_is_finite_and_is_not_asked_elsewhere(gate):
    import numpy

    from minigrad.native import Sweeps

    machines = {}
    for point, name in itertools.product(points(gate), ["inside a sine", "under an infinity"]):
        xs = [Value(number) for number in point]
        if (len(xs), name) not in machines:
            tape = gate_tape([FUNCTIONS[name](gate, xs)], [], xs)
            machines[len(xs), name] = PythonSweeps(tape), Sweeps(tape)
        python, machine = machines[len(xs), name]
        directions = numpy.eye(len(xs))
        found = machine.run("curved", [], point, directions)[1]
        if numpy.isfinite(found).all():
            swept = numpy.array(python.curved([], point, directions.tolist())[1])
            largest = abs(swept).max()
            assert found == pytest.approx(swept, rel=1e-9, abs=1e-12 * largest), point


# d²/dxdy xʸ is x^(y − 1) · (1 + y log x)
MIXED = [
    (2.0, 0.0, 0.5),
    (0.25, -0.0, 4.0),
    (0.0, 2.0, 0.0),
    (0.0, -1.0, math.inf),
    (0.0, 0.5, math.nan),
    (0.0, 1.0, math.nan),
    (0.0, 0.0, math.nan),
    (-2.0, 0.0, math.nan),
    (-2.0, 3.0, math.nan),
]


@pytest.mark.parametrize(("x", "y", "mixed"), MIXED)
def test_a_power_bends_alike_by_base_and_exponent(x, y, mixed):
    base, exponent = Value(x), Value(y)
    ((_, first), (second, _)) = mg.hessian(base**exponent, [base, exponent])
    assert [first.data, second.data] == pytest.approx([mixed] * 2, nan_ok=True)
    compiled = mg.compile(lambda x, y: x**y)
    assert compiled.hessian(x, y)[0][1] == pytest.approx(mixed, nan_ok=True)


def test_a_slope_that_is_0_by_a_choice_does_not_move_and_one_that_is_computed_may():
    (((chosen,),),) = [mg.hessian(math.inf * mg.erf(x), [x]) for x in [Value(40.0)]]
    assert chosen.data == 0.0
    (((computed,),),) = [mg.hessian(math.inf * x**3, [x]) for x in [Value(0.0)]]
    assert math.isnan(computed.data)
    for executor in ("auto", "python"):
        erf = mg.compile(lambda x: math.inf * mg.erf(x), executor=executor)
        assert erf.hessian(40.0) == 0.0
        assert math.isnan(mg.compile(lambda x: math.inf * x**3, executor=executor).hessian(0.0))


def test_what_has_no_slope_has_no_second_derivative_either():
    for number, slope in [(math.nan, math.nan), (math.inf, 1.0)]:
        x = Value(number)
        y = mg.abs(x)
        assert mg.grad(y, [x])[0].data == pytest.approx(slope, nan_ok=True)
        assert not mg.hessian(y, [x])[0][0].data  # it is a number that does not move


def test_nan_comes_out_of_the_derivatives_of_erf_where_it_goes_in():
    for f in (mg.erf, lambda x: mg.erf(mg.leaky_relu(x, math.nan))):
        for derivative in (mg.grad(f), mg.hessian(f), mg.compile(f).hessian):
            assert math.isnan(derivative(-math.nan))
    assert mg.hessian(mg.erf)(math.inf) == mg.compile(mg.erf).hessian(-math.inf) == 0.0


@pytest.mark.parametrize("number", [1e-160, -1e-20, 1e-9, -1e-5, 0.3, 0.5, -0.75, 1 - 1e-9])
def test_arcs_keep_the_digits_of_their_second_derivatives_near_0_too(number):
    rest = (1.0 - number) * (1.0 + number)
    bent = {
        mg.asin: number / rest**1.5,
        mg.acos: -number / rest**1.5,
        mg.atanh: 2.0 * number / rest**2,
    }
    for gate, expected in bent.items():
        x = Value(number)
        assert mg.hessian(gate(x), [x])[0][0].data == pytest.approx(expected, rel=1e-13)
        assert mg.compile(gate).hessian(number) == pytest.approx(expected, rel=1e-13)


def test_arcs_bend_without_end_where_they_end():
    ends = {mg.asin: math.inf, mg.acos: -math.inf, mg.atanh: math.inf, mg.acosh: -math.inf}
    for gate, expected in ends.items():
        chosen = lambda x, gate=gate: mg.where(x <= 1.0, gate(x), x)
        for function in (gate, chosen):
            x = Value(1.0)
            (slope,) = mg.grad(function(x), [x], create_graph=True)
            assert mg.grad(slope, [x])[0].data == expected
            assert mg.grad(mg.grad(function))(1.0) == mg.hessian(function)(1.0) == expected
            for executor in ("auto", "python"):
                assert mg.compile(function, executor=executor).hessian(1.0) == expected


def test_an_arctangent_far_away_has_the_slope_that_a_float_can_be():
    for x in (1e149, 1e150, 1e154, -1.5e154, 3e157, -1e161):
        assert mg.GATES["atan"].local_gradients(x)[0] == pytest.approx(1.0 / x / x, abs=2 * 5e-324)
    assert mg.GATES["atan"].local_gradients(math.inf) == (0.0,)


def test_an_angle_far_away_has_no_slope():
    for y, x in itertools.product([-math.inf, -1.0, 0.0, 2.0, math.inf], repeat=2):
        if math.inf in (abs(x), abs(y)):
            assert [abs(slope) for slope in mg.GATES["atan2"].local_gradients(y, x)] == [0.0, 0.0]
    assert all(map(math.isnan, mg.GATES["atan2"].local_gradients(math.nan, math.inf)))


def test_what_is_squared_between_equal_infinities_has_no_second_derivative_that_is_known():
    xs = [Value(math.inf), Value(math.inf)]
    for gate in (mg.logaddexp, mg.logsumexp):
        rows = mg.hessian(gate(*xs) ** 2, xs)
        assert all(math.isnan(entry.data) for row in rows for entry in row)
