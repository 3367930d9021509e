"""What `draw` is given, as the outputs of one circuit: a wire, several of them, a network.

>>> from minigrad.nn import Neuron
>>> [output.label for output in outputs_of(Neuron(2))]
['a']
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from copy import deepcopy
from typing import Any, Final

from ..engine import Value, wires_in
from ..nn import MLP, Layer, Module, Neuron
from ..rules import described

EXAMPLE: Final = 1.0  # on every input of a network that is drawn without a call


def outputs_of(given: Any) -> list[Value]:
    """The outputs to draw, each once; a TypeError says what to give instead."""
    if isinstance(given, (Neuron, Layer, MLP)):
        return _on_examples(given)
    if isinstance(given, Module) or callable(given):
        raise TypeError(
            f"draw() shows a circuit, got {described(given)}, which has one only when it is "
            "called: draw what it returns, mg.draw(model(x))"
        )
    return wires_in(given, "draw()")


def _on_examples(network: Neuron | Layer | MLP) -> list[Value]:
    """The outputs of a copy, so that the network's own latest pass stays what it was."""
    copy = deepcopy(network)
    layer = copy.layers[0] if isinstance(copy, MLP) else copy
    neuron = layer.neurons[0] if isinstance(layer, Layer) else layer
    inputs = [Value(EXAMPLE, label=neuron.names.x(k)) for k in range(len(neuron.w))]
    call: Callable[..., Any] = copy
    outputs = Context().run(call, inputs)  # a context of its own: recorded even inside no_grad()
    return outputs_of(outputs)
