"""SVG to PNG, with the bundled fonts: legible on a machine that has none."""

from __future__ import annotations

import re
import sys
from html import unescape
from typing import Final

from .bundled_fonts import COVERED, FACES, FAMILY, FOLDER

NO_RESVG: Final = "PNG pictures need resvg-py: install it with\n    pip install resvg-py"
NO_RESVG_IN_BROWSER: Final = (
    "PNG pictures need resvg-py, which is not there for Python in the browser: "
    "save the picture as .svg"
)
ZOOM: Final = 1.5  # at 96 dpi, 2 pixels per point: sharp on a screen of high resolution
MOST_PIXELS: Final = 50_000_000


def png_from_svg(svg: str) -> bytes:
    """The picture as PNG, two pixels for every point; a huge one with fewer."""
    try:
        import resvg_py
    except ImportError:
        in_browser = sys.platform == "emscripten"
        raise ImportError(NO_RESVG_IN_BROWSER if in_browser else NO_RESVG) from None
    width, height = size_of(svg)
    pixels = width * height * (96 / 72) ** 2
    zoom = min(ZOOM, (MOST_PIXELS / pixels) ** 0.5)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background=_background(svg),
            skip_system_fonts=_is_covered(svg),
            font_files=[str(FOLDER / face) for face in FACES],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
            zoom=zoom,
            dpi=96.0,
        )
    )


def size_of(svg: str) -> tuple[float, float]:
    """The width and height that an SVG of Graphviz states, in points."""
    found = re.search(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    assert found is not None, "an SVG without a size"
    return float(found[1]), float(found[2])


def _background(svg: str) -> str | None:
    """The colour of the sheet that Graphviz draws first, for the last row of pixels too."""
    found = re.search(r'<polygon fill="(#?\w+)"', svg)
    return found and found[1]


def _is_covered(svg: str) -> bool:
    """Whether the bundled fonts have every character; else the machine's own are asked as well."""
    texts = unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
    return COVERED.issuperset(texts)
