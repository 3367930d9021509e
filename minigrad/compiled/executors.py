"""What runs a tape: Python here, machine code where llvmlite is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ..engine import Value
from ..native import has_native, require_native
from ..tape import Tape, flatten_batch, merged, replay

if TYPE_CHECKING:
    from .rows import Rows


class Runner(Protocol):
    """Runs one example."""

    name: str
    size: int

    def run(
        self, parameters: list[float], inputs: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs, and for each its gradients towards parameters and inputs."""


class BatchRunner(Protocol):
    """Runs the rows of a batch."""

    name: str
    size: int

    def run(self, parameters: list[float], rows: Rows, divisor: int) -> tuple[float, list[float]]:
        """The sum of the output over the rows, and its gradients towards the parameters.

        All are divided by `divisor`.
        """


class PythonTape:
    """The tape replayed in Python: no machine code, the same answers."""

    name = "python tape"

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.size = 8 * (tape.slot_count + sum(map(len, tape.operands)))

    def run(
        self, parameters: list[float], inputs: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """See `Runner`."""
        return replay(self.tape, parameters, inputs)


class PythonRows:
    """A batch replayed in Python, row by row."""

    name = "python tape, row by row"

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.size = 8 * (tape.slot_count + sum(map(len, tape.operands)))

    def run(self, parameters: list[float], rows: Rows, divisor: int) -> tuple[float, list[float]]:
        """See `BatchRunner`."""
        total, gradients = 0.0, [0.0] * len(parameters)
        for i in range(rows.count):
            (output,), (sent,) = replay(self.tape, parameters, rows.row(i))
            total += output
            gradients = [old + new for old, new in zip(gradients, sent)]
        return total / divisor, [sent / divisor for sent in gradients]


def make_runner(tape: Tape, executor: str) -> Runner:
    """What runs one example: the native tape where it is there and can run all kernels."""
    if executor == "python" or (executor == "auto" and not (has_native() and _is_native(tape))):
        return PythonTape(tape)
    require_native(executor)
    from ..native import NativeTape

    return NativeTape(tape)


def _is_native(tape: Tape) -> bool:
    """Whether no operation is a user's Python function."""
    from ..native import is_native

    return all(map(is_native, set(tape.kernels)))


def make_batch_runner(
    output: Value,
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    tape: Tape,
    executor: str,
) -> BatchRunner:
    """What runs the rows of a batch: lanes for small circuits, the tape for large ones."""
    if executor == "python" or (executor == "auto" and not (has_native() and _is_native(tape))):
        return PythonRows(tape)
    require_native(executor)
    from ..native import NativeBatch

    return NativeBatch(merged(flatten_batch(output, parameters, inputs)), executor)
