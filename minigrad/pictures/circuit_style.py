"""The picture of the textbooks: round gates, values above the wires, gradients below.

A wire is a node, a small table with its value over its gradient: the line between the two is the
wire. A wire with several uses ends in a dot, and each branch behind the dot carries its own
contribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ..engine import Value
from ..text import has_layer, rounded
from .colours import gate_look, wire_colour
from .dot_source import (
    CUT,
    Cells,
    dot_formula,
    font,
    gate_shape,
    header,
    name_above,
    name_cell,
    number,
    side_cell,
    wire_table,
)
from .scene import FORMULAS, Scene
from .selection import Use
from .units import Group, outer_sources

# the four equations of backpropagation
EQUATIONS: Final = (
    "δ = dC/dz of a unit: in the last layer δⱼ = dC/daⱼ · σ′(zⱼ), before it "
    "δⱼ = Σₖ δₖ·wₖⱼ · σ′(zⱼ)",
    "dC/dbⱼ = δⱼ and dC/dwⱼₖ = δⱼ·aₖ",
)


def is_plain_number(wire: Value) -> bool:
    """Whether the wire is a constant without a name: drawn small, without a gradient."""
    return wire.is_constant and not wire.label


class Ports(NamedTuple):
    """Where an edge leads to a wire's table, from there, and from a number that stands alone."""

    to: str
    out: str
    plain: str


# by Graphviz's rankdir: pictures lead to the right, and down
PORTS: Final = {"LR": Ports(":w", ":e", ":e"), "TB": Ports(":top:n", ":foot:s", ":s")}
RANKSEP: Final = {"LR": 0.16, "TB": 0.1}


class CircuitWriter:
    """Writes nodes and edges as it meets wires and gates, in topological order."""

    def __init__(self, scene: Scene, groups: Sequence[Group] = (), rankdir: str = "LR") -> None:
        self.rankdir, self.ports = rankdir, PORTS[rankdir]
        self.scene, self.theme, self.stage = scene, scene.theme, scene.stage
        self.number, self.inputs = scene.circuit.place, scene.circuit.inputs
        self.active, self.birth = scene.active, scene.nonfinite_wire
        self.goes_back = (scene.active, 0) in scene.stage.contributions  # the gate at work does
        self.width = 40 + 7 * max(0, scene.digits - 2)
        self.gates = set(scene.gates)
        self.groups = groups
        self.group_of = {wire: group for group in groups for wire in group.members}
        self.nodes: dict[Group | None, list[str]] = {group: [] for group in (None, *groups)}
        self.edges: list[str] = []
        self.entries: dict[tuple[int, int], str] = {}  # the edges into gates, by gate and place

    def lines(self) -> list[str]:
        """All lines of the picture."""
        drawn = set(self.gates)
        for gate in self.scene.gates:
            for source in self.inputs(gate):
                if source not in drawn and source in self.scene.selection.shown:
                    drawn.add(source)
                    self.wire(source)  # a leaf, or the wire out of a gate left out
            self.gate(gate)
            self.wire(gate)
        for output in self.scene.circuit.outputs:
            if output.is_leaf and output not in drawn:
                self.wire(output)
        frames = [line for group in self.groups for line in self.frame(group)]
        ordering = {"newrank": "true"} if self.groups else {"ordering": "in"}
        graph = self.header(nodesep=0.14, ranksep=RANKSEP[self.rankdir], **ordering)
        # by gate and place: with ordering=in a gate's first input comes uppermost
        entries = [self.entries[use] for use in sorted(self.entries)]
        return [*graph, *frames, *self.nodes[None], *self.edges, *entries, *self.guides()]

    def header(self, **graph: object) -> list[str]:
        """The lines that begin the picture."""
        legends = self.legends() if self.scene.title != "" else []
        small = [font(line, self.theme.faint, 11) for line in legends]
        return header(self.theme, [*self.scene.caption, *small], self.rankdir, **graph)

    def legends(self) -> list[str]:
        """What the marks of this style mean, each mark only where it is to be seen."""
        dashed = any(wire.is_constant and wire.label for wire in self.scene.selection.shown)
        lines = ["–&#160;: a constant, which gets no gradient"] if dashed else []
        if self.stage.tangents is not None:
            lines.append(f"slanted, beside the value: the tangent, {self.scene.tangents_by}")
        if self.scene.notation == "l" and any(map(has_layer, self.scene.selection.shown)):
            lines.append("an upper index is the layer: a₁² is in layer 2, and no square")
        if told := self.scene.names.about_runs:
            # the name first: a raised [1] stands where Graphviz thinks that the text before it ends
            told = dot_formula(told)
            lines.append(f"{told}: a number in brackets above tells wires of one label apart")
        return [*lines, *EQUATIONS] if self.scene.show in FORMULAS else lines

    def frame(self, group: Group) -> list[str]:
        """The frame around a unit, with all that stands in it.

        Its title is a node: wires make way for nodes, and would cross a frame's own label.
        """
        theme, (layer, j), n = self.theme, group.unit, self.number[group.output]
        run = f" · run {group.run}" if group.run else ""
        title = font(f"<i>layer {layer} · neuron {j}{run}</i>", theme.faint, 11)
        return [
            f'subgraph "cluster_{n}" {{',
            'label=""; margin=8; penwidth=1.2; style="rounded,filled"',
            f'fillcolor="{theme.cluster}"; color="{theme.cluster_line}"',
            f't{n} [class="title", shape=plain, label=<{title}>]',
            *self.nodes[group],
            "}",
        ]

    def first_column(self, group: Group) -> list[str]:
        """The nodes that stand on the left of a unit, from the top: its title, w₁, x₁, w₂, x₂, …

        These are the inputs of the gates that read no other gate of the unit.
        """
        own, column = set(group.members), [f"t{self.number[group.output]}"]
        for gate in (wire for wire in group.members if not wire.is_leaf):
            sources = self.inputs(gate)
            if any(source in own and not source.is_leaf for source in sources):
                continue
            for place, source in enumerate(sources):
                use = Use(gate, place)
                if source in own:
                    column.append(f"w{self.number[source]}")
                elif use in self.branches(source):
                    column.append(self.branch_name(source, use))
                elif use in self.uses(source):
                    column.append(self.door_name(source, use))
        return list(dict.fromkeys(column))

    def guides(self) -> list[str]:
        """Invisible edges: what each layer begins with stands from top to bottom, in order.

        Graphviz reads edges within a rank from top to bottom, but within a cluster from bottom to
        top, as its clusters do not know of rankdir=LR.
        """
        layers: dict[int, list[list[str]]] = {}
        inputs: list[str] = []
        for group in self.groups:
            sources = outer_sources(group, self.scene.selection)
            grouped = [source for source in sources if source in self.group_of]
            if any(self.layer(source) >= group.layer for source in grouped):
                return []  # a recurrent network: its layers are not columns
            layers.setdefault(group.layer, []).append(self.first_column(group))
            if len(layers) == 1:
                inputs += [f"w{self.number[source]}" for source in sources if source.is_leaf]
        lines = [same_rank([list(dict.fromkeys(inputs))])]
        for columns in layers.values():
            upwards = [column[::-1] for column in columns]
            lines.append(same_rank([*upwards, [column[0] for column in columns]]))
        return [line for line in lines if line]

    # --- gates ---

    def gate(self, wire: Value) -> None:
        n, look = self.number[wire], gate_look(self.scene, wire)
        shape = gate_shape(self.scene.symbol(wire), look.style)
        more = f", peripheries={look.peripheries}" if look.peripheries > 1 else ""
        edge = self.edge_colour(wire, self.stage.gradients.get(wire), wire is self.active)
        self.nodes[self.group_of.get(wire)].append(
            f'g{n} [id="gate-{n}", class="gate", {shape}, '
            f'fillcolor="{look.fill}", color="{look.line}", penwidth={look.thickness}{more}]'
        )
        self.edges.append(f"g{n} -> w{n}{self.ports.to} [arrowhead=none, weight=8{edge}]")

    # --- wires ---

    def wire(self, wire: Value) -> None:
        """A wire's node, and the edges to where it goes."""
        n, uses = self.number[wire], self.uses(wire)
        fans_out = self.fans_out(wire, uses)
        use = uses[0] if len(uses) == 1 and not fans_out else None
        self.nodes[self.group_of.get(wire)].append(
            f'w{n} [id="wire-{n}", class="wire", shape=plain, label=<{self.table(wire, use)}>]'
        )
        if fans_out:
            self.junction(wire, uses)
            return
        for use in uses:
            out = self.ports.plain if self.is_plain(wire) else self.ports.out
            self.edge(f"w{n}{out}", wire, use, "branch")

    def junction(self, wire: Value, uses: Sequence[Use]) -> None:
        """The dot where a wire ends that has several uses, and the branches behind it."""
        n, group = self.number[wire], self.group_of.get(wire)
        if all(self.group_of.get(use.gate) is not group for use in uses):
            group = None  # the wire leaves the unit before it branches
        nodes = self.nodes[group]
        nodes.append(
            f'j{n} [class="junction", shape=point, width=0.07, fillcolor="{self.theme.line}", '
            'label=""]'
        )
        colour = self.edge_colour(wire, self.stage.gradients.get(wire), False)
        self.edges.append(f"w{n}{self.ports.out} -> j{n} [arrowhead=none, weight=8{colour}]")
        value, faint = self.stage.values.get(wire), self.theme.faint
        upper = number(value, faint, self.theme, self.scene.digits, size=10)
        for use in uses:
            self.branch(wire, use, upper)
        if hidden := self.scene.selection.hidden.get(wire, 0):
            more = font(f"{CUT} {hidden} more", faint, 10)
            nodes.append(f"h{n} [shape=plain, label=<{more}>]")
            self.edges.append(f"j{n} -> h{n}:w [arrowhead=none, style=dotted]")

    def is_plain(self, wire: Value) -> bool:
        """Whether a number stands there alone, without a line."""
        return self.stage.values.get(wire) is not None and is_plain_number(wire)

    def uses(self, wire: Value) -> list[Use]:
        """The uses of a wire that are drawn."""
        return self.scene.selection.shown.get(wire, [])

    def fans_out(self, wire: Value, uses: Sequence[Use]) -> bool:
        """Whether a wire has several uses: each becomes a branch behind a dot."""
        several = len(uses) + (wire in self.scene.selection.hidden) > 1
        return several and not is_plain_number(wire)

    def goes_on(self, wire: Value) -> bool:
        """Whether the wire leads to more of the picture, or to what it leaves out."""
        return bool(self.uses(wire)) or wire in self.scene.selection.hidden

    def branches(self, wire: Value) -> list[Use]:
        """The uses of a wire that has several."""
        uses = self.uses(wire)
        return uses if self.fans_out(wire, uses) else []

    def branch_name(self, wire: Value, use: Use) -> str:
        return f"b{self.number[wire]}_{self.number[use.gate]}_{use.place}"

    def table(self, wire: Value, use: Use | None) -> str:
        """A wire's numbers and its name; `use` is its only one, if it has only one."""
        theme, digits = self.theme, self.scene.digits
        value, gradient = self.stage.values.get(wire), self.stage.gradients.get(wire)
        if value is not None and self.is_plain(wire):
            return font(rounded(value, digits), theme.faint, 10)
        active = wire is self.active or self.is_active(use)
        bold_value = wire is self.active and not self.goes_back
        upper = number(value, theme.value, theme, digits, bold=bold_value)
        formula = self.scene.formula_below(wire)
        lower = self.gradient(wire, gradient, active and self.goes_back, formula)
        if not self.scene.shows_gradients:
            uses = self.scene.uses(wire)
            lower = font(uses, theme.local, 12) if uses else ""
        heat = self.scene.heat(wire, gradient)
        bar = heat is not None
        label = self.scene.label(wire)
        name = name_cell(label, bar) if label else ""
        above = ""
        before, after = (name, "") if wire.is_leaf else ("", name)
        if after and self.goes_on(wire):
            after, above = "", name_above(label)
        if not wire.is_leaf and wire not in self.gates:
            before = side_cell(font(CUT, theme.faint), 14, bar)
        line = wire_colour(self.scene, heat, active)
        if wire is self.birth and wire.is_leaf:
            line = theme.warning
        tangent = self.tangent(wire, wire is self.active and not self.goes_back)
        cells = Cells(before, upper, tangent, lower, after, above)
        room = self.room_for(self.scene.deltas.text(wire) if self.scene.show == "room" else "")
        return wire_table(cells, line, room, bar, ports=self.rankdir == "TB")

    def room_for(self, formula: str) -> int:
        """The width of a wire that a player may write a formula below."""
        return max(self.width, 10 + 6 * len(formula)) if formula else self.width

    def branch(self, wire: Value, use: Use, upper: str) -> None:
        """One of the branches behind the dot, with its own contribution below the wire's value."""
        n = self.number[wire]
        name = self.branch_name(wire, use)
        ident = f"branch-{n}-{self.number[use.gate]}-{use.place}"
        active = self.is_active(use)
        sent = self.stage.contributions.get(use)
        lower = self.gradient(wire, sent, active, self.scene.formula_sent(use))
        lower = lower if self.scene.shows_gradients else ""
        heat = self.scene.heat(wire, sent)
        bar = heat is not None
        line = wire_colour(self.scene, heat, active)
        cells = Cells(upper=upper, beside=self.tangent(wire, False, 10), lower=lower)
        sent_text = self.scene.deltas.sent_text
        room = self.room_for(sent_text(*use) if self.scene.show == "room" else "")
        table = wire_table(cells, line, room, bar, ports=self.rankdir == "TB")
        self.nodes[self.group_of.get(use.gate)].append(  # beside what it is multiplied with
            f'{name} [id="{ident}", class="wire branch", shape=plain, label=<{table}>]'
        )
        colour = self.edge_colour(wire, sent, active)
        self.edges.append(f"j{n} -> {name}{self.ports.to} [arrowhead=none{colour}]")
        self.edge(f"{name}{self.ports.out}", wire, use, "")

    def gradient(self, wire: Value, gradient: float | None, bold: bool, formula: str = "") -> str:
        """The number or formula below a wire; a dash where no gradient ever goes."""
        if wire.is_constant:
            return font("–", self.theme.faint, 12)
        if formula:
            text = dot_formula(self.scene.gradient_text(formula, gradient))
            return font(text, self.theme.gradient, 12, bold)
        return number(gradient, self.theme.gradient, self.theme, self.scene.digits, bold=bold)

    def tangent(self, wire: Value, bold: bool, size: int = 12) -> str:
        """The number beside a wire's value in forward mode; constants do not move."""
        tangents = self.stage.tangents
        if tangents is None or wire.is_constant:
            return ""
        shown = self.theme.tangent if size == 12 else self.theme.faint
        text = number(tangents.get(wire), shown, self.theme, self.scene.digits, size, bold)
        return f"<i>{text}</i>"

    def edge(self, tail: str, wire: Value, use: Use, kind: str) -> None:
        """The edge into a gate; with show="local" it passes the local gradient, in a pill."""
        n, gate = self.number[wire], self.number[use.gate]
        sent = None if wire.is_constant else self.stage.contributions.get(use)
        colour = self.edge_colour(wire, sent, self.is_active(use))
        kind = f', class="{kind}"' if kind else ""
        ident = f"edge-{n}-{gate}-{use.place}"
        if tail.startswith("w") and self.enters(wire, use):
            door, line = self.door_name(wire, use), self.theme.line
            self.nodes[self.group_of.get(use.gate)].append(
                f'{door} [shape=point, width=0.01, penwidth=0, fillcolor="{line}", label=""]'
            )
            more = f"{kind}, arrowhead=none{colour}"
            self.edges.append(f'{tail} -> {door}:w [id="{ident}-0"{more}]')
            tail = f"{door}:e"
        if (local := self.scene.local_gradient(use)) is not None:
            text = rounded(local, self.scene.digits)
            pill = f"l{n}_{gate}_{use.place}"
            self.nodes[self.group_of.get(use.gate)].append(
                f'{pill} [id="local-{n}-{gate}-{use.place}", class="local", label="{text}", '
                'shape=box, style=rounded, width=0.36, height=0.2, margin="0.04,0.01", '
                f'fontsize=10, penwidth=1, color="{self.theme.local}", '
                f'fontcolor="{self.theme.local}"]'
            )
            self.edges.append(f"{tail} -> {pill} [arrowhead=none, weight=8{colour}]")
            tail = pill
        self.entries[gate, use.place] = f'{tail} -> g{gate} [id="{ident}"{kind}, weight=2{colour}]'

    def enters(self, wire: Value, use: Use) -> bool:
        """Whether a wire comes into a unit without having branched."""
        group = self.group_of.get(use.gate)
        return group is not None and self.group_of.get(wire) is not group

    def door_name(self, wire: Value, use: Use) -> str:
        """Where it comes in: between the weights, each beside the one that it meets."""
        return f"e{self.number[wire]}_{self.number[use.gate]}_{use.place}"

    def layer(self, wire: Value) -> int:
        return self.group_of[wire].layer

    # --- what stands out ---

    def edge_colour(self, wire: Value, gradient: float | None, active: bool) -> str:
        """More attributes of an edge along a wire of that gradient."""
        heat = self.scene.heat(wire, gradient)
        if not active and heat is None:
            return ""
        thickness = 2 if active else 2.5
        return f', color="{wire_colour(self.scene, heat, active)}", penwidth={thickness}'

    def is_active(self, use: Use | None) -> bool:
        """Whether it is a use by the gate at work."""
        return use is not None and use.gate is self.active


def same_rank(chains: Sequence[Sequence[str]]) -> str:
    """Nodes in one column; in each chain in order."""
    texts = [f"{' -> '.join(chain)} [style=invis]" for chain in chains if len(chain) > 1]
    return f"{{rank=same; {'; '.join(texts)}}}" if texts else ""
