"""What a rule can be handed besides numbers: a wire, a symbol, or a number in machine code."""

from __future__ import annotations

from typing import Any

from .number import described


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
    if type(condition) is not bool and _is_no_condition(condition):
        raise TypeError(
            f"where takes one condition, a comparison or a number, got {described(condition)}: "
            "write a loop or a list comprehension over conditions"
        )
    return if_true if condition else if_false


def _is_no_condition(thing: Any) -> bool:
    """Whether its truth is that it holds something, or is there: a list, a text, None."""
    has_items = hasattr(type(thing), "__len__") and getattr(thing, "ndim", None) != 0
    return has_items or thing is None or type(thing).__name__ == "MaskedConstant"


def equal(x: Any, y: Any) -> Any:
    """The condition x = y on numbers, for any operand (`==` on a `Value` is identity)."""
    if isinstance(x, Operand):
        return x.equals(y)
    return y.equals(x) if isinstance(y, Operand) else x == y
