"""Native speed, side by side: one training step of a small network, and the tape by size.

    python benchmarks/native.py            all of it, a few minutes
    python benchmarks/native.py --quick    without micrograd and the large network

Every peer that is installed takes part, in this one run, on this one machine: package micrograd,
hand-written NumPy, PyTorch, hand-written C (gcc -O3 -march=native). Medians of repeated runs after
one that is not counted; each peer's parameters after one step are compared with minigrad's.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from peers import Task, numpy_step, torch_step

import minigrad as mg
from minigrad import nn, optim


def median_seconds(run: Callable[[], object], budget: float = 1.5) -> float:
    """The median time of one run, from as many as fit into the budget (at least 3)."""
    run()
    times: list[float] = []
    begin = perf_counter()
    while len(times) < 3 or (perf_counter() - begin < budget and len(times) < 5000):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return statistics.median(times)


# --- minigrad -------------------------------------------------------------------------------------


class Ours:
    """The task in minigrad: a model with the task's weights, its loss, plain and compiled."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.model = nn.MLP(2, [task.hidden, task.hidden, 1], activation=task.activation)
        self.parameters = self.model.parameters()
        for parameter, number in zip(self.parameters, task.parameters):
            parameter.data = number
        self.optimizer = optim.SGD(self.parameters, lr=task.lr)

    def loss(self, x, y):
        """Hinge and L2, of one row."""
        penalty = self.task.l2 * mg.sum([p * p for p in self.parameters])
        return (1.0 - y * self.model(x)).relu() + penalty

    def eager_step(self) -> None:
        """As in micrograd's demo: one circuit over all rows."""
        rows = zip(self.task.X.tolist(), self.task.y.tolist())
        hinges = [(1.0 - y * self.model(x)).relu() for x, y in rows]
        penalty = self.task.l2 * mg.sum([p * p for p in self.parameters])
        self.optimizer.zero_grad()
        (mg.sum(hinges) * (1.0 / len(hinges)) + penalty).backward()
        self.optimizer.step()

    def compiled_step(self) -> Callable[[], None]:
        """`compiled.batch`, `backward` and an optimiser over Values."""
        loss = mg.compile(self.loss)

        def step() -> None:
            self.optimizer.zero_grad()
            loss.batch(self.task.X, self.task.y).backward()
            self.optimizer.step()

        return step

    def fit_step_seconds(self, steps: int = 1000) -> float:
        """One step through `fit`: the median over runs of many steps."""
        loss = mg.compile(self.loss)

        def run(epochs: int = steps) -> None:
            mg.fit(
                loss,
                data=(self.task.X, self.task.y),
                optimizer=self.optimizer,
                epochs=epochs,
                progress=False,
            )

        run(1)
        start = perf_counter()
        run(1)
        setting_up = perf_counter() - start
        return (median_seconds(run) - setting_up) / (steps - 1)

    def native_seconds(self) -> float:
        """The native code alone: what `fit` calls once per step."""
        loss = mg.compile(self.loss)
        rows = loss.rows(self.task.X, self.task.y)
        loss.run_rows(rows)
        runner = rows.recording.batch_runner()
        slots = runner.take()
        slots.values.numbers[runner.parameters] = self.task.parameters
        return median_seconds(lambda: runner.run_on(slots, rows))


def micrograd_step(task: Task) -> Callable[[], None] | None:
    """The step of micrograd's own demo."""
    if not importlib.util.find_spec("micrograd") or task.activation != "relu":
        return None
    from micrograd.engine import Value
    from micrograd.nn import MLP

    model = MLP(2, [task.hidden, task.hidden, 1])

    def step() -> None:
        inputs = [list(map(Value, row)) for row in task.X.tolist()]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(task.y.tolist(), scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + task.l2 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= task.lr * p.grad

    return step


def c_step(task: Task) -> Callable[[], None] | None:
    """The step in C; the compiler may use all that the processor has."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    source = Path(__file__).with_name("step.c")
    library = Path(tempfile.mkdtemp()) / "step.so"
    options = ["-O3", "-march=native", "-shared", "-fPIC", f"-DH={task.hidden}"]
    options += [f"-DTANH={int(task.activation == 'tanh')}", f"-DROWS={len(task.y)}"]
    subprocess.run([compiler, *options, "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).step
    function.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_double] * 2
    parameters = np.array(task.parameters)
    X, y = np.ascontiguousarray(task.X), np.ascontiguousarray(task.y)
    addresses = [array.ctypes.data for array in (parameters, X, y)]

    def step() -> None:
        function(*addresses, task.lr, task.l2)

    step.parameters = parameters  # type: ignore[attr-defined]
    step.kept = (X, y)  # type: ignore[attr-defined]
    return step


def check(task: Task) -> None:
    """Every peer must do the same step."""
    ours = Ours(task)
    ours.compiled_step()()
    expected = np.array([p.data for p in ours.parameters])
    for name, make in {"NumPy": numpy_step, "PyTorch": torch_step, "C": c_step}.items():
        step = make(task)
        if step is not None:
            step()
            difference = np.abs(step.parameters - expected).max()
            assert difference < 1e-12, f"{name}: the step differs by {difference}"


def network(hidden: int, activation: str, quick: bool) -> None:
    """One training step: 100 rows, hinge and L2, SGD."""
    task = Task(hidden, activation)
    check(task)
    print(f"\none training step of MLP(2, [{hidden}, {hidden}, 1]), {activation}, 100 rows")
    start = perf_counter()
    Ours(task).compiled_step()()
    first = perf_counter() - start
    times = {
        "minigrad, native code alone": Ours(task).native_seconds(),
        "minigrad, fit": Ours(task).fit_step_seconds(),
        "minigrad, compiled.batch": median_seconds(Ours(task).compiled_step()),
    }
    if hidden <= 16:
        times["minigrad, eager"] = median_seconds(Ours(task).eager_step)
    peers = {"C, gcc -O3": c_step, "NumPy": numpy_step, "PyTorch": torch_step}
    if not quick and hidden <= 16:
        peers["micrograd"] = micrograd_step
    for name, make in peers.items():
        step = make(task)
        if step is not None:
            times[name] = median_seconds(step)
    for name, seconds in times.items():
        ratio = seconds / times["minigrad, fit"]
        print(f"  {name:28} {seconds * 1e6:12.1f} µs   {ratio:10.2f} × fit")
    print(f"  first step, recording and compiling included: {first:.2f} s")


def tape(sizes: list[int]) -> None:
    """Forward and backward on the native tape, per gate of the circuit."""
    print("\nthe tape: forward and backward of one example")
    for size in sizes:
        width = max(2, round((size / 6) ** 0.5))
        model = nn.MLP(width, [width, width, width], activation="tanh")

        def output(x, model=model):
            return mg.sum(model(x))

        x = [0.1] * width
        start = perf_counter()
        compiled = mg.compile(output, executor="tape", check=False)
        compiled(x)
        first = perf_counter() - start
        gates = compiled.stats()["gates"]
        recording = next(iter(compiled._recordings.values()))
        runner = recording._runner
        values = runner.take()
        values.numbers[: runner.first_constant] = 0.1
        seconds = median_seconds(partial(runner.schedule.run, values), 0.7)
        print(
            f"  {gates:9,} gates {seconds * 1e6:12.1f} µs {seconds / gates * 1e9:7.2f} ns per gate;"
            f" recorded in {first:.2f} s"
        )


def gpt_step() -> None:
    """The GPT of examples/gpt.py: one step, Adam included, on a name of 8 symbols."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    import gpt

    print("\nthe GPT in scalars: one step on a name of 8 symbols, Adam included")
    name = gpt.symbols_of("abcdefg")
    times = {}
    for compiled in (True, False):
        model = gpt.GPT()
        loss = mg.compile(model.loss) if compiled else model.loss
        optimizer = optim.Adam(model.parameters(), lr=0.01)
        start = perf_counter()
        with mg.training_steps(loss, optimizer) as step:
            step(name)
            if compiled:
                print(f"  first step, recording included: {perf_counter() - start:.2f} s")
                step(gpt.symbols_of("gfedcba"))  # is compared with the eager loss
            times[compiled] = median_seconds(partial(step, name))
    print(f"  minigrad, training_steps {times[True] * 1e6:14.1f} µs")
    print(
        f"  minigrad, eager          {times[False] * 1e6:14.1f} µs "
        f"{times[False] / times[True]:10.1f} × compiled"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    network(16, "relu", quick)
    network(16, "tanh", quick)
    if not quick:
        network(64, "relu", quick)
    gpt_step()
    tape([1_000, 10_000, 60_000] if quick else [1_000, 10_000, 60_000, 300_000])


if __name__ == "__main__":
    main()
