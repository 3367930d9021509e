"""Arguments of classes of one's own give what the function itself finds in them, or are refused."""

from __future__ import annotations

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


def test_what_the_function_does_to_its_arguments_the_check_does_to_copies():
    def body(xs):
        xs.append(1.0)
        return W * xs[0]

    given = [2.0]
    mg.compile(body)(given)
    assert given == [2.0]


def test_what_a_copy_of_the_arguments_refuses_is_refused():
    compiled = mg.compile(lambda xs: W * {1.0: 2.0}.get(xs[0], 3.0))
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(FromOne([1.0]))
