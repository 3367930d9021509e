"""Arguments of classes of one's own give what the function itself finds in them, or are refused."""

from __future__ import annotations

import copy
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from helpers.data_frames import Labelled

import minigrad as mg
from minigrad import Value

W = Value(3.0)


class FromOne(list[Any]):
    def __getitem__(self, i):
        return list.__getitem__(self, i - 1)


class Negative(dict[str, Any]):
    def __getitem__(self, key):
        return -dict.__getitem__(self, key)


class Frame:
    """Columns by name, as pandas has them."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = np.asarray(numbers)

    def to_numpy(self) -> Any:
        return self.numbers

    def __getitem__(self, name: int) -> Any:
        return self.numbers[:, name]


OTHERS = [
    (lambda xs: W * xs[1], FromOne([1.0, 2.0])),
    (lambda xs: xs[1] * 1.0, FromOne([1.0, 2.0])),
    (lambda d: W * d["a"], Negative(a=1.0)),
    (lambda frame: W * mg.sum(list(frame[0])), Frame([[1.0, 2.0], [3.0, 4.0]])),
    (lambda series: W * series[0], Labelled([1.0, 2.0, 3.0])),
]


@pytest.mark.parametrize(("body", "argument"), OTHERS)
def test_what_finds_other_items_than_a_list_or_an_array_is_refused(body, argument):
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        mg.compile(body)(argument)


SAME = [
    (lambda xs: W * mg.sum(xs), FromOne([1.0, 2.0])),
    (lambda frame: W * mg.sum(list(frame.ravel())), Frame([[1.0, 2.0], [3.0, 4.0]])),
    (lambda series: W * mg.sum(series), Labelled([1.0, 2.0, 3.0])),
]


@pytest.mark.parametrize(("body", "argument"), SAME)
def test_what_finds_the_same_items_is_taken(body, argument):
    compiled = mg.compile(body)
    assert compiled(argument).data == compiled(argument).data


def test_one_value_that_is_given_twice_is_one_for_the_check_too():
    compiled = mg.compile(lambda x, y: W * x * 2 if x is y else W * x)
    v = Value(2.0)
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(v, v)
    both = mg.compile(lambda x, y: W * x * y)
    both(v, v).backward()
    assert v.grad == 12.0


def test_a_function_that_does_the_same_at_the_first_number_by_chance_is_found_at_the_next():
    compiled = mg.compile(lambda x: W * x if type(x) is float else W)
    compiled(1.0)
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(2.0)


@dataclass
class Halved:
    a: float


@pytest.mark.parametrize("call", ["__call__", "value_and_grad", "batch"])
@pytest.mark.parametrize(
    ("change", "given"),
    [
        (lambda xs: xs.append(1.0), [2.0]),
        (lambda xs: xs.__setitem__(0, xs[0] * 2.0), [2.0]),
        (lambda xs: xs.reverse(), [2.0, 3.0]),
        (lambda xs: xs.pop(), [2.0, 3.0]),
        (lambda xs: xs[1].clear(), [2.0, [3.0]]),
        (lambda xs: xs[1].update(a=xs[0]), [2.0, {"a": 3.0}]),
        (lambda xs: setattr(xs[1], "a", xs[0]), [2.0, Halved(3.0)]),
    ],
)
def test_a_function_that_changes_its_arguments_is_refused_and_changes_nothing(call, change, given):
    def body(xs):
        change(xs)
        return W * 2.0

    before = copy.deepcopy(given)
    with pytest.raises(mg.TracingError, match=r"changes its argument, a .*Copy it first"):
        getattr(mg.compile(body), call)([given] if call == "batch" else given)
    assert given == before


def test_what_a_function_does_to_its_own_list_or_dict_of_arguments_is_its_own():
    compiled = mg.compile(lambda *xs, **ys: W * xs[0] * ys.pop("y"))
    assert [compiled(2.0, y=3.0).data, compiled(4.0, y=3.0).data] == [18.0, 36.0]


def test_a_function_that_writes_into_its_array_is_refused_and_leaves_it_as_it_is():
    def body(x):
        x *= 2.0
        return W * x[0]

    given = np.array([1.0, 2.0])
    with pytest.raises(mg.TracingError, match="changes its argument, a ndarray"):
        mg.compile(body)(given)
    assert given.tolist() == [1.0, 2.0]
    mg.compile(lambda x: body(x.copy()))(given)


class Named(list):
    scale = 2.0


@dataclass
class Doubled:
    a: float

    def __post_init__(self):
        self.twice = 2.0 * self.a


@pytest.mark.parametrize(
    ("body", "argument", "error"),
    [
        (lambda x: W * x.bit_length(), 3, "AttributeError"),
        (lambda x: W * (x & 1), 3, "TypeError"),
        (lambda x: W * sum([1.0] * x), 3, "TypeError"),
        (lambda x: W * x.is_integer(), 3.0, "AttributeError"),
        (lambda x: W * x.real, 3.0, "AttributeError"),
        (lambda x: W * round(x, 1), 3.0, "TypeError"),
        (lambda x: W * struct.unpack("d", struct.pack("d", x))[0], 3.0, "error"),
        (lambda xs: W * xs[0] * xs.scale, Named([1.0]), "AttributeError"),
        (lambda p: W * p.twice, Doubled(1.0), "AttributeError"),
        (lambda d: W * d["c"], Counter(a=1), "KeyError"),
    ],
)
def test_what_works_on_numbers_alone_is_refused_with_the_line_and_the_remedy(body, argument, error):
    with pytest.raises(mg.TracingError, match=f"recorded, test_own.*{error}.*make an argument"):
        mg.compile(body)(argument)


def test_columns_of_a_data_frame_by_name_are_refused_with_the_line():
    frame = pytest.importorskip("pandas").DataFrame({"a": [1.0], "b": [2.0]})
    with pytest.raises(mg.TracingError, match=r"test_own.*a data frame or an array an array"):
        mg.compile(lambda table: W * table["a"][0])(frame)


def test_an_error_of_the_functions_own_is_that_error():
    with pytest.raises(IndexError, match="list index"):
        mg.compile(lambda xs: W * xs[5])([1.0])
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mg.compile(lambda x: W * x.nothing)(1.0)


def test_what_a_copy_of_the_arguments_refuses_is_refused():
    compiled = mg.compile(lambda xs: W * {1.0: 2.0}.get(xs[0], 3.0))
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(FromOne([1.0]))


LISTS = [1.0, 2.0], [3.0, 4.0]
ARRAYS = np.array([1.0, 2.0]), np.array([3.0, 4.0])


@pytest.mark.parametrize("executor", ["auto", "tape"])
@pytest.mark.parametrize("before", [1, 2, 3, 7])
@pytest.mark.parametrize(
    ("call", "things"),
    [("__call__", LISTS), ("__call__", ARRAYS), ("value_and_grad", ARRAYS), ("__call__", None)],
)
def test_one_thing_given_twice_is_compared_when_it_first_comes(executor, before, call, things):
    def kernel(x, y):
        if isinstance(x, Value):
            return W * x if x is y else W * x * y
        return W * x[0] * (1.5 if x is y else y[0])

    x, y = things or (Value(2.0), Value(3.0))
    for first, then in (((x, y), (x, x)), ((x, x), (x, y))):
        with pytest.raises(mg.TracingError, match="where the function itself gives"):
            compare(getattr(mg.compile(kernel, executor=executor), call), before, first, then)
    same = mg.compile(lambda x, y: W * (x[0] if things else x), executor=executor)
    compare(getattr(same, call), before, (x, y), (x, x))


def compare(call, before, first, then):
    for _ in range(before):
        call(*first)
    call(*then)


def test_a_wire_of_a_list_that_is_given_by_itself_is_one_where_the_list_comes_twice_too():
    def kernel(xs, y, zs):
        return W * y * (2.0 if y is xs[0] else 3.0) + zs[0]

    xs = [Value(1.0), Value(2.0)]
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compare(mg.compile(kernel), 3, (xs, Value(3.0), xs), (xs, xs[0], xs))
