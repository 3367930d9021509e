"""One training step of a compiled loss on one example, as one native call.

Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..compiled import Recording
from ..native import NativeTape
from ..rules import as_number
from .machine import Calls, NativeTraining, Route


class NativeExample:
    """Steps on examples of one structure: those of one recording."""

    def __init__(self, training: NativeTraining, recording: Recording) -> None:
        self.training = training
        runner: NativeTape = recording.runner  # type: ignore[assignment]
        self.recording = recording  # the calls are addresses in its tables: they must not be freed
        self.values = runner.take()
        moved = {value: i for i, value in enumerate(training.moved)}
        wires, gradient_slots = recording.parameters, runner.gradients[0].tolist()
        self.route = Route(self.values, int(runner.outputs[0]), wires, gradient_slots, moved)
        self.calls = Calls([(runner.calls(self.values), 1)])
        self.inputs = slice(len(wires), runner.first_constant)

    def step(self, numbers: Sequence[Any]) -> float | None:
        """The loss before the step; None if it, or its gradient, is not finite: no step then."""
        done = self.training.done
        numbers = list(map(as_number, numbers))
        if self.recording.index_limits:
            self.recording.check_indexes(numbers)
        self.values.numbers[self.inputs] = numbers
        self.training.run(self.route, self.calls, 0, 1)
        return float(self.training.losses.numbers[0]) if self.training.done > done else None
