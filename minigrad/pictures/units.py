"""Which gates of a circuit make up a unit of a network: the frames and boxes of a picture.

A network marks what belongs to a unit, its parameters and the wires z and a, with the attribute
`unit`: (layer, j). The gates behind z and a belong to it too, as far as nothing else uses them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..engine import Value
from ..text import unit_of
from .selection import Selection


@dataclass(eq=False)
class Group:
    """One unit at work: a network that runs on ten examples has ten groups for each unit."""

    unit: tuple[int, int]
    output: Value  # a
    preactivation: Value  # z; in a unit without an activation the same wire
    members: list[Value]  # its gates and parameters, in topological order

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
    return sorted(groups, key=lambda group: group.unit)


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


def boxes_of(groups: Sequence[Group], collapse: str) -> list[Box]:
    """A box for each unit (`neuron`), or for all units of a layer (`layer`)."""
    return _unit_boxes(groups) if collapse == "neuron" else _layer_boxes(groups)


def _unit_boxes(groups: Sequence[Group]) -> list[Box]:
    """Where a network ran several times, the units of one run stand together."""
    total = Counter(group.unit for group in groups)
    runs: Counter[tuple[int, int]] = Counter()
    boxes = []
    for group in groups:
        runs[group.unit] += 1
        boxes.append((group.layer, runs[group.unit], group))
    boxes.sort(key=lambda box: box[:2])
    found = []
    for number, (layer, run, group) in enumerate(boxes):
        j = group.unit[1]
        ident, title = f"{layer}-{j}", f"layer {layer} · neuron {j}"
        if total[group.unit] > 1:
            ident, title = f"{ident}-{run}", f"{title} · run {run}"
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


def runs_of(groups: Sequence[Group]) -> float:
    """How many times each of the units ran."""
    return len(groups) / len({group.unit for group in groups})


def _count(groups: Sequence[Group]) -> str:
    units = len({group.unit for group in groups})
    times = f" × {runs_of(groups):g}" if len(groups) > units else ""
    return f"{units} unit{'s' * (units != 1)}{times}"
