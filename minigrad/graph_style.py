"""The picture that micrograd's users know: a record for each wire, an oval for each operation."""

from __future__ import annotations

from .dot_source import constant_text, dot_name, dot_text, font, header, number
from .engine import Value
from .notation import printable
from .scene import Scene

CUT = "⋯"


def graph_lines(scene: Scene) -> list[str]:
    """The lines of DOT, without the braces around them."""
    gates, shown = set(scene.gates), scene.uses.shown
    wires = [wire for wire in scene.uses.number if wire in shown or wire is scene.output]
    nodes = [_record(scene, wire, wire in gates) for wire in wires]
    edges = []
    for wire in scene.gates:
        n = scene.uses.number[wire]
        nodes.append(_oval(scene, wire))
        edges.append(f"g{n} -> w{n}")
        edges += [
            f"w{scene.uses.number[source]} -> g{n}" for source in wire.inputs if source in shown
        ]
    return [*header(scene, nodesep=0.2, ranksep=0.3), *nodes, *edges]


def _record(scene: Scene, wire: Value, has_its_gate: bool) -> str:
    """A wire: its name, its data, its gradient, side by side."""
    theme, digits, n = scene.theme, scene.digits, scene.uses.number[wire]
    value, gradient = scene.stage.values.get(wire), scene.stage.gradients.get(wire)
    name = dot_name(wire.label) if wire.label else ""
    cells = [name] if name else []
    if not wire.is_leaf and not has_its_gate:
        cells.insert(0, font(CUT, theme.faint))
    if wire.is_constant and value is not None:
        cells.append(font(constant_text(value, digits), theme.faint))
    else:
        cells.append(f"data {number(value, theme.value, theme, digits, size=0)}")
        cells.append(f"grad {number(gradient, theme.gradient, theme, digits, size=0)}")
    active = wire is scene.active
    line = theme.active_line if active else theme.line
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'w{n} [id="wire-{n}", class="wire", shape=plain, label=<<table border="0" '
        f'cellborder="1" cellspacing="0" cellpadding="4" color="{line}"><tr>{row}</tr></table>>]'
    )


def _oval(scene: Scene, wire: Value) -> str:
    theme, n = scene.theme, scene.uses.number[wire]
    fill = theme.done if wire in scene.stage.done else theme.gate
    line, thickness, more = theme.line, 1.4, ""
    if wire in scene.idle:
        line, more = theme.warning, ",dashed"
    if wire is scene.first_nonfinite_wire:
        line, thickness = theme.warning, 3
    if wire is scene.active:
        fill, line, thickness = theme.active, theme.active_line, 2.6
    symbol = dot_text(printable(scene.symbol(wire)))
    return (
        f'g{n} [id="gate-{n}", class="gate", label="{symbol}", shape=ellipse, '
        f'style="filled{more}", fillcolor="{fill}", color="{line}", penwidth={thickness}]'
    )
