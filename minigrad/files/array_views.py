"""Numbers of arrays in NumPy's notation: slices where they stand in order, else tables of places.

>>> view("w", 48, [0, 1, 3, 4, 6, 7], (3, 2))
'w[0:9].reshape(3, 3)[:, 0:2]'
>>> view("w", 6, [0, 3, 1, 4, 2, 5], (3, 2))
'w.reshape(2, 3).swapaxes(-1, -2)'
>>> view("x", 4, [3, 3, 3], (3,), has_rows=True, is_column=True)
'x[:, 3:4]'
>>> view("x", 9, [0, 1, 3, 7], (4,)) is None
True

Numbers of several arrays, one after the other, are found again as columns side by side. The
gradients of a layer are an example: a row of weights from one array, then a bias from another, then
the next row. As two columns that is one join of a matrix and a vector.

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

from ..tape import loops_of

WIDEST: Final = 8

# What exported code reads its tables of places by; {0} is an array of those that it has found.
PLACES: Final = '''\
def places(text, *shape):
    """Places in an array: 4, 0:16 (up to 16), 0:16:4 (every fourth), 7*3 (three times)."""
    found = []
    for part in text.split():
        if "*" in part:
            place, count = map(int, part.split("*"))
            found += [place] * count
        elif ":" in part:
            found += range(*map(int, part.split(":")))
        else:
            found.append(int(part))
    return {0}.reshape(shape)
'''


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


def shape_text(*lengths: Any) -> str:
    """A shape as Python writes it.

    >>> shape_text("rows"), shape_text("rows", 2)
    ('(rows,)', '(rows, 2)')
    """
    return f"({', '.join(map(str, lengths))}{',' * (len(lengths) == 1)})"


# --- numbers of one array ---


def view(
    name: str,
    size: int,
    places: Any,
    shape: tuple[int, ...],
    has_rows: bool = False,
    is_column: bool = False,
    permute: str = "transpose",
) -> str | None:
    """What the array `name` has at these places, as text, or None where only a table helps.

    `has_rows`: the first axis are the rows of a batch, here and in the result. `is_column`: what is
    one number throughout may keep a length of 1, for broadcasting. `permute` is what the method
    that gives the axes another order is called.
    """
    loops = loops_of(places)
    if loops is None:
        return None
    counts, strides = loops.counts or (1,), loops.strides
    moving = sorted((i for i, step in enumerate(strides) if step), key=lambda i: -strides[i])
    text = _nested(
        name, size, loops.start, [(counts[i], strides[i]) for i in moving] or [(1, 1)], has_rows
    )
    if text is None or (not moving and (is_column or shape == (1,))):
        return text
    return _arranged(text, counts, moving, shape, has_rows, permute)


def _nested(
    text: str, size: int, start: int, steps: list[tuple[int, int]], has_rows: bool
) -> str | None:
    """Loops with falling strides: rows of a matrix, then a part of each row, and so on."""
    axes: list[int] = []
    while True:
        (count, stride), *inner = steps
        leading = len(axes) + has_rows
        if not inner:
            return None if stride < 0 else _cut(text, size, start, count, stride, leading)
        first = start if start + count * stride <= size else size - count * stride
        extent = 1 + sum((n - 1) * step for n, step in inner)
        if min(first, stride, inner[-1][1]) < 0 or not 0 <= start - first <= stride - extent:
            return None
        axes.append(count)
        text = _cut(text, size, first, count * stride, 1, leading)
        text = f"{text}.reshape({_listed(['-1'] * has_rows, axes, [stride])})"
        size, start, steps = stride, start - first, inner


def _cut(text: str, size: int, start: int, count: int, stride: int, leading: int) -> str:
    """A part of the last axis, which has this size."""
    if (start, count) == (0, size):
        return text
    step = f":{stride}" if stride != 1 else ""
    return f"{text}[{':, ' * leading}{start}:{start + (count - 1) * stride + 1}{step}]"


def _arranged(
    text: str,
    counts: tuple[int, ...],
    moving: list[int],
    shape: tuple[int, ...],
    has_rows: bool,
    permute: str,
) -> str:
    """Axes in the order of the places, what stands still repeated, and then in the shape asked."""
    if moving != sorted(moving):
        if len(moving) == 2:
            text = f"{text}.swapaxes(-1, -2)"
        else:
            axes = [moving.index(i) + has_rows for i in sorted(moving)]
            text = f"{text}.{permute}({_listed([0] * has_rows, axes)})"
    if len(moving) < len(counts):
        index = [":" if i in moving else "None" for i in range(len(counts))]
        text = f"{text}[{_listed(['...'] if moving else ['..., 0'], index)}]"
        text = f"repeated({text}, {counts})"
    if counts != shape and shape:
        text = f"{text}.reshape({_listed(['-1'] * has_rows, shape)})"
    return text


def _listed(*parts: Any) -> str:
    return ", ".join(str(item) for part in parts for item in part)


# --- numbers of several ---


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
