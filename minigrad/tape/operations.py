"""The operations of a tape while it grows, each once.

>>> from minigrad.tape.kernels import MUL
>>> operations = Operations()
>>> x = operations.leaf()
>>> square = operations.apply(MUL, (x, x))
>>> operations.apply(MUL, (x, x)) == square
True
>>> operations.numbers[operations.apply(MUL, (operations.constant(2.0), operations.constant(3.0)))]
6.0

What is known is computed here (constants folded), and what was computed before is used again
(common subexpressions); what leads to no result is dropped at the end (dead gates).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, compress
from typing import Any, Final

from ..engine import Value
from .fuse import fuse_sums
from .kernels import DOT, MUL, SUM, Kernel
from .tape import Tape, number_key

ONCE: Final = 0  # the phases of a batch
EACH_ROW: Final = 1
AFTER: Final = 2

REDUCE: Final = Kernel("sum over rows", lambda x: x)

ALONE: Final = -1  # in place of the second factor of a contribution that is one number


class Operations:
    """A list that grows; a node is a leaf, a constant or an operation.

    Contributions to a gradient are a flat list: factor, factor, factor, factor, …; the second of
    a pair can be ALONE.
    """

    def __init__(self, has_rows: bool = False) -> None:
        self.has_rows = has_rows
        self.kernels: list[Kernel | None] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: list[float | None] = []
        self.phases: list[int] = []
        self._known: dict[Any, int] = {}

    def leaf(self, phase: int = ONCE) -> int:
        """A new node for a number that is given at each run."""
        return self._node(None, (), None, phase)

    def constant(self, number: float) -> int:
        """The node of a plain number."""
        key = number_key(number)
        if key not in self._known:
            self._known[key] = self._node(None, (), number, ONCE)
        return self._known[key]

    def apply(self, kernel: Kernel, operands: tuple[int, ...]) -> int:
        """The node of an operation: the same one for the same operands, a number for numbers."""
        key = (kernel, operands)
        node = self._known.get(key)
        if node is not None:
            return node
        numbers = self.numbers
        if (  # mostly the first or the last says that they are no numbers
            numbers[operands[0]] is not None
            and numbers[operands[-1]] is not None
            and self._are_numbers(operands, kernel)
        ):
            node = self.constant(kernel.on_floats(*[numbers[operand] for operand in operands]))
        else:
            phase = ONCE
            if self.has_rows:
                phase = max([self.phases[operand] for operand in operands])
                phase = AFTER if kernel is REDUCE else phase
            node = self._node(kernel, operands, None, phase)
        self._known[key] = node
        return node

    def _node(
        self, kernel: Kernel | None, operands: tuple[int, ...], number: float | None, phase: int
    ) -> int:
        self.kernels.append(kernel)
        self.operands.append(operands)
        self.numbers.append(number)
        self.phases.append(phase)
        return len(self.kernels) - 1

    def _are_numbers(self, operands: tuple[int, ...], kernel: Kernel) -> bool:
        return kernel is not REDUCE and all(self.numbers[x] is not None for x in operands)

    def reduced(self, node: int) -> int:
        """The sum of a node over the rows of a batch."""
        return self.apply(REDUCE, (node,))

    def contribution(self, local: int, upstream: int) -> tuple[int, int]:
        """Local gradient × upstream gradient, as two factors, or as one where that is the same."""
        left, right = self.numbers[local], self.numbers[upstream]
        if left == 1.0:  # 1 · x is x, to the last bit
            return upstream, ALONE
        if right == 1.0:
            return local, ALONE
        if left is not None and right is not None:
            return self.apply(MUL, (local, upstream)), ALONE
        return local, upstream

    def total(self, contributions: Sequence[int]) -> int:
        """The sum of contributions (or of any products), from left to right."""
        if len(contributions) == 2:
            local, upstream = contributions
            return local if upstream == ALONE else self.apply(MUL, (local, upstream))
        if self.has_rows:
            contributions = self._with_products_known_before(contributions)
        alone = contributions[1::2].count(ALONE)
        if 4 * alone > len(contributions):
            pairs = zip(contributions[::2], contributions[1::2])
            return self.apply(SUM, tuple([self.total([*pair]) for pair in pairs]))
        if alone:
            one = self.constant(1.0)
            return self.apply(DOT, tuple([one if x == ALONE else x for x in contributions]))
        return self.apply(DOT, tuple(contributions))

    def _with_products_known_before(self, contributions: Sequence[int]) -> list[int]:
        """What is the same in all rows multiplied once, in place of once for each row."""
        kept: list[int] = []
        for local, upstream in zip(contributions[::2], contributions[1::2]):
            if upstream != ALONE and self.phases[local] == self.phases[upstream] == ONCE:
                kept += self.apply(MUL, (local, upstream)), ALONE
            else:
                kept += local, upstream
        return kept

    def tape(
        self,
        parameters: Sequence[Value],
        input_count: int,
        outputs: list[int],
        gradients: list[list[int]],
        routes: tuple[bool, ...],
        careful: bool,
    ) -> Tape:
        """The operations that lead to the results, in order; the first nodes are the leaves."""
        one = self.constant(1.0)
        uses = self._uses([*outputs, *chain.from_iterable(gradients)])
        fuse_sums(self.kernels, self.operands, self.phases, uses, one)
        kernels, numbers = self.kernels, self.numbers
        leaves = len(parameters) + input_count
        used = list(compress(range(leaves, len(uses)), uses[leaves:]))
        constants = [node for node in used if kernels[node] is None]
        operations = [node for node in used if kernels[node] is not None]
        slots = [*range(leaves), *[0] * (len(uses) - leaves)]
        for slot, node in enumerate([*constants, *operations], start=leaves):
            slots[node] = slot
        slot_of = slots.__getitem__
        return Tape(
            tuple(parameters),
            input_count,
            tuple([number for node in constants if (number := numbers[node]) is not None]),
            [kernel for node in operations if (kernel := kernels[node]) is not None],
            [tuple(map(slot_of, self.operands[node])) for node in operations],
            [slots[node] for node in outputs],
            [[slots[node] for node in nodes] for nodes in gradients],
            [self.phases[node] for node in operations],
            routes,
            careful,
        )

    def _uses(self, results: list[int]) -> list[int]:
        """How often each node is an operand of what leads to a result; a result counts twice."""
        uses = [0] * len(self.kernels)
        for node in results:
            uses[node] += 2
        for node in range(len(uses) - 1, -1, -1):
            if uses[node]:
                for operand in self.operands[node]:
                    uses[operand] += 1
        return uses
