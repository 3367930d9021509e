"""One recording of a function: its tape, what runs it, and a check against the function itself."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import isnan
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from ..engine import Leaves, Value, leaves_and_gates, numbers_of, with_gates
from ..rules import Gate, described
from ..tape import Tape, flatten, replay
from .arguments import put_together, structure_text, take_result_apart
from .executors import BatchRunner, Runner, make_batch_runner, make_runner
from .parameters import Places
from .tracing import TracingError, recorded

TOLERANCE = 1e-9  # how far the replay may be from the function itself, relative


class Recorded(Protocol):
    """A compiled function, as far as its recordings know it."""

    function: Callable[..., Any]
    name: str
    executor: str
    gate: Gate


class Behind(NamedTuple):
    """The leaves behind one of the outputs."""

    parameters: Leaves
    places: list[int] | None  # of these parameters among all; None where they are all
    inputs: set[int]


class Recording:
    """What was recorded for one structure of arguments."""

    def __init__(
        self,
        compiled: Recorded,
        structure: Hashable,
        inputs: list[Value],
        result: Any,
        numbers: list[float],
    ) -> None:
        self.function, self.name, self.gate = compiled.function, compiled.name, compiled.gate
        self.structure, self.executor = structure, compiled.executor
        self.output_structure, self.outputs = take_result_apart(compiled.name, result)
        wires, leaves = _all_wires(self.outputs)
        self.input_labels = [wire.label for wire in inputs]
        given = set(inputs)
        self.parameters = [
            wire for wire in wires if wire.is_leaf and wire not in given and not wire.is_constant
        ]
        self.leaves = Leaves(self.parameters)
        self.behind = [_behind(found, self.parameters, inputs) for found in leaves]
        gates = [wire for wire in wires if not wire.is_leaf]
        self.gate_count = sum(map(_gates_shown, gates))
        self.places = Places(self.function, self.parameters)
        self._inputs = inputs
        self.tape: Tape = flatten(self.outputs, self.parameters, inputs)
        self.runner: Runner = make_runner(self.tape, self.executor)
        self._batch_runner: BatchRunner | None = None
        self.checked = False
        self._recorded_with = (self.parameter_numbers(), numbers)
        self._is_partial = any(kernel.partial for kernel in self.tape.kernels)
        self.index_limits = _index_limits(self.tape)
        self.seconds = 0.0

    def call(self, leaves: Sequence[Value]) -> Any:
        """The function itself, on wires in the structure of this recording."""
        arguments, named = put_together(self.structure, iter(leaves))
        return self.function(*arguments, **named)

    def parameter_numbers(self) -> list[float]:
        """What the parameters are at the moment."""
        return numbers_of(self.parameters)

    def check_places(self) -> None:
        """Raise a TracingError if the function would find other parameters than it did."""
        if not self.places.unchanged():
            raise TracingError(
                f"a parameter of {self.name}, or what leads to it, has been replaced by another "
                f"object since {self.name} was recorded: write w.data = number to change a "
                f"parameter, or call {self.name}.clear() to record again"
            )

    def run(
        self, parameters: list[float], numbers: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs and their gradients towards the parameters and the numbers."""
        outputs, gradients = self.runner.run(parameters, numbers)
        if self.index_limits:
            self.check_indexes(numbers)
        if self._is_partial and any(map(isnan, outputs)):
            replay(self.tape, parameters, numbers)  # an index out of range raises here
        return outputs, gradients

    def check_indexes(self, numbers: list[float]) -> None:
        """Raise the IndexError of the function itself, if a number is no index that it can be."""
        for place, limit in self.index_limits.items():
            if not (0 <= numbers[place] < limit and numbers[place] % 1 == 0):
                replay(self.tape, self.parameter_numbers(), numbers)

    def batch_runner(self) -> BatchRunner:
        """What runs the recording over rows, made when it is first asked for."""
        if self._batch_runner is None:
            if len(self.outputs) != 1:
                raise TypeError(
                    f"batch() needs a function with one result, {self.name} returns "
                    f"{structure_text(self.output_structure)}"
                )
            start = perf_counter()
            self._batch_runner = make_batch_runner(
                self.outputs[0], self.parameters, self._inputs, self.tape, self.executor
            )
            self.seconds += perf_counter() - start
        return self._batch_runner

    def check(self, parameters: list[float], numbers: list[float], outputs: list[float]) -> None:
        """Compare one replay with other numbers than the recorded ones with the function itself."""
        if self.checked or (parameters, numbers) == self._recorded_with:
            return
        with _without_collector(), with_gates():
            result = self.call([Value(x) for x in numbers])
        if (difference := self._difference(result, outputs)) is not None:
            raise TracingError(
                f"the recording of {self.name} gives {difference[0]} where the function itself "
                f"gives {difference[1]}: something that depends on the numbers was fixed when it "
                "was recorded (.data of a Value, random numbers, a variable that changes). Use "
                "Values and mg.where throughout, or call the function without mg.compile"
            )
        self.checked = True

    def _difference(self, result: Any, replayed: list[float]) -> tuple[str, str] | None:
        """What was replayed and what the function has returned, in words, if they differ."""
        try:
            structure, wires = take_result_apart(self.name, result, with_numbers=True)
        except TypeError:
            return _listed(replayed), described(result)
        numbers = numbers_of(wires)
        if structure == self.output_structure:
            same = all(map(_close, numbers, replayed))
            return None if same else (_listed(replayed), _listed(numbers))
        if numbers != replayed:
            return _listed(replayed), _listed(numbers)
        return structure_text(self.output_structure), structure_text(structure)

    def stats(self) -> dict[str, Any]:
        """Sizes, the executor and the time it took, for `Compiled.stats`."""
        runner = self._batch_runner or self.runner
        return {
            "gates": self.gate_count,
            "operations": len(self.tape.kernels),
            "parameters": len(self.parameters),
            "inputs": self.tape.input_count,
            "bytes": runner.size,
            "executor": runner.name,
            "seconds": self.seconds,
        }


def record_function(compiled: Recorded, structure: Hashable, numbers: list[float]) -> Recording:
    """Call the function on Values and keep the circuit that it builds as a tape."""
    start = perf_counter()
    inputs: list[Value] = [Value(number, label=f"x_{i + 1}") for i, number in enumerate(numbers)]
    arguments, named = put_together(structure, iter(inputs))
    with _without_collector():
        with with_gates():
            result = recorded(partial(compiled.function, *arguments, **named))
        made = Recording(compiled, structure, inputs, result, numbers)
    made.seconds += perf_counter() - start
    return made


def _index_limits(tape: Tape) -> dict[int, int]:
    """The inputs that are indexes, by place: how many choices each is for."""
    limits: dict[int, int] = {}
    first = len(tape.parameters)
    for kernel, slots in zip(tape.kernels, tape.operands):
        place = slots[-1] - first
        if kernel.chooses and 0 <= place < tape.input_count:
            limits[place] = min(limits.get(place, len(slots)), len(slots) - 1)
    return limits


@contextmanager
def _without_collector() -> Iterator[None]:
    """A recording makes many objects and no garbage: the collector would only look at them."""
    was_on = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if was_on:
            gc.enable()


def _all_wires(outputs: list[Value]) -> tuple[list[Value], list[list[Value]]]:
    """The wires behind all outputs, and the leaves behind each."""
    wires: dict[Value, None] = {}
    leaves_behind = []
    for output in outputs:
        leaves, gates = leaves_and_gates(output)
        wires.update(dict.fromkeys(leaves))
        wires.update(dict.fromkeys(gates))
        leaves_behind.append(leaves)
    return list(wires), leaves_behind


def _behind(leaves: list[Value], parameters: list[Value], inputs: list[Value]) -> Behind:
    found = set(leaves)
    places = [i for i, wire in enumerate(parameters) if wire in found]
    return Behind(
        Leaves(parameters[i] for i in places),
        None if len(places) == len(parameters) else places,
        {i for i, wire in enumerate(inputs) if wire in found},
    )


def _gates_shown(wire: Value) -> int:
    """How many gates a reader sees in the place of one: a dot product has its × gates."""
    is_dot = wire.gate is not None and wire.gate.is_dot
    return len(wire.inputs) // 2 + 1 if is_dot else 1


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers[:4]) + ", …" * (len(numbers) > 4)


def _close(value: float, replayed: float) -> bool:
    if isnan(value) or isnan(replayed):
        return isnan(value) and isnan(replayed)
    return value == replayed or abs(value - replayed) <= TOLERANCE * max(
        abs(value), abs(replayed), TOLERANCE
    )
