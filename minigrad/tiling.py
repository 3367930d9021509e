"""Which operations of a tape make tiles: see `native_tiles` for what a tile is good for.

Nothing here knows of networks: dots that multiply the same wires with numbers known before the rows
share them, and products that pair two lists of wires in all ways are a rectangle. Needs NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .flatten import EACH_ROW
from .kernels import DOT, MUL
from .tape import Tape


class Dots(NamedTuple):
    """Dots of one list of wires."""

    operations: list[int]
    wires: Any  # slots
    weights: Any  # slots: a row for each dot


def shared_dots(tape: Tape, run: list[int], is_known: Any) -> tuple[list[Dots], list[int]]:
    """The dots of a run in groups that share their wires, and the operations that share none."""
    if tape.kernels[run[0]] is not DOT:
        return [], run
    pairs = np.array([tape.operands[i] for i in run], dtype=np.int64).reshape(len(run), -1, 2)
    left, right = pairs[:, :, 0], pairs[:, :, 1]
    swapped = is_known[right] & ~is_known[left]
    wires, weights = np.where(swapped, left, right), np.where(swapped, right, left)
    possible = is_known[weights].all(axis=1)
    groups: dict[bytes, list[int]] = {}
    for place in np.flatnonzero(possible).tolist():
        groups.setdefault(wires[place].tobytes(), []).append(place)
    shared = [places for places in groups.values() if len(places) > 1]
    taken = {place for places in shared for place in places}
    dots = [Dots([run[i] for i in places], wires[places[0]], weights[places]) for places in shared]
    return dots, [i for place, i in enumerate(run) if place not in taken]


class Product(NamedTuple):
    """Σ over the rows of left · right: two slots, and the sum's place."""

    left: int
    right: int
    sum: int


def row_products(tape: Tape, reduced: list[int], one: int) -> tuple[list[Product], set[int]]:
    """What is summed over the rows, as products, and the operations that need not run for it.

    What is no product is one with the slot `one`.
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


class Tile(NamedTuple):
    """Wires on the left, wires on the right, and for each pair the place of its sum or -1."""

    left: list[int]
    right: list[int]
    sums: list[int]


def product_rectangles(products: Sequence[Product], height: int, width: int) -> list[Tile]:
    """Tiles that cover the products, `height` wires on the left and `width` on the right."""
    partners: dict[int, dict[int, int]] = {}
    for product in products:
        partners.setdefault(product.right, {})[product.left] = product.sum
    groups: dict[tuple[int, ...], list[int]] = {}
    for right, lefts in partners.items():
        groups.setdefault(tuple(sorted(lefts)), []).append(right)
    tiles = []
    for lefts, rights in groups.items():
        places = {(x, y): partners[y][x] for y in rights for x in lefts}
        sides: list[Sequence[int]] = [lefts, rights]
        if _tile_count(rights, height) * _tile_count(lefts, width) < (
            _tile_count(lefts, height) * _tile_count(rights, width)
        ):
            sides.reverse()
            places = {(y, x): place for (x, y), place in places.items()}
        tiles += [
            Tile(left, right, [places.pop((x, y), -1) for x in left for y in right])
            for left in _cut(sides[0], height)
            for right in _cut(sides[1], width)
        ]
    return tiles


def _tile_count(wires: Sequence[int], size: int) -> int:
    return -(-len(wires) // size)


def _cut(wires: Sequence[int], size: int) -> list[list[int]]:
    """Pieces of one size; the last wire is repeated to fill the last one."""
    pieces = [list(wires[i : i + size]) for i in range(0, len(wires), size)]
    pieces[-1] += [pieces[-1][-1]] * (size - len(pieces[-1]))
    return pieces
