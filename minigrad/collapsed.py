"""The picture with one box for each unit or layer: its activation, its delta, and its weights.

The gates outside of the units, those of a loss for instance, are drawn as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .circuit_style import CircuitWriter
from .dot_source import dot_name, dot_text, font, header
from .engine import Value
from .notation import rounded
from .scene import Scene, Use
from .structure import Group, outer_sources

MOST_WEIGHTS = 40  # more labels than this hide the wires
MOST_ROWS = 8  # units that a layer's box lists
MOST_INPUTS = 40  # inputs drawn one by one; a batch of examples has more


@dataclass(eq=False)
class Box:
    """The units that one box stands for."""

    name: str  # in DOT
    title: str
    groups: list[Group]


def boxes_of(groups: Sequence[Group], collapse: str) -> list[Box]:
    """A box for each unit (`neuron`), or for all units of a layer (`layer`)."""
    if collapse == "neuron":
        return [
            Box(f"u{i}", f"layer {group.layer} · neuron {group.unit[1]}", [group])
            for i, group in enumerate(groups)
        ]
    layers: dict[int, list[Group]] = {}
    for group in groups:
        layers.setdefault(group.layer, []).append(group)
    return [Box(f"u{layer}", f"layer {layer}", members) for layer, members in layers.items()]


def gates_outside(gates: Sequence[Value], boxes: Sequence[Box]) -> int:
    """How many gates belong to no box: a loss over many examples has many."""
    inside = {wire for box in boxes for group in box.groups for wire in group.members}
    return sum(wire not in inside for wire in gates)


def collapsed_lines(scene: Scene, boxes: Sequence[Box]) -> list[str]:
    """The lines of DOT, without the braces around them."""
    return CollapsedWriter(scene, boxes).lines()


class CollapsedWriter(CircuitWriter):
    """Writes a box where the wires of its units come up, and all else as it is."""

    def __init__(self, scene: Scene, boxes: Sequence[Box]) -> None:
        super().__init__(scene)
        self.boxes = boxes
        self.box_of = {wire: box for box in boxes for group in box.groups for wire in group.members}
        self.weights = self._weights()

    def lines(self) -> list[str]:
        """All lines of the picture."""
        drawn = set(self.gates)
        for box in self.boxes:
            self.box(box)
        inputs = [source for source, _ in self.weights if isinstance(source, Value)]
        sources = [
            source
            for gate in self.scene.gates
            if gate not in self.box_of
            for source in gate.inputs
            if source in self.scene.uses.shown
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
        graph = header(self.scene, nodesep=0.25, ranksep=0.9)
        return [*graph, *self.nodes[None], *self.edges, *self.entries.values(), *self.columns()]

    def uses(self, wire: Value) -> list[Use]:
        """The uses by gates that are drawn."""
        return [use for use in self.scene.uses.shown.get(wire, []) if use.gate not in self.box_of]

    # --- boxes ---

    def box(self, box: Box) -> None:
        """The node of a box."""
        theme = self.theme
        groups = box.groups
        symbols = dict.fromkeys(self._symbol(group) for group in groups)
        idle = all(group.output in self.scene.idle for group in groups)
        line, style = (
            (theme.warning, "rounded,filled,dashed") if idle else (theme.line, "rounded,filled")
        )
        title = box.title if len(groups) == 1 else f"{box.title} · {_count(groups)}"
        rows = [font(title, theme.faint, 10), f"<b>{dot_text(', '.join(symbols))}</b>"]
        cells = "".join(f'<tr><td colspan="2">{row}</td></tr>' for row in rows)
        ident = "-".join(map(str, groups[0].unit if len(groups) == 1 else (groups[0].layer,)))
        self.nodes[None].append(
            f'{box.name} [id="unit-{ident}", class="unit", shape=box, style="{style}", '
            f'fillcolor="{theme.gate}", color="{line}", margin="0.12,0.05", '
            f'label=<<table border="0" cellspacing="0" cellpadding="1">{cells}'
            f"{self._numbers(groups)}</table>>]"
        )

    def _symbol(self, group: Group) -> str:
        """What a unit does, in short: `Σ tanh`."""
        if group.output is group.preactivation:
            return "Σ"
        return f"Σ {self.scene.symbol(group.output)}"

    def _numbers(self, groups: Sequence[Group]) -> str:
        """Activations and deltas: of each unit, or from the least to the greatest."""
        values, gradients = self.stage.values, self.stage.gradients
        theme, digits = self.theme, self.scene.digits
        activations = [values[group.output] for group in groups if group.output in values]
        deltas = [gradients[g.preactivation] for g in groups if g.preactivation in gradients]
        if len(groups) > MOST_ROWS:
            pairs = [(_range("a", activations, digits), _range("δ", deltas, digits))]
        else:
            pairs = [
                (
                    f"{dot_name(group.output.label) or 'a'} = "
                    f"{_known(values.get(group.output), digits)}",
                    f"{dot_name('delta_{}^{}'.format(*group.unit[::-1]))} = "
                    f"{_known(gradients.get(group.preactivation), digits)}",
                )
                for group in groups
            ]
        return "".join(
            f'<tr><td cellpadding="3">{font(value, theme.value, 12)}</td>'
            f'<td cellpadding="3">{font(delta, theme.gradient, 12)}</td></tr>'
            for value, delta in pairs
        )

    # --- wires between them ---

    def _weights(self) -> dict[tuple[Value | Box, Box], list[float]]:
        """For every box what it reads, a wire or another box, and the weights on the way."""
        weights: dict[tuple[Value | Box, Box], list[float]] = {}
        uses = self.scene.uses
        sources = {group: outer_sources(group, uses) for box in self.boxes for group in box.groups}
        leaves = (source for found in sources.values() for source in found if source.is_leaf)
        inputs = dict.fromkeys(leaves)
        many = Box("inputs", f"{len(inputs)} inputs", [])
        if len(inputs) > MOST_INPUTS:
            title = font(many.title, self.theme.ink)
            self.nodes[None].append(f"{many.name} [shape=plain, label=<{title}>]")
            self.box_of |= dict.fromkeys(inputs, many)
        for box in self.boxes:
            for group in box.groups:
                own = set(group.members)
                for source in sources[group]:
                    start = self.box_of.get(source, source)
                    found = weights.setdefault((start, box), [])
                    found += [self._weight(use) for use in uses.shown[source] if use.gate in own]
        return weights

    def _weight(self, use: Use) -> float:
        """The local gradient of a unit's gate towards what it reads: in w·x that is w."""
        gate = use.gate.gate
        assert gate is not None
        if use.gate.inputs[use.place].is_constant:  # for which none was taken
            return gate.local_gradients(*(source.data for source in use.gate.inputs))[use.place]
        return use.gate.local_gradients[use.place]

    def weighted_edges(self) -> None:
        """Wires as thick as their weights are big, dashed where these are negative."""
        biggest = max((abs(w) for ws in self.weights.values() for w in ws if w == w), default=1.0)
        scale = 2.4 / max(1.0, min(biggest, 1e300))
        few = len(self.weights) <= MOST_WEIGHTS
        for (start, box), weights in self.weights.items():
            tail = start.name if isinstance(start, Box) else f"w{self.number[start]}"
            if len(weights) == 1:
                text = f"w = {rounded(weights[0], self.scene.digits)}" if few else ""
                dashed = weights[0] < 0
            else:
                text, dashed = _count_of_weights(len(weights), box), False
            size = max(map(abs, weights), default=0.0)
            width = 0.6 + scale * min(size, 1e300) if size == size else 0.6
            label = f", label=<{font(text, self.theme.value, 10)}>" if text else ""
            self.edges.append(
                f'{tail}:e -> {box.name}:w [class="weight", penwidth={width:.2f}, '
                f"style={'dashed' if dashed else 'solid'}{label}]"
            )

    def columns(self) -> list[str]:
        """Boxes of one layer stand in one column, in order, and so do the inputs."""
        columns: dict[int, list[str]] = {}
        for box in self.boxes:
            columns.setdefault(box.groups[0].layer, []).append(box.name)
        for start, box in self.weights:
            if isinstance(start, Box) and start.groups and _is_not_before(start, box):
                return []  # a recurrent network
        inputs = [
            f"w{self.number[s]}" for s, _ in self.weights if isinstance(s, Value) and s.is_leaf
        ]
        chains = [list(dict.fromkeys(inputs)), *columns.values()]
        return [
            f"{{rank=same; {' -> '.join(chain)} [style=invis]}}"
            for chain in chains
            if len(chain) > 1
        ]


def _is_not_before(box: Box, other: Box) -> bool:
    return box.groups[0].layer >= other.groups[0].layer


def _count(groups: Sequence[Group]) -> str:
    """How many units, and how many times each where the network ran several times."""
    units = len({group.unit for group in groups})
    times = f" × {len(groups) / units:g}" if len(groups) > units else ""
    return f"{units} unit{'s' * (units != 1)}{times}"


def _count_of_weights(count: int, box: Box) -> str:
    runs, rest = divmod(len(box.groups), len({group.unit for group in box.groups}))
    if runs > 1 and rest == 0 and count % runs == 0:
        return f"{count // runs} weights × {runs}"
    return f"{count} weights"


def _known(number: float | None, digits: int) -> str:
    return "?" if number is None else rounded(number, digits)


def _range(name: str, numbers: Sequence[float], digits: int) -> str:
    if not numbers:
        return f"<i>{name}</i>&#160;= ?"
    low, high = rounded(min(numbers), digits), rounded(max(numbers), digits)
    return f"<i>{name}</i>&#160;from {low} to {high}"
