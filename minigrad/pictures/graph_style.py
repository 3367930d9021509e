"""The picture that micrograd's users know: a record for each wire, an oval for each operation."""

from __future__ import annotations

from ..engine import Value
from ..text import printable, rounded
from .colours import gate_look, wire_colour
from .dot_source import CUT, dot_formula, dot_name, dot_text, font, header, number
from .scene import Scene
from .selection import Use


def graph_lines(scene: Scene) -> list[str]:
    """The lines of DOT, without the braces around them."""
    circuit, stage, shown = scene.circuit, scene.stage, scene.selection.shown
    gates, number = set(scene.gates), circuit.place
    wires = [wire for wire in circuit.wires if wire in shown or wire in circuit.outputs]
    nodes = [_record(scene, wire, wire in gates) for wire in wires]
    edges = []
    for wire in scene.gates:
        n = number[wire]
        nodes.append(_oval(scene, wire))
        edges.append(_edge(scene, f"g{n} -> w{n}", wire, stage.gradients.get(wire)))
        for place, source in enumerate(circuit.inputs(wire)):
            if source in shown:
                use = Use(wire, place)
                sent = None if source.is_constant else stage.contributions.get(use)
                ends = f"w{number[source]} -> g{n}"
                edges.append(_edge(scene, ends, source, sent, scene.local_gradient(use)))
    return [*header(scene.theme, scene.caption, nodesep=0.2, ranksep=0.3), *nodes, *edges]


def _edge(
    scene: Scene,
    ends: str,
    wire: Value,
    gradient: float | None,
    local_gradient: float | None = None,
) -> str:
    """An edge, coloured as its wire, or by the gradient that comes back along it."""
    more = []
    if (heat := scene.heat(wire, gradient)) is not None:
        more += [f'color="{wire_colour(scene, heat)}"', "penwidth=2.5"]
    if local_gradient is not None:
        text = rounded(local_gradient, scene.digits)
        more += [f'label="{text}"', f'fontcolor="{scene.theme.local}"']
    return f"{ends} [{', '.join(more)}]" if more else ends


def _record(scene: Scene, wire: Value, has_its_gate: bool) -> str:
    """A wire: its name, its data, its gradient, side by side."""
    theme, digits, n = scene.theme, scene.digits, scene.circuit.place[wire]
    stage = scene.stage
    value, gradient = stage.values.get(wire), stage.gradients.get(wire)
    name = dot_name(scene.label(wire)) if wire.label else ""
    cells = [name] if name else []
    if not wire.is_leaf and not has_its_gate:
        cells.insert(0, font(CUT, theme.faint))
    if wire.is_constant and value is not None:
        cells.append(font(rounded(value, digits), theme.faint))
    else:
        cells.append(f"data {number(value, theme.value, theme, digits, size=0)}")
        if stage.tangents is not None:
            tangent = stage.tangents.get(wire)
            cells.append(f"tangent {number(tangent, theme.tangent, theme, digits, size=0)}")
        if scene.operations:
            cells.append(font(f"used {scene.uses(wire) or '0×'}", theme.local))
        elif formula := scene.formula_below(wire):
            text = dot_formula(scene.gradient_text(formula, gradient))
            cells.append(f"grad {font(text, theme.gradient)}")
        elif scene.shows_gradients:
            cells.append(f"grad {number(gradient, theme.gradient, theme, digits, size=0)}")
    heat = scene.heat(wire, gradient)
    line = wire_colour(scene, heat, active=wire is scene.active)
    border = 1 if heat is None else 2
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'w{n} [id="wire-{n}", class="wire", shape=plain, label=<<table border="0" '
        f'cellborder="{border}" cellspacing="0" cellpadding="4" color="{line}">'
        f"<tr>{row}</tr></table>>]"
    )


def _oval(scene: Scene, wire: Value) -> str:
    n, look = scene.circuit.place[wire], gate_look(scene, wire)
    more = f", peripheries={look.peripheries}" if look.peripheries > 1 else ""
    thickness = 2.6 if wire is scene.active else 1.4
    symbol = dot_text(printable(scene.symbol(wire)))
    return (
        f'g{n} [id="gate-{n}", class="gate", label="{symbol}", shape=ellipse, '
        f'style="{look.style}", fillcolor="{look.fill}", color="{look.line}", '
        f"penwidth={thickness}{more}]"
    )
