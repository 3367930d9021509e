"""Where a function on a grid is zero: marching squares (W. Lorensen, H. Cline 1987, in the plane).

>>> contour_lines([[-1.0, 1.0], [-1.0, 1.0]])
[[(0.5, 0.0), (0.5, 1.0)]]
"""

from __future__ import annotations

from collections.abc import Sequence

Spot = tuple[float, float]  # column and row, in cells
Side = tuple[int, int, int]  # column, row, and 0 for the edge to the right, 1 for the one upwards


def contour_lines(field: Sequence[Sequence[float]]) -> list[list[Spot]]:
    """The zero lines of `field[row][column]`, each as a chain of spots between grid points."""
    meeting: dict[Side, list[Side]] = {}
    for row in range(len(field) - 1):
        for column in range(len(field[0]) - 1):
            for one, other in _segments(field, column, row):
                meeting.setdefault(one, []).append(other)
                meeting.setdefault(other, []).append(one)
    # open lines first, from their ends; what is left then are closed ones
    starts = sorted(meeting, key=lambda side: len(meeting[side]))
    lines = [_chain(start, meeting) for start in starts]
    return [[_spot(field, side) for side in line] for line in lines if len(line) > 1]


def _segments(field: Sequence[Sequence[float]], column: int, row: int) -> list[tuple[Side, Side]]:
    bottom: Side = (column, row, 0)
    top: Side = (column, row + 1, 0)
    left: Side = (column, row, 1)
    right: Side = (column + 1, row, 1)
    crossed = [side for side in (bottom, right, top, left) if _crosses(field, side)]
    if len(crossed) == 2:
        return [(crossed[0], crossed[1])]
    if len(crossed) < 4:
        return []
    corner = field[row][column]
    others = field[row][column + 1] + field[row + 1][column] + field[row + 1][column + 1]
    if (corner + others > 0.0) == (corner > 0.0):  # the middle belongs to the lower left corner
        return [(bottom, right), (left, top)]
    return [(bottom, left), (right, top)]


def _ends(field: Sequence[Sequence[float]], side: Side) -> tuple[float, float]:
    column, row, upwards = side
    return field[row][column], field[row + upwards][column + 1 - upwards]


def _crosses(field: Sequence[Sequence[float]], side: Side) -> bool:
    start, end = _ends(field, side)
    return (start > 0.0) != (end > 0.0)


def _spot(field: Sequence[Sequence[float]], side: Side) -> Spot:
    start, end = _ends(field, side)
    share = start / (start - end) if start - end else 0.5
    if not 0.0 <= share <= 1.0:  # an infinity or a nan
        share = 0.5
    column, row, upwards = side
    return (column + share * (1 - upwards), row + share * upwards)


def _chain(start: Side, meeting: dict[Side, list[Side]]) -> list[Side]:
    """The line that begins at a side; its segments are taken out of `meeting`."""
    line = [start]
    while meeting[line[-1]]:
        side = line[-1]
        following = meeting[side].pop()
        meeting[following].remove(side)
        line.append(following)
    return line
