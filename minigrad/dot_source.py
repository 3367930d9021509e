"""Pieces of DOT, Graphviz's language, that the styles of pictures share.

Text reaches DOT only through `notation`, which escapes it, in HTML-like labels and as `quoted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from .notation import escape, html_name, printable, rounded, unicode_name
from .scene import Scene
from .themes import Theme

FONT: Final = "Helvetica,Arial,sans-serif"
UNKNOWN: Final = "?"


def header(scene: Scene, **graph: object) -> list[str]:
    """The lines that begin a picture: its defaults and its caption."""
    theme = scene.theme
    font = f'fontname="{FONT}", fontcolor="{theme.ink}"'
    lines = [
        f'graph [rankdir=LR, bgcolor="{theme.background}", pad=0.2, {font}, fontsize=13, '
        f"labelloc=b, outputorder=edgesfirst{attributes(graph)}]",
        f'node [{font}, fontsize=14, penwidth=1.4, color="{theme.line}"]',
        f'edge [{font}, fontsize=10, penwidth=1, color="{theme.line}", arrowsize=0.6]',
    ]
    return [*lines, f"label=<{_caption(scene.caption)}>"] if scene.caption else lines


def attributes(pairs: dict[str, object]) -> str:
    """More attributes, after those that are there: `, nodesep=0.2`."""
    return "".join(f", {name}={value}" for name, value in pairs.items())


def _caption(lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    rows = "".join(f'<tr><td align="left">{line}</td></tr>' for line in lines)
    return f'<table border="0" cellpadding="2" cellspacing="0">{rows}</table>'


def quoted(text: str) -> str:
    """Text as a quoted string of DOT.

    >>> print(quoted('a"b'))
    "a&quot;b"
    """
    return f'"{escape(printable(text))}"'


def without_escapes(lines: Iterable[str]) -> list[str]:
    """The lines with no backslash left in them: Graphviz reads `\\N` even in HTML-like labels."""
    return [line.replace("\\", "&#92;") for line in lines]


def font(html: str, colour: str, size: int = 0, bold: bool = False) -> str:
    """Text that is already escaped, in a colour."""
    size_attribute = f' point-size="{size}"' if size else ""
    return f'<font color="{colour}"{size_attribute}>{f"<b>{html}</b>" if bold else html}</font>'


def number(
    value: float | None, colour: str, theme: Theme, digits: int, size: int = 12, bold: bool = False
) -> str:
    """A number in its colour; one that is not known yet as a faint `?`."""
    if value is None:
        return font(UNKNOWN, theme.faint, size)
    return font(rounded(value, digits), colour, size, bold)


def constant_text(value: float, digits: int) -> str:
    """A constant as one writes it: 2, not 2.00.

    >>> constant_text(2.0, 2), constant_text(0.125, 2)
    ('2', '0.13')
    """
    return rounded(value, 0 if value.is_integer() and abs(value) < 1e5 else digits)


def gate_shape(symbol: str, style: str = "filled") -> str:
    """The shape of a gate and what stands in it: a circle, for a long name a rounded box."""
    label = f"label={quoted(symbol)}"
    if len(symbol) <= 3:
        size = 19 if len(symbol) == 1 and not symbol.isalpha() else 14 if len(symbol) < 3 else 11
        return (
            f'{label}, shape=circle, width=0.42, fixedsize=true, style="{style}", fontsize={size}'
        )
    return (
        f'{label}, shape=box, style="rounded,{style}", height=0.36, width=0.5, '
        'margin="0.08,0.02", fontsize=12'
    )


def wire_table(
    before: str, upper: str, lower: str, after: str, colour: str, width: int, bar: bool = False
) -> str:
    """A wire: one number over another, and between them the line that is the wire, or a bar."""
    rule = f'<tr><td height="3" cellpadding="0" bgcolor="{colour}"></td></tr>' if bar else "<hr/>"
    return (
        f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1" color="{colour}">'
        f'<tr>{before}<td width="{width}">{upper}</td>{after}</tr>{rule}<tr><td>{lower}</td></tr>'
        "</table>"
    )


def side_cell(html: str, width: int, bar: bool = False) -> str:
    """A cell beside both numbers of a wire: a name, mostly."""
    return f'<td rowspan="{3 if bar else 2}" cellpadding="3" width="{width}">{html}</td>'


def name_cell(label: str, bar: bool = False) -> str:
    """The name of a wire as a cell of its table."""
    return side_cell(html_name(label), 14 + 8 * (len(unicode_name(label)) - 1), bar)
