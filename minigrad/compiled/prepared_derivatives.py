"""Derivatives by one array of floats by the shortest way: from array to machine code to array.

As a `prepared_call`, for what `derivatives` gives: a call by the long way says for which shape.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..calculus import NUMBER, put_together
from ..engine import numbers_of
from .checking import Check
from .matrices import Matrix
from .recording import Recording
from .sweeping import Sweeping

Data = dict[str, Any]


class PreparedDerivatives:
    """Derivatives of one recording by an array, given by place and alone; what is named is data.

    A method gives what that of `Derivatives` gives, or None where the call has to go the long way.
    """

    def __init__(self, name: str, recording: Recording, check: Check | None, structure: Any):
        self.name, self.recording, self.check, self.structure = name, recording, check, structure
        self.sweeping: Sweeping = recording.sweeping
        self.shape: Any = None  # of the array; None while the long way is the only one
        self.of_data: Data = {}  # the shapes of the data, by name
        self.of_result = _shape_of(recording.output_structure)
        places = recording.places
        self.has_same_places = _always if places.is_empty else places.unchanged
        self._latest: Any = None

    def settle(self, arguments: tuple[Any, ...], data: Data) -> None:
        """Ask whether calls like this one may go the shortest way."""
        if len(arguments) != 1 or not self.sweeping.is_native or self.recording.has_indexes:
            return
        import numpy

        x, self.make = arguments[0], numpy.array
        self.array, self.float64 = numpy.ndarray, numpy.dtype(float)
        of_data = {name: getattr(part, "shape", ()) for name, part in data.items()}
        is_array = type(x) is self.array and x.shape != ()  # without axes it counts as a number
        if is_array and all(
            self._flat(part, shape) is not None
            for part, shape in [(x, x.shape), *zip(data.values(), of_data.values())]
        ):
            self.shape, self.of_data = x.shape, of_data

    def takes(self, data: Data) -> bool:
        """Whether there is a shortest way with data of these names, in this order."""
        if self.shape is None:
            return False
        return list(data) == list(self.of_data) if data else not self.of_data

    def jvp(self, data: Data, x: Any, vector: Any) -> Any:
        """See `Derivatives.jvp`."""
        moved = self._along("forward", data, x, self._flat(vector, self.shape))
        if moved is None:
            return None
        if self.of_result is None or self.of_result == ():
            return put_together(self.recording.output_structure, iter(moved.tolist()), plain=True)
        return moved.reshape(self.of_result)

    def vjp(self, data: Data, x: Any, weights: Any) -> Any:
        """See `Derivatives.vjp`."""
        sent = self._along("backward", data, x, self._flat(weights, self.of_result))
        return None if sent is None else sent.reshape(self.shape)

    def hvp(self, data: Data, x: Any, vector: Any) -> Any:
        """See `Derivatives.hvp`."""
        bent = self._along("curved", data, x, self._flat(vector, self.shape))
        return None if bent is None else bent.reshape(self.shape)

    def jacobian(self, data: Data, x: Any, sparse: bool | str) -> Any:
        """See `Derivatives.jacobian`."""
        return self._matrix("jacobian", data, x, sparse)

    def hessian(self, data: Data, x: Any, sparse: bool | str) -> Any:
        """See `Derivatives.hessian`."""
        return self._matrix("hessian", data, x, sparse)

    def _matrix(self, kind: str, data: Data, x: Any, sparse: bool | str) -> Any:
        taken = self._taken(data, x)
        values = None if taken is None else self.sweeping.native_matrix(kind, *taken)
        return None if values is None else self.matrix(kind, values, sparse)

    def matrix(self, kind: str, values: Any, sparse: bool | str) -> Any:
        """The "jacobian" or the "hessian" with these entries."""
        if kind == "hessian":
            return self._hessian.of(values, sparse, self.structure, self.structure)
        rows = self.recording.output_structure
        return self._jacobian.of(values, sparse, rows, self.structure)

    @cached_property
    def _jacobian(self) -> Matrix:
        return Matrix(f"{self.name}.jacobian", self.sweeping.jacobian_entries)

    @cached_property
    def _hessian(self) -> Matrix:
        return Matrix(f"{self.name}.hessian", self.sweeping.hessian_entries)

    @property
    def numbers(self) -> list[float]:
        """The arguments of the latest call."""
        given, data = self._latest
        return [*given.tolist(), *data]

    def _along(self, sweep: str, data: Data, x: Any, direction: Any) -> Any:
        taken = None if direction is None else self._taken(data, x)
        return None if taken is None else self.sweeping.native_along(sweep, *taken, direction)

    def _flat(self, part: Any, shape: Any) -> Any:
        """The numbers of an array of floats of this shape, or of a float."""
        if type(part) is self.array:
            return part.ravel() if part.dtype is self.float64 and part.shape == shape else None
        return self.make([part]) if type(part) is float and shape == () else None

    def _taken(self, data: Data, x: Any) -> tuple[list[float], Any] | None:
        """What is fixed, and the numbers of a call, which then counts as one not compared."""
        recording, check = self.recording, self.check
        if not (type(x) is self.array and x.dtype is self.float64 and x.shape == self.shape):
            return None
        named = self._named(data) if data else []
        if named is None:
            return None
        if not self.has_same_places() or recording.plain_numbers.changed() is not None:
            return None
        if check is not None:
            if check.left <= 0:
                return None
            check.left -= 1
        given = x.flatten()  # who has called may write into theirs
        self._latest = given, named
        fixed = numbers_of(recording.parameters) if recording.parameters else []
        return fixed + named, given

    def _named(self, data: Data) -> list[float] | None:
        """The numbers that are given by name, where they have the shapes that are known."""
        named: list[float] = []
        for part, shape in zip(data.values(), self.of_data.values()):
            flat = self._flat(part, shape)
            if flat is None:
                return None
            named += flat.tolist()
        return named


def _always() -> bool:
    return True


def _shape_of(structure: Any) -> tuple[int, ...] | None:
    """The shape of a result that is one number or array."""
    if structure == NUMBER:
        return ()
    shape: tuple[int, ...] | None = structure[1] if structure[0] == "array" else None
    return shape
