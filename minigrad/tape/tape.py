"""A circuit flattened: a list of operations on numbered slots, forward and backward in one.

>>> import minigrad as mg
>>> from minigrad.tape.flatten import flatten
>>> w, x = mg.Value(2.0, label="w"), mg.Value(3.0, label="x")
>>> tape = flatten([mg.tanh(w * x)], parameters=[w], inputs=[x])
>>> print(tape)
s2 = x0·x1(s0, s1)
s3 = tanh(x0)(s2)
s4 = tanh′(x0, x1)(s2, s3)
s5 = x0·x1(s1, s4)
s6 = x0·x1(s0, s4)
>>> replay(tape, [0.5], [1.0])
([0.46211715726000974], [[0.7864477329659274, 0.3932238664829637]])

The slots are the parameters, the inputs, the constants, then one for each operation. The backward
pass stands on the tape as operations like the forward ones: a wire's gradient is the sum of the
contributions, in the order in which `Value.backward` adds them, so the numbers are the same to the
last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any, Final, Protocol

from ..engine import Value
from .kernels import Kernel

MOST_TOGETHER: Final = 128  # rows of a batch that an executor runs together


class Rows(Protocol):
    """The rows of a batch, as far as what runs them knows them."""

    count: int
    numbers: Any  # a list of rows; or an array, a row for each input, that can be longer
    prepared: dict[int, Any]  # as machine code reads them, by how many it runs together

    def row(self, i: int) -> list[float]:
        """The numbers of one row."""


@dataclass(frozen=True)
class Slots:
    """The slots before those of what is computed: the parameters, the inputs, the constants."""

    parameters: tuple[Value, ...]
    input_count: int
    constants: tuple[float, ...]

    @property
    def first(self) -> int:
        """The slot of what is computed first."""
        return len(self.parameters) + self.input_count + len(self.constants)


@dataclass(frozen=True)
class Tape(Slots):
    """Operations in an order in which they can run, and where the results are.

    `gradients` has, for each output, a slot for each parameter and each input, or for those that
    are wanted. `phases` says of every operation whether it runs once before the rows of a batch
    (0), for each row (1), or once after them (2). `routes` says for each output whether a gate
    behind it routes: then a gradient of zero is 0.0, and one that is not finite may be wrong,
    unless the tape is `careful`.
    """

    kernels: list[Kernel]
    operands: list[tuple[int, ...]]
    outputs: list[int]
    gradients: list[list[int]]
    phases: list[int]
    routes: tuple[bool, ...]
    careful: bool

    @cached_property
    def multiplies_nothing(self) -> bool:
        """Whether it multiplies by 0 where a gate that routes sends nothing."""
        return any(self.routes) and not self.careful

    def may_be_wrong(self, gradients: Iterable[Sequence[float]]) -> bool:
        """Whether gradients have to be computed again, by the careful tape.

        To multiply nothing by 0 is as good as long as all is finite; if anything is not, a gradient
        is not.
        """
        if not self.multiplies_nothing:
            return False
        # a sum is finite only where all are; it is four times as fast, and mostly says enough
        return any(
            not isfinite(sum(sent)) and not all(map(isfinite, sent))
            for sent, routes in zip(gradients, self.routes)
            if routes
        )

    @property
    def slot_count(self) -> int:
        return self.first + len(self.kernels)

    def uses(self) -> list[int]:
        """How often each slot is an operand."""
        uses = [0] * self.slot_count
        for slots in self.operands:
            for slot in slots:
                uses[slot] += 1
        return uses

    def results(self, values: Sequence[float]) -> tuple[list[float], list[list[float]]]:
        """The outputs, and the gradients of each, from the numbers of all slots."""
        read = values.__getitem__
        gradients = [[*map(read, slots)] for slots in self.gradients]
        for i in [i for i, routes in enumerate(self.routes) if routes]:
            gradients[i] = [number + 0.0 for number in gradients[i]]  # a zero is 0.0 there
        return [*map(read, self.outputs)], gradients

    def __str__(self) -> str:
        lines = (
            f"s{self.first + i} = {kernel.name}({', '.join(f's{slot}' for slot in slots)})"
            for i, (kernel, slots) in enumerate(zip(self.kernels, self.operands))
        )
        return "\n".join(lines)


def number_key(number: float) -> float | str:
    """What is equal for equal constants: 0.0 and -0.0 are two, and no nan equals another."""
    return "nan" if number != number else number or number.hex()


def replay(
    tape: Tape, parameters: Sequence[float], inputs: Sequence[float]
) -> tuple[list[float], list[list[float]]]:
    """Run the tape in Python: the outputs, and for each its gradients."""
    values = [*parameters, *inputs, *tape.constants]
    append = values.append
    for kernel, slots in zip(tape.kernels, tape.operands):
        append(kernel.on_floats(*[values[slot] for slot in slots]))
    return tape.results(values)
