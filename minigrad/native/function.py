"""A tape as one native function between two arrays: numbers in, outputs and gradients out.

It runs the native tape, and gathers the results; or it is straight-line code, for a small tape that
is called very often. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from struct import Struct
from typing import Any, Final, NamedTuple

import llvmlite.ir as ir
import numpy as np

from ..tape import Tape
from .formulas import emit
from .machine import machine
from .native_tape import NativeTape
from .no_arguments import without_arguments
from .operand import DOUBLE, LONG, POINTER, VOID, Code
from .schedule import Array

# operations of straight-line code: 12 take 80 ns less than on the tape. One takes 0.4 ms to compile
MOST_STRAIGHT: Final = 64
SOON: Final = 2_000  # operations that are over in some microseconds: other threads can wait


class Memory(NamedTuple):
    """The arrays of a native function, and the function, which takes no arguments."""

    given: Any  # the parameters, then the inputs
    results: Any  # the outputs, then the gradients of each
    run: Callable[[], None]


def native_function(tape: Tape) -> NativeFunction:
    """The tape as one function, straight-line code if that is small."""
    return StraightLine(tape) if len(tape.kernels) <= MOST_STRAIGHT else OnNativeTape(tape)


class NativeFunction(ABC):
    """A tape from array to array; see `Runner`."""

    name: str
    size: int  # in bytes

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.given_count = len(tape.parameters) + tape.input_count
        self._put: Any = Struct(f"{self.given_count}d").pack_into
        self._free: list[Memory] = []

    @abstractmethod
    def memory(self) -> Memory:
        """New arrays, and the function on them."""

    def take(self) -> Memory:
        """Memory that no other thread uses; give it back with `give`."""
        try:
            return self._free.pop()
        except IndexError:
            return self.memory()

    def give(self, memory: Memory) -> None:
        """Put memory back."""
        self._free.append(memory)

    def run(
        self, parameters: list[float], inputs: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """See `Runner`."""
        memory = self.take()
        self._put(memory.given, 0, *parameters, *inputs)
        memory.run()
        numbers: list[float] = memory.results.tolist()
        self.give(memory)
        place = len(self.tape.outputs)
        gradients = []
        for slots in self.tape.gradients:
            gradients.append(numbers[place : place + len(slots)])
            place += len(slots)
        return numbers[: len(self.tape.outputs)], gradients


class OnNativeTape(NativeFunction):
    """A loop over the operations, and one that gathers the results."""

    name = "native tape"

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape)
        self.native = NativeTape(tape)
        results = _results(tape)
        self.index = self.native.slots[np.array([slot for slot, _ in results], dtype=np.int64)]
        self.zeros = np.array([zero for _, zero in results])
        self.size = self.native.size

    def memory(self) -> Memory:
        """See `NativeFunction`."""
        values, results = self.native.values(), Array(len(self.index))
        fields = self.index.ctypes.data, self.zeros.ctypes.data, len(self.index), results.address
        table = np.array([*self.native.schedule.call(values), *fields], dtype=np.int64)
        kept = (self, values, results, table)
        alone = len(self.tape.kernels) < SOON
        run = without_arguments(_run_and_gather(), table.ctypes.data, kept, alone)
        return Memory(values.numbers[: self.given_count], results.numbers, run)


class StraightLine(NativeFunction):
    """The operations of a small tape one after the other."""

    name = "straight-line code"

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape)
        results = _results(tape)
        count = self.given_count + len(results)
        module = _straight_module(tape, self.given_count, results)
        self._engine = machine().engine(module, passes=False)  # owns the code
        self._address = self._engine.get_function_address("run")
        self._count, self.size = count, 8 * count

    def memory(self) -> Memory:
        """See `NativeFunction`."""
        array = Array(self._count)
        run = without_arguments(self._address, array.address, (self, array))
        return Memory(array.numbers[: self.given_count], array.numbers[self.given_count :], run)


def _results(tape: Tape) -> list[tuple[int, float]]:
    """The slots of the outputs and the gradients; where a gate routes, a zero is to be 0.0.

    With each stands what is to be added to it: −0.0 changes nothing.
    """
    results = [(slot, -0.0) for slot in tape.outputs]
    for slots, routes in zip(tape.gradients, tape.routes):
        results += [(slot, 0.0 if routes else -0.0) for slot in slots]
    return results


def _straight_module(tape: Tape, given_count: int, results: list[tuple[int, float]]) -> Any:
    """`run(numbers)`: what is given comes first, then the results."""
    module = ir.Module()
    run = ir.Function(module, ir.FunctionType(VOID, [POINTER]), "run")
    b = ir.IRBuilder(run.append_basic_block())
    code = Code(b, 1)
    values = [code.load(b.gep(run.args[0], [LONG(i)])) for i in range(given_count)]
    values += map(code.constant, tape.constants)
    for kernel, slots in zip(tape.kernels, tape.operands):
        values.append(emit(code, kernel, [values[slot] for slot in slots]))
    for place, (slot, zero) in enumerate(results, start=given_count):
        code.store(values[slot] + zero, b.gep(run.args[0], [LONG(place)]))
    b.ret_void()
    return module


@cache
def _run_and_gather() -> int:
    """The address of a native function of a table: run the tape, then gather the results.

    The table: the loop over runs and its three arguments, the results' slots, what is added to
    each, how many they are, and where they go.
    """
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(VOID, [LONG.as_pointer()]), "run")
    b = ir.IRBuilder(function.append_basic_block())
    loop, runs, count, values, index, zeros, size, results = (
        b.load(b.gep(function.args[0], [LONG(i)])) for i in range(8)
    )
    kind = ir.FunctionType(VOID, [LONG] * 3)  # addresses pass as whole numbers
    b.call(b.inttoptr(loop, kind.as_pointer()), [runs, count, values])
    index = b.inttoptr(index, LONG.as_pointer())
    values, zeros, results = (b.inttoptr(x, DOUBLE.as_pointer()) for x in (values, zeros, results))
    with Code(b, 1).loop(size) as k:
        number = b.load(b.gep(values, [b.load(b.gep(index, [k]))]))
        b.store(b.fadd(number, b.load(b.gep(zeros, [k]))), b.gep(results, [k]))
    b.ret_void()
    (address,) = machine().compile(module, ["run"])
    return address
