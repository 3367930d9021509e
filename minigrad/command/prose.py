"""Sentences for a terminal: their lines end between words; through a pipe they stay as they are."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TextIO


def terminal_width(stream: TextIO | None) -> int | None:
    """How many cells a line has, if the stream leads to a terminal; a closed one is None."""
    return shutil.get_terminal_size().columns if stream is not None and stream.isatty() else None


def say(text: str) -> None:
    """Print sentences."""
    print(in_lines(text, terminal_width(sys.stdout)))


def in_lines(text: str, width: int | None) -> str:
    """The text with no line longer than `width`, if need be; what is indented is no sentence.

    >>> print(in_lines("× switches its inputs: w receives 0.197", 30))
    × switches its inputs: w
    receives 0.197
    """
    if width is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> list[str]:
    if len(line) <= width or line.startswith(" "):
        return [line]
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
