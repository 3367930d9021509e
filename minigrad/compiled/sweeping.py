"""Derivatives of one recording, flat: numbers in, matrices out, by sweeps over its gates.

Python sweeps until it has worked as long as machine code takes to be made. Where the result is not
finite it sweeps in any case: it knows what nothing has reached, and 0 times an infinity is nan.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from ..calculus import count_of
from ..engine import Value, numbers_of
from ..native import has_native
from ..rules import Formula, called_gates
from ..tape import (
    Compressed,
    GateTape,
    PythonSweeps,
    compressed_hessian,
    compressed_jacobian,
    gate_tape,
    hessian_pattern,
    jacobian_pattern,
    without_collector,
)

GATES_IN_PYTHON: Final = 20_000  # in all directions together, 50 ms or so


class Sweeping:
    """The derivatives of some outputs by the inputs that are given by place; the rest is data."""

    def __init__(
        self,
        outputs: Sequence[Value],
        parameters: Sequence[Value],
        inputs: Sequence[Value],
        structure: Any,
        executor: str,
        wires: Sequence[Value],
    ) -> None:
        by_place = count_of(structure[1])
        self.parameters, self.count = parameters, by_place
        self.tape: GateTape = gate_tape(
            outputs, [*parameters, *inputs[by_place:]], inputs[:by_place], wires
        )
        self.python = PythonSweeps(self.tape)
        self._left = float("inf")
        if executor != "python" and not self.tape.opaque_gates():
            self._left = GATES_IN_PYTHON if executor == "auto" else 0
        self._native: Any = None
        self._compressed: dict[str, Any] = {}  # sweeps for whole matrices, by their kind

    def split(self, numbers: Sequence[float]) -> tuple[list[float], Sequence[float]]:
        """What is fixed for a derivative, and what it is by."""
        fixed = [*numbers_of(self.parameters), *numbers[self.count :]]
        return fixed, numbers[: self.count]

    def native(self, lanes: int) -> Any:
        """Machine code for so many directions, if there is, or if it is worth while by now."""
        if self._native is None and self._left != float("inf"):
            self._left -= len(self.tape.kinds) * (1 + lanes)
            if self._left < 0:
                self._native = self._made_native()
        return self._native

    def _made_native(self) -> Any:
        if not has_native():
            return None
        from ..native import Sweeps, are_native

        formulas: list[Formula] = []
        for kind in set(self.tape.kinds):
            found = (kind.value, *kind.slopes, *kind.curvatures)
            formulas += [formula for formula in found if formula is not None]
        if are_native(called_gates(formulas)):
            with without_collector():
                return Sweeps(self.tape)
        self._left = float("inf")
        return None

    def run(
        self, sweep: str, fixed: list[float], numbers: Sequence[float], lanes: Any
    ) -> tuple[list[float], Any]:
        """A sweep of `PythonSweeps`, forward, backward or curved, by whatever can run it.

        The lanes are lists or an array, and so is what comes out.
        """
        if native := self.native(len(lanes)):
            import numpy

            with without_collector():
                outputs, found = native.run(sweep, fixed, numbers, numpy.asarray(lanes))
            if numpy.isfinite(found).all():
                return outputs, found
        lists = lanes if isinstance(lanes, list) else lanes.tolist()
        return getattr(self.python, sweep)(fixed, numbers, lists)  # type: ignore[no-any-return]

    # --- whole matrices ---

    @cached_property
    def jacobian_entries(self) -> Compressed:
        """Where the entries of the Jacobian come from."""
        with without_collector():
            return compressed_jacobian(jacobian_pattern(self.tape))

    @cached_property
    def hessian_entries(self) -> Compressed:
        """Where the entries of the Hessian come from."""
        with without_collector():
            return compressed_hessian(hessian_pattern(self.tape))

    def matrix(
        self, kind: str, fixed: list[float], numbers: Sequence[float]
    ) -> tuple[list[float], Any]:
        """The outputs, and the entries of the pattern of a "jacobian" or a "hessian"."""
        sweep, entries = self._sweep_of(kind)
        outputs, found = self.run(sweep, fixed, numbers, entries.directions())
        return outputs, _read(entries, found)

    def _sweep_of(self, kind: str) -> tuple[str, Compressed]:
        if kind == "hessian":
            return "curved", self.hessian_entries
        entries = self.jacobian_entries
        return "backward" if entries.is_backward else "forward", entries

    # --- the same without the outputs, where there is machine code; None if it is not finite ---

    def native_matrix(self, kind: str, parameters: Sequence[float], numbers: Any) -> Any:
        """The entries of a "jacobian" or a "hessian"."""
        compressed = self._compressed.get(kind)
        if compressed is None:
            from ..native import CompressedSweep

            made = CompressedSweep(self._native, *self._sweep_of(kind))
            compressed = self._compressed.setdefault(kind, made)
        return _if_finite(compressed.entries(parameters, numbers))

    def native_along(
        self, sweep: str, parameters: Sequence[float], numbers: Any, direction: Any
    ) -> Any:
        """What a sweep gives for one direction."""
        return _if_finite(self._native.along(sweep, parameters, numbers, direction))

    @property
    def is_native(self) -> bool:
        """Whether there is machine code by now."""
        return self._native is not None


def _if_finite(numbers: Any) -> Any:
    """An array of numbers that are all finite, else None."""
    total = numbers.dot(numbers)  # it is finite only if all are, and mostly then
    if total - total == 0.0:
        return numbers
    import numpy

    return numbers if numpy.isfinite(numbers).all() else None


def _read(entries: Compressed, found: Any) -> Any:
    import numpy

    if isinstance(found, list):
        return numpy.array(entries.entries(found), dtype=float)
    return found[numpy.asarray(entries.lanes), numpy.asarray(entries.places)]
