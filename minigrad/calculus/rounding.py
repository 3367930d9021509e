"""How far rounding can have moved a circuit's output, and its gradients.

>>> x = Value(1e-9)
>>> f = (1.0 + x) - 1.0
>>> f.data
1.000000082740371e-09
>>> noise_of_output(Circuit(f)) >= abs(f.data - 1e-9)
True

Every gate rounds its output, by a part in 10¹⁶ of it, and the gates behind it multiply that by its
gradient. Where large numbers cancel, as the 1 above, the sum over all gates is far more than a part
in 10¹⁶ of the output.
"""

from __future__ import annotations

from math import inf
from sys import float_info
from typing import Final

from ..engine import Circuit, Value, gradients_of, number_of, write_grad
from ..rules import GATES, Gate

BUILT_IN: Final = frozenset(GATES)  # their rules are right to two units in the last place
EPSILON: Final = float_info.epsilon
SMALLEST: Final = 5e-324  # what underflow takes


def noise_of_output(circuit: Circuit) -> float:
    """How far the rounding of all gates can have moved the circuit's output.

    The sum of |value · gradient| · ε over the gates; no `grad` is left changed.
    """
    if circuit.output.is_leaf:
        return 0.0
    before = gradients_of(circuit.wires)
    try:
        circuit.output.backward()
        noise = sum(_own_noise(circuit, wire) * abs(wire.grad) for wire in circuit.gates)
    finally:
        for wire, old in zip(circuit.wires, before):
            write_grad(wire, old)
    return noise if noise == noise else inf


def _own_noise(circuit: Circuit, wire: Value) -> float:
    """How far the rounding inside one gate can have moved the gate's output."""
    gate, size = circuit.gate(wire), abs(number_of(wire))
    inputs = circuit.inputs(wire)
    if gate.arity is None:  # it may have rounded after each of its inputs
        local = circuit.local_gradients(wire)
        size += sum(abs(number_of(source) * d) for source, d in zip(inputs, local))
    noise = EPSILON * size + SMALLEST
    if gate.name in BUILT_IN or gate.rule is None:
        return noise
    return noise + _noise_of_rule(gate, [number_of(source) for source in inputs])


def _noise_of_rule(gate: Gate, numbers: list[float]) -> float:
    """A gate of the user's own rounds at every step of its rule."""
    result = gate.trace(*map(Value, numbers))
    if not isinstance(result, Value):
        return 0.0
    return noise_of_output(Circuit(result, collapse=["dot"]))


def noise_of_gradients(circuit: Circuit, wires: list[Value]) -> list[float]:
    """How far the rounding of all contributions can have moved the gradients of some wires.

    For each gate a part in 10¹⁶ of what would arrive if all contributions had the same sign.
    """
    sizes: dict[Value, float] = {circuit.output: 1.0}
    for wire in reversed(circuit.gates):
        size = sizes.get(wire, 0.0)
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            if size and local:
                sizes[source] = sizes.get(source, 0.0) + abs(local) * size
    each = EPSILON * (4 + len(circuit.gates))
    noises = [each * sizes.get(wire, 0.0) + SMALLEST for wire in wires]
    return [noise if noise == noise else inf for noise in noises]
