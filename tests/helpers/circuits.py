"""Random circuits, and the executors that are there to run them."""

import importlib.util
import math
import struct
from collections.abc import Iterable

import pytest
from helpers.counts import count_near
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


def bits(number: float | None) -> bytes | None:
    """A number to the last bit, all nans alike; what has none has no bits."""
    if number is None:
        return None
    return b"nan" if number != number else struct.pack("<d", number)


def bits_of(numbers: Iterable[float | None]) -> list[bytes | None]:
    """The bits of each number."""
    return [*map(bits, numbers)]


# gates with a derivative everywhere that the numbers of `tame_circuits` reach
SMOOTH = ["add", "sub", "mul", "div", "pow", "neg", "sum", "exp", "log", "log1p", "sqrt", "sin"]
SMOOTH += ["cos", "normal_density", "normal_cdf", "tanh", "sigmoid", "softplus", "silu", "gelu"]


def as_it_is(x):
    return x


def tame(x):
    """A number from 1 to 2, whatever came: no circuit leaves the ordinary floats."""
    return x.sigmoid() + 1.0


def tame_circuits():
    """Circuits of all smooth gates in which no gate has an output near 0 or a large one."""
    return circuits(names=tuple(SMOOTH), of=st.floats(0.5, 2.0), after_each=tame)


@st.composite
def circuits(draw, names=tuple(ARITHMETIC), most=12, of=numbers, after_each=as_it_is):
    """A function of two inputs with two parameters, the parameters, and the inputs."""
    parameters = [Value(draw(of)) for _ in range(2)]
    inputs = [Value(draw(of)) for _ in range(2)]
    steps = []
    for place in range(draw(st.integers(1, most))):
        gate = GATES[draw(st.sampled_from(names))]
        count = count_near(gate, draw(st.integers(1, 4)))
        wires = st.one_of(st.integers(0, 3 + place), of)
        steps.append(
            (gate, [draw(wires) for _ in range(count - 1)] + [draw(st.integers(0, 3 + place))])
        )

    def function(x, y):
        wires = [*parameters, x, y]
        for gate, places in steps:
            operands = [wires[p] if isinstance(p, int) else p for p in places]
            wires.append(after_each(Value.apply_gate(gate, tuple(operands))))
        return wires[-1] + wires[-2]

    return function, parameters, inputs
