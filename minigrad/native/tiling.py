"""Tiles: sums of products that share their factors, computed side by side.

Two kinds of work take nearly all of a network's time. The dots of a layer (and, on the way back, of
its transpose) read the same wires with other weights, and the gradients of its weights are the
products of all pairs of two lists of wires, summed over the rows:

    z_j = Σ_k w_jk · x_k                    dots: one x_k serves a tile's four units j
    ∂C/∂w_jk = Σ_rows δ_j · x_k             products: 2 + 4 wires make a tile's eight sums

One number at a time each product would read its factors from memory, and each addition would wait
for the one before it. A tile holds eight sums in registers: a factor is read once and used two or
four times, and eight additions are under way at once. Every dot still adds from its first product
to its last, so it is the eager one to the last bit.

Nothing here knows of networks. Dots that multiply the same wires by numbers known before the rows
share those wires; products that pair two lists of wires in all ways make a rectangle. What makes
no tile stays as it is. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product, starmap
from typing import Any, Final, NamedTuple

import llvmlite.ir as ir
import numpy as np

from ..tape import DOT, EACH_ROW, MUL, REDUCE, Tape
from .kernels import ROWS_SIGNATURE, SLOT
from .machine import machine
from .operand import INT, LONG, Code, Condition, Native
from .schedule import Schedule

UNITS: Final = 4  # dots in a tile
LEFT: Final = 2  # wires on the two sides of a tile of products
RIGHT: Final = 4
TILE: Final = LEFT * RIGHT
STRIP: Final = 8  # tiles next to each other whose wires on the right stay in the nearest cache

Pair = tuple[int, int]  # the slots of two wires that are multiplied


class Dots(NamedTuple):
    """Dots of the same wires: `weights` has a row for each dot, a slot for each wire."""

    operations: list[int]
    wires: Any
    weights: Any


class ProductTile(NamedTuple):
    """All products of LEFT wires and RIGHT wires, left by left."""

    left: list[int]
    right: list[int]


class Tiling:
    """The operations of a row in parts, in an order in which they can run, and what is summed up.

    A part is `Dots`, or a list of operations with the same kernel.
    """

    def __init__(self, tape: Tape) -> None:
        self.one = tape.slot_count  # one slot more than the tape has, for the number 1
        self.is_known = np.ones(tape.slot_count + 1, dtype=bool)  # before the rows
        self.is_known[len(tape.parameters) : len(tape.parameters) + tape.input_count] = False
        self.is_known[tape.first : self.one] = np.array(tape.phases) != EACH_ROW
        sums, made_by_tiles = row_sums(tape, self.one)
        self.products, places = product_tiles({pair for pairs in sums for pair in pairs})
        self.sums = [[places[pair] for pair in pairs] for pairs in sums]  # where their terms stand
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
        terms = Counter(place // TILE for places in self.sums for place in places)
        return 2 * (dots + sum(count for count in terms.values() if 2 * count >= TILE))


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


def row_sums(tape: Tape, one: int) -> tuple[list[list[Pair]], set[int]]:
    """What is summed over the rows, as products, and the operations that need not run for it.

    What is no product is one times itself. A dot is taken apart, into one sum over the rows for
    each of its products, where these share wires with enough others: a layer's weights that are
    used at several places have such gradients.
    """
    uses = tape.uses()
    summed = [slots[0] for kernel, slots in zip(tape.kernels, tape.operands) if kernel is REDUCE]
    pairs_of: dict[int, list[Pair]] = {}
    for slot in summed:
        i = slot - tape.first
        is_only_summed = uses[slot] == 1 and i >= 0 and tape.phases[i] == EACH_ROW
        if is_only_summed and tape.kernels[i] in (MUL, DOT):
            pairs_of[slot] = list(zip(tape.operands[i][::2], tape.operands[i][1::2]))
    shares = Counter(wire for pairs in pairs_of.values() for pair in pairs for wire in pair)
    apart = {
        slot: pairs
        for slot, pairs in pairs_of.items()
        if len(pairs) == 1 or all(max(shares[x], shares[y]) >= RIGHT for x, y in pairs)
    }
    return [apart.get(slot, [(one, slot)]) for slot in summed], {x - tape.first for x in apart}


def product_tiles(pairs: Iterable[Pair]) -> tuple[list[ProductTile], dict[Pair, int]]:
    """Tiles that cover the products, and the place of each among all products of the tiles."""
    partners: dict[int, list[int]] = {}
    for x, y in sorted(pairs):
        partners.setdefault(y, []).append(x)
    rectangles: dict[tuple[int, ...], list[int]] = {}
    for wire, others in partners.items():
        rectangles.setdefault(tuple(others), []).append(wire)
    tiles: list[ProductTile] = []
    places: dict[Pair, int] = {}
    for xs, ys in rectangles.items():
        is_turned = _tile_count(ys, xs) < _tile_count(xs, ys)
        lefts, rights = (ys, xs) if is_turned else (xs, ys)
        for tile in _rectangle(lefts, rights):
            for place, (x, y) in enumerate(product(*tile), start=TILE * len(tiles)):
                places.setdefault((y, x) if is_turned else (x, y), place)
            tiles.append(tile)
    return tiles, places


def _rectangle(lefts: Sequence[int], rights: Sequence[int]) -> Iterator[ProductTile]:
    """Tiles of all products of two lists of wires, strip by strip."""
    pieces = _pieces(rights, RIGHT)
    for begin in range(0, len(pieces), STRIP):
        yield from starmap(
            ProductTile, product(_pieces(lefts, LEFT), pieces[begin : begin + STRIP])
        )


def _tile_count(left: Sequence[int], right: Sequence[int]) -> int:
    return -(-len(left) // LEFT) * -(-len(right) // RIGHT)


def _pieces(wires: Sequence[int], size: int) -> list[list[int]]:
    """Pieces of one size; the last wire is repeated where the last piece would be shorter."""
    pieces = [list(wires[i : i + size]) for i in range(0, len(wires), size)]
    pieces[-1] += [wires[-1]] * (size - len(pieces[-1]))
    return pieces


# --- the machine code -----------------------------------------------------------------------------


@cache
def dot_tile_code() -> int:
    """The address of dot_tiles(space, index, tiles, pairs, results, rows).

    `index` says where in the space the x_k begin, one for each pair, and then where the weights do:
    for each tile, for each k, those of its units.
    """
    code, (space, index, tiles, pairs, results, rows) = _function("dot_tiles")
    b = code.builder
    together = 4 if code.width == 8 else 2  # vectors of rows: AVX-512 has registers for more
    totals = [b.alloca(code.number) for _ in range(UNITS * together)]
    all_weights = code.indexed(space, index, pairs)

    def products(weights: Any, k: Any, vectors: list[Any]) -> list[Native]:
        wire = code.indexed(space, index, k)
        xs = [code.load(b.gep(wire, [row])) for row in vectors]
        of_units = b.gep(weights, [b.mul(k, LONG(UNITS))])
        ws = [code.splat(b.load(b.gep(of_units, [LONG(j)]))) for j in range(UNITS)]
        return [w * x for w in ws for x in xs]

    for vectors in code.vectors_of(rows, together):
        with code.loop(tiles) as tile:
            weights = b.gep(all_weights, [b.mul(b.mul(tile, pairs), LONG(UNITS))])
            for total, term in zip(totals, products(weights, LONG(0), vectors)):
                b.store(term.value, total)
            with code.loop(b.sub(pairs, LONG(1))) as k:
                for total, term in zip(totals, products(weights, b.add(k, LONG(1)), vectors)):
                    b.store((Native(code, b.load(total)) + term).value, total)
            for total, (j, row) in zip(totals, product(range(UNITS), vectors)):
                dot = b.add(b.mul(tile, LONG(UNITS)), LONG(j))
                place = b.gep(results, [b.add(b.mul(dot, LONG(SLOT)), row)])
                code.store(Native(code, b.load(total)), place)
    return _compiled(code, "dot_tiles")


@cache
def product_tile_code() -> int:
    """The address of product_tiles(space, index, tiles, unused, sums, rows).

    `index` says where in the space each tile's left and right wires begin; the sums of their
    products over the rows are added to `sums`, for each left wire those with all right ones.
    """
    code, (space, index, tiles, _, sums, rows) = _function("product_tiles")
    b = code.builder
    totals = [b.alloca(code.number) for _ in range(TILE)]
    whole = b.and_(rows, LONG(-code.width))

    def add_products(wires: list[Any], row: Any, inside: Condition | None) -> None:
        numbers = [code.load(b.gep(wire, [row])) for wire in wires]
        terms = [x * y for x in numbers[:LEFT] for y in numbers[LEFT:]]
        for place, term in zip(totals, terms):
            counted = inside.choose(term, 0.0) if inside else term
            b.store((Native(code, b.load(place)) + counted).value, place)

    with code.loop(tiles) as tile:
        first = b.mul(tile, LONG(LEFT + RIGHT))
        places = [b.add(first, LONG(i)) for i in range(LEFT + RIGHT)]
        wires = [code.indexed(space, index, place) for place in places]
        for place in totals:
            b.store(code.constant(0.0).value, place)
        with code.loop(whole, code.width) as row:
            add_products(wires, row, None)
        with code.loop(b.sub(rows, whole), code.width):
            add_products(wires, whole, code.lanes_below(b.sub(rows, whole)))
        for i in range(0, TILE, code.width):
            vectors = [Native(code, b.load(place)) for place in totals[i : i + code.width]]
            place = b.gep(sums, [b.add(b.mul(tile, LONG(TILE)), LONG(i))])
            code.store(code.load(place) + _lane_sums(code, vectors), place)
    return _compiled(code, "product_tiles")


def _lane_sums(code: Code, vectors: list[Native]) -> Native:
    """The sum of each vector's lanes, as the lanes of one: as many vectors as there are lanes.

    Each time, the halves of all pieces are added, and two vectors become one of smaller pieces.
    """
    kind, size = ir.VectorType(INT, code.width), code.width
    while size > 1:
        half, count = size // 2, len(vectors) // 2
        begins = [begin + x for begin in range(0, code.width, size) for x in (0, code.width)]
        lower = [begin + lane for begin in begins for lane in range(half)]
        upper = [lane + half for lane in lower]
        lanes = [ir.Constant(kind, lower), ir.Constant(kind, upper)]
        pairs = list(zip(vectors[:count], vectors[count:]))
        halves = [
            [code.builder.shuffle_vector(x.value, y.value, part) for part in lanes]
            for x, y in pairs
        ]
        vectors = [Native(code, x) + Native(code, y) for x, y in halves]
        size = half
    return vectors[0]


def _function(name: str) -> tuple[Code, Any]:
    function = ir.Function(ir.Module(), ROWS_SIGNATURE, name)
    function.args[4].add_attribute("noalias")  # no tile reads what it writes
    return Code(ir.IRBuilder(function.append_basic_block()), machine().width), function.args


def _compiled(code: Code, name: str) -> int:
    code.builder.ret_void()
    (address,) = machine().compile(code.module, [name])
    return address
