"""Training step by step, on examples of different lengths, in machine code where it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .arguments import take_apart
from .compiler import Compiled
from .engine import Value
from .executors import PythonTape
from .optim import Optimizer

if TYPE_CHECKING:
    from .native_training import NativeTraining


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
    it alone). With a compiled loss that runs natively the whole step is machine code, on arrays;
    the Values have their numbers again at the end of the block, after an exception or Ctrl-C too.
    """
    steps = _Steps(loss, optimizer)
    try:
        yield steps.step
    finally:
        steps.write_back()


class _Steps:
    """Steps in machine code where a recording allows it, over Values elsewhere."""

    def __init__(self, loss: Any, optimizer: Optimizer) -> None:
        self.loss, self.optimizer = loss, optimizer
        self.training: NativeTraining | None = None
        self.native_steps: dict[Any, Callable[[list[Any]], float | None]] = {}

    def step(self, *arguments: Any) -> float:
        """One step on one example; the first of a structure, and those that check, go by Values."""
        if isinstance(self.loss, Compiled):
            numbers: list[Any] = []
            structure = take_apart((arguments, {}), numbers)
            native_step = self.native_steps.get(structure) or self._native_step(structure)
            if native_step and (value := native_step(numbers)) is not None:
                return value
        return self._step_by_values(arguments)

    def _step_by_values(self, arguments: tuple[Any, ...]) -> float:
        self.write_back()
        self.optimizer.zero_grad()
        value: Value = self.loss(*arguments)
        value.backward()
        for parameter in self.optimizer.parameters:
            parameter.grad = parameter.grad  # where none has arrived it is 0 from now on
        self.optimizer.step()
        if self.training:
            self.training.read()
        return value.data

    def write_back(self) -> None:
        """Give the Values and the optimiser their numbers."""
        if self.training:
            self.training.write_back()

    def _native_step(self, structure: Any) -> Callable[[list[Any]], float | None] | None:
        recording = self.loss._recordings.get(structure)
        if recording is None or (self.loss.check and not recording.checked):
            return None
        if isinstance(recording._runner, PythonTape):
            return None
        from .native_example import NativeExample
        from .native_training import native_training

        self.training = self.training or native_training(self.optimizer, self.optimizer.parameters)
        if self.training is None:
            return None
        self.native_steps[structure] = NativeExample(self.training, recording).step
        return self.native_steps[structure]
