"""Which units of a network each box of a collapsed picture stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..engine import Value
from .units import Group


@dataclass(eq=False)
class Box:
    """The units that one box stands for: one, or those of a layer."""

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
    return _units(groups) if collapse == "neuron" else _layers(groups)


def _units(groups: Sequence[Group]) -> list[Box]:
    """Where a network ran several times, the units of one run stand together."""
    runs: Counter[tuple[int, int]] = Counter()
    boxes = []
    for group in groups:
        runs[group.unit] += 1
        boxes.append((group.layer, runs[group.unit], group))
    boxes.sort(key=lambda box: box[:2])
    return [
        Box(f"u{i}", f"{layer}-{j}-{run}", f"layer {layer} · neuron {j} · run {run}", [group])
        if runs[layer, j] > 1
        else Box(f"u{i}", f"{layer}-{j}", f"layer {layer} · neuron {j}", [group])
        for i, (layer, run, group) in enumerate(boxes)
        for j in [group.unit[1]]
    ]


def _layers(groups: Sequence[Group]) -> list[Box]:
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


def gates_outside(gates: Sequence[Value], boxes: Sequence[Box]) -> int:
    """How many gates belong to no box: a loss over many examples has many."""
    inside = {wire for box in boxes for group in box.groups for wire in group.members}
    return sum(wire not in inside for wire in gates)
