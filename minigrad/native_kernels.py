"""Kernels as native loops over a run: many operations of one kind, one after the other.

A kernel's function takes the slots, the numbers of the operands' slots (all first operands, then
all second ones, …), how many operations there are, how many operands each has, and where the
results go. A slot is one double, or for a batch a block of ROWS rows. Each kernel is compiled once
per process.
"""

from __future__ import annotations

from threading import RLock
from typing import Any, Final

import llvmlite.ir as ir

from .kernels import DOT, DOTS, Kernel
from .machine import machine
from .native_dots import write_dots
from .native_operand import DOUBLE, INT, LONG, VOID, Code, Native, emit

ROWS: Final = 32  # rows in a block
AT_ONCE: Final = 4  # sums that run side by side, because each waits for its own last addition

POINTER: Final = DOUBLE.as_pointer()
SIGNATURE: Final = ir.FunctionType(VOID, [POINTER, INT.as_pointer(), LONG, LONG, POINTER])

_addresses: dict[tuple[Kernel, int, int], int] = {}
_lock = RLock()


def addresses(kernels: list[tuple[Kernel, int]], rows: int) -> list[int]:
    """The native functions of kernels with a number of operands each, compiled where missing."""
    keys = [(kernel, count if _is_unrolled(kernel) else 0, rows) for kernel, count in kernels]
    with _lock:
        missing = [key for key in dict.fromkeys(keys) if key not in _addresses]
        if missing:
            module = ir.Module()
            for i, key in enumerate(missing):
                _define(module, f"kernel_{i}", *key)
            names = [f"kernel_{i}" for i in range(len(missing))]
            # a loop over scalars gains nothing from LLVM's passes, which take most of the time
            made = machine().compile(module, names, passes=rows > 1)
            _addresses.update(zip(missing, made))
    return [_addresses[key] for key in keys]


def _is_unrolled(kernel: Kernel) -> bool:
    return kernel.fold is None and kernel not in (DOT, DOTS)


def _define(module: Any, name: str, kernel: Kernel, count: int, rows: int) -> None:
    function = ir.Function(module, SIGNATURE, name)
    if kernel is DOTS:
        write_dots(function)
        return
    function.args[4].add_attribute("noalias")  # a run never reads what it writes
    builder = ir.IRBuilder(function.append_basic_block())
    width = min(rows, machine().width)
    run = _Run(Code(builder, width), function, rows)
    if _is_unrolled(kernel):
        with run.code.loop(run.count) as gate, run.rows_of(gate) as row:
            inputs = [run.load(gate, LONG(place), row) for place in range(count)]
            run.store(emit(run.code, kernel, inputs), gate, row)
    else:
        together = AT_ONCE if rows == 1 else 1
        whole = builder.sub(run.count, builder.srem(run.count, LONG(together)))
        with run.code.loop(whole, together) as gate:
            gates = [builder.add(gate, LONG(i)) for i in range(together)]
            run.fold(kernel, [(gate, LONG(row)) for gate in gates for row in range(0, rows, width)])
        if together > 1:
            with run.code.loop(builder.sub(run.count, whole)) as gate:
                run.fold(kernel, [(builder.add(gate, whole), LONG(0))])
    builder.ret_void()


class _Run:
    """A kernel's function while it is written."""

    def __init__(self, code: Code, function: Any, rows: int) -> None:
        self.code, self.rows = code, rows
        self.slots, self.index, self.count, self.operands, self.results = function.args

    def rows_of(self, gate: Any) -> Any:
        """A loop over the rows of a block, by vectors."""
        return self.code.loop(LONG(self.rows), self.code.width)

    def load(self, gate: Any, place: Any, row: Any) -> Native:
        """The operand of a gate at a place."""
        b = self.code.builder
        where = b.add(b.mul(place, self.count), gate)
        slot = b.sext(b.load(b.gep(self.index, [where])), LONG)
        return self.code.load(b.gep(self.slots, [b.add(b.mul(slot, LONG(self.rows)), row)]))

    def store(self, number: Native, gate: Any, row: Any) -> None:
        """The result of a gate."""
        b = self.code.builder
        self.code.store(number, b.gep(self.results, [b.add(b.mul(gate, LONG(self.rows)), row)]))

    def fold(self, kernel: Kernel, results: list[tuple[Any, Any]]) -> None:
        """Some results (of a gate, in a row) side by side, from the first operand to the last."""
        b = self.code.builder
        step = 2 if kernel is DOT else 1
        fold = kernel.fold or (lambda x, y: x + y)
        firsts = [self._term(kernel, gate, LONG(0), row).value for gate, row in results]
        before, body, after = b.block, b.append_basic_block("fold"), b.append_basic_block("folded")
        b.cbranch(b.icmp_signed("<", LONG(step), self.operands), body, after)
        b.position_at_end(body)
        place = b.phi(LONG)
        place.add_incoming(LONG(step), before)
        totals = [b.phi(self.code.number) for _ in results]
        sums = [
            fold(Native(self.code, total), self._term(kernel, gate, place, row)).value
            for total, (gate, row) in zip(totals, results)
        ]
        following = b.add(place, LONG(step))
        place.add_incoming(following, b.block)
        for total, first, sum_ in zip(totals, firsts, sums):
            total.add_incoming(first, before)
            total.add_incoming(sum_, b.block)
        b.cbranch(b.icmp_signed("<", following, self.operands), body, after)
        end = b.block
        b.position_at_end(after)
        lasts = [b.phi(self.code.number) for _ in results]
        for last, first, sum_ in zip(lasts, firsts, sums):
            last.add_incoming(first, before)
            last.add_incoming(sum_, end)
        for last, (gate, row) in zip(lasts, results):
            self.store(Native(self.code, last), gate, row)

    def _term(self, kernel: Kernel, gate: Any, place: Any, row: Any) -> Native:
        first = self.load(gate, place, row)
        if kernel is not DOT:
            return first
        following = self.code.builder.add(place, LONG(1))
        return first * self.load(gate, following, row)
