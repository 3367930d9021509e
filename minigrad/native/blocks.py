"""The tape over a batch: the same runs, with 128 rows side by side in every slot.

Nothing is compiled for the circuit itself. Operations that make tiles (`native_tiling`) run in
registers, eight sums at a time (`native_tiles`); the others run kernel by kernel
(`native_kernels`). Needs llvmlite and NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tape import Tape
from .batch import RowRunner
from .block_loop import FIELDS, run_rows
from .example import Array
from .kernels import ROWS, SLOT, SLOTS, addresses
from .tiles import UNITS, dot_tiles, product_tiles
from .tiling import TILE, Dots, Tiling


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

    def call(
        self, values: Array, prepared: Any, begin: int, end: int, sums: Array, space: Array
    ) -> list[int]:
        """See `RowRunner`."""
        _, columns, stride = prepared
        return [
            self.address,
            values.address,
            space.address,
            self.fields_address,
            columns + 8 * begin,
            stride,
            end - begin,
            sums.address,
        ]


class _Layout:
    """Where everything stands in a workspace, and the table of runs; see `native_block_loop`."""

    def __init__(self, tape: Tape, tiling: Tiling) -> None:
        self.tape, self.tiling = tape, tiling
        self._place_slots()
        self.runs: list[tuple[int, ...]] = []
        self.run_indexes: list[Any] = []
        self._add_parts()
        self._add_products()

    def _place_slots(self) -> None:
        tape, tiling = self.tape, self.tiling
        read = {slot for tile in tiling.products for slot in (*tile.left, *tile.right)}
        for part in tiling.parts:
            if isinstance(part, Dots):
                read.update(part.wires.tolist())
            else:
                read.update(slot for i in part for slot in tape.operands[i])
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
        for part in tiling.parts:
            if isinstance(part, Dots):
                place(tape.first + np.array(part.operations), -len(part.operations) % UNITS)
            else:
                place(tape.first + np.array(part))
        self.first_weight = SLOT * count

    def _add_parts(self) -> None:
        tape, parts = self.tape, self.tiling.parts
        singles = [part for part in parts if not isinstance(part, Dots)]
        kinds = [(tape.kernels[part[0]], len(tape.operands[part[0]]), SLOTS) for part in singles]
        functions = iter(addresses(kinds))
        weights = [np.zeros(0, dtype=np.int64)]
        self.first_tile_sum = self.first_weight
        for part in parts:
            if isinstance(part, Dots):
                tiles = _tiled(part.weights)
                index = np.append(self.places[part.wires], self.first_tile_sum)
                self._add_run(dot_tiles(), index, len(tiles), len(part.wires), part.operations[0])
                weights.append(tiles.ravel())
                self.first_tile_sum += tiles.size
            else:
                index = self.places[np.array([tape.operands[i] for i in part])].T
                self._add_run(next(functions), index, len(part), len(index), part[0])
        self.weights = np.concatenate(weights)

    def _add_products(self) -> None:
        tiles = self.tiling.products
        index = self.places[np.array([[*tile.left, *tile.right] for tile in tiles])]
        self._add_run(product_tiles(), index, len(tiles), 0, None)
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
    """Weights in the order in which `dot_tiles` reads them; the last dot's fill the last tile."""
    count, pairs = weights.shape
    tiles = -(-count // UNITS)
    rows = np.minimum(np.arange(tiles * UNITS), count - 1)
    return weights[rows].reshape(tiles, UNITS, pairs).transpose(0, 2, 1)
