"""Curves as SVG: one panel below the other over a common horizontal axis.

>>> svg = chart_svg([Panel("loss", {"training": [1.0, 0.1, 0.01]})], "epoch")
>>> svg.count("<polyline"), "training" in svg
(1, False)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from ..text import escape
from .bundled_fonts import FAMILY
from .themes import Theme, theme_named

WIDTH: Final = 560.0
HEIGHT: Final = 128.0  # of one panel's frame
LEFT, RIGHT, TOP, GAP, BOTTOM = 58.0, 18.0, 30.0, 34.0, 40.0
MOST_POINTS: Final = 1000  # more cannot be told apart
HUGE: Final = 1e300  # from here on differences overflow


@dataclass(frozen=True)
class Panel:
    """Curves that share a vertical axis; a missing number (None, nan, inf) is a gap.

    `scale` is "auto" (logarithmic where the numbers span more than a factor of 30) or "share", from
    0 to 1.
    """

    title: str
    curves: Mapping[str, Sequence[float | None]]
    scale: str = "auto"

    def numbers(self) -> list[float]:
        """All numbers that can be drawn."""
        return [
            number
            for curve in self.curves.values()
            for number in curve
            if number is not None and abs(number) < HUGE
        ]


class Axis:
    """A vertical axis: from a number to a height between 0 and 1, and its ticks.

    >>> axis = Axis([0.001, 10.0], "auto")
    >>> axis.logarithmic, axis.ticks
    (True, [0.001, 0.01, 0.1, 1.0, 10.0])
    >>> Axis([0.2, 0.9], "share").ticks
    [0.0, 0.5, 1.0]
    """

    def __init__(self, numbers: Sequence[float], scale: str) -> None:
        low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
        self.logarithmic = scale == "auto" and low > 0.0 and high / low > 30.0
        if scale == "share":
            self.ticks = [0.0, 0.5, 1.0]
        elif self.logarithmic:
            first, last = floor(log10(low)), ceil(log10(high))
            step = max(1, ceil((last - first) / 5))
            self.ticks = [10.0**power for power in range(first, last + step, step)]
        else:
            self.ticks = even_ticks(min(low, 0.0), high)
        self.low, self.high = (self._place(self.ticks[i]) for i in (0, -1))

    def _place(self, number: float) -> float:
        return log10(number) if self.logarithmic else number

    def height(self, number: float) -> float:
        """How far up a number stands."""
        return (self._place(number) - self.low) / (self.high - self.low)


def even_ticks(low: float, high: float) -> list[float]:
    """Round numbers, three to six of them, that enclose an interval.

    >>> even_ticks(0.0, 0.73)
    [0.0, 0.2, 0.4, 0.6, 0.8]
    """
    span = high - low or abs(high) or 1.0
    power = 10.0 ** floor(log10(span))
    step = next(power * m for m in (0.2, 0.25, 0.5, 1.0, 2.0, 5.0) if span / (power * m) <= 5.0)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def tick_text(number: float) -> str:
    """A number at an axis.

    >>> tick_text(-0.5)
    '−0.5'
    """
    return f"{number:g}".replace("-", "−")


def chart_svg(
    panels: Sequence[Panel],
    axis_title: str,
    theme: str = "light",
    ticks: Sequence[tuple[float, str]] | None = None,
    mark: tuple[float, str] | None = None,
) -> str:
    """The panels that have numbers, as one SVG.

    The horizontal axis counts the points from 1, or has `ticks`: at which place among the points,
    from 0, stands which word. A `mark` is a line across all panels, with what it says.
    """
    colours = theme_named(theme)
    shown = [panel for panel in panels if panel.numbers()]
    height = TOP + len(shown) * (HEIGHT + GAP) - GAP + BOTTOM if shown else TOP + BOTTOM
    count = max((len(curve) for panel in shown for curve in panel.curves.values()), default=1)
    body = [f'<rect width="100%" height="100%" fill="{colours.background}"/>']
    for place, panel in enumerate(shown):
        body += _panel(panel, TOP + place * (HEIGHT + GAP), count, colours)
    if shown:
        bottom = height - BOTTOM
        if mark:
            body += _mark(mark, count, bottom, colours)
        body += _horizontal_axis(axis_title, ticks or _counted(count), count, bottom, colours)
    else:
        body.append(_text(LEFT, TOP, "no numbers to show", colours.faint, "start"))
    return svg_document(WIDTH, height, body)


def svg_document(width: float, height: float, body: Sequence[str]) -> str:
    """The elements as an SVG file of this size."""
    return (
        f'<svg width="{width:g}pt" height="{height:g}pt" viewBox="0 0 {width:g} {height:g}" '
        f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'font-family="{FAMILY}, Helvetica, Arial, sans-serif" font-size="11">\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _panel(panel: Panel, top: float, count: int, theme: Theme) -> list[str]:
    axis = Axis(panel.numbers(), panel.scale)
    title = panel.title + (" (logarithmic)" if axis.logarithmic else "")
    parts = [_text(LEFT, top - 9, title, theme.ink, "start", 'font-weight="bold"')]
    for tick in axis.ticks:
        y = top + HEIGHT * (1.0 - axis.height(tick))
        parts.append(
            f'<line x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{theme.cluster_line}" stroke-width="0.7"/>'
        )
        parts.append(_text(LEFT - 7, y + 3.8, tick_text(tick), theme.faint, "end"))
    colours = (theme.value, theme.gradient)
    named = [
        (name, numbers, colour)
        for (name, numbers), colour in zip(panel.curves.items(), colours)
        if any(number is not None for number in numbers)
    ]
    for _, numbers, colour in reversed(named):
        for points in _runs(numbers, axis, top, count):
            parts.append(_curve(points, colour))
    if len(named) > 1:
        parts += _legend([(name, colour) for name, _, colour in named], top - 9, theme)
    return parts


def _runs(
    numbers: Sequence[float | None], axis: Axis, top: float, count: int
) -> list[list[tuple[float, float]]]:
    """The points of a curve, cut where a number is missing."""
    every = max(1, len(numbers) // MOST_POINTS)
    runs: list[list[tuple[float, float]]] = [[]]
    for i in sorted({*range(0, len(numbers), every), len(numbers) - 1}):
        number = numbers[i]
        if number is None or not abs(number) < HUGE:
            runs.append([])
        else:
            y = top + HEIGHT * (1.0 - axis.height(number))
            runs[-1].append((_x(i, count), y))
    return [run for run in runs if run]


def _x(i: float, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (i / (count - 1) if count > 1 else 0.5)


def _curve(points: list[tuple[float, float]], colour: str) -> str:
    if len(points) == 1:
        ((x, y),) = points
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _legend(entries: Sequence[tuple[str, str]], y: float, theme: Theme) -> list[str]:
    parts = []
    right = WIDTH - RIGHT
    for name, colour in reversed(entries):
        parts.append(_text(right, y, name, theme.ink, "end"))
        start = right - 5.2 * len(name) - 24
        parts.append(
            f'<line x1="{start:.1f}" x2="{start + 16:.1f}" y1="{y - 3.8:.1f}" '
            f'y2="{y - 3.8:.1f}" stroke="{colour}" stroke-width="2.4" stroke-linecap="round"/>'
        )
        right = start - 14
    return parts


def _counted(count: int) -> list[tuple[float, str]]:
    """Ticks at round numbers of points, the first of which is 1."""
    numbers = {max(1, round(tick)) for tick in even_ticks(0.0, float(count))}
    return [(number - 1, str(number)) for number in sorted(numbers) if number <= count]


def _horizontal_axis(
    title: str, ticks: Sequence[tuple[float, str]], count: int, y: float, theme: Theme
) -> list[str]:
    parts = [_text(_x(place, count), y + 15, word, theme.faint, "middle") for place, word in ticks]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, y + 31, title, theme.ink, "middle"))
    return parts


def _mark(mark: tuple[float, str], count: int, bottom: float, theme: Theme) -> list[str]:
    place, word = mark
    x = _x(place, count)
    anchor, beside = ("end", x - 6) if x > WIDTH / 2 else ("start", x + 6)
    return [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP:g}" y2="{bottom:g}" '
        f'stroke="{theme.ink}" stroke-width="1" stroke-dasharray="4 3"/>',
        _text(beside, bottom - 8, word, theme.ink, anchor),
    ]


def _text(x: float, y: float, text: str, colour: str, anchor: str, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" {more}>'
        f"{escape(text)}</text>"
    )
