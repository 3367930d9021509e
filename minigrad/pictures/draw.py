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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..engine import Stage, Value, check_stage, leaves_and_gates, present_stage, stage_of
from ..rules import described
from ..text import as_tree, check_digits
from .boxes import Box, boxes_of, gates_outside
from .captions import chain_rule_lines, title_lines
from .circuit import circuit_lines
from .collapsed import collapsed_lines
from .dot import font
from .drawing import Drawing
from .expansion import expand as expanded
from .graph import graph_lines
from .highlights import idle_gates, legend_of_heat, legend_of_marks, nonfinite_birth
from .layout import DRAW_LESS
from .scene import Scene, uses_of
from .selection import crossed_columns, more_gates_than, selected_gates
from .themes import theme_named
from .units import Group, groups_of

MOST_GATES: Final = 2000  # more than that no one can read
COLLAPSE_FROM: Final = 300  # with more, units are drawn as boxes without being asked
MOST_BOXES: Final = 75  # with more, layers are


def draw(
    output: Value,
    *,
    style: str = "circuit",
    theme: str = "light",
    show: str = "values",
    digits: int = 2,
    highlight: Value | None = None,
    color: str | None = None,
    depth: int | None = None,
    around: Value | None = None,
    between: tuple[Value, Value] | None = None,
    collapse: str | None = None,
    expand: str | Iterable[str] = (),
    stage: Stage | None = None,
    title: str | None = None,
) -> Drawing:
    """The circuit behind a value as a picture.

    >>> import minigrad as mg
    >>> x = mg.Value(3.0, label="x")
    >>> y = x.sigmoid()
    >>> picture = mg.draw(y, expand=["sigmoid"], theme="dark", title="the logistic function")
    >>> picture.save("sigmoid.svg")  # doctest: +SKIP

    `style` is "circuit", the textbooks' (values above the wires, gradients below, `?` where none
    has been computed), or "graph", micrograd's. `theme` is "light", "dark" or "safe" (for readers
    who confuse red and green). `show="local"` adds the local gradients, `color="gradient"` colours
    wires by how big their gradient is, `highlight` makes one gate stand out, with what it does to
    the gradient written below. `depth`, `around` (a wire) and `between` (two wires) choose a part;
    `collapse` draws a network with one box for each "neuron" or "layer"; `expand` names gates to
    show as the simpler gates of their definition. `stage` shows another moment than the present.

    More than 300 gates of a network collapse by themselves, and the caption says so; more than
    2,000 are a ValueError that names what to draw instead.
    """
    _check_choices(style=style, show=show, color=color, collapse=collapse)
    _check_types(output, digits, expand, stage)
    whole = depth is None and around is None and between is None
    if whole and collapse is None and more_gates_than(output, MOST_GATES):
        raise ValueError(_too_many(f"more than {MOST_GATES:,}"))
    symbols: dict[Value, str] = {}
    if expand:
        output, stage, symbols, twins = expanded(output, expand, stage or present_stage(output))
        highlight, around, *ends = _twins_of(twins, highlight, around, *(between or ()))
        between = (ends[0], ends[1]) if len(ends) == 2 else between
    leaves, all_gates = leaves_and_gates(output)
    gates = selected_gates(output, all_gates, depth, around, between)
    if collapse is None and len(gates) > MOST_GATES:
        raise ValueError(_too_many(f"{len(gates):,}"))
    uses = uses_of(leaves + all_gates, gates, symbols)
    scene = Scene(
        output,
        gates,
        uses,
        stage or stage_of({output: None, **uses.shown}),
        theme_named(theme),
        digits,
        show_local=show == "local",
        heat=color == "gradient",
        symbols=symbols,
    )
    return _drawing(_with_marks(scene, highlight), style, collapse, title)


def _drawing(scene: Scene, style: str, collapse: str | None, title: str | None) -> Drawing:
    """The scene in its style, with what stands below it."""
    output, gates, digits = scene.output, scene.gates, scene.digits
    groups = groups_of(gates, scene.uses) if style == "circuit" else []
    boxes, note = _boxes(gates, groups, collapse)
    if boxes and (outside := gates_outside(gates, boxes)) > MOST_GATES:
        raise ValueError(_too_many(f"{outside:,} (outside of the units)"))
    scene = replace(scene, caption=_caption(scene, title, note))
    lines = _lines(scene, style, groups, boxes)
    shown: Sequence[Value] = [] if boxes else gates
    return Drawing(
        lines, lambda: as_tree(output, digits), len(gates), lambda: crossed_columns(shown)
    )


def _with_marks(scene: Scene, highlight: Value | None) -> Scene:
    """The scene with the gates that stand out."""
    birth = nonfinite_birth(scene.output, scene.stage)
    return replace(
        scene,
        active=scene.stage.active if highlight is None else _gate_in(scene.gates, highlight),
        idle=idle_gates(scene.gates, scene.stage),
        first_nonfinite=birth,
    )


def _caption(scene: Scene, title: str | None, note: str) -> list[str]:
    """The lines below the picture: title, chain rule, legends, notes."""
    if title == "":
        return []
    theme = scene.theme
    explanation = []
    if scene.active is not None:
        explanation = chain_rule_lines(scene.active, scene.stage, theme, scene.digits)
    legends = [legend_of_heat(theme)] if scene.heat else []
    legends += legend_of_marks(scene.idle, scene.first_nonfinite, theme)
    notes = [font(note, theme.faint, 11)] if note else []
    return [*title_lines(title, bool(explanation)), *explanation, *legends, *notes]


def _lines(scene: Scene, style: str, groups: Sequence[Group], boxes: Sequence[Box]) -> list[str]:
    if style == "graph":
        return graph_lines(scene)
    return collapsed_lines(scene, boxes) if boxes else circuit_lines(scene, groups)


def _boxes(
    gates: Sequence[Value], groups: Sequence[Group], collapse: str | None
) -> tuple[list[Box], str]:
    """The boxes to draw, if the units are to be collapsed, and what to say about that."""
    if collapse is not None and not groups:
        raise ValueError(
            f"collapse={collapse!r} draws the units of a network as boxes, and this picture has "
            "none: build the network with mg.nn, and use the circuit style"
        )
    if collapse is not None:
        return boxes_of(groups, collapse), ""
    if len(gates) <= COLLAPSE_FROM:
        return [], ""
    if not groups:
        return [], f"{len(gates):,} gates: depth or around shows a part"
    collapse = "neuron" if len(groups) <= MOST_BOXES else "layer"
    note = f'{len(gates):,} gates, drawn with collapse="{collapse}"; depth= and around= show gates'
    return boxes_of(groups, collapse), note


def _gate_in(gates: Sequence[Value], wire: Value) -> Value:
    if wire not in gates:
        raise ValueError(
            f"highlight={wire!r} is not the output of a gate in this picture: give the Value that "
            "the gate computes"
        )
    return wire


def _twins_of(twins: Mapping[Value, Value], *wires: Any) -> list[Any]:
    """The copies of wires of a circuit; what is no wire of it stays, for an error to name it."""
    return [twins.get(wire, wire) if isinstance(wire, Value) else wire for wire in wires]


_CHOICES: Final = {
    "style": ("circuit", "graph"),
    "show": ("values", "local"),
    "color": (None, "gradient"),
    "collapse": (None, "neuron", "layer"),
}


def _check_choices(**given: str | None) -> None:
    for name, choice in given.items():
        choices = _CHOICES[name]
        if choice not in choices:
            raise ValueError(f"{name}={choice!r}: choose {' or '.join(map(repr, choices))}")


def _check_types(output: Any, digits: Any, expand: Any, stage: Any) -> None:
    if not isinstance(output, Value):
        raise TypeError(f"draw() shows the circuit behind a Value, got {described(output)}")
    check_digits(digits)
    if not isinstance(expand, Iterable):
        raise TypeError(f"expand= takes names of gates, like ['sigmoid'], got {described(expand)}")
    check_stage(stage)


def _too_many(count: str) -> str:
    return f"{count} gates are too many for one picture (at most {MOST_GATES:,}): {DRAW_LESS}"
