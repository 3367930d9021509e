"""Kernels as native loops over a run: many operations of one kind, one after the other.

A kernel's function takes the numbers, where among them the operands begin (all first operands,
then all second ones, …), how many operations there are, how many operands each has, and where the
results go. It has three forms. An operand is one double; or, for a batch, a slot of doubles, a row
in each, and the function is also told how many rows there are; or the operations are a stretch:
their first operands stand side by side, or are the same one, and so with the second ones, and the
index says only where each begins and whether it moves. The kernel of a slope has one form more: it
gives outputs, and behind all of them their slopes. Each is compiled once per process.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import llvmlite.ir as ir

from ..tape import DOT, DOTS, MOST_TOGETHER, MUL, SUM, Kernel
from .dot_groups import write_dots
from .exponentials import WITH_OUTPUT
from .formulas import emit
from .machine import FunctionsOnce, machine
from .operand import DOUBLE, INT, LONG, POINTER, VOID, Code, Condition, Native

ROWS: Final = MOST_TOGETHER  # at most in a slot; the rows behind the last one may hold anything
SLOT: Final = ROWS + 8  # doubles: of a power of 2, one row of all slots would share few cache sets
FEW: Final = 12  # choices: to go through so many in vectors takes no longer than to look one up
AT_ONCE: Final = 4  # sums that run side by side, because each waits for its own last addition

SIGNATURE: Final = ir.FunctionType(VOID, [POINTER, INT.as_pointer(), LONG, LONG, POINTER])
ROWS_SIGNATURE: Final = ir.FunctionType(VOID, [*SIGNATURE.args, LONG])

NUMBERS, SLOTS, STRETCH = "numbers", "slots", "stretch"  # the forms
WITH_OUTPUTS: Final = "slots with outputs"

# They give the same bits in any form; others call C's library for one number, but not for vectors.
STRETCHABLE: Final = (DOT, SUM, MUL)


def addresses(kernels: list[tuple[Kernel, int, str]]) -> list[int]:
    """The native functions of kernels with a number of operands each, compiled where missing."""
    return _functions.addresses(
        [(kernel, count if _is_unrolled(kernel) else 0, form) for kernel, count, form in kernels]
    )


def _is_unrolled(kernel: Kernel) -> bool:
    return kernel.fold is None and not kernel.chooses and kernel not in (DOT, DOTS)


def _define(module: Any, name: str, key: tuple[Kernel, int, str]) -> None:
    kernel, count, form = key
    on_rows = form in (SLOTS, WITH_OUTPUTS)
    function = ir.Function(module, ROWS_SIGNATURE if on_rows else SIGNATURE, name)
    if kernel is DOTS:
        write_dots(function)
        return
    function.args[4].add_attribute("noalias")  # a run never reads what it writes
    builder = ir.IRBuilder(function.append_basic_block())
    run = _Run(Code(builder, machine().width if on_rows else 1), function)
    if form is STRETCH:
        _write_stretch(kernel, builder, function)
    elif form is WITH_OUTPUTS:
        together = WITH_OUTPUT[kernel.slope]
        run.write_each(count, [partial(together.part, place) for place in (0, 1)])
    elif _is_unrolled(kernel):
        run.write_each(count, [lambda *inputs: emit(run.code, kernel, inputs)])
    elif kernel.chooses:
        run.write_choices()
    else:
        run.write_folds(kernel)
    builder.ret_void()


_functions: Final = FunctionsOnce(_define)


def _write_stretch(kernel: Kernel, builder: Any, function: Any) -> None:
    """Some vectors together, then what is left, number by number."""
    count, done = function.args[2], LONG(0)
    for width, together in ((machine().width, AT_ONCE), (1, 1)):
        run = _Stretch(Code(builder, width), function)
        size = width * together
        whole = builder.and_(builder.sub(count, done), LONG(-size))
        with run.code.loop(whole, size) as place:
            first = builder.add(done, place)
            run.write(kernel, [builder.add(first, LONG(i * width)) for i in range(together)])
        done = builder.add(done, whole)


class _Run:
    """A kernel's function while it is written."""

    def __init__(self, code: Code, function: Any) -> None:
        self.code = code
        self.numbers, self.index, self.count, self.operands, self.results, *rows = function.args
        self.on_rows = bool(rows)
        self.rows, self.slot = (rows[0], LONG(SLOT)) if rows else (LONG(1), LONG(1))

    def operand(self, gate: Any, place: Any) -> Any:
        """Where the operand of a gate at a place begins."""
        b = self.code.builder
        place = b.add(b.mul(place, self.count), gate)
        return self.code.indexed(self.numbers, self.index, place)

    def result(self, gate: Any) -> Any:
        """Where the result of a gate begins."""
        b = self.code.builder
        return b.gep(self.results, [b.mul(gate, self.slot)])

    def write_each(self, count: int, formulas: Sequence[Callable[..., Native]]) -> None:
        """Of each gate, with so many operands, the first formula's number; then the next's."""
        code, b = self.code, self.code.builder
        with code.loop(self.count) as gate:
            operands = [self.operand(gate, LONG(place)) for place in range(count)]
            numbers = (b.add(gate, b.mul(self.count, LONG(i))) for i in range(len(formulas)))
            results = [self.result(number) for number in numbers]
            for rows in code.vectors_of(self.rows, 2 if self.on_rows else 1):
                for row in rows:
                    inputs = [code.load(b.gep(operand, [row])) for operand in operands]
                    for formula, result in zip(formulas, results):
                        code.store(formula(*inputs), b.gep(result, [row]))

    def write_choices(self) -> None:
        """Of each gate the operand whose number is the last one; nan where there is none."""
        b = self.code.builder
        with self.code.loop(self.count) as gate:
            last = b.sub(self.operands, LONG(1))
            if self.code.width == 1:
                self._choose_row_by_row(gate, last)
            else:
                with b.if_else(b.icmp_signed("<=", last, LONG(FEW))) as (few, many):
                    with few:
                        self._choose_in_lanes(gate, last)
                    with many:
                        self._choose_row_by_row(gate, last)

    def _choose_in_lanes(self, gate: Any, last: Any) -> None:
        """Go through all choices, some vectors of rows at a time."""
        code, b = self.code, self.code.builder
        for rows in code.vectors_of(self.rows, 2):
            results = [(gate, row) for row in rows]
            nan, wanted = code.constant(math.nan), self._numbers(last, results)

            def choices(place: Any) -> list[tuple[Condition, Native]]:
                this = code.splat(b.sitofp(place, DOUBLE))
                numbers = self._numbers(place, results)  # noqa: B023  # called in this turn
                return [(w.equals(this), x) for w, x in zip(wanted, numbers)]  # noqa: B023

            chosen = code.folded(
                [nan for _ in rows],
                (0, 1, last),
                choices,
                lambda before, choice: choice[0].choose(choice[1], before),
            )
            for number, row in zip(chosen, rows):
                code.store(number, b.gep(self.result(gate), [row]))

    def _choose_row_by_row(self, gate: Any, last: Any) -> None:
        """Look the choice up: of many, one is read."""
        one = Code(self.code.builder, 1)
        b = one.builder
        indexes, result = self.operand(gate, last), self.result(gate)
        with one.loop(self.rows) as row:
            number = b.load(b.gep(indexes, [row]))
            is_inside = b.and_(
                b.fcmp_ordered("<=", DOUBLE(0.0), number),
                b.fcmp_ordered("<", number, b.sitofp(last, DOUBLE)),
            )
            place = b.fptosi(b.select(is_inside, number, DOUBLE(0.0)), LONG)
            is_whole = b.fcmp_ordered("==", b.sitofp(place, DOUBLE), number)
            chosen = b.load(b.gep(self.operand(gate, place), [row]))
            b.store(b.select(is_whole, chosen, DOUBLE(math.nan)), b.gep(result, [row]))

    def write_folds(self, kernel: Kernel) -> None:
        """Of each gate what its operands are folded to."""
        code = self.code
        if not self.on_rows:
            for gates in code.places_of(self.count, AT_ONCE):
                self.fold(kernel, [(gate, LONG(0)) for gate in gates])
            return
        with code.loop(self.count) as gate:
            for rows in code.vectors_of(self.rows, AT_ONCE):
                self.fold(kernel, [(gate, row) for row in rows])

    def fold(self, kernel: Kernel, results: list[tuple[Any, Any]]) -> None:
        """Some results (of a gate, in a row) side by side, from the first operand to the last."""
        step = 2 if kernel is DOT else 1
        firsts = self._terms(kernel, LONG(0), results)
        lasts = self.code.folded(
            firsts,
            (step, step, self.operands),
            lambda place: self._terms(kernel, place, results),
            kernel.fold or operator.add,
        )
        for last, (gate, row) in zip(lasts, results):
            self.code.store(last, self.code.builder.gep(self.result(gate), [row]))

    def _terms(self, kernel: Kernel, place: Any, results: list[tuple[Any, Any]]) -> list[Native]:
        """What stands at a place of each result's fold; a gate's operands are looked up once."""
        first = self._numbers(place, results)
        if kernel is not DOT:
            return first
        second = self._numbers(self.code.builder.add(place, LONG(1)), results)
        return [x * y for x, y in zip(first, second)]

    def _numbers(self, place: Any, results: list[tuple[Any, Any]]) -> list[Native]:
        operands = {gate: self.operand(gate, place) for gate, _ in results}
        pointers = (self.code.builder.gep(operands[gate], [row]) for gate, row in results)
        return [self.code.load(pointer) for pointer in pointers]


class _Stretch(_Run):
    """The function of a stretch: one operation, as it were, whose rows are the operations."""

    def write(self, kernel: Kernel, rows: list[Any]) -> None:
        """The operations from each of these rows on, as many as a vector holds."""
        results = [(LONG(0), row) for row in rows]
        if kernel is not MUL:
            self.fold(kernel, results)
            return
        left, right = (self._numbers(LONG(place), results) for place in range(2))
        for x, y, row in zip(left, right, rows):
            self.code.store(x * y, self.code.builder.gep(self.results, [row]))

    def _numbers(self, place: Any, results: list[tuple[Any, Any]]) -> list[Native]:
        b = self.code.builder
        begin, step = (
            b.sext(b.load(b.gep(self.index, [at])), LONG)
            for at in (place, b.add(self.operands, place))
        )
        pointer = b.gep(self.numbers, [begin])
        is_shared = b.icmp_signed("==", step, LONG(0))
        shared = self.code.splat(b.load(pointer)).value
        own = [self.code.load(b.gep(pointer, [b.mul(row, step)])).value for _, row in results]
        return [Native(self.code, b.select(is_shared, shared, number)) for number in own]
