"""The recordings of one function: found by the structure of a call, made where there is none.

>>> squares = Recordings(lambda x: x * x, True, "auto")
>>> call = squares._call_of((3.0,), {})
>>> call.recording.run([], call.numbers)
([9.0], [[6.0]])
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, NamedTuple

from ..calculus import NO_NUMBER, count_of, take_apart
from ..engine import Value, float_of
from .arguments import places_of, with_static
from .checking import Check, Run
from .compiled_gate import gate_of
from .recording import Recording, record_function
from .tracing import explain


class Latest(NamedTuple):
    """A call's recording and numbers."""

    recording: Recording
    numbers: list[float]


class Call(NamedTuple):
    """A call's recording, its numbers as they were given and as floats, and its arguments."""

    recording: Recording
    given: list[Any]
    numbers: list[float]
    arguments: tuple[tuple[Any, ...], dict[str, Any]]


class Recordings:
    """A function, what was recorded of it, and what compares that with the function itself."""

    def __init__(
        self,
        function: Callable[..., Any],
        check: bool,
        executor: str,
        static: tuple[str, ...] = (),
    ) -> None:
        self.function = function
        self.name: str = getattr(function, "__name__", type(function).__name__)
        self.check = check
        self.executor = executor
        self.static = static  # names of arguments that are structure
        self._static_places = places_of(function, static)
        self.gate = gate_of(self.name, self)
        self.recordings: dict[Hashable, Recording] = {}  # by the structure of the arguments
        self._checks: dict[Recording, Check] = {}
        self._lock = RLock()
        self._latest: Any = None  # call: it has a recording and numbers, in one: threads share it
        self.clear()

    def clear(self) -> None:
        """Forget all recordings; the next call records again."""
        with self._lock:
            self.recordings.clear()
            self._checks.clear()

    def structure_of(
        self, arguments: tuple[Any, ...], named: dict[str, Any], numbers: list[Any]
    ) -> Hashable:
        """The structure of a call's arguments; their numbers are appended to `numbers`."""
        if self.static:
            arguments, named = with_static(self._static_places, arguments, named)
        return take_apart((arguments, named), numbers)

    def _call_of(
        self, arguments: tuple[Any, ...], named: dict[str, Any], derivative: str = ""
    ) -> Call:
        """The recording and the numbers of a call; Values among its arguments are their numbers.

        A `derivative`, by its name, is by something: else nothing is recorded.
        """
        given: list[Any] = []
        structure = self.structure_of(arguments, named, given)
        numbers = [x if type(x) is float else float_of(x) for x in given]
        if derivative:
            self._require_numbers_by_place(structure, derivative)
        try:
            recording = self._recording_of(structure, numbers)
        except Exception as error:
            explain(error, self.name, lambda: self.function(*arguments, **named))
            raise
        return Call(recording, given, numbers, (arguments, named))

    def _require_numbers_by_place(self, structure: Any, method: str) -> None:
        """A TypeError where there is nothing to differentiate by."""
        if not count_of(structure[1]):
            raise TypeError(
                f"{self.name}.{method} {NO_NUMBER}. For the gradients of its parameters call it, "
                "and backward() on the result"
            )

    def _recording_of(self, structure: Hashable, numbers: list[float]) -> Recording:
        """The recording for arguments of a structure, made at these numbers if there is none."""
        recording = self.recordings.get(structure)
        if recording is None:
            with self._lock:
                recording = self.recordings.get(structure)
                if recording is None:
                    recording = record_function(self, structure, numbers)
                    self.recordings[structure] = recording
        else:
            recording.check_places()
        self._latest = Latest(recording, numbers)
        return recording

    def _last_call(self) -> tuple[Recording, list[float]]:
        """The recording and the numbers of the latest call."""
        latest = self._latest
        if latest is None:
            raise ValueError(f"{self.name} has not been called yet: call it once, then look")
        return latest.recording, latest.numbers

    def latest_outputs(self) -> list[Value]:
        """What the latest call has recorded: for what its gates say of the result."""
        return self._latest.recording.outputs if self._latest else []

    def _check_of(self, recording: Recording) -> Check | None:
        """What compares a recording with the function itself, if it is to be compared."""
        if not self.check:
            return None
        check = self._checks.get(recording)
        return check or self._checks.setdefault(recording, Check(recording))

    def _compare(self, call: Call, parameters: list[float], outputs: list[float]) -> None:
        """Compare what a call has given with the function itself, if it is due."""
        if check := self._check_of(call.recording):
            check.call(Run(call.given, parameters, call.numbers, outputs, call.arguments))
