"""What a rule can be handed besides numbers: a wire, a symbol, or a number in machine code."""

from __future__ import annotations

from typing import Any


class Operand:
    """A kind of operand: it brings arithmetic, and says in `apply_gate` what a gate does to it."""

    __slots__ = ()

    @staticmethod
    def apply_gate(gate: Any, operands: tuple[Any, ...]) -> Any:
        """What `gate` makes of operands of which at least one is of this kind."""
        raise NotImplementedError

    def choose(self, if_true: Any, if_false: Any) -> Any:
        """`where` with this operand as the condition."""
        return if_true if self else if_false

    def equals(self, other: Any, /) -> Any:
        """The condition self = other, on numbers; Python's `==` is identity on a `Value`."""
        raise NotImplementedError


def where(condition: Any, if_true: Any, if_false: Any) -> Any:
    """`if_true` where the condition holds, else `if_false`: the `if` of rules, for any operand.

    >>> where(2.0 > 1.0, "yes", "no")
    'yes'
    """
    if isinstance(condition, Operand):
        return condition.choose(if_true, if_false)
    return if_true if condition else if_false


def equal(x: Any, y: Any) -> Any:
    """The condition x = y on numbers, for any operand (`==` on a `Value` is identity)."""
    if isinstance(x, Operand):
        return x.equals(y)
    return y.equals(x) if isinstance(y, Operand) else x == y
