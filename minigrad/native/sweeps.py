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

from ..tape import Compressed, GateTape
from .machine import function_at, machine
from .operand import INT, LONG, VOID, Code
from .schedule import Array
from .sweep_kernels import BACKWARD, CURVED, FORWARD, NUMBERS, SIGNATURE, Key
from .sweep_steps import FIELDS, Table, curved_table, steps_of

MOST_NUMBERS: Final = 4_000_000  # in all lanes that run together, 32 MB


class Sweeps:
    """A tape of gates in runs; see `PythonSweeps`."""

    def __init__(self, tape: GateTape) -> None:
        self.tape = tape
        self.steps, self.slots = steps_of(tape)
        self.outputs = self.slots[np.array(tape.outputs, dtype=np.int64)]
        self.first_input = len(tape.parameters)
        self.first_constant = self.first_input + tape.input_count
        self.most_lanes = max(1, MOST_NUMBERS // tape.slot_count)
        self._tables: dict[str, Table] = {}
        self._free: dict[int, list[Workspace]] = {}

    def table(self, mode: str) -> Table:
        """The steps of a sweep."""
        if mode not in self._tables:
            if mode == CURVED:
                inputs = slice(self.first_input, self.first_constant)
                output = int(self.outputs[0])
                made = curved_table(self.steps, self.tape.slot_count, inputs, output)
            else:
                steps = self.steps
                if mode != FORWARD:
                    steps = [step for step in steps[::-1] if step.kind.leading]
                made = Table([(step, Key(step.kind, mode, step.steps)) for step in steps])
            self._tables[mode] = made
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
            space.run(CURVED)
            found[space.done] = space.bent[:, self.first_input : self.first_constant]
        return values, found

    def curved_along(self, parameters: Sequence[float], inputs: Any, direction: Any) -> Any:
        """What `curved` gives for one direction, without the outputs."""
        space = self.take(1)
        if parameters:
            space.parameters[:] = parameters
        space.inputs[:] = inputs
        space.tangents[0, self.first_input : self.first_constant] = direction
        space.run(CURVED)
        bent = space.bent[0, self.first_input : self.first_constant].copy()
        self.give(space)
        return bent

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
        self._addresses = (self._without_lanes.ctypes.data, self._numbers.ctypes.data)
        self.gradients[sweeps.outputs[0]] = 1.0  # of the first output; nobody writes there
        self._arrays = arrays  # the addresses are theirs
        self.parameters = self.values[: sweeps.first_input]
        self.inputs = self.values[sweeps.first_input : sweeps.first_constant]
        self.flat_bent = self.bent.reshape(-1)
        self.done = slice(0)

    def run(self, mode: str, with_lanes: bool = True) -> None:
        """One sweep."""
        table = self.sweeps.table(mode)
        run_sweep()(table.address, table.count, self._addresses[with_lanes])

    def outputs(
        self, parameters: Sequence[float], inputs: Any, with_tangents: bool = True
    ) -> list[float]:
        """Sweep forward, and give the outputs."""
        sweeps = self.sweeps
        self.parameters[:] = parameters
        self.inputs[:] = inputs
        self.run(FORWARD, with_tangents)
        outputs: list[float] = self.values[sweeps.outputs].tolist()
        return outputs


class CompressedHessian:
    """What gives the entries of a sparse Hessian, again and again: the directions stay in place."""

    def __init__(self, sweeps: Sweeps, compressed: Compressed) -> None:
        self.sweeps, self.count = sweeps, compressed.count
        self.directions = np.array(compressed.directions()).reshape(self.count, -1)
        lanes = np.array(compressed.lanes, dtype=np.int64)
        places = np.array(compressed.places, dtype=np.int64)
        self._lanes, self._places = lanes, places
        self._read = lanes * sweeps.tape.slot_count + places + sweeps.first_input
        self._fits = 0 < self.count <= sweeps.most_lanes
        self._free: list[Workspace] = []

    def entries(self, parameters: Sequence[float], inputs: Any) -> Any:
        """The entries of the matrix as an array."""
        sweeps = self.sweeps
        if not self._fits:
            return sweeps.curved(parameters, inputs, self.directions)[1][self._lanes, self._places]
        try:
            space = self._free.pop()
        except IndexError:
            space = Workspace(sweeps, self.count)
            space.tangents[:, sweeps.first_input : sweeps.first_constant] = self.directions
        if parameters:
            space.parameters[:] = parameters
        space.inputs[:] = inputs
        space.run(CURVED)
        entries = space.flat_bent.take(self._read)
        self._free.append(space)
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
        field = [
            b.load(b.gep(table, [b.add(b.mul(step, LONG(FIELDS)), LONG(i))])) for i in range(FIELDS)
        ]
        kernel = b.inttoptr(field[0], SIGNATURE.as_pointer())
        index = b.inttoptr(field[1], INT.as_pointer())
        b.call(kernel, [numbers, index, *field[2:]])
    b.ret_void()
    (address,) = machine().compile(module, ["run_sweep"], passes=False)
    return function_at(address, 3)
