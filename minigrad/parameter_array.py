"""Training on one array: between the steps of `fit` all parameters stand in one NumPy array.

The optimisers work on anything with `.data` and `.grad`, so one object that holds arrays stands in
for all Values. They get their numbers back at the end, on Ctrl-C, and before anybody looks: a
callback, the model that is measured, the validation rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .compiler import Compiled
from .engine import Value
from .machine import has_native
from .optim import Optimizer, State
from .rows import Rows

if TYPE_CHECKING:
    from .native_batch import NativeBatch


class ParameterArray:
    """What stands in for all parameters: `data` and `grad` are arrays."""

    def __init__(self, data: Any, grad: Any) -> None:
        self.data = data
        self.grad = grad


class ArrayTraining:
    """A compiled loss, its rows, and the parameters as one array."""

    def __init__(self, loss: Compiled, optimizer: Optimizer, rows: Rows) -> None:
        import numpy as np

        from .native_batch import columns_of

        self.loss, self.optimizer, self.rows = loss, optimizer, rows
        self.runner: NativeBatch = rows.recording.batch_runner()  # type: ignore[assignment]
        known = {parameter: i for i, parameter in enumerate(rows.recording.parameters)}
        self.values: list[Value] = list(optimizer.parameters)
        slots = self.runner.gradients
        # in the order in which the gradients stand: they can then be read as they are
        self.moved = sorted(set(self.values) & set(known), key=lambda value: slots[known[value]])
        places = np.array([known[value] for value in self.moved], dtype=np.int64)
        self.places, self.gradient_slots = _as_slice(places), _as_slice(slots[places])
        self.slots = self.runner.take()
        self.columns = columns_of(rows, 1)
        self.parameters = ParameterArray(np.array([v.data for v in self.moved]), None)
        numbers = self.slots.values.numbers
        numbers[self.runner.parameters] = [v.data for v in rows.recording.parameters]

    @contextmanager
    def on_array(self) -> Iterator[None]:
        """Have the optimiser change the array inside the block, and the Values at its end."""
        optimizer = self.optimizer
        states = dict(zip(self.values, optimizer._states))
        optimizer.parameters = [self.parameters]
        optimizer._states = [packed([states[value] for value in self.moved])]
        try:
            yield
        finally:
            self.write_back()
            states.update(zip(self.moved, unpacked(optimizer._states[0], len(self.moved))))
            optimizer._states = [states[value] for value in self.values]
            optimizer.parameters = list(self.values)

    def write_back(self) -> None:
        """Give the Values the numbers of the array."""
        for value, number in zip(self.moved, self.parameters.data.tolist()):
            value.data = number
        if self.parameters.grad is not None:
            for value, number in zip(self.moved, self.parameters.grad.tolist()):
                value.grad = number

    def gradients_of(self, chosen: Sequence[int] | None) -> float:
        """The mean loss over rows (None: all); its gradients are the array's."""
        rows = self.rows
        if chosen is not None:
            rows = Rows(rows.recording, self.columns[:, chosen], len(chosen))
        numbers = self.slots.values.numbers
        numbers[self.places] = self.parameters.data
        self.runner.run_on(self.slots, rows)
        self.parameters.grad = numbers[self.gradient_slots] / rows.count
        return float(numbers[self.runner.output]) / rows.count


def array_training(loss: Any, optimizer: Optimizer, data: Sequence[Any]) -> ArrayTraining | None:
    """Training on an array, where loss, optimiser and machine allow it."""
    parameters, states = optimizer.parameters, optimizer._states
    if not (isinstance(loss, Compiled) and has_native() and loss.executor != "python"):
        return None
    if not all(isinstance(parameter, Value) for parameter in parameters):
        return None
    rows = loss.rows(*data)
    loss.run_rows(rows)  # compiles, and compares the recording with the function itself
    known = set(rows.recording.parameters)
    moved = [state for parameter, state in zip(parameters, states) if parameter in known]
    is_native = hasattr(rows.recording.batch_runner(), "run_on")
    if not (moved and is_native and _same_whole_numbers(moved)):
        return None
    return ArrayTraining(loss, optimizer, rows)


def _as_slice(slots: Any) -> Any:
    """Slots that follow one another as a slice, others as they are."""
    first, count = int(slots[0]), len(slots)
    return slice(first, first + count) if (slots[1:] - slots[:-1] == 1).all() else slots


def _same_whole_numbers(states: list[State]) -> bool:
    """Whether the counts in the optimiser's states are the same for all parameters."""
    return all(
        len(set(parts)) == 1 for parts in zip(*states) if any(isinstance(p, int) for p in parts)
    )


def packed(states: list[State]) -> State:
    """The states of many parameters as that of one array."""
    import numpy as np

    return tuple(
        parts[0] if isinstance(parts[0], int) else np.array(parts, dtype=float)
        for parts in zip(*states)
    )


def unpacked(state: State, count: int) -> list[State]:
    """The state of an array as those of its parameters."""
    columns = [part.tolist() if hasattr(part, "tolist") else [part] * count for part in state]
    return list(zip(*columns)) if columns else [()] * count
