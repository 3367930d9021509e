"""Steps over Values in machine code are Python's, to the last bit, whatever comes between them."""

import copy
import math
import pickle

import pytest
from helpers.circuits import bits_of
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import optim

pytest.importorskip("llvmlite")
from minigrad import native
from minigrad.native import batch_over_rows, wire_slots
from minigrad.training import optim as optimizers

np = pytest.importorskip("numpy")

COUNT = 40  # parameters: enough for machine code
NUMBERS = st.floats(-4.0, 4.0) | st.sampled_from(
    [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e300, -1e-160]
)


class Waning(optim.Optimizer):
    """Two parts of the state are alike for all, one of them no count, and one is its own."""

    initial_state = (0, 0.0, 8)

    @optim.formula
    def update(self, data, grad, state):
        step, mean, half = state[0] + 1, 0.5 * state[1] + grad, state[2] / 2
        return data - self.lr * half / step * mean, (step, mean, half)


MAKERS = {
    "plain": lambda ps: optim.SGD(ps, lr=0.1),
    "decay": lambda ps: optim.SGD(ps, lr=0.1, weight_decay=0.01),
    "schedule": lambda ps: optim.SGD(ps, lr=optim.cosine(0.1, 20, 0.01), momentum=0.5),
    "momentum": lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9),
    "nesterov": lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "Adam": lambda ps: optim.Adam(ps, lr=0.1),
    "AdamW": lambda ps: optim.AdamW(ps, lr=optim.linear(0.1, 0.0, 9)),
    "waning": lambda ps: Waning(ps, lr=0.1),
}

EVENTS = st.one_of(
    st.tuples(st.just("gradients"), st.lists(NUMBERS | st.none(), min_size=3, max_size=9)),
    st.tuples(st.just("step"), st.integers(1, 3)),
    st.tuples(st.just("batch"), st.lists(NUMBERS, min_size=1, max_size=5)),
    st.tuples(st.sampled_from(["zero_grad", "planned", "look", "deepcopy", "pickle"]), st.none()),
    st.tuples(st.just("rate"), st.floats(0.0, 1.0)),
    st.tuples(st.just("weight_decay"), st.sampled_from([0.0, 0.5])),
    st.tuples(st.sampled_from(["replace", "drop"]), st.integers(0, COUNT - 5)),
)


def seen(optimizer):
    """All that can be read of an optimiser and its parameters."""
    parameters = optimizer.parameters
    return (
        bits_of([p.data for p in parameters]),
        bits_of([p.grad if p.has_grad else None for p in parameters]),
        optimizer.steps,
        bits_of([optimizer.lr]),
    )


def happen(optimizer, event, given):
    """Let one thing happen; gives the optimiser to go on with, and what is seen."""
    parameters = optimizer.parameters
    if event == "gradients":
        for i, parameter in enumerate(parameters):
            parameter.grad = given[i % len(given)]
    elif event == "step":
        for _ in range(given):
            try:
                optimizer.step()
            except ValueError as error:
                return optimizer, str(error)
    elif event == "zero_grad":
        optimizer.zero_grad()
    elif event == "batch":
        batch(parameters, given)
    elif event == "planned":
        if any(p.has_grad for p in parameters):
            return optimizer, bits_of(optimizer.planned())
    elif event == "look":
        return optimizer, [bits_of(state) for state in optimizer._states]
    elif event == "deepcopy":
        optimizer = copy.deepcopy(optimizer)
    elif event == "pickle":
        if optimizer.schedule is None:
            optimizer = pickle.loads(pickle.dumps(optimizer))
    elif event == "rate":
        optimizer.lr = given
    elif event == "weight_decay":
        optimizer.weight_decay = given
    elif event == "replace":
        parameters[given] = mg.Value(0.25)
    elif event == "drop" and len(parameters) > COUNT - 4:
        del parameters[given]
    return optimizer, seen(optimizer)


def batch(parameters, numbers):
    """Two batches of the same rows, and what they send back."""
    loss = mg.compile(
        lambda x: mg.sum([p * x for p in parameters]) + parameters[1].exp() * x,
        check=False,
        executor="tape",
    )
    for seed in (1.0, -0.5):
        loss.batch(np.array(numbers)).backward(seed)


def history(make, events, in_machine_code=True):
    """What is seen after each of some events; steps and boxing are machine code's or Python's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimizers, "MOVES_IN_PYTHON", 0 if in_machine_code else math.inf)
        if not in_machine_code:
            for module in (native, batch_over_rows):
                patch.setattr(module, "has_slots", lambda: False)
        optimizer = make([mg.Value(0.1 * (i - 20)) for i in range(COUNT)])
        result = []
        for event, given in events:
            optimizer, now = happen(optimizer, event, given)
            result.append(now)
        states = [bits_of(state) for state in optimizer._states]
        return [*result, states, seen(optimizer)]


@pytest.mark.parametrize("name", MAKERS)
@settings(deadline=None, max_examples=40)
@given(st.lists(EVENTS, min_size=2, max_size=12))
def test_any_sequence_of_events_ends_as_in_python(name, events):
    mg.compile(lambda x: x * x, executor="tape")(2.0)  # this process makes machine code
    make, events = MAKERS[name], [("gradients", [1.0, None, -0.5, 2.0]), ("step", 2), *events]
    assert history(make, events) == history(make, events, in_machine_code=False)


def test_machine_code_takes_the_steps_of_each_of_them(monkeypatch):
    mg.compile(lambda x: x * x, executor="tape")(2.0)
    moved, move = [], wire_slots.WireSlots.move
    monkeypatch.setattr(wire_slots.WireSlots, "move", lambda *given: moved.append(move(*given)))
    for make in MAKERS.values():
        moved.clear()
        history(make, [("gradients", [1.0, None, 2.0]), ("step", 3), ("look", None)])
        assert len(moved) == 3


def test_parameters_that_join_later_count_their_own_steps():
    events = [
        ("gradients", [1.0, None, None]),
        ("step", 2),
        ("gradients", [0.5, 2.0, None]),
        ("step", 3),
        ("gradients", [None, 2.0, -1.0]),
        ("step", 1),
    ]
    mg.compile(lambda x: x * x, executor="tape")(2.0)
    for name in ("Adam", "waning"):
        ours = history(MAKERS[name], events)
        assert ours == history(MAKERS[name], events, in_machine_code=False)
        assert [state[0] for state in ours[-2][:3]] == bits_of([5.0, 4.0, 1.0])


@pytest.mark.parametrize("name", ["momentum", "Adam"])
def test_a_step_that_is_refused_leaves_the_states_as_they_were(name, monkeypatch):
    mg.compile(lambda x: x * x, executor="tape")(2.0)
    monkeypatch.setattr(optimizers, "MOVES_IN_PYTHON", 0)
    optimizer = MAKERS[name]([mg.Value(0.1 * i) for i in range(COUNT)])
    happen(optimizer, "gradients", [1.0])
    optimizer.step()
    optimizer.zero_grad()
    before = copy.deepcopy(optimizer)
    with pytest.raises(ValueError, match="found no gradient"):
        optimizer.step()
    assert (optimizer._states, optimizer.steps) == (before._states, 1)


@pytest.mark.parametrize("name", ["momentum", "Adam"])
def test_a_twin_made_by_copy_keeps_its_own_states(name, monkeypatch):
    mg.compile(lambda x: x * x, executor="tape")(2.0)
    monkeypatch.setattr(optimizers, "MOVES_IN_PYTHON", 0)
    optimizer = MAKERS[name]([mg.Value(0.1 * i) for i in range(COUNT)])
    happen(optimizer, "gradients", [1.0, -2.0])
    optimizer.step()
    twin = copy.copy(optimizer)
    states = copy.copy(twin)._states
    optimizer.step()
    assert (twin._states, twin.steps) == (states, 1)
    assert optimizer._states != states
