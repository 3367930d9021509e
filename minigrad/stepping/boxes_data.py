"""What a page of the player knows of the boxes in which a large network is drawn.

>>> import minigrad as mg
>>> model = mg.nn.MLP(8, [16, 9, 1], activation="tanh", seed=1)
>>> data = boxes_data(mg.Stepper(model([0.1] * 8)).circuit)
>>> data["boxes"][0]["id"], data["boxes"][0]["title"], len(data["reads"])
('unit-1-1', 'layer 1 · neuron 1', 281)

Boxes show the wires a and z of their units; a line into a box is as thick as the weights are big
that it stands for: the local gradients of the gates that read it, told by gate and input. The
script finds the numbers in a box by the colours in which they were drawn.
"""

from __future__ import annotations

from typing import Any, Final

from ..engine import Value
from ..pictures import THEMES, drawn_as_boxes, factor_of
from .snapshot import Snapshot

KINDS: Final = ("value", "tangent", "gradient")  # of numbers: each is drawn in its colour


def boxes_data(circuit: Snapshot) -> dict[str, Any]:
    """The boxes and what they read; both empty where the picture shows gates."""
    drawn, place = drawn_as_boxes(circuit), circuit.place
    boxes = [
        {
            "id": f"unit-{box.ident}",
            "title": box.title,
            "summary": box.is_summary,
            "units": [
                [
                    place[group.output],
                    place[group.preactivation],
                    _recursion(circuit, group.preactivation),
                ]
                for group in box.groups
            ],
            "gates": sorted(
                place[w] for group in box.groups for w in group.members if not w.is_leaf
            ),
        }
        for box in drawn.boxes
    ]
    reads = []
    for uses in drawn.reads.values():
        factor = factor_of(uses[0], circuit) if len(uses) == 1 else None
        weight = None if factor is None or not factor.is_leaf else place[factor]
        reads.append({"uses": [[place[use.gate], use.place] for use in uses], "weight": weight})
    colours = {kind: getattr(THEMES["light"], kind).lower() for kind in KINDS}
    return {"boxes": boxes, "reads": reads, "labels": drawn.few, "colours": colours}


def _recursion(circuit: Snapshot, z: Value) -> str:
    """What the δ of a unit is computed from, for readers who want formulas."""
    return circuit.deltas.recursion(z) if circuit.deltas else ""
