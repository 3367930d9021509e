"""A batch in machine code: what depends on parameters alone once, the rows, then the gradients.

The rows run in lanes (straight-line code, one vector for each wire) or on the tape in blocks of 32
rows; see `native_lanes` and `native_blocks`. With enough work the rows are spread over threads:
native code does not hold Python's lock. Needs llvmlite and NumPy.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from .flatten import AFTER, ONCE, REDUCE
from .native_tape import Schedule, slot_numbers
from .tape import Tape

if TYPE_CHECKING:
    from .rows import Rows

WORK_FOR_A_THREAD: Final = 2_000_000  # operations × rows: about a millisecond


class RowRunner(Protocol):
    """Runs rows and sums up what is to be summed."""

    name: str
    size: int
    step: int  # rows that run together

    def prepare(self, rows: Rows) -> Any:
        """The numbers of the rows, laid out as they are read."""

    def run(self, values: Any, prepared: Any, begin: int, end: int, sums: Any) -> None:
        """Run rows begin … end − 1 and write the sums; `values` are the slots outside the rows."""


class NativeBatch:
    """A batch as machine code; see `BatchRunner`."""

    def __init__(self, tape: Tape, make_row_runner: Any) -> None:
        before, after = Schedule(tape, ONCE), Schedule(tape, AFTER)
        reduced = [i for i, kernel in enumerate(tape.kernels) if kernel is REDUCE]
        after.leave_out(set(reduced))
        slots = slot_numbers(tape, before.order, reduced, after.order)
        before.bind(slots)
        after.bind(slots)
        self.before, self.after = before, after
        self.row_runner: RowRunner = make_row_runner(tape, slots, reduced)
        self.name = self.row_runner.name
        self.first_sum = tape.first + len(before.order)
        self.end_of_sums = self.first_sum + len(reduced)
        self.slot_count = self.end_of_sums + len(after.order)
        self.constants = slice(len(tape.parameters) + tape.input_count, tape.first)
        self.constant_numbers = tape.constants
        self.parameters = slice(0, len(tape.parameters))
        self.output = int(slots[tape.outputs[0]])
        self.gradients = slots[np.array(tape.gradients[0], dtype=np.int64)]
        self.size = self.row_runner.size + before.size + after.size + 8 * self.slot_count
        self.work_of_a_row = sum(phase not in (ONCE, AFTER) for phase in tape.phases)
        self._free: list[Any] = []

    def run(self, parameters: Any, rows: Rows) -> tuple[float, list[float]]:
        """See `BatchRunner`."""
        values = self.take()
        values[self.parameters] = parameters
        self.run_on(values, rows)
        results = float(values[self.output]), values[self.gradients].tolist()
        self._free.append(values)
        return results

    def take(self) -> Any:
        """An array of slots that no other thread uses."""
        try:
            return self._free.pop()
        except IndexError:
            values = np.zeros(self.slot_count)
            values[self.constants] = self.constant_numbers
            return values

    def run_on(self, values: Any, rows: Rows) -> None:
        """Run on an array of slots, of which the parameters are set."""
        prepared = rows.prepared.get(self.row_runner.step)
        if prepared is None:
            prepared = rows.prepared[self.row_runner.step] = self.row_runner.prepare(rows)
        if self.before.count:
            self.before.run(values)
        sums = values[self.first_sum : self.end_of_sums]
        threads = min(_cores(), rows.count * self.work_of_a_row // WORK_FOR_A_THREAD)
        if threads < 2:
            self.row_runner.run(values, prepared, 0, rows.count, sums)
        else:
            self._run_threads(values, prepared, rows.count, sums, threads)
        if self.after.count:
            self.after.run(values)

    def _run_threads(self, values: Any, prepared: Any, count: int, sums: Any, threads: int) -> None:
        step = self.row_runner.step
        share = -(-count // (threads * step)) * step
        begins = range(0, count, share)
        parts = np.zeros((len(begins), len(sums)))
        jobs = [
            _pool().submit(
                self.row_runner.run, values, prepared, begin, min(begin + share, count), part
            )
            for begin, part in zip(begins, parts)
        ]
        for job in jobs:
            job.result()
        parts.sum(0, out=sums)


@cache
def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_cores(), "minigrad")


def columns_of(rows: Rows, step: int) -> Any:
    """An array with a row for each input; the last example is repeated to a multiple of `step`."""
    numbers = rows.numbers
    columns = np.array(numbers).T if isinstance(numbers, list) else numbers
    missing = -rows.count % step
    return np.ascontiguousarray(np.pad(columns, ((0, 0), (0, missing)), mode="edge"))
