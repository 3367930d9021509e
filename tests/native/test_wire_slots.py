"""Numbers and gradients of many wires, read and written by machine code, are what Python's are."""

import copy
import dataclasses
import itertools
import math
import pickle
import sys

import pytest
from helpers.interruption import Interruption

import minigrad as mg
from minigrad import optim

pytest.importorskip("llvmlite")
from minigrad.engine import backward, offsets_of_slots
from minigrad.native import LeavesInSlots, wire_slots
from minigrad.training import optim as optimizers

COUNT = 40  # parameters: enough for machine code


def parameters():
    return [mg.Value(0.1 * (i - 20)) for i in range(COUNT)]


def loss_over(weights, executor="auto"):
    def loss(x, y):
        return (mg.sum([w * x for w in weights]) - y) ** 2 + weights[0].exp()

    return mg.compile(loss, executor=executor)


ROWS = ([0.5, -1.0, 2.0], [1.0, 0.0, 3.0])


@pytest.fixture
def at_once(monkeypatch):
    """Steps are machine code from the first one on."""
    monkeypatch.setattr(optimizers, "MOVES_IN_PYTHON", 0)


def test_leaves_receive_what_eager_sends_to_the_last_bit():
    for upstream in (1.0, -0.5, 0.0, math.inf, math.nan):
        weights = parameters()
        weights[1].grad, weights[2].grad = 3.0, -0.0
        out = loss_over(weights).batch(*ROWS)
        sent = [local * upstream for local in out.local_gradients]
        expected = [sent[0], sent[1] + 3.0, sent[2] + -0.0, *sent[3:]]
        out.backward(upstream)
        assert list(map(repr, [w.grad for w in weights])) == list(map(repr, expected))
        assert repr(out.grad) == repr(upstream)


def test_what_is_written_between_two_lines_is_read():
    weights = parameters()
    loss = loss_over(weights)
    loss.batch(*ROWS).backward()
    weights[3].data = 7.0
    weights[4].data += 1.0
    weights[5].grad = 100.0
    for weight in weights[6:]:
        weight.grad = None
    loss.batch(*ROWS).backward()
    again = [mg.Value(w.data) for w in weights]
    other = loss_over(again, "python").batch(*ROWS)
    other.backward()
    assert loss.batch(*ROWS).data == pytest.approx(other.data, rel=1e-14)
    assert weights[5].grad == pytest.approx(100.0 + again[5].grad, rel=1e-14)
    assert weights[9].grad == pytest.approx(again[9].grad, rel=1e-14)


def test_a_batch_inside_a_larger_circuit_sends_the_same():
    weights = parameters()
    loss = loss_over(weights)
    out = loss.batch(*ROWS)
    (3.0 * out).backward()
    first = [w.grad for w in weights]
    for weight in weights:
        weight.grad = None
    out.backward(3.0)
    assert [w.grad for w in weights] == first
    assert out.local_gradients == tuple(out.local_gradients)
    assert all(type(local) is float for local in out.local_gradients)


def interrupted_everywhere(work, files, state):
    """How often `work` was interrupted, each time with the state as it was."""
    for number in itertools.count(1):
        before = state()
        try:
            with Interruption(files, number):
                work()
        except KeyboardInterrupt:
            assert state() == before, number
            continue
        return number - 1
    raise AssertionError


def test_a_ctrl_c_at_any_line_leaves_gradients_as_they_were():
    weights = parameters()
    out = loss_over(weights).batch(*ROWS)
    weights[1].grad = 5.0
    files = {backward.__file__, wire_slots.__file__}

    def state():
        return [w.grad if w.has_grad else None for w in (*weights, out)]

    assert interrupted_everywhere(out.backward, files, state) >= 4
    assert interrupted_everywhere(out.backward, files, state) >= 4


def test_a_ctrl_c_right_behind_machine_code_is_undone():
    weights = parameters()
    out = loss_over(weights).batch(*ROWS)
    weights[1].grad = 5.0
    slots = out._first.slots
    receive = slots.receive

    def interrupted(*given):
        receive(*given)
        raise KeyboardInterrupt

    for gradient in (None, 2.0):
        out.grad = gradient
        before = [w.grad if w.has_grad else None for w in (*weights, out)]
        slots.receive = interrupted
        with pytest.raises(KeyboardInterrupt):
            out.backward(3.0)
        assert [w.grad if w.has_grad else None for w in (*weights, out)] == before
        slots.undo_receive()
        assert [w.grad if w.has_grad else None for w in (*weights, out)] == before


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_ctrl_c_at_any_line_of_a_step_leaves_all_as_it_was(at_once, momentum):
    weights = parameters()
    loss_over(weights).batch(*ROWS).backward()
    weights[3].grad = None
    optimizer = optim.SGD(weights, lr=0.5, momentum=momentum)

    def state():
        return [w.data for w in weights], optimizer._states, optimizer.steps

    files = {optimizers.__file__, wire_slots.__file__}
    assert interrupted_everywhere(optimizer.step, files, state) >= 10


def test_copies_of_an_output_send_gradients_to_their_own_leaves():
    weights = parameters()
    out = loss_over(weights).batch(*ROWS)
    twin, leaves = copy.deepcopy((out, weights))
    twin.backward()
    assert all(w.grad == 0.0 for w in weights)
    out.backward()
    assert [w.grad for w in weights] == [w.grad for w in leaves]


def test_copies_of_leaves_in_slots_stand_elsewhere():
    weights = LeavesInSlots(parameters())
    for twin in (copy.deepcopy(weights), pickle.loads(pickle.dumps(weights))):
        assert type(twin) is LeavesInSlots
        assert [w.data for w in twin] == [w.data for w in weights]
        assert not set(twin) & set(weights)


def steps_of(make, count=5):
    weights = parameters()
    loss, optimizer = loss_over(weights), make(weights)
    for _ in range(count):
        optimizer.zero_grad()
        assert not any(w.has_grad for w in weights)
        loss.batch(*ROWS).backward()
        optimizer.step()
    return [w.data for w in weights], optimizer.steps


@pytest.mark.parametrize(
    "make",
    [
        lambda weights: optim.SGD(weights, lr=1e-3),
        lambda weights: optim.SGD(weights, lr=1e-3, weight_decay=0.1),
        lambda weights: optim.SGD(weights, lr=optim.linear(1e-3, 1e-4, 5)),
        lambda weights: optim.SGD(weights, lr=1e-3, momentum=0.9),
        lambda weights: optim.Adam(weights, lr=1e-3),
        lambda weights: Root(weights, lr=1e-3),
    ],
)
def test_steps_in_machine_code_are_python_s(make, monkeypatch):
    in_python = steps_of(make)
    monkeypatch.setattr(optimizers, "MOVES_IN_PYTHON", 0)
    assert steps_of(make) == in_python


class Root(optim.Optimizer):
    @optim.formula
    def update(self, data, grad, state):
        return data - self.lr * grad / (grad * grad + 1.0) ** 0.3, state


def test_a_step_without_any_gradient_is_refused_and_counts_for_nothing(at_once):
    weights = parameters()
    optimizer = optim.SGD(weights, lr=0.1)
    with pytest.raises(ValueError, match="found no gradient in any of its 40 parameters"):
        optimizer.step()
    assert optimizer.steps == 0
    assert [w.data for w in weights] == [w.data for w in parameters()]


def test_parameters_without_a_gradient_stay(at_once):
    weights = parameters()
    loss_over(weights).batch(*ROWS)  # machine code is at work
    weights[7].grad = 1.0
    optimizer = optim.SGD(weights, lr=0.5)
    optimizer.step()
    moved = [a.data - b.data for a, b in zip(weights, parameters())]
    assert moved == [-0.5 if i == 7 else 0.0 for i in range(COUNT)]


def test_parameters_that_are_replaced_in_an_optimizer_are_moved(at_once):
    weights = parameters()
    loss_over(weights).batch(*ROWS)
    optimizer = optim.SGD(weights, lr=0.5)
    weights[0].grad = 1.0
    optimizer.step()
    old, new = optimizer.parameters[0], mg.Value(4.0)
    optimizer.parameters[0] = new
    new.grad = 2.0
    optimizer.step()
    assert (new.data, old.data) == (3.0, parameters()[0].data - 0.5)
    optimizer.zero_grad()
    assert not new.has_grad
    assert old.has_grad


def test_a_copy_of_an_optimizer_moves_its_own_parameters(at_once):
    weights = parameters()
    loss_over(weights).batch(*ROWS)
    optimizer = optim.SGD(weights, lr=0.5)
    for weight in weights:
        weight.grad = 1.0
    optimizer.step()
    before = [w.data for w in weights]
    twin = copy.deepcopy(optimizer)
    twin.step()
    twin.zero_grad()
    assert [w.data for w in weights] == before
    assert all(w.has_grad for w in weights)
    assert [w.data for w in twin.parameters] == [number - 0.5 for number in before]


def test_parameters_of_a_class_of_one_s_own_are_read_as_python_reads_them(at_once):
    class Weight(mg.Value):
        __slots__ = ("name",)

    weights = [Weight(0.1 * i) for i in range(COUNT)]
    loss, optimizer = loss_over(weights), optim.SGD(weights, lr=0.01)
    plain = [mg.Value(w.data) for w in weights]
    other, by_python = loss_over(plain, "python"), optim.SGD(plain, lr=0.01, momentum=0.0)
    for function, steps in ((loss, optimizer), (other, by_python)):
        function.batch(*ROWS).backward()
        steps.step()
    assert [w.data for w in weights] == pytest.approx([w.data for w in plain], rel=1e-14)


class Foreign:
    def __init__(self):
        self.data, self.grad = 1.0, 2.0


def test_a_parameter_that_is_no_wire_is_not_taken_for_one(at_once):
    weights = parameters()
    loss_over(weights).batch(*ROWS).backward()
    optimizer = optim.SGD(weights, lr=0.5)
    optimizer.step()
    optimizer.parameters[0] = Foreign()
    assert optimizer.gradients()[0] == 2.0
    optimizer.zero_grad()
    assert vars(optimizer.parameters[0]) == {"data": 1.0, "grad": None}
    assert not any(w.has_grad for w in weights[1:])
    with pytest.raises(TypeError, match=r"WireSlots needs wires, got .*Foreign"):
        wire_slots.WireSlots([*weights, Foreign()])


def test_settings_that_change_at_each_step_make_no_machine_code(monkeypatch):
    weights = parameters()
    loss_over(weights).batch(*ROWS).backward()
    monkeypatch.setattr(optimizers, "MOVES_IN_PYTHON", 5 * COUNT)
    by_machine_code = []
    move = wire_slots.WireSlots.move
    monkeypatch.setattr(
        wire_slots.WireSlots, "move", lambda *given: by_machine_code.append(move(*given))
    )
    optimizer = optim.SGD(weights, lr=1e-3)
    for step in range(10):
        optimizer.weight_decay = 0.1 / (step + 1)
        optimizer.step()
    assert not by_machine_code
    for _ in range(10):
        optimizer.step()
    assert len(by_machine_code) == 6


@dataclasses.dataclass
class WithFields(optim.Optimizer):
    """A data class is known by its fields: it has no hash."""

    weights: list
    factor: float = 2.0

    def __post_init__(self):
        super().__init__(self.weights, 0.1)

    @optim.formula
    def update(self, data, grad, state):
        return data - self.lr * self.factor * grad, state


class WithSlots(optim.SGD):
    __slots__ = ("note",)


def test_copies_of_an_optimizer_have_all_but_what_was_made_for_speed(at_once):
    weights = parameters()
    loss_over(weights).batch(*ROWS).backward()
    optimizer = WithSlots(weights, lr=0.5)
    optimizer.note = "kept"
    optimizer.step()
    before = [w.data for w in weights]
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert (twin.note, twin.steps) == ("kept", 1)
        assert [w.data for w in twin.parameters] == before
        twin.step()
        assert [w.data for w in twin.parameters] != before
    assert [w.data for w in weights] == before


def test_an_optimizer_without_a_hash_steps(at_once):
    weights = parameters()
    loss_over(weights).batch(*ROWS)
    optimizer = WithFields(weights)
    for weight in weights:
        weight.grad = 1.0
    optimizer.step()
    optimizer.zero_grad()
    assert weights[0].data == parameters()[0].data - 0.1 * 2.0
    assert not weights[0].has_grad


def test_slots_are_not_read_where_no_lock_keeps_what_they_hold(monkeypatch):
    assert offsets_of_slots() is not None
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert offsets_of_slots() is None
