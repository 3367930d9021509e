"""Indexes that stand in order: the loops that count through them, so that nothing is gathered.

>>> loops_of([4, 5, 6, 14, 15, 16])
Loops(start=4, counts=(2, 3), strides=(10, 1))
>>> loops_of([3, 3, 3])
Loops(start=3, counts=(3,), strides=(0,))
>>> loops_of([0, 1, 3, 7]) is None
True
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

DEEPEST: Final = 4  # loops in one another; with more of them a table of indexes reads better


class Loops(NamedTuple):
    """start + i₁·strides[0] + i₂·strides[1] + … for all i below the counts, the last i fastest."""

    start: int
    counts: tuple[int, ...]
    strides: tuple[int, ...]


def loops_of(indexes: Any) -> Loops | None:
    """The loops that give these indexes in their order, or None where there are none."""
    import numpy

    left = numpy.asarray(indexes).ravel()
    counts: list[int] = []
    strides: list[int] = []
    while len(left) > 1:
        steps = numpy.diff(left)
        stride = int(steps[0])
        breaks = numpy.flatnonzero(steps != stride)
        count = int(breaks[0]) + 1 if len(breaks) else len(left)
        if len(left) % count or len(counts) == DEEPEST:
            return None
        rows = left.reshape(-1, count)
        if not (numpy.diff(rows, axis=1) == stride).all():
            return None
        counts.insert(0, count)
        strides.insert(0, stride)
        left = rows[:, 0]
    return Loops(int(left[0]), tuple(counts), tuple(strides))
