"""A circuit that is nobody else's, with dot products in place of its chains of products, for good.

>>> from minigrad import tanh
>>> a, b = Value(2.0), Value(3.0)
>>> outputs = [tanh(sum([a * b, b * b, a * a]))]
>>> joined = Joined(outputs)
>>> [wire.gate.name for wire in joined.gates]
['dot', 'tanh']
>>> joined.spell_out()
True
>>> [wire.gate.name for wire in joined.gates]
['mul', 'add', 'mul', 'add', 'mul', 'add', 'tanh']

What is recorded is looked at a dozen times: with Python's own sum of 16 products at 32 wires in
place of 1. Which wires are used once, their reference counts say: no pass over the circuit does.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final

from ..rules import GATES, Gate
from .backward import FACTORS, MANY, others_of
from .chains import ADD, MUL, SUM, BeforeFactors, Chains
from .numbers_of_wires import operands_of, wires_into, wires_without_numbers
from .recording import output_of, to_wires
from .value import Constant, Value, leaves_and_gates

DOT: Final = GATES["dot"]
WRITE: Final = [
    Value.__dict__[slot].__set__ for slot in ("gate", "_first", "_second", "_d_first", "_d_second")
]


class Joined:
    """The wires behind an output, and the gates that were recorded.

    Only where nobody else holds a gate, who would see it change; else all stays as it is.
    """

    def __init__(self, outputs: Sequence[Value]) -> None:
        self.outputs = outputs  # a list of one, which counts as a holder of it
        self.one = Constant(1.0)  # beside single terms
        self.made: set[Value] = {self.one}  # wires of plain numbers, which nobody else has
        self.gates_more = 0  # than the dot products have × gates and Σ
        self.is_for_running = False  # whether these wires are those of a `Circuit` for running
        self._were: dict[Value, Gate | None] = {}  # gates of the wires that are dot products now
        count: Callable[[Value], int] | None = getattr(sys, "getrefcount", None)
        if count is None:
            self.leaves, self.gates = wires_without_numbers(outputs)
            return
        found = self._dot_products(count)
        if found and self._is_held_elsewhere(found, count):
            found = {}
            self.gates_more = 0
            self.is_for_running = False
            self.leaves, self.gates = wires_without_numbers(outputs)
        self._were = {wire: wire.gate for wire in found}
        numbers = [[x._datum for x in others_of(factors)] for factors in found.values()]
        _write(found, [(DOT, x, MANY, tuple(d), FACTORS) for x, d in zip(found.values(), numbers)])

    def _dot_products(self, count: Callable[[Value], int]) -> dict[Value, tuple[Value, ...]]:
        """The factors of each, in the order of leaves and gates that was found on the way."""
        refused: set[int] = set()  # ids of wires
        while (found := self._dot_products_but(refused, count)) is None:
            pass  # some would send too early, and are refused from now on
        return found

    def _dot_products_but(
        self, refused: set[int], count: Callable[[Value], int]
    ) -> dict[Value, tuple[Value, ...]] | None:
        chains = Chains(count, refused, _COUNT_OF_ONE_USE, self.one, True)
        before = BeforeFactors()
        factors: dict[Value, tuple[Value, ...]] = {}
        self.gates_more = 0

        def inputs_of(wire: Value, seen: set[Value]) -> Sequence[Value]:
            gate = wire.gate
            found = chains.found(wire, seen) if gate is ADD or gate is SUM else None
            if found is None or wire.own_backward:
                if wire._d_second is FACTORS and [x for x in wire._first if _is_to_come(x, seen)]:
                    return before.meet(wire, wire._first)
                return wires_into(wire)
            factors[wire] = found.factors
            self.gates_more += (len(found.factors) // 2 - 2) * (gate is ADD) - found.alone
            return before.meet(wire, found.factors) if found.is_first else found.unseen

        self.leaves, self.gates = leaves_and_gates(self.outputs[0], inputs_of, gates=before.gates)
        early = before.out_of_order(lambda wire: factors.get(wire) or wires_into(wire))
        again = [id(wire) for wire in early if wire in factors]
        self.is_for_running = len(again) == len(early)
        if again:
            self.leaves, self.gates = [], []  # who holds them counts
            refused.update(again)
            return None
        self.made.update(chains.constants)
        return factors

    def _is_held_elsewhere(
        self, found: dict[Value, tuple[Value, ...]], count: Callable[[Value], int]
    ) -> bool:
        """Whether somebody else than gates holds a gate: then they are held more often in all."""
        others = [operands_of(wire) for wire in self.gates if wire not in found]
        is_gate = set(self.gates).__contains__
        uses = sum(map(is_gate, chain(self.outputs, found, chain.from_iterable(others))))
        # a factor is held by its × gate, and by `found`
        uses += 2 * sum(map(is_gate, chain.from_iterable(found.values())))
        del others, is_gate
        sample = Value(1.0)
        by_nobody = sum(map(count, [sample + sample])) + 1  # `self.gates`, and another list
        return sum(map(count, [*self.gates])) > uses + by_nobody * len(self.gates)

    def spell_out(self) -> bool:
        """Have the × and + gates again, new ones; whether there are any."""
        if not self._were:
            return False
        forms = [_spelled_out(wire, gate, self.one) for wire, gate in self._were.items()]
        wires, self._were = [*self._were], {}
        _write(wires, forms)
        self.is_for_running = False
        self.leaves, self.gates = wires_without_numbers(self.outputs)
        return True


def _is_to_come(wire: Value, seen: set[Value]) -> bool:
    """Whether the gate behind a wire is still to be gone through."""
    return wire.gate is not None and wire not in seen


def _spelled_out(wire: Value, gate: Gate | None, one: Value) -> tuple[Any, ...]:
    """What stood in the slots of a wire, with new × and + gates."""
    factors, gradients = wire._first, wire._d_first
    middle = len(factors) // 2
    terms = list(factors[:middle])
    for i in [i for i, factor in enumerate(factors[middle:]) if factor is not one]:
        inputs, others = (factors[i], factors[middle + i]), (gradients[i], gradients[middle + i])
        terms[i] = output_of(MUL, inputs, others[1] * others[0], to_wires(inputs, others))
    if gate is SUM:
        return SUM, tuple(terms), MANY, to_wires(terms, [1.0] * middle), None
    total, *added, last = terms
    for term in added:
        inputs = total, term
        total = output_of(ADD, inputs, total._datum + term._datum, to_wires(inputs, (1.0, 1.0)))
    return ADD, total, last, *to_wires((total, last), (1.0, 1.0))


def _count_of_one_use() -> int:
    """The count of a wire that one gate alone holds, once, and a variable, as in `Chains`."""
    one = Value(1.0)
    wire = (one + one) + (one + one)
    _, right = wire._first, wire._second
    count: Callable[[Value], int] = getattr(sys, "getrefcount", lambda _: 0)
    return count(right)


_COUNT_OF_ONE_USE: Final = _count_of_one_use()


def _write(wires: Iterable[Value], forms: Iterable[tuple[Any, ...]]) -> None:
    """Give wires another form, all at one stroke: no Ctrl-C comes between, for all is done in C."""
    wires, columns = [*wires], zip(*forms)
    writing = chain.from_iterable(map(write, wires, c) for write, c in zip(WRITE, [*columns]))
    deque(writing, maxlen=0)
