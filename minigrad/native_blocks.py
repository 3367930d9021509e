"""The tape over a batch: the same runs, with 32 rows side by side in every slot.

Nothing is compiled for the circuit itself. Operations that make tiles (`tiling`) run in registers,
eight sums at a time (`native_tiles`); the others run kernel by kernel (`native_kernels`). Needs
llvmlite and NumPy.

A thread's workspace has, in this order: a slot of 32 rows for every input, for every number known
before the rows that a kernel reads (the same in all rows), and for every operation of a row; then
the weights of the tiles, in the order in which they are read; then the sums, tile by tile.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import llvmlite.ir as ir
import numpy as np

from .flatten import EACH_ROW
from .machine import machine
from .native_batch import columns_of
from .native_kernels import BLOCK_SIGNATURE, POINTER, ROWS, addresses
from .native_operand import INT, LONG, VOID, Code
from .native_tape import Array, Schedule
from .native_tiles import LEFT, RIGHT, UNITS, dot_tiles, product_tiles
from .tape import Tape
from .tiling import Dots, product_rectangles, row_products, shared_dots

if TYPE_CHECKING:
    from .rows import Rows

RUN: Final = ("function", "index", "count", "operands", "results")
LAYOUT: Final = (
    *("inputs", "known", "known_count"),
    *("weights", "weight_count", "first_weight"),
    *("runs", "run_count"),
    *("sums", "sum_count", "first_sum", "tile_sum_count"),
)


class Blocks:
    """The rows of a batch on the tape, in blocks; see `RowRunner`."""

    name = "native tape, 32 rows at a time"
    step = ROWS

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        self.tape = tape
        self.inputs = range(len(tape.parameters), len(tape.parameters) + tape.input_count)
        one = self.inputs.stop + tape.constants.index(1.0)  # every fused tape has it
        products, saved = row_products(tape, reduced, one)
        self.tiles = product_rectangles(products, LEFT, RIGHT)
        self.parts = self._parts(saved)
        self._number_slots()
        self._lay_table()
        sums = np.zeros(len(reduced), dtype=np.int32)
        for place, sum_ in enumerate(s for tile in self.tiles for s in tile.sums):
            if sum_ >= 0:
                sums[sum_] = place
        known = slots[self.known].astype(np.int32)
        weights = slots[self.weights].astype(np.int32)
        table = np.array(self.table, dtype=np.int64)
        self.kept = known, weights, table, sums, self.indexes
        layout = {
            "inputs": len(self.inputs),
            "known": known.ctypes.data,
            "known_count": len(known),
            "weights": weights.ctypes.data,
            "weight_count": len(weights),
            "first_weight": self.first_weight,
            "runs": table.ctypes.data,
            "run_count": len(table),
            "sums": sums.ctypes.data,
            "sum_count": len(sums),
            "first_sum": self.first_sum,
            "tile_sum_count": self.end - self.first_sum,
        }
        self.layout = np.array([layout[name] for name in LAYOUT], dtype=np.int64)
        self.layout_address = self.layout.ctypes.data
        self._run = _run_rows()
        arrays = [known, weights, table, sums, *self.indexes]
        self.size = sum(array.nbytes for array in arrays) + 8 * self.end

    def _parts(self, saved: set[int]) -> list[Dots | list[int]]:
        """The operations of a row, in order: dots that share their wires, and runs of one kernel."""
        tape = self.tape
        self.is_known = np.ones(tape.slot_count, dtype=bool)
        self.is_known[self.inputs] = False
        for i, phase in enumerate(tape.phases):
            self.is_known[tape.first + i] = phase != EACH_ROW
        schedule = Schedule(tape, EACH_ROW, ROWS)
        schedule.leave_out(saved)
        parts: list[Dots | list[int]] = []
        for run in schedule.runs:
            dots, others = shared_dots(tape, run, self.is_known)
            parts += dots
            if others:
                parts.append(others)
        return parts

    def _number_slots(self) -> None:
        """Where each slot of the tape stands in a block, and what begins behind the slots."""
        tape = self.tape
        read = {slot for tile in self.tiles for slot in (*tile.left, *tile.right)}
        for part in self.parts:
            if isinstance(part, Dots):
                read.update(part.wires.tolist())
            else:
                read.update(slot for i in part for slot in tape.operands[i])
        self.known = np.array(sorted(s for s in read if self.is_known[s]), dtype=np.int64)
        self.places = np.full(tape.slot_count, -1)
        self.places[self.inputs] = range(len(self.inputs))
        self.places[self.known] = range(len(self.inputs), len(self.inputs) + len(self.known))
        slot_count = len(self.inputs) + len(self.known)
        for part in self.parts:
            operations = part.operations if isinstance(part, Dots) else part
            end = slot_count + len(operations)
            self.places[tape.first + np.array(operations)] = range(slot_count, end)
            slot_count = end + (-len(operations) % UNITS if isinstance(part, Dots) else 0)
        self.first_weight = slot_count * ROWS

    def _lay_table(self) -> None:
        """The runs, and the weights in the order in which the tiles read them."""
        tape, first = self.tape, self.tape.first
        self.table: list[tuple[int, ...]] = []
        self.indexes: list[Any] = []
        weights = [np.zeros(0, dtype=np.int64)]
        next_weight = self.first_weight
        kernels = [part for part in self.parts if not isinstance(part, Dots)]
        kinds = [(tape.kernels[run[0]], len(tape.operands[run[0]])) for run in kernels]
        functions = iter(addresses(kinds, ROWS))
        for part in self.parts:
            if isinstance(part, Dots):
                count = -(-len(part.operations) // UNITS)
                rows = np.minimum(np.arange(count * UNITS), len(part.operations) - 1)
                tiles = part.weights[rows].reshape(count, UNITS, -1).transpose(0, 2, 1)
                weights.append(tiles.ravel())
                index = np.append(self.places[part.wires], next_weight)
                next_weight += tiles.size
                run = (dot_tiles(), count, len(part.wires), part.operations[0])
            else:
                index = self.places[np.array([tape.operands[i] for i in part])].T
                run = (next(functions), len(part), len(index), part[0])
            self._add_run(run[0], index, *run[1:3], int(self.places[first + run[3]]) * ROWS)
        self.weights = np.concatenate(weights)
        self.first_sum = next_weight
        index = self.places[np.array([[*tile.left, *tile.right] for tile in self.tiles])]
        self._add_run(product_tiles(), index, len(self.tiles), 0, self.first_sum)
        self.end = self.first_sum + len(self.tiles) * LEFT * RIGHT

    def _add_run(self, function: int, index: Any, count: int, operands: int, results: int) -> None:
        index = np.ascontiguousarray(index, dtype=np.int32)
        self.indexes.append(index)
        self.table.append((function, index.ctypes.data, count, operands, results))

    def prepare(self, rows: Rows) -> Any:
        """See `RowRunner`."""
        columns = columns_of(rows, ROWS)
        blocks = np.ascontiguousarray(columns.reshape(len(columns), -1, ROWS).transpose(1, 0, 2))
        return blocks, blocks.ctypes.data

    def workspace(self) -> Array:
        """See `RowRunner`."""
        return Array(self.end)

    def run(
        self, values: Array, prepared: Any, begin: int, end: int, sums: Array, space: Array
    ) -> None:
        """See `RowRunner`."""
        _, inputs = prepared
        self._run(
            values.address,
            space.address,
            self.layout_address,
            inputs + 8 * begin * len(self.inputs),
            end - begin,
            sums.address,
        )


@cache
def _run_rows() -> Any:
    """run_rows(values, space, layout, inputs, count, sums): everything, block by block."""
    module = ir.Module()
    kind = ir.FunctionType(VOID, [POINTER, POINTER, LONG.as_pointer(), POINTER, LONG, POINTER])
    function = ir.Function(module, kind, "run_rows")
    values, space, layout, inputs, count, sums = function.args
    b = ir.IRBuilder(function.append_basic_block())
    code = Code(b, 1)
    field = {name: b.load(b.gep(layout, [LONG(i)])) for i, name in enumerate(LAYOUT)}

    def number(name: str, k: Any) -> Any:
        return b.sext(b.load(b.gep(b.inttoptr(field[name], INT.as_pointer()), [k])), LONG)

    inputs_size = b.mul(field["inputs"], LONG(ROWS))
    with code.loop(field["known_count"]) as k:
        known = b.load(b.gep(values, [number("known", k)]))
        slot = b.gep(space, [b.add(inputs_size, b.mul(k, LONG(ROWS)))])
        for row in range(ROWS):
            b.store(known, b.gep(slot, [LONG(row)]))
    weights = b.gep(space, [field["first_weight"]])
    with code.loop(field["weight_count"]) as k:
        b.store(b.load(b.gep(values, [number("weights", k)])), b.gep(weights, [k]))
    tile_sums = b.gep(space, [field["first_sum"]])
    with code.loop(field["tile_sum_count"]) as k:
        b.store(code.constant(0.0).value, b.gep(tile_sums, [k]))
    with code.loop(count, ROWS) as begin:
        block = b.gep(inputs, [b.mul(begin, field["inputs"])])
        with code.loop(inputs_size) as k:
            b.store(b.load(b.gep(block, [k])), b.gep(space, [k]))
        left = b.sub(count, begin)
        rows = b.select(b.icmp_signed("<", left, LONG(ROWS)), left, LONG(ROWS))
        with code.loop(field["run_count"]) as k:
            runs = b.inttoptr(field["runs"], LONG.as_pointer())
            run = b.gep(runs, [b.mul(k, LONG(len(RUN)))])
            address, index, *numbers, results = [
                b.load(b.gep(run, [LONG(i)])) for i in range(len(RUN))
            ]
            kernel = b.inttoptr(address, BLOCK_SIGNATURE.as_pointer())
            index = b.inttoptr(index, INT.as_pointer())
            b.call(kernel, [space, index, *numbers, b.gep(space, [results]), rows])
    with code.loop(field["sum_count"]) as k:
        b.store(b.load(b.gep(tile_sums, [number("sums", k)])), b.gep(sums, [k]))
    b.ret_void()
    (address,) = machine().compile(module, ["run_rows"])
    kinds = [ctypes.c_void_p] * 4 + [ctypes.c_int64, ctypes.c_void_p]
    return ctypes.CFUNCTYPE(None, *kinds)(address)
