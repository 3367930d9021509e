"""What a classifier of two inputs has learnt, as a map of the plane."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..pictures import HUGE, Picture, Theme, even_ticks, svg_document, theme_named, tick_text
from ..rules import as_number, checked_columns, described
from ..text import Meaning, classes_of_labels, meaning_of, output_numbers

SIDE: Final = 360.0  # the longer side of the map, in points
LEFT, TOP, RIGHT, BOTTOM = 40.0, 14.0, 14.0, 30.0
Colour = tuple[float, float, float]
Grid = list[list[list[float]]]  # outputs of each spot, from the bottom row to the top one
Spot = tuple[float, float]  # column and row, in cells
Side = tuple[int, int, int]  # column, row, and 0 for the edge to the right, 1 for the one upwards


def decision_boundary(
    model: Callable[[Any], Any],
    X: Any,
    y: Any,
    *,
    cells: int = 60,
    theme: str = "light",
    threshold: float | None = None,
) -> Picture:
    """The map of a two-input classifier: the colour says which class, how strong how sure.

    >>> picture = decision_boundary(lambda x: x[0] - x[1], [[0, 1], [1, 0]], [0, 1], cells=8)
    >>> picture.svg.count("<circle")
    2

    One output above `threshold` means label 1, else 0 or −1, and the line is where it is crossed:
    ½ where the last gates keep the output between 0 and 1, as a sigmoid does, else 0. Of several
    outputs the largest names the class. Colours are the probability that the output means: itself,
    or σ of a score; of several logits their softmax. `cells` is the number of evaluations along a
    side.
    """
    points, labels = checked_columns((X, y), "the points and labels")
    for point in points:
        if not hasattr(point, "__len__") or len(point) != 2:
            raise ValueError(
                f"decision_boundary draws models of two inputs, got a row {described(point)}"
            )
        if not all(abs(as_number(number)) < HUGE for number in point):
            raise ValueError(f"there is no place on a map for the row {point!r}")
    if cells < 2:
        raise ValueError(f"a map needs at least 2 cells along a side, got {cells!r}")
    area = _Area([(float(px), float(py)) for px, py in points])
    meaning = meaning_of(model, points[0], threshold)
    grid = _scores(model, area, cells)
    meaning = meaning.knowing([outputs for row in grid for outputs in row])
    colours = theme_named(theme)
    palette = class_colours(colours, max(meaning.count, 2))
    classes = classes_of_labels(labels, meaning.count, others=True)
    colour_of = class_colours(colours, max(2, 1 + max(classes)))
    body = [f'<rect width="100%" height="100%" fill="{colours.background}"/>']
    body += [_image(grid, meaning, palette, colours, area), *_lines(grid, meaning, area, colours)]
    body += _frame(area, colours)
    for (px, py), label in zip(points, classes):
        body.append(_point(area, float(px), float(py), colour_of[label], colours))
    return Picture(svg_document(area.width + LEFT + RIGHT, area.height + TOP + BOTTOM, body))


class _Area:
    """The part of the plane that is shown, and where it stands on the page."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        (self.x0, self.x1), (self.y0, self.y1) = (_margins([p[i] for p in points]) for i in (0, 1))
        scale = SIDE / max(self.x1 - self.x0, self.y1 - self.y0)
        self.width = round(max((self.x1 - self.x0) * scale, SIDE / 3))
        self.height = round(max((self.y1 - self.y0) * scale, SIDE / 3))

    def x(self, x: float) -> float:
        return LEFT + self.width * (x - self.x0) / (self.x1 - self.x0)

    def y(self, y: float) -> float:
        return TOP + self.height * (self.y1 - y) / (self.y1 - self.y0)


def _margins(numbers: list[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    margin = 0.12 * (high - low) or 1.0
    return low - margin, high + margin


def _scores(model: Callable[[Any], Any], area: _Area, cells: int) -> Grid:
    """The model's outputs at the corners of the cells, from the bottom row to the top one."""
    xs = [area.x0 + (area.x1 - area.x0) * k / cells for k in range(cells + 1)]
    ys = [area.y0 + (area.y1 - area.y0) * i / cells for i in range(cells + 1)]
    return [[output_numbers(model([x, y])) for x in xs] for y in ys]


def class_colours(theme: Theme, count: int) -> list[Colour]:
    """A colour for each class: gradient and value colours first, as in circuits."""
    names = [theme.gradient, theme.value, theme.local, theme.active_line, theme.warning, theme.line]
    return [_rgb(names[i % len(names)]) for i in range(count)]


def _rgb(colour: str) -> Colour:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return float(red), float(green), float(blue)


def _mixed(shares: Sequence[float], palette: Sequence[Colour], paper: Colour) -> Colour:
    """Classes mixed by their shares and laid thinly on the paper; even shares leave it white."""
    top = max(shares)
    sure = (top * len(shares) - 1.0) / (len(shares) - 1.0)
    strength = 0.13 + 0.37 * sure
    ink = [sum(share * colour[c] for share, colour in zip(shares, palette)) for c in range(3)]
    red, green, blue = (paper[c] + strength * (ink[c] - paper[c]) for c in range(3))
    return red, green, blue


def _image(grid: Grid, meaning: Meaning, palette: list[Colour], theme: Theme, area: _Area) -> str:
    paper = _rgb(theme.background)
    rows = [
        [_mixed(meaning.shares(outputs), palette, paper) for outputs in row]
        for row in reversed(grid)
    ]
    data = base64.b64encode(png_of(rows)).decode()
    # the pixels stand on the corners of the cells: half a pixel goes over each border
    half_x, half_y = (side / (len(grid) - 1) / 2 for side in (area.width, area.height))
    return (
        f'<clipPath id="map"><rect x="{LEFT:g}" y="{TOP:g}" width="{area.width:.2f}" '
        f'height="{area.height:.2f}"/></clipPath>'
        f'<image clip-path="url(#map)" x="{LEFT - half_x:.2f}" y="{TOP - half_y:.2f}" '
        f'width="{area.width + 2 * half_x:.2f}" height="{area.height + 2 * half_y:.2f}" '
        f'preserveAspectRatio="none" xlink:href="data:image/png;base64,{data}"/>'
    )


def png_of(rows: Sequence[Sequence[Colour]]) -> bytes:
    """Rows of colours as a PNG file (ISO/IEC 15948: 8 bits for red, green and blue, no filter)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    pixels = b"".join(
        b"\x00" + bytes(min(255, max(0, round(part))) for colour in row for part in colour)
        for row in rows
    )
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixels, 9))
        + chunk(b"IEND", b"")
    )


def _lines(grid: Grid, meaning: Meaning, area: _Area, theme: Theme) -> list[str]:
    """The boundary itself: where the threshold is crossed, or a class equals its best rival."""
    cells = len(grid) - 1
    count = meaning.count
    if count == 1:
        fields = [[[outputs[0] - meaning.threshold for outputs in row] for row in grid]]
    else:
        fields = [[[_lead(outputs, j) for outputs in row] for row in grid] for j in range(count)]
    path = []
    for field in fields:
        for line in contour_lines(field):
            spots = [
                f"{LEFT + area.width * k / cells:.1f} {TOP + area.height * (1 - i / cells):.1f}"
                for k, i in line
            ]
            path.append("M" + "L".join(spots))
    if not path:
        return []
    return [
        f'<path d="{"".join(path)}" fill="none" stroke="{theme.ink}" stroke-width="1.6" '
        'stroke-linejoin="round"/>'
    ]


def _lead(outputs: Sequence[float], j: int) -> float:
    return outputs[j] - max(output for k, output in enumerate(outputs) if k != j)


def contour_lines(field: Sequence[Sequence[float]]) -> list[list[Spot]]:
    """The zero lines of `field[row][column]`, each as a chain of spots between grid points.

    >>> contour_lines([[-1.0, 1.0], [-1.0, 1.0]])
    [[(0.5, 0.0), (0.5, 1.0)]]

    Marching squares (W. Lorensen, H. Cline 1987), in the plane.
    """
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


def _point(area: _Area, x: float, y: float, colour: Colour, theme: Theme) -> str:
    fill = "#" + "".join(f"{round(part):02X}" for part in colour)
    return (
        f'<circle cx="{area.x(x):.1f}" cy="{area.y(y):.1f}" r="3.4" fill="{fill}" '
        f'stroke="{theme.background}" stroke-width="1"/>'
    )


def _frame(area: _Area, theme: Theme) -> list[str]:
    bottom = TOP + area.height
    parts = [
        f'<rect x="{LEFT:g}" y="{TOP:g}" width="{area.width:.2f}" height="{area.height:.2f}" '
        f'fill="none" stroke="{theme.cluster_line}"/>'
    ]
    for tick in _inner_ticks(area.x0, area.x1):
        parts.append(
            f'<text x="{area.x(tick):.1f}" y="{bottom + 16:.1f}" text-anchor="middle" '
            f'fill="{theme.faint}">{tick_text(tick)}</text>'
        )
    for tick in _inner_ticks(area.y0, area.y1):
        parts.append(
            f'<text x="{LEFT - 7:.1f}" y="{area.y(tick) + 3.8:.1f}" text-anchor="end" '
            f'fill="{theme.faint}">{tick_text(tick)}</text>'
        )
    return parts


def _inner_ticks(low: float, high: float) -> list[float]:
    return [tick for tick in even_ticks(low, high) if low <= tick <= high]
