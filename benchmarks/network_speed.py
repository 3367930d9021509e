"""One training step of a small network: minigrad in four ways, and everything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from measuring import Run, Targets, medians, print_times
from peers import Task, c_step, jax_step, micrograd_step, numpy_step, torch_step

import minigrad as mg
from minigrad import nn, optim

EPOCHS = 2000  # of one `fit`: setting it up is then less than a hundredth of it
STANDING_STILL = 1e-9  # a learning rate: a trained network sends less back, which the C code skips

FIT, NATIVE = "minigrad, fit", "minigrad, native code alone"
BATCH, EAGER = "minigrad, compiled.batch", "minigrad, eager"
C, NUMPY, MICROGRAD = "C, gcc -O3", "NumPy", "micrograd"


class Ours:
    """The task in minigrad: a model with the task's weights, its loss, plain and compiled."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.model = nn.MLP(2, [task.hidden, task.hidden, 1], activation=task.activation)
        self.parameters = self.model.parameters()
        for parameter, number in zip(self.parameters, task.parameters):
            parameter.data = number
        self.optimizer = optim.SGD(self.parameters, lr=task.lr)
        self.compiled = mg.compile(self.loss)

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

    def batch_step(self) -> None:
        """`compiled.batch`, `backward` and an optimiser over Values."""
        self.optimizer.zero_grad()
        self.compiled.batch(self.task.X, self.task.y).backward()
        self.optimizer.step()

    def fit(self) -> None:
        """Many steps through `fit`."""
        data = (self.task.X, self.task.y)
        mg.fit(self.compiled, data=data, optimizer=self.optimizer, epochs=EPOCHS, progress=False)

    def native_code(self) -> Callable[[], None]:
        """What `fit` calls once per step."""
        rows = self.compiled.rows(self.task.X, self.task.y)
        self.compiled.run_rows(rows)
        runner = rows.recording.batch_runner()
        slots = runner.take()
        slots.values.numbers[: len(self.task.parameters)] = self.task.parameters
        return partial(runner.run_on, slots, runner.columns(rows), rows.count)


def check(task: Task, quick: bool) -> None:
    """Every peer must do the same step."""
    peers = peers_of(task, quick)
    ours = Ours(task)
    ours.batch_step()
    expected = np.array([p.data for p in ours.parameters])
    for name, step in peers.items():
        if name != MICROGRAD:  # it draws its own weights
            step()
            difference = np.abs(step.parameters - expected).max()
            assert difference < 1e-12, f"{name}: the step differs by {difference}"


def peers_of(task: Task, quick: bool) -> dict[str, Callable[[], None]]:
    """The steps of all peers that are installed."""
    makers = {C: c_step, NUMPY: numpy_step, "PyTorch": torch_step, "JAX, jit": jax_step}
    if not quick:
        makers["PyTorch, torch.compile"] = partial(torch_step, compiled=True)
    if not quick and task.hidden <= 16:
        makers[MICROGRAD] = micrograd_step
    steps = {name: make(task) for name, make in makers.items()}
    return {name: step for name, step in steps.items() if step is not None}


def network(hidden: int, activation: str, quick: bool, targets: Targets) -> dict[str, float]:
    """Print the times of one step: 100 rows, hinge and L2, SGD."""
    print(f"\none training step of MLP(2, [{hidden}, {hidden}, 1]), {activation}, 100 rows")
    check(Task(hidden, activation), quick)
    task = Task(hidden, activation, STANDING_STILL)
    runs = {FIT: Run(Ours(task).fit, EPOCHS), NATIVE: Run(Ours(task).native_code())}
    runs |= {BATCH: Run(Ours(task).batch_step), EAGER: Run(Ours(task).eager_step)}
    if hidden > 16 or quick:
        del runs[EAGER]  # seconds for each step
    runs |= {name: Run(step) for name, step in peers_of(task, quick).items()}
    times = medians(runs)
    print_times(times, FIT)
    judge(hidden, activation, times, targets)
    return times


def judge(hidden: int, activation: str, times: dict[str, float], targets: Targets) -> None:
    """The targets for one step."""
    if (hidden, activation) != (16, "relu"):
        what = f"NumPy / fit, [{hidden}, {hidden}, 1], {activation}"
        targets.at_least(1, times[NUMPY] / times[FIT], what)
        return
    if MICROGRAD in times:
        for name, wanted in {FIT: 50_000, BATCH: 5_000, EAGER: 15}.items():
            targets.at_least(wanted, times[MICROGRAD] / times[name], f"micrograd / {name}")
    targets.at_least(3, times[NUMPY] / times[FIT], "NumPy / fit, [16, 16, 1], relu")
    others = {name: t for name, t in times.items() if "minigrad" not in name and name != C}
    fastest = min(others, key=others.__getitem__)
    targets.at_least(1, others[fastest] / times[FIT], f"{fastest}, the fastest peer / fit")
    if C in times:
        targets.at_most(2, times[FIT] / times[C], "fit / C, [16, 16, 1], relu")


def networks(quick: bool, targets: Targets) -> None:
    """All networks, and what tanh costs beside relu."""
    relu, tanh = (network(16, name, quick, targets) for name in ("relu", "tanh"))
    targets.at_most(3, tanh[NATIVE] / relu[NATIVE], "tanh / relu, native code alone")
    if not quick:
        for activation in ("relu", "tanh"):
            network(64, activation, quick, targets)
