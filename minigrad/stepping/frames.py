"""The steps as pictures: one for each position, as files, an animated SVG or an animated GIF.

>>> import minigrad as mg
>>> first, *_, last = frames(mg.Stepper(mg.Value(2.0, label="x").exp()))
>>> first[:4], "7.39" in first, "7.39" in last
('<svg', False, True)
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import Final

from ..pictures import Theme, png_from_svg, size_of, theme_named
from ..text import escape, make_folder, path_of, write_file
from .replay import Replay
from .tangent_words import start_of_tangents

SECONDS_A_FRAME: Final = 1.6
SECONDS_AT_THE_END: Final = 4.0
NARROWEST: Final = 560.0  # points; the sentence needs room under a small circuit too
CHARACTER: Final = 6.4  # points, about, at the size of the sentence
LINE: Final = 17.0
FONT: Final = 'font-family="Helvetica,Arial,sans-serif" font-size="12"'
STYLE: Final = """\
@keyframes turn {{ 0% {{ visibility: visible }} {share:.4f}% {{ visibility: hidden }} }}
@keyframes end {{ 0% {{ visibility: visible }} {end:.4f}% {{ visibility: hidden }} }}
.frame {{ visibility: hidden; animation: turn {total:.1f}s step-end infinite }}
.frame:last-child {{ animation-name: end }}
@media (prefers-reduced-motion: reduce) {{
  .frame {{ animation: none }}
  .frame:last-child {{ visibility: visible }}
}}
"""


def frames(replay: Replay, theme: str = "light") -> list[str]:
    """One SVG for each position: the circuit there, and the sentence below it."""
    run = replay.another()
    shown = []
    for position in range(len(run) + 1):
        run.position = position
        shown.append(_shown(run, theme))
    return _framed(shown, theme_named(theme))


def frame_of(replay: Replay) -> str:
    """The SVG for the present position alone."""
    return _framed([_shown(replay, "light")], theme_named("light"))[0]


def _shown(run: Replay, theme: str) -> tuple[str, list[str]]:
    """The circuit as it is now, and the words below it."""
    svg = run.circuit.picture(run.stage, theme)
    if run.present:
        return svg, [run.present.title, run.present.sentence]
    return svg, ["start", *([start_of_tangents(run.circuit)] if run.circuit.seeds else [])]


def _framed(shown: Sequence[tuple[str, list[str]]], looks: Theme) -> list[str]:
    """The pictures in frames of one size, so large that all words fit."""
    sizes = [size_of(svg) for svg, _ in shown]
    width = max(NARROWEST, *(w for w, _ in sizes))
    wrapped = [
        [title, *textwrap.wrap(" ".join(rest), int((width - 28) / CHARACTER))]
        for _, (title, *rest) in shown
    ]
    height = max(h for _, h in sizes)
    full = height + LINE * max(map(len, wrapped)) + 16
    return [
        _frame(svg, lines, width, height, full, looks) for (svg, _), lines in zip(shown, wrapped)
    ]


def _frame(
    svg: str, lines: list[str], width: float, height: float, full: float, looks: Theme
) -> str:
    """A circuit's SVG in a larger one, with lines of text below it."""
    own_width, own_height = size_of(svg)
    x = (width - own_width) / 2
    inner = re.sub(
        r'<svg width="[^"]*" height="[^"]*"',
        f'<svg x="{x:.1f}" y="0" width="{own_width}" height="{own_height}"',
        svg,
        count=1,
    )
    weights = [' font-weight="bold"', *[""] * (len(lines) - 1)]
    texts = [
        f'<text x="14" y="{height + LINE * number:.1f}" {FONT} fill="{looks.ink}"{weight}>'
        f"{escape(line)}</text>"
        for number, (line, weight) in enumerate(zip(lines, weights), 1)
    ]
    return (
        f'<svg width="{width}pt" height="{full}pt" viewBox="0 0 {width} {full}" '
        f'xmlns="http://www.w3.org/2000/svg">\n<rect width="100%" height="100%" '
        f'fill="{looks.background}"/>\n{inner}\n{"".join(texts)}\n</svg>\n'
    )


def animated_svg(replay: Replay, theme: str = "light") -> str:
    """All frames in one SVG, shown in turn; where less motion is wanted, the last one only."""
    shown = frames(replay, theme)
    width, height = size_of(shown[0])
    total = SECONDS_A_FRAME * (len(shown) - 1) + SECONDS_AT_THE_END
    style = STYLE.format(
        total=total,
        share=100 * SECONDS_A_FRAME / total,
        end=100 * SECONDS_AT_THE_END / total,
    )
    groups = []
    for number, frame in enumerate(shown):
        picture = re.sub(' id="[^"]*"', "", frame)  # in one file an id may stand only once
        picture = picture.replace('pt"', '"', 2)  # inside, points are the units
        delay = f"animation-delay:{SECONDS_A_FRAME * number:.1f}s"
        groups.append(f'<g class="frame" style="{delay}">\n{picture}</g>\n')
    return (
        f'<svg width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg">\n<style>{style}</style>\n{"".join(groups)}</svg>\n'
    )


def animated_gif(replay: Replay, theme: str) -> bytes:
    """All frames as an animated GIF that begins again and again."""
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(
            "an animated GIF needs Pillow: pip install pillow. Without it, a name with .svg "
            "writes an animated SVG"
        ) from None
    images = [
        Image.open(BytesIO(png_from_svg(svg))).convert("RGB").quantize(64)
        for svg in frames(replay, theme)
    ]
    durations = [int(1000 * SECONDS_A_FRAME)] * (len(images) - 1) + [int(1000 * SECONDS_AT_THE_END)]
    file = BytesIO()
    images[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
    )
    return file.getvalue()


def save_frames(
    replay: Replay, folder: str | os.PathLike[str], kind: str, theme: str
) -> list[Path]:
    """Write every frame into a folder; see `Stepper.save_frames`."""
    if kind not in ("svg", "png"):
        raise ValueError(f"frames are saved as 'svg' or 'png', got {kind!r}")
    folder = path_of(folder)
    make_folder(folder)
    shown = frames(replay, theme)
    digits = len(str(len(shown) - 1))
    paths = []
    for position, svg in enumerate(shown):
        path = folder / f"step_{position:0{digits}}.{kind}"
        write_file(path, svg.encode() if kind == "svg" else png_from_svg(svg))
        paths.append(path)
    for path in _counted_frames(folder, kind):
        if path not in paths:  # of a longer film, and last in this one
            path.unlink()
    return paths


def _counted_frames(folder: Path, kind: str) -> list[Path]:
    """The frames of films: counted from 0 without a gap, in one width. Others are not ours."""
    found: list[Path] = []
    for digits in range(1, 8):
        names = (folder / f"step_{position:0{digits}}.{kind}" for position in range(10**digits))
        found += takewhile(Path.is_file, names)
    return found
