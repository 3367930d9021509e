"""One recording of a function: its tape, and what runs it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cached_property, partial
from operator import is_
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from ..calculus import (
    OperationCount,
    count_of,
    fixed_values,
    operations_of,
    put_together,
    structure_text,
    take_result_apart,
)
from ..engine import (
    Circuit,
    Leaves,
    Source,
    Value,
    number_of,
    numbers_of,
    with_gates,
)
from ..rules import Gate
from ..tape import Tape, array_counts, flatten, without_collector
from .arguments import Natures, is_flat
from .comparison import SELECT, Wires
from .parameters import Places
from .places_read import PlacesRead
from .plain_numbers import OF_A_CONSTANT, Place, PlainNumbers, how_it_may_change
from .running import BatchRunner, PythonRows, Running, make_batch_runner
from .sweeping import Sweeping
from .tracing import TracingError, explain, recorded


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
        result: tuple[Hashable, list[Value]],
        numbers: list[float],
        read: list[Value],
    ) -> None:
        self.function, self.name, self.gate = compiled.function, compiled.name, compiled.gate
        self.structure, self.executor = structure, compiled.executor
        self.output_structure, self.outputs = result
        fixed = fixed_values(structure)
        known = partial(self._found_by_the_function, fixed)
        self.wires = Wires(self.outputs, inputs, known, joins=True, listed=read)
        wires = self.wires.all
        self.input_labels = [wire.label for wire in inputs]
        given = set(inputs)
        leaves = [wire for wire in wires if wire.gate is None and wire not in given]
        self.leaves = Leaves(wire for wire in leaves if not wire.is_constant)
        # read at each call: constants too, where somebody may give them another number
        constants = [wire for wire in leaves if wire.is_constant and wire in self.wires.held]
        self.parameters = [*self.leaves, *constants]
        self.behind = [_behind(found, self.leaves, inputs) for found in self.wires.leaves]
        self.gate_count = self.wires.gate_count
        # of those, which nobody knows where the function has them from
        self.missing = [wire for wire in self.parameters if id(wire) not in self.places.found]
        self.asked: frozenset[str] = frozenset()  # attributes that it reads of arguments
        self.wires_read: Collection[Value] = ()  # all that it leads to
        self._constants_read = dict.fromkeys(read)  # their numbers, by Python
        self.plain_numbers = PlainNumbers(lambda: self._places_read(fixed), self.gate_count)
        self.inputs = inputs
        self._batch_runner: tuple[Tape, BatchRunner] | None = None  # and the tape it is made of
        self.checked = False
        self.recorded_with = (self.parameter_numbers(), numbers)
        self.seconds = 0.0

    def _found_by_the_function(self, fixed: Iterable[Any], leaves: list[Value]) -> set[int]:
        self.places = Places(self.function, leaves, fixed)
        return self.places.found

    def _places_read(self, fixed: Iterable[Any]) -> list[Place]:
        found = PlacesRead(self.function, fixed)
        self.asked, self.wires_read = found.asked, found.wires
        return found.places + [
            Place(number_of, wire, number_of(wire), (OF_A_CONSTANT,))
            for wire in self._constants_read
        ]

    @cached_property
    def natures(self) -> Natures:
        """What the arguments of the calls have been that were compared."""
        return Natures(self.wires_read, self.asked)

    @cached_property
    def is_flat(self) -> bool:
        """Whether arguments of these kinds are the same in all else."""
        return is_flat(self.structure)

    @cached_property
    def running(self) -> Running:
        """The tape of the outputs and their gradients towards parameters and inputs."""
        return Running(self._flattened, self.executor)

    def _flattened(self, careful: bool, wanted: list[Value] | None = None) -> Tape:
        with without_collector():
            circuit = self.wires.for_running()
            return flatten(self.outputs, self.parameters, self.inputs, careful, wanted, circuit)

    @cached_property
    def by_arguments(self) -> Running:
        """The same with the gradients towards what is given by place alone, in the same order."""
        structure: Any = self.structure
        by_place = self.inputs[: count_of(structure[1])]
        if not self.parameters and len(by_place) == len(self.inputs):
            return self.running
        return Running(partial(self._flattened, wanted=by_place), self.executor)

    @cached_property
    def sweeping(self) -> Sweeping:
        """The gates with their first and second derivatives by the arguments."""
        with without_collector():
            return Sweeping(
                self.outputs,
                self.parameters,
                self.inputs,
                self.structure,
                self.executor,
                self.wires.all,
            )

    @cached_property
    def has_indexes(self) -> bool:
        """Whether a number chooses by its place, and so may be none that it can be."""
        return any(wire.gate is SELECT for wire in self.wires.all)

    @cached_property
    def leaves_of_batches(self) -> Leaves:
        """The leaves as batches have them: machine code writes their gradients where it can."""
        if not isinstance(self.batch_runner(), PythonRows):
            from ..native import LeavesInSlots, has_slots

            if has_slots():
                return LeavesInSlots(self.leaves)
        return self.leaves

    @property
    def tape(self) -> Tape:
        """The tape of one example."""
        return self.running.tape

    @property
    def index_limits(self) -> dict[int, int]:
        """The inputs that are indexes, by place: how many choices each is for."""
        return self.running.index_limits

    def call(self, numbers: Iterable[Any], plain: bool = False) -> Any:
        """The function itself, on wires or numbers in the structure of this recording."""
        arguments, named = put_together(self.structure, iter(numbers), plain)
        return self.function(*arguments, **named)

    def circuit_at(self, numbers: Iterable[float]) -> Any:
        """What the function itself builds on new leaves."""
        leaves = [Value(number) for number in numbers]
        for leaf, label in zip(leaves, self.input_labels):
            leaf.label = label
        with with_gates():
            return self.call(leaves)

    @property
    def place(self) -> str:
        """The function's name and where it stands, for messages."""
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        if code is None:
            return self.name
        return f"{self.name} ({Source(code.co_filename, code.co_firstlineno)})"

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

    def check_plain_numbers(self) -> None:
        """Raise a TracingError if a plain number that the function reads is another by now."""
        self._refuse_changed(self.plain_numbers.certainly_changed(), "has changed")

    def check_counters(self) -> None:
        """Raise a TracingError if the function itself has changed one, by being called again."""
        changed = self.plain_numbers.changed_by_the_call()
        self._refuse_changed(changed, "the function itself has changed")

    def _refuse_changed(self, changed: str | None, how: str) -> None:
        if changed is not None:
            raise TracingError(
                f"{self.place} reads {changed}, which {how} since {self.name} was recorded: "
                f"a plain number is fixed then. {how_it_may_change(changed, self.name)}"
            )

    def run(
        self, parameters: list[float], numbers: list[float]
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs and their gradients towards the parameters and the numbers."""
        return self.running.run(parameters, numbers)

    def check_indexes(self, numbers: list[float]) -> None:
        """Raise the IndexError of the function itself, if a number is no index that it can be."""
        self.running.check_indexes(numbers, self.parameter_numbers)

    def batch_runner(self) -> BatchRunner:
        """What runs the recording over rows, made when it is first asked for."""
        tape = self.tape
        if self._batch_runner is None or self._batch_runner[0] is not tape:
            if len(self.outputs) != 1:
                raise TypeError(
                    f"batch() needs a function with one result, {self.name} returns "
                    f"{structure_text(self.output_structure)}"
                )
            start = perf_counter()
            runner = make_batch_runner(
                self.outputs[0], self.parameters, self.inputs, tape, self.executor
            )
            self._batch_runner = tape, runner
            self.seconds += perf_counter() - start
        return self._batch_runner[1]

    def stats(self) -> dict[str, Any]:
        """Sizes, the executor and the time it took, for `Compiled.stats`."""
        runner = self._batch_runner[1] if self._batch_runner else self.running.runner
        return {
            "gates": self.gate_count,
            "operations": len(self.tape.kernels),
            **array_counts(self.tape),
            "parameters": len(self.leaves),
            "inputs": self.tape.input_count,
            "bytes": runner.size,
            "executor": runner.name,
            "seconds": self.seconds,
            **self._counted.numbers(),
        }

    def spelled_out(self) -> list[Value]:
        """The outputs of the gates that the function has called, for those who look at them."""
        self.wires.spell_out()
        return self.outputs

    @cached_property
    def _counted(self) -> OperationCount:
        """What the circuit that was recorded takes, as `draw(…, show="operations")` counts it."""
        output, *others = self.spelled_out()
        return operations_of(Circuit(output, others=others))


def record_function(compiled: Recorded, structure: Hashable, numbers: list[float]) -> Recording:
    """Call the function on Values and keep the circuit that it builds as a tape."""
    start = perf_counter()
    inputs: list[Value] = [Value(number, label=f"x_{i + 1}") for i, number in enumerate(numbers)]
    arguments, named = put_together(structure, iter(inputs))
    contents = list(_contents((arguments, named)))
    constants: list[Value] = []
    with without_collector():
        with with_gates():
            try:
                returned = recorded(partial(compiled.function, *arguments, **named), constants)
            except Exception as error:
                places, names = put_together(structure, iter(numbers), True)
                explain(error, compiled.name, partial(compiled.function, *places, **names))
                raise
            result = take_result_apart(compiled.name, returned)
            del returned  # whoever holds a gate sees to it that it stays what it is
        made = Recording(compiled, structure, inputs, result, numbers, constants)
    for thing, items in contents:
        if not (len(now := list(_items(thing))) == len(items) and all(map(is_, now, items))):
            raise TracingError(
                f"{made.place} changes its argument, a {type(thing).__name__}: "
                "a replay would not change the caller's. Copy it first (xs = list(xs), "
                "x = x.copy()), or call the function without mg.compile"
            )
    made.seconds += perf_counter() - start
    return made


def _contents(things: Any) -> Iterator[tuple[Any, list[Any]]]:
    """The lists, dicts, dataclasses and arrays in arguments, and what stands in each."""
    waiting = [things]
    for thing in waiting:  # it grows meanwhile
        is_array = type(thing).__name__ == "ndarray"
        if isinstance(thing, (list, tuple, dict)) or is_array or is_dataclass(thing):
            items = list(_items(thing))
            waiting += [item for item in items if not isinstance(item, Value)]
            if not isinstance(thing, tuple):
                yield thing, items


def _items(thing: Any) -> Iterable[Any]:
    if isinstance(thing, dict):
        return thing.values()
    if is_dataclass(thing):
        return [getattr(thing, field.name, None) for field in fields(thing)]
    return thing if isinstance(thing, (list, tuple)) else thing.reshape(-1).tolist()


def _behind(leaves: list[Value], parameters: Sequence[Value], inputs: list[Value]) -> Behind:
    found = set(leaves)
    places = [i for i, wire in enumerate(parameters) if wire in found]
    return Behind(
        Leaves(parameters[i] for i in places),
        None if len(places) == len(parameters) else places,
        {i for i, wire in enumerate(inputs) if wire in found},
    )
