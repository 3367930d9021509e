"""What only looks like a list of numbers is refused wherever a list of numbers is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value, losses, nn

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

V, W = Value(2.0), Value(-3.0)
NO_LISTS = [
    {0: V, 1: W},
    Counter({0: 1, 1: 1}),
    MappingProxyType({0: V, 1: W}),
    b"\0\1",
    bytearray(b"\0\1"),
    "01",
    pd.DataFrame({0: [V], 1: [W]}),
]
TAKE_A_LIST: list[Callable[[Any], Any]] = [
    mg.sum,
    mg.max,
    mg.min,
    mg.mean,
    mg.prod,
    mg.logsumexp,
    mg.softmax,
    lambda given: mg.dot(given, [V, W]),
    lambda given: mg.dot([1.0, 2.0], given),
    lambda given: mg.select(given, 0),
    lambda given: mg.lookup(given, 0),
    lambda given: mg.lookup([given], 0),
    lambda given: losses.squared_error(given, [1.0, 2.0]),
    lambda given: losses.mean_squared_error([V, W], given),
    lambda given: losses.cross_entropy(given, 0),
    lambda given: losses.cross_entropy([V, W], given),
    lambda given: losses.multiclass_hinge(given, 0),
    lambda given: losses.l2_regularization(given, 0.1),
    nn.MLP(2, [1]),
    nn.Layer(2, 1),
    nn.Neuron(2),
]


@pytest.mark.parametrize("given", NO_LISTS, ids=lambda given: type(given).__name__)
@pytest.mark.parametrize("call", TAKE_A_LIST)
def test_what_only_looks_like_a_list_of_numbers_is_refused_by_its_type(
    call: Callable[[Any], Any], given: Any
) -> None:
    with pytest.raises(TypeError, match=f"takes .*, got the {type(given).__name__} .*: "):
        call(given)


@pytest.mark.parametrize("given", [{0.25, 0.75}, frozenset({0.25, 0.75})])
def test_a_set_is_taken_where_no_order_counts(given: Any) -> None:
    assert (mg.sum(given), mg.max(given)) == (1.0, 0.75)
    for call in TAKE_A_LIST[7:14]:
        with pytest.raises(TypeError, match=r"a set has no order|got the float"):
            call(given)


@pytest.mark.parametrize(
    "given",
    [
        (1.0, 3.0),
        range(1, 4, 2),
        np.array([1.0, 3.0]),
        pd.Series([1.0, 3.0], index=[7, 5]),
        {0: 1.0, 1: 3.0}.values(),
    ],
)
def test_whatever_gives_its_numbers_is_a_list(given: Any) -> None:
    assert mg.sum(given) == mg.dot(given, [1.0, 1.0]) == 4.0
    assert mg.sum(number for number in given) == 4.0
    assert mg.select(given, 1) == 3.0
    assert losses.squared_error(given, [0.0, 1.0]) == 5.0


def test_an_array_without_a_dimension_is_no_list_of_classes() -> None:
    with pytest.raises(TypeError, match=r"the number of a class.*got the ndarray array\(1\)"):
        losses.cross_entropy([V, W], np.array(1))


@pytest.mark.parametrize(
    "condition",
    [
        [False],
        [],
        (True, False),
        "",
        "no",
        None,
        {},
        np.array([True, False]),
        np.array([True]),
        np.ma.masked,
        pd.Series([False]),
    ],
)
def test_a_list_of_conditions_is_no_condition(condition: Any) -> None:
    with pytest.raises(TypeError, match=r"where takes one condition.*loop or a list comprehension"):
        mg.where(condition, V, W)


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        (True, V),
        (0, W),
        (2.5, V),
        (np.bool_(False), W),
        (np.float64(0.0), W),
        (np.array(True), V),
        (V > 0, V),
        (mg.less(V, 0.0), W),
        (mg.constant(1.0), V),
    ],
)
def test_a_comparison_and_a_number_are_conditions(condition: Any, chosen: Value) -> None:
    assert mg.where(condition, V, W) is chosen


@pytest.mark.parametrize("given", [*NO_LISTS, {1.0, 2.0}], ids=lambda given: type(given).__name__)
@pytest.mark.parametrize(
    "call",
    [
        lambda given: nn.MLP(2, given),
        lambda given: nn.MLP(2, [1], weights=[[given]]),
        lambda given: nn.Layer(2, 1, weights=[given]),
        lambda given: nn.Layer(2, 2, bias=given),
        lambda given: nn.Neuron(2, weights=given),
        lambda given: mg.gradcheck(lambda x, y: x * y, given),
        lambda given: mg.Worksheet(nn.MLP(2, [1]), given, 1.0),
        lambda given: mg.Worksheet(nn.MLP(2, [2]), [1.0, 2.0], given),
    ],
)
def test_what_is_given_by_place_comes_in_a_list(call: Callable[[Any], Any], given: Any) -> None:
    with pytest.raises(
        (TypeError, ValueError), match=f"got the {type(given).__name__} |called '01'"
    ):
        call(given)
