"""What runs a tape: Python at first, machine code from when that pays.

>>> import minigrad as mg
>>> from minigrad.tape import flatten
>>> w, x = mg.Value(2.0), mg.Value(3.0)
>>> running = Running(lambda careful: flatten([w * x], [w], [x], careful), "python")
>>> running.run([5.0], [7.0])
([35.0], [[7.0, 5.0]])
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from math import inf, isfinite, isnan
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..engine import Value, numbers_of
from ..native import has_native, require_native
from ..tape import Kernel, Rows, Tape, flatten_batch, merged, replay
from .tracing import TracingError

if TYPE_CHECKING:
    from ..native import NativeFunction, NativeTape

# Operations in Python before machine code is made: 10 ms of them. To make it takes 1 ms for a small
# tape of kernels that were used before, and 2 to 70 ms where kernels, or LLVM, are to be loaded.
OPERATIONS_IN_PYTHON: Final = 50_000
A_CALL: Final = 20  # counts as so many operations


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


class Running:
    """One example on a tape, by the executor of that name, with what may have to be done again.

    `make_tape` is called with whether the tape is to be careful.
    """

    def __init__(self, make_tape: Callable[[bool], Tape], executor: str) -> None:
        self._make_tape = make_tape
        self.executor = executor
        self.function: NativeFunction | None = None  # machine code, once there is
        self.runner: Runner
        self._take(make_tape(False))

    def _take(self, tape: Tape) -> None:
        """Run this tape from now on, as machine code if the last one was."""
        at_once = self.function is not None or self.executor not in ("auto", "python")
        self.tape = tape
        self._is_partial = any(kernel.partial for kernel in set(tape.kernels))
        self.index_limits = _index_limits(tape) if self._is_partial else {}
        # an index is out of range, or a function of a user's does
        self.may_raise = self._is_partial and (bool(self.index_limits) or _may_raise(tape))
        self._operations = len(tape.kernels) + A_CALL
        self._left = inf  # operations until there is machine code
        self.function, self.runner = None, PythonTape(tape)
        self._native_tape: NativeTape | None = None
        if self.executor == "auto" and is_to_be_native():
            self._left = OPERATIONS_IN_PYTHON
        if at_once:
            self._make_machine_code()

    def _make_machine_code(self) -> None:
        """Run machine code from now on, where that is possible."""
        self._left = inf
        if not runs_in_python(self.tape, self.executor):
            from ..native import OnNativeTape, native_function

            make = native_function if self.executor == "auto" else OnNativeTape
            self.runner = self.function = make(self.tape)

    def native_tape(self) -> NativeTape | None:
        """The tape as the native tape; None where it runs in Python."""
        if self._native_tape is None and not runs_in_python(self.tape, self.executor):
            from ..native import NativeTape

            self._native_tape = NativeTape(self.tape)
        return self._native_tape

    def run(
        self, parameters: list[float], numbers: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs, and the gradients of each."""
        self._left -= self._operations
        if self._left < 0.0:
            self._make_machine_code()
        return self.run_as_it_is(parameters, numbers)

    def run_as_it_is(
        self, parameters: list[float], numbers: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """The same, for who runs a row of a batch to compare it: no machine code is made for it."""
        outputs, gradients = self.runner.run(parameters, numbers)
        if (
            self.tape.multiplies_nothing
            and not isfinite(sum(map(sum, gradients)))  # in C; only then is the question asked
            and self.tape.may_be_wrong(gradients)
        ):
            self.be_careful()
            outputs, gradients = self.runner.run(parameters, numbers)
        if self.index_limits:
            self.check_indexes(numbers, lambda: parameters)
        if self._is_partial and any(map(isnan, outputs)):
            replay(self.tape, parameters, numbers)  # an index out of range raises here
        return outputs, gradients

    def be_careful(self) -> bool:
        """Run by the careful tape from now on: a gradient was not finite, perhaps for nothing.

        False if that makes no difference.
        """
        if self.tape.careful or not any(self.tape.routes):
            return False
        self._take(self._make_tape(True))
        return True

    def careful_tape(self) -> Tape:
        """A tape that is right whatever the numbers are, so that nobody has to look at them."""
        is_right = self.tape.careful or not any(self.tape.routes)
        return self.tape if is_right else self._make_tape(True)

    def check_indexes(self, numbers: list[float], parameters: Callable[[], list[float]]) -> None:
        """Raise the IndexError of the function itself, if a number is no index that it can be.

        Only then is anybody asked for the numbers of the parameters: to read them takes longer.
        """
        for place, limit in self.index_limits.items():
            if not (0 <= numbers[place] < limit and numbers[place] % 1 == 0):
                replay(self.tape, parameters(), numbers)


def _may_raise(tape: Tape) -> bool:
    """Whether an operation can: not a choice by a comparison, which is 0 or 1."""
    for kernel, slots in zip(tape.kernels, tape.operands):
        if kernel.partial:
            place = slots[-1] - tape.first
            if not (kernel.chooses and place >= 0 and _is_comparison(tape.kernels[place])):
                return True
    return False


def _is_comparison(kernel: Kernel) -> bool:
    formula = kernel.formula
    if formula is None or formula.operation != "where":
        return False
    return [part.operands for part in formula.operands[1:]] == [(1.0,), (0.0,)]


def _index_limits(tape: Tape) -> dict[int, int]:
    """The inputs that are indexes, by place: how many choices each is for."""
    limits: dict[int, int] = {}
    first = len(tape.parameters)
    for kernel, slots in zip(tape.kernels, tape.operands):
        place = slots[-1] - first
        if kernel.chooses and 0 <= place < tape.input_count:
            limits[place] = min(limits.get(place, len(slots)), len(slots) - 1)
    return limits


# --- rows ----------------------------------------------------------------------------------------


class BatchRunner(Protocol):
    """Runs the rows of a batch."""

    name: str
    size: int

    def run(self, rows: Rows, divisor: int) -> tuple[float, Sequence[float], bool]:
        """The sum of the output over the rows, and its gradients towards the parameters.

        All are divided by `divisor`. The last is whether all gradients are known to be finite.
        """


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


# --- Python or machine code ----------------------------------------------------------------------


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
