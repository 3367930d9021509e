"""Random circuits, and the executors that are there to run them."""

import importlib.util
import math
import struct

import pytest
from hypothesis import strategies as st

from minigrad import GATES, Value

HAS_NATIVE = all(importlib.util.find_spec(name) for name in ("llvmlite", "numpy"))
WHY = "needs the extra native: pip install llvmlite numpy"

EXECUTORS = [
    "python",
    pytest.param("tape", marks=pytest.mark.skipif(not HAS_NATIVE, reason=WHY)),
    pytest.param("lanes", marks=pytest.mark.skipif(not HAS_NATIVE, reason=WHY)),
]

# gates whose rules are arithmetic and choices alone; a comparison or a condition sends nothing back
# where 0 times an infinite gradient would be nan, so those two have tests of their own
ARITHMETIC = ["add", "sub", "mul", "div", "neg", "sum", "maximum", "minimum"]
ARITHMETIC += ["abs", "relu", "leaky_relu", "sqrt"]

numbers = st.one_of(
    st.floats(-3, 3), st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-310, 1e300, math.inf, math.nan])
)


def bits(number):
    """The bits of a float; all nans alike."""
    return "nan" if number != number else struct.pack("<d", number)


@st.composite
def circuits(draw, names=tuple(ARITHMETIC), most=12):
    """A function of two inputs with two parameters, the parameters, and the inputs."""
    parameters = [Value(draw(numbers)) for _ in range(2)]
    inputs = [Value(draw(numbers)) for _ in range(2)]
    steps = []
    for place in range(draw(st.integers(1, most))):
        gate = GATES[draw(st.sampled_from(names))]
        count = gate.arity or draw(st.integers(1, 4))
        wires = st.one_of(st.integers(0, 3 + place), numbers)
        steps.append(
            (gate, [draw(wires) for _ in range(count - 1)] + [draw(st.integers(0, 3 + place))])
        )

    def function(x, y):
        wires = [*parameters, x, y]
        for gate, places in steps:
            operands = [wires[p] if isinstance(p, int) else p for p in places]
            wires.append(Value.apply_gate(gate, tuple(operands)))
        return wires[-1] + wires[-2]

    return function, parameters, inputs
