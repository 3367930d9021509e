"""Circuits as pictures.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> f = (w * x).tanh()
>>> f.backward()
>>> picture = mg.draw(f)
>>> picture.svg[:4], picture.source[:15]
('<svg', 'digraph circuit')

In a notebook a drawing shows itself; `picture.save("f.svg")` writes a file. More than 300 gates of
a network collapse by themselves, and the caption says so; more than 2,000 are a ValueError that
names what to draw instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ..engine import Circuit, Stage, Value, check_stage, circuit_at, present_stage
from ..nn import Module
from ..rules import described
from ..text import DIGITS, check_digits, check_notation, tree_of
from .circuit_style import CircuitWriter
from .collapsed_style import CollapsedWriter
from .drawing import Drawing
from .drawn_outputs import outputs_of
from .expansion import expand as expanded
from .graph_style import graph_lines
from .layout import DRAW_LESS
from .scene import FORMULAS, Scene
from .selection import more_gates_than, selected
from .themes import theme_named
from .units import Box, BoxedCircuit, Group, boxed, boxes_of, groups_of

MOST_GATES: Final = 2000  # more than that no one can read
COLLAPSE_FROM: Final = 300  # with more, units are drawn as boxes without being asked
MOST_BOXES: Final = 75  # with more, layers are
LOSSES: Final = "losses"  # what `expand` calls them
BOXES: Final = ("neuron", "layer")  # what `collapse` makes a box of


def draw(
    output: Value | Sequence[Value] | Module,
    *,
    style: str = "circuit",
    theme: str = "light",
    show: str = "values",
    digits: int = DIGITS,
    highlight: Value | None = None,
    color: str | None = None,
    depth: int | None = None,
    around: Value | None = None,
    between: tuple[Value, Value] | None = None,
    collapse: str | None = None,
    expand: str | Iterable[str] = (),
    stage: Stage | None = None,
    title: str | None = None,
    notation: str = "l",
) -> Drawing:
    """The circuit behind a value, several values or a network (on inputs of 1) as a picture.

    >>> import minigrad as mg
    >>> x = mg.Value(3.0, label="x")
    >>> mg.draw(x.sigmoid(), expand=["sigmoid"], theme="dark", title="logistic")
    <Drawing of 4 gates: .svg .png .pdf .dot .save(path)>

    `style` is "circuit", the textbooks' (values above the wires, gradients below, `?` where none
    has been computed), or "graph", micrograd's; `theme` is "light", "dark" or "safe" (for readers
    who confuse red and green). `show="local"` adds the local gradients, `show="operations"` says
    how often each wire is used and counts multiplications, `show="delta"` writes the gradients of a
    network as formulas in δ = dC/dz (`δ₁·a₂`), `show="both"` with their numbers. `color="gradient"`
    colours wires by how big their gradient is, `color="rounding"` by how much the rounding of their
    gate moves the output, and marks gates where digits cancel. `highlight` makes one gate stand
    out, with what it does to the gradient written below. `depth`, `around` (a wire) and `between`
    (two wires) choose a part; `collapse` draws a network with one box for each "neuron" or "layer",
    and with "dot" each dot product as one gate, else shown as its × gates and their Σ; `expand`
    names gates to show in simpler gates; "losses" shows cross entropies as they are computed.
    `stage` shows another moment, like `stepper.stage`. `notation="[l]"` writes layers in brackets.
    """
    _check(digits, expand, stage, notation, style=style, show=show, color=color, collapse=collapse)
    output, *others = _checked_outputs(output, collapse, depth, around, between)
    names, textbook = _gates_to_expand(expand, show, color)
    as_gates = ("dot",) if collapse == "dot" else ()
    circuit, stage = circuit_at(output, stage, as_gates, others, textbook)
    symbols: Mapping[Value, str] = {}
    if names:
        circuit, stage, symbols, twins = expanded(circuit, names, stage or present_stage(circuit))
        highlight, around, between = _twins_of(twins, highlight, around, between)
    part = selected(circuit, depth, around, between, symbols)
    now = stage or present_stage(circuit, {*circuit.outputs, *part.shown})
    scene = Scene(
        *(part, now, theme_named(theme)),
        digits,
        show=show,
        color=color,
        symbols=symbols,
        highlight=highlight,
        title=title,
        notation=notation,
    )
    return _drawing(scene, style, collapse, stage)


def _gates_to_expand(
    expand: str | Iterable[str], show: str, color: str | None
) -> tuple[list[str], bool]:
    """The names of gates, and whether losses are shown as text books write them."""
    given = [expand] if isinstance(expand, str) else list(expand)
    names = [name for name in given if name != LOSSES]
    # what is counted and rounded is what is computed
    return names, names == given and show != "operations" and color != "rounding"


def _checked_outputs(given: Any, collapse: str | None, *parts: object) -> list[Value]:
    outputs = outputs_of(given)
    whole = all(part is None for part in parts)
    if whole and collapse not in BOXES and more_gates_than(outputs, MOST_GATES):
        raise ValueError(_too_many(f"more than {MOST_GATES:,}"))
    return outputs


def _twins_of(twins: Mapping[Value, Value], *things: Any) -> tuple[Any, ...]:
    """The twins of wires and of pairs of wires; what is no wire stays, for an error to name it."""
    return tuple(
        _twins_of(twins, *thing)
        if isinstance(thing, tuple)
        else twins.get(thing, thing)
        if isinstance(thing, Value)
        else thing
        for thing in things
    )


def _check_scene(scene: Scene) -> None:
    """Refuse what this circuit has not to show."""
    if scene.highlight is not None and scene.highlight not in scene.gates:
        raise ValueError(
            f"highlight={scene.highlight!r} is not the output of a gate in this picture: give the "
            "Value that the gate computes"
        )
    if scene.show in FORMULAS and len(scene.circuit.outputs) > 1:
        raise ValueError(
            f"show={scene.show!r} writes gradients of one cost, and this picture has "
            f"{len(scene.circuit.outputs)} outputs: draw one of them, or a loss"
        )
    if scene.color == "rounding" and len(scene.circuit.outputs) > 1:
        raise ValueError(
            'color="rounding" shows what rounding does to one output, and this picture has '
            f"{len(scene.circuit.outputs)}: draw one of them, or their sum"
        )
    if scene.show in FORMULAS and not scene.deltas:
        raise ValueError(
            f"show={scene.show!r} writes gradients as formulas in δ = dC/dz, and this circuit has "
            "no pre-activation z: build it with mg.nn, or label the wires before the activations "
            'like z.label = "z_1"'
        )


def draw_circuit(
    circuit: Circuit,
    stage: Stage,
    theme: str,
    digits: int,
    show: str,
    notation: str,
) -> Drawing:
    """A whole circuit at one moment, without a title: what a stepper shows of the one it has."""
    return _drawing(_whole(circuit, stage, theme, digits, show, notation))


def _whole(
    circuit: Circuit, stage: Stage, theme: str, digits: int, show: str, notation: str
) -> Scene:
    looks = theme_named(theme)
    return Scene(selected(circuit), stage, looks, digits, show=show, title="", notation=notation)


def drawn_downwards(
    circuit: Circuit,
    stage: Stage,
    digits: int,
    show: str,
    notation: str,
) -> Drawing | None:
    """The light picture of `draw_circuit`, leading down and not to the right, for a narrow page.

    None where there are units, whose layers would be as wide.
    """
    scene = _whole(circuit, stage, "light", digits, show, notation)
    if groups_of(scene.selection):
        return None
    lines = CircuitWriter(scene, rankdir="TB").lines()
    return Drawing(lines, lambda: "", len(scene.gates), scene.selection.crossed_columns)


def drawn_as_boxes(circuit: Circuit) -> BoxedCircuit:
    """The boxes with which `draw_circuit` draws a whole circuit: none where it draws gates.

    In the picture a box has the id `unit-` with its `ident`, what it reads `read-` with its place
    among the reads, and the label on that `weight-` with the same.
    """
    selection = selected(circuit)
    boxes, _ = _boxes(selection.gates, groups_of(selection), None)
    return boxed(boxes, selection)


def _drawing(
    scene: Scene, style: str = "circuit", collapse: str | None = None, stage: Stage | None = None
) -> Drawing:
    """The scene in its style, if it is not too much to look at."""
    circuit, gates, digits = scene.circuit, scene.gates, scene.digits
    _check_scene(scene)
    if collapse not in BOXES and len(gates) > MOST_GATES:
        raise ValueError(_too_many(f"{len(gates):,}"))
    groups = groups_of(scene.selection) if style == "circuit" else []
    boxes, scene.note = _boxes(gates, groups, collapse)
    inside = {wire for box in boxes for group in box.groups for wire in group.members}
    outside = sum(wire not in inside for wire in gates)  # a loss over many examples has many
    if boxes and outside > MOST_GATES:
        raise ValueError(_too_many(f"{outside:,} (outside of the units)"))
    if style == "graph":
        lines = graph_lines(scene)
    else:
        lines = (CollapsedWriter(scene, boxes) if boxes else CircuitWriter(scene, groups)).lines()
    return Drawing(
        lines,
        lambda: tree_of(circuit, digits, stage=stage, notation=scene.notation),
        len(gates),
        lambda: 0 if boxes else scene.selection.crossed_columns(),
    )


def _boxes(
    gates: Sequence[Value], groups: Sequence[Group], collapse: str | None
) -> tuple[list[Box], str]:
    """The boxes to draw, if the units are to be collapsed, and what to say about that."""
    if collapse in BOXES and not groups:
        raise ValueError(
            f"collapse={collapse!r} draws the units of a network as boxes, and this picture has "
            "none: build the network with mg.nn, and use the circuit style"
        )
    if collapse in BOXES:
        return boxes_of(groups, collapse), ""
    if len(gates) <= COLLAPSE_FROM:
        return [], ""
    if not groups or collapse == "dot":
        return [], f"{len(gates):,} gates: depth or around shows a part"
    collapse = "neuron" if len(groups) <= MOST_BOXES else "layer"
    note = f'{len(gates):,} gates, drawn with collapse="{collapse}"; depth= and around= show gates'
    return boxes_of(groups, collapse), note


_CHOICES: Final = {
    "style": ("circuit", "graph"),
    "show": ("values", "local", "operations", "delta", "both"),
    "color": (None, "gradient", "rounding"),
    "collapse": (None, *BOXES, "dot"),
}


def _check(digits: Any, expand: Any, stage: Any, notation: Any, **given: str | None) -> None:
    for name, choice in given.items():
        choices = _CHOICES[name]
        if choice not in choices:
            raise ValueError(f"{name}={choice!r}: choose {' or '.join(map(repr, choices))}")
    check_digits(digits)
    check_notation(notation)
    if not isinstance(expand, Iterable):
        raise TypeError(f"expand= takes names of gates, like ['sigmoid'], got {described(expand)}")
    check_stage(stage)


def _too_many(count: str) -> str:
    return f"{count} gates are too many for one picture (at most {MOST_GATES:,}): {DRAW_LESS}"
