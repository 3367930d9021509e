"""Circuits as pictures.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> f = (w * x).tanh()
>>> f.backward()
>>> picture = mg.draw(f)
>>> picture.svg[:4], picture.source[:15]
('<svg', 'digraph circuit')

In a notebook a drawing shows itself; `picture.save("f.svg")` writes a file.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .circuit_style import circuit_lines
from .engine import Value
from .layout import render
from .notation import escape
from .raster import png_from_svg
from .scene import Scene, uses_of
from .selection import selected_gates
from .stage import Stage, present_stage
from .structure import groups_of
from .themes import theme_named

if TYPE_CHECKING:
    import graphviz


def draw(
    output: Value,
    *,
    style: str = "circuit",
    theme: str = "light",
    show: str = "values",
    digits: int = 2,
    highlight: Value | None = None,
    depth: int | None = None,
    around: Value | None = None,
    between: tuple[Value, Value] | None = None,
    stage: Stage | None = None,
    title: str | None = None,
) -> Drawing:
    """The circuit behind a value as a picture."""
    gates = selected_gates(output, depth, around, between)
    uses = uses_of(output, gates)
    stage = stage or present_stage(output)
    scene = Scene(
        output,
        gates,
        uses,
        stage,
        theme_named(theme),
        digits,
        show == "local",
        active=highlight or stage.active,
        caption=[escape(line) for line in (title or "").splitlines()],
    )
    return Drawing(circuit_lines(scene, groups_of(gates, uses)))


class Drawing:
    """A picture of a circuit: `svg`, `png`, `pdf`, `dot`, and `save(path)`."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = list(lines)

    @property
    def source(self) -> str:
        """The picture in DOT, Graphviz's language."""
        return "digraph circuit {\n" + "".join(f"\t{line}\n" for line in self._lines) + "}\n"

    @property
    def dot(self) -> graphviz.Digraph:
        """The picture as a `graphviz.Digraph`, to change and render with that package."""
        import graphviz

        return graphviz.Digraph("circuit", body=[f"\t{line}\n" for line in self._lines])

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        text = render(self.source, "svg").decode()
        text = text[text.index("<svg") :]
        return re.sub(r"<title>[^<]*</title>\n", "", text)

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, in fonts of its own."""
        return png_from_svg(self.svg)

    @cached_property
    def pdf(self) -> bytes:
        """The picture as PDF."""
        return render(self.source, "pdf")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file: `.svg`, `.png`, `.pdf` or `.dot` by its ending.

        A file that is there already is replaced when the new one is complete, and not before.
        """
        makers: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg.encode(),
            ".png": lambda: self.png,
            ".pdf": lambda: self.pdf,
            ".dot": lambda: self.source.encode(),
        }
        path = Path(path)
        make = makers.get(path.suffix.lower())
        if make is None:
            raise ValueError(
                f"cannot save a drawing as {str(path)!r}: the name must end with "
                f"{', '.join(makers)}"
            )
        _write(path, make())


def _write(path: Path, content: bytes) -> None:
    """Put the content where the path says, at once or not at all."""
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a directory: name a file in it")
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
        os.replace(part, path)
    except OSError as error:
        raise OSError(f"cannot write {str(path)!r}: {error.strerror or error}") from None
    finally:
        part.unlink(missing_ok=True)
