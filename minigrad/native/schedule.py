"""A tape in runs: a native loop over them, each a native loop over operations of one kind.

Operations are sorted by level (how far they are from the leaves), kernel and number of operands:
those of one run do not depend on each other, and their results stand side by side. There is nothing
to compile for a circuit but kernels that no circuit has used before. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import repeat
from math import prod
from typing import Any

import llvmlite.ir as ir
import numpy as np

from ..tape import GateTape, Kernel, Tape
from .dot_groups import Step
from .kernels import NUMBERS, SIGNATURE, STRETCH, STRETCHABLE, addresses
from .machine import function_at, machine
from .operand import INT, LONG, POINTER, VOID, Code

CACHE_LINE = 8  # doubles
SHORTEST = 16  # average of a run's stretches: shorter ones take longer to call than they save
FIELDS = 5  # of a run: its function, its index, how many, operands of each, first result


class Array:
    """An array of doubles and its address; asking NumPy for that takes longer than many a run."""

    __slots__ = ("address", "numbers")

    def __init__(self, *shape: int) -> None:
        size = prod(shape)
        room = np.zeros(size + CACHE_LINE)
        begin = -(room.ctypes.data // 8) % CACHE_LINE  # a vector then lies in one line
        self.numbers = room[begin : begin + size].reshape(shape)
        self.address: int = self.numbers.ctypes.data

    def part(self, begin: int, end: int) -> Array:
        """Some of the numbers, in place."""
        part = Array.__new__(Array)
        part.numbers, part.address = self.numbers[begin:end], self.address + 8 * begin
        return part


class Schedule:
    """A tape in runs: the numbers that the native loop walks over."""

    def __init__(self, tape: Tape, phase: int | None = None) -> None:
        numbers = {kernel: k for k, kernel in enumerate(dict.fromkeys(tape.kernels))}
        kernels = [numbers[kernel] for kernel in tape.kernels]
        is_in = None if phase is None else [of == phase for of in tape.phases]
        keys = np.array(
            [list(map(len, tape.operands)), kernels, levels_of(tape, is_in)], dtype=np.int64
        )
        order = np.lexsort(keys)
        if phase is not None:
            order = order[np.array(is_in)[order]]
        keys = keys[:, order]
        ends = np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1
        self.order: list[int] = order.tolist()
        self.runs = [run.tolist() for run in np.split(order, ends)] if self.order else []
        self.tape = tape

    def leave_out(self, operations: set[int]) -> None:
        """Drop operations that something else computes."""
        self.order = [i for i in self.order if i not in operations]
        self.runs = [kept for run in self.runs if (kept := [i for i in run if i not in operations])]

    def bind(self, slots: Any) -> None:
        """Lay the table of runs, for operations' slots as the array `slots` numbers them."""
        tape, steps = self.tape, []
        for run in self.runs:
            operands = slots[np.array([tape.operands[i] for i in run], dtype=np.int64)]
            index = np.ascontiguousarray(operands.T, dtype=np.int32)
            first = int(slots[tape.first + run[0]])
            steps += _steps(tape.kernels[run[0]], index, first)
        self.lay(steps)

    def lay(self, steps: list[Step]) -> None:
        """Lay the table of runs."""
        kinds = [
            (step.kernel, step.operands, STRETCH if step.is_stretch else NUMBERS) for step in steps
        ]
        functions = addresses(kinds) if kinds else []
        table = [
            (function, step.index.ctypes.data, step.length, step.operands, step.first)
            for function, step in zip(functions, steps)
        ]
        _, self._run_all = _run_loop()
        self.steps = steps  # the table has the addresses of their indexes
        self.table = np.array(table, dtype=np.int64).reshape(-1, FIELDS)
        self.address, self.count = self.table.ctypes.data, len(table)
        self.size = self.table.nbytes + sum(step.index.nbytes for step in steps)

    def call(self, values: Array) -> list[int]:
        """The native function that `run` calls, and its arguments."""
        return [_run_loop()[0], self.address, self.count, values.address]

    def run(self, values: Array) -> None:
        """Run every operation on an array of slots."""
        if self.count:
            self._run_all(self.address, self.count, values.address)


def slot_numbers(tape: Tape, *orders: list[int]) -> Any:
    """For each slot of the tape its place when the operations stand in these orders."""
    slots = np.arange(tape.slot_count)
    order = np.concatenate([np.array(order, dtype=np.int64) for order in orders])
    slots[tape.first + order] = np.arange(tape.first, tape.first + len(order))
    return slots


def levels_of(tape: Tape | GateTape, is_in: Sequence[bool] | None = None) -> list[int]:
    """How far the operations are from the leaves, or from what those that are not `is_in` make."""
    levels = [0] * tape.first
    at = levels.__getitem__
    for slots, counts in zip(tape.operands, is_in or repeat(True)):
        levels.append(1 + max(map(at, slots)) if counts else 0)
    return levels[tape.first :]


def _steps(kernel: Kernel, index: Any, first: int) -> list[Step]:
    """A run as stretches, where there are few of them, or as it is."""
    operands, length = index.shape
    found = stretches_in(index) if kernel in STRETCHABLE else None
    if found is None:
        return [Step(kernel, operands, index, length, first)]
    step, parts = found
    return [
        Step(kernel, operands, np.array([index[:, begin], step]), end - begin, first + begin, True)
        for begin, end in parts
    ]


def stretches_in(index: Any) -> tuple[Any, list[tuple[int, int]]] | None:
    """For each place of a run's operands by how much they move on, 1 or 0, and the stretches.

    None if these are short: a run's operands mostly do neither then.
    """
    length = index.shape[1]
    moves = np.diff(index)
    step = (2 * (moves == 1).sum(axis=1) > length).astype(np.int32)
    cuts = (np.flatnonzero((moves != step[:, None]).any(axis=0)) + 1).tolist()
    if (len(cuts) + 1) * SHORTEST > length:
        return None
    return step, list(zip([0, *cuts], [*cuts, length]))


def fields_of_run(b: Any, table: Any, run: Any, signature: Any) -> list[Any]:
    """What a table says of a run, in machine code: its function has that signature."""
    first = b.mul(run, LONG(FIELDS))
    function, index, *numbers = [
        b.load(b.gep(table, [b.add(first, LONG(i))])) for i in range(FIELDS)
    ]
    pointers = (function, signature.as_pointer()), (index, INT.as_pointer())
    return [*[b.inttoptr(*pointer) for pointer in pointers], *numbers]


@cache
def _run_loop() -> tuple[int, Any]:
    """The loop over runs, native too, which calls each run's function: its address, and itself."""
    module = ir.Module()
    kind = ir.FunctionType(VOID, [LONG.as_pointer(), LONG, POINTER])
    function = ir.Function(module, kind, "run_all")
    table, count, slots = function.args
    b = ir.IRBuilder(function.append_basic_block())
    with Code(b, 1).loop(count) as run:
        kernel, index, size, operands, first = fields_of_run(b, table, run, SIGNATURE)
        b.call(kernel, [slots, index, size, operands, b.gep(slots, [first])])
    b.ret_void()
    (address,) = machine().compile(module, ["run_all"], passes=False)
    return address, function_at(address, 3)
