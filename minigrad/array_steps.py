"""Training step by step, on examples of different lengths, with the parameters in one array."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .arguments import take_apart
from .compiler import Compiled
from .engine import Value
from .gate import as_number
from .optim import Optimizer
from .parameter_array import ParameterArray, packed, unpacked


@contextmanager
def training_steps(loss: Any, optimizer: Optimizer) -> Iterator[Callable[..., float]]:
    """A function that takes one step: the loss's gradients, then the optimiser; gives the loss.

    >>> import minigrad as mg
    >>> w = mg.Value(0.0)
    >>> loss = mg.compile(lambda xs: mg.sum([(w * x - 1.0) ** 2 for x in xs]))
    >>> with mg.training_steps(loss, mg.optim.SGD([w], lr=0.1)) as step:
    ...     for xs in [[1.0], [1.0, 1.0], [1.0]]:
    ...         print(round(step(xs), 4))
    1.0
    1.28
    0.2304
    >>> round(w.data, 4)
    0.616

    It takes the arguments of `loss`, which can have another structure at every step. A parameter
    that an example does not reach has gradient 0 in that step (an optimiser by itself would leave
    it alone). With a compiled loss that runs natively the parameters stand in one array meanwhile;
    the Values have their numbers again at the end of the block, after an exception or Ctrl-C too.
    """
    if isinstance(loss, Compiled) and all(isinstance(p, Value) for p in optimizer.parameters):
        steps = _ArraySteps(loss, optimizer)
        try:
            yield steps.step
        finally:
            steps.write_back()
        return

    yield lambda *arguments: _step_by_values(loss, optimizer, arguments)


def _step_by_values(loss: Any, optimizer: Optimizer, arguments: tuple[Any, ...]) -> float:
    optimizer.zero_grad()
    value: Value = loss(*arguments)
    value.backward()
    for parameter in optimizer.parameters:
        parameter.grad = parameter.grad  # where none has arrived it is 0 from now on
    optimizer.step()
    return value.data


class _ArraySteps:
    """Steps of a compiled loss on one array of parameters."""

    def __init__(self, loss: Compiled, optimizer: Optimizer) -> None:
        self.loss, self.optimizer = loss, optimizer
        self.values: list[Value] = list(optimizer.parameters)
        self.array: ParameterArray | None = None
        self.routes: dict[Any, Any] = {}

    def step(self, *arguments: Any) -> float:
        """One step on one example; the first of a structure, and those that check, go by Values."""
        numbers: list[Any] = []
        structure = take_apart((arguments, {}), numbers)
        recording = self.loss._recordings.get(structure)
        runner = None if recording is None else recording._runner
        if recording is None or not hasattr(runner, "run_on") or self._has_to_check(recording):
            return self._step_by_values(arguments)
        if structure not in self.routes:
            self.routes[structure] = _Route(recording, self.values)
        route = self.routes[structure]
        if self.array is None:
            self._to_array()
        assert self.array is not None
        value, self.array.grad = route.run(self.array.data, list(map(as_number, numbers)))
        if value != value:
            return self._step_by_values(arguments)  # raises if an index is out of range
        self.optimizer.step()
        return float(value)

    def _has_to_check(self, recording: Any) -> bool:
        return self.loss.check and not recording.checked

    def _step_by_values(self, arguments: tuple[Any, ...]) -> float:
        self.write_back()
        return _step_by_values(self.loss, self.optimizer, arguments)

    def _to_array(self) -> None:
        import numpy as np

        data = np.array([value.data for value in self.values])
        self.array = ParameterArray(data, None)
        self.optimizer._states = [packed(self.optimizer._states)]
        self.optimizer.parameters = [self.array]

    def write_back(self) -> None:
        """Give the Values the numbers of the array, and the optimiser the Values."""
        if self.array is None:
            return
        for value, number in zip(self.values, self.array.data.tolist()):
            value.data = number
        if self.array.grad is not None:
            for value, number in zip(self.values, self.array.grad.tolist()):
                value.grad = number
        self.optimizer._states = unpacked(self.optimizer._states[0], len(self.values))
        self.optimizer.parameters = list(self.values)
        self.array = None


class _Route:
    """From the array of all parameters to the slots of one recording, and back."""

    def __init__(self, recording: Any, values: list[Value]) -> None:
        import numpy as np

        place = {value: i for i, value in enumerate(values)}
        wires = recording.parameters
        self.runner = recording._runner
        self.output = int(self.runner.outputs[0])
        known = [i for i, wire in enumerate(wires) if wire in place]
        self.frozen = [(i, wire) for i, wire in enumerate(wires) if wire not in place]
        self.slots = np.array(known, dtype=np.int64)
        self.places = np.array([place[wires[i]] for i in known], dtype=np.int64)
        self.inputs = slice(len(wires), self.runner.first_constant)
        self.gradients = np.zeros(len(values), dtype=np.int64)
        self.gradients[self.places] = self.runner.gradients[0][self.slots]
        reached = set(self.places.tolist())
        self.without = np.array([i for i in range(len(values)) if i not in reached], dtype=np.int64)
        self.values = self.runner.take()

    def run(self, data: Any, inputs: list[float]) -> tuple[float, Any]:
        """The loss, and the gradient towards all parameters."""
        numbers = self.values.numbers
        numbers[self.slots] = data[self.places]
        for slot, wire in self.frozen:
            numbers[slot] = wire.data
        numbers[self.inputs] = inputs
        self.runner.run_on(self.values)
        gradient = numbers.take(self.gradients)
        gradient[self.without] = 0.0
        return numbers[self.output], gradient
