"""Text in columns for a terminal, where a character can be none, one or two cells wide.

>>> print(columns([["x₀", "−1.00"], ["total", "0.39"]], "<>"))
x₀     −1.00
total   0.39
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def display_width(text: str) -> int:
    """How many cells of a terminal the text takes; a combining mark takes none.

    >>> display_width("z̄"), display_width("漢")
    (1, 2)
    """
    if text.isascii():
        return len(text)
    width = 0
    for character in text:
        if unicodedata.category(character) not in ("Mn", "Me", "Cf"):
            width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width


def padded(text: str, width: int, alignment: str = "<") -> str:
    """The text filled up with spaces to `width` cells, to the left (`<`) or the right (`>`)."""
    space = " " * (width - display_width(text))
    return space + text if alignment == ">" else text + space


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


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """How many cells each column needs."""
    return [max(map(display_width, column)) for column in zip(*rows)]


def check_width(width: object) -> None:
    """Raise a ValueError if this is no number of cells to fit text into.

    >>> check_width("80")
    Traceback (most recent call last):
    ...
    ValueError: width= is a number of cells, at least 1, or None for no limit, got '80'
    """
    if width is not None and (type(width) is not int or width < 1):
        raise ValueError(
            f"width= is a number of cells, at least 1, or None for no limit, got {width!r}"
        )


def columns(rows: Sequence[Sequence[str]], alignment: str, gap: str = "  ") -> str:
    """Rows of cells as aligned lines; `alignment` has one `<` or `>` for each column.

    A column without text takes no room.
    """
    needed = widths(rows)
    filled = [place for place, width in enumerate(needed) if width]
    return "\n".join(
        gap.join(padded(row[place], needed[place], alignment[place]) for place in filled).rstrip()
        for row in rows
    )
