"""A step of networks and of the GPT in machine code, in µs: `scale` asks this of two checkouts.

    python benchmarks/native_step.py --sizes 16 64 256 --rows 100

For each size two numbers: the native code alone, value and gradient of one batch, and a step of
`fit`, which moves the parameters too. Then the same of examples/gpt.py, over one name, with
`training_steps`. One thread; what the fastest tenth of many runs stays under, in the processor's
time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

import numpy as np

import minigrad as mg
from minigrad.native import batch_over_rows

batch_over_rows.WORK_FOR_A_THREAD = 10**18
HIDDEN = 2  # layers, and an output
STANDING_STILL = 1e-9  # a learning rate


def timed(run: Callable[[], object]) -> float:
    """How long the processor works for a run, in µs: waiting for other programs is no work."""
    start = process_time()
    run()
    return (process_time() - start) * 1e6


def fastest_tenth(run: Callable[[], object], seconds: float = 0.7) -> float:
    """What the fastest tenth of many runs stays under, in µs."""
    times = []
    run()
    stop = perf_counter() + seconds
    while perf_counter() < stop or len(times) < 10:
        times.append(timed(run))
    return quantiles(times, n=10)[0]


def network(size: int, count: int) -> dict[str, Any]:
    """The times of a network over so many rows, and how long the first batch takes."""
    model = mg.nn.MLP(2, [size] * HIDDEN + [1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2, check=False)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(count, 2)), rng.normal(size=count)
    rows = loss.rows(X, Y)
    first = timed(partial(loss.run_rows, rows)) / 1e6
    runner = rows.recording.batch_runner()
    slots = runner.take()
    slots.values.numbers[: len(model.parameters())] = [p.data for p in model.parameters()]
    native = fastest_tenth(partial(runner.run_on, slots, runner.columns(rows), rows.count))
    optimizer = mg.optim.SGD(model.parameters(), lr=STANDING_STILL)
    epochs = min(2000, int(0.5e6 / native))
    fit = partial(mg.fit, loss, data=(X, Y), optimizer=optimizer, epochs=epochs, progress=False)
    whole = min(timed(fit) for _ in range(4)) / epochs
    return {"native": native, "fit": whole, "first, s": first}


def gpt() -> dict[str, Any]:
    """The times of the GPT's loss over one name."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    from gpt import GPT, symbols_of

    model = GPT()
    loss = mg.compile(model.loss, check=False)
    optimizer = mg.optim.Adam(model.parameters(), lr=STANDING_STILL)
    name = symbols_of("annabella")
    with mg.training_steps(loss, optimizer) as step:
        first = timed(partial(step, name)) / 1e6
        for _ in range(100):
            step(name)
        return {"step": fastest_tenth(partial(step, name)), "first, s": first}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="*", type=int, default=[16, 64, 256])
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--gpt", action="store_true")
    arguments = parser.parse_args()
    found = {str(size): network(size, arguments.rows) for size in arguments.sizes}
    print(json.dumps(found | ({"gpt": gpt()} if arguments.gpt else {})))


if __name__ == "__main__":
    main()
