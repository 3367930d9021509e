"""Calls of compiled functions beside CasADi, JAX and the engine: `python benchmarks/calculus.py`.

Ratios hold within one run: a busy machine is busy for all of them. A part is run by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter, process_time
from timeit import repeat
from typing import Any

import casadi
import jax
import numpy as np
from measuring import Targets
from network_speed import Ours
from peers import Task, numpy_step
from scipy import optimize

import minigrad as mg
from minigrad import Value

jax.config.update("jax_enable_x64", True)
START = np.array([-1.2, 1.0])
FIVE = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
WARM = 3_000  # calls after which there is machine code


def rosenbrock(x: Any) -> Any:
    """In two variables."""
    return (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] ** 2) ** 2


def chained(x: Any) -> Any:
    """In any number of them."""
    return mg.sum([100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x)])


def fastest(
    calls: dict[str, Callable[[], object]],
    number: int,
    turns: int = 40,
    timer: Callable[[], float] = perf_counter,
) -> dict[str, float]:
    """The seconds of a call of each, in turns; the shortest, since others only make it longer.

    What takes milliseconds, in one thread, is timed by `process_time`: on a busy machine every such
    call is interrupted, for as long as it takes itself.
    """
    times = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            times[name] += repeat(call, timer=timer, number=number, repeat=1)
    found = {name: min(taken) / number for name, taken in times.items()}
    for name, seconds in found.items():
        print(f"  {name:42} {seconds * 1e6:12,.3f} µs")
    return found


def casadi_function() -> Any:
    """Value and gradient of the two-variable function."""
    x = casadi.SX.sym("x", 2)
    f = rosenbrock([x[0], x[1]])
    return casadi.Function("f", [x], [f, casadi.gradient(f, x)])


def casadi_buffer(function: Any) -> tuple[Any, ...]:
    """A call on arrays at fixed places, with the arrays."""
    arrays = START.copy(), np.zeros(1), np.zeros(2)
    buffer, trigger = function.buffer()
    buffer.set_arg(0, memoryview(arrays[0]))
    for place in (0, 1):
        buffer.set_res(place, memoryview(arrays[1 + place]))
    return trigger, buffer, arrays


def calls(targets: Targets) -> None:
    """One value and gradient of a function of two variables."""
    print("value and gradient of the two-variable Rosenbrock function")
    compiled = mg.compile(rosenbrock)
    of_wires = mg.compile(lambda x, y: rosenbrock([x, y]))
    wires = [Value(number) for number in START.tolist()]
    for i in range(WARM):
        compiled.value_and_grad(START + i % 3)
        of_wires(*wires)
    run = compiled.buffers(START)
    peer = casadi_function()
    trigger, _, arrays = kept = casadi_buffer(peer)
    in_jax = jax.jit(jax.value_and_grad(rosenbrock))
    in_jax(START)
    trigger()
    run()
    assert np.allclose(run.gradient, arrays[2], rtol=1e-14)
    times = fastest(
        {
            "casadi, buffers": trigger,
            "minigrad, buffers": run,
            "minigrad, value_and_grad(array)": lambda: compiled.value_and_grad(START),
            "minigrad, Values in and out": lambda: of_wires(*wires).backward(),
            "minigrad, the engine": lambda: rosenbrock(wires).backward(),
            "casadi, called": lambda: peer(START),
            "jax, jit": lambda: jax.block_until_ready(in_jax(START)),
        },
        number=500,
    )
    del kept
    ratio = times["minigrad, buffers"] / times["casadi, buffers"]
    targets.at_most(1.0, ratio, "buffers ÷ CasADi's")
    microseconds = times["minigrad, value_and_grad(array)"] * 1e6
    targets.at_most(1.5, microseconds, "µs of value_and_grad(array)")
    targets.at_most(3.0, times["minigrad, Values in and out"] * 1e6, "µs of Values in and out")


def boxing(targets: Targets) -> None:
    """A step of a network whose parameters are Values, beside NumPy by hand."""
    print("MLP(2, [16, 16, 1]), 337 parameters, 100 rows: batch, backward, step")
    task = Task(16, "relu")
    ours = Ours(task)
    compiled = ours.compiled
    alone = ours.native_code()
    times = fastest(
        {
            "numpy by hand": numpy_step(task),
            "minigrad, an optimiser over Values": ours.batch_step,
            "minigrad, batch and backward": lambda: compiled.batch(task.X, task.y).backward(),
            "minigrad, native code": alone,
        },
        number=20,
    )
    by_values = times["minigrad, an optimiser over Values"]
    targets.at_most(1.0, by_values / times["numpy by hand"], "a step over Values ÷ NumPy by hand")
    around = times["minigrad, batch and backward"] - times["minigrad, native code"]
    boxed = around / len(ours.parameters)  # and all else that there is
    targets.at_most(120.0, boxed * 1e9, "ns of boxing a parameter, there and back")


def searches(targets: Targets) -> None:
    """A search by SciPy to the end, compiling included."""
    print("five-variable BFGS by SciPy")

    def eager(x: Any) -> tuple[float, Any]:
        wires = [Value(number) for number in x.tolist()]
        out = chained(wires)
        out.backward()
        return out.data, np.array([wire.grad for wire in wires])

    def search(function: Any) -> object:
        return optimize.minimize(function, FIVE, jac=True, method="BFGS")

    times = fastest(
        {
            "minigrad, the engine": lambda: search(eager),
            "minigrad, compiled": lambda: search(mg.compile(chained).value_and_grad),
        },
        number=1,
        timer=process_time,
    )
    ratio = times["minigrad, compiled"] / times["minigrad, the engine"]
    targets.at_most(1.0, ratio, "compiled ÷ engine")


def first_results(targets: Targets) -> None:
    """To compile and to have the first value and gradient."""
    for count in (2, 15, 43):
        x = np.linspace(0.1, 1.0, count)
        compiled = mg.compile(chained)
        start = perf_counter()
        compiled.value_and_grad(x)
        first = perf_counter() - start
        again = fastest(
            {"compile, first result": lambda x=x: mg.compile(chained).value_and_grad(x)},
            number=1,
            timer=process_time,
        )
        print(f"  {compiled.stats()['gates']} gates; the very first {first * 1e3:.1f} ms")
        milliseconds = again["compile, first result"] * 1e3
        targets.at_most(5.0, milliseconds, f"ms to the first result of {count} variables")


PARTS = {part.__name__: part for part in (first_results, calls, searches, boxing)}


def main() -> None:
    """The parts that are named, or all."""
    targets = Targets()
    for name in sys.argv[1:] or PARTS:
        PARTS[name](targets)
    targets.print_all()


if __name__ == "__main__":
    main()
