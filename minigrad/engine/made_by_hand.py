"""Gates without rules, as micrograd's `Value(data, children, op)` makes them.

>>> from minigrad.engine import Value
>>> y = Value(9.0, (Value(3.0),), "square")
>>> y.gate, y.gate.has_rules
(<gate square square>, False)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..rules import Gate, described

if TYPE_CHECKING:
    from .value import Value


def inputs_made_by_hand(children: Any, symbol: Any) -> tuple[Value, ...] | None:
    """The inputs of the gate; None where there is neither an input nor a symbol: a leaf."""
    from .value import Value

    if not isinstance(symbol, str):
        raise TypeError(
            f"Value(data, children, op): op is the gate's symbol, a str, got {described(symbol)}"
        )
    inputs = tuple(children) if isinstance(children, Iterable) else (children,)
    wrong = [child for child in inputs if not isinstance(child, Value)]
    if wrong or not isinstance(children, Iterable):
        raise TypeError(
            "Value(data, children, op): children is a tuple of the Values that go into the gate, "
            f"got {described(wrong[0] if wrong else children)}: write (x,) for one, and "
            "Value(number) for a plain number"
        )
    return inputs if inputs or symbol else None


def gate_made_by_hand(symbol: str) -> Gate:
    """A gate that only its own function, in `_backward`, can send gradients through."""

    def local_gradient(*_: Any) -> Any:
        return gate.trace()  # raises: it has no rules

    sentence = f"{symbol} was made by hand: its own function sends the gradients"
    gate = Gate(symbol or "?", symbol, local_gradient, sentence, arity=None)
    return gate
