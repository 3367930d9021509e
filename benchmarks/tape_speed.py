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
        (recording,) = compiled.recordings.values()
        native = recording.running.native_tape()
        values = native.values()
        values.numbers[: native.first_constant] = 0.1
        seconds = median(partial(native.schedule.run, values))
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
    """Forward and backward over a batch, per gate and row, with the executor that is chosen."""
    print("\na batch of 1,024 rows, forward and backward")
    wanted = {(2, 16, "relu"): 0.15, (16, 64, "relu"): 0.6}
    rng = np.random.default_rng(0)
    for inputs, hidden in ((2, 8), (2, 16), (16, 64)):
        for activation in ("relu", "tanh"):
            model = nn.MLP(inputs, [hidden, hidden, 1], activation=activation)
            X, y = rng.uniform(-1, 1, (1024, inputs)), rng.choice([-1.0, 1.0], 1024)
            loss = mg.compile(partial(_hinge, model), check=False)
            data = loss.rows(X, y)
            runner = data.recording.batch_runner()
            slots = runner.take()
            numbers = data.recording.parameter_numbers()
            slots.values.numbers[: len(numbers)] = numbers
            seconds = median(partial(runner.run_on, slots, runner.columns(data), data.count))
            each = seconds / data.recording.gate_count / 1024 * 1e9
            name = f"MLP({inputs}, [{hidden}, {hidden}, 1]), {activation}"
            shown = f"{seconds * 1e6:10,.1f} µs {each:7.3f} ns per gate and row"
            print(f"  {name:28} {shown}   {runner.name}", flush=True)
            if (inputs, hidden, activation) in wanted:
                target = wanted[inputs, hidden, activation]
                targets.at_most(target, each, f"ns per gate and row, {name}")


def _hinge(model, x, y):
    return (1.0 - y * model(x)).relu()
