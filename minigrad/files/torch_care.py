"""Where PyTorch needs care: a gate of which the slope may be infinite, before one that routes.

A branch that is not taken receives 0, and 0 times an infinite slope is nan. In minigrad such a
branch receives nothing. Of a circuit these gates have to be written out:

>>> import minigrad as mg
>>> x = mg.Value(4.0, label="x")
>>> found = needing_care([mg.maximum(mg.log(x) * x, mg.tanh(x)) + mg.exp(x)])
>>> sorted(wire.gate.name for wire in found)
['log', 'mul']
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..engine import Circuit, Value
from .program import circuit_behind

# Gates whose values and slopes are finite wherever their inputs are finite. Of infinite inputs
# these have slopes that are 0, 1 or a fixed number,
LINEAR: Final = frozenset(
    (
        *("add", "sub", "neg", "sum", "mean", "abs", "relu", "maximum", "minimum", "select"),
        *("less", "less_equal", "is_equal", "floor", "ceil", "trunc", "round", "sign"),
        *("degrees", "radians"),
    )
)
# these are finite,
BOUNDED: Final = frozenset(("tanh", "sigmoid", "erf", "atan", "normal_cdf", "normal_density"))
# and these neither.
OTHER: Final = frozenset(
    (
        *("mul", "dot", "prod", "leaky_relu", "softplus", "silu", "gelu", "logsumexp"),
        *("logaddexp", "asinh", "sin", "cos", "clip"),
    )
)
FINITE: Final = LINEAR | BOUNDED | OTHER


def needing_care(outputs: Sequence[Value]) -> set[Value]:
    """The wires whose gates have to be told to send nothing back where nothing has come."""
    circuit = circuit_behind(list(outputs))
    before: set[Value] = set()  # the wires that act through a gate that routes
    for wire in reversed(circuit.gates):
        if wire in before or circuit.gate(wire).routes:
            before.update(circuit.inputs(wire))
    infinite: set[Value] = set()  # the wires that may be infinite though all leaves are finite
    found: set[Value] = set()
    for wire in circuit.gates:
        name = circuit.gate(wire).name
        is_finite = name in FINITE or _by_a_number(circuit, wire, name)
        reads_infinite = not infinite.isdisjoint(circuit.inputs(wire))
        if not is_finite or (reads_infinite and name not in BOUNDED):
            infinite.add(wire)
        if wire in before and (not is_finite or (reads_infinite and name not in LINEAR)):
            found.add(wire)
    return found


def _by_a_number(circuit: Circuit, wire: Value, name: str) -> bool:
    """Whether it is a division by a fixed number other than 0, or a power of one that is 1 or more.

    Both are finite, and so are their slopes.
    """
    if name not in ("div", "pow"):
        return False
    _, last = circuit.inputs(wire)
    if not (last.is_leaf and last.is_constant):
        return False
    return last.data != 0.0 if name == "div" else last.data >= 1.0
