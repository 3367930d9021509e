"""Tiles: sums of products that share their factors, computed side by side. Needs llvmlite.

Two kinds of work take nearly all of a network's time. The dots of a layer (and, on the way back, of
its transpose) read the same wires with other weights, and the gradients of its weights are the
products of all pairs of two lists of wires, summed over the rows:

    z_j = Σ_k w_jk · x_k                    dots: one x_k serves a tile's four units j
    ∂C/∂w_jk = Σ_rows δ_j · x_k             products: 2 + 4 wires make a tile's eight sums

One number at a time each product would read its factors from memory, and each addition would wait
for the one before it. A tile holds eight sums in registers: a factor is read once and used two or
four times, and eight additions are under way at once. Every dot still adds from its first product
to its last, so it is the eager one to the last bit.
"""

from __future__ import annotations

from functools import cache
from itertools import product as product_of
from typing import Any, Final

import llvmlite.ir as ir

from .kernels import ROWS_SIGNATURE, SLOT
from .machine import machine
from .operand import INT, LONG, Code, Condition, Native
from .tiling import LEFT, RIGHT, TILE

UNITS: Final = 4  # dots in a tile


@cache
def dot_tiles() -> int:
    """The address of dot_tiles(space, index, tiles, pairs, results, rows).

    `index` says where in the space the x_k begin, one for each pair, and then where the weights do:
    for each tile, for each k, those of its units.
    """
    code, (space, index, tiles, pairs, results, rows) = _function("dot_tiles")
    b = code.builder
    together = 4 if code.width == 8 else 2  # vectors of rows: AVX-512 has registers for more
    totals = [b.alloca(code.number) for _ in range(UNITS * together)]
    all_weights = b.gep(space, [b.sext(b.load(b.gep(index, [pairs])), LONG)])

    def products(weights: Any, k: Any, vectors: list[Any]) -> list[Native]:
        wire = b.gep(space, [b.sext(b.load(b.gep(index, [k])), LONG)])
        xs = [code.load(b.gep(wire, [row])) for row in vectors]
        of_units = b.gep(weights, [b.mul(k, LONG(UNITS))])
        ws = [code.splat(b.load(b.gep(of_units, [LONG(j)]))) for j in range(UNITS)]
        return [w * x for w in ws for x in xs]

    for vectors in code.vectors_of(rows, together):
        with code.loop(tiles) as tile:
            weights = b.gep(all_weights, [b.mul(b.mul(tile, pairs), LONG(UNITS))])
            for total, product in zip(totals, products(weights, LONG(0), vectors)):
                b.store(product.value, total)
            with code.loop(b.sub(pairs, LONG(1))) as k:
                for total, product in zip(totals, products(weights, b.add(k, LONG(1)), vectors)):
                    b.store((Native(code, b.load(total)) + product).value, total)
            for total, (j, row) in zip(totals, product_of(range(UNITS), vectors)):
                dot = b.add(b.mul(tile, LONG(UNITS)), LONG(j))
                place = b.gep(results, [b.add(b.mul(dot, LONG(SLOT)), row)])
                code.store(Native(code, b.load(total)), place)
    return _compiled(code, "dot_tiles")


@cache
def product_tiles() -> int:
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
        products = [x * y for x in numbers[:LEFT] for y in numbers[LEFT:]]
        for place, product in zip(totals, products):
            term = inside.choose(product, 0.0) if inside else product
            b.store((Native(code, b.load(place)) + term).value, place)

    with code.loop(tiles) as tile:
        first = b.mul(tile, LONG(LEFT + RIGHT))
        begins = [b.load(b.gep(index, [b.add(first, LONG(i))])) for i in range(LEFT + RIGHT)]
        wires = [b.gep(space, [b.sext(begin, LONG)]) for begin in begins]
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
