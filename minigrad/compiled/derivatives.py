"""Derivatives of a compiled function, first and second, for arrays: no Value is made.

>>> import minigrad as mg
>>> f = mg.compile(lambda x: x[0] ** 2 * x[1])
>>> f.jvp([3.0, 2.0], [1.0, 0.0]), f.hvp([3.0, 2.0], [1.0, 0.0])
(12.0, [4.0, 6.0])
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, Final

from ..calculus import (
    NUMBER,
    detects_nonfinite,
    differentiated,
    numbers_of_vector,
    put_together,
    structure_text,
    without_vector,
)
from ..engine import Value, guards, number_of, observers
from ..native import require_numpy
from .array_calls import ArrayCalls
from .prepared_derivatives import PreparedDerivatives
from .recording import Recording
from .recordings import Call
from .sparsity_pictures import Sparsity

SWEEPS: Final = {"jvp": "forward", "vjp": "backward", "hvp": "curved"}


class Derivatives(ArrayCalls):
    """What a compiled function gives besides values and gradients."""

    def clear(self) -> None:
        """See `Recordings`."""
        super().clear()
        # for the next call, if its array is like the last, and of all
        self._ready: PreparedDerivatives | None = None
        self._all_ready: dict[Recording, PreparedDerivatives] = {}

    def jvp(self, *arguments_and_vector: Any, **data: Any) -> Any:
        """How fast the result moves when the arguments move at the speeds of a vector.

        >>> import minigrad as mg
        >>> f = mg.compile(lambda x, y: [x * y, x + y])
        >>> f.jvp(2.0, 3.0, (1.0, 10.0))
        [23.0, 11.0]

        The vector is the last argument, in the structure of the derivative: that of the argument,
        or a tuple of several. The result has the structure of the function's. One sweep forward.
        """
        found = self._shortest(PreparedDerivatives.jvp, arguments_and_vector, data)
        return self._along("jvp", arguments_and_vector, data) if found is None else found

    def vjp(self, *arguments_and_vector: Any, **data: Any) -> Any:
        """The gradient of the results' sum with weights, which are the last argument.

        >>> import minigrad as mg
        >>> mg.compile(lambda x, y: [x * y, x + y]).vjp(2.0, 3.0, [1.0, 10.0])
        (13.0, 12.0)

        The weights have the structure of the function's result. One sweep backward.
        """
        found = self._shortest(PreparedDerivatives.vjp, arguments_and_vector, data)
        return self._along("vjp", arguments_and_vector, data) if found is None else found

    def hvp(self, *arguments_and_vector: Any, **data: Any) -> Any:
        """The Hessian times a vector, the last argument, without the Hessian.

        >>> import minigrad as mg
        >>> f = mg.compile(lambda p: p["a"] ** 3 * p["b"])
        >>> f.hvp({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 0.0})
        {'a': 12.0, 'b': 3.0}

        Vector and result have the structure of the derivative. A sweep forward and one back, over
        gradients that carry tangents.
        """
        found = self._shortest(PreparedDerivatives.hvp, arguments_and_vector, data)
        return self._along("hvp", arguments_and_vector, data) if found is None else found

    def jacobian(self, *arguments: Any, sparse: bool | str = False, **data: Any) -> Any:
        """The derivatives of all results by all arguments.

        >>> import minigrad as mg, numpy as np
        >>> f = mg.compile(lambda x: np.array([x[0] * x[1], x[0] + x[2]]))
        >>> f.jacobian(np.array([2.0, 3.0, 5.0]))
        array([[3., 2., 0.],
               [1., 0., 1.]])

        An array by an array has the axes of both; otherwise it has the structure of the result, and
        for each item there that of the arguments. Columns that meet in no row are found together
        (see `sparsity`), or rows that meet in no column, as fewer sweeps are enough.

        `sparse=True` gives a matrix of SciPy's where it is installed, `sparse="coo"` a tuple of
        arrays (rows, columns, values, shape): a row for each number of the result, a column for
        each number of the arguments, in order.
        """
        found = self._shortest(PreparedDerivatives.jacobian, (*arguments, sparse), data)
        if found is not None:
            return found
        ready, values = self._entries("jacobian", arguments, data)
        return ready.matrix("jacobian", values, sparse)

    def hessian(self, *arguments: Any, sparse: bool | str = False, **data: Any) -> Any:
        """The second derivatives of the result by all pairs of arguments.

        >>> import minigrad as mg, numpy as np
        >>> f = mg.compile(lambda x: x[0] ** 2 * x[1] + x[2])
        >>> f.hessian(np.array([3.0, 2.0, 1.0]))
        array([[4., 6., 0.],
               [6., 0., 0.],
               [0., 0., 0.]])
        >>> f.hessian(np.array([3.0, 2.0, 1.0]), sparse="coo").values
        array([4., 6., 6.])

        By one array it has the axes of the array twice; otherwise the structure of the arguments,
        and for each item there the same again. `sparse` is as in `jacobian`; few sweeps are enough
        for a sparse one of any size (see `sparsity`).
        """
        found = self._shortest(PreparedDerivatives.hessian, (*arguments, sparse), data)
        if found is not None:
            return found
        ready, values = self._entries("hessian", arguments, data)
        return ready.matrix("hessian", values, sparse)

    def sparsity(self, *arguments: Any, **data: Any) -> Sparsity:
        """Where the Jacobian and the Hessian can be other than 0: a picture of dots.

        >>> import minigrad as mg
        >>> @mg.compile
        ... def chain(x):
        ...     return mg.sum([(b - a * a) ** 2 for a, b in zip(x, x[1:])])
        >>> chain.sparsity([1.0, 2.0, 3.0, 4.0]).hessian
        Hessian of chain: 4 × 4, 10 of 16 entries can be other than 0; 3 sweeps give all
        ● ● · ·
        ● ● ● ·
        · ● ● ●
        · · ● ●

        Of the latest call, or of arguments of this structure. It depends on the circuit alone, not
        on the numbers: an entry that happens to be 0 has a dot.
        """
        if arguments or data:
            recording = self._array_call("sparsity", arguments, data).recording
        elif self._latest is not None:
            recording = self._latest.recording
        else:
            raise ValueError(
                f"{self.name} has not been called yet, and its sparsity depends on what it is "
                f"given: call it once, or write {self.name}.sparsity(...) with arguments like it"
            )
        sweeping = recording.sweeping
        return Sparsity(self.name, sweeping.jacobian_entries, sweeping.hessian_entries)

    # --- calls ---

    def _along(self, method: str, given: tuple[Any, ...], data: dict[str, Any]) -> Any:
        """What one sweep gives along the vector that comes last."""
        self._refuse_inside(method)
        arguments, vector = without_vector(f"{self.name}.{method}", self.name, given)
        call = self._array_call(method, arguments, data)
        recording, sweeping = call.recording, call.recording.sweeping
        if method == "hvp":
            self._require_curvature(recording, method)
        by, of = differentiated(recording.structure), recording.output_structure
        if method == "vjp":
            direction = self._vector(method, of, vector, "the result is")
        else:
            direction = self._vector(method, by, vector, "the arguments are")
        fixed, numbers = sweeping.split(call.numbers)
        outputs, (found,) = sweeping.run(SWEEPS[method], fixed, numbers, [direction])
        self._finish(call, outputs, found)
        return put_together(of if method == "jvp" else by, map(float, found), plain=True)

    def _entries(
        self, method: str, arguments: tuple[Any, ...], data: dict[str, Any]
    ) -> tuple[PreparedDerivatives, Any]:
        """The entries of a Jacobian or Hessian that can be other than 0, and what lays them out."""
        require_numpy(f"{self.name}.{method} gives arrays and")
        self._refuse_inside(method)
        call = self._array_call(method, arguments, data)
        sweeping = call.recording.sweeping
        if method == "hessian":
            self._require_curvature(call.recording, method)
        outputs, values = sweeping.matrix(method, *sweeping.split(call.numbers))
        return self._finish(call, outputs, values), values

    def _shortest(
        self, method: Callable[..., Any], given: tuple[Any, ...], data: dict[str, Any]
    ) -> Any:
        """What a call gives by the shortest way; None where it has to go the long one."""
        ready = self._ready
        if ready is None or len(given) != 2 or not ready.takes(data):
            return None
        if guards or (observers and detects_nonfinite()):
            return None
        found = method(ready, data, *given)
        if found is not None:
            self._latest = ready
        return found

    def _finish(self, call: Call, outputs: list[float], found: Any) -> PreparedDerivatives:
        """Look at a call's numbers, and let the next one like it go the shortest way."""
        recording = call.recording
        if recording.has_indexes:
            recording.check_indexes(call.numbers)
        self._compare(call, recording.parameter_numbers(), outputs)
        self._raise_nonfinite(recording, [call.numbers], chain(outputs, found))
        ready = self._all_ready.get(recording)
        if ready is None:
            structure = differentiated(recording.structure)
            check = self._check_of(recording)
            made = PreparedDerivatives(self.name, recording, check, structure)
            ready = self._all_ready.setdefault(recording, made)
        if not self.static:
            ready.settle(*call.arguments)
        self._ready = ready
        return ready

    def _vector(self, method: str, structure: Any, vector: Any, what: str) -> list[float]:
        """The numbers of a vector that must have this structure."""
        numbers = numbers_of_vector(f"{self.name}.{method}", vector, structure, what)
        return [number_of(x) if isinstance(x, Value) else x for x in numbers]

    def _require_curvature(self, recording: Recording, method: str) -> None:
        """A TypeError for what has no second derivative here."""
        if recording.output_structure != NUMBER:
            raise TypeError(
                f"{self.name}.{method} needs a function that returns one Value, and returns "
                f"{structure_text(recording.output_structure)}: compile a function that returns "
                f"the one you mean, or a sum of them; {self.name}.jacobian(...) has the first "
                "derivatives of all"
            )
        if names := recording.sweeping.tape.gates_without_curvature():
            raise TypeError(
                f"{self.name}.{method} needs the second derivative of the gate {names[0]!r}, whose "
                "local gradient is ordinary Python and has none: write it with minigrad's "
                "functions (mg.exp, mg.where, …)"
            )
