"""Whether a function, called again at some numbers, builds the circuit that was recorded.

>>> from minigrad.engine import Value
>>> w, x = Value(2.0), Value(3.0)
>>> circuit = ComparedCircuit(Wires([w * (x + 1.0)]), [x])
>>> circuit.difference(Wires([w * 6.0]), [5.0])
>>> circuit.difference(Wires([w + 6.0]), [5.0])
('add', 'mul')

Compared are the gates behind which a parameter stands. All else is a number once the arguments have
numbers: on plain ones Python computes it, and chooses where the recording has a multiplexer.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from math import isfinite, isnan
from typing import Any, Final

from ..engine import (
    Circuit,
    Joined,
    Value,
    factors_held_by_products,
    factors_like,
    number_of,
    operands_of,
    wires_without_numbers,
)
from ..rules import GATES, Gate

TOLERANCE: Final = 1e-9  # how far two numbers may be apart, relative to the larger one,
ROUNDING: Final = 1e-13  # and relative to the largest number on the way to them
SELECT: Final = GATES["select"]
DOT: Final = GATES["dot"]


class Wires:
    """The wires behind some outputs, and which of the leaves others hold too.

    Plain numbers have no wires here. With `joins` chains of products behind one output are dot
    products, until they are spelled out. Of `inputs`, which somebody holds in any case, nobody
    asks; of the other leaves `known` gives the ids of those that somebody is known to hold. Who has
    `listed` some meanwhile, as often as they stand there, is nobody.
    """

    def __init__(
        self,
        outputs: Sequence[Value],
        inputs: Collection[Value] = (),
        known: Callable[[list[Value]], Collection[int]] = lambda leaves: (),
        joins: bool = False,
        listed: Iterable[Value] = (),
    ) -> None:
        self.outputs = outputs
        self.leaves: list[list[Value]] = []  # behind each output
        joins = joins and len(outputs) == 1 and not outputs[0].is_leaf
        self._joined = Joined(outputs) if joins else None
        self.one = self._joined.one if self._joined else None
        if self._joined:
            self.leaves.append(self._joined.leaves)
            self.all = self._joined.leaves + self._joined.gates  # inputs first
        else:
            self.all = self._of_several()
        self.gate_count = _gates_shown(self.all) + (self._joined.gates_more if self._joined else 0)
        made = self._joined.made if self._joined else ()
        self.held = self._held_elsewhere({*inputs, *made}, known, listed)

    def _of_several(self) -> list[Value]:
        found: dict[Value, None] = {}
        for output in self.outputs:
            leaves, gates = wires_without_numbers([output])
            self.leaves.append(leaves)
            found.update(dict.fromkeys(leaves))
            found.update(dict.fromkeys(gates))
        return list(found)

    def for_running(self) -> Circuit | None:
        """The circuit as it is run, where these are its wires: then nobody needs to find them."""
        joined = self._joined
        if joined is None or not joined.is_for_running:
            return None
        return Circuit(self.outputs[0], known=(joined.leaves, joined.gates))

    def spell_out(self) -> bool:
        """Have chains again in place of the dot products that they became; whether there are."""
        changed = self._joined is not None and self._joined.spell_out()
        if self._joined and changed:
            self.all = self._joined.leaves + self._joined.gates
        return changed

    def _held_elsewhere(
        self,
        beside: set[Value],
        known: Callable[[list[Value]], Collection[int]],
        listed: Iterable[Value],
    ) -> set[Value]:
        """The leaves that are there at the next call: somebody else than the gates holds them.

        >>> w = Value(2.0)
        >>> Wires([w * Value(3.0)]).held == {w}
        True

        Others were made by the function, as new ones are at each call.
        """
        leaves = [wire for wire in self.all if wire.gate is None and wire not in beside]
        ids = known(leaves)
        held = {wire for wire in leaves if id(wire) in ids}
        leaves = [wire for wire in leaves if wire not in held]
        if not leaves:
            return held
        count = getattr(sys, "getrefcount", lambda _: 1)
        is_asked = set(map(id, leaves)).__contains__
        operands = chain.from_iterable(map(operands_of, self.all))
        products = factors_held_by_products(self.all)
        found = chain(self.outputs, operands, products, *self.leaves, listed)
        uses = Counter(filter(is_asked, map(id, found)))
        leaves.append(Value(0.0))  # held by this list alone, where the others are in that of all
        others = [count(wire) - uses[id(wire)] for wire in leaves]
        by_nobody = others.pop() + 1
        return held.union([wire for wire, n in zip(leaves, others) if n > by_nobody])


def _gates_shown(wires: Iterable[Value]) -> int:
    """How many gates a reader sees: in the place of a dot product its × gates and their Σ."""
    gates = [wire for wire in wires if wire.gate is not None]
    dots = [wire for wire in gates if wire.gate is DOT]
    return len(gates) + sum(len(wire.inputs) // 2 for wire in dots)


class ComparedCircuit:
    """The circuit behind some outputs, as a function of the numbers of its inputs."""

    def __init__(self, wires: Wires, inputs: Sequence[Value], made: Collection[Value] = ()) -> None:
        self._made = set(made)  # leaves that nothing leads to: garbage in a circle may hold them
        self.outputs, self.inputs, self.wires = wires.outputs, inputs, wires.all
        self._inputs = set(inputs)
        self.held = wires.held - self._inputs
        self.held_ids = set(map(id, self.held))
        self._leading = _leading(self.wires, self.held)
        self._one = wires.one

    @cached_property
    def _without_leading(self) -> list[Value]:
        return [wire for wire in self.wires if wire not in self._leading]

    @cached_property
    def _inside(self) -> set[Value]:
        """The inputs and the gates: no other call leads to these, if it does not keep them."""
        return self._inputs.union([wire for wire in self.wires if wire.gate is not None])

    def wire_from_outside(self, others: Wires) -> Value | None:
        """A wire of the recording in what another call has built: it was computed before both."""
        theirs = set(others.all)  # few, on plain numbers
        shared = (wire for wire in self.wires if wire in theirs)
        return next((x for x in shared if not x.is_leaf or x in self._inputs), None)

    def agrees(self, theirs: Sequence[Value], outputs: Sequence[float]) -> bool:
        """Whether plain numbers came out there, and the same ones here: no gate is looked at then.

        False if that is not known.
        """
        return all(
            wire.is_leaf
            and wire.is_constant
            and not own.is_leaf
            and own not in self._leading
            and is_close(number_of(wire), number)
            for wire, own, number in zip(theirs, self.outputs, outputs)
        )

    def is_built_by(self, outputs: Sequence[Value], numbers: Sequence[float]) -> bool:
        """Whether these outputs certainly come of the same gates; else a closer look is needed.

        For this nobody has to know all wires behind them, nor who holds these: of recording and
        check together it saves an eighth.
        """
        return self._difference(outputs, numbers, {}, _Variables()) is None

    def difference(self, others: Wires, numbers: Sequence[float]) -> tuple[str, str] | None:
        """What stands in another circuit, and what here at these numbers, where they differ."""
        leading = _leading(others.all, others.held)
        theirs = {wire: number_of(wire) for wire in others.all if wire not in leading}
        return self._difference(others.outputs, numbers, theirs, others.held)

    def _difference(
        self,
        outputs: Sequence[Value],
        numbers: Sequence[float],
        theirs: Mapping[Value, float],
        held: Container[Value],
    ) -> tuple[str, str] | None:
        """The same, where the numbers of some of their wires are known, and the leaves held."""
        mine, inside = self.numbers(numbers), self._inside
        waiting: list[tuple[Any, Any]] = list(zip(outputs, self.outputs))
        seen: dict[Any, Any] = {}
        more: set[tuple[Any, Any]] = set()
        while waiting:
            wire, own = waiting.pop()
            if wire is own and own not in inside:
                continue
            if seen.setdefault(wire, own) is not own:  # shared there, and made twice here
                if (wire, own) in more:
                    continue
                more.add((wire, own))
            if _gate(wire) is SELECT or _gate(own) is SELECT:
                wire, own = _chosen(wire, theirs, held), _chosen(own, mine, self.held)
                if wire is own and own not in inside:
                    continue
            number, own_number = _number(wire, theirs, held), _number(own, mine, self.held)
            if number is not None and own_number is not None:
                if _gate(own) is None and own not in self._inputs:  # exact: time hardly moves
                    same = number == own_number or number != number
                else:
                    same = is_close(number, own_number, mine.values())
                if not same:
                    return f"{number:g}", f"{own_number:g}"
                continue
            if _gate(wire) is None and own in self._made and _is_equal(wire, own):
                continue
            is_open = wire is not own and number is own_number is None
            operands = self._operands_like(wire, own) if is_open else None
            if operands is None:
                return _in_words(wire, number), _in_words(own, own_number)
            waiting += [
                (x, y)
                for x, y in zip(operands, operands_of(own))
                if (seen.get(x) is not y if x is not y else y in inside)
            ]
        return None

    def _operands_like(self, wire: Any, own: Any) -> Sequence[Any] | None:
        """What goes into the gate behind a wire, if it is that behind our own wire.

        Of a chain of products the factors, if ours has become a dot product.
        """
        gate = _gate(own)
        if gate is None or gate is not _gate(wire):
            return factors_like(wire, operands_of(own), self._one) if gate is DOT else None
        operands = operands_of(wire)
        return operands if len(operands) == len(operands_of(own)) else None

    def numbers(self, numbers: Sequence[float]) -> dict[Value, float]:
        """The wires behind which no held leaf stands, at these numbers of the inputs."""
        known = dict(zip(self.inputs, numbers))
        for wire in self._without_leading:
            if wire in known:
                continue
            if wire.gate is None:
                known[wire] = number_of(wire)
            else:
                sources = [_number(source, known, ()) for source in operands_of(wire)]
                known[wire] = wire.gate.on_floats(len(sources))(*sources)
        return known


def _leading(wires: Iterable[Value], held: Collection[Value]) -> set[Value]:
    """The wires, given inputs first, behind which one of these leaves stands."""
    leading = set(held)
    if not leading:
        return leading
    for wire in wires:
        if wire.gate is not None and not leading.isdisjoint(operands_of(wire)):
            leading.add(wire)
    return leading


def _gate(operand: Any) -> Gate | None:
    """The gate behind a wire; a leaf and a plain number have none."""
    gate: Gate | None = getattr(operand, "gate", None)
    return gate


def _number(operand: Any, known: Mapping[Value, float], held: Container[Value]) -> Any:
    """The number of an operand behind which no held leaf stands; else None."""
    if type(operand) is float:
        return operand
    if operand in known:
        return known[operand]
    is_number = operand.gate is None and operand not in held  # that has been given a wire since
    return number_of(operand) if is_number else None


def _is_equal(operand: Any, own: Value) -> bool:
    number = operand if type(operand) is float else number_of(operand)
    return bool(number == number_of(own))


def _chosen(operand: Any, known: Mapping[Value, float], held: Container[Value]) -> Any:
    """What a multiplexer hands on, where its index is known."""
    while _gate(operand) is SELECT:
        *items, index = operands_of(operand)
        place = _number(index, known, held)
        if place is None or not 0 <= place < len(items) or place % 1:
            return operand
        operand = items[int(place)]
    return operand


def _in_words(operand: Any, number: float | None) -> str:
    if number is not None:
        return f"{number:g}"
    gate = _gate(operand)
    return repr(operand) if gate is None else gate.name


class _Variables:
    """All leaves that are no constants, in place of those that somebody is known to hold."""

    def __contains__(self, leaf: Any) -> bool:
        return not leaf.is_constant


def is_close(number: float, own: float, on_the_way: Iterable[float] = ()) -> bool:
    """Whether two numbers are the same but for rounding, that of Python's own `sum` included."""
    if isnan(number) or isnan(own):
        return isnan(number) and isnan(own)
    if number == own:
        return True
    if not (isfinite(number) and isfinite(own)):
        return False
    if abs(number - own) <= TOLERANCE * max(abs(number), abs(own), TOLERANCE):
        return True
    largest = max(filter(isfinite, map(abs, on_the_way)), default=0.0)
    return abs(number - own) <= ROUNDING * largest
