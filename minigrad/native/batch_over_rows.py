"""A batch in machine code: what depends on parameters alone once, the rows, then the gradients.

The rows run in lanes (straight-line code, one vector for each wire) or on the tape in blocks of
rows; see `rows_in_lanes` and `rows_in_blocks`. With enough work they are spread over threads:
native code does not hold Python's lock. Needs llvmlite and NumPy.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np

from ..engine import numbers_of
from ..tape import AFTER, EACH_ROW, ONCE, REDUCE, Rows, Tape
from .batch_call import BatchCall
from .row_runner import Columns, RowRunner
from .rows_in_blocks import Blocks
from .rows_in_lanes import Lanes
from .schedule import Array, Schedule, slot_numbers
from .tiling import Tiling
from .wire_slots import WireSlots, has_slots

# how much arithmetic of one row is straight-line code in lanes:
FASTEST_IN_LANES: Final = 1000  # up to here nothing is as fast
LARGEST_IN_LANES: Final = 5000  # beyond, compiling takes longer than it saves
WORK_FOR_A_THREAD: Final = 2_000_000  # operations × rows: about a millisecond


class Slots(NamedTuple):
    """The numbers of one run of a batch."""

    values: Array  # the slots outside the rows
    sums: Array  # those of them that are summed up over the rows
    space: Array  # for the rows
    call: BatchCall


class NativeBatch:
    """A batch as machine code; the executor is "lanes", "tape", or "auto", which goes by size."""

    def __init__(self, tape: Tape, executor: str = "auto") -> None:
        before, after = Schedule(tape, ONCE), Schedule(tape, AFTER)
        reduced = [i for i, kernel in enumerate(tape.kernels) if kernel is REDUCE]
        after.leave_out(set(reduced))
        slots = slot_numbers(tape, before.order, reduced, after.order)
        before.bind(slots)
        after.bind(slots)
        self.before, self.after = before, after
        in_lanes = executor == "lanes" or (executor == "auto" and is_for_lanes(tape))
        make_row_runner: type[Lanes] | type[Blocks] = Lanes if in_lanes else Blocks
        self.row_runner: RowRunner = make_row_runner(tape, slots, reduced)
        self.name = self.row_runner.name
        self.tape = tape
        self.first_sum = tape.first + len(before.order)
        self.end_of_sums = self.first_sum + len(reduced)
        self.slot_count = self.end_of_sums + len(after.order)
        self._parameters = WireSlots(tape.parameters) if has_slots() else None
        self.output = int(slots[tape.outputs[0]])
        self.gradients = slots[np.array(tape.gradients[0], dtype=np.int64)]
        self.factors = slots[_factors_after_rows(tape)]
        self.size = self.row_runner.size + before.size + after.size + 8 * self.slot_count
        self.work_of_a_row = sum(phase not in (ONCE, AFTER) for phase in tape.phases)
        self._free: list[Slots] = []
        self._results = array("d", bytes(8 * (len(self.gradients) + 1)))  # copied for each run

    def run(self, rows: Rows, divisor: int) -> tuple[float, Sequence[float], bool]:
        """The sum of the output over the rows, its gradients towards the parameters, an `array`.

        All are divided by `divisor`. The last is whether all gradients are finite.
        """
        slots, columns, count = self.take(), self.columns(rows), rows.count
        if self._parameters is None:
            parameters = self.tape.parameters
            slots.values.numbers[: len(parameters)] = numbers_of(parameters)
        else:
            self._parameters.read_numbers(slots.values.address)
        is_one_call = self.is_one_call(count)
        if not is_one_call:
            self.run_on(slots, columns, count)
        results = self._results[:]
        is_finite = slots.call.run(
            columns.address,
            columns.stride,
            count if is_one_call else 0,
            divisor,
            results.buffer_info()[0],
        )
        output = results.pop()
        if not is_finite and self._needs_each_row(slots.values.numbers):
            gradients = self._row_by_row(slots, columns, count) / divisor + 0.0
            results = array("d", gradients.tobytes())
        self.give(slots)
        return output, results, is_finite

    def _needs_each_row(self, numbers: Any) -> bool:
        """Whether eager, which multiplies each row, can have nan or 0 where a sum has none.

        ∞ · Σ is infinite where the ∞ · 0 of one row is nan; 0 · Σ is nan where Σ is too large.
        """
        return len(self.factors) > 0 and bool(np.isinf(numbers.take(self.factors)).any())

    def take(self) -> Slots:
        """Slots that no other thread uses."""
        try:
            return self._free.pop()
        except IndexError:
            values, runner = Array(self.slot_count), self.row_runner
            first_constant = self.tape.first - len(self.tape.constants)
            values.numbers[first_constant : self.tape.first] = self.tape.constants
            parts = values, values.part(self.first_sum, self.end_of_sums), runner.workspace()
            calls = self._calls(parts, Columns(np.zeros((1, 1))), 0, 0)
            zero = 0.0 if len(self.factors) else -0.0  # a sum over rows, and its mean, is no −0.0
            kept = self.before, runner, self.after, parts
            call = BatchCall(calls, values, self.gradients, self.output, zero, kept)
            return Slots(*parts, call)

    def give(self, slots: Slots) -> None:
        """Put slots back."""
        self._free.append(slots)

    def columns(self, rows: Rows) -> Columns:
        """The numbers of the rows as the row runner reads them, laid out once."""
        runner = self.row_runner
        columns = rows.prepared.get(runner.step)
        if columns is None:
            columns = runner.columns(columns_of(rows), rows.count)
            rows.prepared[runner.step] = columns
        return columns

    def is_one_call(self, count: int) -> bool:
        """Whether so many rows are run by one native function in this thread."""
        return self._threads(count) < 2

    def calls(self, slots: Slots, columns: Columns, begin: int, end: int) -> list[list[int]]:
        """What `run_on` calls for some rows, for machine code that does the same."""
        return self._calls(slots[:3], columns, begin, end)

    def _calls(
        self, parts: tuple[Array, Array, Array], columns: Columns, begin: int, end: int
    ) -> list[list[int]]:
        values, sums, space = parts
        rows = self.row_runner.call(values, columns, begin, end, sums, space)
        return [self.before.call(values), rows, self.after.call(values)]

    def _threads(self, count: int) -> int:
        """How many threads there is work for; rows that run together are one thread's."""
        together = -(-count // self.row_runner.step)
        threads = min(count * self.work_of_a_row // WORK_FOR_A_THREAD, together)
        return threads if threads < 2 else min(threads, _cores())

    def run_on(self, slots: Slots, columns: Columns, count: int) -> None:
        """Run so many rows on slots of which the parameters are set."""
        self.before.run(slots.values)
        threads = self._threads(count)
        if threads < 2:
            self.row_runner.run(slots.values, columns, 0, count, slots.sums, slots.space)
        else:
            self._run_threads(slots, columns, count, threads)
        self.after.run(slots.values)

    def _row_by_row(self, slots: Slots, columns: Columns, count: int) -> Any:
        """The gradients of the sum, on slots that have been run: those of each row, summed."""
        total = np.zeros(1)
        for row in range(count):
            self.row_runner.run(slots.values, columns, row, row + 1, slots.sums, slots.space)
            self.after.run(slots.values)
            with np.errstate(all="ignore"):
                total = total + slots.values.numbers.take(self.gradients)
        return total

    def _run_threads(self, slots: Slots, columns: Columns, count: int, threads: int) -> None:
        runner = self.row_runner
        share = -(-count // (threads * runner.step)) * runner.step
        begins = range(0, count, share)
        parts = [Array(len(slots.sums.numbers)) for _ in begins]
        jobs = [
            _pool().submit(runner.run, slots.values, columns, begin, end, part, runner.workspace())
            for begin, part in zip(begins, parts)
            for end in [min(begin + share, count)]
        ]
        for job in jobs:
            job.result()
        slots.sums.numbers[:] = sum(part.numbers for part in parts)


def _factors_after_rows(tape: Tape) -> Any:
    """The slots of what is multiplied or added after the rows: sums over them, and factors."""
    factors = {
        slot
        for slots, kernel, phase in zip(tape.operands, tape.kernels, tape.phases)
        if phase == AFTER and kernel is not REDUCE
        for slot in slots
    }
    return np.array(sorted(factors), dtype=np.int64)


@cache
def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_cores(), "minigrad")


if hasattr(os, "register_at_fork"):  # a child process has none of the threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


def columns_of(rows: Rows) -> Any:
    """An array with a row for each input."""
    return np.array(rows.numbers).T if isinstance(rows.numbers, list) else rows.numbers


def is_for_lanes(tape: Tape) -> bool:
    """Whether straight-line code is the better choice: not where the tape works in tiles."""
    size = arithmetic(tape)
    if size <= FASTEST_IN_LANES:
        return True
    return size <= LARGEST_IN_LANES and 2 * Tiling(tape).arithmetic < size


def arithmetic(tape: Tape) -> int:
    """Additions, multiplications and the like for one row: n − 1 for n operands, at least 1."""
    return sum(
        max(1, len(slots) - 1)
        for kernel, phase, slots in zip(tape.kernels, tape.phases, tape.operands)
        if phase == EACH_ROW or kernel is REDUCE
    )
