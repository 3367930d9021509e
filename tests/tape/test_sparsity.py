"""Patterns: they leave out nothing that can be other than 0, and of linear gates nothing stays."""

from helpers.circuits import circuits
from hypothesis import given, settings

import minigrad as mg
from minigrad import Value
from minigrad.tape import PythonSweeps, gate_tape, hessian_pattern, jacobian_pattern


def tape_of(function, count):
    xs = [Value(0.5 + 0.25 * i) for i in range(count)]
    outputs = function(xs)
    return gate_tape(outputs if isinstance(outputs, list) else [outputs], [], xs)


def full(n):
    return [(i, j) for i in range(n) for j in range(n)]


def test_sums_and_products_with_numbers_interact_with_nothing():
    tape = tape_of(lambda x: mg.sum([2.0 * x[0], x[1] / 3.0, -x[2]]) - x[3], 4)
    assert list(hessian_pattern(tape)) == []
    assert list(jacobian_pattern(tape)) == [(0, 0), (0, 1), (0, 2), (0, 3)]


def test_a_product_brings_its_two_sides_together_and_neither_with_itself():
    tape = tape_of(lambda x: (x[0] + x[1]) * x[2], 3)
    assert list(hessian_pattern(tape)) == [(0, 2), (1, 2), (2, 0), (2, 1)]


def test_what_gates_compare_by_is_in_no_jacobian():
    tape = tape_of(lambda x: mg.select([x[2], x[1] * x[1]], mg.less(x[0], 1.0)), 3)
    assert list(jacobian_pattern(tape)) == [(0, 1), (0, 2)]
    assert list(hessian_pattern(tape)) == [(1, 1)]


def test_a_function_of_a_sum_of_squares_is_full_and_a_sum_of_functions_a_diagonal():
    assert list(hessian_pattern(tape_of(lambda x: mg.exp(mg.sum(x)), 5))) == full(5)
    diagonal = tape_of(lambda x: mg.sum([mg.exp(v) for v in x]), 5)
    assert list(hessian_pattern(diagonal)) == [(i, i) for i in range(5)]


def test_several_outputs_have_a_row_each_and_one_without_inputs_an_empty_one():
    tape = tape_of(lambda x: [x[0] * x[1], x[2] - x[2] * 0.0, 1.0 * Value(3.0)], 3)
    assert jacobian_pattern(tape).rows == [[0, 1], [2], []]


def test_a_long_gate_has_the_pattern_of_a_short_one():
    long = tape_of(lambda x: mg.logsumexp(x), 30)
    assert list(hessian_pattern(long)) == full(30)
    assert list(hessian_pattern(tape_of(lambda x: mg.maximum(x), 30))) == []


def test_a_long_recursion_is_linear_in_its_pattern():
    def states(x):
        state, seen = x[0], []
        for force in x[1:]:
            state = mg.tanh(state) + force
            seen.append(state)
        return [seen[-1]]

    assert len(hessian_pattern(tape_of(states, 150))) == 149**2


@settings(max_examples=60)
@given(circuits())
def test_the_pattern_holds_every_entry_that_is_not_zero(circuit):
    function, _, xs = circuit
    tape = gate_tape([function(*xs)], [], xs)
    pattern = set(hessian_pattern(tape))
    sweeps = PythonSweeps(tape)
    for column in range(2):
        direction = [float(column == i) for i in range(2)]
        _, (found,) = sweeps.curved([], [x.data for x in xs], [direction])
        assert all(number == 0.0 or (row, column) in pattern for row, number in enumerate(found))
