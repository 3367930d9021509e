"""The patterns of a Jacobian and a Hessian as pictures of dots, in text and as SVG.

>>> from minigrad.tape import Pattern, compressed_hessian
>>> chain = compressed_hessian(Pattern([{0, 1}, {0, 1, 2}, {1, 2}], 3))
>>> Dots("Hessian", chain)
Hessian: 3 × 3, 7 of 9 entries can be other than 0; 2 sweeps give all
● ● ·
● ● ●
· ● ●
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from ..native import require_numpy
from ..tape import Compressed
from ..text import save

WIDEST: Final = 30  # columns of a picture with a sign for each entry
CELLS: Final = 120  # dots across a larger one, in signs of two by four
SQUARES: Final = 200  # squares across the SVG
SIDE: Final = 320  # its width, in pixels
DOT, NONE = "●", "·"
# of a sign's two columns, top to bottom
BRAILLE: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
BLUE, FRAME, PAPER = "#0072B2", "#888888", "#ffffff"


class Dots:
    """One pattern: a dot where an entry can be other than 0; large ones are drawn smaller."""

    def __init__(self, name: str, entries: Compressed) -> None:
        self.name = name
        self.entries = entries
        self.shape = entries.pattern.shape
        self.count = len(entries.rows)  # of dots

    @property
    def rows(self) -> Any:
        """The row of each dot, as an array."""
        return _as_array(self.entries.rows)

    @property
    def columns(self) -> Any:
        """The column of each dot, as an array."""
        return _as_array(self.entries.columns)

    @property
    def caption(self) -> str:
        """What there is, in words."""
        height, width = self.shape
        sweeps = self.entries.count
        way = ", backward" if self.entries.is_backward else ""
        give = "sweep gives" if sweeps == 1 else "sweeps give"
        return (
            f"{self.name}: {height:,} × {width:,}, {self.count:,} of {height * width:,} entries "
            f"can be other than 0; {sweeps:,} {give} all{way}"
        )

    def __str__(self) -> str:
        return "\n".join([self.caption, *self._lines()])

    __repr__ = __str__

    def _lines(self) -> list[str]:
        height, width = self.shape
        if width <= WIDEST and height <= 2 * WIDEST:
            found = set(zip(self.entries.rows, self.entries.columns))
            return [
                " ".join(DOT if (row, column) in found else NONE for column in range(width))
                for row in range(height)
            ]
        across, down = self._scaled(CELLS)
        signs = [[0x2800] * -(-across // 2) for _ in range(-(-down // 4))]
        for row, column in self._cells(across, down):
            signs[row // 4][column // 2] |= BRAILLE[column % 2][row % 4]
        return ["".join(map(chr, line)) for line in signs]

    def _scaled(self, most: int) -> tuple[int, int]:
        """How many cells across and down, in proportion, none larger than an entry."""
        height, width = self.shape
        scale = max(1.0, height / most, width / most)
        return max(1, round(width / scale)), max(1, round(height / scale))

    def _cells(self, across: int, down: int) -> Iterable[tuple[int, int]]:
        """Row and column of each cell that has a dot in it."""
        height, width = self.shape
        return sorted(
            {
                (row * down // height, column * across // width)
                for row, column in zip(self.entries.rows, self.entries.columns)
            }
        )

    @property
    def svg(self) -> str:
        """The picture as SVG.

        >>> from minigrad.tape import Pattern, compressed_jacobian
        >>> Dots("Jacobian", compressed_jacobian(Pattern([{0}], 2))).svg.count("M")
        1
        """
        across, down = self._scaled(SQUARES)
        gap = 0.1 if across <= SQUARES // 2 else 0.0  # between squares, where they can be told
        side = 1 - 2 * gap
        path = "".join(
            f"M{column + gap:g} {row + gap:g}h{side:g}v{side:g}h{-side:g}z"
            for row, column in self._cells(across, down)
        )
        width = SIDE if across >= down else max(8, SIDE * across // down)
        height = SIDE if down >= across else max(8, SIDE * down // across)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {across} {down}" preserveAspectRatio="none" role="img">'
            f"<title>{escape(self.caption)}</title>"
            f'<rect width="{across}" height="{down}" fill="{PAPER}"/>'
            f'<path d="{path}" fill="{BLUE}"/>'
            f'<rect width="{across}" height="{down}" fill="none" stroke="{FRAME}" '
            f'stroke-width="{max(across, down) / 160:g}"/></svg>'
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file, `.svg`."""
        save("a picture of dots", path, {".svg": self.svg.encode})

    def _repr_html_(self) -> str:
        """For a notebook, as an image: a notebook that is not trusted drops SVG as it is."""
        data = b64encode(self.svg.encode()).decode()
        caption = escape(self.caption)
        return (
            f'<figure style="margin:0 1em 0 0"><img alt="{caption}" '
            f'src="data:image/svg+xml;base64,{data}"/><figcaption>{caption}</figcaption></figure>'
        )


class Sparsity:
    """Both patterns of a function: `jacobian` and `hessian`; each shows itself, and so do both.

    The Hessian's is that of all results together.
    """

    def __init__(self, name: str, jacobian: Compressed, hessian: Compressed) -> None:
        self.jacobian = Dots(f"Jacobian of {name}", jacobian)
        self.hessian = Dots(f"Hessian of {name}", hessian)

    def __str__(self) -> str:
        return f"{self.jacobian}\n\n{self.hessian}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        pictures = self.jacobian._repr_html_() + self.hessian._repr_html_()
        return f'<div style="display:flex;flex-wrap:wrap">{pictures}</div>'


def _as_array(numbers: Any) -> Any:
    return require_numpy("a pattern").array(numbers)
