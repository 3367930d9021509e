"""A sparse matrix out of a few directions: which, and where in what they give each entry stands.

>>> from minigrad.tape.sparsity import Pattern
>>> chain = Pattern([{0, 1}, {0, 1, 2}, {1, 2, 3}, {2, 3}], 4)
>>> hessian = compressed_hessian(chain)
>>> hessian.directions()
[[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
>>> jacobian = compressed_jacobian(Pattern([{0, 1, 2, 3}], 4))
>>> jacobian.is_backward, jacobian.directions()
(True, [[1.0]])
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .coloring import column_coloring, star_coloring
from .sparsity import Pattern


@dataclass(frozen=True)
class Compressed:
    """A pattern's entries in order, and for each the direction and the place where it stands.

    `colors` says of each column (of each row, if the directions go backward from the outputs) in
    which direction it goes along.
    """

    pattern: Pattern
    colors: list[int]
    lanes: array[int]
    places: array[int]
    is_backward: bool = False

    @property
    def count(self) -> int:
        """How many directions there are."""
        return 1 + max(self.colors, default=-1)

    def directions(self) -> list[list[float]]:
        """1 for what goes along in a direction, 0 for the rest."""
        directions = [[0.0] * len(self.colors) for _ in range(self.count)]
        for place, color in enumerate(self.colors):
            directions[color][place] = 1.0
        return directions

    @cached_property
    def rows(self) -> array[int]:
        """The row of each entry."""
        return array("q", [row for row, _ in self.pattern])

    @cached_property
    def columns(self) -> array[int]:
        """The column of each entry."""
        return array("q", [column for _, column in self.pattern])

    def entries(self, lanes: Sequence[Sequence[float]]) -> list[float]:
        """The entries, out of what the directions have given."""
        return [lanes[lane][place] for lane, place in zip(self.lanes, self.places)]


def compressed_jacobian(pattern: Pattern) -> Compressed:
    """By columns forward, or by rows backward, as fewer go along then."""
    turned = pattern.transposed()
    height, width = pattern.shape
    if _longest(pattern) <= _longest(turned):
        colors = column_coloring(pattern.rows, width)
        lanes = array("q", [colors[column] for _, column in pattern])
        places = array("q", [row for row, _ in pattern])
        return Compressed(pattern, colors, lanes, places)
    colors = column_coloring(turned.rows, height)
    lanes = array("q", [colors[row] for row, _ in pattern])
    places = array("q", [column for _, column in pattern])
    return Compressed(pattern, colors, lanes, places, is_backward=True)


def compressed_hessian(pattern: Pattern) -> Compressed:
    """By a star colouring: in its row an entry may stand alone, or else it does in its column."""
    colors = star_coloring(pattern.rows)
    lanes, places = array("q"), array("q")
    for row, columns in enumerate(pattern.rows):
        own = [colors[column] for column in columns]
        counts: dict[int, int] = {}  # not a Counter: a row is short, and to make one takes longer
        for color in own:
            counts[color] = counts.get(color, 0) + 1
        for column, color in zip(columns, own):
            is_alone = counts[color] == 1
            lanes.append(color if is_alone else colors[row])
            places.append(row if is_alone else column)
    return Compressed(pattern, colors, lanes, places)


def _longest(pattern: Pattern) -> int:
    return max(map(len, pattern.rows), default=0)
