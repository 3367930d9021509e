"""Colours for columns, so that a few directions give a whole sparse matrix.

Columns of one colour go along in one direction, and what comes out is their sum: compressed. So in
a Jacobian no two columns of a colour may meet in a row. A Hessian is symmetric, and an entry can be
read in either of two places: enough is a star colouring, in which neighbours differ and no path of
four has two colours only. Both are chosen greedily, in order, as in Gebremedhin, Manne and Pothen,
"What color is your Jacobian? Graph coloring for computing derivatives", SIAM Review 47 (2005).

Sets of colours are the bits of an integer.
"""

from __future__ import annotations

from collections.abc import Sequence


def column_coloring(rows: Sequence[Sequence[int]], width: int) -> list[int]:
    """A colour for each column, such that no row has two entries of one; `rows` are its columns.

    >>> column_coloring([[0, 1], [1, 2], [2, 3]], 4)
    [0, 1, 0, 1]
    """
    of_column: list[list[int]] = [[] for _ in range(width)]
    for row, columns in enumerate(rows):
        for column in columns:
            of_column[column].append(row)
    taken = [0] * len(rows)
    colors = []
    for found in of_column:
        forbidden = 0
        for row in found:
            forbidden |= taken[row]
        color = _first_free(forbidden)
        colors.append(color)
        for row in found:
            taken[row] |= 1 << color
    return colors


def star_coloring(neighbors: Sequence[Sequence[int]]) -> list[int]:
    """A star colouring of a graph, given by the neighbours of each vertex; itself may be one.

    >>> star_coloring([[1], [0, 2], [1, 3], [2]])  # a chain of four
    [0, 1, 0, 2]

    A vertex with two neighbours of one colour is the hub of a star. Of its colour no neighbour of a
    spoke may be, and what colours a spoke must keep its further neighbours from is noted with it.
    """
    colors = [-1] * len(neighbors)
    once = [0] * len(neighbors)  # the colours among the coloured neighbours
    twice = [0] * len(neighbors)  # those of more than one
    hubs = [0] * len(neighbors)  # the colours of hubs of which it is a spoke
    for vertex, around in enumerate(neighbors):
        forbidden = once[vertex]
        for x in around:
            if x != vertex and colors[x] >= 0:
                forbidden |= hubs[x]
                if twice[vertex] >> colors[x] & 1:  # the vertex becomes a hub, and x a spoke
                    forbidden |= once[x]
        color = _first_free(forbidden)
        colors[vertex] = color
        bit = 1 << color
        for x in around:
            if x == vertex:
                continue
            if colors[x] >= 0 and twice[vertex] >> colors[x] & 1:
                hubs[x] |= bit
            if once[x] & bit and colors[x] >= 0:  # x is a hub of this colour now, or was before
                is_new = not twice[x] >> color & 1
                spokes = neighbors[x] if is_new else [vertex]
                for y in spokes:
                    if colors[y] == color:
                        hubs[y] |= 1 << colors[x]
            twice[x] |= once[x] & bit
            once[x] |= bit
    return colors


def _first_free(taken: int) -> int:
    """The lowest bit that is 0.

    >>> _first_free(0b1011)
    2
    """
    return (~taken & (taken + 1)).bit_length() - 1
