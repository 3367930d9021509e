"""Forward mode: tangents flow through a circuit with the values, from the same local gradients.

>>> x, y = Value(3.0, label="x"), Value(-4.0)
>>> f = x * y + x
>>> found = tangents(Circuit(f), {x: 1.0})
>>> found[f], y in found
(-3.0, False)

A tangent is how fast a wire moves when the inputs move in one direction: each gate adds up local
gradient × tangent over its inputs. One sweep gives the derivatives of every wire in that direction,
where a backward sweep gives those of one output by every wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine import Circuit, Value
from .gradients import Products, slopes_of


def tangents(
    circuit: Circuit, seeds: Mapping[Value, Any], create_graph: bool = False, name: str = "jvp"
) -> dict[Value, Any]:
    """The tangent of every wire that has one, when the wires in `seeds` move at these speeds.

    Nothing is not zero here too: a wire that none of the seeds reaches, or only through inputs that
    a gate which routes does not choose, is not among them. A seed may be a wire inside the circuit:
    what its own inputs send is added. With `create_graph` what depends on a wire is a circuit.
    """
    moving: dict[Value, Any] = dict(seeds)
    products = Products(moving)
    for wire in circuit.gates:
        inputs = circuit.inputs(wire)
        if moving.keys().isdisjoint(inputs):
            continue
        gate = circuit.gate(wire)
        slopes = slopes_of(name, circuit, wire, moving, create_graph)
        for source, local, number, moves in zip(inputs, *slopes):
            if source not in moving:
                continue
            sent = products.sent(gate, source, wire, moving[source], local, number, moves)
            if sent is not None:
                moving[wire] = moving[wire] + sent if wire in moving else sent
    return moving
