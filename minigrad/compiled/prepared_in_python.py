"""A call with arrays while the tape runs in Python: what is looked at each time, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..calculus import differentiated, put_together
from .checking import Check
from .prepared_call import is_taken
from .recording import Recording


class PreparedInPython:
    """As a `PreparedCall`, until there is machine code. It takes half of the long way's time.

    It is no Python written for the structure, which takes longer to make than twenty calls.
    """

    function = None  # there is no machine code yet

    def __init__(
        self,
        recording: Recording,
        check: Check | None,
        arguments: Sequence[Any],
        names: tuple[str, ...],
    ) -> None:
        import numpy

        self.recording, self.running, self.check = recording, recording.by_arguments, check
        self.names = names
        self.numbers: list[float] = []  # of the latest call
        self._shapes = [getattr(argument, "shape", None) for argument in arguments]
        self._derivative = differentiated(recording.structure)
        self._array, self._float64 = numpy.ndarray, numpy.dtype(float)

    @classmethod
    def made(
        cls,
        recording: Recording,
        check: Check | None,
        arguments: Sequence[Any],
        names: tuple[str, ...],
    ) -> PreparedInPython | None:
        """One for calls like this, if that is possible."""
        if recording.by_arguments.may_raise or not all(map(is_taken, arguments)):
            return None
        return cls(recording, check, arguments, names)

    def value_and_grad(self, arguments: Sequence[Any]) -> Any:
        """See `PreparedCall`."""
        recording, numbers = self.recording, self._numbers_of(arguments)
        if numbers is None or self.running.function is not None:
            return None
        if not recording.places.unchanged():
            return None
        parameters = recording.parameter_numbers()
        if check := self.check:
            if recording.plain_numbers.changed() is not None:
                return None
            if check.left > 0:
                check.left -= 1
            elif recording.checked or (parameters, numbers) != recording.recorded_with:
                return None  # a comparison is due
        (output,), (gradient,) = self.running.run(parameters, numbers)
        self.numbers = numbers
        return output, put_together(self._derivative, iter(gradient), plain=True)

    def _numbers_of(self, arguments: Sequence[Any]) -> list[float] | None:
        """The numbers of arguments of the same kinds and shapes; None of others."""
        if len(arguments) != len(self._shapes):
            return None
        numbers: list[float] = []
        for argument, shape in zip(arguments, self._shapes):
            if type(argument) is self._array:
                if argument.dtype is not self._float64 or argument.shape != shape:
                    return None
                numbers += argument.ravel().tolist()
            elif shape is None and type(argument) is float:
                numbers.append(argument)
            else:
                return None
        return numbers
