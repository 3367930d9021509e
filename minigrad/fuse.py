"""A tape with fewer, larger operations: chains of additions in one sum, products inside it.

Nothing changes in the last bit: a sum goes from left to right, and a product is rounded before it
is added.

>>> import minigrad as mg
>>> from minigrad.flatten import flatten
>>> a, b, c, d = (mg.Value(number) for number in (1.0, 2.0, 3.0, 4.0))
>>> print(fused(flatten([a * b + c * d], parameters=[], inputs=[a, b, c, d])))
s5 = dot(s0, s1, s2, s3)
"""

from __future__ import annotations

from dataclasses import replace

from .kernels import DOT, MUL, SUM
from .tape import Tape


def fused(tape: Tape) -> Tape:
    """The same tape with products that are used once, and sums that go on, inside sums."""
    kernels, first = list(tape.kernels), tape.first
    operands: list[list[int]] = [list(slots) for slots in tape.operands]
    uses, phases = _uses(tape), tape.phases
    one = _slot_of_one(tape)
    shift = 1 if one == first else 0  # the constant 1.0 is new: operations move by one slot
    dropped = bytearray(len(kernels))
    for i, kernel in enumerate(kernels):
        if kernel is SUM:
            head = operands[i][0] - first
            if (
                head >= 0
                and kernels[head] is SUM
                and uses[first + head] == 1
                and phases[head] == phases[i]
            ):
                dropped[head] = 1
                operands[head].extend(operands[i][1:])
                operands[i] = operands[head]
    for i, kernel in enumerate(kernels):
        if kernel is SUM and not dropped[i]:
            products = [
                slot >= first
                and kernels[slot - first] is MUL
                and uses[slot] == 1
                and phases[slot - first] == phases[i]
                for slot in operands[i]
            ]
            if 2 * sum(products) >= len(products):
                kernels[i] = DOT
                factors: list[int] = []
                for slot, is_product in zip(operands[i], products):
                    if is_product:
                        dropped[slot - first] = 1
                        factors += operands[slot - first]
                    else:
                        factors += [slot, -1]  # times one
                operands[i] = factors
    return _compact(tape, kernels, operands, dropped, one, shift)


def _uses(tape: Tape) -> list[int]:
    uses = [0] * tape.slot_count
    for slots in tape.operands:
        for slot in slots:
            uses[slot] += 1
    for slot in [*tape.outputs, *(slot for slots in tape.gradients for slot in slots)]:
        uses[slot] += 2
    return uses


def _slot_of_one(tape: Tape) -> int:
    start = len(tape.parameters) + tape.input_count
    return start + tape.constants.index(1.0) if 1.0 in tape.constants else tape.first


def _compact(
    tape: Tape,
    kernels: list,  # type: ignore[type-arg]
    operands: list[list[int]],
    dropped: bytearray,
    one: int,
    shift: int,
) -> Tape:
    first = tape.first
    kept = [i for i in range(len(kernels)) if not dropped[i]]
    slots = list(range(first)) + [0] * len(kernels) + [one]  # the last, -1, is the constant one
    for new, i in enumerate(kept):
        slots[first + i] = first + shift + new
    return replace(
        tape,
        constants=(*tape.constants, 1.0) if shift else tape.constants,
        kernels=[kernels[i] for i in kept],
        operands=[tuple([slots[slot] for slot in operands[i]]) for i in kept],
        outputs=[slots[slot] for slot in tape.outputs],
        gradients=[[slots[slot] for slot in gradient] for gradient in tape.gradients],
        phases=[tape.phases[i] for i in kept],
    )
