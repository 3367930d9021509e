"""A circuit in a file: its wires in topological order, each input a number of an earlier wire."""

from __future__ import annotations

from typing import Any

from ..engine import Value, output_of, topological_order, write_grad
from ..engine import constant as constant_wire
from ..rules import GATES, gate_named
from .checked_json import Place, number_as_json


def circuit_as_json(output: Value) -> dict[str, Any]:
    """The circuit behind `output` as numbers, texts, lists and dicts."""
    wires = topological_order(output)
    number = {wire: i for i, wire in enumerate(wires)}
    return {"wires": [_wire_as_json(wire, number) for wire in wires]}


def _wire_as_json(wire: Value, number: dict[Value, int]) -> dict[str, Any]:
    entry: dict[str, Any] = {"data": number_as_json(wire.data)}
    if wire.gate is not None:
        if GATES.get(wire.gate.name) is not wire.gate:
            raise ValueError(
                f"the gate {wire.gate.name!r} is not in the table, so a file cannot name it: "
                "define it with @mg.gate"
            )
        if wire.own_backward:
            raise ValueError(
                f"{wire!r} has a function of its own in _backward, which no file can hold: "
                "define the gate with @mg.gate"
            )
        entry["gate"] = wire.gate.name
        entry["inputs"] = [number[source] for source in wire.inputs]
        entry["local"] = [number_as_json(local) for local in wire.local_gradients]
    if wire.is_constant:
        entry["constant"] = True
    if wire.has_grad:
        entry["grad"] = number_as_json(wire.grad)
    if wire.label:
        entry["label"] = Place(f"the label of {wire!r}", wire.label).text()
    if "unit" in wire.__dict__:
        entry["unit"] = list(wire.unit)
    return entry


def circuit_from_json(content: Place) -> Value:
    """The output of the circuit in a file."""
    content.only("format", "version", "kind", "wires")
    wires: list[Value] = []
    used = bytearray(content["wires"].count(least=1))
    for place in content["wires"].items():
        wires.append(_wire_from_json(place, wires, used))
    used[-1] = True  # the output is the last wire
    if not all(used):
        place = content["wires"].item(used.index(False))
        place.refuse("the wire leads nowhere: no later wire has it as an input")
    return wires[-1]


def _wire_from_json(place: Place, wires: list[Value], used: bytearray) -> Value:
    data = place["data"].number()
    grad = place["grad"].number() if "grad" in place else None
    if "gate" in place:
        place.only("data", "gate", "inputs", "local", "grad", "label", "unit")
        gate, inputs, local = _gate_from_json(place, wires, used)
        wire = output_of(gate, inputs, data, local)
    else:
        place.only("data", "constant", "grad", "label", "unit")
        constant = "constant" in place
        if constant and place["constant"].content is not True:
            place["constant"].refuse("expected true")
        if constant and grad is not None:
            place["grad"].refuse("a constant has no gradient")
        wire = constant_wire(data) if constant else Value(data)
    write_grad(wire, grad)
    if "label" in place and (label := place["label"].text()):
        wire.label = label
    if "unit" in place:
        if place["unit"].count() != 2:
            place["unit"].refuse(f"expected layer and unit, got {place['unit'].count()} items")
        wire.unit = tuple(number.whole(0, 10**9) for number in place["unit"].items())
    return wire


def _gate_from_json(
    place: Place, wires: list[Value], used: bytearray
) -> tuple[Any, tuple[Value, ...], tuple[float, ...]]:
    try:
        gate = gate_named(place["gate"].text())
    except KeyError as error:
        place["gate"].refuse(f"{error.args[0]}, before the file is loaded")
    numbers = [source.whole(0, len(wires) - 1) for source in place["inputs"].items()]
    try:
        gate.check_arity(len(numbers))
    except TypeError as error:
        place["inputs"].refuse(str(error))
    local = tuple(source.number() for source in place["local"].items())
    if len(local) != len(numbers):
        place["local"].refuse(
            f"expected one local gradient for each of {len(numbers)} inputs, got {len(local)}"
        )
    for number in numbers:
        used[number] = True
    return gate, tuple(wires[number] for number in numbers), local
