"""A call with arrays by the shortest way: from array to machine code to array.

What a call of the same structure has found out is kept: its recording, arrays at fixed places and a
native function of them. The rest is Python written for the structure, with a line only for what is
to be asked: a microsecond, of which half is NumPy copying numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import combinations
from math import isfinite, prod
from struct import pack
from typing import Any, Final

from ..calculus import differentiated, put_together
from ..engine import numbers_of
from ..rules import define
from .checking import Check, Run
from .recording import Recording
from .running import Running

FEW_PAIRED: Final = 4  # things that are compared with one another
FEW: Final = 100  # numbers whose sum takes Python less time than NumPy


class Prepared:
    """What is kept of a call: its recording, and what compares it when that is due."""

    def __init__(self, recording: Recording, running: Running, check: Check | None) -> None:
        self.recording, self.running, self.check = recording, running, check
        self.function: Any = running.function
        self.latest: Any = None  # the arrays of the latest call, the native function's memory first
        self.free: list[Any] = []

    @property
    def numbers(self) -> list[float]:
        """The arguments of the latest call."""
        numbers: list[float] = self.latest[0].given.tolist()
        return numbers[len(self.recording.parameters) :]

    def looks(self, known: dict[str, Any]) -> list[str]:
        """Python that gives the call up where the function may not be what it was."""
        lines, places, numbers = [], self.recording.places, self.recording.plain_numbers
        if not places.is_empty:
            known["unchanged"] = places.unchanged
            lines += ["if not unchanged(): return"]
        if self.check is not None and not numbers.is_empty:
            lines += numbers.looks(known)
        return lines

    def runs(self, known: dict[str, Any]) -> list[str]:
        """Python that runs the native function on its `memory`, unless a look is due."""
        lines = []
        if self.check is not None:
            known["check"] = self.check
            lines += ["if check.left > 0: check.left -= 1", f"{self._unless_first(known)}: return"]
        lines += ["memory.run()"]
        if self.running.tape.multiplies_nothing:
            known |= {"isfinite": isfinite, "running": self.running, "function": self.function}
            total = "sum(numbers)" if len(self.recording.inputs) <= FEW else "memory.results.sum()"
            lines += [f"if running.function is not function or not isfinite({total}): return"]
        return lines

    def _unless_first(self, known: dict[str, Any]) -> str:
        """Where the others go the long way: at first, all whose numbers are not the first."""
        if self.recording.checked:
            return "else"
        numbers = [number for part in self.recording.recorded_with for number in part]
        known["recording"] = self.recording
        known["first"] = pack(f"{len(numbers)}d", *numbers)
        return "elif recording.checked or memory.given.tobytes() != first"


class PreparedCall(Prepared):
    """Calls whose arguments are arrays of floats of the same shapes, or floats.

    `value_and_grad` takes a call's arguments by place and its data by name, and gives what
    `ArrayCalls.value_and_grad` gives; None where the call has to go the long way.
    """

    def __init__(
        self,
        recording: Recording,
        check: Check | None,
        arguments: Sequence[Any],
        names: tuple[str, ...],
    ) -> None:
        import numpy

        super().__init__(recording, recording.by_arguments, check)
        self.array: Any = numpy.ndarray
        self.float64: Any = numpy.dtype(float)
        self.names = names
        self.shapes = [x.shape if type(x) is self.array else None for x in arguments]
        self.pairs = in_pairs(arguments)
        self.value_and_grad = self._written()

    @staticmethod
    def key(arguments: Sequence[Any], names: tuple[str, ...]) -> Any:
        """What is the same for arguments of the same kinds and shapes, the same of them alike."""
        kinds = tuple([getattr(x, "shape", type(x)) for x in arguments])
        return names, kinds, things_given_twice(arguments)

    @property
    def _shapes_by_place(self) -> list[Any]:
        """Of the arguments that have a derivative; what is given by name is data."""
        return self.shapes[: len(self.shapes) - len(self.names)]

    def views(self) -> Any:
        """New arrays and the native function on them, as the written function unpacks them."""
        memory = self.function.memory()
        inputs, gradients = [], []
        place, result = len(self.recording.parameters), 1
        parameters = memory.given[:place]
        for shape in self.shapes:
            count = prod(shape or ())
            inputs.append(memory.given[place : place + count].reshape(shape or ()))
            place += count
        for shape in self._shapes_by_place:
            count = prod(shape or ())
            gradients.append(memory.results[result : result + count].reshape(shape or ()))
            result += count
        numbers = memoryview(memory.results)  # it gives Python's floats
        return (memory, parameters, numbers, *inputs, *gradients)

    def _written(self) -> Callable[..., Any]:
        """The function of a call's arguments and data."""
        recording = self.recording
        known: dict[str, Any] = {
            "call": self,
            "array": self.array,
            "float64": self.float64,
            "views": self.views,
            "pop": self.free.pop,
            "give": self.free.append,
            **{f"shape{i}": shape for i, shape in enumerate(self.shapes)},
        }
        places = range(len(self.shapes))
        x, into = (", ".join(f"{name}{i}" for i in places) for name in ("x", "into"))
        out = "".join(f", out{i}" for i in range(len(self._shapes_by_place)))
        body = ["if data: return"]
        if self.names:
            known["names"] = self.names
            body = ["if tuple(data) != names: return", "arguments = *arguments, *data.values()"]
        body += [f"if len(arguments) != {len(places)}: return", f"{x}, = arguments"]
        for i, shape in enumerate(self.shapes):
            is_array = f"type(x{i}) is array and x{i}.dtype is float64 and x{i}.shape == shape{i}"
            is_taken = f"type(x{i}) is float" if shape is None else is_array
            body += [f"if not ({is_taken}): return"]
        body += [*self.pairs, *self.looks(known)]
        body += ["try: taken = pop()", "except IndexError: taken = views()"]
        body += [f"memory, parameters, numbers, {into}{out} = taken"]
        body += [f"into{i}[...] = x{i}" for i in places]
        if recording.parameters:
            known |= {"numbers_of": numbers_of, "wires": recording.parameters}
            body += ["parameters[:] = numbers_of(wires)"]
        body += self.runs(known)
        body += ["call.latest = taken", f"result = numbers[0], {self._gradient()}", "give(taken)"]
        return written("arguments, data", [*body, "return result"], known)

    def _gradient(self) -> str:
        """The derivative in the structure of the arguments, in Python."""
        parts, place = [], 1
        for i, shape in enumerate(self._shapes_by_place):
            parts.append(f"numbers[{place}]" if shape is None else f"out{i}.copy()")
            place += prod(shape or ())
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


class PreparedInPython:
    """Calls as those of a `PreparedCall`, as long as there is no machine code.

    Half of what the long way takes, 10 µs, is saved; to write Python for the structure would take
    longer than twenty calls.
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
        self._shared = things_given_twice(arguments)
        self._derivative: Any = differentiated(recording.structure)
        self._is_one_array = self._derivative[0] == "array"
        self._array, self._float64 = numpy.ndarray, numpy.dtype(float)
        self._array_of = numpy.array

    def value_and_grad(self, arguments: Sequence[Any], data: dict[str, Any]) -> Any:
        """See `PreparedCall`."""
        if tuple(data) != self.names:
            return None
        arguments = *arguments, *data.values()
        recording, numbers = self.recording, self._numbers_of(arguments)
        if numbers is None or self.running.function is not None:
            return None
        if not recording.places.unchanged():
            return None
        parameters = recording.parameter_numbers()
        is_due, check = False, self.check
        if check:
            if recording.plain_numbers.changed() is not None:
                return None
            if check.left > 0:
                check.left -= 1
            else:
                is_due = recording.checked or (parameters, numbers) != recording.recorded_with
        outputs, (gradient,) = self.running.run(parameters, numbers)
        if check and is_due:
            check.call(Run(numbers, parameters, numbers, outputs, self._given(arguments)))
        self.numbers = numbers
        if self._is_one_array:
            return outputs[0], self._array_of(gradient).reshape(self._derivative[1])
        return outputs[0], put_together(self._derivative, iter(gradient), plain=True)

    def _given(self, arguments: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments by place and by name."""
        middle = len(arguments) - len(self.names)
        return tuple(arguments[:middle]), dict(zip(self.names, arguments[middle:]))

    def _numbers_of(self, arguments: Sequence[Any]) -> list[float] | None:
        """The numbers of arguments of the same kinds and shapes; None of others."""
        if len(arguments) != len(self._shapes):
            return None
        if len(arguments) > 1 and things_given_twice(arguments) != self._shared:
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


def shortest_way(
    recording: Recording, check: Check | None, arguments: Sequence[Any], names: tuple[str, ...]
) -> PreparedCall | PreparedInPython | None:
    """What takes calls like this one, if that is possible by now."""
    running = recording.by_arguments
    if running.may_raise or (running.function is None and find_spec("numpy") is None):
        return None
    if not all(map(_is_taken, arguments)):
        return None
    way = PreparedInPython if running.function is None else PreparedCall
    return way(recording, check, arguments, names)


def in_pairs(arguments: Sequence[Any]) -> list[str]:
    """Python that gives a call up where others of its arguments are one thing than were here.

    >>> rows = [1.0]
    >>> in_pairs([rows, 2.0, rows])
    ['if x0 is not x2: return']
    """
    places = [i for i, argument in enumerate(arguments) if type(argument) is not float]
    if len(places) > FEW_PAIRED:
        ids = ", ".join(f"id(x{i})" for i in places)
        is_other = "True" if things_given_twice(arguments) else f"len({{{ids}}}) < {len(places)}"
        return [f"if {is_other}: return"]
    return [
        f"if x{i} is {'not ' if arguments[i] is arguments[j] else ''}x{j}: return"
        for i, j in combinations(places, 2)
    ]


def things_given_twice(arguments: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    """The places of things that stand at an earlier place, too.

    >>> rows = [1.0]
    >>> things_given_twice([rows, 2.0, rows, 2.0])
    ((0, 2),)
    """
    first: dict[int, int] = {}
    found = []
    for i, thing in enumerate(arguments):
        if type(thing) is not float and (before := first.setdefault(id(thing), i)) != i:
            found.append((before, i))
    return tuple(found)


def written(given: str, body: Sequence[str], known: dict[str, Any]) -> Callable[..., Any]:
    """A Python function of what is `given`, with this body, in which these things are known."""
    function: Callable[..., Any] = _maker(given, (*known,), (*body,))(*known.values())
    return function


@cache
def _maker(given: str, names: tuple[str, ...], body: tuple[str, ...]) -> Callable[..., Any]:
    """What makes the function of things of these names: for the same text it is made once."""
    lines = [f"def prepared_call({given}):", *[f"    {line}" for line in body]]
    made: Callable[..., Any] = define("make", [*names], [*lines, "return prepared_call"], {})
    return made


def _is_taken(argument: Any) -> bool:
    """Whether an argument is a float, or an array of them; one without axes counts as a number."""
    import numpy

    if type(argument) is numpy.ndarray:
        return argument.dtype is numpy.dtype(float) and argument.shape != ()
    return type(argument) is float
