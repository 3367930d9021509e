"""The recursion δ^l = σ'(z^l) ∘ (W^(l+1))ᵀ δ^(l+1) in numbers, beside what the gates computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..engine import Value
from ..text import Table

if TYPE_CHECKING:
    from .layers import Layer, Neuron

HEADER = ("unit", "z", "σ'(z)", "∂C/∂a", "δ by the recursion", "δ by the gates", "difference")


def delta_table(layers: Sequence[Layer]) -> Table:
    """One row for each unit, the last layer first; see `MLP.delta_table`.

    The weights are those of the forward pass, so that the table is right after an update, too.
    """
    rows: list[tuple[object, ...]] = []
    later: Layer | None = None
    deltas: list[float] = []
    for layer in reversed(layers):
        by_recursion = []
        for place, neuron in enumerate(layer.neurons):
            slope = activation_slope(neuron)
            to_output = _from_cost(neuron) if later is None else _from_later(later, deltas, place)
            delta = slope * to_output
            by_recursion.append(delta)
            numbers = (neuron.z.data, slope, to_output, delta, neuron.delta, delta - neuron.delta)
            rows.append((neuron.z.label, *numbers))
        later, deltas = layer, by_recursion
    return Table(HEADER, rows)


def activation_slope(neuron: Neuron) -> float:
    """σ'(z) of the latest forward pass, from a circuit of the activation alone."""
    if neuron.activation.function is None:
        return 1.0
    z = Value(neuron.z.data)
    neuron.activation.function(z).backward()
    return z.grad


def _from_cost(neuron: Neuron) -> float:
    """∂C/∂a of a unit of the last layer: the cost's own derivative, which no recursion gives."""
    return neuron.a.grad if neuron.a.has_grad else neuron.delta


def _from_later(later: Layer, deltas: list[float], place: int) -> float:
    """Σ_k w_kj · δ_k over the next layer's units, the last first, as the backward pass does."""
    total = 0.0
    for unit, delta in zip(reversed(later.neurons), reversed(deltas)):
        total += unit.weight_in_pass(place) * delta
    return total
