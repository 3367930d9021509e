"""What a picture points out: units that pass no gradient, the first inf or nan, big gradients.

>>> import minigrad as mg
>>> from minigrad.engine.stage import present_stage
>>> y = mg.Value(-3.0).relu()
>>> idle_gates([y], present_stage(y))[y]
'dead'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, log10

from ..calculus import Nonfinite, first_nonfinite
from ..engine import Stage, Value
from .captions import one_line
from .dot import dot_name, dot_text, font
from .scene import Scene
from .themes import Theme


def idle_gates(gates: Iterable[Value], stage: Stage) -> dict[Value, str]:
    """The gates that pass hardly any gradient at this stage, each with its row's word for that."""
    found = {}
    for wire in gates:
        if wire.gate is None or wire.gate.idle is None or wire not in stage.values:
            continue
        word, condition = wire.gate.idle
        numbers = [stage.values.get(source) for source in wire.inputs]
        if None not in numbers and condition(*numbers, stage.values[wire]):
            found[wire] = word
    return found


def nonfinite_birth(output: Value, stage: Stage) -> Nonfinite | None:
    """Where the first inf or nan began, if the stage shows any."""
    numbers = (*stage.values.values(), *stage.gradients.values(), *stage.contributions.values())
    return None if all(map(isfinite, numbers)) else first_nonfinite(output)


def legend_of_marks(idle: Mapping[Value, str], birth: Nonfinite | None, theme: Theme) -> list[str]:
    """A line of the caption for each kind of mark."""
    wires: dict[str, list[str]] = {}
    for wire, word in idle.items():
        assert wire.gate is not None
        wires.setdefault(word, []).append(dot_name(wire.label) or dot_text(wire.gate.symbol))
    lines = [
        f"dashed: {word}&#160;{_some(list(dict.fromkeys(names)))}" for word, names in wires.items()
    ]
    if birth is not None:
        border = "" if birth.wire.is_leaf else "double border: "
        lines.append(f"{border}the first inf or nan: {one_line(birth.what)}")
    return [font(line, theme.warning, 11) for line in lines]


def _some(names: Sequence[str], most: int = 8) -> str:
    more = len(names) - most
    return ",&#160;".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def heat_level(gradient: float, reference: float, levels: int) -> int:
    """Which of the colours of the heat map a gradient gets: one for each power of ten.

    >>> [heat_level(g, 1.0, 7) for g in (1.0, -0.01, 250.0, 0.0, 1e30)]
    [3, 1, 5, 0, 6]
    """
    ratio = abs(gradient) / (abs(reference) or 1.0)
    if not ratio > 0.0:
        return 0
    middle = levels // 2
    steps = middle + round(log10(ratio)) if isfinite(ratio) else levels
    return max(0, min(levels - 1, steps))


def wire_colour(scene: Scene, gradient: float | None, active: bool = False) -> str:
    """The colour of a wire: that of the gate at work, or by how big its gradient is."""
    theme = scene.theme
    if active:
        return theme.active_line
    if not scene.heat or gradient is None:
        return theme.line
    if gradient != gradient:
        return theme.warning
    reference = scene.stage.gradients.get(scene.output, 1.0)
    return theme.heat[heat_level(gradient, reference, len(theme.heat))]


def legend_of_heat(theme: Theme) -> str:
    """The colours of the heat map and what they stand for, as a line of the caption."""
    swatches = "".join(f'<td width="40" height="7" bgcolor="{c}"></td>' for c in theme.heat)
    texts = ("≤ 10⁻³", "10⁻²", "10⁻¹", "1", "10", "10²", "≥ 10³")
    labels = "".join(f"<td>{font(text, theme.ink, 10)}</td>" for text in texts)
    title = font("|gradient| as a multiple of the output's", theme.ink, 11)
    return (
        f'<table border="0" cellborder="0" cellspacing="1" cellpadding="1"><tr><td rowspan="2">'
        f"{title} </td>{swatches}</tr><tr>{labels}</tr></table>"
    )
