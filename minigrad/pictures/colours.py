"""Which colour each wire and each gate of a picture has.

It says what stands out, or how big a gradient is; the colours themselves are those of the theme.

>>> heat_level(0.01, reference=1.0, levels=7)
1
"""

from __future__ import annotations

from math import isfinite, log10
from typing import NamedTuple

from ..engine import Value
from .scene import Scene


class GateLook(NamedTuple):
    """How the gate behind a wire is drawn: `style` and `peripheries` in Graphviz's words."""

    fill: str
    line: str
    thickness: float
    style: str
    peripheries: int


def gate_look(scene: Scene, wire: Value) -> GateLook:
    """Finished gates are tinted, idle ones dashed; where an inf began the border is double."""
    theme, active = scene.theme, wire is scene.active
    repeated = scene.operations is not None and wire in scene.operations.repeated
    idle = repeated or wire in scene.idle
    birth = wire is scene.nonfinite_wire or any(each.wire is wire for each in scene.cancelling)
    line = theme.warning if idle or birth else theme.line
    fill = theme.done if wire in scene.stage.done else theme.gate
    return GateLook(
        fill=theme.active if active else fill,
        line=theme.active_line if active else line,
        thickness=2.6 if active else 2.2 if idle else 1.4,
        style="filled,dashed" if idle else "filled",
        peripheries=2 if birth else 1,
    )


def heat_level(heat: float, reference: float, levels: int) -> int:
    """Which of the colours of the heat map a number gets: one for each power of ten.

    >>> [heat_level(g, 1.0, 7) for g in (1.0, -0.01, 250.0, 0.0, 1e30)]
    [3, 1, 5, 0, 6]
    """
    ratio = abs(heat) / (abs(reference) or 1.0)
    if not ratio > 0.0:
        return 0
    middle = levels // 2
    steps = middle + round(log10(ratio)) if isfinite(ratio) else levels
    return max(0, min(levels - 1, steps))


def wire_colour(scene: Scene, heat: float | None, active: bool = False) -> str:
    """The colour of a wire: that of the gate at work, or by its `scene.heat`."""
    theme = scene.theme
    if active:
        return theme.active_line
    if heat is None:
        return theme.line
    if heat != heat:
        return theme.warning
    return theme.heat[heat_level(heat, scene.reference, len(theme.heat))]
