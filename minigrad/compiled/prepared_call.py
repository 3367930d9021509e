"""A call with arrays by the shortest way: from array to machine code to array.

What a call of the same structure has found out once is kept: its recording, arrays at fixed places,
and a native function of them. A microsecond is then left, of which half is NumPy copying numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod
from typing import Any, Final, NamedTuple

from ..engine import numbers_of
from .checking import Check
from .recording import Recording

FEW: Final = 100  # numbers whose sum takes Python less time than NumPy's way of being called


class Views(NamedTuple):
    """The arrays of one native function, as a call fills and reads them."""

    inputs: list[Any]  # an array of the argument's shape each, of a float a place: ()
    parameters: Any
    run: Any
    numbers: Any  # the output, then the gradient, as a memoryview: it gives Python's floats
    gradients: list[Any]  # like the inputs
    memory: Any


class PreparedCall:
    """Calls whose arguments are arrays of floats of the same shapes, or floats, all by place."""

    def __init__(self, recording: Recording, check: Check | None, arguments: Sequence[Any]) -> None:
        import numpy

        self.recording, self.check = recording, check
        self.array: Any = numpy.ndarray
        self.float64: Any = numpy.dtype(float)
        self.running = recording.by_arguments
        self.function = self.running.function
        self.tape = self.running.tape
        self.shapes = [x.shape if type(x) is self.array else None for x in arguments]
        self.is_one_array = len(self.shapes) == 1 and self.shapes[0] is not None
        self.gradient_count = sum([prod(shape or ()) for shape in self.shapes])
        self.latest: Any = None  # the native function's memory
        self._free: list[Views] = []

    @staticmethod
    def key(arguments: Sequence[Any]) -> Any:
        """What is the same for arguments of the same kinds and shapes."""
        return tuple([getattr(x, "shape", type(x)) for x in arguments])

    @classmethod
    def made(
        cls, recording: Recording, check: Check | None, arguments: Sequence[Any]
    ) -> PreparedCall | None:
        """One for calls like this, if that is possible by now."""
        running = recording.by_arguments
        if running.function is None or running.may_raise:
            return None
        call = cls(recording, check, arguments)
        return call if call.takes(arguments) else None

    def takes(self, arguments: Sequence[Any]) -> bool:
        """Whether the arguments are arrays of floats of these shapes, and floats."""
        array, float64 = self.array, self.float64
        for x, shape in zip(arguments, self.shapes):
            if shape is None:
                if type(x) is not float:
                    return False
            elif not (type(x) is array and x.dtype is float64 and x.shape == shape):
                return False
        return True

    @property
    def numbers(self) -> list[float]:
        """The arguments of the latest call."""
        views = self.latest
        numbers: list[float] = views.memory.given.tolist()
        return numbers[len(self.recording.parameters) :]

    def value_and_grad(self, arguments: Sequence[Any]) -> tuple[float, Any] | None:
        """See `ArrayCalls.value_and_grad`; None where it has to go the long way."""
        recording, check = self.recording, self.check
        if not (
            self.takes(arguments)
            and self.running.function is self.function
            and recording.places.unchanged()
        ):
            return None
        try:
            views = self._free.pop()
        except IndexError:
            views = self._views()
        for x, view in zip(arguments, views.inputs):
            view[...] = x
        if recording.parameters:
            views.parameters[:] = numbers_of(recording.parameters)
        if check is not None and not check.passes(views.memory.given):
            return None
        views.run()
        value: float = views.numbers[0]
        gradient = views.gradients[0].copy() if self.is_one_array else self._gradient(views)
        if self.tape.multiplies_nothing and not self._is_finite(views):
            return None
        self.latest = views
        self._free.append(views)
        return value, gradient

    def _gradient(self, views: Views) -> Any:
        parts = [
            part.item() if shape is None else part.copy()
            for part, shape in zip(views.gradients, self.shapes)
            if part.size
        ]
        return parts[0] if len(parts) == 1 else tuple(parts)

    def _is_finite(self, views: Views) -> bool:
        if self.gradient_count <= FEW:
            return isfinite(sum(views.numbers[1:]))
        return isfinite(views.memory.results[1:].sum())

    def _views(self) -> Views:
        assert self.function is not None
        memory = self.function.memory()
        inputs, gradients = [], []
        place, result = len(self.recording.parameters), 1
        for shape in self.shapes:
            count = prod(shape or ())
            inputs.append(memory.given[place : place + count].reshape(shape or ()))
            gradients.append(memory.results[result : result + count].reshape(shape or ()))
            place, result = place + count, result + count
        parameters = memory.given[: len(self.recording.parameters)]
        numbers = memoryview(memory.results)
        return Views(inputs, parameters, memory.run, numbers, gradients, memory)
