"""Text in columns for a terminal, where a character can be none, one or two cells wide.

>>> print(columns([["x₀", "−1.00"], ["total", "0.39"]], "<>"))
x₀     −1.00
total   0.39
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..rules import as_whole_number
from .labels import escape, html_name, unicode_name
from .rounding import rounded


def display_width(text: str) -> int:
    """How many cells of a terminal the text takes; a combining mark takes none.

    >>> display_width("z̄"), display_width("漢")
    (1, 2)
    """
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
        if unicodedata.category(character) not in ("Mn", "Me", "Cf")
    )


def fitted(text: str, width: int) -> str:
    """The text, if need be shortened to `width` cells.

    >>> fitted("1 if x > 0 else 0", 10)
    '1 if x > …'
    """
    if display_width(text) <= width:
        return text
    while display_width(text) >= width:
        text = text[:-1]
    return text + "…"


def widths(rows: Sequence[Sequence[str]], alignment: str) -> list[int]:
    """How many cells `columns` gives to each column."""
    return [
        max(map(display_width, _point_under_point(column) if side == "." else column))
        for column, side in zip(zip(*rows), alignment)
    ]


def check_width(width: object) -> None:
    """Raise a ValueError if this is no number of cells to fit text into.

    >>> check_width("80")
    Traceback (most recent call last):
    ...
    ValueError: width= is a number of cells, at least 1, or None for no limit, got '80'
    """
    if width is not None and (as_whole_number(width) or 0) < 1:
        raise ValueError(
            f"width= is a number of cells, at least 1, or None for no limit, got {width!r}"
        )


def columns(rows: Sequence[Sequence[str]], alignment: str, gap: str = "  ") -> str:
    """Rows of cells as aligned lines; `alignment` has one sign for each column.

    >>> print(columns([("name", "value"), ("x", "0.5"), ("y", "−12")], "<."))
    name  value
    x       0.5
    y     −12

    `<` is left, `>` right, and `.` for numbers under a title, point under point. A column without
    text takes no room.
    """
    lines = [""] * len(rows)
    for column, side in zip(zip(*rows), alignment):
        if side == ".":
            column, side = _point_under_point(column), ">"
        if width := max(map(display_width, column)):
            for line, text in enumerate(column):
                space = " " * (width - display_width(text))
                lines[line] += (space + text if side == ">" else text + space) + gap
    return "\n".join(map(str.rstrip, lines))


def _point_under_point(column: Sequence[str]) -> tuple[str, ...]:
    """The numbers under a title with spaces behind them, so that right-aligned points meet."""
    title, *numbers = column
    tails = [len(number) - len(re.split("[.e]", number)[0]) for number in numbers]
    longest = max(tails, default=0)
    padded = (text and text + " " * (longest - tail) for text, tail in zip(numbers, tails))
    return title, *padded


class Lines(str):
    """Text of several lines that shows itself as lines, at Python's prompt and in a notebook.

    >>> Lines("x\\n╰─ <y>")
    x
    ╰─ <y>
    >>> Lines("x\\n╰─ <y>")._repr_html_()
    '<pre style="line-height: 1.3">x\\n╰─ &lt;y&gt;</pre>'
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f'<pre style="line-height: 1.3">{escape(self)}</pre>'


class ShownAsLines:
    """What shows itself in a notebook as `print` does.

    >>> class Answer(ShownAsLines):
    ...     def __str__(self):
    ...         return "1\\n2"
    >>> Answer()._repr_html_()
    '<pre style="line-height: 1.3">1\\n2</pre>'
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return Lines(self)._repr_html_()


class Label(str):
    """A wire's label in a table: shown as its name, and equal to the label."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """Text and numbers under a header, aligned in a terminal and as HTML in a notebook.

    >>> Table(("unit", "δ"), [(Label("z_1"), -0.25), (Label("z_2"), 1.5)])
    unit      δ
    z₁    −0.25
    z₂      1.5
    """

    header: Sequence[str]
    rows: Sequence[Sequence[object]]

    def __repr__(self) -> str:
        lines = [self.header, *([_shown(cell) for cell in row] for row in self.rows)]
        return columns(lines, "<" + ">" * (len(self.header) - 1))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{_in_html(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(cell: object) -> str:
    if isinstance(cell, Label):
        return unicode_name(cell)
    return rounded(cell) if isinstance(cell, float) else str(cell)


def _in_html(cell: object) -> str:
    return html_name(cell) if isinstance(cell, Label) else escape(_shown(cell))
