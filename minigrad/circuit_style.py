"""The picture of the textbooks: round gates, values above the wires, gradients below.

A wire is a node, a small table with its value over its gradient: the line between the two is the
wire. A wire with several uses ends in a dot, and each branch behind the dot carries its own
contribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .dot_source import (
    constant_text,
    font,
    gate_shape,
    header,
    name_cell,
    number,
    side_cell,
    wire_table,
)
from .engine import Value
from .notation import rounded
from .scene import Scene, Use
from .structure import Group, outer_sources

CUT: Final = "⋯"  # the picture leaves out what is there


def circuit_lines(scene: Scene, groups: Sequence[Group] = ()) -> list[str]:
    """The lines of DOT, without the braces around them."""
    return _Writer(scene, groups).lines()


class _Writer:
    def __init__(self, scene: Scene, groups: Sequence[Group]) -> None:
        self.scene, self.theme, self.stage = scene, scene.theme, scene.stage
        self.number = scene.uses.number
        self.width = 40 + 7 * max(0, scene.digits - 2)
        self.gates = set(scene.gates)
        self.groups = groups
        self.group_of = {wire: group for group in groups for wire in group.members}
        self.nodes: dict[Group | None, list[str]] = {group: [] for group in (None, *groups)}
        self.edges: list[str] = []
        self.entries: dict[tuple[int, int], str] = {}  # the edges into gates, by gate and place

    def lines(self) -> list[str]:
        drawn = set(self.gates)
        if not self.gates:
            self.wire(self.scene.output)
        for gate in self.scene.gates:
            for source in gate.inputs:
                if source not in drawn:  # a leaf, or the wire out of a gate left out
                    drawn.add(source)
                    self.wire(source)
            self.gate(gate)
            self.wire(gate)
        frames = [line for group in self.groups for line in self.frame(group)]
        ordering = {"newrank": "true"} if self.groups else {"ordering": "in"}
        graph = header(self.scene, nodesep=0.14, ranksep=0.16, **ordering)
        # by gate and place: with ordering=in a gate's first input comes uppermost
        entries = [self.entries[use] for use in sorted(self.entries)]
        return [*graph, *frames, *self.nodes[None], *self.edges, *entries, *self.guides()]

    def frame(self, group: Group) -> list[str]:
        """The frame around a unit, with all that stands in it."""
        theme, (layer, j) = self.theme, group.unit
        title = font(f"<i>layer {layer} · neuron {j}</i>", theme.faint, 12)
        return [
            f'subgraph "cluster_{self.number[group.output]}" {{',
            f"label=<{title}>; labelloc=t; labeljust=l; margin=8; penwidth=1.2",
            f'style="rounded,filled"; fillcolor="{theme.cluster}"; color="{theme.cluster_line}"',
            *self.nodes[group],
            "}",
        ]

    def guides(self) -> list[str]:
        """Invisible edges: layers stand from left to right, the units of a layer in order."""
        number, lines = self.number, []
        columns: dict[int, list[tuple[tuple[int, int], int, str]]] = {}
        for group in self.groups:
            sources = outer_sources(group)
            if any(
                source in self.group_of and self.layer(source) >= group.layer for source in sources
            ):
                return []  # a recurrent network: its layers are not columns
            before = next((source for source in sources if source in self.group_of), None)
            for leaf in group.members:
                if leaf.is_leaf and before is not None:
                    lines.append(
                        f"w{number[before]}:e -> w{number[leaf]}:w [style=invis, weight=0]"
                    )
            for source in sources:
                for use in self.branches(source):
                    if self.group_of.get(use.gate) is group:
                        place = (group.unit, number[source], self.branch_name(source, use))
                        columns.setdefault(group.layer, []).append(place)
        shared = [
            f"w{number[wire]}"
            for wire in self.scene.uses.shown
            if wire.is_leaf and wire not in self.group_of and self.branches(wire)
        ]
        chains = [shared, *([name for *_, name in sorted(column)] for column in columns.values())]
        return lines + [
            f"{{rank=same; {' -> '.join(chain)} [style=invis]}}"
            for chain in chains
            if len(chain) > 1
        ]

    # --- gates ---

    def gate(self, wire: Value) -> None:
        theme, n = self.theme, self.number[wire]
        fill, line, thickness, style = theme.gate, theme.line, "1.4", "filled"
        edge = ""
        if wire in self.stage.done:
            fill = theme.done
        if wire in self.scene.marks:
            line, thickness, style = theme.warning, "2.2", "filled,dashed"
        if wire is self.scene.active:
            fill, line, thickness = theme.active, theme.active_line, "2.6"
            edge = f', color="{line}", penwidth=2'
        self.nodes[self.group_of.get(wire)].append(
            f'g{n} [id="gate-{n}", class="gate", {gate_shape(self.scene.symbol(wire), style)}, '
            f'fillcolor="{fill}", color="{line}", penwidth={thickness}]'
        )
        self.edges.append(f"g{n} -> w{n}:w [arrowhead=none, weight=8{edge}]")

    # --- wires ---

    def wire(self, wire: Value) -> None:
        """A wire's node, and the edges to where it goes."""
        n, uses = self.number[wire], self.scene.uses.shown.get(wire, [])
        branches = self.branches(wire)
        use = uses[0] if len(uses) == 1 and not branches else None
        nodes = self.nodes[self.group_of.get(wire)]
        nodes.append(
            f'w{n} [id="wire-{n}", class="wire", shape=plain, label=<{self.table(wire, use)}>]'
        )
        if not branches:
            for use in uses:
                self.edge(f"w{n}:e", wire, use, "branch")
            return
        nodes.append(
            f'j{n} [class="junction", shape=point, width=0.07, fillcolor="{self.theme.line}", '
            'label=""]'
        )
        self.edges.append(f"w{n}:e -> j{n} [arrowhead=none, weight=8]")
        for use in branches:
            self.branch(wire, use)
        if hidden := self.scene.uses.hidden.get(wire, 0):
            more = font(f"{CUT} {hidden} more", self.theme.faint, 10)
            nodes.append(f"h{n} [shape=plain, label=<{more}>]")
            self.edges.append(f"j{n} -> h{n}:w [arrowhead=none, style=dotted]")

    def branches(self, wire: Value) -> list[Use]:
        """The uses of a wire that has several: each becomes a branch behind a dot."""
        uses = self.scene.uses.shown.get(wire, [])
        fans_out = len(uses) + (wire in self.scene.uses.hidden) > 1 and not wire.is_constant
        return uses if fans_out else []

    def branch_name(self, wire: Value, use: Use) -> str:
        return f"b{self.number[wire]}_{self.number[use.gate]}_{use.place}"

    def table(self, wire: Value, use: Use | None) -> str:
        """A wire's numbers and its name; `use` is its only one, if it has only one."""
        theme, digits = self.theme, self.scene.digits
        value = self.stage.values.get(wire)
        if wire.is_constant and value is not None:
            return font(constant_text(value, digits), theme.faint, 10)
        upper = number(value, theme.value, theme, digits, bold=self.bold_value(wire))
        gradient, bold = self.stage.gradients.get(wire), self.bold_gradient(wire, use)
        lower = number(gradient, theme.gradient, theme, digits, bold=bold)
        name = name_cell(wire.label) if wire.label else ""
        before, after = (name, "") if wire.is_leaf else ("", name)
        if not wire.is_leaf and wire not in self.gates:
            before = side_cell(font(CUT, theme.faint), 14)
        active = self.is_active(use) or wire is self.scene.active
        line = theme.active_line if active else theme.line
        return wire_table(before, upper, lower, after + self.local_cell(use), line, self.width)

    def branch(self, wire: Value, use: Use) -> None:
        """One of the branches behind the dot, with its own contribution."""
        theme, digits, n = self.theme, self.scene.digits, self.number[wire]
        name = self.branch_name(wire, use)
        ident = f"branch-{n}-{self.number[use.gate]}-{use.place}"
        active = self.is_active(use)
        line = theme.active_line if active else theme.line
        upper = number(self.stage.values.get(wire), theme.faint, theme, digits, size=10)
        contribution = self.stage.contributions.get((use.gate, use.place))
        lower = number(contribution, theme.gradient, theme, digits, bold=active)
        table = wire_table("", upper, lower, self.local_cell(use), line, self.width)
        self.nodes[None].append(  # between the units, even if the wire comes out of one
            f'{name} [id="{ident}", class="wire branch", shape=plain, label=<{table}>]'
        )
        self.edges.append(f"j{n} -> {name}:w [arrowhead=none]")
        self.edge(f"{name}:e", wire, use, "")

    def edge(self, tail: str, wire: Value, use: Use, kind: str) -> None:
        n, gate = self.number[wire], self.number[use.gate]
        colour = f', color="{self.theme.active_line}", penwidth=2' if self.is_active(use) else ""
        kind = f', class="{kind}"' if kind else ""
        self.entries[gate, use.place] = (
            f'{tail} -> g{gate} [id="edge-{n}-{gate}-{use.place}"{kind}, weight=2{colour}]'
        )

    def layer(self, wire: Value) -> int:
        return self.group_of[wire].layer

    # --- what stands out ---

    def is_active(self, use: Use | None) -> bool:
        return use is not None and use.gate is self.scene.active

    def bold_gradient(self, wire: Value, use: Use | None) -> bool:
        """The gradient that the active gate receives, and those that it sends."""
        active = self.scene.active
        if active is None or (active, 0) not in self.stage.contributions:
            return False
        return wire is active or self.is_active(use)

    def bold_value(self, wire: Value) -> bool:
        active = self.scene.active
        return wire is active and (active, 0) not in self.stage.contributions

    def local_cell(self, use: Use | None) -> str:
        """The local gradient towards a wire, in a pill on the wire just before the gate."""
        if not self.scene.show_local or use is None or use.gate not in self.stage.values:
            return ""
        local = use.gate.local_gradients[use.place : use.place + 1]
        if not local:  # a gate made by hand
            return ""
        text = font(rounded(local[0], self.scene.digits), self.theme.local, 10)
        pill = '<table border="1" style="rounded" cellborder="0" cellspacing="0" cellpadding="2">'
        return f'<td rowspan="2" cellpadding="2">{pill}<tr><td>{text}</td></tr></table></td>'
