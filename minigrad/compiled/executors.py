"""What runs a tape: Python here, machine code where llvmlite is installed."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from math import isfinite
from operator import itemgetter
from typing import Any, Protocol

from ..engine import Value, numbers_of
from ..native import has_native, require_native
from ..tape import Tape, flatten_batch, merged
from .tracing import TracingError


class Runner(Protocol):
    """Runs one example."""

    name: str

    @property
    def size(self) -> int:
        """How many bytes it takes."""

    def run(
        self, parameters: list[float], inputs: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs, and for each its gradients towards parameters and inputs."""


class Rows(Protocol):
    """The rows of a batch, as far as an executor knows them; see `rows`."""

    count: int
    numbers: Any
    prepared: dict[int, Any]

    def row(self, i: int) -> list[float]:
        """The numbers of one row."""


class BatchRunner(Protocol):
    """Runs the rows of a batch."""

    name: str
    size: int

    def run(self, rows: Rows, divisor: int) -> tuple[float, Sequence[float], bool]:
        """The sum of the output over the rows, and its gradients towards the parameters.

        All are divided by `divisor`. The last is whether all gradients are known to be finite.
        """


class PythonTape:
    """The tape replayed in Python: no machine code, the same answers."""

    name = "python tape"

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._plan: tuple[list[Any], ...] | None = None

    @property
    def size(self) -> int:
        """See `Runner`."""
        return 8 * (self.tape.slot_count + sum(map(len, self.tape.operands)))

    def run(
        self, parameters: list[float], inputs: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """See `Runner`."""
        tape = self.tape
        plan = self._plan = self._plan or _plan(tape)
        values = [*parameters, *inputs, *tape.constants]
        append = values.append
        for function, x, y, operands in zip(*plan):
            if operands is None:
                append(function(values[x], values[y]))
            else:
                append(function(*operands(values)))
        return tape.results(values)


def _plan(tape: Tape) -> tuple[list[Any], ...]:
    """Of each operation its function, its two operands, and what reads them where they are others.

    Nearly all have two: to read these by their places takes half as long.
    """
    pairs = [slots if len(slots) == 2 else (0, 0) for slots in tape.operands]
    others = [None if len(slots) == 2 else _reader(slots) for slots in tape.operands]
    functions = [kernel.on_floats for kernel in tape.kernels]
    return functions, [x for x, _ in pairs], [y for _, y in pairs], others


def _reader(slots: Sequence[int]) -> Any:
    (first, *more) = slots
    return itemgetter(*slots) if more else itemgetter(slice(first, first + 1))


class PythonRows:
    """A batch replayed in Python, row by row."""

    name = "python tape, row by row"

    def __init__(self, tape: Tape) -> None:
        self.example = PythonTape(tape)
        self.size = self.example.size

    def run(self, rows: Rows, divisor: int) -> tuple[float, Sequence[float], bool]:
        """See `BatchRunner`."""
        parameters = numbers_of(self.example.tape.parameters)
        total, gradients = 0.0, [0.0] * len(parameters)
        for i in range(rows.count):
            (output,), (sent,) = self.example.run(parameters, rows.row(i))
            total += output
            gradients = [old + new for old, new in zip(gradients, sent)]
        return total / divisor, [sent / divisor for sent in gradients], isfinite(sum(gradients))


def make_batch_runner(
    output: Value,
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    tape: Tape,
    executor: str,
) -> BatchRunner:
    """What runs the rows of a batch; `tape` is that of one example."""
    if runs_in_python(tape, executor):
        return PythonRows(tape)
    from ..native import NativeBatch

    return NativeBatch(merged(flatten_batch(output, parameters, inputs, tape.careful)), executor)


@cache
def _say_once_that_it_is_python() -> None:
    remedy = "install llvmlite and NumPy (the extra `native` of minigrad-circuits), or write"
    if sys.platform == "emscripten":
        remedy = "there is no llvmlite for Python in the browser; write"
    warnings.warn(
        "compiled functions run in Python here, far slower than as machine code: "
        f"{remedy} executor='python' to have it so",
        RuntimeWarning,
        stacklevel=2,
    )


@cache
def is_to_be_native() -> bool:
    """Whether llvmlite and NumPy seem to be there; to load them takes longer than many a run."""
    found = all(find_spec(name) for name in ("llvmlite", "numpy"))
    if not found:
        _say_once_that_it_is_python()
    return found


def runs_in_python(tape: Tape, executor: str) -> bool:
    """Whether that is wanted, or there is no other way: a user's Python function is not native."""
    if executor == "auto":
        if not has_native():
            _say_once_that_it_is_python()
            return True
        return bool(only_python(tape))
    if executor != "python":
        require_native(executor)
        if names := only_python(tape):
            raise TracingError(
                f"{names[0]} is ordinary Python, which the executor {executor!r} cannot run: "
                "leave executor= out, or write the gate with minigrad's functions"
            )
    return executor == "python"


def only_python(tape: Tape) -> list[str]:
    """What has no machine code: a user's Python functions."""
    from ..native import is_native

    kinds = set(tape.kernels)  # a large circuit has millions of operations of a few kinds
    return sorted(kernel.name for kernel in kinds if not is_native(kernel))
