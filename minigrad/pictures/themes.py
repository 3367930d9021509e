"""The colours of pictures: `light`, `dark`, and `safe` for readers who confuse red and green.

>>> THEMES["light"].value, THEMES["safe"].value
('#1B7837', '#0072B2')

Every text has a contrast of at least 4.5:1 to whatever it stands on (WCAG 2, level AA); a test
computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Theme:
    """What each colour is for."""

    background: str
    ink: str  # names and symbols
    line: str  # wires and the borders of gates
    value: str
    gradient: str
    local: str  # local gradients
    tangent: str  # in forward mode
    faint: str  # constants, values repeated on branches, `?`
    gate: str  # the fill of a gate
    done: str  # … of one that the pass has finished
    active: str  # … of the one at work
    active_line: str
    cluster: str  # the fill of a neuron's or a layer's frame
    cluster_line: str
    warning: str  # closed, saturated, not finite
    # The heat map: |gradient| against the output's, from vanishing over equal to exploding.
    heat: tuple[str, ...]


_NAMES: Final = ("light", "dark", "safe")
_COLOURS: Final[dict[str, tuple[Any, ...]]] = {  # a column for each of these
    "background": ("#FFFFFF", "#0D1117", "#FFFFFF"),
    "ink": ("#263238", "#E6EDF3", "#1A1A1A"),
    "line": ("#455A64", "#9FB0BF", "#4D4D4D"),
    "value": ("#1B7837", "#7EE2A8", "#0072B2"),
    "gradient": ("#C62828", "#FF9E8A", "#B34700"),
    "local": ("#5E35B1", "#C9B6FF", "#6A3D8A"),
    "tangent": ("#0B5CAD", "#7CC4FF", "#00604B"),
    "faint": ("#5F7480", "#8B98A5", "#666666"),
    "gate": ("#F3F6F8", "#1F2A36", "#F4F4F4"),
    "done": ("#E8F0E9", "#1D3328", "#E6EEF5"),
    "active": ("#FFE082", "#6B4E00", "#F0E442"),
    "active_line": ("#E65100", "#FFC233", "#000000"),
    "cluster": ("#F7F9FB", "#131A22", "#FAFAFA"),
    "cluster_line": ("#CFD8DC", "#30404E", "#CCCCCC"),
    "warning": ("#AD1457", "#FF8AB8", "#8E2A6B"),
    "heat": (
        ("#90CAF9", "#64A7E0", "#4C7FA8", "#455A64", "#B26A00", "#E0521B", "#D50000"),
        ("#1F4E79", "#2F74B5", "#6AA3D5", "#9FB0BF", "#E0B050", "#FF8A3D", "#FF4040"),
        ("#A6CDE8", "#6BAED6", "#3F86B5", "#4D4D4D", "#C98A1B", "#D55E00", "#8A2B00"),
    ),
}
THEMES: Final = {
    theme: Theme(**{name: colours[place] for name, colours in _COLOURS.items()})
    for place, theme in enumerate(_NAMES)
}


def theme_named(name: str) -> Theme:
    """The theme of that name.

    >>> theme_named("drak")
    Traceback (most recent call last):
    ...
    ValueError: there is no theme 'drak': choose 'light', 'dark' or 'safe'
    """
    if not isinstance(name, str) or name not in THEMES:
        *others, last = map(repr, THEMES)
        raise ValueError(f"there is no theme {name!r}: choose {', '.join(others)} or {last}")
    return THEMES[name]
