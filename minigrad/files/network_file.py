"""A network in a file: layer by layer its activation, its weights and its biases."""

from __future__ import annotations

from typing import Any, Final

from ..nn import MLP, Layer
from ..rules import GATES
from .checked_json import Place, number_as_json

MOST_LAYERS: Final = 10_000


def network_as_json(model: MLP) -> dict[str, Any]:
    """The network as numbers, texts, lists and dicts."""
    first = model.layers[0].neurons[0]
    return {
        "first_index": first.names.first_index,
        "layers": [_layer_as_json(layer) for layer in model.layers],
    }


def _layer_as_json(layer: Layer) -> dict[str, Any]:
    activation = layer.neurons[0].activation
    if activation.function is not None and activation.name not in GATES:
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


def network_from_json(content: Place) -> MLP:
    """The network in a file."""
    content.only("format", "version", "kind", "first_index", "layers")
    if content["layers"].count(least=1) > MOST_LAYERS:
        content["layers"].refuse(f"more than {MOST_LAYERS} layers")
    layers = list(content["layers"].items())
    weights: list[list[list[float]]] = []
    biases: list[Any] = []
    for layer in layers:
        layer.only("activation", "weights", "bias")
        inputs = len(weights[-1]) if weights else None
        weights.append(_weights_from_json(layer["weights"], inputs))
        biases.append(_bias_from_json(layer["bias"], len(weights[-1])))
    try:
        return MLP(
            len(weights[0][0]),
            [len(rows) for rows in weights],
            activation=[layer["activation"].text() for layer in layers],
            weights=weights,
            bias=biases,
            first_index=content["first_index"].whole(0, 1),
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
