"""Derivatives of circuits as wires, each in as few sweeps as it takes.

>>> x, y = Value(2.0), Value(3.0)
>>> [[entry.data for entry in row] for row in hessian_rows(x * x * y, [x, y], False)]
[[6.0, 4.0], [4.0, 0.0]]

What a user asks for, of a circuit (`derivatives`) or of a function (`of_functions`), is made of
these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ..engine import Circuit, Value, with_gates
from .forward import tangents
from .gradients import as_wires_of, refuse_without_gates, sent_back


def circuit_of(outputs: Sequence[Value]) -> Circuit:
    """The one circuit behind several outputs, at least one."""
    return Circuit(outputs[0], others=outputs[1:])


def pulled_back(
    circuit: Circuit,
    cotangents: Mapping[Value, Any],
    inputs: Sequence[Value],
    create_graph: bool,
    name: str,
) -> list[Value]:
    """What the inputs receive, in one sweep from the outputs: cotangents times the Jacobian."""
    refuse_without_gates(name, circuit, cotangents)
    with _recording(create_graph):
        received = sent_back(circuit, _without_zeros(cotangents), inputs, create_graph, name)
        return as_wires_of(circuit, [received.get(wire, 0.0) for wire in inputs], name)


def pushed_forward(
    circuit: Circuit, seeds: Mapping[Value, Any], create_graph: bool, name: str = "jvp"
) -> list[Value]:
    """How fast the outputs move, in one sweep with the flow: the Jacobian times tangents."""
    refuse_without_gates(name, circuit, circuit.outputs)
    with _recording(create_graph):
        moving = tangents(circuit, _without_zeros(seeds), create_graph, name)
        return as_wires_of(circuit, [moving.get(wire, 0.0) for wire in circuit.outputs], name)


def _recording(create_graph: bool) -> AbstractContextManager[None]:
    """What is to be a circuit is one inside `no_grad` too: the gradient of a Hessian, say."""
    return with_gates() if create_graph else nullcontext()


def _without_zeros(numbers: Mapping[Value, Any]) -> dict[Value, Any]:
    """What stands still moves nothing: 0 times an infinite slope would be nan."""
    return {wire: x for wire, x in numbers.items() if isinstance(x, Value) or x != 0.0}


def gradient(
    output: Value, inputs: Sequence[Value], create_graph: bool = False, name: str = "grad"
) -> list[Value]:
    """d(output)/d(input) for each input."""
    return pulled_back(Circuit(output), {output: 1.0}, inputs, create_graph, name)


def jacobian_rows(
    outputs: Sequence[Value], inputs: Sequence[Value], create_graph: bool
) -> list[list[Value]]:
    """A row for each output: as many sweeps as there are outputs, or inputs if those are fewer."""
    if not outputs:
        return []
    circuit = circuit_of(outputs)
    if len(set(inputs)) < len(set(outputs)):
        return _by_columns(circuit, inputs, create_graph, "jacobian")
    return [pulled_back(circuit, {wire: 1.0}, inputs, create_graph, "jacobian") for wire in outputs]


def hessian_rows(output: Value, inputs: Sequence[Value], create_graph: bool) -> list[list[Value]]:
    """Forward over reverse: the gradient as a circuit, and a sweep with the flow for each input."""
    slopes = gradient(output, inputs, True, "hessian")
    return _by_columns(circuit_of(slopes), inputs, create_graph, "hessian") if slopes else []


def hessian_along(
    output: Value,
    inputs: Sequence[Value],
    seeds: Mapping[Value, Any],
    create_graph: bool,
) -> list[Value]:
    """The Hessian times a vector, in one sweep over the gradient's circuit."""
    slopes = gradient(output, inputs, True, "hvp")
    return pushed_forward(circuit_of(slopes), seeds, create_graph, "hvp") if slopes else []


def _by_columns(
    circuit: Circuit, inputs: Sequence[Value], create_graph: bool, name: str
) -> list[list[Value]]:
    columns = [pushed_forward(circuit, {wire: 1.0}, create_graph, name) for wire in inputs]
    return [[column[place] for column in columns] for place in range(len(circuit.outputs))]
