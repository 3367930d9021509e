"""One example on the native tape: its runs in order. Needs llvmlite and NumPy."""

from __future__ import annotations

import numpy as np

from ..tape import Tape
from .dot_groups import Arrangement
from .schedule import Array, Schedule


class NativeTape:
    """The runs of one example over an array of slots, and where in it the results are."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.schedule = Schedule(tape)
        arrangement = Arrangement(tape, self.schedule.runs)
        self.slots = slots = arrangement.slots
        self.schedule.lay(arrangement.steps)
        self.slot_count = arrangement.slot_count
        self.outputs = slots[np.array(tape.outputs, dtype=np.int64)]
        self.gradients = slots[np.array(tape.gradients, dtype=np.int64)]
        self.first_constant = len(tape.parameters) + tape.input_count
        self.size = self.schedule.size + 8 * self.slot_count

    def values(self) -> Array:
        """A new array of slots; whoever runs on it sets its parameters and inputs."""
        values = Array(self.slot_count)
        values.numbers[self.first_constant : self.tape.first] = self.tape.constants
        return values
