"""The tape over a batch: the same runs, with 128 rows side by side in every slot.

Nothing is compiled for the circuit itself. Operations that make tiles (`tiling`) run in registers,
eight sums at a time; the others run kernel by kernel (`kernels`). A native loop goes over the
blocks, and on each calls one run's function after the other.

A workspace has, in this order: a slot for every input, for every number known before the rows that
a run reads (the same in all rows), for the number 1, and for every operation of a row; then the
weights of the tiles, in the order in which they are read; then the sums over the rows, tile by
tile. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

import llvmlite.ir as ir
import numpy as np

from ..tape import EACH_ROW, Kernel, Tape
from .kernels import ROWS, ROWS_SIGNATURE, SLOT, SLOTS, WITH_OUTPUTS, addresses
from .machine import function_at, machine
from .operand import INT, LONG, POINTER, VOID, Code
from .row_runner import RowRunner
from .schedule import Array, fields_of_run
from .tiling import TILE, UNITS, Dots, Tiling, dot_tile_code, product_tile_code

# What the loop reads of a circuit, an address or a number each.
FIELDS: Final = (
    "input_count",
    "known",  # where in the values each known number, and each weight, comes from
    "known_count",
    "weights",
    "weight_count",
    "first_weight",  # where in the workspace they begin
    "runs",  # a table, as that of a `Schedule`
    "run_count",
    "sum_count",
    "sums",  # of each term of a sum: which sum, and where among the tiles' sums it stands;
    "terms",  # the first terms of all sums come first
    "term_count",
    "first_tile_sum",
    "tile_sum_count",
)


class Blocks(RowRunner):
    """The rows of a batch on the tape, in blocks; see `RowRunner`."""

    name = f"native tape, {ROWS} rows at a time"
    step = ROWS

    def __init__(self, tape: Tape, slots: Any, reduced: list[int]) -> None:
        layout = _Layout(tape, Tiling(tape))
        self.indexes = {
            "known": slots[layout.known].astype(np.int32),
            "weights": slots[layout.weights].astype(np.int32),
            "runs": np.array(layout.runs, dtype=np.int64),
            "sums": layout.terms[:, 0].astype(np.int32),
            "terms": layout.terms[:, 1].astype(np.int32),
        }
        self.run_indexes = layout.run_indexes
        fields = {name: index.ctypes.data for name, index in self.indexes.items()} | {
            "input_count": tape.input_count,
            "known_count": len(layout.known),
            "weight_count": len(layout.weights),
            "first_weight": layout.first_weight,
            "run_count": len(layout.runs),
            "sum_count": len(reduced),
            "term_count": len(layout.terms),
            "first_tile_sum": layout.first_tile_sum,
            "tile_sum_count": layout.tile_sum_count,
        }
        self.fields = np.array([fields[name] for name in FIELDS], dtype=np.int64)
        self.fields_address = self.fields.ctypes.data
        self.workspace_size = layout.first_tile_sum + layout.tile_sum_count
        arrays = [*self.indexes.values(), *self.run_indexes]
        self.size = sum(array.nbytes for array in arrays) + 8 * self.workspace_size
        self.one = int(layout.places[-1])
        self.address, self.function = run_rows()

    def workspace(self) -> Array:
        """See `RowRunner`."""
        space = Array(self.workspace_size)
        space.numbers[self.one : self.one + SLOT] = 1.0
        return space

    def fixed_arguments(self, space: Array) -> list[int]:
        """See `RowRunner`."""
        return [space.address, self.fields_address]


class WithSlopes(NamedTuple):
    """Operations of one kernel and, for each, the one that computes its slope."""

    operations: list[int]
    slopes: list[int]


def with_slopes(tape: Tape, parts: list[Dots | list[int]]) -> list[Dots | list[int] | WithSlopes]:
    """The parts; where a slope is computed from each output of one, it moves there."""
    slopes = {
        slots: i
        for i, (kernel, slots) in enumerate(zip(tape.kernels, tape.operands))
        if kernel.slope and tape.phases[i] == EACH_ROW
    }
    if not slopes:
        return [*parts]
    joined: list[Dots | list[int] | WithSlopes] = []
    moved: set[int] = set()
    for part in parts:
        operations = part if isinstance(part, list) else []
        found = [slopes.get((*tape.operands[i], tape.first + i)) for i in operations]
        of_part = [i for i in found if i is not None]
        is_whole = operations and len(of_part) == len(operations)
        joined.append(WithSlopes(operations, of_part) if is_whole else part)
        moved.update(of_part if is_whole else [])
    left = [[i for i in p if i not in moved] if isinstance(p, list) else p for p in joined]
    return [part for part in left if part]


class _Layout:
    """Where everything stands in a workspace, and the table of runs."""

    def __init__(self, tape: Tape, tiling: Tiling) -> None:
        self.tape, self.tiling = tape, tiling
        self.parts = with_slopes(tape, tiling.parts)
        self._place_slots()
        self.runs: list[tuple[int, ...]] = []
        self.run_indexes: list[Any] = []
        self._add_parts()
        self._add_products()

    def _place_slots(self) -> None:
        tape, tiling = self.tape, self.tiling
        read = {slot for tile in tiling.products for slot in (*tile.left, *tile.right)}
        for part in self.parts:
            if isinstance(part, Dots):
                read.update(part.wires.tolist())
            else:
                operations = part.operations if isinstance(part, WithSlopes) else part
                read.update(slot for i in operations for slot in tape.operands[i])
        read.discard(tiling.one)
        self.known = np.array(sorted(s for s in read if tiling.is_known[s]), dtype=np.int64)
        first_input = len(tape.parameters)
        inputs = np.arange(first_input, first_input + tape.input_count)
        self.places = np.full(tape.slot_count + 1, -1)
        count = 0

        def place(slots: Any, spare: int = 0) -> None:
            nonlocal count
            self.places[slots] = SLOT * np.arange(count, count + len(slots))
            count += len(slots) + spare

        place(inputs)
        place(self.known)
        place(np.array([tiling.one]))
        for part in self.parts:
            if isinstance(part, Dots):
                place(tape.first + np.array(part.operations), -len(part.operations) % UNITS)
            elif isinstance(part, WithSlopes):
                place(tape.first + np.array([*part.operations, *part.slopes]))
            else:
                place(tape.first + np.array(part))
        self.first_weight = SLOT * count

    def _add_parts(self) -> None:
        tape = self.tape
        singles = [part for part in self.parts if not isinstance(part, Dots)]
        functions = iter(addresses([self._kind(part) for part in singles]))
        weights = [np.zeros(0, dtype=np.int64)]
        self.first_tile_sum = self.first_weight
        for part in self.parts:
            if isinstance(part, Dots):
                tiles = _tiled(part.weights)
                index = np.append(self.places[part.wires], self.first_tile_sum)
                self._add_run(
                    dot_tile_code(), index, len(tiles), len(part.wires), part.operations[0]
                )
                weights.append(tiles.ravel())
                self.first_tile_sum += tiles.size
            else:
                operations = part.operations if isinstance(part, WithSlopes) else part
                index = self.places[np.array([tape.operands[i] for i in operations])].T
                self._add_run(next(functions), index, len(operations), len(index), operations[0])
        self.weights = np.concatenate(weights)

    def _kind(self, part: list[int] | WithSlopes) -> tuple[Kernel, int, str]:
        """The kernel of a part, how many operands it has, and its form."""
        kernels, operands = self.tape.kernels, self.tape.operands
        if isinstance(part, WithSlopes):
            return kernels[part.slopes[0]], len(operands[part.operations[0]]), WITH_OUTPUTS
        return kernels[part[0]], len(operands[part[0]]), SLOTS

    def _add_products(self) -> None:
        tiles = self.tiling.products
        index = self.places[np.array([[*tile.left, *tile.right] for tile in tiles])]
        self._add_run(product_tile_code(), index, len(tiles), 0, None)
        self.tile_sum_count = len(tiles) * TILE
        terms = [
            (nth, sum_, place)
            for sum_, places in enumerate(self.tiling.sums)
            for nth, place in enumerate(places)
        ]  # the first terms of all sums, then the second ones, …, so that no sum waits for itself
        self.terms = np.array(sorted(terms))[:, 1:]

    def _add_run(
        self, function: int, index: Any, count: int, operands: int, operation: int | None
    ) -> None:
        """A run whose first result is that of an operation, or the first sum."""
        index = np.ascontiguousarray(index, dtype=np.int32)
        self.run_indexes.append(index)
        results = (
            self.first_tile_sum if operation is None else self.places[self.tape.first + operation]
        )
        self.runs.append((function, index.ctypes.data, count, operands, int(results)))


def _tiled(weights: Any) -> Any:
    """Weights in the order in which tiles read them; the last dot's fill the last tile."""
    count, pairs = weights.shape
    tiles = -(-count // UNITS)
    rows = np.minimum(np.arange(tiles * UNITS), count - 1)
    return weights[rows].reshape(tiles, UNITS, pairs).transpose(0, 2, 1)


@cache
def run_rows() -> tuple[int, Any]:
    """The loop, as an address and as a function of Python.

    run_rows(values, workspace, fields, columns, stride, count, sums): see `RowRunner.call`.
    """
    (address,) = machine().compile(_Writer().module, ["run_rows"], passes=False)
    return address, function_at(address, 7)


class _Writer:
    def __init__(self) -> None:
        self.module = ir.Module()
        kinds = [POINTER, POINTER, LONG.as_pointer(), POINTER, LONG, LONG, POINTER]
        function = ir.Function(self.module, ir.FunctionType(VOID, kinds), "run_rows")
        self.values, self.space, fields, self.columns, self.stride, self.count, sums = function.args
        self.b = b = ir.IRBuilder(function.append_basic_block())
        self.code, self.vectors = Code(b, 1), Code(b, machine().width)
        self.field = {name: b.load(b.gep(fields, [LONG(i)])) for i, name in enumerate(FIELDS)}
        tile_sums = b.gep(self.space, [self.field["first_tile_sum"]])
        self._fill_workspace(tile_sums)
        with self.code.loop(self.count, ROWS) as begin:
            self._run_block(begin)
        self._add_terms(tile_sums, sums)
        b.ret_void()

    def _copy(self, numbers: Any, results: Any, count: Any) -> None:
        """Copy so many numbers: whole vectors, then the rest one by one."""
        b, code, vectors = self.b, self.code, self.vectors
        whole = b.and_(count, LONG(-vectors.width))
        with code.loop(whole, vectors.width) as k:
            vectors.store(vectors.load(b.gep(numbers, [k])), b.gep(results, [k]))
        with code.loop(b.sub(count, whole)) as rest:
            k = b.add(whole, rest)
            code.store(code.load(b.gep(numbers, [k])), b.gep(results, [k]))

    def _gather(self, numbers: Any, index: str, count: Any, results: Any) -> None:
        """Copy the numbers that an index names."""
        with self.code.loop(count) as k:
            number = self.b.load(self._indexed(numbers, index, k))
            self.b.store(number, self.b.gep(results, [k]))

    def _indexed(self, numbers: Any, name: str, k: Any) -> Any:
        index = self.b.inttoptr(self.field[name], INT.as_pointer())
        return self.code.indexed(numbers, index, k)

    def _fill_workspace(self, tile_sums: Any) -> None:
        """What is the same for all blocks."""
        b, code, vectors, field = self.b, self.code, self.vectors, self.field
        rows = self._rows_from(LONG(0))
        known_slots = b.gep(self.space, [b.mul(field["input_count"], LONG(SLOT))])
        with code.loop(field["known_count"]) as k:
            number = vectors.splat(b.load(self._indexed(self.values, "known", k)))
            slot = b.gep(known_slots, [b.mul(k, LONG(SLOT))])
            with code.loop(rows, vectors.width) as row:
                vectors.store(number, b.gep(slot, [row]))
        weights = b.gep(self.space, [field["first_weight"]])
        self._gather(self.values, "weights", field["weight_count"], weights)
        with code.loop(field["tile_sum_count"], vectors.width) as k:
            vectors.store(vectors.constant(0.0), b.gep(tile_sums, [k]))

    def _add_terms(self, tile_sums: Any, sums: Any) -> None:
        b, code, field = self.b, self.code, self.field
        self._gather(tile_sums, "terms", field["sum_count"], sums)
        with code.loop(b.sub(field["term_count"], field["sum_count"])) as rest:
            k = b.add(field["sum_count"], rest)
            sum_ = self._indexed(sums, "sums", k)
            term = code.load(self._indexed(tile_sums, "terms", k))
            code.store(code.load(sum_) + term, sum_)

    def _rows_from(self, begin: Any) -> Any:
        """How many rows the block has that begins there."""
        left = self.b.sub(self.count, begin)
        return self.b.select(self.b.icmp_signed("<", left, LONG(ROWS)), left, LONG(ROWS))

    def _run_block(self, begin: Any) -> None:
        b, code, field = self.b, self.code, self.field
        rows = self._rows_from(begin)
        with code.loop(field["input_count"]) as k:
            column = b.gep(self.columns, [b.add(b.mul(k, self.stride), begin)])
            slot = b.gep(self.space, [b.mul(k, LONG(SLOT))])
            self._copy(column, slot, rows)
        runs = b.inttoptr(field["runs"], LONG.as_pointer())
        with code.loop(field["run_count"]) as k:
            kernel, *fields, results = fields_of_run(b, runs, k, ROWS_SIGNATURE)
            b.call(kernel, [self.space, *fields, b.gep(self.space, [results]), rows])
