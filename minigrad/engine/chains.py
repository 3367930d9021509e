"""Sums of products that are found to be dot products: Python's own `sum(w * x for ...)`, and Σ.

>>> a, b, c, d = (Value(number) for number in (1.0, 2.0, 3.0, 4.0))
>>> total = sum([a * b, c * d])
>>> factors = Chains(total).factors(total, seen=set())
>>> [wire.data for wire in factors]
[0.0, 1.0, 3.0, 1.0, 2.0, 4.0]

They are for who runs a circuit: with 16 terms one gate is looked at in place of 32.
"""

from __future__ import annotations

from typing import Final

from ..rules import GATES
from .value import Constant, Value

ADD, SUM, MUL = GATES["add"], GATES["sum"], GATES["mul"]
ONE: Final = Constant(1.0)  # the other factor of a term that is no product


class Chains:
    """The chains of additions in the circuit behind an output."""

    def __init__(self, output: Value) -> None:
        self._uses = _uses(output)
        self._inside: set[Value] = set()  # additions of chains that have been looked at

    def factors(self, wire: Value, seen: set[Value]) -> tuple[Value, ...] | None:
        """The left factors and then the right ones, of a Σ or the last + of a chain of products.

        Only where its × and + gates would stand side by side: all factors are leaves or `seen`.
        Then one gate sends in the order in which all of them would.
        """
        if wire in self._inside or wire.gate not in (ADD, SUM):
            return None
        terms = [*wire.inputs] if wire.gate is SUM else self._terms(wire)
        pairs = [self._pair(term) for term in terms]
        lefts, rights = zip(*pairs)
        products = len(pairs) - rights.count(ONE)
        if products < 2 or 2 * products < len(pairs):
            return None
        if not all(x.is_leaf or x in seen for x in (*lefts, *rights)):
            return None
        # a Σ, and the first + of a chain, sends to all its inputs before the first × does
        at_once = pairs if wire.gate is SUM else pairs[:2]
        alone = {left for left, right in at_once if right is ONE}
        if any(left in alone or right in alone for left, right in at_once if right is not ONE):
            return None
        return (*lefts, *rights)

    def _terms(self, wire: Value) -> list[Value]:
        """What is added, from left to right; additions that are used once are gone through."""
        terms = []
        while True:
            left, right = wire.inputs
            terms.append(right)
            if left.gate is not ADD or self._uses[left] > 1:
                return [left, *reversed(terms)]
            self._inside.add(left)
            wire = left

    def _pair(self, term: Value) -> tuple[Value, Value]:
        if term.gate is MUL and self._uses[term] == 1:
            left, right = term.inputs
            return left, right
        return term, ONE


def _uses(output: Value) -> dict[Value, int]:
    """How often each wire behind an output goes into a gate."""
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
    return uses
