"""Training step by step, on examples of different lengths, in machine code where it can be."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from ..compiled import Compiled, Recording, TracingError
from ..engine import Value
from ..native import has_native
from ..rules import as_number
from .epochs import checked_loss
from .optim import Optimizer
from .parameters import has_grad, not_reached

if TYPE_CHECKING:
    from .native_training import NativeExample, NativeTraining

LAG: Final = 0.025  # seconds: how far the Values may be behind while steps are taken
FEW: Final = 100  # parameters: whether they are the same objects is asked at each step


@contextmanager
def training_steps(loss: Any, optimizer: Optimizer) -> Iterator[Steps]:
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
    Before that they lag behind by up to 25 ms: `step.show()` brings them and the optimiser up to
    date, to sample or validate with, and what is changed then counts from the next step on.
    """
    steps = Steps(loss, optimizer)
    try:
        yield steps
    finally:
        steps.show()
    steps.check_places()  # if nothing has been raised
    steps.check_reach()


class Steps:
    """Steps in machine code where a recording allows it, over Values elsewhere."""

    def __init__(self, loss: Any, optimizer: Optimizer) -> None:
        self.loss, self.optimizer = loss, optimizer
        self._training: NativeTraining | None = None
        self._examples: dict[Any, NativeExample] = {}
        self._has_said = False
        self._has_reached: bool | None = None  # a parameter, by any step; None before the first
        self._has_refused = False  # a step, for what was replaced
        self._has_shown = False  # since the latest native step: now the Values are what counts
        self._shown_at = perf_counter()

    def __call__(self, *arguments: Any) -> float:
        """One step on one example; the first of a structure, and those that check, go by Values."""
        if isinstance(self.loss, Compiled):
            numbers: list[Any] = []
            structure = self.loss.structure_of(arguments, {}, numbers)
            example = self._example(structure)
            if example and self._knows(example, arguments, numbers):
                value = self._native_step(example, numbers)
                if value is None and example.recording.running.be_careful():
                    example = self._example(structure) or example
                    value = self._native_step(example, numbers)
                if value is not None:
                    return value
                self._say_that_it_gets_slow(numbers)
        return self._step_by_values(arguments)

    def _knows(self, example: NativeExample, arguments: tuple[Any, ...], numbers: Any) -> bool:
        """Whether arguments of these kinds were compared; others are when they go by Values."""
        recording, kinds = example.recording, list(map(type, numbers))
        if not self.loss.check or (kinds == example.kinds and recording.is_flat):
            return True
        is_known = recording.natures.knows((arguments, {}))
        if is_known and not any(isinstance(x, Value) for x in numbers):
            example.kinds = kinds
        return is_known

    def show(self) -> None:
        """Give the Values and the optimiser the numbers of the moment."""
        if self._training and not self._has_shown:
            self._training.write_back()
            self._has_shown = True

    def check_places(self) -> None:
        """A TracingError if a parameter of the loss was replaced since somebody looked."""
        if not self._has_refused:
            for example in self._examples.values():
                example.recording.check_places()

    def check_reach(self) -> None:
        """A ValueError if steps were taken, and none has reached a parameter."""
        if self._has_reached is False:
            raise not_reached(self.optimizer.parameters)

    def _native_step(self, example: NativeExample, numbers: list[Any]) -> float | None:
        assert self._training is not None
        if self._has_shown:
            self._training.read()
            self._has_shown = False
        elif self._training.has_other_settings():
            self._training.write_back()
            self._training.read()
        elif self._is_due:
            self._training.show()
            self._shown_at = perf_counter()
        return example.step(numbers)

    def _say_that_it_gets_slow(self, numbers: list[Any]) -> None:
        if not self._has_said:
            self._has_said = True
            bad = [x for x in map(as_number, numbers) if not isfinite(x)]
            remedy = f"an argument holds {bad[0]}" if bad else "or lower the learning rate"
            warnings.warn(
                "a loss, or its gradient, is no longer finite: such steps leave machine code and "
                "go over Values, which takes hundreds of times as long; look with "
                f"mg.first_nonfinite(loss.function(...)), {remedy}",
                RuntimeWarning,
                stacklevel=3,
            )

    def _step_by_values(self, arguments: tuple[Any, ...]) -> float:
        self.show()
        self.optimizer.zero_grad()
        try:
            value = checked_loss(self.loss(*arguments))
        except TracingError:
            self._has_refused = True
            raise
        value.backward()
        parameters = self.optimizer.parameters
        self._has_reached = self._has_reached or any(map(has_grad, parameters))
        for parameter in parameters:
            parameter.grad = parameter.grad  # where none has arrived it is 0 from now on
        self.optimizer.step()
        return value.data

    @property
    def _is_due(self) -> bool:
        """Whether it is time for what takes longer than a step."""
        return self._has_shown or perf_counter() - self._shown_at > LAG

    def _example(self, structure: Any) -> NativeExample | None:
        is_due, is_small = self._is_due, len(self.optimizer.parameters) <= FEW
        if (is_due or is_small) and self.optimizer.has_other_parameters():
            self._begin_again()
        recording = self.loss.recordings.get(structure)
        if recording is None:
            return None
        if self.loss.check and not (
            recording.checked and recording.plain_numbers.changed() is None
        ):
            return None  # the loss itself looks whether that makes a difference
        example = self._examples.get(structure)
        if example and not example.runs(recording):
            example = None
        if example and not (is_due or recording.places.is_small):
            return example
        if not (has_native() and recording.places.unchanged()):
            return None  # the loss itself says what was replaced
        return example or self._new_example(structure, recording)

    def _begin_again(self) -> None:
        """Forget the arrays: the optimiser has other parameters."""
        self.show()
        self.optimizer.keep_states()
        self._training = None
        self._examples.clear()

    def _new_example(self, structure: Any, recording: Recording) -> NativeExample | None:
        from .native_training import NativeExample, native_training

        native = recording.running.native_tape()
        if native is None:
            return None
        if self._training is None:
            moved = list(self.optimizer.parameters)  # that list may be changed meanwhile
            self._training = native_training(self.optimizer, moved)
        if self._training is None:
            return None
        example = self._examples[structure] = NativeExample(self._training, recording, native)
        return example
