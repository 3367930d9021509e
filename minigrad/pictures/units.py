"""Which gates of a circuit make up a unit of a network: the frames and boxes of a picture.

A network marks what belongs to a unit, its parameters and the wires z and a, with the attribute
`unit`: (layer, j). The gates behind z and a belong to it too, as far as nothing else uses them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..engine import Circuit, Value
from ..text import counted, runs_of, unit_of
from .selection import Selection, Use

MOST_ROWS: Final = 8  # units that a layer's box lists
MOST_WEIGHTS: Final = 12  # with more into one layer the wires are straight, and have no labels
MOST_INPUTS: Final = 20  # inputs drawn one by one; a batch of examples has more


@dataclass(eq=False)
class Group:
    """One unit at work: a network that runs on ten examples has ten groups for each unit."""

    unit: tuple[int, int]
    output: Value  # a
    preactivation: Value  # z; in a unit without an activation the same wire
    members: list[Value]  # its gates and parameters, in topological order
    run: int = 0  # which run of the network it is of; 0 where there is one

    @property
    def has_z(self) -> bool:
        """Whether z is known; another z or a of this unit then is that of an earlier run."""
        return self.preactivation is not self.output

    @property
    def layer(self) -> int:
        """The number of the unit's layer."""
        return self.unit[0]


def groups_of(selection: Selection) -> list[Group]:
    """The units among the gates, by layer and place, each with what belongs to it alone."""
    group_of: dict[Value, Group] = {}
    for wire in reversed(selection.gates):
        user = _only_user(wire, selection, group_of)
        unit = unit_of(wire)
        if unit is not None and (user is None or user.unit != unit or user.has_z):
            user = Group(unit, wire, wire, [])
        if user is not None:
            group_of[wire] = user
            if unit is not None:
                user.preactivation = wire
    leaves = [wire for wire in selection.shown if wire.is_leaf]
    marked = any(unit_of(leaf) for leaf in leaves)  # else the leaves of one unit are its parameters
    for leaf in leaves:
        group = _only_user(leaf, selection, group_of)
        nameless = leaf.is_constant and not leaf.label
        if group and (nameless or not marked or unit_of(leaf) == group.unit):
            group_of[leaf] = group
    for wire in sorted(group_of, key=selection.circuit.place.__getitem__):
        group_of[wire].members.append(wire)
    groups = dict.fromkeys(group_of[wire] for wire in selection.gates if wire in group_of)
    _number_runs(groups, selection.circuit)
    return sorted(groups, key=lambda group: (group.unit, group.run))


def _number_runs(groups: Iterable[Group], circuit: Circuit) -> None:
    """Give the groups the numbers that their wires have; where these have none, count them."""
    numbers = runs_of(circuit)
    of_unit: dict[tuple[int, int], list[Group]] = {}
    for group in groups:
        of_unit.setdefault(group.unit, []).append(group)
        group.run = numbers.get(group.output) or numbers.get(group.preactivation) or 0
    for several in of_unit.values():
        known = {group.run for group in several}
        if len(several) > 1 and (0 in known or len(known) < len(several)):
            for number, group in enumerate(several, 1):
                group.run = number


def _only_user(wire: Value, selection: Selection, group_of: dict[Value, Group]) -> Group | None:
    """The one group that has all uses of a wire."""
    if not group_of or wire in selection.hidden:
        return None
    users = {group_of.get(use.gate) for use in selection.shown[wire]}
    return users.pop() if len(users) == 1 else None


def outer_sources(group: Group, selection: Selection) -> list[Value]:
    """The wires that a unit reads from outside, in order; its own parameters are none of them.

    Where a network ran several times its parameters have uses in several groups. A constant in the
    symbol of its gate is no wire.
    """
    own = set(group.members)
    inputs = (source for wire in group.members for source in selection.circuit.inputs(wire))
    return [
        source
        for source in dict.fromkeys(inputs)
        if source in selection.shown
        and source not in own
        and not (source.is_leaf and unit_of(source) == group.unit)
    ]


@dataclass(eq=False)
class Box:
    """The units that one box of a collapsed picture stands for: one, or those of a layer."""

    name: str  # in DOT
    ident: str  # in SVG
    title: str
    groups: list[Group]

    @property
    def layer(self) -> int:
        """The number of the units' layer."""
        return self.groups[0].layer

    @property
    def is_summary(self) -> bool:
        """Whether it has too many units to list them: it says from where to where they go."""
        return len(self.groups) > MOST_ROWS


def boxes_of(groups: Sequence[Group], collapse: str) -> list[Box]:
    """A box for each unit (`neuron`), or for all units of a layer (`layer`)."""
    return _unit_boxes(groups) if collapse == "neuron" else _layer_boxes(groups)


def _unit_boxes(groups: Sequence[Group]) -> list[Box]:
    """Where a network ran several times, the units of one run stand together."""
    found = []
    for number, group in enumerate(sorted(groups, key=lambda group: (group.layer, group.run))):
        layer, j = group.unit
        ident, title = f"{layer}-{j}", f"layer {layer} · neuron {j}"
        if group.run:
            ident, title = f"{ident}-{group.run}", f"{title} · run {group.run}"
        found.append(Box(f"u{number}", ident, title, [group]))
    return found


def _layer_boxes(groups: Sequence[Group]) -> list[Box]:
    layers: dict[int, list[Group]] = {}
    for group in groups:
        layers.setdefault(group.layer, []).append(group)
    return [
        Box(f"u{layer}", str(layer), f"layer {layer} · {_count(units)}", units)
        for layer, units in layers.items()
    ]


def _count(groups: Sequence[Group]) -> str:
    units = len({group.unit for group in groups})
    times = f" × {len(groups) / units:g}" if len(groups) > units else ""
    return f"{counted(units, 'unit')}{times}"


Ends = tuple[Value | Box, Box]  # of a line between boxes


class BoxedCircuit(NamedTuple):
    """A circuit drawn as boxes: what each reads, by which gates, and where each wire is drawn."""

    boxes: Sequence[Box]
    reads: dict[Ends, list[Use]]
    box_of: dict[Value, Box]
    inputs: Box | None  # one more box, for inputs that are too many to draw each of them

    @property
    def few(self) -> bool:
        """Whether there are so few lines that each has room for a label."""
        into_layer = Counter(box.layer for _, box in self.reads)
        return max(into_layer.values(), default=0) <= MOST_WEIGHTS


def boxed(boxes: Sequence[Box], selection: Selection) -> BoxedCircuit:
    """The boxes with what leads to them: wires, or other boxes."""
    box_of = {wire: box for box in boxes for group in box.groups for wire in group.members}
    sources = {group: outer_sources(group, selection) for box in boxes for group in box.groups}
    leaves = (source for wires in sources.values() for source in wires if source.is_leaf)
    inputs, many = dict.fromkeys(leaves), None
    if len(inputs) > MOST_INPUTS:
        many = Box("inputs", "inputs", f"{len(inputs)} inputs", [])
        box_of |= dict.fromkeys(inputs, many)
    reads: dict[Ends, list[Use]] = {}
    for box in boxes:
        for group in box.groups:
            own = set(group.members)
            for source in sources[group]:
                ends = box_of.get(source, source), box
                uses = (use for use in selection.shown[source] if use.gate in own)
                reads.setdefault(ends, []).extend(uses)
    return BoxedCircuit(boxes, reads, box_of, many)


def factor_of(use: Use, circuit: Circuit) -> Value | None:
    """The other factor where a wire goes into a product of two: its weight."""
    inputs = circuit.inputs(use.gate)
    is_product = circuit.gate(use.gate).is_product
    return inputs[1 - use.place] if is_product and len(inputs) == 2 else None
