"""Sums of products that are found to be dot products: Python's own `sum(w * x for ...)`, and Σ.

>>> a, b, c, d = (Value(number) for number in (1.0, 2.0, 3.0, 4.0))
>>> total = sum([a * b, c * d])
>>> factors = Chains(uses_behind(total)).factors(total, seen=set())
>>> [wire.data for wire in factors]
[0.0, 1.0, 3.0, 1.0, 2.0, 4.0]

They are for who runs a circuit: with 16 terms one gate is looked at in place of 32.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, Final

from ..rules import GATES
from .backward import MANY
from .numbers_of_wires import operands_of
from .value import Constant, Value

ADD, SUM, MUL = GATES["add"], GATES["sum"], GATES["mul"]
ONE: Final = Constant(1.0)  # the other factor of a term that is no product


class Chains:
    """The chains of additions in a circuit; `count` of a wire that is used once gives `once`."""

    def __init__(
        self,
        count: Callable[[Value], int],
        once: int = 1,
        one: Value = ONE,
        keeps_labels: bool = False,
    ) -> None:
        self._count, self._once = count, once
        self._one = one
        self._keeps_labels = keeps_labels
        self._inside: set[Value] = set()  # additions of chains that have been looked at

    def factors(self, wire: Value, seen: set[Value]) -> tuple[Value, ...] | None:
        """The left factors and then the right ones, of a Σ or the last + of a chain of products.

        Only where its × and + gates would stand side by side: all factors are leaves or `seen`.
        Then one gate sends in the order in which all of them would.
        """
        pairs = self.pairs(wire, seen)
        if pairs is None:
            return None
        lefts, rights = zip(*pairs)
        return (*lefts, *rights)

    def pairs(self, wire: Value, seen: set[Value]) -> list[tuple[Value, Value]] | None:
        """The same in pairs; plain numbers have got wires."""
        gate, one = wire.gate, self._one
        if (gate is not ADD and gate is not SUM) or wire in self._inside:
            return None
        pairs = self._terms(wire)
        alone = [left for left, right in pairs if right is one]
        products = len(pairs) - len(alone)
        if products < 2 or products < len(alone):
            return None
        factors = chain.from_iterable(pairs)
        if any(x not in seen and type(x) is not float and x.gate is not None for x in factors):
            return None
        # a Σ, and the first + of a chain, sends to all its inputs before the first × does
        if alone:
            at_once = pairs if gate is SUM else pairs[:2]
            alone = [left for left, right in at_once if right is one]
            if any(x in alone or y in alone for x, y in at_once if y is not one):
                return None
        if {*map(type, chain.from_iterable(pairs))} <= {Value, Constant}:
            return pairs
        return [(_as_wire(left), _as_wire(right)) for left, right in pairs]

    def _terms(self, wire: Value) -> list[tuple[Any, Any]]:
        """What is added, from left to right; additions that are used once are gone through."""
        count, once, one, keeps = self._count, self._once, self._one, self._keeps_labels
        pairs: list[tuple[Any, Any]] = []
        if wire.gate is SUM:
            for term in wire.inputs:
                is_product = term.gate is MUL and count(term) == once and self._may_go(term)
                pairs.append(operands_of(term) if is_product else (term, one))
            return pairs
        inside = self._inside
        while True:  # thousands of terms, in large circuits: all is written out
            left, right = wire._first, wire._second
            if right is None or right is MANY:
                left, right = operands_of(wire)
            if type(right) is float:
                pairs.append((right, one))
            elif right.gate is MUL and count(right) == once and not (keeps and right.label):
                second = right._second
                if second is MANY:
                    pairs.append((right, one))
                else:
                    pairs.append(operands_of(right) if second is None else (right._first, second))
            else:
                pairs.append((right, one))
            if (
                type(left) is float
                or left.gate is not ADD
                or count(left) != once
                or not self._may_go(left)
            ):
                is_product = type(left) is not float and left.gate is MUL and count(left) == once
                pairs.append(
                    operands_of(left) if is_product and self._may_go(left) else (left, one)
                )
                pairs.reverse()
                return pairs
            inside.add(left)
            wire = left

    def _may_go(self, wire: Value) -> bool:
        return wire._second is not MANY and not (self._keeps_labels and wire.label)


def _as_wire(operand: Any) -> Value:
    return Constant(operand) if type(operand) is float else operand


def uses_behind(output: Value) -> Callable[[Value], int]:
    """How often a wire behind an output goes into a gate."""
    uses = {output: 0}
    waiting = [output]
    while waiting:
        for source in waiting.pop().inputs:
            if source in uses:
                uses[source] += 1
            else:
                uses[source] = 1
                if source.gate is not None:
                    waiting.append(source)
    return uses.__getitem__
