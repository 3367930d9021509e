"""Sums of products that are found to be dot products: Python's own `sum(w * x for ...)`, and Σ.

>>> a, b, c, d = (Value(number) for number in (1.0, 2.0, 3.0, 4.0))
>>> total = sum([a * b, c * d])
>>> found = Chains(uses_behind(total), refused=()).found(total, seen=set())
>>> [wire.data for wire in found.factors]
[0.0, 1.0, 3.0, 1.0, 2.0, 4.0]

They are for who runs a circuit: with 16 terms one gate is looked at in place of 32.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import chain
from math import copysign
from typing import Any, Final, NamedTuple

from ..rules import GATES
from .backward import MANY
from .numbers_of_wires import operands_of, wires_into
from .value import Constant, Value

ADD, SUM, MUL = GATES["add"], GATES["sum"], GATES["mul"]
ONE: Final = Constant(1.0)  # the other factor of a term that is no product


class Found(NamedTuple):
    """The left factors of a dot product and then the right ones."""

    factors: tuple[Value, ...]
    alone: int  # how many terms are no products
    unseen: list[Value]  # factors
    is_first: bool  # some of these are gates: whether it may be one gate `BeforeFactors` says


class Chains:
    """The chains of additions in a circuit; `count` of a wire that is used once gives `once`."""

    def __init__(
        self,
        count: Callable[[Value], int],
        refused: Container[int],
        once: int = 1,
        one: Value = ONE,
        keeps_labels: bool = False,
    ) -> None:
        self._count, self._once = count, once
        self._one = one
        self._keeps_labels = keeps_labels
        self._refused = refused  # ids of wires
        self._inside: set[Value] = set()  # additions of chains that are no dot products
        self._constants: dict[tuple[float, float], Value] = {}

    def found(self, wire: Value, seen: set[Value]) -> Found | None:
        """The factors of a Σ or the last + of a chain of products; plain numbers have got wires.

        Only where one gate sends in the order in which all of its × and + gates would; where gates
        behind the factors are still to be `seen`, that is known when they have been.
        """
        inside: list[Value] = []
        if wire.gate is ADD and wire not in self._inside:
            lefts, rights, alone = self._added(wire, inside)
        elif wire.gate is SUM:
            lefts, rights, alone = self._factors_of([*wires_into(wire)][::-1])
        else:
            return None
        at_once = len(lefts) if wire.gate is SUM else 2
        products = len(rights) - alone
        if products >= 2 and products >= alone:
            unseen: list[Value] = []
            if not (seen.issuperset(lefts) and seen.issuperset(rights)):
                unseen = [x for pair in zip(lefts, rights) for x in pair if x not in seen]
            is_first = any(x.gate is not None for x in unseen)
            sends_first = alone and self._sends_first(lefts[:at_once], rights)
            if not sends_first and id(wire) not in self._refused:
                return Found((*lefts, *rights), alone, unseen, is_first)
        self._inside.update(inside)
        return None

    def _added(self, wire: Value, inside: list[Value]) -> tuple[list[Value], list[Value], int]:
        """The factors of what is added; additions that are used once are gone through."""
        count, once, one, keeps = self._count, self._once, self._one, self._keeps_labels
        lefts: list[Value] = []  # the last term first
        rights: list[Value] = []
        alone = 0
        while True:
            first, term = wire._first, wire._second
            if term is None or term is MANY:
                first, term = map(self._wire_of, operands_of(wire))
            if (  # written out here and in `_factors_of`: a call takes as long as all of this
                term.gate is MUL
                and count(term) == once
                and (right := term._second) is not MANY
                and not (keeps and term.label)
            ):
                left = term._first
                if right is None:
                    left, right = map(self._wire_of, operands_of(term))
            else:
                left, right = term, one
                alone += 1
            lefts.append(left)
            rights.append(right)
            if (
                first.gate is not ADD
                or count(first) != once
                or first._second is MANY
                or (keeps and first.label)
            ):
                break
            inside.append(first)
            wire = first
        terms = [first]
        del first
        head = self._factors_of(terms)
        return head[0] + lefts[::-1], head[1] + rights[::-1], head[2] + alone

    def _factors_of(self, terms: list[Any]) -> tuple[list[Value], list[Value], int]:
        """The left and the right factors of terms, the last term first; how many are alone."""
        count, once, one, keeps = self._count, self._once, self._one, self._keeps_labels
        lefts: list[Value] = []
        rights: list[Value] = []
        alone = 0
        while terms:
            term = terms.pop()  # no list holds a term whose uses are counted
            if (
                type(term) is not float
                and term.gate is MUL
                and count(term) == once
                and term._second is not MANY
                and not (keeps and term.label)
            ):
                left, right = term._first, term._second
                if right is None:
                    left, right = map(self._wire_of, operands_of(term))
            else:
                left, right = self._wire_of(term), one
                alone += 1
            lefts.append(left)
            rights.append(right)
        return lefts, rights, alone

    def _sends_first(self, lefts: list[Value], rights: list[Value]) -> bool:
        """Whether a single term among these is a factor, too, and would receive before it."""
        one = self._one
        alone = [x for x, y in zip(lefts, rights) if y is one and not x.is_constant]
        pairs = zip(lefts, rights) if alone else ()
        return any(x in alone or y in alone for x, y in pairs if y is not one)

    @property
    def constants(self) -> Iterable[Value]:
        """The wires that plain numbers have got."""
        return self._constants.values()

    def _wire_of(self, operand: Any) -> Value:
        """A plain number's wire: one for all the zeros that Python's sums begin at."""
        if type(operand) is not float:
            return operand  # type: ignore[no-any-return]
        key = operand, copysign(1.0, operand)
        wire = self._constants.get(key)
        if wire is None:
            wire = self._constants[key] = Constant(operand)
        return wire


class BeforeFactors:
    """Dot products that are met while gates behind their factors are still to come.

    Their × gates would stand among those gates, each behind its own factors. One gate in place of
    them all stands behind all factors, and so sends before them. That is the same, to the last bit,
    unless one of them sends to a factor, too, between its × gate and the dot product.
    """

    def __init__(self) -> None:
        self.gates: list[Value] = []  # in order, as far as they have been gone through
        self._met: dict[Value, tuple[Sequence[Value], int]] = {}

    def meet(self, wire: Value, factors: Sequence[Value]) -> list[Value]:
        """Note one that is met now; its factors, in the order in which × gates would lead there."""
        self._met[wire] = factors, len(self.gates)
        middle = len(factors) // 2
        return [*chain.from_iterable(zip(factors[:middle], factors[middle:]))]

    def out_of_order(self, inputs_of: Callable[[Value], Iterable[Value]]) -> list[Value]:
        """Those that would send in another order than their × gates, once all gates are known."""
        if not self._met:
            return []
        place = {gate: i for i, gate in enumerate(self.gates)}
        uses = self._uses(place, inputs_of)
        return [
            wire
            for wire, (factors, start) in self._met.items()
            if self._is_used_between(factors, start, place, uses, place[wire])
        ]

    def _uses(
        self, place: dict[Value, int], inputs_of: Callable[[Value], Iterable[Value]]
    ) -> dict[Value, list[int]]:
        """The places of the gates that come behind such a dot product and use a factor of one."""
        every = chain.from_iterable([factors for factors, _ in self._met.values()])
        uses: dict[Value, list[int]] = {x: [] for x in every if not x.is_constant}
        end = 0
        for wire, (_, start) in self._met.items():
            for i in range(max(start, end), place[wire]):
                for source in inputs_of(self.gates[i]):
                    if source in uses:
                        uses[source].append(i)
            end = max(end, place[wire])
        return uses

    @staticmethod
    def _is_used_between(
        factors: Sequence[Value],
        start: int,
        place: dict[Value, int],
        uses: dict[Value, list[int]],
        end: int,
    ) -> bool:
        middle = len(factors) // 2
        reached = start - 1  # where the × gate would stand
        for pair in zip(factors[:middle], factors[middle:]):
            reached = max(reached, *[place.get(x, reached) for x in pair])
            for places in [uses[x] for x in pair if x in uses]:
                i = bisect_right(places, reached)
                if i < len(places) and places[i] < end:
                    return True
        return False


def factors_like(wire: Any, factors: Sequence[Value], one: Value | None) -> list[Any] | None:
    """The factors of a chain of products, or of a Σ of them, in the places of a dot product's.

    `one` stands there beside single terms. None where it is no such chain. Plain numbers stay such.

    >>> a, b, c = Value(2.0), Value(3.0), Value(4.0)
    >>> factors_like(sum([a * 5.0, b * c]), (ONE, a, b, ONE, b, c), ONE)
    [0.0, Value(data=2.0, grad=?), Value(data=3.0, grad=?), Value(data=1.0, constant), 5.0, \
Value(data=4.0, grad=?)]
    """
    middle = len(factors) // 2
    terms: list[Any] = []  # the last one first
    if type(wire) is not float and wire.gate is SUM:
        terms += operands_of(wire)[::-1]
    else:
        while len(terms) < middle - 1 and type(wire) is not float and wire.gate is ADD:
            first, term = wire._first, wire._second
            if term is None or term is MANY:
                first, term = operands_of(wire)
            terms.append(term)
            wire = first
        terms.append(wire)
    if len(terms) != middle:
        return None
    lefts: list[Any] = []
    rights: list[Any] = []
    for term, right in zip(reversed(terms), factors[middle:]):
        if right is one:
            left = term
        elif type(term) is not float and term.gate is MUL:
            left, right = term._first, term._second
            if right is None or right is MANY:
                left, right = operands_of(term)
        else:
            return None
        lefts.append(left)
        rights.append(right)
    return lefts + rights


def uses_behind(output: Value) -> Callable[[Value], int]:
    """How often a wire behind an output goes into a gate."""
    uses = {output: 0}
    waiting = [] if output.is_leaf else [output]
    while waiting:
        for source in wires_into(waiting.pop()):
            if source.gate is None:  # nobody asks
                continue
            if source in uses:
                uses[source] += 1
            else:
                uses[source] = 1
                waiting.append(source)
    return uses.__getitem__
