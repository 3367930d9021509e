"""How long until the first result: recording and compiling, each time in a new process."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

from measuring import Targets

EXAMPLE = Path(__file__).parents[1] / "examples" / "gpt.py"
REPEATS = 3


def batch_seconds() -> float:
    """From the decorator to the first gradients of a batch of 100 rows."""
    from network_speed import Ours
    from peers import Task

    task = Task(16, "relu")
    ours = Ours(task)
    start = perf_counter()
    ours.compiled.batch(task.X, task.y).backward()
    return perf_counter() - start


def gpt_seconds() -> float:
    """The first compiled loss of the GPT on 8 symbols, beyond what the eager pass takes."""
    from gpt_speed import NAME, gpt_model

    import minigrad as mg

    model = gpt_model()
    start = perf_counter()
    model.loss(NAME).backward()
    eager = perf_counter() - start
    loss = mg.compile(model.loss)
    start = perf_counter()
    loss(NAME).backward()
    return perf_counter() - start - eager


def first_results(quick: bool, targets: Targets) -> None:
    """Print the medians over new processes, and how long the example takes."""
    print("\ntime to the first result, in a new process (its imports are done)")
    for name, wanted in {"batch_seconds": 0.6, "gpt_seconds": 1.0}.items():
        command = [sys.executable, __file__, name]
        times = [float(subprocess.check_output(command)) for _ in range(REPEATS)]
        what = {"batch_seconds": "MLP(2, [16, 16, 1]) with a batch", "gpt_seconds": "GPT − eager"}
        targets.at_most(wanted, statistics.median(times), f"seconds, {what[name]}")
    if not quick:
        start = perf_counter()
        subprocess.check_output([sys.executable, EXAMPLE])
        seconds = perf_counter() - start
        targets.at_most(6, seconds, "seconds, python examples/gpt.py: 1,000 steps, 10 names")


if __name__ == "__main__":
    print({"batch_seconds": batch_seconds, "gpt_seconds": gpt_seconds}[sys.argv[1]]())
