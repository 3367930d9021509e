"""Pieces of DOT, Graphviz's language, that the styles of pictures share.

Text reaches DOT only through `dot_text` and `dot_name`, which escape it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ..text import escape, html_name, parse_name, printable, rounded, unicode_name
from .themes import Theme

FONT: Final = "Helvetica,Arial,sans-serif"
CUT: Final = "⋯"  # the picture leaves out what is there


def header(theme: Theme, caption: Sequence[str], rankdir: str = "LR", **graph: object) -> list[str]:
    """The lines that begin a picture: its defaults and its caption."""
    font = f'fontname="{FONT}", fontcolor="{theme.ink}"'
    more = "".join(f", {name}={value}" for name, value in graph.items())
    lines = [
        f'graph [rankdir={rankdir}, bgcolor="{theme.background}", pad=0.2, {font}, fontsize=13, '
        f"labelloc=b, outputorder=edgesfirst{more}]",
        f'node [{font}, fontsize=14, penwidth=1.4, color="{theme.line}"]',
        f'edge [{font}, fontsize=10, penwidth=1, color="{theme.line}", arrowsize=0.6]',
    ]
    return [*lines, f"label=<{_caption(caption)}>"] if caption else lines


def _caption(lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    rows = "".join(f'<tr><td align="left">{line}</td></tr>' for line in lines)
    return f'<table border="0" cellpadding="2" cellspacing="0">{rows}</table>'


def dot_text(text: str) -> str:
    """Any text for an HTML-like label or a quoted string of DOT.

    Beyond what HTML asks for: Graphviz reads `\\N` even in HTML-like labels, and stumbles over `]`
    before a tag.
    """
    return _for_graphviz(escape(text))


def dot_name(label: str) -> str:
    """The name of a wire for an HTML-like label."""
    return _for_graphviz(html_name(label))


def dot_formula(text: str) -> str:
    """A formula in plain text for an HTML-like label: layers in brackets, as in a₁^[2], raised.

    >>> dot_formula("δ₁^[2]·x")
    'δ₁<sup>[2&#93;</sup>·x'
    """
    return re.sub(r"\^\[([0-9A-Za-z]+)&#93;", r"<sup>[\1&#93;</sup>", dot_text(text))


def _for_graphviz(html: str) -> str:
    return html.replace("\\", "&#92;&#92;").replace("]", "&#93;")


def font(html: str, colour: str, size: int = 0, bold: bool = False) -> str:
    """Text that is already escaped, in a colour."""
    html = f"<b>{html}</b>" if bold else html
    if not size:
        return f'<font color="{colour}">{html}</font>'
    return f'<font color="{colour}" point-size="{size}">{html}</font>'


def number(
    value: float | None, colour: str, theme: Theme, digits: int, size: int = 12, bold: bool = False
) -> str:
    """A number in its colour; one that is not known yet as a faint `?`."""
    if value is None:
        return font("?", theme.faint, size)
    return font(rounded(value, digits), colour, size, bold)


@lru_cache(256)
def gate_shape(symbol: str, style: str) -> str:
    """The shape of a gate and what stands in it: a circle, for a long name a rounded box."""
    symbol = printable(symbol)
    label = f'label="{dot_text(symbol)}"'
    if len(symbol) <= 3:
        size = 19 if len(symbol) == 1 and not symbol.isalpha() else 14 if len(symbol) < 3 else 11
        return (
            f'{label}, shape=circle, width=0.42, fixedsize=true, style="{style}", fontsize={size}'
        )
    return (
        f'{label}, shape=box, style="rounded,{style}", height=0.36, width=0.5, '
        'margin="0.08,0.02", fontsize=12'
    )


class Cells(NamedTuple):
    """What stands at a wire: its numbers, and its name before, after or above the line."""

    before: str = ""
    upper: str = ""
    beside: str = ""  # a second number, to the right of the upper one
    lower: str = ""
    after: str = ""
    above: str = ""


def wire_table(cells: Cells, colour: str, width: int, bar: bool, ports: bool) -> str:
    """A wire: one number over another, and between them the line that is the wire, or a bar.

    With `ports` edges can lead to the `top` of the upper number and from the `foot` of the lower.
    """
    before, upper, beside, lower, after, above = cells
    count = 1 + bool(beside) + bool(above)
    span = f' colspan="{count}"' if count > 1 else ""
    both = ' colspan="2"' if beside else ""
    top_port, foot_port = (' port="top"', ' port="foot"') if ports else ("", "")
    height = 18 if above else 15  # of both rows, so that the line stays in the middle
    top, bottom = (f' height="{height}" valign="{side}"' for side in ("bottom", "top"))
    right = f'<td width="{width}"{top}>{beside}</td>' if beside else ""
    filled = f'<tr><td height="3" cellpadding="0"{span} bgcolor="{colour}"></td></tr>'
    return (
        f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1" color="{colour}">'
        f'<tr>{before}<td{top_port} width="{width}"{top}>{upper}</td>'
        f"{right}{above}{after}</tr>"
        f"{filled if bar else '<hr/>'}<tr><td{foot_port}{both}{bottom}>{lower}</td>"
        f"{'<td></td>' if above else ''}</tr></table>"
    )


def name_above(label: str) -> str:
    """The name of a wire that goes on, as a cell beside its value: the line runs below it."""
    if not unicode_name(label):
        return ""
    return f'<td align="left" valign="bottom"><font point-size="13">{dot_name(label)}</font></td>'


def side_cell(html: str, width: int, bar: bool) -> str:
    """A cell beside both numbers of a wire: a name, mostly."""
    return f'<td rowspan="{3 if bar else 2}" cellpadding="3" width="{width}">{html}</td>'


def name_cell(label: str, bar: bool) -> str:
    """The name of a wire as a cell of its table."""
    if not unicode_name(label):
        return ""
    name = parse_name(label)
    small = len(name.superscript) if name.superscript.startswith("[") else 0  # a raised [l]
    letters = len(unicode_name(label)) - (small + 1 if small else 0)
    return side_cell(dot_name(label), 14 + 8 * (letters - 1) + 5 * small, bar)
