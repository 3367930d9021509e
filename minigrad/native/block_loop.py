"""The native loop over the blocks of a batch: calls one run's function after the other on each.

A workspace has, in this order: a slot for every input, for every number known before the rows that
a run reads (the same in all rows), for the number 1, and for every operation of a row; then the
weights of the tiles, in the order in which they are read; then the sums over the rows, tile by
tile. Needs llvmlite.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, Final

import llvmlite.ir as ir

from .kernels import POINTER, ROWS, ROWS_SIGNATURE, SLOT
from .machine import machine
from .operand import INT, LONG, VOID, Code

# What the loop reads of a circuit, an address or a number each.
FIELDS: Final = (
    "input_count",
    "known",  # where in the values each known number, and each weight, comes from
    "known_count",
    "weights",
    "weight_count",
    "first_weight",  # where in the workspace they begin
    "runs",  # a table, see RUN
    "run_count",
    "sum_count",
    "sums",  # of each term of a sum: which sum, and where among the tiles' sums it stands;
    "terms",  # the first terms of all sums come first
    "term_count",
    "first_tile_sum",
    "tile_sum_count",
)
RUN: Final = ("function", "index", "count", "operands", "results")


@cache
def run_rows() -> tuple[int, Any]:
    """The loop, as an address and as a function of Python.

    run_rows(values, workspace, fields, columns, stride, count, sums): see `Blocks.call`.
    """
    kinds = [ctypes.c_void_p] * 4 + [ctypes.c_int64] * 2 + [ctypes.c_void_p]
    (address,) = machine().compile(_Writer().module, ["run_rows"], passes=False)
    return address, ctypes.CFUNCTYPE(None, *kinds)(address)


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
        b = self.b
        with self.code.loop(count) as k:
            b.store(b.load(b.gep(numbers, [self._index(index, k)])), b.gep(results, [k]))

    def _index(self, name: str, k: Any) -> Any:
        b = self.b
        index = b.inttoptr(self.field[name], INT.as_pointer())
        return b.sext(b.load(b.gep(index, [k])), LONG)

    def _fill_workspace(self, tile_sums: Any) -> None:
        """What is the same for all blocks."""
        b, code, vectors, field = self.b, self.code, self.vectors, self.field
        rows = self._rows_from(LONG(0))
        known_slots = b.gep(self.space, [b.mul(field["input_count"], LONG(SLOT))])
        with code.loop(field["known_count"]) as k:
            number = vectors.splat(b.load(b.gep(self.values, [self._index("known", k)])))
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
            sum_ = b.gep(sums, [self._index("sums", k)])
            term = code.load(b.gep(tile_sums, [self._index("terms", k)]))
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
            run = b.gep(runs, [b.mul(k, LONG(len(RUN)))])
            function, index, count, operands, results = [
                b.load(b.gep(run, [LONG(i)])) for i in range(len(RUN))
            ]
            kernel = b.inttoptr(function, ROWS_SIGNATURE.as_pointer())
            index = b.inttoptr(index, INT.as_pointer())
            b.call(kernel, [self.space, index, count, operands, b.gep(self.space, [results]), rows])
