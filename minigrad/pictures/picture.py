"""A finished SVG: shows itself in a notebook, saves itself as SVG or PNG."""

from __future__ import annotations

import base64
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..text import save
from .drawing import image_html
from .raster import png_from_svg


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

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the ending of the name says as what: `.svg` or `.png`."""
        return save("a picture", path, {".svg": self.svg.encode, ".png": self.png})

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = {"text/html": image_html(self.svg, "chart"), "text/plain": repr(self)}
        with suppress(ImportError):  # without resvg-py there is no PNG, for previews
            bundle["image/png"] = base64.b64encode(self.png()).decode()
        return bundle

    def __repr__(self) -> str:
        return f"Picture({len(self.svg)} characters of SVG)"
