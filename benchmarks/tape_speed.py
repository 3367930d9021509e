"""The native executors by themselves: ns per gate of one example, per gate and row of a batch."""

from __future__ import annotations

from functools import partial
from time import perf_counter

import numpy as np
from measuring import Targets, median

import minigrad as mg
from minigrad import nn

SIZES = [1_000, 10_000, 60_000, 300_000, 1_000_000]
TARGET_SIZE = 60_000


def tapes(quick: bool, targets: Targets) -> None:
    """Forward and backward of one example on the tape, by the size of the circuit."""
    print("\nthe tape, forward and backward of one example: three layers of tanh, Σ")
    smallest = None
    for size in SIZES[:3] if quick else SIZES:
        width = round((size / 3) ** 0.5)
        model = nn.MLP(width, [width, width, width], activation="tanh")
        x = [0.1] * width
        start = perf_counter()
        compiled = mg.compile(partial(_output, model), executor="tape", check=False)
        compiled(x)
        first = perf_counter() - start
        gates = compiled.stats()["gates"]
        (recording,) = compiled._recordings.values()
        values = recording._runner.take()
        values.numbers[: recording._runner.first_constant] = 0.1
        seconds = median(partial(recording._runner.run_on, values))
        each = seconds / gates * 1e9
        smallest = smallest or each
        print(
            f"  {gates:9,} gates {seconds * 1e6:12,.1f} µs {each:7.2f} ns per gate,"
            f" {each / smallest:5.2f} × the first; recorded in {first:6.2f} s",
            flush=True,
        )
        if size == TARGET_SIZE:
            targets.at_most(4, each, f"ns per gate on the tape at {size:,} gates")


def _output(model, x):
    return mg.sum(model(x))


def rows(quick: bool, targets: Targets) -> None:
    """Forward and backward over a batch, per gate and row: lanes, and the tape in blocks."""
    print("\na batch of 1,024 rows, forward and backward")
    networks = {
        ("lanes", "MLP(2, [16, 16, 1]), relu"): (nn.MLP(2, [16, 16, 1], activation="relu"), 0.15),
        ("lanes", "MLP(2, [16, 16, 1]), tanh"): (nn.MLP(2, [16, 16, 1], activation="tanh"), None),
        ("tape", "MLP(16, [64, 64, 1]), relu"): (nn.MLP(16, [64, 64, 1], activation="relu"), 0.6),
        ("tape", "MLP(16, [64, 64, 1]), tanh"): (nn.MLP(16, [64, 64, 1], activation="tanh"), None),
    }
    rng = np.random.default_rng(0)
    for (executor, name), (model, target) in networks.items():
        inputs = len(model.layers[0].neurons[0].w)
        X, y = rng.uniform(-1, 1, (1024, inputs)), rng.choice([-1.0, 1.0], 1024)
        loss = mg.compile(partial(_hinge, model), executor=executor, check=False)
        data = loss.rows(X, y)
        runner = data.recording.batch_runner()
        slots = runner.take()
        slots.values.numbers[runner.parameters] = [p.data for p in data.recording.parameters]
        seconds = median(partial(runner.run_on, slots, data))
        each = seconds / data.recording.gate_count / 1024 * 1e9
        shown = f"{seconds * 1e6:10,.1f} µs {each:7.3f} ns per gate and row"
        print(f"  {executor:5}  {name:28} {shown}", flush=True)
        if target is not None:
            targets.at_most(target, each, f"ns per gate and row, {executor}, {name}")


def _hinge(model, x, y):
    return (1.0 - y * model(x)).relu()
