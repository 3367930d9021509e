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

from .kernels import MUL
from .machine import machine
from .native_batch import columns_of
from .native_kernels import POINTER, ROWS
from .native_operand import LONG, VOID, Code, Native
from .native_tape import Array, Schedule
from .operations import EACH_ROW
from .tape import Tape

if TYPE_CHECKING:
    from .rows import Rows


class Blocks:
    """The rows of a batch on the tape, in blocks; see `RowRunner`."""

    name = "native tape, 32 rows at a time"
    step = ROWS

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        self.schedule = Schedule(tape, EACH_ROW, ROWS)
        factors, products = _factors(tape, reduced)
        self.schedule.leave_out(products)
        # slots of a block: all leaves, what is known before the rows, the rows' operations, a 1
        read = {slot for i in self.schedule.order for slot in tape.operands[i]}
        read.update(slot for pair in factors for slot in pair)
        known = [
            slot
            for slot in sorted(read)
            if tape.first <= slot < tape.slot_count and tape.phases[slot - tape.first] != EACH_ROW
        ]
        self.from_outside = np.array([*range(tape.first), *known], dtype=np.int64)
        order = np.array(self.schedule.order, dtype=np.int64) + tape.first
        places = np.full(tape.slot_count + 1, -1)
        inside = [*self.from_outside, *order, tape.slot_count]
        places[inside] = np.arange(len(inside))
        self.schedule.bind(places)
        self.slot_count = len(inside)
        self.outside_slots = slots[self.from_outside]
        self.outside_count = len(self.from_outside)
        self.factors = np.ascontiguousarray(places[np.array(factors, dtype=np.int64)])
        self.inputs = slice(len(tape.parameters), len(tape.parameters) + tape.input_count)
        self._sum = _sum_products()
        self.size = self.schedule.size + self.factors.nbytes + 8 * ROWS * self.slot_count

    def prepare(self, rows: Rows) -> Any:
        """See `RowRunner`."""
        columns = columns_of(rows, ROWS)
        return np.ascontiguousarray(columns.reshape(len(columns), -1, ROWS).transpose(1, 0, 2))

    def workspace(self) -> Array:
        """See `RowRunner`."""
        space = Array(self.slot_count, ROWS)
        space.numbers[-1] = 1.0
        return space

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
                self.factors.ctypes.data,
                len(self.factors),
                min(ROWS, end - start),
                sums.address,
            )


def _factors(tape: Tape, reduced: list[int]) -> tuple[list[tuple[int, int]], set[int]]:
    """What is summed over the rows, as pairs of slots, and the products that this saves."""
    uses = [0] * tape.slot_count
    for operands in tape.operands:
        for slot in operands:
            uses[slot] += 1
    factors, products = [], set()
    for i in reduced:
        (slot,) = tape.operands[i]
        made = slot - tape.first
        is_product = made >= 0 and tape.kernels[made] is MUL and tape.phases[made] == EACH_ROW
        if is_product and uses[slot] == 1:
            left, right = tape.operands[made]
            factors.append((left, right))
            products.add(made)
        else:
            factors.append((slot, tape.slot_count))  # times the 1 at the end
    return factors, products


@cache
def _sum_products() -> Any:
    """sum_products(block, pairs of slots, how many, rows, sums): Σ over rows of their products."""
    module = ir.Module()
    kind = ir.FunctionType(VOID, [POINTER, LONG.as_pointer(), LONG, LONG, POINTER])
    function = ir.Function(module, kind, "sum_products")
    block, slots, count, rows, sums = function.args
    b = ir.IRBuilder(function.append_basic_block())
    code = Code(b, machine().width)
    total = b.alloca(code.number)
    padded = b.add(rows, LONG(code.width - 1))
    padded = b.sub(padded, b.srem(padded, LONG(code.width)))
    with code.loop(count) as k:
        pair = [b.load(b.gep(slots, [b.add(b.mul(k, LONG(2)), LONG(i))])) for i in (0, 1)]
        b.store(code.constant(0.0).value, total)
        with code.loop(padded, code.width) as row:
            left, right = (
                code.load(b.gep(block, [b.add(b.mul(slot, LONG(ROWS)), row)])) for slot in pair
            )
            product = code.lanes_below(b.sub(rows, row)).choose(left * right, 0.0)
            b.store((Native(code, b.load(total)) + product).value, total)
        place = b.gep(sums, [k])
        b.store(b.fadd(b.load(place), code.across(Native(code, b.load(total)))), place)
    b.ret_void()
    (address,) = machine().compile(module, ["sum_products"])
    kinds = [ctypes.c_void_p] * 2 + [ctypes.c_int64] * 2 + [ctypes.c_void_p]
    return ctypes.CFUNCTYPE(None, *kinds)(address)
