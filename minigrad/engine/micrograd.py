"""The names that circuits made for micrograd use: `_children`, `_prev`, `_op` and `_backward`.

>>> from minigrad import Value
>>> x = Value(3.0)
>>> y = Value(9.0, (x,), "square")
>>> def send_back():
...     x.grad += 2 * x.data * y.grad
>>> y._backward = send_back
>>> y.backward()
>>> x.grad, y._op, y._prev == {x}, y.gate.has_rules
(6.0, 'square', True, False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from ..rules import Gate, described
from .number_like import NumberLike

KEPT: Final = "_backward"  # in `__dict__` of a leaf: the function that was assigned to it
# what of a wire tells whether it comes out of a gate, under our names and theirs
BEHIND: Final = frozenset({"gate", "is_leaf", "inputs", "local_gradients", "_prev", "_op"})


class MicrogradNames(NumberLike):
    """A wire as micrograd's users know it; `Value` has all that is asked for here."""

    __slots__ = ()

    def _make_by_hand(self: Any, children: Any, symbol: Any) -> None:
        """Become the output of a gate with these inputs, unless there is neither one nor a symbol.

        Only the function assigned to `_backward` can send gradients through it.
        """
        if not isinstance(symbol, str):
            raise TypeError(
                "Value(data, children, op): op is the gate's symbol, a str, got "
                f"{described(symbol)}"
            )
        inputs = tuple(children) if isinstance(children, Iterable) else (children,)
        wrong = [child for child in inputs if not isinstance(child, MicrogradNames)]
        if wrong or not isinstance(children, Iterable):
            raise TypeError(
                "Value(data, children, op): children is a tuple of the Values that go into the "
                f"gate, got {described(wrong[0] if wrong else children)}: write (x,) for one, and "
                "Value(number) for a plain number"
            )
        if inputs or symbol:
            self._hold_many(_gate_made_by_hand(symbol), inputs, ())

    @property
    def _prev(self: Any) -> set[Any]:
        """The inputs of the gate, as a set."""
        return set(self.inputs)

    @property
    def _op(self: Any) -> str:
        """The gate's symbol; empty for a leaf."""
        return "" if self.gate is None else str(self.gate.symbol)

    @property
    def _backward(self: Any) -> Callable[[], None]:
        """Send this gate's contributions to its inputs' `grad`; assign a function to replace it.

        A leaf, which sends nothing on, only keeps it.
        """
        kept = self.__dict__.get(KEPT) if self.is_leaf else self.own_backward
        function: Callable[[], None] = kept or self._send_contributions
        return function

    @_backward.setter
    def _backward(self: Any, function: Callable[[], None]) -> None:
        if not callable(function):
            raise TypeError(
                f"_backward of {self!r} got {described(function)}: assign a function without "
                "arguments, which adds to the inputs' grad"
            )
        if self.is_leaf:
            self.__dict__[KEPT] = function
        else:
            self._hold_many(self.gate, self.inputs, self.local_gradients, function)

    @property
    def own_backward(self: Any) -> Callable[[], None] | None:
        """The function that a user has assigned to `_backward` of this gate, if any."""
        return self._d_second if callable(self._d_second) else None

    def _send_contributions(self: Any) -> None:
        for source, local in zip(self.inputs, self.local_gradients):
            sent = self.gate.contribution(local, self.grad if self.has_grad else None)
            if sent is not None:
                source.grad += sent


def _gate_made_by_hand(symbol: str) -> Gate:
    def local_gradient(*_: Any) -> Any:
        return gate.trace()  # raises: it has no rules

    sentence = f"{symbol} was made by hand: its own function sends the gradients"
    gate = Gate(symbol or "?", symbol, local_gradient, sentence, arity=None)
    return gate
