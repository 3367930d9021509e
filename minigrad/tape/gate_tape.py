"""A circuit as a list of its gates, each with its derivatives: what tangents run over.

Unlike a `Tape` it has no backward pass on it. An executor goes over the gates forward, with a
number and its tangents on each wire, and backward, with a gradient and the tangents of that. For
this every gate has, besides its value, its slopes (the local gradients) and its curvatures (what
these change by), all by the rules of the table.

>>> import minigrad as mg
>>> x, y = mg.Value(2.0), mg.Value(3.0)
>>> tape = gate_tape([mg.sin(x * y)], [], [x, y])
>>> [kind.name for kind in tape.kinds], tape.operands
(['mul', 'sin'], [(0, 1), (2,)])
>>> tape.kinds[0].pairs, tape.kinds[1].pairs
(((0, 1),), ((0, 0),))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ..engine import Value, number_of, operands_of, wires_without_numbers
from ..rules import COMPARISONS, Formula, Gate, is_number, parts_first
from .formula_derivatives import Algebra, gate_and_inputs
from .gate_kinds import OUT, SUM, GateKind, choice, given, kind_of
from .kernels import input_symbols
from .tape import Slots, number_key

LONGEST: Final = 24  # inputs of a gate that is taken as a whole; its curvatures are as many squared
EVERYDAY: Final = 16.0  # exponents up to this, whole or half, are part of the gate


@dataclass(frozen=True)
class GateTape(Slots):
    """Gates in an order in which they can run; the slots of their inputs, and of the outputs."""

    kinds: list[GateKind]
    operands: list[tuple[int, ...]]
    outputs: list[int]

    @property
    def slot_count(self) -> int:
        return self.first + len(self.kinds)

    @property
    def input_slots(self) -> range:
        return range(len(self.parameters), len(self.parameters) + self.input_count)

    def opaque_gates(self) -> list[str]:
        """The names of gates that are a user's Python functions."""
        return sorted({kind.name for kind in set(self.kinds) if kind.gate and kind.gate.opaque})

    def gates_without_curvature(self) -> list[str]:
        """The names of those that an input moves, and whose local gradient is ordinary Python."""
        if not any(kind.is_differentiable_once for kind in set(self.kinds)):
            return []
        moving, names = set(self.input_slots), set()
        for slot, (kind, operands) in enumerate(zip(self.kinds, self.operands), start=self.first):
            if any(operands[place] in moving for place in kind.leading):
                moving.add(slot)
                if kind.is_differentiable_once:
                    names.add(kind.name)
        return sorted(names)


def gate_tape(
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    wires: Sequence[Value] | None = None,
) -> GateTape:
    """The gates behind the outputs; `wires` are all wires in order, where they are known.

    In these plain numbers may have no wires.
    """
    if wires is None:
        leaves, gates = wires_without_numbers(outputs)
        wires = [*leaves, *gates]
    slots: dict[Any, int] = {wire: slot for slot, wire in enumerate([*parameters, *inputs])}
    builder = _Builder(len(slots))
    for wire in wires:  # all constants first, so that the gates' slots follow one another
        operands = operands_of(wire)
        for x in operands or (wire,):
            if type(x) is float:
                builder.constant(x)
            elif x.gate is None and x not in slots:  # or a number that has a wire by now
                slots[x] = builder.constant(number_of(x))
        if wire.gate is not None and wire.gate.arity is None:
            builder.constants_of(wire.gate, len(operands))
    number = builder.constant
    for wire in wires:
        gate = wire.gate
        if gate is not None:
            at = [
                slots[x] if x in slots else number(x if type(x) is float else number_of(x))
                for x in operands_of(wire)  # a number may have got a wire since
            ]
            slots[wire] = builder.gate(gate, tuple(at))
    return GateTape(
        tuple(parameters),
        len(inputs),
        tuple(builder.constants),
        builder.kinds,
        builder.operands,
        [slots[wire] for wire in outputs],
    )


class _Builder:
    """The gates of a tape while it grows."""

    def __init__(self, given: int) -> None:
        self.given = given
        self.constants: list[float] = []
        self._known: dict[Any, int] = {}
        self.kinds: list[GateKind] = []
        self.operands: list[tuple[int, ...]] = []
        # of gates that large circuits are made of: looked up by each of a million gates
        self._of_gates: dict[Gate, GateKind] = {}
        self._of_powers: dict[tuple[Gate, int], GateKind] = {}  # by the slot of the last input

    def constants_of(self, gate: Gate, count: int) -> None:
        """Note the numbers in what is made of a gate with so many inputs, if it is a long one."""
        if count <= LONGEST or gate is SUM or gate.is_dot:
            return
        waiting = [(gate, count)]
        for long, inputs in waiting:  # it grows: a slope may call a long gate
            for part in parts_first(*_made_beside(long, inputs)):
                if part.operation == "number":
                    self.constant(part.operands[0])
                elif part.operation == "call" and len(part.operands) > LONGEST + 1:
                    waiting.append((part.operands[0], len(part.operands) - 1))

    def constant(self, number: float) -> int:
        """The slot of a number: equal ones have one, so that gates that use them are alike."""
        known = self._known.get(number)
        if known is not None:
            return known
        key = number_key(number)
        if key not in self._known:
            self._known[key] = self.given + len(self.constants)
            self.constants.append(number)
        return self._known[key]

    def gate(self, gate: Gate, operands: tuple[int, ...]) -> int:
        """Add a gate; its slot."""
        kind = self._of_gates.get(gate)
        if kind is None and gate.constant_in_symbol:
            kind = self._of_powers.get((gate, operands[-1])) or self._power(gate, operands[-1])
            operands = operands[: kind.count]
        elif kind is None:
            count = len(operands)
            if count > LONGEST and gate is not SUM and not gate.is_dot:
                return self._with_given_slopes(gate, operands)
            kind = kind_of(gate, count)
            if gate.arity is not None:
                self._of_gates[gate] = kind
        return self._add(kind, operands)

    def _power(self, gate: Gate, last: int) -> GateKind:
        """The kind of a gate whose last input, in this slot, may be an exponent that many have."""
        count = gate.arity or 0
        if not self.given <= last < self.given + len(self.constants):
            return kind_of(gate, count)
        number = self.constants[last - self.given]
        everyday = abs(number) <= EVERYDAY and 2.0 * number % 1.0 == 0.0
        made = kind_of(gate, count - 1, (number,)) if everyday else kind_of(gate, count)
        self._of_powers[gate, last] = made
        return made

    def _add(self, kind: GateKind, operands: tuple[int, ...]) -> int:
        self.kinds.append(kind)
        self.operands.append(operands)
        return self.given + len(self.constants) + len(self.kinds) - 1

    def _with_given_slopes(self, gate: Gate, operands: tuple[int, ...]) -> int:
        """A long gate: its rule for the local gradients becomes a circuit beside it."""
        count = len(operands)
        made = dict(zip(input_symbols(count), operands))
        if _is_linear(gate, count):  # its parts have the same slopes
            value = _long_value(gate, count)
            self._slots_of(made, [value])
            return made[value]
        slopes = _long_slopes(gate, count)
        made[OUT] = out = self._add(_value_alone(gate, count), operands)
        self._slots_of(made, slopes)
        sent = [(x, made[slope]) for x, slope in zip(operands, slopes) if not is_number(slope, 0.0)]
        kind = given(len(sent), gate.routes)
        return self._add(kind, (out, *[x for x, _ in sent], *[g for _, g in sent]))

    def _slots_of(self, made: dict[Formula, int], formulas: list[Formula]) -> None:
        """The slots of all parts of the formulas, besides those that are there."""
        for part in parts_first(*formulas):
            if part not in made and part.operation not in COMPARISONS:
                made[part] = self._part(part, made)

    def _part(self, part: Formula, made: dict[Formula, int]) -> int:
        if part.operation == "number":
            return self.constant(part.operands[0])
        if part.operation == "where":
            condition, *branches = part.operands
            inputs = [*condition.operands, *branches]
            return self._add(choice(condition.operation), tuple([made[x] for x in inputs]))
        gate, *inputs = gate_and_inputs(part)
        return self.gate(gate, tuple([made[x] for x in inputs]))


@cache
def _value_alone(gate: Gate, count: int) -> GateKind:
    """A long gate that has no slopes: those are given beside it."""
    value = _long_value(gate, count)
    return GateKind(gate.name, gate, count, gate.on_floats(count), value, (None,) * count)


@cache
def _long_value(gate: Gate, count: int) -> Formula:
    return Algebra().formula(gate.trace_formula(*input_symbols(count)))


def _made_beside(gate: Gate, count: int) -> list[Formula]:
    """What a long gate is on the tape besides its value, or in place of it."""
    if gate is SUM:
        return []
    return [_long_value(gate, count)] if _is_linear(gate, count) else _long_slopes(gate, count)


@cache
def _is_linear(gate: Gate, count: int) -> bool:
    """Whether all slopes are numbers, other than 0."""
    slopes = _long_slopes(gate, count) if gate.rule else []
    return bool(slopes) and all(x.operation == "number" and x.operands[0] for x in slopes)


@cache
def _long_slopes(gate: Gate, count: int) -> list[Formula]:
    return Algebra().formulas(gate.local_formulas(*input_symbols(count), out=OUT))
