"""One native call gives what a batch's parts give one after the other, to the last bit."""

import math

import pytest
from helpers.circuits import HAS_NATIVE, WHY, bits

import minigrad as mg

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)


def parts_of(loss, runner, rows, divisor):
    """The output, the gradients and whether these are finite, part by part and by NumPy."""
    np = pytest.importorskip("numpy")
    slots = runner.take()
    numbers = slots.values.numbers
    numbers[: len(runner.tape.parameters)] = [wire.data for wire in runner.tape.parameters]
    runner.run_on(slots, runner.columns(rows), rows.count)
    gradients = numbers[runner.gradients]
    means = gradients / divisor + (0.0 if len(runner.factors) else -0.0)
    output = float(numbers[runner.output]) / divisor
    runner.give(slots)
    return output, means.tolist(), bool(np.isfinite(gradients).all())


@pytest.mark.parametrize("executor", ["lanes", "tape"])
@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 127, 128, 129, 300])
@pytest.mark.parametrize("threads", [1, 3])
def test_it_is_its_parts(executor, count, threads, monkeypatch):
    from minigrad.native import batch_over_rows

    if threads > 1:
        monkeypatch.setattr(batch_over_rows, "WORK_FOR_A_THREAD", 1)
        monkeypatch.setattr(batch_over_rows, "_cores", lambda: threads)
    w = [mg.Value(0.3), mg.Value(-0.7), mg.Value(-0.0), mg.Value(2.0)]

    def loss(x, y):
        return (w[0] * x + w[1] * y).tanh() + w[2] * w[3] + w[2].exp() * y

    loss = mg.compile(loss, executor=executor, check=False)
    rows = loss.rows([math.sin(i) for i in range(count)], [math.cos(i) for i in range(count)])
    runner = rows.recording.batch_runner()
    for divisor in (1, count, 3):
        output, gradients, is_finite = runner.run(rows, divisor)
        by_parts = parts_of(loss, runner, rows, divisor)
        assert bits(output) == bits(by_parts[0])
        assert [*map(bits, gradients)] == [*map(bits, by_parts[1])]
        assert is_finite is by_parts[2] is True


@pytest.mark.parametrize("executor", ["lanes", "tape"])
@pytest.mark.parametrize("special", [math.inf, -math.inf, math.nan, 1e308, -0.0])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_gradient_that_is_not_finite_is_noticed_at_any_place(executor, special, place):
    w = [mg.Value(0.5), mg.Value(0.25), mg.Value(2.0)]
    loss = mg.compile(
        lambda x, y, z: w[0] * x + w[1] * y + w[2] * z, executor=executor, check=False
    )
    columns = [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]
    columns[place][1] = special
    rows = loss.rows(*columns)
    runner = rows.recording.batch_runner()
    for _ in range(2):  # nothing stays behind
        _, gradients, is_finite = runner.run(rows, 2)
        assert is_finite is math.isfinite(special)
        assert bits(gradients[place]) == bits((1.0 + special) / 2)
    usual = loss.rows(*[[1.0, 2.0]] * 3)
    assert runner.run(usual, 2)[2] is True


def test_an_output_that_is_not_finite_is_no_gradient():
    w = mg.Value(1.0)
    loss = mg.compile(lambda x: w + x, check=False)
    rows = loss.rows([1.0, math.inf])
    output, gradients, is_finite = rows.recording.batch_runner().run(rows, 2)
    assert (output, list(gradients), is_finite) == (math.inf, [1.0], True)
