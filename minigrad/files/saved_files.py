"""Circuits and networks as JSON files, and back: exact, written whole or not at all.

>>> import minigrad as mg, tempfile, pathlib
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> y = (w * x).tanh(); y.backward()
>>> path = pathlib.Path(tempfile.mkdtemp(), "circuit.json")
>>> save(y, path)
>>> again = load(path)
>>> again
Value(data=-0.9640275800758169, grad=1.0, gate=tanh)
>>> again.inputs[0].inputs[0]
Value(data=2.0, grad=-0.07065082485316446, label='w')

A file holds numbers, names of gates and labels, and nothing that runs. What is not exactly in
order is a `CircuitFileError` that names the place.
"""

from __future__ import annotations

import json
import os
from math import inf
from typing import Any, Final

from ..engine import Circuit, Value, as_wire, constant, looks_at_numbers, output_of, write_grad
from ..nn import MLP, Layer
from ..rules import GATES, SLOPES, Gate, at_least_one, described, gate_named
from ..text import path_of, write_file
from .checked_json import CircuitFileError, Place, number_as_json, parsed, read_regular

VERSION: Final = 1
MOST_LAYERS: Final = 10_000
LONGEST_NAME: Final = 64  # of a gate
MOST_BYTES: Final = 2_000_000  # read or refused within a second and 100 MB, whatever is in it
# Of a network one byte can make hundreds: a weight is a Value, and a unit has the size of five.
# Those that save() has written of trained ones take 18 bytes for a weight.
BYTES_A_PART: Final = 16
PARTS_OF_A_UNIT: Final = 4
TRUST: Final = "if you trust it, mg.load(path, most_bytes=…) with a larger number"


def save(thing: Value | MLP | dict[str, float], path: str | os.PathLike[str]) -> None:
    """Write a circuit (its output), a network, or a `state_dict()` to a JSON file.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "line.json")
    >>> save({"slope": 2.0, "offset": -1.0}, path)
    >>> print(path.read_text())
    {"format": "minigrad",
     "version": 1,
     "kind": "state",
     "parameters": {"slope": 2.0, "offset": -1.0}}
    <BLANKLINE>

    A circuit is saved with its numbers, gradients, gates, labels and structure, so that it can be
    loaded, drawn and stepped elsewhere; a gate of your own by its name. The file is replaced in one
    step, and keeps its mode: whatever happens, either the old or the new one is there, whole.
    Symbolic links are followed; a hard link elsewhere keeps the old one. `~` is the home folder.
    What `load` would not give back is refused: names that are no text, an empty dict, a network
    whose layers do not fit.
    """
    looks_at_numbers("mg.save")
    if isinstance(thing, Value):
        body = {"kind": "circuit", **_circuit_as_json(thing)}
    elif isinstance(thing, MLP):
        body = {"kind": "network", **_network_as_json(thing)}
    elif isinstance(thing, dict):
        body = {"kind": "state", "parameters": _state_as_json(thing)}
    else:
        raise TypeError(
            f"save takes a Value (the output of a circuit), an MLP or a state_dict(), got "
            f"{described(thing)}: save the state_dict() of a module of your own"
        )
    text = _as_text({"format": "minigrad", "version": VERSION, **body})
    write_file(path_of(path), text.encode("ascii"), lasting=True)


def load(path: str | os.PathLike[str], most_bytes: int = MOST_BYTES) -> Any:
    """What `save` wrote: the output of the circuit, the network, or the dict.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model.json")
    >>> save(MLP(2, [3, 1], activation="tanh"), path)
    >>> load(path)
    MLP(2, [3, 1], activation=['tanh', 'linear'])

    A file of more than `most_bytes` is refused unread, and a network of more than `most_bytes` / 16
    weights and units (a unit counts as four) unmade: raise the number for one that you trust. Only
    regular files are opened.
    """
    most_bytes = at_least_one("most_bytes", most_bytes)
    data = read_regular(path_of(path), most_bytes + 1)
    if len(data) > most_bytes:
        raise CircuitFileError(f"the file is larger than {most_bytes:,} bytes: {TRUST}")
    content = Place("", parsed(data))
    if content["format"].one_of("minigrad") and content["version"].whole(1, 10**6) > VERSION:
        content["version"].refuse(f"this minigrad reads version {VERSION}: update it")
    kind = content["kind"].one_of("circuit", "network", "state")
    if kind == "circuit":
        return _circuit_from_json(content)
    if kind == "network":
        return _network_from_json(content, most_parts=most_bytes // BYTES_A_PART)
    content.only("format", "version", "kind", "parameters")
    return {name: place.number() for name, place in content["parameters"].entries()}


def _as_text(content: dict[str, Any]) -> str:
    """JSON with one line for each item of the long lists: to be read, and compared in a diff."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            items = ",\n  ".join(json.dumps(item, allow_nan=False) for item in value)
            lines.append(f"{json.dumps(key)}: [\n  {items}\n ]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
    return "{" + ",\n ".join(lines) + "}\n"


def _state_as_json(state: dict[str, Any]) -> dict[str, float | str]:
    """Names and numbers: what is no such thing would not come back as it was."""
    if not state:
        raise ValueError("save got an empty dict: there is nothing to save, and none to load")
    numbers: dict[str, float | str] = {}
    for name, number in state.items():
        if not isinstance(name, str):
            raise TypeError(
                f"save takes a dict of numbers by name, got {described(name)} as a name: write "
                "str(name), if no two are alike then"
            )
        try:
            numbers[str.__str__(name)] = number_as_json(as_wire(number).data)
        except (TypeError, OverflowError) as error:
            raise type(error)(f"save takes a dict of numbers; at {name!r:.60}: {error}") from None
    return numbers


# --- circuits: wires in topological order, each input a number of an earlier wire -----------------


def _circuit_as_json(output: Value) -> dict[str, Any]:
    """The circuit behind `output` as numbers, texts, lists and dicts."""
    circuit = Circuit(output)
    return {"wires": [_wire_as_json(circuit, wire) for wire in circuit.wires]}


def _wire_as_json(circuit: Circuit, wire: Value) -> dict[str, Any]:
    entry: dict[str, Any] = {"data": number_as_json(wire.data)}
    if not wire.is_leaf:
        gate = circuit.gate(wire)
        if gate is not (GATES.get(gate.name) or SLOPES.get(gate.name)):
            remedy = "define it with @mg.gate"
            if type(gate) is not Gate:  # behind what mg.compile or mg.implicit gives
                remedy = (
                    "it is a function of this program; save its number, Value(y.data), or of a "
                    "compiled function f the circuit, f.circuit"
                )
            raise ValueError(
                f"the gate {gate.name!r} is not in the table, so a file cannot name it: {remedy}"
            )
        if wire.own_backward:
            raise ValueError(
                f"{wire!r} has a function of its own in _backward, which no file can hold: "
                "define the gate with @mg.gate"
            )
        entry["gate"] = gate.name
        entry["inputs"] = [circuit.place[source] for source in circuit.inputs(wire)]
        entry["local"] = [number_as_json(local) for local in circuit.local_gradients(wire)]
    if wire.is_constant:
        entry["constant"] = True
    elif wire.has_grad:
        entry["grad"] = number_as_json(wire.grad)
    if wire.label:
        entry["label"] = Place(f"the label of {described(wire)}", wire.label).text()
    match wire.__dict__.get("unit"):  # a free attribute of that name may hold anything
        case (int() as layer, int() as place) if 0 <= layer < 10**9 and 0 <= place < 10**9:
            entry["unit"] = [int(layer), int(place)]
    return entry


def _circuit_from_json(content: Place) -> Value:
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
        if "constant" in place and place["constant"].content is not True:
            place["constant"].refuse("expected true")
        if "constant" in place and grad is not None:
            place["grad"].refuse("a constant has no gradient")
        wire = constant(data) if "constant" in place else Value(data)
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
        gate = gate_named(place["gate"].text(LONGEST_NAME))
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


# --- networks: layer by layer its activation, its weights and its biases --------------------------


def _network_as_json(model: MLP) -> dict[str, Any]:
    """The network as numbers, texts, lists and dicts."""
    if not model.layers or not all(layer.neurons for layer in model.layers):
        raise ValueError("save got a network with an empty layer, or with none at all")
    body = {
        "first_index": model.layers[0].neurons[0].names.first_index,
        "layers": [_layer_as_json(layer) for layer in model.layers],
    }
    try:  # somebody may have changed the layers: write only what will be read
        envelope = {"format": "minigrad", "version": VERSION, "kind": "network"}
        _network_from_json(Place("", {**envelope, **body}))
    except CircuitFileError as error:
        raise ValueError(
            f"a file cannot hold this network, {error}: save its state_dict()"
        ) from None
    return body


def _layer_as_json(layer: Layer) -> dict[str, Any]:
    activation = layer.neurons[0].activation
    for neuron in layer.neurons:
        if (neuron.activation, neuron.b is None) != (activation, layer.neurons[0].b is None):
            raise ValueError(
                f"the units of layer {layer.number} differ in their activation or in having a "
                "bias, which a file cannot hold: save the state_dict()"
            )
    if activation.function is not None and activation.gate is None:
        raise ValueError(
            f"layer {layer.number} has the activation {activation.name!r}, a function that a file "
            "cannot hold: define it with @mg.gate and pass its name"
        )
    biases = [neuron.b for neuron in layer.neurons]
    return {
        "activation": activation.name,
        "weights": [[number_as_json(w.data) for w in neuron.w] for neuron in layer.neurons],
        "bias": [number_as_json(b.data) for b in biases if b is not None] or None,
    }


def _network_from_json(content: Place, most_parts: float = inf) -> MLP:
    """The network in a file."""
    content.only("format", "version", "kind", "first_index", "layers")
    if content["layers"].count(least=1) > MOST_LAYERS:
        content["layers"].refuse(f"more than {MOST_LAYERS} layers")
    layers = list(content["layers"].items())
    weights: list[list[list[float]]] = []
    biases: list[Any] = []
    parts = 0
    for layer in layers:
        layer.only("activation", "weights", "bias")
        rows = layer["weights"]
        parts += rows.count(least=1) * (rows.item(0).count(least=1) + PARTS_OF_A_UNIT)
        if parts > most_parts:
            rows.refuse(f"the network is too large to be read unseen: {TRUST}")
        inputs = len(weights[-1]) if weights else None
        weights.append(_weights_from_json(layer["weights"], inputs))
        biases.append(_bias_from_json(layer["bias"], len(weights[-1])))
    activations = [layer["activation"].text(LONGEST_NAME) for layer in layers]
    first_index = content["first_index"].whole(0, 1)
    try:
        return MLP(
            len(weights[0][0]),
            [len(rows) for rows in weights],
            activation=activations,
            weights=weights,
            bias=biases,
            first_index=first_index,
        )
    except (KeyError, ValueError, TypeError) as error:
        content["layers"].refuse(str(error.args[0] if error.args else error))


def _weights_from_json(place: Place, inputs: int | None) -> list[list[float]]:
    rows = []
    for row in place.items(least=1):
        numbers = [number.number() for number in row.items(least=1)]
        if len(numbers) != (inputs := inputs or len(numbers)):
            row.refuse(f"expected {inputs} weights, one for each input, got {len(numbers)}")
        rows.append(numbers)
    return rows


def _bias_from_json(place: Place, units: int) -> Any:
    if place.content is None:
        return False
    numbers = [number.number() for number in place.items()]
    if len(numbers) != units:
        place.refuse(f"expected {units} biases, one for each unit, got {len(numbers)}")
    return numbers
