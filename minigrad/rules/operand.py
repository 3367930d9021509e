"""What a rule can be handed besides numbers: a wire, a symbol, or a number in machine code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Operand:
    """A kind of operand: it brings arithmetic, and says in `apply_gate` what a gate does to it."""

    __slots__ = ()

    @staticmethod
    def apply_gate(gate: Any, operands: tuple[Any, ...]) -> Any:
        """What `gate` makes of operands of which at least one is of this kind."""
        raise NotImplementedError

    @staticmethod
    def sum_of_products(left: Sequence[Any], right: Sequence[Any]) -> Any:
        """Σ left·right where this kind has a form of its own for it, else None."""
        return None

    def choose(self, if_true: Any, if_false: Any) -> Any:
        """`where` with this operand as the condition."""
        return if_true if self else if_false

    def equals(self, other: Any) -> Any:
        """The condition self = other, on numbers; Python's `==` is identity on a `Value`."""
        raise NotImplementedError
