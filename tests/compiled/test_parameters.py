"""A parameter that was replaced by another object is noticed wherever the function finds it."""

import functools
import sys
import threading
import weakref
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType, ModuleType, SimpleNamespace

import pytest

import minigrad as mg
from minigrad import Value


class Plain:
    def __init__(self):
        self.w = Value(2.0)

    def apply(self, x):
        return self.w * x


class Slotted:
    __slots__ = ("__w", "w")

    def __init__(self):
        self.w = self.__w = Value(2.0)


@dataclass
class Data:
    w: Value


def attribute_of(thing):
    return thing, lambda x: thing.w * x


def a_compiled_method():
    class WithMethod(Plain):
        apply = mg.compile(Plain.apply)

    thing = WithMethod()
    return thing, thing.apply


def a_default_argument():
    return (thing := Plain()), lambda x, thing=thing: thing.w * x


def a_named_default_argument():
    thing = Plain()

    def product(x, *, thing=thing):
        return thing.w * x

    return thing, product


def a_helper():
    thing = Plain()

    def helper(x):
        return thing.w * x

    return thing, lambda x: helper(x) + 1


def a_callable_object():
    thing = Plain()

    class Model:
        def __init__(self, thing):
            self.parts = {"first": [(thing,)]}

        def __call__(self, x):
            return self.parts["first"][0][0].w * x

    return thing, Model(thing)


def a_partial():
    return (thing := Plain()), functools.partial(lambda thing, x: thing.w * x, thing)


def an_inner_compiled_function():
    thing = Plain()
    inner = mg.compile(lambda x: thing.w * x)
    return thing, lambda x: inner(x) + 1


def a_class_and_one_below():
    class Kind:
        w = Value(2.0)

        def apply(self, x):
            return self.w * x

        @classmethod
        @mg.compile
        def of_class(cls, x):
            return cls.w * x

    return Kind, type("Child", (Kind,), {})


def an_attribute_of_a_class():
    kind, _ = a_class_and_one_below()
    return kind, lambda x: kind.w * x


def a_class_attribute_that_an_object_reads():
    kind, _ = a_class_and_one_below()
    return kind, kind().apply


def a_class_attribute_that_an_object_of_a_class_below_reads():
    kind, child = a_class_and_one_below()
    thing = child()
    return kind, lambda x: thing.w * x


def an_object_that_hides_a_class_attribute_with_its_own():
    kind, _ = a_class_and_one_below()
    thing = kind()
    return thing, lambda x: thing.w * x


def a_compiled_class_method():
    kind, child = a_class_and_one_below()
    return kind, child.of_class


def a_module():
    thing = ModuleType("settings")
    thing.w = Value(2.0)
    variables = {"settings": thing}
    exec("def product(x): return settings.w * x", variables)
    return thing, variables["product"]


def a_bound_method():
    return (thing := Plain()), thing.apply


class Held(Plain):
    """A parameter behind `held`, and `w` to replace it."""

    def __init__(self, held, replace):
        self.held, self.replace = held, replace

    w = property(None, lambda self, new: self.replace(new))


def a_deque():
    ws = deque([Value(2.0)])
    return Held(ws, lambda new: ws.__setitem__(0, new)), lambda x: ws[0] * x


def a_set():
    ws = {Value(2.0)}
    return Held(ws, lambda new: (ws.clear(), ws.add(new))), lambda x: next(iter(ws)) * x


def a_context_variable():
    current = ContextVar("current")
    current.set(Value(2.0))
    return Held(current, current.set), lambda x: current.get() * x


def a_variable_of_a_thread():
    local = threading.local()
    local.w = Value(2.0)
    return local, lambda x: local.w * x


def a_weak_reference():
    thing = Plain()
    reference = weakref.ref(thing)
    return thing, lambda x: reference().w * x


def a_mapping_proxy():
    ws = {"w": Value(2.0)}
    proxy = MappingProxyType(ws)
    return Held(ws, lambda new: ws.update(w=new)), lambda x: proxy["w"] * x


REGISTRY = {}


class Reader:
    @property
    def found(self):
        return REGISTRY["w"]

    def method(self):
        return REGISTRY["w"]

    @staticmethod
    def of_nobody():
        return REGISTRY["w"]


def read_by(read):
    def make():
        REGISTRY["w"], reader = Value(2.0), Reader()
        return Held(None, lambda new: REGISTRY.update(w=new)), lambda x: read(reader) * x

    return make


def a_property():
    class Model(Plain):
        found = property(lambda self: self.w)

    thing = Model()
    return thing, lambda x: thing.found * x


def a_cached_property():
    class Model(Plain):
        @functools.cached_property
        def found(self):
            return self.w

    thing = Model()
    return Held(thing, lambda new: setattr(thing, "found", new)), lambda x: thing.found * x


def a_module_that_the_function_imports():
    sys.modules["settings_of_a_test"] = thing = ModuleType("settings_of_a_test")
    thing.w = Value(2.0)

    def product(x):
        import settings_of_a_test

        return settings_of_a_test.w * x

    return thing, product


@pytest.mark.parametrize(
    "make",
    [
        a_deque,
        a_set,
        a_context_variable,
        a_variable_of_a_thread,
        a_weak_reference,
        a_mapping_proxy,
        a_property,
        a_cached_property,
        a_module_that_the_function_imports,
        read_by(lambda reader: reader.found),
        read_by(lambda reader: reader.method()),
        read_by(lambda reader: reader.of_nobody()),
        read_by(lambda reader: Reader.of_nobody()),
        *[lambda thing=thing: attribute_of(thing()) for thing in (Plain, Slotted)],
        lambda: attribute_of(Data(Value(2.0))),
        lambda: attribute_of(SimpleNamespace(w=Value(2.0))),
        a_bound_method,
        a_compiled_method,
        a_default_argument,
        a_named_default_argument,
        a_helper,
        an_attribute_of_a_class,
        a_class_attribute_that_an_object_reads,
        a_class_attribute_that_an_object_of_a_class_below_reads,
        an_object_that_hides_a_class_attribute_with_its_own,
        pytest.param(
            a_compiled_class_method,
            marks=pytest.mark.skipif(
                sys.version_info >= (3, 13), reason="class methods no longer ask for __get__"
            ),
        ),
        a_module,
        a_callable_object,
        a_partial,
        an_inner_compiled_function,
    ],
)
def test_a_replaced_attribute_is_noticed_wherever_the_function_finds_it(make):
    thing, function = make()
    compiled = function if hasattr(function, "clear") else mg.compile(function)
    compiled(3.0)
    compiled(4.0)
    thing.w = Value(5.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(3.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled.batch([3.0])
    compiled.clear()
    assert compiled(3.0).data in (15.0, 16.0)


W, LISTED = Value(2.0), [Value(3.0)]


def reads_globals(x):
    return mg.sum([W * v for v in LISTED]) * x


def test_a_replaced_global_is_noticed_through_a_helper_and_in_a_comprehension(monkeypatch):
    compiled = mg.compile(lambda x: reads_globals(x) + 1)
    assert compiled(1.0).data == 7.0
    LISTED[0] = Value(1.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)
    compiled.clear()
    assert compiled(1.0).data == 3.0
    monkeypatch.setattr(sys.modules[__name__], "W", Value(10.0))
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)


def test_a_replaced_variable_of_an_outer_function_is_noticed():
    w = Value(2.0)
    compiled = mg.compile(lambda x: w * x)
    compiled(1.0)
    w = Value(3.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)


def test_another_parameter_in_a_dict_of_parameters_is_noticed_and_nothing_beside_them():
    weights, state = {"first": Value(2.0)}, {"weight": Value(1.0), "steps": 0}
    compiled = mg.compile(lambda x: state["weight"] * mg.sum([w * x for w in weights.values()]))
    assert [compiled(x).data for x in (1.0, 2.0)] == [2.0, 4.0]
    state["latest"] = 4.0
    assert compiled(1.0).data == 2.0
    weights["second"] = Value(3.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)
    compiled.clear()
    assert compiled(1.0).data == 5.0


def test_what_does_not_lead_to_a_parameter_can_be_replaced():
    thing = Plain()
    thing.log, thing.me, thing.kind = [], thing, Plain
    compiled = mg.compile(lambda x: thing.apply(x))
    compiled(1.0)
    thing.log.append(Value(1.0))
    thing.latest, thing.kind = Value(2.0), None
    assert compiled(2.0).data == 4.0


def test_what_cannot_be_read_of_an_object_is_no_hindrance():
    class Closed:
        w = Value(2.0)

        def __getattribute__(self, name):
            if name == "w":
                raise AttributeError(name)
            return object.__getattribute__(self, name)

    thing, w = Closed(), Closed.w
    compiled = mg.compile(lambda x: w * x if thing else x)
    assert [compiled(x).data for x in (1.0, 2.0)] == [2.0, 4.0]


def test_a_large_and_unrelated_object_is_not_searched_to_the_end():
    first = thing = SimpleNamespace(next=[])
    for _ in range(100):
        thing.next = [SimpleNamespace(next=[]) for _ in range(1000)]
        thing = thing.next[0]
    w = Value(2.0)
    compiled = mg.compile(lambda x: w * x if first else x)
    assert [compiled(x).data for x in (1.0, 2.0)] == [2.0, 4.0]


def test_a_parameter_whose_place_is_not_found_is_refused_by_name():
    w = Value(2.0, label="hidden")
    endless = iter(lambda: w, None)
    compiled = mg.compile(lambda x: next(endless) * x)
    with pytest.raises(mg.TracingError, match=r"label='hidden'.*keep it in a variable"):
        compiled(3.0)


def test_a_class_whose_module_is_no_text_is_one_of_a_library():
    """As Cython's are on Python 3.10, NumPy's random functions among them."""
    odd = type("Odd", (), {"__module__": property(lambda _: "odd"), "scale": 2.0})()
    w = Value(3.0)
    assert mg.compile(lambda x: w * x * odd.scale)(5.0).data == 30.0
