"""Fewer, larger operations: chains of additions in one sum, products inside it.

Nothing changes in the last bit: a sum goes from left to right, and a product is rounded before it
is added.

>>> import minigrad as mg
>>> from minigrad.tape.flatten import flatten
>>> a, b, c, d = (mg.Value(number) for number in (1.0, 2.0, 3.0, 4.0))
>>> print(flatten([a * b + c * d], parameters=[], inputs=[a, b, c, d]))
s4 = dot(s0, s1, s2, s3)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from .kernels import DOT, MUL, SUM, Kernel


def fuse_sums(
    kernels: list[Kernel | None],
    operands: list[tuple[int, ...]],
    phases: list[int],
    uses: list[int],
    one: int,
) -> None:
    """Put products that are used once, and sums that go on, inside the sums that use them.

    A node is a place in these lists. `uses` says how often each is used: 0 when it is no longer
    needed. `one` is the node of the constant 1.
    """
    sums = [node for node, kernel in enumerate(kernels) if kernel is SUM and uses[node]]
    going_on: dict[int, list[int]] = {}  # a list of terms moves along a chain: no term moves twice
    for node in sums:
        head, *terms = operands[node]
        if uses[head] == 1 and kernels[head] is SUM and phases[head] == phases[node]:
            uses[head] = 0
            going_on[node] = going_on.pop(head, [*operands[head]])
            going_on[node] += terms
    for node, longer in going_on.items():
        operands[node] = tuple(longer)
    for node in sums:
        if uses[node]:
            parts, phase = operands[node], phases[node]
            inside = [
                uses[part] == 1
                and phases[part] == phase
                and (kernels[part] is MUL or (kernels[part] is DOT and part == parts[0]))
                for part in parts
            ]
            products = sum(len(operands[part]) for part in compress(parts, inside)) // 2
            if products >= len(parts) - sum(inside):
                kernels[node] = DOT
                operands[node] = _factors(operands, node, inside, uses, one)


def _factors(
    operands: list[tuple[int, ...]],
    node: int,
    inside: Sequence[bool],
    uses: list[int],
    one: int,
) -> tuple[int, ...]:
    factors: list[int] = []
    for term, is_inside in zip(operands[node], inside):
        if is_inside:
            uses[term] = 0
            factors += operands[term]
        else:
            uses[one] += 1
            factors += term, one
    return tuple(factors)
