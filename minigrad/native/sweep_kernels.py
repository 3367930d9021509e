"""One kind of gate as native loops over a run: its value and tangents, and what it sends back.

A run's function takes the address of its numbers (`NUMBERS` says which), an index with the slots of
all first inputs, then all second ones, …, how many gates there are, how many inputs each has, and
the slot of the first output. Where a run's inputs stand side by side, or are the same for all, it
is a stretch: the index says only where each begins, and gates run together in vectors.

FORWARD computes values and tangents; BACKWARD hands gradients on, in lanes; CURVED hands on one
gradient and, in lanes, the tangents of it, by which it is bent; GRADIENT that gradient alone.
Needs llvmlite.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final, NamedTuple

import llvmlite.ir as ir

from ..rules import Formula
from ..tape import DOT_FORM, FORMULA, GIVEN, SUM_FORM, GateKind
from .formulas import emit_formulas
from .machine import FunctionsOnce, machine
from .operand import INT, LONG, POINTER, VOID, Code, Native

# What a sweep works on, an address or a number each. Lanes are one array behind the other.
NUMBERS: Final = ("values", "tangents", "gradients", "bent", "stride", "lanes")
SIGNATURE: Final = ir.FunctionType(VOID, [LONG.as_pointer(), INT.as_pointer(), LONG, LONG, LONG])
FORWARD, BACKWARD, CURVED, GRADIENT = "forward", "backward", "curved", "gradient"
CLEAR_GRADIENTS, CLEAR_BENT = "clear gradients", "clear bent"


class Key(NamedTuple):
    """What a run's function is made for.

    `steps` are those of a stretch's inputs, 0 or 1. `receives`: something bent comes from the
    output. `fresh` says of each input with a slope, and `fresh_bent` of each that is bent, whether
    nobody has written to it before.
    """

    kind: GateKind
    mode: str
    steps: tuple[int, ...] | None = None
    receives: bool = True
    fresh: tuple[bool, ...] = ()
    fresh_bent: tuple[bool, ...] = ()


def _define(module: Any, name: str, key: Key) -> None:
    function = ir.Function(module, SIGNATURE, name)
    builder = ir.IRBuilder(function.append_basic_block())
    if key.mode in (CLEAR_GRADIENTS, CLEAR_BENT):
        clearing = _LongRun(Code(builder, 1), function, key)
        with clearing.code.loop(clearing.count) as gate:
            clearing.clear(clearing.slot(0, gate))
    elif key.kind.form != FORMULA:
        long = _LongRun(Code(builder, 1), function, key)
        with long.code.loop(long.count) as gate:
            long.of_form(key.kind.form, gate)
    elif key.steps is None:
        run = _Run(Code(builder, 1), function, key)
        with run.code.loop(run.count) as gate:
            run.gates(gate)
    else:
        done = LONG(0)
        for width in (machine().width, 1):
            run = _Run(Code(builder, width), function, key)
            whole = builder.and_(builder.sub(run.count, done), LONG(-width))
            with run.code.loop(whole, width) as place:
                run.gates(builder.add(done, place))
            done = builder.add(done, whole)
    builder.ret_void()


SWEEP_FUNCTIONS: Final = FunctionsOnce(_define)


class _Run:
    """A run's function while it is written, for vectors of a width."""

    def __init__(self, code: Code, function: Any, key: Key) -> None:
        self.code, self.key, self.steps = code, key, key.steps
        fields, self.index, self.count, self.operands, self.first = function.args
        b = self.b = code.builder
        numbers = [b.load(b.gep(fields, [LONG(i)])) for i in range(len(NUMBERS))]
        self.values, self.tangents, self.gradients, self.bent = (
            b.inttoptr(number, POINTER) for number in numbers[:4]
        )
        self.stride, self.lanes = numbers[4:]

    def slot(self, place: int, gate: Any) -> Any:
        """The slot of a gate's input; of a stretch, of the first of a vector of gates."""
        b = self.b
        if self.steps is None:
            at = b.add(b.mul(LONG(place), self.count), gate)
            return b.sext(b.load(b.gep(self.index, [at])), LONG)
        begin = b.sext(b.load(b.gep(self.index, [LONG(place)])), LONG)
        return b.add(begin, gate) if self.steps[place] else begin

    def load(self, numbers: Any, slot: Any, step: int = 1) -> Native:
        """The number in a slot, or those of a vector of gates."""
        pointer = self.b.gep(numbers, [slot])
        return self.code.load(pointer) if step else self.code.splat(self.b.load(pointer))

    def add(
        self, number: Native, numbers: Any, slot: Any, step: int = 1, is_fresh: bool = False
    ) -> None:
        """Add to the number in a slot; all of a vector where its gates have that one in common.

        `is_fresh`: nobody has written there before.
        """
        pointer = self.b.gep(numbers, [slot])
        if is_fresh:
            self.code.store(number, pointer)
        elif step or self.code.width == 1:
            self.code.store(self.code.load(pointer) + number, pointer)
        else:
            one = Code(self.b, 1)
            one.store(one.load(pointer) + Native(one, self.code.across(number)), pointer)

    def each_lane(self, write: Callable[[Any, Any], None]) -> None:
        """A loop over the lanes; `write` is given the lane's tangents and its bent gradients."""
        b = self.b
        with self.code.loop(self.lanes) as lane:
            offset = b.mul(lane, self.stride)
            write(b.gep(self.tangents, [offset]), b.gep(self.bent, [offset]))

    # --- gates with formulas ---

    def gates(self, gate: Any) -> None:
        """A gate, or a vector of gates."""
        kind = self.key.kind
        steps = self.steps or (1,) * kind.count
        slots = [self.slot(place, gate) for place in range(kind.count)]
        out = self.b.add(self.first, gate)
        symbols = {
            f"x{place}": self.load(self.values, slot, step)
            for place, (slot, step) in enumerate(zip(slots, steps))
        }
        if self.key.mode == FORWARD:
            self._forward(kind, symbols, slots, steps, out)
        else:
            symbols["out"] = self.load(self.values, out)
            self._back(kind, symbols, slots, steps, out)

    def _forward(
        self, kind: GateKind, symbols: dict[str, Native], slots: Any, steps: Any, out: Any
    ) -> None:
        assert kind.value is not None
        (value,) = emit_formulas(self.code, [kind.value], symbols)
        self.code.store(value, self.b.gep(self.values, [out]))
        slopes = self._emitted(kind.slopes, {**symbols, "out": value})

        def write(tangents: Any, _: Any) -> None:
            total: Any = self.code.constant(0.0)
            for n, (place, slope) in enumerate(slopes.items()):
                product = _times(slope, self.load(tangents, slots[place], steps[place]))
                total = product if n == 0 else total + product
            self.code.store(total, self.b.gep(tangents, [out]))

        self.each_lane(write)

    def _back(
        self, kind: GateKind, symbols: dict[str, Native], slots: Any, steps: Any, out: Any
    ) -> None:
        key = self.key
        slopes = self._emitted(kind.slopes, symbols)
        bends: list[tuple[int, int, Native]] = []  # what an input gets when another one moves
        if key.mode in (CURVED, GRADIENT):
            gradient = self.load(self.gradients, out)
            if key.mode == CURVED:
                bends = self._bends(kind, symbols, gradient)
            for place, slope, is_fresh in zip(slopes, slopes.values(), key.fresh):
                sent = _times(slope, gradient)
                self.add(sent, self.gradients, slots[place], steps[place], is_fresh)
        if key.mode == GRADIENT:
            return
        places = {j for j, _, _ in bends} | (set(slopes) if key.receives else set())
        fresh = key.fresh_bent or (False,) * len(places)

        def write(tangents: Any, bent: Any) -> None:
            read = sorted({k for _, k, _ in bends})
            moved = {k: self.load(tangents, slots[k], steps[k]) for k in read}
            received = self.load(bent, out) if key.receives else None
            for place, is_fresh in zip(sorted(places), fresh):
                terms = [bend * moved[k] for j, k, bend in bends if j == place]
                if received is not None and place in slopes:
                    terms.append(_times(slopes[place], received))
                total = reduce(operator.add, terms)
                self.add(total, bent, slots[place], steps[place], is_fresh)

        self.each_lane(write)

    def _bends(
        self, kind: GateKind, symbols: dict[str, Native], gradient: Native
    ) -> list[tuple[int, int, Native]]:
        bends = []
        curvatures = emit_formulas(self.code, list(kind.curvatures), symbols)
        for (j, k), curvature in zip(kind.pairs, curvatures):
            bend = curvature * gradient
            bends.append((j, k, bend))
            if j != k:
                bends.append((k, j, bend))
        return bends

    def _emitted(
        self, slopes: Sequence[Formula | None], symbols: dict[str, Native]
    ) -> dict[int, Native]:
        """By place, the slopes that there are."""
        formulas = {place: slope for place, slope in enumerate(slopes) if slope is not None}
        return dict(zip(formulas, emit_formulas(self.code, list(formulas.values()), symbols)))


class _LongRun(_Run):
    """Gates with any number of inputs, which a loop goes over."""

    def of_form(self, form: str, gate: Any) -> None:
        """A gate of one of the forms without a formula."""
        b, mode = self.b, self.key.mode
        out = b.add(self.first, gate)
        count = self.operands if form == SUM_FORM else b.sdiv(self.operands, LONG(2))
        begin = LONG(int(form == GIVEN))  # where the first input with a slope stands
        terms = _Terms(self, form, gate, begin, count)
        if mode == FORWARD:
            value = terms.total(self.values, self.values)
            if form == GIVEN:
                value = self.load(self.values, self.slot_at(LONG(0), gate))
            self.code.store(value, b.gep(self.values, [out]))
            self.each_lane(
                lambda tangents, _: self.code.store(
                    terms.total(tangents, self.values, is_tangent=True), b.gep(tangents, [out])
                )
            )
            return
        if mode in (CURVED, GRADIENT):
            terms.send(self.gradients, self.load(self.gradients, out))

        def write(tangents: Any, bent: Any) -> None:
            if self.key.receives:
                terms.send(bent, self.load(bent, out))
            if mode == CURVED and form != SUM_FORM:
                terms.send(bent, self.load(self.gradients, out), tangents)

        if mode != GRADIENT:
            self.each_lane(write)

    def clear(self, slot: Any) -> None:
        """Set a gradient, or a bent one in all lanes, to 0."""
        zero = self.code.constant(0.0)
        if self.key.mode == CLEAR_GRADIENTS:
            self.code.store(zero, self.b.gep(self.gradients, [slot]))
        else:
            self.each_lane(lambda _, bent: self.code.store(zero, self.b.gep(bent, [slot])))

    def slot_at(self, place: Any, gate: Any) -> Any:
        """The slot of the input at a place that is known when the function runs."""
        b = self.b
        at = b.add(b.mul(place, self.count), gate)
        return b.sext(b.load(b.gep(self.index, [at])), LONG)


class _Terms:
    """The terms of a long gate, as instructions."""

    def __init__(self, run: _LongRun, form: str, gate: Any, begin: Any, count: Any) -> None:
        self.run, self.form, self.gate, self.begin, self.count = run, form, gate, begin, count

    def _slots(self, term: Any) -> list[Any]:
        """Of an input, and of its slope or of the other factor."""
        b = self.run.b
        place = b.add(self.begin, term)
        slots = [self.run.slot_at(place, self.gate)]
        if self.form != SUM_FORM:
            slots.append(self.run.slot_at(b.add(place, self.count), self.gate))
        return slots

    def total(self, moved: Any, values: Any, is_tangent: bool = False) -> Native:
        """The sum of the terms' values, or of their tangents."""
        load = self.run.load

        def term(at: Any) -> list[Native]:
            slots = self._slots(at)
            if self.form == SUM_FORM:
                return [load(moved, slots[0])]
            first = load(moved, slots[0]) * load(values, slots[1])
            if self.form == DOT_FORM and is_tangent:
                return [first + load(values, slots[0]) * load(moved, slots[1])]
            return [first]

        return self.run.code.folded(term(LONG(0)), (1, 1, self.count), term)[0]

    def send(self, numbers: Any, received: Native, factors: Any = None) -> None:
        """What goes back to the inputs: what is received times the slopes, or their tangents."""
        run = self.run
        with run.code.loop(self.count) as term:
            slots = self._slots(term)
            if self.form == SUM_FORM:
                run.add(received, numbers, slots[0])
                return
            slopes = run.values if factors is None else factors
            run.add(received * run.load(slopes, slots[1]), numbers, slots[0])
            if self.form == DOT_FORM:
                run.add(received * run.load(slopes, slots[0]), numbers, slots[1])


def _times(slope: Native, number: Native) -> Native:
    return number if slope.known == 1.0 else slope * number
