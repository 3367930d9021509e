"""The tape over a batch: the same runs, with 32 rows side by side in every slot.

For circuits that are too large for straight-line code: nothing is compiled for the circuit itself.
Needs llvmlite and NumPy.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import llvmlite.ir as ir
import numpy as np

from .flatten import EACH_ROW
from .machine import machine
from .native_batch import columns_of
from .native_kernels import POINTER, ROWS
from .native_operand import DOUBLE, LONG, VOID, Code
from .native_tape import Array, Schedule
from .tape import Tape

if TYPE_CHECKING:
    from .rows import Rows


class Blocks:
    """The rows of a batch on the tape, in blocks; see `RowRunner`."""

    name = "native tape, 32 rows at a time"
    step = ROWS

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        self.tape = tape
        self.schedule = Schedule(tape, EACH_ROW, ROWS)
        # slots of a block: all leaves, what is known before the rows, then the rows' operations
        read = {slot for i in (*self.schedule.order, *reduced) for slot in tape.operands[i]}
        known = [s for s in read if s >= tape.first and tape.phases[s - tape.first] != EACH_ROW]
        places = np.full(tape.slot_count, -1)
        places[: tape.first] = np.arange(tape.first)
        places[known] = tape.first + np.arange(len(known))
        first = tape.first + len(known)
        places[tape.first + np.array(self.schedule.order, dtype=np.int64)] = first + np.arange(
            len(self.schedule.order)
        )
        self.schedule.bind(places)
        self.slot_count = first + len(self.schedule.order)
        self.from_outside = np.array([*range(tape.first), *known], dtype=np.int64)
        self.outside_slots = slots[self.from_outside]
        self.outside_count = first
        self.summed = places[[tape.operands[i][0] for i in reduced]].astype(np.int64)
        self.inputs = slice(len(tape.parameters), len(tape.parameters) + tape.input_count)
        self._sum = _sum_rows()
        self.size = self.schedule.size + 8 * ROWS * self.slot_count

    def prepare(self, rows: Rows) -> Any:
        """See `RowRunner`."""
        columns = columns_of(rows, ROWS)
        return np.ascontiguousarray(columns.reshape(len(columns), -1, ROWS).transpose(1, 0, 2))

    def workspace(self) -> Array:
        """See `RowRunner`."""
        return Array(self.slot_count, ROWS)

    def run(
        self, values: Array, prepared: Any, begin: int, end: int, sums: Array, space: Array
    ) -> None:
        """See `RowRunner`."""
        block = space.numbers
        block[: self.outside_count] = values.numbers[self.outside_slots][:, None]
        sums.numbers[:] = 0.0
        for start in range(begin, end, ROWS):
            block[self.inputs] = prepared[start // ROWS]
            self.schedule.run(space)
            self._sum(
                space.address,
                self.summed.ctypes.data,
                len(self.summed),
                min(ROWS, end - start),
                sums.address,
            )


@cache
def _sum_rows() -> Any:
    """sum_rows(block, slots, how many, rows, sums): adds up the rows of each slot."""
    module = ir.Module()
    kind = ir.FunctionType(VOID, [POINTER, LONG.as_pointer(), LONG, LONG, POINTER])
    function = ir.Function(module, kind, "sum_rows")
    block, slots, count, rows, sums = function.args
    b = ir.IRBuilder(function.append_basic_block())
    code = Code(b, 1)
    total = b.alloca(DOUBLE)
    with code.loop(count) as k:
        first = b.mul(b.load(b.gep(slots, [k])), LONG(ROWS))
        place = b.gep(sums, [k])
        b.store(b.load(place), total)
        with code.loop(rows) as row:
            b.store(b.fadd(b.load(total), b.load(b.gep(block, [b.add(first, row)]))), total)
        b.store(b.load(total), place)
    b.ret_void()
    (address,) = machine().compile(module, ["sum_rows"])
    kinds = [ctypes.c_void_p] * 2 + [ctypes.c_int64] * 2 + [ctypes.c_void_p]
    return ctypes.CFUNCTYPE(None, *kinds)(address)
