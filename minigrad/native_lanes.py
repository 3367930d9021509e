"""Lanes: one example's circuit as straight-line vector code, with a row of the batch in each lane.

Wires stay in registers or near; parameters are the same in all lanes; what is to be summed over the
rows is summed lane by lane, and across the lanes at the end. Needs llvmlite and NumPy.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import llvmlite.ir as ir
import numpy as np

from .flatten import EACH_ROW
from .machine import machine
from .native_batch import columns_of
from .native_kernels import POINTER
from .native_operand import LONG, VOID, Code, Condition, Native, emit
from .tape import Tape

if TYPE_CHECKING:
    from .rows import Rows


class Lanes:
    """The rows of a batch in lanes; see `RowRunner`."""

    name = "lanes"

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        self.step = machine().width
        self.sum_count = len(reduced)
        module = ir.Module()
        _Writer(module, tape, slots, reduced).write()
        (self.address,) = machine().compile(module, ["run_rows"], level=1)
        kinds = [ctypes.c_void_p] * 3 + [ctypes.c_int64] * 2 + [ctypes.c_void_p]
        self._run = ctypes.CFUNCTYPE(None, *kinds)(self.address)
        self.size = 8 * self.step * self.sum_count

    def prepare(self, rows: Rows) -> Any:
        """See `RowRunner`."""
        columns = columns_of(rows, self.step)
        return columns, columns.ctypes.data, columns.shape[1]

    def run(self, values: Any, prepared: Any, begin: int, end: int, sums: Any) -> None:
        """See `RowRunner`."""
        _, address, stride = prepared
        lanes = np.zeros((self.sum_count, self.step))
        self._run(
            values.ctypes.data,
            address + 8 * begin,
            lanes.ctypes.data,
            stride,
            end - begin,
            sums.ctypes.data,
        )


class _Writer:
    """Writes the function run_rows(values, columns, lanes, stride, count, sums)."""

    def __init__(self, module: Any, tape: Tape, slots: Any, reduced: list[int]) -> None:
        kind = ir.FunctionType(VOID, [POINTER, POINTER, POINTER, LONG, LONG, POINTER])
        self.function = ir.Function(module, kind, "run_rows")
        for place in (0, 1, 2, 5):
            self.function.args[place].add_attribute("noalias")
        self.values, self.columns, self.lanes, self.stride, self.count, self.sums = (
            self.function.args
        )
        self.tape, self.slots, self.reduced = tape, slots, reduced
        builder = ir.IRBuilder(self.function.append_basic_block())
        self.code = Code(builder, machine().width)
        self.made: dict[int, Native] = {}
        self.first_input = len(tape.parameters)
        self.first_constant = self.first_input + tape.input_count

    def write(self) -> None:
        """The loop over the rows, then the sums across the lanes."""
        code, tape = self.code, self.tape
        b, width = code.builder, code.width
        padded = b.mul(b.sdiv(b.add(self.count, LONG(width - 1)), LONG(width)), LONG(width))
        with code.loop(padded, width) as row:
            self.row = row
            inside = self._inside()
            for i, kernel in enumerate(tape.kernels):
                if tape.phases[i] == EACH_ROW:
                    inputs = [self._operand(slot) for slot in tape.operands[i]]
                    self.made[tape.first + i] = emit(code, kernel, inputs)
            for k, i in enumerate(self.reduced):
                lane = b.gep(self.lanes, [LONG(k * width)])
                number = inside.choose(self._operand(tape.operands[i][0]), 0.0)
                code.store(code.load(lane) + number, lane)
        with code.loop(LONG(len(self.reduced))) as k:
            vector = code.load(b.gep(self.lanes, [b.mul(k, LONG(width))])).value
            lanes = [b.extract_element(vector, LONG(lane)) for lane in range(width)]
            while len(lanes) > 1:
                lanes = [b.fadd(x, y) for x, y in zip(lanes[::2], lanes[1::2])]
            b.store(lanes[0], b.gep(self.sums, [k]))
        b.ret_void()

    def _inside(self) -> Condition:
        """Which lanes hold a row of the batch: the last vector may be filled up."""
        b, code = self.code.builder, self.code
        numbers = ir.Constant(code.bits, list(range(code.width)))
        left = b.bitcast(b.sub(self.count, self.row), LONG)
        first = b.insert_element(ir.Constant(code.bits, ir.Undefined), left, LONG(0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), code.width), [0] * code.width)
        lefts = b.shuffle_vector(first, ir.Constant(code.bits, ir.Undefined), zeros)
        return Condition(code, b.icmp_signed("<", numbers, lefts))

    def _operand(self, slot: int) -> Native:
        """The vector of a slot; one from outside the rows is read where it is first used."""
        if slot not in self.made:
            self.made[slot] = self._read(slot)
        return self.made[slot]

    def _read(self, slot: int) -> Native:
        b, tape = self.code.builder, self.tape
        if self.first_constant <= slot < tape.first:
            return self.code.constant(tape.constants[slot - self.first_constant])
        if self.first_input <= slot < self.first_constant:
            column = b.mul(self.stride, LONG(slot - self.first_input))
            return self.code.load(b.gep(self.columns, [b.add(column, self.row)]))
        return self.code.splat(b.load(b.gep(self.values, [LONG(int(self.slots[slot]))])))
