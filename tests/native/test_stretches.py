"""What a batch does for each parameter runs in stretches, and no bit changes by it."""

import random

import pytest
from helpers.circuits import HAS_NATIVE, WHY, bits

import minigrad as mg
from minigrad import Value

if HAS_NATIVE:
    import numpy as np

    from minigrad.native.schedule import Array, Schedule, _steps
    from minigrad.tape.kernels import DOT, MUL, SUM, kernel_of
    from minigrad.tape.kernels import SYMBOLS as X

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)

CONSTANT, FIRST = 0, 7  # slots of a number that all operations share, and of the first own one


def all_bits(numbers):
    return list(map(bits, numbers))


def run(kernel, index, numbers):
    """The steps that the operations became, and their results."""
    length = index.shape[1]
    values = Array(len(numbers) + length)
    values.numbers[: len(numbers)] = numbers
    schedule = Schedule.__new__(Schedule)
    schedule.lay(_steps(kernel, index, len(numbers)))
    schedule.run(values)
    return schedule.steps, values.numbers[len(numbers) :].tolist()


def straight(length, operands, shared=()):
    """The operands of operations that stand side by side, but those that are shared."""
    moving = [FIRST + i * length + np.arange(length) for i in range(operands)]
    rows = [np.full(length, CONSTANT) if i in shared else moving[i] for i in range(operands)]
    return np.array(rows, dtype=np.int32)


def numbers_for(index):
    random.seed(0)
    return [random.uniform(-2.0, 2.0) for _ in range(int(index.max()) + 1)]


def expected(kernel, index, numbers):
    return [kernel.on_floats(*[numbers[slot] for slot in slots]) for slots in index.T.tolist()]


@pytest.mark.parametrize("length", [16, 17, 23, 24, 31, 32, 33, 40, 63, 64, 65, 100, 257])
@pytest.mark.parametrize("shared", [(), (0,), (1,), (0, 3), (1, 2, 5), (0, 1, 2, 3, 4, 5)])
def test_a_stretch_of_any_length_has_the_bits_of_its_operations(length, shared):
    for kernel, operands in ((DOT, 6), (DOT, 2), (SUM, 5), (MUL, 2)):
        index = straight(length, operands, shared)
        numbers = numbers_for(index)
        steps, results = run(kernel, index, numbers)
        assert [step.is_stretch for step in steps] == [True]
        assert all_bits(results) == all_bits(expected(kernel, index, numbers))


def test_a_run_with_gaps_is_cut_into_stretches():
    index = straight(90, 4, shared=(1,))
    index = np.delete(index, [20, 41, 42, 70], axis=1)
    numbers = numbers_for(index)
    steps, results = run(DOT, index, numbers)
    assert [step.length for step in steps] == [20, 20, 27, 19]
    assert all(step.is_stretch for step in steps)
    assert all_bits(results) == all_bits(expected(DOT, index, numbers))


def test_operations_that_do_not_stand_side_by_side_stay_a_run():
    for index in (straight(15, 2), straight(90, 2)[:, ::2], straight(64, 2)[:, ::-1]):
        index = np.ascontiguousarray(index)
        numbers = numbers_for(index)
        steps, results = run(DOT, index, numbers)
        assert [step.is_stretch for step in steps] == [False]
        assert all_bits(results) == all_bits(expected(DOT, index, numbers))


def test_functions_of_cs_library_are_called_number_by_number():
    exp = mg.GATES["exp"]
    kernel = kernel_of(exp.trace_formula(X[0]), 1)
    steps, _ = run(kernel, straight(64, 1), [0.5] * 80)
    assert [step.is_stretch for step in steps] == [False]


@pytest.mark.parametrize("executor", ["lanes", "tape"])
@pytest.mark.parametrize("count", [1, 15, 16, 17, 63, 64, 65, 130])
@pytest.mark.parametrize("every", [1, 2, 20])
def test_a_penalty_on_some_parameters_has_the_gradients_of_python(executor, count, every):
    random.seed(count)
    ws = [Value(random.uniform(-1.0, 1.0)) for _ in range(count)]

    def loss(x):
        penalty = 0.01 * mg.sum([w * w for w in ws[::every]])
        return mg.sum([w * x for w in ws]) ** 2 + penalty

    def gradients(executor):
        for w in ws:
            w.grad = None
        mg.compile(loss, executor=executor).batch([3.0]).backward()
        return [w.grad for w in ws]

    assert gradients(executor) == pytest.approx(gradients("python"), rel=1e-14, abs=1e-300)
