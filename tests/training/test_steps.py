"""Training step by step in machine code: Values and optimiser when somebody looks, and errors."""

from __future__ import annotations

import gc
import math
import os
import signal
import warnings

import pytest
from helpers.circuits import HAS_NATIVE, WHY

import minigrad as mg
from minigrad import Value, optim

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)

EXAMPLES = [[1.0, 0.5], [2.0], [0.3, -1.0], [1.5], [0.2, 0.1], [0.7], [1.1, 1.2], [-0.4]]


def weights() -> list[Value]:
    return [Value(0.2), Value(-0.3)]


def loss_of(ws):
    def loss(xs):
        return mg.sum([(w * x - 1.0).tanh() ** 2 for w in ws for x in xs])

    return loss


def numbers(ws):
    return [w.data for w in ws]


def trained(examples, compiled=True, between=lambda step, ws: None):
    """The weights after a step on each example, and their gradients."""
    ws = weights()
    loss = loss_of(ws)
    optimizer = optim.Adam(ws, lr=0.1)
    with mg.training_steps(mg.compile(loss) if compiled else loss, optimizer) as step:
        for xs in examples:
            step(xs)
            between(step, ws)
    return numbers(ws), [w.grad for w in ws], optimizer.steps


def test_the_last_gradients_are_those_of_the_last_step_whichever_way_it_was_taken():
    for count in range(1, len(EXAMPLES) + 1):
        data, grads, steps = trained(EXAMPLES[:count])
        expected_data, expected_grads, _ = trained(EXAMPLES[:count], compiled=False)
        assert data == pytest.approx(expected_data, rel=1e-12)
        assert grads == pytest.approx(expected_grads, rel=1e-12)
        assert steps == count


def test_show_brings_the_values_up_to_date_at_every_step():
    seen: dict[bool, list[list[float]]] = {True: [], False: []}

    def look(step, ws, way):
        step.show()
        seen[way].append(numbers(ws))

    for way in seen:
        trained(EXAMPLES, way, lambda step, ws, way=way: look(step, ws, way))
    for now, expected in zip(seen[True], seen[False]):
        assert now == pytest.approx(expected, rel=1e-12)


def test_what_is_changed_after_show_counts_from_the_next_step_on():
    def change(step, ws):
        step.show()
        ws[0].data *= 0.5

    expected = trained(EXAMPLES, compiled=False, between=change)
    assert trained(EXAMPLES, between=change)[0] == pytest.approx(expected[0], rel=1e-12)


def test_a_loss_that_forgets_its_recordings_records_again_and_goes_on():
    ws = weights()
    loss = mg.compile(loss_of(ws))
    with mg.training_steps(loss, optim.Adam(ws, lr=0.1)) as step:
        for xs in EXAMPLES:
            step(xs)
            loss.clear()
            gc.collect()
    assert numbers(ws) == pytest.approx(trained(EXAMPLES)[0], rel=1e-12)


def test_a_parameter_that_is_replaced_between_two_steps_is_noticed():
    ws = weights()
    loss = mg.compile(loss_of(ws))
    with mg.training_steps(loss, optim.SGD(ws, lr=0.1)) as step:
        for _ in range(4):
            step([1.0])
        step.show()
        ws[0] = Value(5.0)
        with pytest.raises(mg.TracingError, match="has been replaced"):
            step([1.0])


def test_a_loss_with_two_results_is_refused():
    w = Value(1.0)
    with (
        mg.training_steps(lambda x: (w * x, w), optim.SGD([w])) as step,
        pytest.raises(TypeError, match="the loss must return a Value, got"),
    ):
        step(1.0)


def test_an_optimiser_with_its_own_zero_grad_keeps_it_in_fit():
    class Keeping(optim.SGD):
        def zero_grad(self) -> None:
            """Gradients add up from step to step."""

    ends = []
    for wrap in (mg.compile, lambda loss: loss):
        w = Value(1.0)
        loss = wrap(lambda x, w=w: w * x)
        mg.fit(loss, data=([1.0, 2.0],), optimizer=Keeping([w], lr=0.1), epochs=3, progress=False)
        ends.append(w.data)
    assert ends[0] == pytest.approx(ends[1])


def test_a_formula_that_reads_the_number_of_steps_is_refused():
    class Slower(optim.Optimizer):
        @optim.formula
        def update(self, data, grad, state):
            return data - self.lr / (1 + self.steps) * grad, state

    w = Value(1.0)
    w.grad = 1.0
    with pytest.raises(TypeError, match=r"reads self\.steps; count in the state"):
        Slower([w], lr=0.1).step()
    assert w.data == 1.0


# --- indexes that are out of range ---


def test_an_index_out_of_range_is_an_error_after_a_nan_too():
    pick = mg.compile(lambda i, x: mg.log(x) + mg.select([x, x * 2], i), check=False)
    assert math.isnan(pick(0, -1.0).data)
    with pytest.raises(IndexError, match="7"):
        pick(7, 1.0)


@pytest.mark.parametrize("executor", ["python", "tape", "lanes"])
def test_an_index_out_of_range_is_an_error_where_its_choice_is_not_taken(executor):
    pick = mg.compile(
        lambda i, x: mg.where(x > 0, mg.select([1.0, 2.0], i), x) * 1.0, executor=executor
    )
    assert [pick(0, 1.0).data, pick(1, 2.0).data, pick(1, -2.0).data] == [1.0, 2.0, -2.0]
    for index in (5, -1, 0.5, math.nan):
        with pytest.raises(IndexError):
            pick(index, -3.0)
        with pytest.raises(IndexError, match="row 1"):
            pick.batch([0, index], [1.0, -3.0])


def test_an_index_out_of_range_in_the_data_is_an_error_before_training_begins():
    w = Value(1.0)
    loss = mg.compile(lambda i, x: mg.where(x > 0, w * mg.select([1.0, 2.0], i), x * w))
    optimizer = optim.SGD([w], lr=0.1)
    with pytest.raises(IndexError, match="row 2"):
        mg.fit(loss, data=([0, 1, 2], [1.0, 1.0, -1.0]), optimizer=optimizer, epochs=3)
    assert w.data == 1.0


def test_an_index_out_of_range_in_a_step_is_an_error_and_no_step():
    w = Value(1.0)
    loss = mg.compile(lambda i, x: mg.where(x > 0, w * mg.select([1.0, 2.0], i), x * w))
    with mg.training_steps(loss, optim.SGD([w], lr=0.1)) as step:
        for _ in range(3):
            step(1, 1.0)
        step.show()
        before = w.data
        with pytest.raises(IndexError):
            step(2, -1.0)
    assert w.data == before


# --- processes and memory ---


def test_a_step_with_indexes_does_not_read_the_parameters(monkeypatch):
    """They are in machine code; to read thousands of Values takes longer than the step."""
    table = [Value(0.1 * i) for i in range(5)]
    loss = mg.compile(lambda i: mg.select(table, i) ** 2, check=False)
    with mg.training_steps(loss, optim.SGD(table, lr=0.1)) as step:
        step(1)
        step(2)
        (recording,) = loss.recordings.values()
        monkeypatch.setattr(type(recording), "parameter_numbers", lambda self: pytest.fail("read"))
        step(3)
        monkeypatch.undo()
    assert table[3].data == pytest.approx(0.3 - 0.1 * 2 * 0.3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_process_has_threads_of_its_own(monkeypatch):
    from minigrad.native import batch_over_rows as native_batch

    monkeypatch.setattr(native_batch, "WORK_FOR_A_THREAD", 1)
    w = Value(0.5)
    loss = mg.compile(lambda x: (w * x).tanh())
    rows = [0.01 * i for i in range(600)]
    expected = loss.batch(rows).data
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # a child that waits for its parent's threads is ended
        os._exit(0 if loss.batch(rows).data == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_machine_code_for_one_function_goes_with_it():
    from minigrad.native.machine import machine

    def run():
        w = Value(0.5)
        mg.compile(lambda x: (w * x).tanh(), executor="lanes").batch([1.0, 2.0])

    run()
    kept = len(machine()._engines)
    run()
    assert len(machine()._engines) == kept


def test_steps_that_leave_machine_code_say_so_once():
    w = Value(1.0)
    loss = mg.compile(lambda x: mg.log(w * x) ** 2)
    with mg.training_steps(loss, mg.optim.SGD([w], lr=0.0)) as step:
        for x in (2.0, 3.0, 2.0, 3.0):
            step(x)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            assert [math.isnan(step(-1.0)) for _ in range(3)] == [True] * 3
    assert [str(warning.message)[:22] for warning in said] == ["a loss, or its gradien"]
    assert said[0].filename == __file__


def test_parameters_changed_between_steps_count_from_the_next_shown_step_on():
    w, b = Value(1.0), Value(1.0)
    optimizer = mg.optim.SGD([w, b], lr=0.1, momentum=0.5)
    loss = mg.compile(lambda x: (w * x + b) ** 2)
    with mg.training_steps(loss, optimizer) as step:
        for x in (1.0, 0.5, 1.0, 0.5, 1.0):
            step(x)
        step.show()
        optimizer.parameters.remove(w)
        kept, moved = w.data, b.data
        for x in (1.0, 0.5, 1.0):
            step(x)
    assert w.data == kept
    assert b.data != moved


@pytest.mark.parametrize("name", ["step", "zero_grad", "update"])
def test_methods_of_the_optimizer_that_are_replaced_are_not_passed_over(name: str) -> None:
    w = Value(0.5)
    loss = mg.compile(lambda x: (w * x) ** 2)
    optimizer = mg.optim.SGD([w], lr=0.05)
    with mg.training_steps(loss, optimizer) as step:
        for _ in range(5):
            step(1.0)
        setattr(optimizer, name, lambda *arguments: None)
        with pytest.raises(ValueError, match="was replaced while machine code"):
            step(1.0)


@pytest.mark.parametrize("count", [1, 1_000])
@pytest.mark.parametrize("is_constant", [False, True])
def test_what_is_replaced_between_steps_is_noticed_before_the_block_ends(count, is_constant):
    ws = [Value(0.5) for _ in range(count)]
    more = [mg.constant(1.0) if is_constant else Value(1.0)]
    loss = mg.compile(lambda x: (mg.sum(ws) * x * more[0] - 1.0) ** 2)

    def train():
        with mg.training_steps(loss, mg.optim.SGD(ws, lr=1e-4)) as step:
            for i in range(30):
                step(0.1 * (i % 3))
            more[0] = Value(2.0)
            step(0.5)

    with pytest.raises(mg.TracingError, match="replaced by another object"):
        train()


def test_few_parameters_that_are_changed_count_from_the_next_step():
    losses = []
    for compiled in (False, True):
        w, b = Value(0.5), Value(0.1)

        def loss(x, w=w, b=b):
            return (w * x + b - 1.0) ** 2

        optimizer = mg.optim.SGD([w, b], lr=0.1)
        with mg.training_steps(mg.compile(loss) if compiled else loss, optimizer) as step:
            for i in range(30):
                if i == 20:
                    optimizer.parameters.remove(b)
                losses.append(step(0.1 * (i % 3)))
    assert losses[30:] == pytest.approx(losses[:30], rel=1e-12)


@pytest.mark.parametrize("compiled", [False, True])
def test_steps_that_reach_no_parameter_are_an_error_at_the_end(compiled: bool) -> None:
    """A single example may reach none, such as one without rows."""
    u, v, w = Value(0.5), Value(1.0), Value(5.0)

    def loss(xs):
        return mg.sum([u * 2.0, *[(v * x - 1.0) ** 2 for x in xs]])

    def run(parameter: Value) -> None:
        optimizer = optim.SGD([parameter])
        with mg.training_steps(mg.compile(loss) if compiled else loss, optimizer) as step:
            for xs in ([], [1.0], [2.0], [1.0, 2.0]):
                step(xs)

    run(v)
    with pytest.raises(ValueError, match="none of the 1 parameters: give the optimizer those of"):
        run(w)
    assert w.data == 5.0
