"""Which operations of a tape make tiles; what a tile is good for stands in `native_tiles`.

Nothing here knows of networks. Dots that multiply the same wires by numbers known before the rows
share those wires; products that pair two lists of wires in all ways make a rectangle. What makes
no tile stays as it is. Needs NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from .flatten import EACH_ROW, REDUCE
from .kernels import DOT, MUL
from .native_tape import Schedule
from .tape import Tape

LEFT: Final = 2  # wires on the two sides of a tile of products
RIGHT: Final = 4


class Dots(NamedTuple):
    """Dots of the same wires: `weights` has a row for each dot, a slot for each wire."""

    operations: list[int]
    wires: Any
    weights: Any


class Product(NamedTuple):
    """Σ over the rows of left · right: two slots, and which sum it is."""

    left: int
    right: int
    sum: int


class ProductTile(NamedTuple):
    """LEFT wires, RIGHT wires, and which sum each pair of them is, left by left; -1 for none."""

    left: list[int]
    right: list[int]
    sums: list[int]


class Tiling:
    """The operations of a row in parts, in an order in which they can run, and what is summed up.

    A part is `Dots`, or a list of operations with the same kernel.
    """

    def __init__(self, tape: Tape) -> None:
        inputs = range(len(tape.parameters), len(tape.parameters) + tape.input_count)
        self.is_known = np.ones(tape.slot_count, dtype=bool)  # before the rows
        self.is_known[inputs] = False
        self.is_known[tape.first :] = np.array(tape.phases) != EACH_ROW
        one = inputs.stop + tape.constants.index(1.0)  # every fused tape has it
        reduced = [i for i, kernel in enumerate(tape.kernels) if kernel is REDUCE]
        products, made_by_tiles = row_products(tape, reduced, one)
        self.products = product_tiles(products)
        schedule = Schedule(tape, EACH_ROW)
        schedule.leave_out(made_by_tiles)
        self.parts: list[Dots | list[int]] = []
        for run in schedule.runs:
            dots, others = shared_dots(tape, run, self.is_known)
            self.parts += dots
            if others:
                self.parts.append(others)

    @property
    def arithmetic(self) -> int:
        """Multiplications and additions in tiles, without products that have one mostly alone."""
        dots: int = sum(part.weights.size for part in self.parts if isinstance(part, Dots))
        sums = [sum(sum_ >= 0 for sum_ in tile.sums) for tile in self.products]
        return 2 * (dots + sum(count for count in sums if 2 * count >= LEFT * RIGHT))


def arithmetic(tape: Tape) -> int:
    """Additions, multiplications and the like for one row: n − 1 for n operands, at least 1."""
    return sum(
        max(1, len(slots) - 1)
        for kernel, phase, slots in zip(tape.kernels, tape.phases, tape.operands)
        if phase == EACH_ROW or kernel is REDUCE
    )


def shared_dots(tape: Tape, run: list[int], is_known: Any) -> tuple[list[Dots], list[int]]:
    """The dots of a run in groups that share their wires, and the operations that share none.

    One factor of each product must be known before the rows; of two such, the second is shared.
    """
    if tape.kernels[run[0]] is not DOT:
        return [], run
    pairs = np.array([tape.operands[i] for i in run], dtype=np.int64).reshape(len(run), -1, 2)
    left, right = pairs[:, :, 0], pairs[:, :, 1]
    turned = is_known[right] & ~is_known[left]
    wires, weights = np.where(turned, left, right), np.where(turned, right, left)
    groups: dict[bytes, list[int]] = {}
    for place in np.flatnonzero(is_known[weights].all(axis=1)).tolist():
        groups.setdefault(wires[place].tobytes(), []).append(place)
    shared = [places for places in groups.values() if len(places) > 1]
    taken = {place for places in shared for place in places}
    dots = [Dots([run[i] for i in places], wires[places[0]], weights[places]) for places in shared]
    return dots, [i for place, i in enumerate(run) if place not in taken]


def row_products(tape: Tape, reduced: list[int], one: int) -> tuple[list[Product], set[int]]:
    """What is summed over the rows, as products, and the operations that need not run for it.

    What is no product is one times itself.
    """
    uses = [0] * tape.slot_count
    for operands in tape.operands:
        for slot in operands:
            uses[slot] += 1
    products, saved = [], set()
    for place, i in enumerate(reduced):
        (slot,) = tape.operands[i]
        made = slot - tape.first
        is_product = made >= 0 and tape.kernels[made] is MUL and tape.phases[made] == EACH_ROW
        if is_product and uses[slot] == 1:
            left, right = tape.operands[made]
            products.append(Product(left, right, place))
            saved.add(made)
        else:
            products.append(Product(one, slot, place))
    return products, saved


def product_tiles(products: Sequence[Product]) -> list[ProductTile]:
    """Tiles that cover the products, each once."""
    partners: dict[int, dict[int, int]] = {}
    for product in products:
        partners.setdefault(product.right, {})[product.left] = product.sum
    rectangles: dict[tuple[int, ...], list[int]] = {}
    for wire, others in partners.items():
        rectangles.setdefault(tuple(sorted(others)), []).append(wire)
    tiles = []
    for lefts, rights in rectangles.items():
        sums = {(left, right): partners[right][left] for right in rights for left in lefts}
        sides: list[Sequence[int]] = [lefts, rights]
        if _tile_count(rights, lefts) < _tile_count(lefts, rights):
            sides.reverse()
            sums = {(left, right): sum_ for (right, left), sum_ in sums.items()}
        tiles += [
            ProductTile(left, right, [sums.pop((x, y), -1) for x in left for y in right])
            for left in _pieces(sides[0], LEFT)
            for right in _pieces(sides[1], RIGHT)
        ]
    return tiles


def _tile_count(left: Sequence[int], right: Sequence[int]) -> int:
    return -(-len(left) // LEFT) * -(-len(right) // RIGHT)


def _pieces(wires: Sequence[int], size: int) -> list[list[int]]:
    """Pieces of one size; the last wire is repeated where the last piece would be shorter."""
    pieces = [list(wires[i : i + size]) for i in range(0, len(wires), size)]
    pieces[-1] += [wires[-1]] * (size - len(pieces[-1]))
    return pieces
