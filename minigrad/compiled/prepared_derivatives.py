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


class PreparedDerivatives:
    """Derivatives of one recording by an array, given by place and alone.

    A method gives what that of `Derivatives` gives, or None where the call has to go the long way.
    """

    def __init__(self, name: str, recording: Recording, check: Check | None, structure: Any):
        self.name, self.recording, self.check, self.structure = name, recording, check, structure
        self.sweeping: Sweeping = recording.sweeping
        self.shape: Any = None  # of the array; None while the long way is the only one
        self.of_result = _shape_of(recording.output_structure)
        self._latest: Any = None

    def settle(self, arguments: tuple[Any, ...], data: dict[str, Any]) -> None:
        """Ask whether calls like this one may go the shortest way."""
        if data or len(arguments) != 1 or not self.sweeping.is_native or self.recording.has_indexes:
            return
        import numpy

        x, self.make = arguments[0], numpy.array
        self.array, self.float64 = numpy.ndarray, numpy.dtype(float)
        if type(x) is self.array and x.dtype is self.float64:
            self.shape = x.shape

    def jvp(self, x: Any, vector: Any) -> Any:
        """See `Derivatives.jvp`."""
        moved = self._along("forward", x, self._flat(vector, self.shape))
        if moved is None:
            return None
        if self.of_result is None or self.of_result == ():
            return put_together(self.recording.output_structure, iter(moved.tolist()), plain=True)
        return moved.reshape(self.of_result)

    def vjp(self, x: Any, weights: Any) -> Any:
        """See `Derivatives.vjp`."""
        sent = self._along("backward", x, self._flat(weights, self.of_result))
        return None if sent is None else sent.reshape(self.shape)

    def hvp(self, x: Any, vector: Any) -> Any:
        """See `Derivatives.hvp`."""
        bent = self._along("curved", x, self._flat(vector, self.shape))
        return None if bent is None else bent.reshape(self.shape)

    def jacobian(self, x: Any, sparse: bool | str) -> Any:
        """See `Derivatives.jacobian`."""
        given = self._taken(x)
        if given is None:
            return None
        parameters = numbers_of(self.recording.parameters)
        values = self.sweeping.native_jacobian(parameters, given)
        return None if values is None else self.jacobian_of(values, sparse)

    def hessian(self, x: Any, sparse: bool | str) -> Any:
        """See `Derivatives.hessian`."""
        given = self._taken(x)
        if given is None:
            return None
        parameters = numbers_of(self.recording.parameters)
        values = self.sweeping.native_hessian(parameters, given)
        return None if values is None else self.hessian_of(values, sparse)

    def jacobian_of(self, values: Any, sparse: bool | str) -> Any:
        """The Jacobian with these entries."""
        rows = self.recording.output_structure
        return self._jacobian.of(values, sparse, rows, self.structure)

    def hessian_of(self, values: Any, sparse: bool | str) -> Any:
        """The Hessian with these entries."""
        return self._hessian.of(values, sparse, self.structure, self.structure)

    @cached_property
    def _jacobian(self) -> Matrix:
        return Matrix(f"{self.name}.jacobian", self.sweeping.jacobian_entries)

    @cached_property
    def _hessian(self) -> Matrix:
        return Matrix(f"{self.name}.hessian", self.sweeping.hessian_entries)

    @property
    def numbers(self) -> list[float]:
        """The arguments of the latest call."""
        numbers: list[float] = self._latest.tolist()
        return numbers

    def _along(self, sweep: str, x: Any, direction: Any) -> Any:
        given = None if direction is None else self._taken(x)
        if given is None:
            return None
        parameters = numbers_of(self.recording.parameters)
        return self.sweeping.native_along(sweep, parameters, given, direction)

    def _flat(self, vector: Any, shape: Any) -> Any:
        """The numbers of an array of floats of this shape, or of a float."""
        if self.shape is None or shape is None:
            return None
        if type(vector) is self.array and vector.dtype is self.float64 and vector.shape == shape:
            return vector.ravel()
        return self.make([vector]) if type(vector) is float and shape == () else None

    def _taken(self, x: Any) -> Any:
        """The numbers of a call, which then counts as one that is not compared; else None."""
        recording, check = self.recording, self.check
        if self.shape is None or not (
            type(x) is self.array and x.dtype is self.float64 and x.shape == self.shape
        ):
            return None
        if not recording.places.unchanged() or recording.plain_numbers.changed() is not None:
            return None
        if check is not None:
            if check.left <= 0:
                return None
            check.left -= 1
        self._latest = given = x.flatten()  # who has called may write into theirs
        return given


def _shape_of(structure: Any) -> tuple[int, ...] | None:
    """The shape of a result that is one number or array."""
    if structure == NUMBER:
        return ()
    shape: tuple[int, ...] | None = structure[1] if structure[0] == "array" else None
    return shape
