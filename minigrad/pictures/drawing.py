"""Finished pictures, in notebooks and files: a `Drawing` of a circuit, and any other SVG."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from ..text import counted, save
from .layout import DRAW_LESS, LayoutError, render
from .raster import png_from_svg, size_of

if TYPE_CHECKING:
    import graphviz

# With more gates, or wider, a notebook also shows the picture in full size, to scroll.
LEGIBLE: Final = 75
LEGIBLE_WIDTH: Final = 1500.0  # in points: in a notebook's column text then is half as large

MOST_CROSSED: Final = 15_000  # some ten seconds of layout; at 40,000 Graphviz breaks down


class Drawing:
    """A picture of a circuit: it shows itself in a notebook, and `save(path)` writes a file.

    >>> import minigrad as mg
    >>> x = mg.Value(3.0, label="x")
    >>> picture = mg.draw(x * 2)
    >>> picture
    <Drawing of 1 gate: .svg .png .pdf .dot .save(path)>
    >>> print(picture)
          value  gradient
    ×         6         ?
    ├─ x      3         ?
    ╰─ 2

    The layout is made when it is first asked for, and kept.
    """

    def __init__(
        self,
        lines: Sequence[str],
        text: Callable[[], str],
        gate_count: int,
        crossed: Callable[[], int],
    ) -> None:
        self._lines = list(lines)
        self._text = text
        self._gate_count = gate_count
        self._crossed = crossed  # columns of gates that branches cross on their way

    def __reduce__(self) -> tuple[Any, ...]:
        """As what it shows: a copy, or a pickle read elsewhere, asks no circuit any more."""
        made = {name: vars(self)[name] for name in ("svg", "png", "pdf") if name in vars(self)}
        shown = (partial(str, str(self)), self._gate_count, partial(int, self._crossed()))
        return Drawing, (self._lines, *shown), made

    def __str__(self) -> str:
        return self._text()

    def __repr__(self) -> str:
        return f"<Drawing of {counted(self._gate_count, 'gate')}: .svg .png .pdf .dot .save(path)>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: an image that its sanitiser leaves alone, a PNG, and text."""
        bundle = {"text/plain": str(self)}
        try:
            wide = size_of(self.svg)[0] > LEGIBLE_WIDTH
            scroll = wide or self._gate_count > LEGIBLE
            bundle["text/html"] = image_html(self.svg, "circuit", scroll)
            bundle["image/png"] = b64encode(self.png).decode()
        except LayoutError as error:
            bundle["text/plain"] += f"\n\n{error}"
        except ImportError:  # no PNG, then
            pass
        return bundle

    @property
    def source(self) -> str:
        """The picture in DOT, Graphviz's language."""
        return "\n\t".join(["digraph circuit {", *self._lines]) + "\n}\n"

    @property
    def dot(self) -> graphviz.Digraph:
        """The picture as a `graphviz.Digraph`, to change and render with that package."""
        import graphviz

        return graphviz.Digraph("circuit", body=[f"\t{line}\n" for line in self._lines])

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        text = self._laid_out("svg").decode()
        text = text[text.index("<svg") :]
        return joined(_raised(re.sub(r"<title>[^<]*</title>\n", "", text)))

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, in fonts of its own."""
        return png_from_svg(self.svg)

    @cached_property
    def pdf(self) -> bytes:
        """The picture as PDF."""
        return self._laid_out("pdf")

    def _laid_out(self, form: str) -> bytes:
        if (crossed := self._crossed()) > MOST_CROSSED:
            raise LayoutError(
                f"wires that are used far from where they begin cross {crossed:,} columns of "
                f"gates in all, too many to lay out (at most {MOST_CROSSED:,}): {DRAW_LESS}"
            )
        return render(self.source, form)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file: `.svg`, `.png`, `.pdf` or `.dot` by its ending.

        A file that is there already is replaced when the new one is complete, and not before.
        """
        save(
            "a drawing",
            path,
            {
                ".svg": lambda: self.svg.encode(),
                ".png": lambda: self.png,
                ".pdf": lambda: self.pdf,
                ".dot": lambda: self.source.encode(),
            },
        )


# The line of a wire as Graphviz writes it: the corners of a flat box, or a low one.
_LINE: Final = re.compile(
    r'(<polygon fill="[^"]*" stroke="[^"]*" points=")'
    r"([-\d.]+),([-\d.]+) ([-\d.]+),([-\d.]+) ([-\d.]+),\5 \6,\3 \2,\3\""
)


# The curve of an edge: where it begins, its first handle, the rest, its last handle, its end.
_EDGE: Final = re.compile(
    r'(class="edge[^"]*">\s*(?:<title>[^<]*</title>\s*)?<path fill="none"[^>]* d=")'
    r'M([-\d.]+),([-\d.]+)C([-\d.]+),([-\d.]+)([^"]* )([-\d.]+),([-\d.]+) ([-\d.]+),([-\d.]+)"'
)


def joined(svg: str) -> str:
    """The picture with the lines of its wires a point longer at both ends, and edges two.

    Graphviz ends an edge up to two points before what it leads to: a hairline gap.
    """

    def longer(line: re.Match[str]) -> str:
        left, bottom, right, top = (float(line[place]) for place in (2, 3, 6, 5))
        if line[2] != line[4] or abs(top - bottom) > 4:
            return line[0]
        left, right = left - 1, right + 1
        corners = (left, bottom), (left, top), (right, top), (right, bottom), (left, bottom)
        return line[1] + " ".join(f"{x:g},{y:g}" for x, y in corners) + '"'

    def further(edge: re.Match[str]) -> str:
        """The curve with straight ends, where it begins and ends level."""
        x, y, x_end, y_end = edge[2], edge[3], edge[9], edge[10]
        start = f"M{float(x) - 2:g},{y}L{x},{y}" if edge[5] == y else f"M{x},{y}"
        end = f"L{float(x_end) + 2:g},{y_end}" if edge[8] == y_end else ""
        curve = f"C{edge[4]},{edge[5]}{edge[6]}{edge[7]},{edge[8]} {x_end},{y_end}"
        return f'{edge[1]}{start}{curve}{end}"'

    return _EDGE.sub(further, _LINE.sub(longer, svg))


def image_html(svg: str, alt: str, scroll: bool = False) -> str:
    """The picture as HTML without scripts or inline SVG, which an untrusted notebook drops."""
    image = f'<img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" alt="{alt}"'
    fitted = f'{image} style="max-width: 100%">'
    if not scroll:
        return fitted
    full = f'{image} style="max-width: none">'
    return (
        f"{fitted}<details><summary>full size</summary>"
        f'<div style="overflow: auto; max-height: 600px">{full}</div></details>'
    )


class Picture:
    """An SVG text with what a notebook and a file need of it.

    >>> picture = Picture('<svg width="10pt" height="10pt" xmlns="http://www.w3.org/2000/svg"/>')
    >>> picture.svg[:4]
    '<svg'
    """

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def png(self) -> bytes:
        """The picture as PNG."""
        return png_from_svg(self.svg)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture; the ending of the name says as what: `.svg` or `.png`."""
        save("a picture", path, {".svg": self.svg.encode, ".png": self.png})

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = {"text/html": image_html(self.svg, "chart"), "text/plain": repr(self)}
        with suppress(ImportError):  # without resvg-py there is no PNG, for previews
            bundle["image/png"] = b64encode(self.png()).decode()
        return bundle

    def __repr__(self) -> str:
        return f"Picture({len(self.svg)} characters of SVG)"


def _raised(svg: str) -> str:
    """Upper indices small and raised by their place: not every renderer knows `baseline-shift`."""

    def moved(found: re.Match[str]) -> str:
        y, between, size = float(found[1]), found[2], float(found[3])
        return f'y="{y - 0.24 * size:.1f}"{between}font-size="{0.7 * size:.2f}"'

    return re.sub(r'y="([-0-9.]+)"([^>]*?)baseline-shift="super" font-size="([0-9.]+)"', moved, svg)
