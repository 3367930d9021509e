"""The files of web/ in pages; in style sheets colours are variables, one set for each theme."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import files

from ..pictures import THEMES, Theme


def themed_sheet(sheet: str, picture: str) -> str:
    """The sheet with its @COLOURS@, and the variables of each theme that it names, as @DARK@.

    >>> print(themed_sheet("@COLOURS@", "svg").splitlines()[0])
    svg [fill="#ffffff" i] { fill: var(--background) }
    >>> themed_sheet(":root { @DARK@ }", "svg")[:30]
    ':root { --background: #0D1117;'

    A picture is drawn in the light theme; in what the selector `picture` finds, every such colour
    gives way to the variable of its name.
    """
    rules = [
        f'{picture} [{attribute}="{colour.lower()}" i] {{ {attribute}: var(--{name}) }}'
        for name, colour in _colours(THEMES["light"]).items()
        for attribute in ("fill", "stroke")
    ]
    sheet = sheet.replace("@COLOURS@", "\n".join(rules))
    for name, theme in THEMES.items():
        heat = {f"heat_{level}": colour for level, colour in enumerate(theme.heat)}
        colours = _colours(theme) | heat
        variables = (f"--{colour}: {value};" for colour, value in colours.items())
        sheet = sheet.replace(f"@{name.upper()}@", " ".join(variables))
    return sheet


def web_file(name: str) -> str:
    """A script or a sheet of web/, as text."""
    return (files(__package__) / "web" / name).read_text(encoding="utf-8")


def _colours(theme: Theme) -> dict[str, str]:
    return {name: colour for name, colour in asdict(theme).items() if isinstance(colour, str)}
