"""Calls of a compiled function without Values: numbers and arrays in, numbers and arrays out.

>>> import minigrad as mg
>>> squares = mg.compile(lambda xs: mg.sum([x * x for x in xs]))
>>> squares.value_and_grad([1.0, 2.0])
(5.0, [2.0, 4.0])
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from math import isfinite
from typing import Any

from ..calculus import (
    NUMBER,
    derivative_by,
    detects_nonfinite,
    is_differentiated,
    structure_text,
)
from ..engine import Value, guards, observers
from .buffers import Buffers, buffers_of
from .prepared_call import PreparedCall, PreparedInPython, shortest_way
from .recording import Recording
from .recordings import Call, Recordings
from .tracing import FIXED, refuse_while_recording


class ArrayCalls(Recordings):
    """What a compiled function gives for arrays without making a Value."""

    def clear(self) -> None:
        """See `Recordings`."""
        super().clear()
        # of the latest call with arrays, and of all
        self._prepared: PreparedCall | PreparedInPython | None = None
        self._prepared_calls: dict[Any, PreparedCall | PreparedInPython] = {}

    def value_and_grad(self, *arguments: Any, **data: Any) -> tuple[float, Any]:
        """The function's result as a float, and its derivative in the structure of the arguments.

        >>> import minigrad as mg
        >>> w = mg.Value(3.0)
        >>> energy = mg.compile(lambda p, scale: w * p["x"] * p["y"] * scale)
        >>> energy.value_and_grad({"x": 2.0, "y": 5.0}, scale=1.0)
        (30.0, {'x': 15.0, 'y': 6.0})
        >>> w.has_grad
        False

        Arguments are numbers, arrays, and lists, tuples, dicts and dataclasses of them; where an
        array was given the derivative has an array of its shape. Of several arguments it is a
        tuple, an item for each that is of numbers, if of none: an empty array, not None or a text.
        Arguments given by name are data: there is no derivative by them. Parameters that the
        function closes over are read at each call, and their gradients are not touched. So
        `scipy.optimize.minimize(f.value_and_grad, x, jac=True)`
        works as it stands. The checks of `mg.compile` are made here too.
        """
        found = self._by_the_shortest_way(arguments, data)
        return found or self._by_the_long_way("value_and_grad", arguments, data)

    def _by_the_shortest_way(self, arguments: tuple[Any, ...], data: dict[str, Any]) -> Any:
        """Value and derivative, where there has been a call like this one; else None."""
        prepared = self._prepared
        if prepared is None or guards or (observers and detects_nonfinite()):
            return None
        found: Any = prepared.value_and_grad(arguments, data)
        if found is not None:
            self._latest = prepared
        return found

    def _by_the_long_way(
        self, method: str, arguments: tuple[Any, ...], data: dict[str, Any]
    ) -> tuple[float, Any]:
        """The same of any call; the next one like it may then go the shortest."""
        self._refuse_inside(method)
        given, names = (*arguments, *data.values()), tuple(data)
        key = PreparedCall.key(given, names)
        prepared = self._prepared_calls.get(key)
        if prepared is not None and prepared is not self._prepared:
            self._prepared = prepared
            found = self._by_the_shortest_way(arguments, data)
            if found is not None:
                return found  # type: ignore[no-any-return]
        call = self._array_call(method, arguments, data)
        recording = call.recording
        self._require_one_output(recording, method)
        parameters = recording.parameter_numbers()
        outputs, (gradient,) = recording.by_arguments.run(parameters, call.numbers)
        self._compare(call, parameters, outputs)
        self._raise_nonfinite(recording, [call.numbers], chain(outputs, gradient))
        is_known = prepared is not None and prepared.function is recording.by_arguments.function
        if not (self.static or is_known):
            self._prepared = shortest_way(recording, self._check_of(recording), given, names)
            if self._prepared:
                self._prepared_calls[key] = self._prepared
        return outputs[0], derivative_by(recording.structure, gradient)

    def grad(self, *arguments: Any, **data: Any) -> Any:
        """The derivative alone; see `value_and_grad`.

        >>> import minigrad as mg
        >>> mg.compile(lambda x: x**3).grad(2.0)
        12.0
        """
        found = self._by_the_shortest_way(arguments, data)
        return (found or self._by_the_long_way("grad", arguments, data))[1]

    def buffers(self, *arguments: Any, **data: Any) -> Buffers:
        """Arrays for the arguments, the value and the gradient, and one native call on them.

        >>> import minigrad as mg
        >>> import numpy as np
        >>> energy = mg.compile(lambda x: mg.sum([v * v for v in x]))
        >>> run = energy.buffers(np.zeros(3))
        >>> run.arguments[:] = 1.0, 2.0, 3.0
        >>> run()
        >>> run.value, run.gradient
        (array(14.), array([2., 4., 6.]))

        For arguments like these, or like those of the latest call. `run.arguments` is an array, or
        a tuple or mapping of arrays in the structure of the arguments: write into them. A list or
        tuple of numbers alone is one array. `run.gradient` is like it, `run.value` an array of one
        number, without dimensions; `run.data` has the arguments that are given by name.

        `run()` has no Python in it, so it reads no Value and compares nothing: `run.parameters` are
        the numbers of the parameters as they were, an array too; `run.refresh()` reads them anew,
        and looks whether the function closes over what it did. Each of these objects has arrays of
        its own; threads do not share one. Needs the extra `native`.
        """
        self._refuse_inside("buffers")
        if arguments or data:
            call = self._array_call("buffers", arguments, data)
            recording, numbers = call.recording, call.numbers
            parameters = recording.parameter_numbers()
            outputs, _ = recording.by_arguments.run(parameters, numbers)
            self._compare(call, parameters, outputs)
        else:
            recording, numbers = self._last_call()
            self._require_numbers_by_place(recording.structure, "buffers")
        self._require_one_output(recording, "buffers")
        return buffers_of(recording, numbers, self._check_of(recording) is not None)

    def _array_call(self, method: str, arguments: tuple[Any, ...], data: dict[str, Any]) -> Call:
        """A call for a derivative: a TypeError where there is nothing to differentiate by."""
        call = self._call_of(arguments, data, method)
        wires = [*call.recording.parameters, *[x for x in call.given if isinstance(x, Value)]]
        if method != "sparsity" and is_differentiated(wires):
            kind = "value_and_grad" if method == "buffers" else method
            raise TypeError(
                f"{self.name}.{method} gives plain numbers, and it depends on what a function "
                "around it is differentiated by: that derivative would be lost. Write "
                f"mg.{kind}({self.name})(...) there"
            )
        return call

    def _raise_nonfinite(
        self, recording: Recording, rows: Iterable[list[float]], found: Iterable[float]
    ) -> None:
        """A NonfiniteError of the gate where it began, inside `detect_nonfinite()`.

        The function itself is called for it, on Values: its gates are looked at as any others.
        """
        if observers and detects_nonfinite() and not all(map(isfinite, found)):
            for numbers in rows:
                recording.circuit_at(numbers)

    def _refuse_inside(self, method: str) -> None:
        """A TracingError inside another compiled function: what comes out are plain numbers."""
        refuse_while_recording(
            f"{self.name}.{method}",
            FIXED,
            f"Write mg.grad({self.name}(...), [x], create_graph=True) for a derivative inside it",
        )

    def _require_one_output(self, recording: Recording, method: str) -> None:
        """A TypeError where a function gives several Values."""
        if recording.output_structure != NUMBER:
            raise TypeError(
                f"{self.name}.{method} needs a function that returns one Value, and returns "
                f"{structure_text(recording.output_structure)}: {self.name}.jacobian(...) has the "
                "derivatives of several"
            )
