"""A compiled function gives back Values in the shape in which the function itself returns them."""

from collections import OrderedDict, deque, namedtuple

import numpy as np
import pytest

import minigrad as mg
from minigrad import Value

Pair = namedtuple("Pair", ["loss", "output"])
W = Value(2.0)


def inside_out(result):
    """The same with numbers in place of the Values."""
    if isinstance(result, Value):
        return result.data
    if isinstance(result, dict):
        return {key: inside_out(item) for key, item in result.items()}
    if isinstance(result, np.ndarray):
        return [result.shape, *map(inside_out, result.flat)]
    if isinstance(result, (list, tuple)):
        return [type(result), *map(inside_out, result)]
    return result


@pytest.mark.parametrize(
    "body",
    [
        lambda x: [W * x, (x, [W * W])],
        lambda x: {"loss": W * x, 3: [x]},
        lambda x: Pair(W * x, x),
        lambda x: OrderedDict(b=W * x, a=x),
        lambda x: np.array([[W * x, x, W]]),
        lambda x: [W * x, None, True, "a name", []],
        lambda x: mg.sum([W * x]),
    ],
)
def test_a_result_has_the_structure_that_the_function_returns(body):
    compiled = mg.compile(body)
    for number in (1.0, 3.0, 5.0):
        x = Value(number)
        assert inside_out(compiled(x)) == inside_out(body(x))


async def awaited(x):
    return W * x


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda x: None, "it returned None: is a return missing"),
        (lambda x: [W * x, deque([x])], "it returned the deque .*: make a list of it"),
        (lambda x: "text", "it returned the str 'text': compute a Value"),
        (lambda x: True, "it returned the bool True: make it from Values"),
        (lambda x: 1.0, r"it returned the float 1\.0: make it from Values.*mg\.constant"),
        (lambda x: [W * x, 1.0], r"it returned the float 1\.0: make it from Values"),
        (lambda x: np.ones(2), "it returned the ndarray .*: make it from Values"),
        (lambda x: np.array([W * x, None]), "it returned the ndarray .*: make it from Values"),
        (lambda x: {W * x}, "it returned the set .*: make a list of it, in an order"),
        (lambda x: (W * x for _ in range(2)), "it returned the generator .*: make a list of it"),
        (lambda x: {"a": W * x}.values(), "it returned the dict_values .*: make a list of it"),
        (lambda x: [[None], [None]], r"the list \[\[None\], \[None\]\], with no Value in it"),
        (lambda x: (), r"the tuple \(\), with no Value in it"),
        (
            lambda x: Value,
            r"it returned the type <class 'minigrad\.engine\.value\.Value'>: compute a",
        ),
        (lambda x: object(), "it returned the object <object .*: compute a Value from the"),
        (lambda x: awaited(x), "it returned the coroutine .*: write def in place of async def"),
    ],
)
def test_what_is_no_value_is_refused_with_what_it_is(body, message):
    for call in (lambda f: f(1.0), lambda f: f.batch([1.0, 2.0])):
        with pytest.raises(
            TypeError,
            match="^<lambda> must return a Value, or a list, tuple, dict or array of Values; .*"
            + message,
        ):
            call(mg.compile(body))


def test_a_list_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="<lambda> returned lists that are nested too deep"):
        mg.compile(lambda x: endless)(1.0)


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([lambda x: W * x, lambda x: None], "gives 2 where the function itself gives None:"),
        ([lambda x: W * x, lambda x: {x}], "gives 2 where the function itself gives the set {1.0"),
        ([lambda x: W * x, lambda x: 7.5], r"gives 2 where the function itself gives 7\.5:"),
        ([lambda x: [x], lambda x: (x,)], r"gives \[number\] where .* itself gives \(number\)"),
        ([lambda x: [x] * 6, lambda x: [x]], "gives 1, 1, 1, 1, … where .* itself gives 1:"),
    ],
)
def test_a_function_that_returns_something_else_the_second_time_is_found_out(results, message):
    calls = iter(results)
    changing = mg.compile(lambda x: next(calls)(x))
    with pytest.raises(mg.TracingError, match=message):
        changing(1.0)


def test_a_comparison_is_no_result():
    is_large = mg.compile(lambda x: x > 1)
    with pytest.raises(mg.TracingError, match="gives 1 where the function itself gives the bool"):
        is_large(2.0)
