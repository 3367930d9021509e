"""Numbers that stand in several arrays, one after the other: found again as columns side by side.

The gradients of a layer are an example: a row of weights from one array, then a bias from another,
then the next row. As two columns that is one join of a matrix and a vector.

>>> import numpy
>>> sources = numpy.array([7, 7, 8, 7, 7, 8])
>>> places = numpy.array([0, 1, 0, 2, 3, 1])
>>> (columns,) = woven_columns(sources, places)
>>> [(source, table.tolist()) for source, table in columns]
[(7, [[0, 1], [2, 3]]), (8, [[0], [1]])]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

WIDEST: Final = 8


class _Run(NamedTuple):
    """Numbers that stand side by side in one array."""

    source: int
    start: int
    length: int


def woven_columns(
    sources: Any, places: Any, widest: int = WIDEST
) -> Iterator[list[tuple[int, Any]]]:
    """Parts that follow one another: for each its columns, an array and a table of places in it.

    A table has a row for each repetition; where there is one repetition it has one axis. `widest`
    is how many columns are looked for, and with 0 no repetition.
    """
    import numpy

    runs = _runs(sources, places)
    at = 0
    while at < len(runs):
        width, count = _repetition(runs, at, widest)
        if count == 1:
            run = runs[at]
            yield [(run.source, numpy.arange(run.start, run.start + run.length))]
            at += 1
            continue
        yield [
            (
                runs[at + column].source,
                numpy.array([runs[at + i * width + column].start for i in range(count)])[:, None]
                + numpy.arange(runs[at + column].length),
            )
            for column in range(width)
        ]
        at += width * count


def _runs(sources: Any, places: Any) -> list[_Run]:
    import numpy

    new = (numpy.diff(sources) != 0) | (numpy.diff(places) != 1)
    starts = [0, *(numpy.flatnonzero(new) + 1).tolist()]
    stops = [*starts[1:], len(sources)]
    return [
        _Run(int(sources[start]), int(places[start]), stop - start)
        for start, stop in zip(starts, stops)
    ]


def _repetition(runs: list[_Run], at: int, widest: int) -> tuple[int, int]:
    """How many columns repeat from here on, and how often: as many numbers as can be."""
    best, most = (1, 1), runs[at].length
    for width in range(1, widest + 1):
        count = 1
        while _goes_on(runs, at, width, count):
            count += 1
        covered = sum(run.length for run in runs[at : at + width * count])
        if count > 1 and covered > most:
            best, most = (width, count), covered
    return best


def _goes_on(runs: list[_Run], at: int, width: int, count: int) -> bool:
    """Whether the next `width` runs are like those before, as far on as those are."""
    here = at + width * count
    if here + width > len(runs):
        return False
    for column in range(width):
        first, last, new = runs[at + column], runs[here + column - width], runs[here + column]
        if new.source != first.source or new.length != first.length:
            return False
        if count > 1 and new.start - last.start != runs[at + width + column].start - first.start:
            return False
    return True


def as_table(places: Any) -> str:
    """A table of places as text: 4, 0:16 (up to 16), 0:16:4 (every fourth), 7*3 (three times).

    >>> import numpy
    >>> as_table(numpy.array([[0, 1, 2, 3], [5, 5, 5, 9]]))
    'places("0:4 5*3 9", 2, 4)'
    """
    flat = places.ravel().tolist()
    parts: list[str] = []
    at = 0
    while at < len(flat):
        step = flat[at + 1] - flat[at] if at + 1 < len(flat) else 0
        count = 1
        while at + count < len(flat) and flat[at + count] - flat[at + count - 1] == step:
            count += 1
        if count < 3:
            parts.append(str(flat[at]))
            at += 1
            continue
        if step == 0:
            parts.append(f"{flat[at]}*{count}")
        else:
            stop = flat[at] + count * step
            parts.append(f"{flat[at]}:{stop}" + (f":{step}" if step != 1 else ""))
        at += count
    return f'places("{" ".join(parts)}", {", ".join(map(str, places.shape))})'
