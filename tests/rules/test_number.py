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
