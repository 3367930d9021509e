"""The picture with one box for each unit or layer: its activation, its delta, and its weights.

The gates outside of the units, those of a loss for instance, are drawn as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from ..engine import Value
from ..text import counted, rounded
from .circuit_style import RANKSEP, CircuitWriter, same_rank
from .colours import wire_colour
from .dot_source import dot_formula, dot_name, dot_text, font, number
from .scene import FORMULAS, Scene
from .selection import Use
from .units import Box, Ends, Group, boxed, factor_of

MOST_SYMBOLS: Final = 4  # gates of an activation that a box names
NAME: Final = 30.0  # points for a name and its sign of equality
SUMMARY: Final = 290.0  # points for a box that says from where to where its numbers go


class CollapsedWriter(CircuitWriter):
    """Writes a box where the wires of its units come up, and all else as it is."""

    def __init__(self, scene: Scene, boxes: Sequence[Box]) -> None:
        super().__init__(scene)
        self.boxes = boxes
        picture = boxed(boxes, scene.selection)
        self.reads, self.box_of, self.few = picture.reads, picture.box_of, picture.few
        if many := picture.inputs:
            title = font(many.title, self.theme.ink)
            self.nodes[None].append(f"{many.name} [shape=plain, label=<{title}>]")
        self.labels: dict[Ends, str] = {}
        self.label_width = self.width

    def lines(self) -> list[str]:
        """All lines of the picture."""
        drawn = set(self.gates)
        for box in self.boxes:
            self.box(box)
        inputs = [source for source, _ in self.reads if isinstance(source, Value)]
        sources = [
            source
            for gate in self.scene.gates
            if gate not in self.box_of
            for source in self.inputs(gate)
            if source in self.scene.selection.shown
        ]
        for source in (*inputs, *sources):
            if source not in drawn and source not in self.box_of:
                drawn.add(source)
                self.wire(source)
        for gate in self.scene.gates:
            if gate not in self.box_of:
                self.gate(gate)
                self.wire(gate)
        for wire, box in self.box_of.items():
            for use in self.uses(wire):
                self.edge(f"{box.name}:e", wire, use, "branch")
        self.weighted_edges()
        columns = self.columns()  # which adds nodes, too
        return [
            *self.graph(),
            *self.nodes[None],
            *self.edges,
            *self.entries.values(),
            *columns,
        ]

    def graph(self) -> list[str]:
        """The lines that begin the picture: many wires want room, and no bends."""
        more = {"nodesep": 0.25, "ranksep": RANKSEP[self.rankdir]}
        if self.is_recurrent():
            more["ranksep"] = self.room()
        return self.header(**more) if self.few else self.header(**more, splines="line")

    def room(self) -> float:
        """How far, in inches, the boxes of a layer stand from what they read."""
        if self.few:
            return 0.5
        tallest = max(len(list(column)) for _, column in groupby(box.layer for box in self.boxes))
        return min(0.9 + 0.1 * tallest, 4.0)

    def is_recurrent(self) -> bool:
        """Whether a layer reads itself, or a later one: layers are no columns then."""
        starts = ((start, box) for start, box in self.reads if isinstance(start, Box))
        return any(start.groups and start.layer >= box.layer for start, box in starts)

    def uses(self, wire: Value) -> list[Use]:
        """The uses by gates that are drawn."""
        return [use for use in super().uses(wire) if use.gate not in self.box_of]

    # --- boxes ---

    def box(self, box: Box) -> None:
        """The node of a box."""
        symbols = dict.fromkeys(self._symbol(group) for group in box.groups)
        rows = [font(box.title, self.theme.faint, 10), f"<b>{dot_text(', '.join(symbols))}</b>"]
        cells = "".join(f'<tr><td colspan="5">{row}</td></tr>' for row in rows)
        self.nodes[None].append(
            f'{box.name} [id="unit-{box.ident}", class="unit", shape=box, {self._look(box)}, '
            f'margin="0.12,0.05", label=<<table border="0" cellspacing="0" cellpadding="1">{cells}'
            f"{self._numbers(box)}</table>>]"
        )

    def _look(self, box: Box) -> str:
        """The border of a box: that of what stands out in it."""
        theme, style, more = self.theme, "rounded,filled", ""
        line = theme.line
        if all(group.output in self.scene.idle for group in box.groups):
            line, style = theme.warning, "rounded,filled,dashed"
        cancelling = [each.wire for each in self.scene.cancelling]
        if any(self.box_of.get(wire) is box for wire in (self.birth, *cancelling) if wire):
            line, more = theme.warning, ", peripheries=2"
        if self.active is not None and self.box_of.get(self.active) is box:
            line, more = theme.active_line, ", penwidth=2.6"
        return f'style="{style}", fillcolor="{theme.gate}", color="{line}"{more}'

    def _symbol(self, group: Group) -> str:
        """What a unit does, in short: `Σ tanh`."""
        start = group.members.index(group.preactivation) + 1
        symbols = [self.scene.symbol(wire) for wire in group.members[start:] if not wire.is_leaf]
        if len(symbols) > MOST_SYMBOLS:
            symbols[MOST_SYMBOLS - 1 :] = ["…"]
        return " ".join(["Σ", *symbols])

    def _numbers(self, box: Box) -> str:
        """Activations and deltas: of each unit, or from the least to the greatest."""
        values, gradients = self.stage.values, self.stage.gradients
        groups, digits = box.groups, self.scene.digits
        if box.is_summary:
            activations = [values[group.output] for group in groups if group.output in values]
            deltas = [gradients[g.preactivation] for g in groups if g.preactivation in gradients]
            rows = [("<i>a</i>", _range(activations, digits), "<i>δ</i>", _range(deltas, digits))]
        else:
            rows = [
                (
                    f"{dot_name(self.scene.label(group.output)) or 'a'}&#160;=",
                    _known(values.get(group.output), digits),
                    f"{self._delta_name(group)}&#160;=",
                    dot_formula(self._delta(group)),
                )
                for group in groups
            ]
        besides = self._beside_values(box) or [""] * len(rows)
        room = self._room_for_deltas(box)
        return "".join(
            f"<tr>{self._named(name, value, self.theme.value, self.width)}{beside}"
            + self._named(f"&#160;{delta_name}", delta, self.theme.gradient, room)
            * self.scene.shows_gradients
            + "</tr>"
            for (name, value, delta_name, delta), beside in zip(rows, besides)
        )

    def _named(self, name: str, number: str, colour: str, width: int) -> str:
        """Two cells, a name and its number: a player finds the number by its colour."""
        left = font(name, self.theme.ink, 12)
        return (
            f'<td align="right" cellpadding="2">{left}</td>'
            f'<td align="left" cellpadding="2" width="{width}">{font(number, colour, 12)}</td>'
        )

    def _room_for_deltas(self, box: Box) -> int:
        """The width of the column of deltas, for the longest formula that may come there."""
        if self.scene.show != "room" or box.is_summary:
            return self.width
        deltas = self.scene.deltas
        return max(self.room_for(deltas.recursion(group.preactivation)) for group in box.groups)

    def _beside_values(self, box: Box) -> list[str]:
        """A cell for each unit: its activation's tangent, or how often it is used."""
        tangents, digits = self.stage.tangents, self.scene.digits
        groups = box.groups
        if box.is_summary:
            return []
        if self.scene.operations:
            counts = (self.scene.uses(group.output) for group in groups)
            cells = [font(count, self.theme.local, 12) if count else "" for count in counts]
        elif tangents is not None:
            moves = (_known(tangents.get(group.output), digits) for group in groups)
            cells = [f"<i>{font(move, self.theme.tangent, 12)}</i>" for move in moves]
        else:
            return []
        return [f'<td cellpadding="3">{cell}</td>' for cell in cells]

    def _delta_name(self, group: Group) -> str:
        return dot_name(self.scene.deltas.delta_name(group.preactivation))

    def _delta(self, group: Group) -> str:
        """A unit's δ: its number, or what it is computed from, or both."""
        scene, z = self.scene, group.preactivation
        formula = scene.deltas.recursion(z) if scene.formula_below(z) else ""
        return scene.gradient_text(formula, self.stage.gradients.get(z))

    # --- wires between them ---

    def _weights(self, uses: Sequence[Use]) -> list[float]:
        """The local gradients of gates towards what they read: in w·x that is w."""
        weights = []
        for wire, place in uses:
            gate, inputs = self.scene.circuit.gate(wire), self.inputs(wire)
            if not gate.has_rules:  # made by hand: it has no local gradients
                continue
            if inputs[place].is_constant:  # for which none was taken
                local_gradients = gate.local_gradients(*(source.data for source in inputs))
            else:
                local_gradients = self.scene.circuit.local_gradients(wire)
            weights.append(local_gradients[place])
        return weights

    def weighted_edges(self) -> None:
        """Wires as thick as their weights are big, dashed where these are negative."""
        weights = {ends: self._weights(uses) for ends, uses in self.reads.items()}
        biggest = max((abs(w) for found in weights.values() for w in found if w == w), default=1.0)
        most = max(1.0, min(biggest, 1e300))
        for place, ((start, box), found) in enumerate(weights.items()):
            tail = start.name if isinstance(start, Box) else f"w{self.number[start]}"
            size = max(map(abs, found), default=0.0)
            share = min(size, 1e300) / most if size == size else 0.0
            width = 0.6 + 2.4 * share if self.few else 0.4 + 1.6 * share
            style = "dashed" if len(found) == 1 and found[0] < 0 else "solid"
            look = f"penwidth={width:.2f}, style={style}{self._wire_colour(start, box, share)}"
            ident = f'id="read-{place}'
            label = self._weight_label(start, box, found)
            if not label:
                self.edges.append(f'{tail}:e -> {box.name}:w [{ident}", class="weight", {look}]')
                continue
            name = f"k{len(self.labels)}"  # a node: so the wire leads through what belongs to it
            self.labels[start, box] = name
            self.nodes[None].append(
                f'{name} [id="weight-{place}", class="weight-name", shape=box, '
                f'style="rounded,filled", fillcolor="{self.theme.background}", '
                f'color="{self.theme.cluster_line}", penwidth=1, width=0, height=0, '
                f'margin="0.06,0.04", label=<{label}>]'
            )
            first, last = (
                f'[{ident}-{part}", class="weight{end}"' for part, end in ((0, ""), (1, " end"))
            )
            self.edges.append(f"{tail}:e -> {name}:w {first}, {look}, arrowhead=none]")
            self.edges.append(f"{name}:e -> {box.name}:w {last}, {look}]")

    def _wire_colour(self, start: Value | Box, box: Box, share: float) -> str:
        """By the biggest gradient that comes back along the wires; many small weights are pale."""
        if self.scene.color:
            sent = self.stage.contributions
            found = [
                self.scene.heat(self.inputs(use.gate)[use.place], sent.get(use))
                for use in self.reads[start, box]
            ]
            sizes = [abs(heat) for heat in found if heat is not None]
            return f', color="{wire_colour(self.scene, max(sizes, default=None))}"'
        return "" if self.few else f', color="{self.theme.line}{round(60 + 160 * share):02X}"'

    def _weight_label(self, start: Value | Box, box: Box, weights: Sequence[float]) -> str:
        """The weight by its name, its value over its gradient; or how many weights there are."""
        theme, digits = self.theme, self.scene.digits
        if not weights or not (self.few or (isinstance(start, Box) and len(weights) > 1)):
            return ""
        if len(weights) > 1:
            return font(self._count_of_weights(self.reads[start, box]), theme.value, 10)
        (use,) = self.reads[start, box]
        factor = factor_of(use, self.scene.circuit)
        named = factor is not None and factor.label
        name = dot_name(self.scene.label(factor)) if factor is not None and named else "<i>w</i>"
        width, lower = self.width, ""
        if factor is not None and not factor.is_constant and self.scene.shows_gradients:
            own = Use(use.gate, 1 - use.place)
            sent = self.stage.contributions.get(own)
            below = number(sent, theme.gradient, theme, digits, size=11)
            if formula := self.scene.formula_sent(own):
                formula = self.scene.gradient_text(formula, sent)
                below = font(dot_formula(formula), theme.gradient, 11)
                self.label_width = max(self.label_width, self.room_for(formula))
            if self.scene.show == "room":
                width = self.room_for(self.scene.deltas.sent_text(*own))
            lower = f'<tr><td></td><td align="left">{below}</td></tr>'
        upper = font(rounded(weights[0], digits), theme.value, 11)
        return (
            '<table border="0" cellspacing="0" cellpadding="0">'
            f'<tr><td align="right">{font(f"{name}&#160;=&#160;", theme.ink, 11)}</td>'
            f'<td align="left" width="{width}">{upper}</td></tr>{lower}</table>'
        )

    def _count_of_weights(self, uses: Sequence[Use]) -> str:
        """How many weights there are, and how often each is used, if all are used as often."""
        factors = [factor_of(use, self.scene.circuit) for use in uses]
        different = len(set(factors))
        if None in factors or len(uses) % different:
            return f"{len(uses)} weights"
        times = len(uses) // different
        return counted(different, "weight") + f" × {times}" * (times > 1)

    def legends(self) -> list[str]:
        """What the wires between boxes say."""
        counts = [len(self._weights(uses)) for uses in self.reads.values()]
        single = any(count == 1 for count in counts)
        lines = super().legends()
        if any(counts):
            weight = "|w|" if single else "the biggest |w|"
            dashes = "; a dashed wire: w &lt; 0" if single else ""
            lines.append(f"a wire between units is as thick as {weight} is big{dashes}")
        if single and self.few and not self.scene.shows_gradients:
            lines.append("on a wire: its weight")
        elif single and self.few and self._weights_are_shared():
            lines.append("on a wire: its weight, and below it its part of that weight's gradient")
        elif single and self.few:
            lines.append("on a wire: its weight, and below it the gradient of that weight")
        return lines

    def _weights_are_shared(self) -> bool:
        """Whether a weight on a wire is read elsewhere too, by another run of the network."""
        scene = self.scene
        single = (uses[0] for uses in self.reads.values() if len(uses) == 1)
        weights = {w for use in single if (w := factor_of(use, scene.circuit)) is not None}
        return any(self.fans_out(w, scene.selection.shown.get(w, [])) for w in weights)

    def columns(self) -> list[str]:
        """Boxes of one layer stand in one column, in order, and so do the inputs."""
        if self.is_recurrent():
            return []
        inputs = [f"w{self.number[s]}" for s, _ in self.reads if isinstance(s, Value) and s.is_leaf]
        chains = [[*dict.fromkeys(inputs), self._spacer("wires", self.width + 20)]]
        for layer, boxes in groupby(self.boxes, lambda box: box.layer):
            column = list(boxes)
            names = [self.labels[ends] for box in column for ends in self.labels if ends[1] is box]
            if names:
                chains.append([*names, self._spacer(f"names{layer}", NAME + self.label_width)])
            width = max(map(self._box_width, column))
            chains.append([*(box.name for box in column), self._spacer(f"boxes{layer}", width)])
        chains += [self._gates_after(box) for box in self.boxes if len(box.groups) > 1]
        return [same_rank([chain]) for chain in chains if len(chain) > 1]

    def _spacer(self, column: str, width: float) -> str:
        """An invisible node at the foot of a column, which holds its neighbours off.

        Graphviz's ranksep would hold off the gates outside of the units, too.
        """
        inches = width / 72 + self.room() - RANKSEP[self.rankdir]
        name = f"room_{column}"
        self.nodes[None].append(f'{name} [style=invis, label="", width={inches:.2f}, height=0]')
        return name

    def _box_width(self, box: Box) -> float:
        """About how many points a box takes, as Graphviz measures its text later."""
        if box.is_summary:
            return SUMMARY
        formulas = [self._delta(group) for group in box.groups if self.scene.show in FORMULAS]
        delta = max(self._room_for_deltas(box), *map(self.room_for, formulas), 0)
        beside = self.width * bool(self._beside_values(box))
        return 20 + NAME + self.width + beside + (NAME + delta) * self.scene.shows_gradients

    def _gates_after(self, box: Box) -> list[str]:
        """The gates that read a layer, in the order of its units; none if one leads to another."""
        outputs = [group.output for group in box.groups]
        readers = dict.fromkeys(use.gate for wire in outputs for use in self.uses(wire))
        behind: set[Value] = set()
        for gate in self.scene.gates:
            is_behind = not behind.isdisjoint(self.inputs(gate))
            if is_behind and gate in readers:
                return []
            if is_behind or gate in readers:
                behind.add(gate)
        return [f"g{self.number[gate]}" for gate in readers]


def _known(number: float | None, digits: int) -> str:
    return "?" if number is None else rounded(number, digits)


def _range(numbers: Sequence[float], digits: int) -> str:
    if not numbers:
        return "?"
    low, high = rounded(min(numbers), digits), rounded(max(numbers), digits)
    return f"from {low} to {high}"
