"""A finished SVG: shows itself in a notebook, saves itself as SVG or PNG."""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path
from typing import Any

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

    def save(self, path: str | Path) -> Path:
        """Write the picture; the ending of the name says as what: `.svg` or `.png`."""
        target = Path(path)
        ending = target.suffix.lower()
        if ending == ".svg":
            target.write_text(self.svg, encoding="utf-8")
        elif ending == ".png":
            target.write_bytes(self.png())
        else:
            raise ValueError(f"a picture is saved as .svg or .png, got {str(path)!r}")
        return target

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # an <img>: inline <svg> is dropped in a notebook that is not trusted
        data = base64.b64encode(self.svg.encode()).decode()
        bundle = {
            "text/html": f'<img src="data:image/svg+xml;base64,{data}" style="max-width:100%">',
            "text/plain": repr(self),
        }
        with suppress(ImportError):  # without resvg-py there is no PNG, for previews
            bundle["image/png"] = base64.b64encode(self.png()).decode()
        return bundle

    def __repr__(self) -> str:
        return f"Picture({len(self.svg)} characters of SVG)"
