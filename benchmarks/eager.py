"""The eager engine against micrograd, side by side: ns per gate to build and to send back.

    pip install ".[bench]"
    python benchmarks/eager.py                 # 10^3 to 10^6 gates: some minutes
    python benchmarks/eager.py --sizes 1000 10000

Both engines run the same expressions, in turns; a number is the median over the turns of processor
time, which a busy machine disturbs less than the clock on the wall (where Python has a fine enough
clock for it). The garbage collector is on, as it is for users, and starts each turn clean. A
gate is an operation of the expression; the wires for plain numbers are counted in its bytes.
micrograd's backward pass is recursive: everything runs in a thread with a very large stack.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import statistics
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import minigrad

Circuit = Callable[[Any, int], Any]

# gates: times as fast as micrograd, for building and sending back together
TARGETS = {10**3: 2.0, 10**5: 8.0, 10**6: 5.0}
BYTES_TARGET = 320

is_fine = time.get_clock_info("thread_time").resolution < 1e-6
now = time.thread_time if is_fine else time.perf_counter

REPETITIONS = {10**3: 201, 10**4: 21, 10**5: 7, 10**6: 3}


def chain(Value: Any, gates: int) -> Any:
    """One long line of × and + with two parameters."""
    x, w, b = Value(0.5), Value(0.999), Value(0.001)
    for _ in range(gates // 2):
        x = x * w + b
    return x


def dot_products(Value: Any, gates: int) -> Any:
    """Units of ten weights, each fed by the ten units before it: fan-out and wide sums."""
    inputs = [Value(0.1 * i) for i in range(10)]
    weights = [Value(0.1 if i % 2 else -0.1) for i in range(10)]
    bias = Value(0.05)
    for _ in range(gates // 20):
        unit = bias
        for w, x in zip(weights, inputs):
            unit = unit + w * x
        inputs = [*inputs[1:], unit]
    return unit


def activations(Value: Any, gates: int) -> Any:
    """relu and powers between × and +, with plain numbers: what small networks do."""
    x, w = Value(0.5), Value(0.9)
    for _ in range(gates // 5):
        x = ((x * w + 0.1) ** 2 * 0.5).relu()
    return x


CIRCUITS = (chain, dot_products, activations)


class Times:
    """Seconds per phase, over the turns."""

    def __init__(self) -> None:
        self.build: list[float] = []
        self.backward: list[float] = []

    def take(self, Value: Any, circuit: Circuit, gates: int) -> None:
        gc.collect()
        start = now()
        output = circuit(Value, gates)
        built = now()
        output.backward()
        self.build.append(built - start)
        self.backward.append(now() - built)

    def medians(self) -> tuple[float, float, float]:
        both = [a + b for a, b in zip(self.build, self.backward)]
        return tuple(map(statistics.median, (self.build, self.backward, both)))


def bytes_per_gate(Value: Any, circuit: Circuit, gates: int = 10_000) -> float:
    """Memory of a circuit after its backward pass: values, gradients, numbers, everything."""
    gc.collect()
    tracemalloc.start()
    output = circuit(Value, gates)
    output.backward()
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del output
    return held / gates


def report(sizes: list[int], other: Any) -> None:
    ours = minigrad.Value
    print(f"Python {sys.version.split()[0]}; ns per gate, medians; build + backward = both\n")
    print(f"{'':22}{'minigrad':^27}{'micrograd':^27}{'times as fast':^27}")
    print(f"{'circuit':13}{'gates':>9}" + f"{'build':>9}{'backward':>10}{'both':>8}" * 3)
    for gates in sizes:
        slowest = min(compare(circuit, gates, ours, other) for circuit in CIRCUITS)
        if target := TARGETS.get(gates):
            verdict = "reached" if slowest >= target else "MISSED"
            print(f"{'':13}at least {target:g} times as fast: {verdict} ({slowest:.1f})")
    print(f"\n{'bytes per gate':22}{'minigrad':>12}{'micrograd':>12}")
    for circuit in CIRCUITS:
        held = bytes_per_gate(ours, circuit)
        verdict = "" if held <= BYTES_TARGET else f"  MISSED: at most {BYTES_TARGET}"
        print(f"{circuit.__name__:22}{held:>12.0f}{bytes_per_gate(other, circuit):>12.0f}{verdict}")


def compare(circuit: Circuit, gates: int, ours: Any, other: Any) -> float:
    """Print one line; give how many times as fast both phases together are."""
    mine, theirs = Times(), Times()
    for _ in range(REPETITIONS.get(gates, 5)):
        mine.take(ours, circuit, gates)
        theirs.take(other, circuit, gates)
    columns = [mine.medians(), theirs.medians()]
    ratios = [b / a for a, b in zip(*columns)]
    line = f"{circuit.__name__:13}{gates:>9}"
    for build, backward, both in columns:
        build, backward, both = (1e9 * t / gates for t in (build, backward, both))
        line += f"{build:>9.0f}{backward:>10.0f}{both:>8.0f}"
    print(line + "{:>9.1f}{:>10.1f}{:>8.1f}".format(*ratios), flush=True)
    return ratios[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(REPETITIONS))
    sizes = parser.parse_args().sizes
    try:
        other = importlib.import_module("micrograd.engine").Value
    except ImportError:
        sys.exit("the package micrograd is not installed: run  pip install '.[bench]'")
    sys.setrecursionlimit(10**7)
    threading.stack_size(2**30)
    thread = threading.Thread(target=report, args=(sizes, other))
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
