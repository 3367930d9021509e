"""Derivatives over the gates of a tape as machine code: the same runs forward, and back.

Gates are sorted by level and kind into runs, as on the native tape, and what a run's gates read is
mostly side by side. There is nothing to compile for a circuit but kinds of gates that no circuit
has used before, so a circuit of any size has its derivatives at once. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from ..tape import Compressed, GateTape
from .machine import function_at, machine
from .operand import LONG, VOID, Code
from .schedule import Array, fields_of_run
from .sweep_kernels import BACKWARD, CURVED, FORWARD, NUMBERS, SIGNATURE, Key
from .sweep_steps import Table, curved_table, steps_of

MOST_NUMBERS: Final = 4_000_000  # in all lanes that run together, 32 MB


class Sweeps:
    """A tape of gates in runs; see `PythonSweeps`."""

    def __init__(self, tape: GateTape) -> None:
        self.tape = tape
        self.steps, self.slots = steps_of(tape)
        self.outputs = self.slots[np.array(tape.outputs, dtype=np.int64)]
        self.first_input = len(tape.parameters)
        self.first_constant = self.first_input + tape.input_count
        self.inputs = np.arange(self.first_input, self.first_constant)
        self.most_lanes = max(1, MOST_NUMBERS // tape.slot_count)
        self._tables: dict[str, Table] = {}
        self._free: dict[int, list[Workspace]] = {}

    def table(self, mode: str) -> Table:
        """The steps of a sweep."""
        if mode not in self._tables:
            # of two threads the first one's stays: what runs it has its address
            self._tables.setdefault(mode, self._table(mode))
        return self._tables[mode]

    def _table(self, mode: str) -> Table:
        if mode == CURVED:
            inputs = slice(self.first_input, self.first_constant)
            return curved_table(self.steps, self.tape.slot_count, inputs, int(self.outputs[0]))
        steps = self.steps
        if mode != FORWARD:
            steps = [step for step in steps[::-1] if step.kind.leading]
        return Table([(step, Key(step.kind, mode, step.steps)) for step in steps])

    def run(
        self, sweep: str, parameters: Sequence[float], inputs: Any, lanes: Any
    ) -> tuple[list[float], Any]:
        """What `PythonSweeps` gives, FORWARD, BACKWARD or CURVED; the lanes and it are arrays."""
        places = self.places(sweep)
        found = np.empty((len(lanes), len(places)))
        values: list[float] = []
        for space, part in self._spaces(lanes):
            space.put(parameters, inputs)
            space.aim(sweep, part)
            space.run(sweep)
            found[space.done] = space.moved[sweep][:, places]
            if sweep == CURVED:  # it leaves out what it can
                space.run(FORWARD, with_lanes=False)
            values = space.values[self.outputs].tolist()
        return values, found

    def along(self, sweep: str, parameters: Sequence[float], inputs: Any, direction: Any) -> Any:
        """What `run` gives for one direction, without the outputs."""
        space = self.take(1)
        space.put(parameters, inputs)
        space.aim(sweep, direction[None])
        space.run(sweep)
        found = space.moved[sweep][0].take(self.places(sweep))
        self.give(space)
        return found

    def places(self, sweep: str) -> Any:
        """The slots where a sweep ends."""
        return self.outputs if sweep == FORWARD else self.inputs

    def _spaces(self, lanes: Any) -> Iterable[tuple[Workspace, Any]]:
        """Workspaces for some of the lanes after the other, each given back when it is done."""
        for begin in range(0, len(lanes), self.most_lanes):
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
        self._addresses = (self._without_lanes.ctypes.data, self._numbers.ctypes.data)
        self.gradients[sweeps.outputs[0]] = 1.0  # of the first output; nobody writes there
        self._arrays = arrays  # the addresses are theirs
        self.moved = {FORWARD: self.tangents, BACKWARD: self.bent, CURVED: self.bent}
        first, last = sweeps.first_input, sweeps.first_constant
        self._parameters, self._inputs = self.values[:first], self.values[first:last]
        self._directions = self.tangents[:, first:last]
        self._weights: Any = ()
        self.done = slice(0)

    def put(self, parameters: Sequence[float], inputs: Any) -> None:
        """Set the numbers that a sweep is at."""
        if parameters:
            self._parameters[:] = parameters
        self._inputs[:] = inputs

    def aim(self, sweep: str, lanes: Any) -> None:
        """Set the directions of a sweep, or the weights of one backward; they stay."""
        if sweep == BACKWARD:
            self._weights = lanes
        else:
            self._directions[:] = lanes

    def run(self, sweep: str, with_lanes: bool = True) -> None:
        """One sweep; `moved` has what it gives, in each lane for all slots."""
        if sweep == BACKWARD:
            self.run(FORWARD, with_lanes=False)
            self.bent.fill(0.0)
            for bent, weights in zip(self.bent, self._weights):
                np.add.at(bent, self.sweeps.outputs, weights)
        self._native(sweep, with_lanes)()

    def running(self, sweep: str) -> Callable[[], None]:
        """What runs a sweep again and again."""
        return partial(self.run, sweep) if sweep == BACKWARD else self._native(sweep)

    def _native(self, sweep: str, with_lanes: bool = True) -> Callable[[], None]:
        table = self.sweeps.table(sweep)
        return partial(run_sweep(), table.address, table.count, self._addresses[with_lanes])


class CompressedSweep:
    """What gives the entries of a sparse matrix, again and again: the directions stay in place."""

    def __init__(self, sweeps: Sweeps, sweep: str, compressed: Compressed) -> None:
        self.sweeps, self.sweep = sweeps, sweep
        self._directions = np.array(compressed.directions())
        lanes = np.array(compressed.lanes, dtype=np.int64)
        places = np.array(compressed.places, dtype=np.int64)
        self._entries = lanes, places
        self._slots = lanes * sweeps.tape.slot_count + sweeps.places(sweep)[places]
        self._fits = compressed.count <= sweeps.most_lanes
        # with the numbers of all lanes in one array, and what runs the sweep
        self._free: list[tuple[Workspace, Any, Callable[[], None]]] = []

    def entries(self, parameters: Sequence[float], inputs: Any) -> Any:
        """The entries of the matrix as an array."""
        sweeps, sweep = self.sweeps, self.sweep
        if not self._fits:
            return sweeps.run(sweep, parameters, inputs, self._directions)[1][self._entries]
        try:
            free = self._free.pop()
        except IndexError:
            space = Workspace(sweeps, len(self._directions))
            space.aim(sweep, self._directions)
            free = space, space.moved[sweep].reshape(-1), space.running(sweep)
        space, moved, run = free
        space.put(parameters, inputs)
        run()
        entries = moved.take(self._slots)
        self._free.append(free)
        return entries


@cache
def run_sweep() -> Any:
    """The loop over a table of steps: run_sweep(table, count, numbers)."""
    module = ir.Module()
    whole = LONG.as_pointer()
    function = ir.Function(module, ir.FunctionType(VOID, [whole, LONG, whole]), "run_sweep")
    table, count, numbers = function.args
    b = ir.IRBuilder(function.append_basic_block())
    with Code(b, 1).loop(count) as step:
        kernel, *fields = fields_of_run(b, table, step, SIGNATURE)
        b.call(kernel, [numbers, *fields])
    b.ret_void()
    (address,) = machine().compile(module, ["run_sweep"], passes=False)
    return function_at(address, 3)
