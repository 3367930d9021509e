"""The circuits that tests of stepping use: the texts' neuron, and random ones."""

from helpers.counts import count_near
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.calculus.own_gates import BUILT_IN
from minigrad.rules.gate import FUNCTIONS

numbers = st.floats(-3, 3) | st.sampled_from([0.0, -0.0, 1.0, float("inf"), 1e300, 5e-324])
NAMES = sorted(name for name in BUILT_IN if name != "select")


@st.composite
def circuits(draw) -> Value:
    """A random circuit over all gates of the table, with fan-out, constants and shared inputs."""
    wires = [Value(draw(numbers), label=f"x_{i}") for i in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(0, 12))):
        gate = mg.GATES[draw(st.sampled_from(NAMES))]
        count = count_near(gate, draw(st.integers(1, 4)))
        operands = [draw(st.sampled_from(wires)) for _ in range(count)]
        if count > 1 and draw(st.booleans()):
            operands[-1] = draw(numbers)
        wires.append(FUNCTIONS[gate.name](*operands))
    return wires[-1]


def neuron() -> tuple[Value, dict[str, Value]]:
    data = {"w_0": 2.0, "x_0": -1.0, "w_1": -3.0, "x_1": -2.0, "b": -3.0}
    v = {name: Value(number, label=name) for name, number in data.items()}
    return (v["w_0"] * v["x_0"] + v["w_1"] * v["x_1"] + v["b"]).sigmoid(), v
