"""Which wires receive anything, as numbers on a careful tape: 0 for a wire that receives nothing.

Where no gate routes, all do, and nothing is computed. What is not sent is −0.0, which adds nothing
to any sum, not even to its sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..engine import Value
from ..rules import Gate, where
from .kernels import MUL, SYMBOLS, kernel_of
from .operations import ALONE, Operations

_A, _B, _C = SYMBOLS[:3]
CHOSEN: Final = kernel_of(where(_A.equals(0.0), 0.0, 1.0), 1)
EITHER: Final = kernel_of(where(_A > _B, _A, _B), 2)
SENT: Final = kernel_of(where(_A.equals(0.0), -0.0, _B * _C), 3)


class Arrivals:
    """For each wire that has been reached the node that is 0 if it has received nothing."""

    def __init__(self, operations: Operations, outputs: Iterable[Value]) -> None:
        self.operations = operations
        self.always = operations.constant(1.0)
        self._arrives = dict.fromkeys(outputs, self.always)

    def sent(
        self, gate: Gate, wire: Value, source: Value, factors: tuple[int, int], is_summed: bool
    ) -> tuple[int, int]:
        """What the gate behind a wire sends to an input, as two factors.

        `is_summed`: the input is the same in all rows of a batch, and the wire is not.
        """
        operations, always = self.operations, self.always
        arrives = self._arrives[wire]
        if gate.routes:
            chosen = operations.apply(CHOSEN, (factors[0],))
            arrives = self._both(arrives, chosen)
        to_source = arrives
        if is_summed and operations.numbers[arrives] is None:
            to_source = operations.reduced(arrives)  # in how many rows
        known = self._arrives.get(source, to_source)
        if always in (known, to_source):
            self._arrives[source] = always
        else:
            is_same = known == to_source
            either = known if is_same else operations.apply(EITHER, (known, to_source))
            self._arrives[source] = either
        hands_on = not gate.routes and operations.numbers[factors[0]] == 1.0
        if arrives == always or hands_on:  # of what has received nothing the gradient is −0.0
            return operations.contribution(*factors)
        return operations.apply(SENT, (arrives, *factors)), ALONE

    def _both(self, x: int, y: int) -> int:
        if x == self.always:
            return y
        return x if y == self.always else self.operations.apply(MUL, (x, y))
