"""Compiled methods belong to their objects; compiled functions are copied without recordings."""

import copy
import gc
import weakref
from pickle import PicklingError, dumps, loads

import pytest

import minigrad as mg
from minigrad import Value, nn


class Scale:
    def __init__(self, factor):
        self.factor = Value(factor)

    @mg.compile
    def apply(self, x):
        return self.factor * x


@mg.compile(executor="python")
def cubed(x):
    return x**3


def test_a_method_is_compiled_for_each_object():
    two, three = Scale(2.0), Scale(3.0)
    assert [two.apply(5.0).data, three.apply(5.0).data, two.apply(1.0).data] == [10.0, 15.0, 2.0]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: loads(dumps(x))])
def test_a_copy_of_an_object_with_a_compiled_method_has_a_recording_of_its_own(copied):
    one = Scale(2.0)
    assert one.apply(1.0).data == 2.0
    two = copied(one)
    two.factor = Value(3.0)
    assert [two.apply(1.0).data, one.apply(1.0).data, two.apply(2.0).data] == [3.0, 2.0, 6.0]
    assert one.apply is one.apply


def test_a_compiled_function_is_copied_and_pickled_without_its_recordings():
    cubed(2.0)
    assert copy.deepcopy(cubed) is loads(dumps(cubed)) is cubed
    model = nn.MLP(1, [1], weights="zeros")
    output = mg.compile(model, executor="python")
    output([1.0])
    twin = copy.deepcopy(output)
    assert (twin.executor, twin.function is model, repr(twin)) == (
        "python",
        False,
        "<compiled MLP, 0 recordings>",
    )
    method = Scale(2.0).apply
    assert loads(dumps(method))(1.0).data == 2.0


def test_a_compiled_method_calls_that_of_the_class_above():
    class Shifted(Scale):
        @mg.compile
        def apply(self, x):
            return super().apply(x) + 1.0

    assert [Shifted(2.0).apply(x).data for x in (1.0, 2.0)] == [3.0, 5.0]


def test_objects_without_a_dict_and_classes_have_compiled_methods():
    class Slots:
        __slots__ = ("factor",)

        def __init__(self, factor):
            self.factor = Value(factor)

        __eq__ = None  # neither hashable nor weakly referenced

        @mg.compile
        def apply(self, x):
            return self.factor * x

    class Family:
        factor = Value(4.0)

        @classmethod
        @mg.compile
        def apply(cls, x):
            return cls.factor * x

    class Child(Family):
        factor = Value(5.0)

    many = [Slots(float(i)) for i in range(100)]
    for _ in range(2):
        assert [thing.apply(2.0).data for thing in many] == [2.0 * i for i in range(100)]
    assert many[0].apply is many[0].apply
    assert mg.compile(lambda cls, x: cls.factor * x)(Family, 2.0).data == 8.0
    assert [Family.apply(1.0).data, Child.apply(1.0).data, Family.apply(3.0).data] == [4, 5, 12]


def test_an_object_is_let_go_with_its_compiled_methods():
    thing = Scale(2.0)
    thing.apply(1.0)
    gone = weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None


def test_a_compiled_object_in_a_class_is_no_method():
    model = nn.MLP(1, [1], activation="identity", weights=[[[2.0]]])

    class Holder:
        output = mg.compile(model)

    assert Holder().output([3.0]).data == 6.0


def test_a_compiled_result_cannot_be_pickled_and_says_what_can():
    square = mg.compile(lambda x: x * x)
    out = square(Value(3.0))
    with pytest.raises(PicklingError, match=r"compiled <lambda> cannot be pickled.*\.circuit"):
        dumps(out)
    assert loads(dumps(square.circuit)).data == 9.0
    assert copy.deepcopy(out).data == 9.0
