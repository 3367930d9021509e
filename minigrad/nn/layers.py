"""Layers of neurons, and networks of layers."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from ..engine import Circuit, Value
from ..rules import as_whole_number, at_least_one, items_of
from ..text import Table
from .activations import USUAL, activations_of_layers
from .delta_table import delta_table
from .initial_weights import checked_items, initial_biases, initial_weights, random_numbers
from .module import Module
from .neuron import Neuron, UnitNames, input_wires


class Layer(Module):
    """`nout` neurons that share their `nin` inputs; one neuron alone returns a single Value.

    >>> layer = Layer(2, 3, activation="relu", weights=[[1, 0], [0, 1], [1, -1]])
    >>> [a.data for a in layer([3.0, 5.0])]
    [3.0, 5.0, 0.0]

    Takes what `Neuron` takes; `weights` as numbers are a row for each unit, `bias` a number for
    each. `number` is its place l in the network, `first_index` what its first unit is called.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: Any = "relu",
        weights: Any = "uniform",
        bias: Any = True,
        seed: Any = None,
        number: int = 1,
        first_index: int = 1,
        labels: bool = True,
    ) -> None:
        nin = at_least_one("the number of inputs of a Layer", nin)
        nout = at_least_one("the number of units of a Layer", nout)
        rows = initial_weights(weights, nin, nout, random_numbers(seed))
        self.neurons = [
            Neuron(
                nin,
                nonlin,
                activation=activation,
                weights=row,
                bias=offset if offset is not None else False,
                names=UnitNames(number, j, first_index),
                labels=labels,
            )
            for j, (row, offset) in enumerate(zip(rows, initial_biases(bias, nout)))
        ]
        self.number = number

    def __call__(self, x: Any) -> Any:
        outputs = self.forward(input_wires(x, self.neurons[0].names))
        return outputs[0] if len(outputs) == 1 else outputs

    def forward(self, inputs: Sequence[Value]) -> list[Value]:
        """The circuits of all units on these wires, always as a list."""
        return [neuron.forward(inputs) for neuron in self.neurons]

    @property
    def nin(self) -> int:
        """How many inputs each unit takes."""
        return len(self.neurons[0].w)

    @property
    def z(self) -> list[Value]:
        """The pre-activations of the latest forward pass."""
        return [neuron.z for neuron in self.neurons]

    @property
    def a(self) -> list[Value]:
        """The activations of the latest forward pass."""
        return [neuron.a for neuron in self.neurons]

    @property
    def delta(self) -> list[float]:
        """δ_j = dC/dz_j for every unit, after `C.backward()`."""
        return [neuron.delta for neuron in self.neurons]

    def __repr__(self) -> str:
        neuron = self.neurons[0]
        bias = "" if neuron.b is not None else ", bias=False"
        shape = f"{self.nin}, {len(self.neurons)}"
        return f"Layer({shape}, activation={neuron.activation.name!r}{bias})"


class MLP(Module):
    """A fully connected network: every layer's outputs are the next one's inputs.

    >>> model = MLP(2, [16, 16, 1], activation="relu")
    >>> model
    MLP(2, [16, 16, 1], activation=['relu', 'relu', 'linear'])
    >>> len(model.parameters())
    337

    One `activation` is for the hidden layers ("relu" if none is given), and the last layer is
    linear; where there is but one layer it is for that; a list has one for each layer. `weights`
    and `bias` as numbers are nested lists with an item for each layer. `first_index=0` counts units
    from 0 in labels, as some texts do. `labels=False` leaves the wires z and a without labels: a
    circuit of many rows is built a little faster.
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        activation: Any = USUAL,
        weights: Any = "uniform",
        bias: Any = True,
        seed: Any = None,
        first_index: int = 1,
        labels: bool = True,
    ) -> None:
        nouts = _checked_sizes(nouts)
        count = len(nouts)
        rng = random_numbers(seed)
        activations = activations_of_layers(activation, count)
        each_weights = _for_each_layer(weights, count, "weights", str)
        each_bias = _for_each_layer(bias, count, "bias", bool)
        self.layers = [
            Layer(
                inputs,
                units,
                activation=one_activation,
                weights=one_weights,
                bias=one_bias,
                seed=rng,
                number=number,
                first_index=first_index,
                labels=labels,
            )
            for number, (inputs, units, one_activation, one_weights, one_bias) in enumerate(
                zip([nin, *nouts], nouts, activations, each_weights, each_bias), start=1
            )
        ]

    def __call__(self, x: Any) -> Any:
        outputs = self.forward(input_wires(x, self.layers[0].neurons[0].names))
        return outputs[0] if len(outputs) == 1 else outputs

    def forward(self, inputs: Sequence[Value]) -> list[Value]:
        """The circuit of the network on these wires; the last layer's outputs, as a list."""
        wires = list(inputs)
        for layer in self.layers:
            wires = layer.forward(wires)
        return wires

    def summary(self) -> Table:
        """Layers, parameters, and the gates of one forward pass.

        >>> MLP(2, [3, 1], activation="tanh").summary()
        layer  inputs  units  activation  parameters  gates
        1           2      3        tanh           9     15
        2           3      1      linear           4      5
        all                                       13     20
        """
        rows: list[tuple[object, ...]] = []
        for layer in self.layers:
            units = len(layer.neurons)
            activation = layer.neurons[0].activation.name
            parameters = len(layer.parameters())
            rows.append((layer.number, layer.nin, units, activation, parameters, _gates_of(layer)))
        rows.append(("all", "", "", "", *(sum(row[i] for row in rows) for i in (4, 5))))  # type: ignore[misc]
        return Table(("layer", "inputs", "units", "activation", "parameters", "gates"), rows)

    def delta_table(self, cost: Value | None = None, *, notation: str = "l") -> Table:
        """The recursion δ^l = σ'(z^l) ∘ (W^(l+1))ᵀ δ^(l+1) beside what the gates computed.

        >>> model = MLP(1, [1, 1], activation="tanh", weights=[[[0.5]], [[2.0]]])
        >>> ((model(1.0) - 1.0) ** 2).backward()
        >>> model.delta_table()
        unit      z  σ'(z)   dC/da  δ by the recursion  δ by the gates  difference
        z₁²   0.924      1  −0.152              −0.152          −0.152           0
        z₁¹     0.5  0.786  −0.303              −0.238          −0.238           0

        The last layer begins with the cost's own derivative, dC/da, which no recursion gives. The
        weights are those of the forward pass, so that the table is right after an update, too. It
        is that of the last pass that was differentiated, whatever was called since. Given the
        `cost` it has all runs behind that, run by run: z₁¹⁽²⁾ is of the second.
        `notation="[l]"` writes layers in brackets.
        """
        return delta_table([layer.neurons for layer in self.layers], cost, notation)

    def __repr__(self) -> str:
        first = self.layers[0]
        nouts = [len(layer.neurons) for layer in self.layers]
        names = [layer.neurons[0].activation.name for layer in self.layers]
        has_bias = any(layer.neurons[0].b is not None for layer in self.layers)
        bias = "" if has_bias else ", bias=False"
        return f"MLP({first.nin}, {nouts}, activation={names!r}{bias})"


def _gates_of(layer: Layer) -> int:
    """How many gates one forward pass through the layer records."""
    trial = copy(layer)
    trial.neurons = [copy(neuron) for neuron in layer.neurons]
    outputs = trial.forward([Value(0.0) for _ in range(layer.nin)])
    return sum(len(Circuit(output).gates) for output in outputs)


def _for_each_layer(given: Any, count: int, what: str, single: type) -> Sequence[Any]:
    if isinstance(given, single):
        return [given] * count
    return checked_items(given, count, what, "item", "layer")


def _checked_sizes(nouts: Any) -> list[int]:
    if as_whole_number(nouts) is not None:
        raise TypeError(f"MLP takes a list of layer sizes, got {nouts}: write [{nouts}]")
    sizes = items_of("MLP", nouts, "a list of layer sizes")
    if not sizes:
        raise ValueError("MLP needs at least one layer, got an empty list of layer sizes")
    return sizes
