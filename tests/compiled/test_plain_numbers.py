"""A plain number that a compiled function reads and that changes is noticed at once."""

from __future__ import annotations

import itertools
import os
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value

W = Value(2.0)
CALLS = 0
SCALE = 2.0


class Scaled:
    """Attributes, of the object and of its class, behind a property and a class method too."""

    of_class = 2.0

    def __init__(self) -> None:
        self.training = True
        self._rate = 1.0
        self.steps = 0

    @property
    def rate(self) -> float:
        return self._rate * 1.0

    @classmethod
    def scaled(cls, y: Any) -> Any:
        return W * y * cls.of_class

    def __call__(self, y: Any) -> Any:
        return self.scaled(y) * (self.rate if self.training else 0.0)

    def train(self) -> None:
        self.steps += 1


def counts_in_a_closure():
    n = 0

    def f(y):
        nonlocal n
        n += 1
        return W * y if n > 30 else y

    return f


def counts_in_a_global():
    def f(y):
        global CALLS
        CALLS += 1
        return W * y if CALLS > 30 else y

    return f


def counts_in_a_dict():
    state = {"n": 0}

    def f(y):
        state["n"] += 1
        return W * y if state["n"] > 30 else y

    return f


def counts_in_a_list():
    seen: list[int] = []

    def f(y):
        seen.append(1)
        return W * y if len(seen) > 30 else y

    return f


def counts_in_an_attribute():
    state = SimpleNamespace(n=0)

    def f(y):
        state.n += 1
        return W * y if state.n > 30 else y

    return f


def counts_in_its_own_attribute():
    def f(y):
        f.n += 1
        return W * y if f.n > 30 else y

    f.n = 0
    return f


def counts_in_a_default():
    def f(y, n=[0]):  # noqa: B006
        n[0] += 1
        return W * y if n[0] > 30 else y

    return f


def counts_with_an_iterator():
    numbers = itertools.count()
    return lambda y: W * y if next(numbers) > 30 else y


def counts_with_a_generator():
    numbers = (i for i in range(100))
    return lambda y: W * y if next(numbers) > 30 else y


COUNTERS = [
    counts_in_a_closure,
    counts_in_a_global,
    counts_in_a_dict,
    counts_in_a_list,
    counts_in_an_attribute,
    counts_in_its_own_attribute,
    counts_in_a_default,
    counts_with_an_iterator,
    counts_with_a_generator,
]


@pytest.mark.parametrize("make", COUNTERS)
def test_a_counter_that_decides_only_much_later_is_refused_at_the_first_call(make):
    with pytest.raises(mg.TracingError, match="which the function itself has changed"):
        mg.compile(make())(1.0)


@pytest.mark.parametrize("make", COUNTERS)
def test_a_counter_is_refused_in_the_first_batch(make):
    with pytest.raises(mg.TracingError, match="which the function itself has changed"):
        mg.compile(make()).batch([1.0, 2.0])


def test_calls_that_are_only_counted_decide_nothing():
    n, items, log, state = 0, [0], [], {"n": 0}
    thing = SimpleNamespace(n=0)

    @mg.compile
    def f(y):
        nonlocal n
        n += 1
        items[0] += 1
        state["n"] += 1
        thing.n += 1
        log.append(y)
        return W * y

    assert [f(float(i)).data for i in range(10)] == [2.0 * i for i in range(10)]
    assert n == items[0] == state["n"] == thing.n == len(log) < 10


def changes_an_attribute():
    net = Scaled()
    return net, lambda: setattr(net, "training", False)


def changes_what_a_property_reads():
    net = Scaled()
    return net, lambda: setattr(net, "_rate", 3.0)


def changes_an_attribute_of_a_class():
    class Mine(Scaled):
        pass

    return Mine(), lambda: setattr(Mine, "of_class", 3.0)


def changes_a_global():
    def change():
        global SCALE
        SCALE *= 2

    return (lambda y: W * y * SCALE), change


def changes_an_item():
    settings = {"of": [{"the": 2.0}]}
    return (lambda y: W * y * settings["of"][0]["the"]), lambda: settings["of"][0].update(the=3.0)


def changes_an_array():
    numpy = pytest.importorskip("numpy")
    numbers = numpy.array([2.0, 3.0])
    return (lambda y: W * y * numbers[1]), lambda: numbers.put(1, 5.0)


def changes_which_parameter_is_taken():
    weights, place = (Value(2.0), Value(3.0)), [0]
    return (lambda y: weights[place[0]] * y), lambda: place.append(place.pop() + 1)


def changes_a_function():
    settings = {"activation": mg.tanh}
    return (lambda y: settings["activation"](W * y)), lambda: settings.update(activation=mg.exp)


def changes_a_static_method():
    class Net:
        activation = staticmethod(mg.tanh)

        def __call__(self, y):
            return self.activation(W * y)

    net = Net()
    return net, lambda: setattr(net, "activation", mg.exp)


def changes_the_length_of_a_list():
    rows = [[1.0], [2.0]]
    return (lambda y: W * y * len(rows)), lambda: rows.append([3.0])


def changes_the_names_in_a_dict():
    numbers = {"a": 1.0}
    return (lambda y: W * y * sum(numbers.values())), lambda: numbers.update(b=2.0)


def changes_a_set():
    known = {1, 2}
    return (lambda y: W * y * len(known)), lambda: known.add(3)


def changes_an_attribute_of_a_wire():
    w = Value(2.0)
    w.scale = 3.0
    return (lambda y: w * y * w.scale), lambda: setattr(w, "scale", 5.0)


def changes_an_attribute_of_a_wire_in_a_list():
    ws = [Value(2.0), Value(3.0)]
    ws[1].rate = 3.0
    return (lambda y: ws[0] * y * ws[1].rate), lambda: setattr(ws[1], "rate", 5.0)


def changes_an_attribute_of_a_wire_that_is_asked_by_getattr():
    w = Value(2.0)
    w.scale = 3.0
    return (lambda y: w * y * getattr(w, "scale", 1.0)), lambda: setattr(w, "scale", 5.0)


def gives_a_wire_an_attribute_that_may_be_there():
    w = Value(2.0)
    return (
        lambda y: 3.0 * y if hasattr(w, "frozen") else w * y,
        lambda: setattr(w, "frozen", True),
    )


def changes_a_label():
    w = Value(2.0, label="w")
    return (lambda y: w * y if w.label == "w" else w), lambda: setattr(w, "label", "v")


def changes_the_environment():
    os.environ["MINIGRAD_SCALE"] = "2"
    return (
        lambda y: W * y * float(os.environ["MINIGRAD_SCALE"]),
        lambda: os.environ.update(MINIGRAD_SCALE="3"),
    )


def changes_the_environment_that_is_asked_by_getenv():
    os.environ["MINIGRAD_SCALE"] = "2"
    return (
        lambda y: W * y * float(os.getenv("MINIGRAD_SCALE", "1")),
        lambda: os.environ.update(MINIGRAD_SCALE="3"),
    )


def changes_a_number_in_a_context_variable():
    scale = ContextVar("scale", default=2.0)
    return (lambda y: W * y * scale.get()), lambda: scale.set(3.0)


CHANGES = [
    changes_an_attribute_of_a_wire,
    changes_an_attribute_of_a_wire_in_a_list,
    changes_an_attribute_of_a_wire_that_is_asked_by_getattr,
    gives_a_wire_an_attribute_that_may_be_there,
    changes_a_label,
    changes_the_environment,
    changes_the_environment_that_is_asked_by_getenv,
    changes_a_number_in_a_context_variable,
    changes_a_static_method,
    changes_the_length_of_a_list,
    changes_the_names_in_a_dict,
    changes_a_set,
    changes_an_attribute,
    changes_what_a_property_reads,
    changes_an_attribute_of_a_class,
    changes_a_global,
    changes_an_item,
    changes_an_array,
    changes_which_parameter_is_taken,
    changes_a_function,
]


@pytest.mark.parametrize("make", CHANGES)
def test_a_number_that_somebody_changes_is_noticed_at_the_next_call(make):
    body, change = make()
    compiled = mg.compile(body)
    for i in range(6):
        compiled(float(i))
    change()
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(5.0)
    compiled.clear()
    assert compiled(5.0).data == pytest.approx(body(Value(5.0)).data, rel=1e-12)


@pytest.mark.parametrize("make", CHANGES)
def test_a_number_that_somebody_changes_is_noticed_by_the_next_batch(make):
    body, change = make()
    compiled = mg.compile(body)
    for _ in range(6):
        compiled.batch([1.0, 2.0])
    change()
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled.batch([1.0, 2.0])


def test_a_number_that_makes_no_difference_may_change():
    net = Scaled()
    compiled = mg.compile(net)
    for i in range(9):
        net.train()
        assert compiled(float(i)).data == 4.0 * i
    settings = {"name": "a", "scale": 2.0}
    compiled = mg.compile(lambda y: W * y * settings["scale"])
    for i in range(9):
        settings["name"] *= 2
        assert compiled(float(i)).data == 4.0 * i


def test_a_callback_that_changes_a_number_of_the_loss_stops_fit():
    pytest.importorskip("llvmlite")
    w, scale = Value(1.0), [1.0]
    loss = mg.compile(lambda x, y: (w * x * scale[0] - y) ** 2)
    data = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]

    def anneal(*_):
        scale[0] *= 0.5

    with pytest.raises(mg.TracingError, match="scale"):
        mg.fit(
            loss,
            data=data,
            optimizer=mg.optim.SGD([w], lr=0.01),
            epochs=5,
            callbacks=[anneal],
            progress=False,
        )


def test_training_steps_notice_a_number_that_has_changed():
    w, scale = Value(1.0), [1.0]
    loss = mg.compile(lambda x: (w * x * scale[0] - 1.0) ** 2)
    with mg.training_steps(loss, mg.optim.SGD([w], lr=0.01)) as step:
        for i in range(50):
            step(float(i % 3))
        scale[0] = 2.0
        with pytest.raises(mg.TracingError, match="where the function itself gives"):
            step(1.0)


def test_a_function_that_reads_more_than_is_looked_into_is_recorded_all_the_same() -> None:
    class Item:
        def __init__(self, number: float) -> None:
            self.number = number

        def __eq__(self, other: object) -> bool:
            return self is other

    items: list[Any] = [Item(1.0), *([i] for i in range(6_000))]
    assert mg.compile(lambda x: x * items[0].number)(2.0).data == 2.0
