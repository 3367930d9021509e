"""Derivatives over the gates of a tape as machine code: the same runs forward, and back.

Gates are sorted by level and kind into runs, as on the native tape, and what a run's gates read is
mostly side by side. There is nothing to compile for a circuit but kinds of gates that no circuit
has used before, so a circuit of any size has its derivatives at once. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from ..tape import FORMULA, Compressed, GateKind, GateTape
from .machine import function_at, machine
from .operand import INT, LONG, VOID, Code
from .schedule import Array
from .sweep_kernels import BACKWARD, CURVED, FORWARD, NUMBERS, SIGNATURE, Key, sweep_addresses

MOST_NUMBERS: Final = 4_000_000  # in all lanes that run together, 32 MB
SHORTEST: Final = 16  # gates of a stretch: shorter ones take longer to call than they save
FIELDS: Final = 5  # of a step in a table: its function, its index, how many, of how many, first


class _Step:
    """Gates of one kind that run in one call."""

    def __init__(
        self, kind: GateKind, steps: tuple[int, ...] | None, index: Any, count: int, first: int
    ) -> None:
        self.kind, self.steps, self.count, self.first = kind, steps, count, first
        self.index = np.ascontiguousarray(index, dtype=np.int32)

    def row(self, function: int) -> tuple[int, ...]:
        """The step in a table."""
        return function, self.index.ctypes.data, self.count, self.kind.count, self.first


class Sweeps:
    """A tape of gates in runs; see `PythonSweeps`."""

    def __init__(self, tape: GateTape) -> None:
        self.tape = tape
        self.steps, self.slots = _steps(tape)
        self.outputs = self.slots[np.array(tape.outputs, dtype=np.int64)]
        self.first_input = len(tape.parameters)
        self.first_constant = self.first_input + tape.input_count
        self.most_lanes = max(1, MOST_NUMBERS // tape.slot_count)
        self._tables: dict[str, Any] = {}
        self._free: dict[int, list[Workspace]] = {}

    def table(self, mode: str) -> Any:
        """The steps of a sweep, one after the other, as numbers."""
        if mode not in self._tables:
            steps = self.steps
            if mode != FORWARD:
                steps = [step for step in steps[::-1] if step.kind.leading]
            keys: list[Key] = [(step.kind, mode, step.steps) for step in steps]
            rows = [step.row(at) for step, at in zip(steps, sweep_addresses(keys))]
            self._tables[mode] = np.array(rows, dtype=np.int64).reshape(-1, FIELDS)
        return self._tables[mode]

    def forward(
        self, parameters: Sequence[float], inputs: Any, directions: Any
    ) -> tuple[list[float], Any]:
        """See `PythonSweeps.forward`; the directions and what they give are arrays."""
        found = np.empty((len(directions), len(self.outputs)))
        values: list[float] = []
        for space, part in self._spaces(directions):
            space.tangents[: space.lanes, self.first_input : self.first_constant] = part
            values = space.outputs(parameters, inputs)
            found[space.done] = space.tangents[:, self.outputs]
        return values, found

    def backward(
        self, parameters: Sequence[float], inputs: Any, weights: Any
    ) -> tuple[list[float], Any]:
        """See `PythonSweeps.backward`."""
        found = np.empty((len(weights), self.tape.input_count))
        values: list[float] = []
        for space, part in self._spaces(weights):
            values = space.outputs(parameters, inputs, with_tangents=False)
            space.bent.fill(0.0)
            for lane, row in enumerate(part):
                np.add.at(space.bent[lane], self.outputs, row)
            space.run(BACKWARD)
            found[space.done] = space.bent[:, self.first_input : self.first_constant]
        return values, found

    def curved(
        self, parameters: Sequence[float], inputs: Any, directions: Any
    ) -> tuple[list[float], Any]:
        """See `PythonSweeps.curved`."""
        found = np.empty((len(directions), self.tape.input_count))
        values: list[float] = []
        for space, part in self._spaces(directions):
            space.tangents[:, self.first_input : self.first_constant] = part
            values = space.outputs(parameters, inputs)
            space.curve()
            found[space.done] = space.bent[:, self.first_input : self.first_constant]
        return values, found

    def _spaces(self, lanes: Any) -> Iterable[tuple[Workspace, Any]]:
        """Workspaces for some of the lanes after the other, each given back when it is done."""
        for begin in range(0, max(1, len(lanes)), self.most_lanes):
            part = lanes[begin : begin + self.most_lanes]
            space = self.take(len(part))
            space.done = slice(begin, begin + len(part))
            yield space, part
            self.give(space)

    def take(self, lanes: int) -> Workspace:
        """A workspace that no other thread uses; give it back with `give`."""
        try:
            return self._free.setdefault(lanes, []).pop()
        except IndexError:
            return Workspace(self, lanes)

    def give(self, space: Workspace) -> None:
        """Put a workspace back."""
        self._free[space.lanes].append(space)


class Workspace:
    """The numbers of one sweep: a value for each slot, and tangents and gradients in lanes."""

    def __init__(self, sweeps: Sweeps, lanes: int) -> None:
        self.sweeps, self.lanes = sweeps, lanes
        tape, stride = sweeps.tape, sweeps.tape.slot_count
        arrays = [Array(stride), Array(lanes, stride), Array(stride), Array(lanes, stride)]
        self.values, self.tangents, self.gradients, self.bent = (x.numbers for x in arrays)
        self.values[sweeps.first_constant : tape.first] = tape.constants
        numbers = [*[array.address for array in arrays], stride, lanes]
        self._numbers = np.array(numbers, dtype=np.int64)
        self._without_lanes = np.array([*numbers[: len(NUMBERS) - 1], 0], dtype=np.int64)
        self._arrays = arrays  # the addresses are theirs
        self.done = slice(0)

    def run(self, mode: str, with_lanes: bool = True) -> None:
        """One sweep."""
        table = self.sweeps.table(mode)
        numbers = self._numbers if with_lanes else self._without_lanes
        run_sweep()(table.ctypes.data, len(table), numbers.ctypes.data)

    def outputs(
        self, parameters: Sequence[float], inputs: Any, with_tangents: bool = True
    ) -> list[float]:
        """Sweep forward, and give the outputs."""
        sweeps = self.sweeps
        self.values[: sweeps.first_input] = parameters
        self.values[sweeps.first_input : sweeps.first_constant] = inputs
        self.run(FORWARD, with_tangents)
        outputs: list[float] = self.values[sweeps.outputs].tolist()
        return outputs

    def curve(self) -> None:
        """Sweep back, for the first output."""
        self.gradients.fill(0.0)
        self.bent.fill(0.0)
        self.gradients[self.sweeps.outputs[0]] = 1.0
        self.run(CURVED)


class CompressedRun:
    """What gives the entries of a sparse matrix, again and again: the directions stay in place."""

    def __init__(self, sweeps: Sweeps, compressed: Compressed, mode: str) -> None:
        self.sweeps, self.mode = sweeps, mode
        self.directions = np.array(compressed.directions()).reshape(compressed.count, -1)
        self.lanes = np.array(compressed.lanes, dtype=np.int64)
        self.places = np.array(compressed.places, dtype=np.int64)

    def entries(self, parameters: Sequence[float], inputs: Any) -> tuple[list[float], Any]:
        """The outputs, and the entries of the matrix as an array."""
        run = {FORWARD: "forward", BACKWARD: "backward", CURVED: "curved"}[self.mode]
        outputs, found = getattr(self.sweeps, run)(parameters, inputs, self.directions)
        return outputs, found[self.lanes, self.places]


def _steps(tape: GateTape) -> tuple[list[_Step], Any]:
    """The steps forward, and for each slot of the tape its place."""
    numbers = {kind: k for k, kind in enumerate(dict.fromkeys(tape.kinds))}
    kinds = np.array([numbers[kind] for kind in tape.kinds], dtype=np.int64)
    levels = np.array(_levels(tape), dtype=np.int64)
    order = np.lexsort([kinds, levels])
    slots = np.arange(tape.slot_count)
    slots[tape.first + order] = np.arange(tape.first, tape.slot_count)
    if not len(order):
        return [], slots
    changes = (np.diff(levels[order]) != 0) | (np.diff(kinds[order]) != 0)
    steps: list[_Step] = []
    first = tape.first
    for run in np.split(order, np.flatnonzero(changes) + 1):
        index = slots[np.array([tape.operands[i] for i in run.tolist()], dtype=np.int64)].T
        steps += _stretches(tape.kinds[run[0]], index, first)
        first += len(run)
    return steps, slots


def _levels(tape: GateTape) -> list[int]:
    levels = [0] * tape.first
    at = levels.__getitem__
    for slots in tape.operands:
        levels.append(1 + max(map(at, slots)))
    return levels[tape.first :]


def _stretches(kind: GateKind, index: Any, first: int) -> list[_Step]:
    """A run as stretches, where there are few of them, or as it is."""
    length = index.shape[1]
    if kind.form != FORMULA:
        return [_Step(kind, None, index, length, first)]
    moves = np.diff(index)
    step = (2 * (moves == 1).sum(axis=1) > length).astype(np.int64)
    cuts = np.flatnonzero((moves != step[:, None]).any(axis=0)) + 1
    if (len(cuts) + 1) * SHORTEST > length:
        return [_Step(kind, None, index, length, first)]
    steps = tuple(step.tolist())
    return [
        _Step(kind, steps, index[:, begin], end - begin, first + begin)
        for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), length])
    ]


@cache
def run_sweep() -> Any:
    """The loop over a table of steps: run_sweep(table, count, numbers)."""
    module = ir.Module()
    whole = LONG.as_pointer()
    function = ir.Function(module, ir.FunctionType(VOID, [whole, LONG, whole]), "run_sweep")
    table, count, numbers = function.args
    b = ir.IRBuilder(function.append_basic_block())
    with Code(b, 1).loop(count) as step:
        field = [
            b.load(b.gep(table, [b.add(b.mul(step, LONG(FIELDS)), LONG(i))])) for i in range(FIELDS)
        ]
        kernel = b.inttoptr(field[0], SIGNATURE.as_pointer())
        index = b.inttoptr(field[1], INT.as_pointer())
        b.call(kernel, [numbers, index, *field[2:]])
    b.ret_void()
    (address,) = machine().compile(module, ["run_sweep"], passes=False)
    return function_at(address, 3)
