"""A plain number that a compiled function reads and that changes is noticed at once."""

from __future__ import annotations

import array
import ctypes
import functools
import itertools
import math
import multiprocessing
import operator
import os
import threading
from collections import UserList
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

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


def counts_with(make):
    def counts():
        numbers = make()
        return lambda y: W * y if next(numbers)[0] > 30 else y

    return counts


def counts_by_a_text():
    state, name = SimpleNamespace(n=0), "n"

    def f(y):
        setattr(state, name, getattr(state, name) + 1)
        return W * y if getattr(state, name) > 30 else y

    return f


def counts_in_its_own_dict():
    def f(y):
        f.__dict__["n"] = f.__dict__.get("n", 0) + 1
        return W * y if f.__dict__["n"] > 30 else y

    return f


def counts_in_a_decorator():
    class Counted:
        def __init__(self, function):
            functools.update_wrapper(self, function)
            self.function, self.n = function, 0

        def __call__(self, y):
            self.n += 1
            return self.function(y) if self.n > 30 else y

    return Counted(lambda y: W * y)


COUNTERS = [
    *[
        counts_with(make)
        for make in (
            lambda: iter([(i,) for i in range(99)]),
            lambda: enumerate("x" * 99),
            lambda: zip(range(99)),
            lambda: map(tuple, [[i] for i in range(99)]),
            lambda: itertools.cycle([(i,) for i in range(99)]),
            lambda: itertools.chain([(i,) for i in range(99)]),
            lambda: reversed([(i,) for i in range(99)]),
        )
    ],
    counts_by_a_text,
    counts_in_its_own_dict,
    counts_in_a_decorator,
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
        mg.compile(make(), executor="python").batch([1.0, 2.0])


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


class Mode(Enum):
    TRAIN = 1
    TEST = 2


class Scale(NamedTuple):
    of: Any


def replaced(then, now, read=lambda thing: thing):
    """What is replaced by another in a variable, an attribute, and items of lists and dicts."""

    def in_a_variable():
        thing = then

        def change():
            nonlocal thing
            thing = now

        return (lambda y: W * y * read(thing)), change

    def in_an_attribute():
        state = SimpleNamespace(thing=then)
        return (lambda y: W * y * read(state.thing)), lambda: setattr(state, "thing", now)

    def in_a_list():
        things = [then]
        return (lambda y: W * y * read(things[0])), lambda: things.__setitem__(0, now)

    def in_a_dict():
        things = {"it": then}
        return (lambda y: W * y * read(things["it"])), lambda: things.update(it=now)

    def in_a_context_variable():
        current = ContextVar("current", default=then)
        return (lambda y: W * y * read(current.get())), lambda: current.set(now)

    return [in_a_variable, in_an_attribute, in_a_list, in_a_dict, in_a_context_variable]


REPLACED = [
    *replaced((2.0, 3.0), (3.0, 2.0), lambda pair: pair[0]),
    *replaced([2.0], [3.0], lambda items: items[0]),
    *replaced({"a": 2.0}, {"a": 3.0}, lambda table: table["a"]),
    *replaced(Scale(2.0), Scale(3.0), lambda scale: scale.of),
    *replaced(SimpleNamespace(of=2.0), SimpleNamespace(of=3.0), lambda scale: scale.of),
    *replaced(frozenset({1}), frozenset({1, 2}), len),
    *replaced(range(3), range(4), sum),
    *replaced(b"a", b"ab", len),
    *replaced(Fraction(1, 2), Fraction(1, 3)),
    *replaced(Decimal(2), Decimal(3), float),
    *replaced(date(2026, 1, 1), date(2026, 1, 2), lambda day: day.day),
    *replaced(Mode.TRAIN, Mode.TEST, lambda mode: 2.0 if mode is Mode.TRAIN else 1.0),
    *replaced(float, int, lambda kind: kind(1.5)),
    *replaced(math.sin, math.cos, lambda function: function(1.0)),
    *replaced(functools.partial(pow, 2), functools.partial(pow, 3), lambda power: power(2)),
    *replaced(1, 1.0, lambda number: 2.0 if isinstance(number, int) else 1.0),
    *replaced(True, 1, lambda number: 2.0 if number is True else 1.0),
    *replaced(0.0, -0.0, lambda zero: math.copysign(1.0, zero)),
]


def changes_numbers_of_numpy():
    numpy = pytest.importorskip("numpy")
    rate = numpy.float64(2.0)

    def change():
        nonlocal rate
        rate = numpy.float64(3.0)

    return (lambda y: W * y * rate), change


def replaces_an_array():
    numpy = pytest.importorskip("numpy")
    numbers = numpy.array([2.0, 3.0])

    def change():
        nonlocal numbers
        numbers = numbers + 1.0

    return (lambda y: W * y * numbers[1]), change


def changes_a_large_array():
    numbers = pytest.importorskip("numpy").ones(20_000)
    return (lambda y: W * y * numbers[15_000]), lambda: numbers.put(15_000, 5.0)


def changes_a_masked_array():
    numbers = pytest.importorskip("numpy").ma.array([2.0, 3.0])
    return (lambda y: W * y * float(numbers[1])), lambda: numbers.__setitem__(1, 5.0)


def changes_a_series():
    numbers = pytest.importorskip("pandas").Series([2.0, 3.0])
    return (lambda y: W * y * float(numbers[1])), lambda: numbers.__setitem__(1, 5.0)


def changes_a_data_frame():
    table = pytest.importorskip("pandas").DataFrame({"a": [2.0, 3.0]})
    return (lambda y: W * y * float(table["a"][1])), lambda: table.__setitem__("a", [1.0, 5.0])


def changes_an_array_of_python():
    numbers = array.array("d", [2.0])
    return (lambda y: W * y * numbers[0]), lambda: numbers.__setitem__(0, 3.0)


def changes_bytes():
    numbers = bytearray(b"ab")
    return (lambda y: W * y * numbers[0]), lambda: numbers.__setitem__(0, 3)


def changes_a_number_of_ctypes():
    number = ctypes.c_double(2.0)
    return (lambda y: W * y * number.value), lambda: setattr(number, "value", 3.0)


def changes_a_struct_of_ctypes():
    pair = type("Pair", (ctypes.Structure,), {"_fields_": [("a", ctypes.c_int)]})(2)
    return (lambda y: W * y * pair.a), lambda: setattr(pair, "a", 3)


def changes_a_number_that_processes_share():
    number = multiprocessing.Value("d", 2.0)
    return (lambda y: W * y * number.value), lambda: setattr(number, "value", 3.0)


def changes_a_long_list():
    numbers = [1.0] * 2_000
    return (lambda y: W * y * numbers[1_500]), lambda: numbers.__setitem__(1_500, 3.0)


def changes_the_order_of_a_dict():
    table = {"a": 2.0, "b": 3.0}
    return (
        lambda y: W * y * next(iter(table.values())),
        lambda: table.update(a=table.pop("a")),
    )


def changes_a_list_of_a_library():
    numbers = UserList([2.0])
    return (lambda y: W * y * numbers[0]), lambda: numbers.__setitem__(0, 3.0)


def changes_an_event():
    event = threading.Event()
    return (lambda y: W * y if event.is_set() else y), event.set


def changes_what_an_attrgetter_reads():
    state, read = SimpleNamespace(scale=2.0), operator.attrgetter("scale")
    return (lambda y: W * y * read(state)), lambda: setattr(state, "scale", 3.0)


def changes_what_vars_gives():
    state = SimpleNamespace(scale=2.0)
    return (lambda y: W * y * vars(state)["scale"]), lambda: setattr(state, "scale", 3.0)


def changes_an_attribute_whose_name_is_computed():
    state, name = SimpleNamespace(scale=2.0), "sca"
    return (lambda y: W * y * getattr(state, name + "le")), lambda: setattr(state, "scale", 3.0)


def changes_what_an_expression_reads():
    state = SimpleNamespace(scale=2.0)
    return (
        lambda y: W * y * eval("state.scale", {"state": state}),
        lambda: setattr(state, "scale", 3.0),
    )


def changes_a_global_that_is_read_by_its_text():
    def change():
        global SCALE
        SCALE *= 2

    return (lambda y: W * y * globals()["SCALE"]), change


def changes_a_descriptor():
    class Constant:
        def __init__(self, number):
            self.number = number

        def __get__(self, owner, kind=None):
            return self.number

    class Net:
        scale = Constant(2.0)

    net = Net()
    return (lambda y: W * y * net.scale), lambda: setattr(vars(Net)["scale"], "number", 3.0)


def changes_what_the_class_of_a_class_reads():
    class Kind(type):
        scale = property(lambda kind: kind.hidden)

    class Net(metaclass=Kind):
        hidden = 2.0

    return (lambda y: W * y * Net.scale), lambda: setattr(Net, "hidden", 3.0)


def changes_what_getattr_of_a_class_finds():
    class Config:
        def __init__(self):
            self.__dict__["store"] = {"scale": 2.0}

        def __getattr__(self, name):
            return self.__dict__["store"][name]

    config = Config()
    return (lambda y: W * y * config.scale), lambda: config.store.update(scale=3.0)


def changes_the_class_of_an_object():
    class Half:
        of_class = 0.5

        def __call__(self, y):
            return W * y * self.of_class

    net = Scaled()
    return net, lambda: setattr(net, "__class__", Half)


def changes_the_code_of_a_function():
    def scaled(y):
        return y * 2.0

    def other(y):
        return y * 3.0

    return (lambda y: W * scaled(y)), lambda: setattr(scaled, "__code__", other.__code__)


def changes_a_default():
    def scaled(y, scale=2.0, *, more=1.0):
        return W * y * scale * more

    return scaled, lambda: setattr(scaled, "__defaults__", (3.0,))


def changes_a_named_default():
    def scaled(y, *, scale=2.0):
        return W * y * scale

    return (lambda y: scaled(y)), lambda: setattr(scaled, "__kwdefaults__", {"scale": 3.0})


def changes_a_default_in_its_dict():
    def scaled(y, *, scale=2.0):
        return W * y * scale

    return scaled, lambda: scaled.__kwdefaults__.update(scale=3.0)


def gives_an_object_an_attribute_that_may_be_there():
    state = SimpleNamespace()
    return (lambda y: W * y * getattr(state, "k", 2.0)), lambda: setattr(state, "k", 3.0)


def gives_a_module_a_variable_that_may_be_there():
    variables = {"W": W}
    exec("def f(y):\n try: return W * y * K\n except NameError: return W * y", variables)
    return variables["f"], lambda: variables.update(K=3.0)


def hides_a_name_of_pythons_own():
    variables = {"W": W}
    exec("def f(y): return W * y * len([1, 2])", variables)
    return variables["f"], lambda: variables.update(len=lambda _: 7.0)


def gives_a_neuron_another_activation():
    neuron = mg.nn.Neuron(1, activation="tanh", seed=1)
    other = mg.nn.Neuron(1, activation="sigmoid").activation
    return (lambda y: neuron([y])), lambda: setattr(neuron, "activation", other)


def gives_a_neuron_in_a_network_another_activation():
    network = mg.nn.MLP(1, [2, 1], activation="tanh", seed=1)
    first, last = (layer.neurons[0] for layer in network.layers)
    return (lambda y: network([y])), lambda: setattr(first, "activation", last.activation)


def gives_a_neuron_a_bias():
    neuron = mg.nn.Neuron(1, bias=False, seed=1)
    return (lambda y: neuron([y])), lambda: setattr(neuron, "b", Value(3.0))


CHANGES = [
    *REPLACED,
    changes_numbers_of_numpy,
    replaces_an_array,
    changes_a_large_array,
    changes_a_masked_array,
    changes_a_series,
    changes_a_data_frame,
    changes_an_array_of_python,
    changes_bytes,
    changes_a_number_of_ctypes,
    changes_a_struct_of_ctypes,
    changes_a_number_that_processes_share,
    changes_a_default_in_its_dict,
    changes_a_long_list,
    changes_the_order_of_a_dict,
    changes_a_list_of_a_library,
    changes_an_event,
    changes_what_an_attrgetter_reads,
    changes_what_vars_gives,
    changes_an_attribute_whose_name_is_computed,
    changes_what_an_expression_reads,
    changes_a_global_that_is_read_by_its_text,
    changes_a_descriptor,
    changes_what_the_class_of_a_class_reads,
    changes_what_getattr_of_a_class_finds,
    changes_the_class_of_an_object,
    changes_the_code_of_a_function,
    changes_a_default,
    changes_a_named_default,
    gives_an_object_an_attribute_that_may_be_there,
    gives_a_module_a_variable_that_may_be_there,
    hides_a_name_of_pythons_own,
    gives_a_neuron_another_activation,
    gives_a_neuron_in_a_network_another_activation,
    gives_a_neuron_a_bias,
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
    compiled = mg.compile(body, executor="python")
    for i in range(6):
        compiled(float(i))
    change()
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(5.0)
    compiled.clear()
    assert compiled(5.0).data == pytest.approx(body(Value(5.0)).data, rel=1e-12)


@pytest.mark.parametrize("make", CHANGES)
def test_a_number_that_somebody_changes_is_noticed_by_machine_code_for_arrays(make):
    pytest.importorskip("llvmlite")
    body, change = make()
    compiled = mg.compile(body, executor="tape")
    for i in range(6):
        compiled.value_and_grad(float(i))
    change()
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled.value_and_grad(5.0)


def test_a_variable_that_is_gone_is_asked_for_by_the_function_itself():
    settings = {"scale": 2.0}
    compiled = mg.compile(lambda x: settings["scale"] * x, executor="tape")
    for i in range(6):
        compiled.value_and_grad(float(i))
    del settings["scale"]
    with pytest.raises(KeyError, match="scale"):
        compiled.value_and_grad(5.0)


@pytest.mark.parametrize("make", CHANGES)
def test_a_number_that_somebody_changes_is_noticed_by_the_next_batch(make):
    body, change = make()
    compiled = mg.compile(body, executor="python")
    for _ in range(6):
        compiled.batch([1.0, 2.0])
    change()
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled.batch([1.0, 2.0])


def test_what_stands_in_an_equal_list_that_came_later_is_watched_too():
    state = SimpleNamespace(scales=[2.0])
    compiled = mg.compile(lambda y: W * y * state.scales[0])
    compiled(1.0)
    state.scales = [2.0]
    assert [compiled(float(i)).data for i in range(3)] == [0.0, 4.0, 8.0]
    state.scales[0] = 3.0
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(1.0)


def test_one_of_many_objects_that_changes_is_found_in_some_calls():
    things = [SimpleNamespace(scale=1.0) for _ in range(1_000)]
    compiled = mg.compile(lambda y: W * y * things[900].scale)
    compiled(1.0)
    things[900].scale = 2.0
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        list(map(compiled, map(float, range(1_000))))


def test_one_of_thousands_that_changes_right_after_the_first_call_is_noticed_at_once():
    things = [[float(i)] for i in range(3_000)]
    compiled = mg.compile(lambda y: W * y * things[2_900][0])
    compiled(1.0)
    things[2_900][0] = 2.0
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(1.0)


@pytest.mark.parametrize("name", ["add", "append", "update", "write"])
@pytest.mark.parametrize(
    "text",
    ["ops.{0}(x, x)", "2.0 * ops.{0}(x, x)", "sum([ops.{0}(x, x)])", "float and ops.add(x, x)"],
)
def test_an_object_with_a_method_named_as_a_set_s_is_noticed_where_the_result_is_used(name, text):
    names = ("add", name)
    first = SimpleNamespace(**dict.fromkeys(names, lambda x, y: x + y))
    variables = {"ops": first}
    compiled = mg.compile(eval(f"lambda x: {text.format(name)}", variables))
    for _ in range(70):
        compiled(Value(1.0))
    variables["ops"] = SimpleNamespace(**dict.fromkeys(names, lambda x, y: x + 3.0 * y))
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(Value(1.0))


def test_what_is_appended_in_a_branch_or_whose_result_is_dropped_decides_nothing():
    log, seen, counts = [], set(), {}

    def f(y):
        log.append(1 if SCALE else 2)
        seen.add(math.floor(2.5) + 1)
        counts.update(n=1.0)
        return log.extend([y]) or W * y

    compiled = mg.compile(f)
    assert [compiled(float(i)).data for i in range(9)] == [2.0 * i for i in range(9)]


def test_a_number_among_thousands_is_noticed_by_calls_with_arrays_too():
    """Who looks first sends the call the long way, and there it is looked for again."""
    numpy = pytest.importorskip("numpy")
    things = [[float(i)] for i in range(900)]
    compiled = mg.compile(lambda x: x[0] * sum(thing[0] for thing in things) + x[1])
    x = numpy.ones(2)
    for _ in range(100):
        compiled.value_and_grad(x)
    things[700][0] += 1.0
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        list(map(compiled.value_and_grad, [x] * 200))


def test_a_variable_of_the_module_named_as_one_of_the_function_decides_nothing():
    calls = []
    variables = {"W": W, "calls": calls}
    exec("def f(y, z=None):\n calls.append(1)\n return W * y", variables)
    compiled = mg.compile(variables["f"])
    for i in range(100):
        variables["y"] = float(i)
        compiled(float(i))
    assert len(calls) < 15


class Keeps:
    """A network that keeps what it has made, and reads it."""

    def __init__(self):
        self.ws = [Value(0.5), Value(-1.5)]
        self.hidden, self.pair, self.table, self.thing = [], None, {}, None

    def __call__(self, y):
        self.hidden = [mg.tanh(w * y) for w in self.ws]
        self.pair = (self.hidden[0], [self.hidden[1]])
        self.table = {"sum": mg.sum(self.hidden)}
        self.thing = SimpleNamespace(out=self.table["sum"] * 2.0)
        return self.thing.out + self.pair[0] * self.pair[1][0]


@pytest.mark.parametrize("executor", ["python", "auto"])
def test_a_function_may_keep_what_it_has_made_and_read_it(executor):
    net, plain = Keeps(), Keeps()
    compiled = mg.compile(net, executor=executor)
    for i in range(9):
        assert compiled(float(i)).data == pytest.approx(plain(Value(float(i))).data, rel=1e-12)
        net(float(i))
    assert compiled.batch([1.0, 2.0]).data == pytest.approx(
        (plain(Value(1.0)).data + plain(Value(2.0)).data) / 2.0, rel=1e-12
    )


def test_a_function_may_keep_what_it_has_made_in_a_dict_or_a_list_of_its_own():
    kept: dict[str, Any] = {}
    latest: list[Any] = [None]

    def f(y):
        kept["square"] = latest[0] = W * y
        return kept["square"] * latest[0]

    compiled = mg.compile(f)
    assert [compiled(float(i)).data for i in range(9)] == [4.0 * i * i for i in range(9)]


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


def test_a_callback_may_change_what_makes_no_difference():
    pytest.importorskip("llvmlite")
    w, state = Value(1.0), SimpleNamespace(scale=1.0)
    loss = mg.compile(lambda x, y: (w * x * state.scale - y) ** 2)
    data = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]

    def keep(epoch):
        setattr(state, f"loss_{epoch.number}", epoch.loss)
        state.scale = 2.0 * 0.5

    optimizer = mg.optim.SGD([w], lr=0.01)
    history = mg.fit(
        loss, data=data, optimizer=optimizer, epochs=5, callbacks=[keep], progress=False
    )
    assert len(history.epochs) == 5


def test_training_steps_notice_a_number_that_has_changed():
    w, scale = Value(1.0), [1.0]
    loss = mg.compile(lambda x: (w * x * scale[0] - 1.0) ** 2)
    with mg.training_steps(loss, mg.optim.SGD([w], lr=0.01)) as step:
        for i in range(50):
            step(float(i % 3))
        scale[0] = 2.0
        with pytest.raises(mg.TracingError, match="where the function itself gives"):
            step(1.0)


def test_training_steps_notice_an_argument_of_another_kind():
    w, rows = Value(1.0), [[1.0], [2.0]]
    by_kind = mg.compile(lambda x: (w * x * (2.0 if isinstance(x, int) else 1.0) - 1.0) ** 2)
    by_row = mg.compile(lambda xs: (w * xs[0][0] * (2.0 if xs[0] is xs[1] else 1.0) - 1.0) ** 2)
    for loss, first, other in ((by_kind, 1.0, 1), (by_row, rows, rows[:1] * 2)):
        with mg.training_steps(loss, mg.optim.SGD([w], lr=0.01)) as step:
            for _ in range(9):
                step(first)
            with pytest.raises(mg.TracingError, match="where the function itself gives"):
                step(other)


def test_a_function_that_reads_more_than_is_looked_into_is_recorded_all_the_same() -> None:
    class Item:
        def __init__(self, number: float) -> None:
            self.number = number

        def __eq__(self, other: object) -> bool:
            return self is other

    items: list[Any] = [Item(1.0), *([i] for i in range(6_000))]
    assert mg.compile(lambda x: x * items[0].number)(2.0).data == 2.0
