"""What is one number is taken as it is; what is none is refused, and never nan without a word."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value


class Symbol:
    """Behaves as a symbol of CasADi: its float is nan, and what it equals is a symbol again."""

    def __float__(self) -> float:
        return math.nan

    def __eq__(self, other: object) -> Any:
        return Symbol()

    __hash__ = None  # type: ignore[assignment]


class Deferred(Symbol):
    def __float__(self) -> float:
        raise RuntimeError("not known before it is run")


def symbols() -> list[Any]:
    try:
        import casadi
    except ImportError:
        return [Symbol(), Deferred()]
    return [Symbol(), Deferred(), casadi.SX.sym("s"), casadi.SX.sym("s") + 1, casadi.MX.sym("m")]


@pytest.mark.parametrize("symbol", symbols(), ids=lambda symbol: type(symbol).__name__)
@pytest.mark.parametrize(
    "use",
    [
        Value,
        lambda s: Value(2.0) * s,
        lambda s: s + Value(2.0),
        lambda s: mg.atan2(Value(2.0), s),
        lambda s: mg.dot([Value(2.0)], [s]),
        lambda s: setattr(Value(2.0), "data", s),
    ],
)
def test_a_symbol_of_another_library_is_refused_and_is_not_nan(use, symbol):
    with pytest.raises(TypeError, match=r"expected a number, got the|unsupported operand"):
        use(symbol)


@pytest.mark.parametrize("number", [math.nan, Decimal("nan")])
def test_nan_is_a_number_of_whatever_kind(number):
    assert math.isnan(Value(number).data)
    assert math.isnan((Value(2.0) * number).data)


USES_OF_TIMES = [
    lambda t: Value(t[0]),
    lambda t: Value(2.0) * t[0],
    lambda t: Value(2.0) * t,
    lambda t: t + Value(2.0),
    lambda t: mg.atan2(Value(2.0), t),
    lambda t: mg.sum(t),
    lambda t: mg.dot([Value(1.0), Value(2.0)], t),
    lambda t: mg.losses.squared_error([Value(1.0), Value(2.0)], t),
    lambda t: mg.grad(lambda x: x[0] * x[1])(t),
    lambda t: mg.grad(lambda x: x * x)(t[0]),
    lambda t: mg.jvp(lambda x: x[0] * x[1])([1.0, 2.0], t),
    lambda t: mg.compile(lambda x: x[0] * x[1])(t),
    lambda t: mg.compile(lambda x: x[0] * x[1]).value_and_grad(t),
]


@pytest.mark.parametrize("kind", ["timedelta64[ns]", "datetime64[ns]", "timedelta64[s]"])
@pytest.mark.parametrize("use", USES_OF_TIMES)
def test_a_time_has_a_number_in_a_unit_alone(use, kind):
    """Of nanoseconds Python makes ints: a date would be 1.6e18, without a word."""
    np = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match="its number depends on a unit; divide a span by"):
        use(np.array([10**18, 2 * 10**18]).astype(kind))
    assert (Value(2.0) * (np.timedelta64(3, "s") / np.timedelta64(1, "s"))).data == 6.0


@pytest.mark.parametrize("kind", [float, int, Value])
def test_a_class_is_no_number(kind):
    with pytest.raises(TypeError, match="pass an int, a float or a Value, not a class"):
        Value(kind)
