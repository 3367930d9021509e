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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from ..engine import Value, leaves_and_gates, number_of
from ..rules import (
    COMPARISONS,
    GATES,
    Formula,
    Gate,
    as_text,
    function_of_formulas,
    is_number,
    parts_first,
)
from .formula_derivatives import GATE_OF, Algebra

LONGEST: Final = 24  # inputs of a gate that is taken as a whole; its curvatures are as many squared
SUM: Final = GATES["sum"]
EVERYDAY: Final = 16.0  # exponents up to this, whole or half, are part of the gate
OUT: Final = Formula.symbol("out")
FORMULA, SUM_FORM, DOT_FORM, GIVEN = "formula", "sum", "dot", "given"


@dataclass(frozen=True, eq=False)
class GateKind:
    """A gate with so many inputs: its value and its derivatives, as formulas over x0, x1, …, out.

    `pairs` are the inputs, by twos, that have a curvature; `slopes` has None for an input that gets
    none. Three forms, of any length, have no formulas: SUM, DOT, and GIVEN, whose inputs are its
    value, then those that get a slope, then these slopes, which are wires of their own.
    """

    name: str
    gate: Gate | None
    count: int
    forward: Callable[..., float]
    value: Formula | None = None
    slopes: tuple[Formula | None, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    curvatures: tuple[Formula, ...] = ()
    routes: bool = False
    form: str = FORMULA

    @cached_property
    def leading(self) -> Sequence[int]:
        """The places of the inputs that have a slope."""
        if self.form == GIVEN:
            return range(1, 1 + self.count // 2)
        if self.form != FORMULA:
            return range(self.count)
        return [place for place, slope in enumerate(self.slopes) if slope is not None]

    def bent_by(self, pair: tuple[int, int]) -> tuple[int, ...]:
        """Which of a pair's inputs get something when the other one moves."""
        return pair[:1] if self.form == GIVEN else pair

    def slopes_at(self, numbers: Sequence[float], out: float) -> Sequence[float]:
        """d(output)/d(input) for each input; 0.0 where there is none."""
        if self.form == SUM_FORM:
            return (1.0,) * self.count
        middle = self.count // 2
        if self.form == DOT_FORM:
            return (*numbers[middle:], *numbers[:middle])
        if self.form == GIVEN:
            return (0.0, *numbers[1 + middle :], *[0.0] * middle)
        found: Sequence[float] = _slopes_on_floats(self)(*numbers, out)
        return found

    def curvatures_at(self, numbers: Sequence[float], out: float) -> Sequence[float]:
        """For each of `pairs` the second derivative."""
        if self.form != FORMULA:
            return (1.0,) * len(self.pairs)
        found: Sequence[float] = _curvatures_on_floats(self)(*numbers, out)
        return found

    def __repr__(self) -> str:
        return f"<{self.name} of {self.count}>"


@cache
def read_by_derivatives(kind: GateKind) -> tuple[frozenset[int], bool]:
    """The inputs, by place, whose numbers or tangents the way back reads; whether it reads out."""
    if kind.form == SUM_FORM:
        return frozenset(), False
    if kind.form == DOT_FORM:
        return frozenset(range(kind.count)), False
    if kind.form == GIVEN:
        return frozenset(range(1 + kind.count // 2, kind.count)), False
    formulas = [slope for slope in (*kind.slopes, *kind.curvatures) if slope is not None]
    found = {part.operands[0] for part in parts_first(*formulas) if part.operation == "symbol"}
    places = {int(name[1:]) for name in found if name != "out"}
    places |= {place for pair in kind.pairs for place in pair}
    return frozenset(places), "out" in found


@dataclass(frozen=True)
class GateTape:
    """Gates in an order in which they can run; the slots of their inputs, and of the outputs.

    The slots are the parameters, the inputs, the constants, then one for each gate.
    """

    parameters: tuple[Value, ...]
    input_count: int
    constants: tuple[float, ...]
    kinds: list[GateKind]
    operands: list[tuple[int, ...]]
    outputs: list[int]

    @property
    def first(self) -> int:
        """The slot of the first gate."""
        return len(self.parameters) + self.input_count + len(self.constants)

    @property
    def slot_count(self) -> int:
        return self.first + len(self.kinds)

    @property
    def input_slots(self) -> range:
        return range(len(self.parameters), len(self.parameters) + self.input_count)

    def opaque_gates(self) -> list[str]:
        """The names of gates that are a user's Python functions."""
        return sorted({kind.name for kind in set(self.kinds) if kind.gate and kind.gate.opaque})


def gate_tape(
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    wires: Sequence[Value] | None = None,
) -> GateTape:
    """The gates behind the outputs; `wires` are all wires in order, where they are known."""
    if wires is None:
        leaves, gates = leaves_and_gates(outputs[0], None, outputs[1:])
        wires = [*leaves, *gates]
    slots = {wire: slot for slot, wire in enumerate([*parameters, *inputs])}
    builder = _Builder(len(slots))
    for wire in wires:  # all constants first, so that the gates' slots follow one another
        if wire.gate is not None:
            if wire.gate.arity is None:
                builder.constants_of(wire.gate, len(wire.inputs))
        elif wire not in slots:
            slots[wire] = builder.constant(number_of(wire))
    at = slots.__getitem__
    for wire in wires:
        gate = wire.gate
        if gate is not None:
            slots[wire] = builder.gate(gate, tuple(map(at, wire.inputs)))
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
        key: Any = number or number.hex()  # 0.0 and -0.0 are two
        if number != number:
            key = "nan"  # no nan equals another
        if key not in self._known:
            self._known[key] = self.given + len(self.constants)
            self.constants.append(number)
        return self._known[key]

    def gate(self, gate: Gate, operands: tuple[int, ...]) -> int:
        """Add a gate; its slot."""
        count = len(operands)
        if gate.constant_in_symbol and (exponent := self._everyday(operands[-1])) is not None:
            return self._add(kind_of(gate, count - 1, (exponent,)), operands[:-1])
        if count > LONGEST and gate is not SUM and not gate.is_dot:
            return self._with_given_slopes(gate, operands)
        return self._add(kind_of(gate, count), operands)

    def _everyday(self, slot: int) -> float | None:
        """The number in a slot, if it is an exponent that many gates may have."""
        if not self.given <= slot < self.given + len(self.constants):
            return None
        number = self.constants[slot - self.given]
        return number if abs(number) <= EVERYDAY and 2.0 * number % 1.0 == 0.0 else None

    def _add(self, kind: GateKind, operands: tuple[int, ...]) -> int:
        self.kinds.append(kind)
        self.operands.append(operands)
        return self.given + len(self.constants) + len(self.kinds) - 1

    def _with_given_slopes(self, gate: Gate, operands: tuple[int, ...]) -> int:
        """A long gate: its rule for the local gradients becomes a circuit beside it."""
        count = len(operands)
        made = dict(zip(_symbols(count), operands))
        if _is_linear(gate, count):  # its parts have the same slopes
            value = _long_value(gate, count)
            self._slots_of(made, [value])
            return made[value]
        slopes = _long_slopes(gate, count)
        made[OUT] = out = self._add(_value_alone(gate, count), operands)
        self._slots_of(made, slopes)
        sent = [(x, made[slope]) for x, slope in zip(operands, slopes) if not is_number(slope, 0.0)]
        given = _given(len(sent), gate.routes)
        return self._add(given, (out, *[x for x, _ in sent], *[g for _, g in sent]))

    def _slots_of(self, made: dict[Formula, int], formulas: list[Formula]) -> None:
        """The slots of all parts of the formulas, besides those that are there."""
        for part in parts_first(*formulas):
            if part not in made and part.operation not in COMPARISONS:
                made[part] = self._part(part, made)

    def _part(self, part: Formula, made: dict[Formula, int]) -> int:
        operation, operands = part.operation, part.operands
        if operation == "number":
            return self.constant(operands[0])
        if operation == "where":
            condition, *branches = operands
            inputs = [*condition.operands, *branches]
            return self._add(_choice(condition.operation), tuple([made[x] for x in inputs]))
        gate, *inputs = operands if operation == "call" else (GATE_OF[operation], *operands)
        return self.gate(gate, tuple([made[x] for x in inputs]))


@cache
def kind_of(gate: Gate, count: int, last: tuple[float, ...] = ()) -> GateKind:
    """The kind of a gate with `count` inputs, and with fixed numbers for its last ones."""
    if gate is SUM:
        return GateKind(gate.name, gate, count, gate.on_floats(count), form=SUM_FORM)
    if gate.is_dot:
        middle = count // 2
        pairs = tuple((place, middle + place) for place in range(middle))
        return GateKind(gate.name, gate, count, gate.on_floats(count), pairs=pairs, form=DOT_FORM)
    symbols = _symbols(count)
    inputs = [*symbols, *map(_number, last)]
    local = gate.local_formulas(*inputs, out=OUT)[:count]
    name = gate.name + "".join(f" {number:g}" for number in last)
    if gate.opaque:
        return GateKind(name, gate, count, gate.on_floats(count), OUT, tuple(local))
    return _kind(name, gate, symbols, gate.trace_formula(*inputs), local)


@cache
def _value_alone(gate: Gate, count: int) -> GateKind:
    """A long gate that has no slopes: those are given beside it."""
    value = _long_value(gate, count)
    return GateKind(gate.name, gate, count, gate.on_floats(count), value, (None,) * count)


@cache
def _long_value(gate: Gate, count: int) -> Formula:
    return Algebra().formula(gate.trace_formula(*_symbols(count)))


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
def _given(count: int, routes: bool) -> GateKind:
    """A number whose slopes towards `count` inputs are wires."""
    pairs = tuple((1 + place, 1 + count + place) for place in range(count))
    name = "given slopes"
    return GateKind(
        name, None, 1 + 2 * count, lambda out, *_: out, pairs=pairs, routes=routes, form=GIVEN
    )


@cache
def _long_slopes(gate: Gate, count: int) -> list[Formula]:
    return Algebra().formulas(gate.local_formulas(*_symbols(count), out=OUT))


@cache
def _symbols(count: int) -> list[Formula]:
    return [Formula.symbol(f"x{i}") for i in range(count)]


def _number(number: float) -> Formula:
    return Formula("number", (number,))


@cache
def _choice(comparison: str) -> GateKind:
    """`where` as a gate: two numbers that are compared, and two of which one is chosen."""
    symbols = _symbols(4)
    value = Formula("where", (Formula(comparison, tuple(symbols[:2])), *symbols[2:]))
    slopes = Algebra().tangents([value], {symbol: i for i, symbol in enumerate(symbols)})[0]
    local = [slopes.get(place, _number(0.0)) for place in range(4)]
    return _kind(as_text(value), None, symbols, value, local)


def _kind(
    name: str, gate: Gate | None, symbols: list[Formula], value: Formula, local: list[Formula]
) -> GateKind:
    algebra = Algebra()
    slopes = [algebra.formula(slope) for slope in local]
    leading = {i: slope for i, slope in enumerate(slopes) if not is_number(slope, 0.0)}
    places: dict[Formula, Any] = {symbol: place for place, symbol in enumerate(symbols)}
    second = algebra.tangents(slopes, {**places, OUT: leading})
    curvatures = {
        (j, k): curvature
        for j, tangents in enumerate(second)
        for k, curvature in tangents.items()
        if j <= k
    }
    value = algebra.formula(value)
    return GateKind(
        name,
        gate,
        len(symbols),
        function_of_formulas("value", [f"x{i}" for i in range(len(symbols))], value),
        value,
        tuple(leading.get(i) for i in range(len(symbols))),
        tuple(curvatures),
        tuple(curvatures.values()),
        routes=gate is None or gate.routes,
    )


@cache
def _slopes_on_floats(kind: GateKind) -> Callable[..., Sequence[float]]:
    if kind.gate is not None and kind.gate.opaque:
        return kind.gate.gradients_on_floats(kind.count)
    return _on_floats(kind, [_number(0.0) if slope is None else slope for slope in kind.slopes])


@cache
def _curvatures_on_floats(kind: GateKind) -> Callable[..., Sequence[float]]:
    if not kind.pairs:
        return lambda *_: ()
    return _on_floats(kind, list(kind.curvatures))


def _on_floats(kind: GateKind, formulas: list[Formula]) -> Callable[..., Sequence[float]]:
    names = [*[f"x{i}" for i in range(kind.count)], "out"]
    made: Callable[..., Sequence[float]] = function_of_formulas(
        "derivatives", names, *formulas, as_tuple=True
    )
    return made
