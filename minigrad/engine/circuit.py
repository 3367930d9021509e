"""The circuit behind a value: found once from its output, and handed on.

>>> from minigrad import Value, dot
>>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
>>> circuit = Circuit(dot([x, y], [y, y]))
>>> [circuit.gate(wire).name for wire in circuit.gates]
['mul', 'mul', 'sum']
>>> Circuit(circuit.output, collapse=["dot"]).gates == [circuit.output]
True
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from ..rules import GATES, Gate
from .backward import FACTORS, factors_of
from .chains import BeforeFactors, Chains, uses_behind
from .numbers_of_wires import gradient_of, operands_of, wires_into
from .recording import output_of, to_wires
from .textbook import text_book_of
from .value import Value, leaves_and_gates, one_at_a_time, write_grad

GateWithOperands = tuple[Value, Gate, tuple[Any, ...]]

_MUL, _SUM, _DOT = GATES["mul"], GATES["sum"], GATES["dot"]


class Circuit:
    """All wires behind an output, in topological order: first the leaves, then the gates.

    For a reader a dot product is a × gate for each pair of its factors and their Σ, as the texts
    draw a unit. So ask the circuit, not the wire, for a wire's gate, inputs and local gradients:
    the × gates exist in circuits alone. `collapse=["dot"]` leaves dot products as they are;
    `for_running` only those whose × gates would stand side by side, and takes chains of additions
    of products for such too. With `textbook` a loss reads as a text book writes it: see `textbook`.
    `others` are more outputs, all of which the circuit leads to. `known` are the leaves and gates,
    in order, where somebody has found them before and no × gates exist in this circuit alone.
    """

    def __init__(
        self,
        output: Value,
        collapse: Iterable[str] = (),
        for_running: bool = False,
        others: Sequence[Value] = (),
        textbook: bool = False,
        known: tuple[list[Value], list[Value]] | None = None,
    ) -> None:
        self.output = output
        self.outputs = (output, *others)
        self.collapse = frozenset(collapse)
        self.textbook = textbook
        self._written: dict[Value, Value] = {}  # of wires, what a text book has in their place
        self._products: dict[Value, tuple[Value, ...]] = {}
        self._dots: dict[Value, tuple[Value, ...]] = {}  # chains of additions: the factors
        if known is None and for_running and isinstance(output, Value):
            known = self._found_for_running()
        self.leaves, self.gates = known or leaves_and_gates(output, self._inputs_shown, others)

    def _inputs_shown(self, wire: Value, _: set[Value]) -> tuple[Value, ...]:
        if self.textbook and (written := text_book_of(wire)):
            self._written[wire] = written.output
            return (*written.beside, *self.inputs(wire))  # those beside lead nowhere
        if wire._d_second is FACTORS and "dot" not in self.collapse:
            self._products[wire] = products_of(wire)
        return self.inputs(wire)

    def _found_for_running(self) -> tuple[list[Value], list[Value]]:
        """The leaves and gates; where a dot product would send too early its × gates stand."""
        apart: set[int] = set()  # ids of wires
        while True:
            known, early = self._gone_through(apart)
            if not early:
                return known
            apart.update(map(id, early))

    def _gone_through(
        self, apart: Collection[int]
    ) -> tuple[tuple[list[Value], list[Value]], list[Value]]:
        """The leaves and gates, and those dot products, none of `apart`, that send too early."""
        chains, before = Chains(uses_behind(self.output), apart), BeforeFactors()
        self._products, self._dots = {}, {}

        def inputs_of(wire: Value, seen: set[Value]) -> Sequence[Value]:
            if wire._d_second is FACTORS:
                if id(wire) in apart:
                    self._products[wire] = products_of(wire)
                elif not all(source.is_leaf or source in seen for source in wire._first):
                    return before.meet(wire, wire._first)
            elif found := chains.found(wire, seen):
                self._dots[wire] = found.factors
                if found.is_first:
                    return before.meet(wire, found.factors)
            return self._sources(wire)

        known = leaves_and_gates(self.output, inputs_of, gates=before.gates)
        return known, before.out_of_order(self._sources)

    def _sources(self, wire: Value) -> tuple[Value, ...]:
        """The inputs that are wires, for running: plain numbers stay what they are."""
        return self._products.get(wire) or self._dots.get(wire) or wires_into(wire)

    @cached_property
    def wires(self) -> list[Value]:
        """All wires: the leaves, then the outputs of the gates."""
        return self.leaves + self.gates

    @cached_property
    def beside(self) -> list[Value]:
        """The gates that lead to no output: a text book shows all p_j beside the −log of one."""
        if not self._written:
            return []
        leading = set(self.outputs)
        for wire in reversed(self.gates):
            if wire in leading:
                leading.update(self.inputs(wire))
        return [wire for wire in self.gates if wire not in leading]

    @cached_property
    def routes(self) -> bool:
        """Whether a gate routes: a gradient of zero is 0.0 then, never −0.0."""
        shown = map(self.gate, self.gates) if self._written else [wire.gate for wire in self.gates]
        return any(gate is not None and gate.routes for gate in set(shown))

    @cached_property
    def place(self) -> dict[Value, int]:
        """The number of each wire in topological order."""
        return {wire: number for number, wire in enumerate(self.wires)}

    def __contains__(self, wire: object) -> bool:
        return wire in self.place

    def gate(self, wire: Value) -> Gate:
        """The gate that a wire which is no leaf comes out of."""
        wire = self._written.get(wire, wire)
        if wire in self._products:
            return _SUM
        if wire in self._dots:
            return _DOT
        assert wire.gate is not None
        return wire.gate

    def inputs(self, wire: Value) -> tuple[Value, ...]:
        """The wires that go into the gate behind a wire, in order; none for a leaf."""
        wire = self._written.get(wire, wire)
        return self._products.get(wire) or self._dots.get(wire) or wire.inputs

    def depending_on(self, wires: Iterable[Value]) -> set[Value]:
        """These wires, and all that are computed from them: gradients come back through these."""
        found = set(wires)
        for wire in self.gates:
            if not found.isdisjoint(self.inputs(wire)):
                found.add(wire)
        return found

    def gates_with_operands(self) -> Iterator[GateWithOperands]:
        """The gates in order, each with its operands, plain numbers as floats: for running.

        >>> circuit = Circuit(2.0 * Value(3.0), for_running=True)
        >>> [(gate.name, operands) for _, gate, operands in circuit.gates_with_operands()]
        [('mul', (2.0, Value(data=3.0, grad=?)))]
        """
        products, dots = self._products, self._dots
        for wire in self.gates:
            if wire in products:
                yield wire, _SUM, products[wire]
            elif wire in dots:
                yield wire, _DOT, dots[wire]
            else:
                yield wire, wire.gate, operands_of(wire)  # type: ignore[misc]

    def hand_gradients_on(self) -> None:
        """Give the gates that exist in circuits alone the gradients that would reach them now.

        They have those of the moment in which the circuit was made.
        """
        for wire in self._written:
            text_book_of(wire)
        for total in self._products:
            products_of(total)

    def local_gradients(self, wire: Value) -> tuple[float, ...]:
        """d(wire)/d(input) for every input, as they were when the gate was recorded."""
        wire = self._written.get(wire, wire)
        if wire in self._products:
            return (1.0,) * len(self._products[wire])
        return wire._local_gradients()


# The same × gates for whoever looks: a picture shows what a stepper has done.
_kept: WeakKeyDictionary[Value, tuple[Value, ...]] = WeakKeyDictionary()


def products_of(total: Value) -> tuple[Value, ...]:
    """The × gates of a dot product, with the gradient that its Σ hands on to them now."""
    with one_at_a_time:
        products = _kept.get(total)
        if products is None:
            products = _kept[total] = tuple(_products(total))
        for product in products:
            write_grad(product, gradient_of(total))
    return products


def factors_held_by_products(wires: Iterable[Value]) -> Iterator[Value]:
    """What those × gates hold that somebody has seen: once for each time that one of them does.

    >>> from minigrad import dot
    >>> x, y = Value(2.0), Value(3.0)
    >>> total = dot([x], [y])
    >>> list(factors_held_by_products([total]))
    []
    >>> circuit = Circuit(total + 1.0)
    >>> list(factors_held_by_products([total]))
    [Value(data=2.0, grad=?), Value(data=3.0, grad=?)]
    """
    for total in wires:
        if total._d_second is FACTORS:
            for product in _kept.get(total, ()):
                yield from product.inputs


def _products(total: Value) -> Iterable[Value]:
    # towards one factor the local gradient is the other, as it was when the gate was recorded
    for left, right, left_number, right_number in factors_of(total):
        local_gradients = to_wires((left, right), (right_number, left_number))
        yield output_of(_MUL, (left, right), left_number * right_number, local_gradients)
