"""Schedules and settings: asked once for each step, checked before anything moves, exact."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value, optim

X = [0.5, -1.0, 2.0, 0.25]
INF, NAN = float("inf"), float("nan")

KINDS: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": lambda p, lr: optim.SGD(p, lr, momentum=0.9, nesterov=True),
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "own": lambda p, lr: SignDescent(p, lr),
}
WAYS = ["by hand", "fit", "compiled fit", "batches", "compiled batches", "steps", "compiled steps"]


class SignDescent(optim.Optimizer):
    """Decides by a number: nothing to make a formula of."""

    def update(self, data: Any, grad: Any, state: optim.State) -> tuple[Any, optim.State]:
        return data - self.lr * (1 if grad > 0 else -1), state


class Training:
    """One parameter, and `count` steps taken in one of the ways."""

    def __init__(self, kind: str, way: str, lr: Any) -> None:
        self.w = Value(0.5)
        self.optimizer = KINDS[kind]([self.w], lr)
        self.way = way
        self.loss = lambda x: (self.w * x - 1.0) ** 2
        if "compiled" in way:
            self.loss = mg.compile(self.loss)

    def train(self, count: int) -> None:
        if self.way == "by hand":
            for _ in range(count):
                self.optimizer.zero_grad()
                self.loss(X[0]).backward()
                self.optimizer.step()
        elif "steps" in self.way:
            with mg.training_steps(self.loss, self.optimizer) as step:
                for _ in range(count):
                    step(X[0])
        else:
            size, epochs = (2, count // 2) if "batches" in self.way else (None, count)
            options: dict[str, Any] = {"epochs": epochs, "batch_size": size, "progress": False}
            mg.fit(self.loss, data=(X,), optimizer=self.optimizer, **options)

    @property
    def state(self) -> Any:
        return self.w.data, self.optimizer._states, self.optimizer.steps


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_schedule_is_asked_once_for_each_step_and_never_ahead(kind: str, way: str) -> None:
    asked: list[int] = []
    training = Training(kind, way, lambda step: asked.append(step) or 0.01)
    training.train(8)
    assert asked == list(range(8))
    training.train(4)
    assert asked == list(range(12))
    assert training.optimizer.lr == training.optimizer.lr == 0.01
    assert asked == list(range(13))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_rates_is_used_up_and_then_nothing_moves(kind: str, way: str) -> None:
    rates = [0.1, 0.09, 0.08, 0.07, 0.06, 0.05]
    training = Training(kind, way, lambda step: rates[step])
    training.train(6)
    before = copy.deepcopy(training.state)
    assert training.optimizer.steps == 6
    with pytest.raises(IndexError):
        training.train(2)
    assert training.state == before
    rates.extend([0.04, 0.03])  # and it can go on
    training.train(2)
    expected = Training(kind, way, lambda step: rates[step])
    expected.train(8)
    assert training.w.data == pytest.approx(expected.w.data, rel=1e-12)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        *((NAN, ValueError), (INF, ValueError), (-0.1, ValueError), ("0.1", TypeError)),
        *((None, TypeError), (1j, TypeError), ([0.1], TypeError), (10**400, OverflowError)),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_bad_rate_is_refused_at_its_step_before_anything_moves(
    way: str, bad: Any, error: type[Exception]
) -> None:
    training = Training("adam", way, lambda step: bad if step == 4 else 0.01)
    training.train(4)
    before = copy.deepcopy(training.state)
    with pytest.raises(error, match="step 4"):
        training.train(2)
    assert training.state == before


@pytest.mark.parametrize("way", WAYS)
def test_a_rate_in_the_middle_of_a_run_ends_it_there(way: str) -> None:
    """Also with a schedule that is asked ahead for the steps of one call."""
    training, good = (Training("adam", way, optim.step_decay(1e-302, 2, 1e100)) for _ in range(2))
    with pytest.raises(ValueError, match="inf for step 8"):
        training.train(10)
    good.train(8)
    assert training.state == good.state


@pytest.mark.parametrize("way", WAYS)
def test_a_schedule_may_look_at_the_parameters(way: str) -> None:
    def end(way: str) -> float:
        rate = lambda step: 0.1 if step == 0 else 0.1 * training.w.data
        training = Training("adam", way, rate)
        training.train(8)
        return training.w.data

    assert end(way) == pytest.approx(end(way.removeprefix("compiled ")), rel=1e-12)


@pytest.mark.parametrize("bad", [NAN, INF, -INF, -1.0])
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((kind, "lr") for kind in KINDS),
        *(("sgd", "momentum"), ("sgd", "weight_decay"), ("adam", "eps")),
        *(("adam", "weight_decay"), ("adamw", "weight_decay")),
    ],
)
def test_a_setting_that_is_no_number_for_it_is_refused_when_it_is_set(
    kind: str, name: str, bad: float
) -> None:
    optimizer = KINDS[kind]([Value(1.0)], 0.1)
    before = getattr(optimizer, name)
    with pytest.raises(ValueError, match=f"^{name} must be .*, got {bad!r}"):
        setattr(optimizer, name, bad)
    with pytest.raises(TypeError, match=f"^{name}: expected a number, got the str '1'"):
        setattr(optimizer, name, "1")
    assert getattr(optimizer, name) == before


@pytest.mark.parametrize("bad", [(0.9, 1.0), (NAN, 0.9), (0.9, -0.1)])
def test_betas_are_two_numbers_below_1(bad: Any) -> None:
    optimizer = optim.Adam([Value(1.0)], betas=[0.5, 0.75])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="betas must be from 0 to below 1"):
        optimizer.betas = bad
    for short in (0.9, (0.9,), (0.9, 0.99, 0.999)):
        with pytest.raises(TypeError, match="betas must be 2 numbers"):
            optimizer.betas = short
    assert optimizer.betas == (0.5, 0.75)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_callback_that_sets_a_bad_rate_hears_of_it_at_once(compiled: bool) -> None:
    training = Training("adam", "compiled fit" if compiled else "fit", 0.1)

    def spoil(epoch: Any) -> None:
        if epoch.number == 2:
            training.optimizer.lr = NAN

    with pytest.raises(ValueError, match="lr must be 0 or more, got nan"):
        mg.fit(training.loss, data=(X,), optimizer=training.optimizer, epochs=5, callbacks=[spoil])
    assert training.optimizer.steps == 2
    assert training.optimizer.lr == 0.1


@pytest.mark.parametrize("way", ["steps", "compiled steps"])
def test_settings_changed_between_training_steps_count_at_once(way: str) -> None:
    training = Training("momentum", way, 0.01)
    with mg.training_steps(training.loss, training.optimizer) as step:
        for i in range(8):
            step(X[0])
            training.optimizer.momentum = 0.5 + 0.01 * i
            training.optimizer.lr = 0.01 + 0.001 * i
    w, velocity, rate, momentum = 0.5, 0.0, 0.01, 0.9
    for i in range(8):
        gradient = 2 * X[0] * (w * X[0] - 1.0)
        velocity = momentum * velocity + gradient
        w -= rate * (gradient + momentum * velocity)
        rate, momentum = 0.01 + 0.001 * i, 0.5 + 0.01 * i
    assert training.w.data == pytest.approx(w, rel=1e-12)


def test_a_number_ends_a_schedule_and_a_schedule_follows_a_number() -> None:
    w = Value(0.0)
    optimizer = optim.SGD([w], lr=optim.linear(0.5, 0.1, steps=2))
    moved = []
    for step in range(5):
        w.data, w.grad = 0.0, -1.0
        if step == 1:
            optimizer.lr = 0.25
        if step == 3:
            optimizer.lr = lambda step: step / 10  # type: ignore[assignment]
        optimizer.step()
        moved.append(w.data)
    assert moved == [0.5, 0.25, 0.25, 0.3, 0.4]


rates = st.floats(0.0, 1e3)


@given(rates, rates, st.integers(1, 10_000), st.integers(0, 20_000))
def test_the_ends_of_a_schedule_are_exact_and_all_between_is_a_rate(
    initial: float, final: float, steps: int, step: int
) -> None:
    for schedule in (optim.linear(initial, final, steps), optim.cosine(initial, steps, final)):
        assert (schedule(0), schedule(steps), schedule(steps + 7)) == (initial, final, final)
        low, high = min(initial, final), max(initial, final)
        assert low * (1 - 1e-15) <= schedule(step) <= high * (1 + 1e-15)


def test_the_last_value_of_a_line_is_what_was_asked_for() -> None:
    assert optim.linear(0.1, 0.01, 150)(150) == 0.01
    assert optim.cosine(0.1, 150, final=0.01)(0) == 0.1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.linear(NAN, 0.1, 10), "a schedule's initial must be 0 or more, got nan"),
        (lambda: optim.linear(0.1, -0.1, 10), "a schedule's final must be 0 or more, got -0.1"),
        (lambda: optim.cosine(INF, 10), "a schedule's initial must be finite, got inf"),
        (lambda: optim.step_decay(0.1, 10, factor=NAN), "a schedule's factor"),
        (lambda: optim.step_decay(0.1, every=0), "at least 1 step, got 0"),
        (lambda: optim.cosine(0.1, 0.01, 100), "at least 1 step, got 0.01"),
        (lambda: optim.cosine(0.1, steps=NAN), "at least 1 step, got nan"),
        (lambda: optim.cosine("0.1", 10), "initial: expected a number, got the str"),
        (lambda: optim.SGD([Value(1.0)], lr=lambda step: NAN), "gives the learning rate nan"),
    ],
)
def test_impossible_schedules_are_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        make()


@pytest.mark.parametrize(
    "schedule", [optim.linear(0.1, 0.01, 5), optim.cosine(0.1, 5), optim.step_decay(0.1, 2)]
)
def test_an_optimiser_with_a_schedule_can_be_pickled_and_goes_on(schedule: Any) -> None:
    training = Training("adam", "by hand", schedule)
    training.train(3)
    twin = pickle.loads(pickle.dumps(training.optimizer))
    training.train(1)
    twin.zero_grad()
    ((twin.parameters[0] * X[0] - 1.0) ** 2).backward()
    twin.step()
    assert twin.parameters[0].data == training.w.data
    assert (twin.lr, twin.steps) == (training.optimizer.lr, 4)
    assert repr(schedule) in repr(twin)
    assert repr(eval(repr(schedule), vars(optim))) == repr(schedule)


def test_a_schedule_is_any_function_also_one_that_remembers() -> None:
    def numbers() -> Iterator[float]:
        yield from (0.1, 0.2, 0.3)

    rates = numbers()
    training = Training("sgd", "compiled fit", lambda step: next(rates))
    training.train(3)
    assert list(rates) == []
    assert training.optimizer.steps == 3


# --- clipping -------------------------------------------------------------------------------------
