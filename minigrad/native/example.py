"""One example on the native tape: its runs in order. Needs llvmlite and NumPy."""

from __future__ import annotations

import numpy as np

from ..tape import Tape
from .dot_groups import Arrangement
from .schedule import Array, Schedule


class NativeTape:
    """One example on the native tape; see `Runner`."""

    name = "native tape"

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.schedule = Schedule(tape)
        arrangement = Arrangement(tape, self.schedule.runs)
        self.slots = slots = arrangement.slots
        self.schedule.lay(arrangement.steps)
        self.slot_count = arrangement.slot_count
        self.outputs = slots[np.array(tape.outputs, dtype=np.int64)]
        self.gradients = slots[np.array(tape.gradients, dtype=np.int64)]
        # what is added to each output's gradients: where a gate routes, a zero is 0.0
        self.zeros = np.where(tape.routes, 0.0, -0.0)[:, None] if any(tape.routes) else None
        self.parameter_count = len(tape.parameters)
        self.first_constant = self.parameter_count + tape.input_count
        self.size = self.schedule.size + 8 * self.slot_count
        self._free: list[Array] = []

    def take(self) -> Array:
        """An array of slots that no other thread uses; give it back with `give`."""
        try:
            return self._free.pop()
        except IndexError:
            values = Array(self.slot_count)
            values.numbers[self.first_constant : self.tape.first] = self.tape.constants
            return values

    def give(self, values: Array) -> None:
        """Put an array of slots back."""
        self._free.append(values)

    def calls(self, values: Array) -> list[list[int]]:
        """What `run_on` calls, for machine code that does the same."""
        return [self.schedule.call(values)]

    def run_on(self, values: Array) -> None:
        """Run on an array of slots of which the parameters and inputs are set."""
        self.schedule.run(values)

    def run(
        self, parameters: list[float], inputs: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """See `Runner`."""
        values = self.take()
        numbers = values.numbers
        numbers[: self.first_constant] = [*parameters, *inputs]
        self.run_on(values)
        gradients = numbers.take(self.gradients)
        if self.zeros is not None:
            gradients += self.zeros
        results = numbers.take(self.outputs).tolist(), gradients.tolist()
        self.give(values)
        return results
