"""Lanes: one example's circuit as straight-line vector code, with a row of the batch in each lane.

Wires stay in registers or near; parameters are the same in all lanes; what is to be summed over the
rows is summed lane by lane, and across the lanes at the end. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from typing import Any

import llvmlite.ir as ir
import numpy as np

from ..tape import EACH_ROW, Tape
from .formulas import emit
from .machine import function_at, machine
from .operand import DOUBLE, LONG, POINTER, VOID, Code, Condition, Native
from .row_runner import RowRunner
from .schedule import Array


class Lanes(RowRunner):
    """The rows of a batch in lanes; see `RowRunner`."""

    name = "lanes"

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        self.step = machine().width
        writer = _Writer(tape, slots, reduced)
        self.engine = machine().engine(writer.module, passes=False)  # owns the code
        self.address = self.engine.get_function_address("run_rows")
        self.function = function_at(self.address, 8)
        self.outside = np.array(writer.outside, dtype=np.int64)
        self.outside_address = self.outside.ctypes.data
        self.totals = 8 * self.step * len(self.outside)  # where in the workspace they begin
        self.lane_count = len(reduced) + len(writer.outside)
        self.size = 8 * self.step * self.lane_count

    def workspace(self) -> Array:
        """See `RowRunner`."""
        return Array(self.lane_count, self.step)

    def fixed_arguments(self, space: Array) -> list[int]:
        """See `RowRunner`."""
        return [self.outside_address, space.address, space.address + self.totals]


class _Writer:
    """Writes run_rows(values, outside, same, totals, columns, stride, count, sums).

    `same` gets a vector for each slot from outside the rows, with one number in all lanes, and
    `totals` one for each sum over the rows.
    """

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        self.module = ir.Module()
        self.tape, self.slots, self.reduced = tape, slots, reduced
        self.outside: list[int] = []  # where in `values` each vector of `same` comes from
        self.places: dict[int, int] = {}  # of a slot, its vector in `same`
        self.made: dict[int, Native] = {}
        self.first_input = len(tape.parameters)
        self.first_constant = self.first_input + tape.input_count
        in_rows = [i for i, phase in enumerate(tape.phases) if phase == EACH_ROW]
        for i in [*in_rows, *reduced]:
            for slot in tape.operands[i]:
                self._note_if_outside(slot)
        self._write()

    def _note_if_outside(self, slot: int) -> None:
        first = self.tape.first
        inside = slot >= first and self.tape.phases[slot - first] == EACH_ROW
        if not inside and not self.first_input <= slot < first and slot not in self.places:
            self.places[slot] = len(self.outside)
            self.outside.append(int(self.slots[slot]))

    def _write(self) -> None:
        vector = ir.VectorType(DOUBLE, machine().width).as_pointer()
        kind = ir.FunctionType(
            VOID, [POINTER, LONG.as_pointer(), vector, vector, POINTER, LONG, LONG, POINTER]
        )
        function = ir.Function(self.module, kind, "run_rows")
        for place in (0, 1, 2, 3, 4, 7):
            function.args[place].add_attribute("noalias")
        values, outside, self.same, self.totals, self.columns, self.stride, count, sums = (
            function.args
        )
        self.code = code = Code(ir.IRBuilder(function.append_basic_block()), machine().width)
        b, width = code.builder, code.width
        with code.loop(LONG(len(self.outside))) as k:
            number = b.load(b.gep(values, [b.load(b.gep(outside, [k]))]))
            b.store(code.splat(number).value, b.gep(self.same, [k]), align=8)
        with code.loop(LONG(len(self.reduced))) as k:
            b.store(code.constant(0.0).value, b.gep(self.totals, [k]), align=8)
        padded = b.mul(b.sdiv(b.add(count, LONG(width - 1)), LONG(width)), LONG(width))
        with code.loop(padded, width) as self.row:
            self._rows(code.lanes_below(b.sub(count, self.row)))
        with code.loop(LONG(len(self.reduced))) as k:
            total = b.load(b.gep(self.totals, [k]), align=8)
            b.store(code.across(Native(code, total)), b.gep(sums, [k]))
        b.ret_void()

    def _rows(self, inside: Condition) -> None:
        """The operations of one vector of rows; a sum takes what it gets as soon as it is there."""
        code, tape, b = self.code, self.tape, self.code.builder
        sums = {i: k for k, i in enumerate(self.reduced)}
        for i, kernel in enumerate(tape.kernels):
            if tape.phases[i] == EACH_ROW:
                inputs = [self._operand(slot) for slot in tape.operands[i]]
                self.made[tape.first + i] = emit(code, kernel, inputs)
            elif i in sums:
                place = b.gep(self.totals, [LONG(sums[i])])
                number = inside.choose(self._operand(tape.operands[i][0]), 0.0)
                b.store((Native(code, b.load(place, align=8)) + number).value, place, align=8)

    def _operand(self, slot: int) -> Native:
        """The vector of a slot; one from outside the rows is read anew wherever it is used."""
        b, tape = self.code.builder, self.tape
        if slot in self.made:
            return self.made[slot]
        if slot in self.places:
            return Native(self.code, b.load(b.gep(self.same, [LONG(self.places[slot])]), align=8))
        if slot < self.first_constant:
            column = b.mul(self.stride, LONG(slot - self.first_input))
            return self.code.load(b.gep(self.columns, [b.add(column, self.row)]))
        return self.code.constant(tape.constants[slot - self.first_constant])
