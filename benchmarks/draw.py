"""How long pictures take: our own part, and with Graphviz as a program and as a library.

    python benchmarks/draw.py
    python benchmarks/draw.py --turns 31

Each number is the median of the turns, the first of which is not counted (imports, fonts).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import time
from collections.abc import Callable

import minigrad as mg
from minigrad import Value
from minigrad.pictures.raster import png_from_svg

# what is drawn, how, and the target in milliseconds
TARGETS = {
    "DOT of 2,000 gates": 100.0,
    "refusal of 1,000,000 gates": 1000.0,
    "SVG of a neuron, program": 60.0,
    "SVG of a neuron, library": 60.0,
    "SVG of MLP(2, [16, 16, 1]) collapsed, program": 150.0,
    "SVG of MLP(2, [16, 16, 1]) collapsed, library": 150.0,
    "PNG from the SVG of a neuron": float("inf"),
}


def neuron() -> Value:
    w0, x0, w1, x1, b = (Value(number) for number in (2.0, -1.0, -3.0, -2.0, -3.0))
    f: Value = (w0 * x0 + w1 * x1 + b).sigmoid()
    f.backward()
    return f


def chain(gates: int) -> Value:
    x = Value(0.5, label="x")
    y = x
    for i in range(gates):
        y = y * 1.001 if i % 2 else y + x
    return y


def network() -> Value:
    model = mg.nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)
    y: Value = model([Value(0.5), Value(-0.25)])
    y.backward()
    return y


def refused(output: Value) -> None:
    try:
        mg.draw(output)
    except ValueError:
        return
    raise AssertionError("a circuit of this size was drawn")


def cases() -> dict[str, Callable[[], object]]:
    unit, large, model = neuron(), chain(2_000), network()
    large.backward()
    huge: list[Value] = []  # made when it is needed: a million gates would slow the others

    def refuse_huge() -> None:
        huge[:] = huge or [chain(1_000_000)]
        refused(huge[0])

    def collapsed() -> str:
        return mg.draw(model, collapse="neuron").svg

    drawing = mg.draw(unit)
    return {
        "DOT of 2,000 gates": lambda: mg.draw(large).source,
        "SVG of a neuron, program": lambda: mg.draw(unit).svg,
        "SVG of a neuron, library": lambda: mg.draw(unit).svg,
        "SVG of MLP(2, [16, 16, 1]) collapsed, program": collapsed,
        "SVG of MLP(2, [16, 16, 1]) collapsed, library": collapsed,
        "PNG from the SVG of a neuron": lambda: png_from_svg(drawing.svg),
        "refusal of 1,000,000 gates": refuse_huge,
    }


def median_milliseconds(make: Callable[[], object], turns: int) -> float:
    make()
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        make()
        times.append(time.perf_counter() - began)
    return 1000.0 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=11)
    turns = parser.parse_args().turns
    path = os.environ["PATH"]
    for name, make in cases().items():
        if name.endswith("program") and shutil.which("dot") is None:
            print(f"{name:50}  no dot on the PATH")
            continue
        os.environ["PATH"] = "" if name.endswith("library") else path
        measured = median_milliseconds(make, turns)
        os.environ["PATH"] = path
        target = TARGETS[name]
        goal = f"   target {target:5.0f}" if target < float("inf") else ""
        print(f"{name:50}  {measured:7.1f} ms{goal}{'  MISSED' if measured > target else ''}")


if __name__ == "__main__":
    main()
