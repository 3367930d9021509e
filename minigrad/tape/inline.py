"""A tape with fewer operations in a row: what only one product needs is computed inside it.

A local gradient is mostly that: computed, multiplied by the upstream gradient, and never read
again. As one operation with the product it stays in a register. (A slope with an operation of its
own, as that of tanh, is computed together with the output.)

>>> import minigrad as mg
>>> from minigrad.tape.flatten import flatten_batch
>>> w, x = mg.Value(2.0), mg.Value(3.0)
>>> tape = flatten_batch(mg.sqrt(mg.sqrt(w * x) - x), parameters=[w], inputs=[x])
>>> len(tape.kernels)
10
>>> print(merged(tape))
s2 = x0·x1(s0, s1)
s3 = √(x0)(s2)
s4 = x0 − x1(s3, s1)
s5 = √(x0)(s4)
s6 = 0.5/x0·0.5/x1(s3, s5)
s7 = x0·x1(s1, s6)
s8 = sum over rows(s7)
s9 = sum over rows(s5)
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from .kernels import MUL, SYMBOLS, Kernel, kernel_of, renamed_formula
from .operations import EACH_ROW, REDUCE
from .tape import Tape

MOST_OPERANDS: Final = 4  # of a product with all that has become part of it


def merged(tape: Tape) -> Tape:
    """The same tape; an operation of a row that is used by one product alone is part of it.

    A product of which only the sum over the rows is needed stays one of two numbers.
    """
    first, phases = tape.first, tape.phases
    kernels, operands = list(tape.kernels), list(tape.operands)
    uses = tape.uses()
    summed = {slots[0] for kernel, slots in zip(kernels, operands) if kernel is REDUCE}
    dropped = bytearray(len(kernels))
    for i, kernel in enumerate(tape.kernels):
        is_only_summed = first + i in summed and uses[first + i] == 1
        if kernel is not MUL or phases[i] != EACH_ROW or is_only_summed:
            continue
        factors: list[Kernel | None] = [None, None]
        numbers: list[tuple[int, ...]] = [(slot,) for slot in operands[i]]
        for place, slot in enumerate(operands[i]):
            made = slot - first
            inside = made >= 0 and uses[slot] == 1 and phases[made] == EACH_ROW
            inside = inside and not tape.kernels[made].slope
            others = len(numbers[1 - place])
            if inside and others + (kernels[made].count or MOST_OPERANDS) <= MOST_OPERANDS:
                dropped[made] = 1
                factors[place], numbers[place] = kernels[made], operands[made]
        if factors != [None, None]:
            kernels[i], operands[i] = _product(*factors), numbers[0] + numbers[1]
    return _without(replace(tape, kernels=kernels, operands=operands), dropped)


@cache
def _product(left: Kernel | None, right: Kernel | None) -> Kernel:
    """The product of two kernels' results; None stands for a number as it is."""
    count, factors = 0, []
    for kernel in (left, right):
        if kernel is None or kernel.formula is None:
            factors.append(SYMBOLS[count])
        else:
            places = {symbol: count + i for i, symbol in enumerate(SYMBOLS)}
            factors.append(renamed_formula(kernel.formula, places))
        count += 1 if kernel is None else kernel.count or 1
    return kernel_of(factors[0] * factors[1], count)


def _without(tape: Tape, dropped: bytearray) -> Tape:
    """The tape without some operations, which nothing reads."""
    first = tape.first
    kept = [i for i in range(len(tape.kernels)) if not dropped[i]]
    slots = list(range(tape.slot_count))
    for new, i in enumerate(kept):
        slots[first + i] = first + new
    return replace(
        tape,
        kernels=[tape.kernels[i] for i in kept],
        operands=[tuple([slots[slot] for slot in tape.operands[i]]) for i in kept],
        outputs=[slots[slot] for slot in tape.outputs],
        gradients=[[slots[slot] for slot in gradient] for gradient in tape.gradients],
        phases=[tape.phases[i] for i in kept],
    )
