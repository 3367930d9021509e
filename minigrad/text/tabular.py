"""Tables of text and numbers, aligned in a terminal and as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .columns import columns
from .notation import escape


@dataclass(frozen=True)
class Table:
    """Rows under a header.

    >>> Table(("unit", "δ"), [("z_1^1", -0.25), ("z_2^1", 1.5)])
    unit       δ
    z_1^1  -0.25
    z_2^1    1.5
    """

    header: Sequence[str]
    rows: Sequence[Sequence[object]]

    def __repr__(self) -> str:
        lines = [self.header, *([_shown(cell) for cell in row] for row in self.rows)]
        return columns(lines, "<" + ">" * (len(self.header) - 1))

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(cell))}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
