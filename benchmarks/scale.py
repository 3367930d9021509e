"""Loops found again: operations and arrays, time to plan and compile, a step in JAX and natively.

    pip install ".[native,bench]"
    python benchmarks/scale.py                  networks, the GPT, growth with size, machine code
    python benchmarks/scale.py --rows 100 10000 1000000 --sizes 256    where a GPU is at hand
    python benchmarks/scale.py --only native --before ../checkout-of-another-commit

Every time is taken in turns with a peer's, in one run: the exported loss against the same loss
written by hand in JAX (value_and_grad over vmap); after them by hand in NumPy. The figure is what
the fastest tenth of many steps stays under: other work on the machine does not count. Machine code
runs in processes of its own (`native_step`), this checkout and the one before in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

import jax
import numpy as np

import minigrad as mg
from minigrad.tape import flatten_batch, group

jax.config.update("jax_enable_x64", True)
jnp = jax.numpy
HIDDEN = 2  # layers, and an output
GROWTH = (16, 64, 200, 700)  # units of a layer: 1,000 to 1,000,000 operations
GROWTH_ROWS = 100


def recorded(sizes: list[int]) -> tuple[Any, Any]:
    """A network and the compiled square of its error, after one call."""
    model = mg.nn.MLP(2, sizes, seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2, check=False)
    loss([0.3, -0.7], 1.0)
    return model, loss


def exported(model: Any, loss: Any) -> Any:
    """The loss with its gradient, as the source for JAX has it."""
    module: dict[str, Any] = {}
    exec(mg.export(loss, "jax", name="loss", parameters=model), module)
    return module["loss_value_and_grad"]


def by_hand(sizes: list[int]) -> Any:
    """The same, as one would write it for JAX."""

    def network(params: Any, x: Any) -> Any:
        at, width = 0, 2
        for i, size in enumerate(sizes):
            layer = params[at : at + size * (width + 1)].reshape(size, width + 1)
            x = layer[:, :width] @ x + layer[:, width]
            x = jnp.where(x <= 0.0, 0.0, x) if i < len(sizes) - 1 else x
            at, width = at + size * (width + 1), size
        return x[0]

    def mean(params: Any, X: Any, Y: Any) -> Any:
        return jax.vmap(lambda x, y: (network(params, x) - y) ** 2)(X, Y).mean()

    return jax.value_and_grad(mean)


def in_numpy(sizes: list[int], params: Any, X: Any, Y: Any) -> Any:
    """The same by hand in NumPy."""
    layers, at, width = [], 0, 2
    for size in sizes:
        layers.append(params[at : at + size * (width + 1)].reshape(size, width + 1))
        at, width = at + size * (width + 1), size
    seen = [X]
    for i, layer in enumerate(layers):
        z = seen[-1] @ layer[:, :-1].T + layer[:, -1]
        seen.append(np.maximum(z, 0.0) if i < len(layers) - 1 else z)
    error = seen[-1][:, 0] - Y
    delta = (2.0 * error / len(Y))[:, None]
    parts = []
    for i in reversed(range(len(layers))):
        sent = np.concatenate([delta.T @ seen[i], delta.sum(0)[:, None]], 1)
        parts.append(sent.ravel())
        if i:
            delta = (delta @ layers[i][:, :-1]) * (seen[i] > 0.0)
    return (error**2).mean(), np.concatenate(parts[::-1])


def in_turns(functions: dict[str, Any], seconds: float = 2.0) -> dict[str, float]:
    """What the fastest tenth of each stays under, in µs, one after the other again and again."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for run in functions.values():
        jax.block_until_ready(run())
    stop = perf_counter() + seconds
    while perf_counter() < stop or len(times[next(iter(times))]) < 10:
        for name, run in functions.items():
            start = perf_counter()
            jax.block_until_ready(run())
            times[name].append(perf_counter() - start)
    return {name: quantiles(taken, n=10)[0] * 1e6 for name, taken in times.items()}


def networks(sizes: list[int], rows: list[int], dtypes: list[str]) -> None:
    """Steps of networks, exported and by hand."""
    print(f"on {jax.devices()[0].device_kind}: µs a step")
    for size in sizes:
        shape = [size] * HIDDEN + [1]
        model, loss = recorded(shape)
        start = perf_counter()
        function = exported(model, loss)
        planned = perf_counter() - start
        stats = loss.stats()
        text = f"MLP(2, {shape}): {stats['operations']} operations in {stats['groups']} arrays"
        print(f"{text}, source in {planned:.2f} s")
        for count in rows:
            for dtype in dtypes:
                row_of(shape, model, function, count, dtype)


def row_of(shape: list[int], model: Any, function: Any, count: int, dtype: str) -> None:
    """One line of the table."""
    rng = np.random.default_rng(0)
    data = [np.array([p.data for p in model.parameters()]), rng.normal(size=(count, 2))]
    data = [array.astype(dtype) for array in [*data, rng.normal(size=count)]]
    here = [jax.device_put(array) for array in data]
    start = perf_counter()
    ours = jax.jit(function).lower(*here).compile()
    compiled = perf_counter() - start
    hand = jax.jit(by_hand(shape)).lower(*here).compile()
    error = float(jnp.abs(ours(*here)[1] - hand(*here)[1]).max() / jnp.abs(hand(*here)[1]).max())
    times = in_turns({"exported": lambda: ours(*here), "by hand": lambda: hand(*here)})
    if count <= 10_000:  # not in turns: a GPU is slower in the step after it has waited for NumPy
        times |= in_turns({"NumPy": lambda: in_numpy(shape, *data)[1]})
    listed = ", ".join(f"{name} {time:,.0f}" for name, time in times.items())
    ratio = times["exported"] / times["by hand"]
    print(
        f"  {count:>9,} rows {dtype}: {listed}; {ratio:.2f} of by hand, "
        f"compiled in {compiled:.2f} s, gradients {error:.0e} apart"
    )


def gpt() -> None:
    """The loss of examples/gpt.py over one name."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    from gpt import GPT, symbols_of

    model = GPT()
    loss = mg.compile(model.loss, check=False)
    name = symbols_of("annabella")
    loss(name)
    module: dict[str, Any] = {}
    start = perf_counter()
    exec(mg.export(loss, "jax", name="loss", parameters=vars(model)), module)
    planned = perf_counter() - start
    params = np.array([p.data for p in model.parameters()])
    rows = np.array([name], dtype=float)
    start = perf_counter()
    run = jax.jit(module["loss_value_and_grad"]).lower(params, rows).compile()
    compiled = perf_counter() - start
    forward = len(jax.make_jaxpr(module["loss"])(params, rows).eqns)
    stats = loss.stats()
    time = in_turns({"": lambda: run(params, rows)})[""]
    print(
        f"GPT: {stats['operations']} operations in {stats['groups']} arrays, source in "
        f"{planned:.2f} s; {forward} equations forward, compiled in {compiled:.2f} s, "
        f"{time:,.0f} µs a step"
    )


def growth() -> None:
    """How all of it grows, from 10³ to 10⁶ operations, for networks of two hidden layers."""
    print(f"growth over {GROWTH_ROWS} rows: plan and compile in s, a step in µs")
    native = native_steps(
        str(Path(__file__).parents[1]), list(GROWTH), ["--rows", str(GROWTH_ROWS)]
    )
    rng = np.random.default_rng(0)
    for size in GROWTH:
        shape = [size] * HIDDEN + [1]
        model, loss = recorded(shape)
        operations, arrays, plan = planned(model)
        params = np.array([p.data for p in model.parameters()])
        data = params, rng.normal(size=(GROWTH_ROWS, 2)), rng.normal(size=GROWTH_ROWS)
        function = exported(model, loss)
        start = perf_counter()
        ours = jax.jit(function).lower(*data).compile()
        compiled = perf_counter() - start
        hand = jax.jit(by_hand(shape)).lower(*data).compile()
        times = in_turns({"JAX": partial(ours, *data), "JAX by hand": partial(hand, *data)})
        times |= in_turns({"NumPy": partial(in_numpy, shape, *data)})
        here = native[str(size)]
        listed = ", ".join(f"{name} {time:,.0f}" for name, time in times.items())
        print(
            f"{operations:>9,} operations: {arrays} arrays in {plan:.3f}; a step in {listed}, "
            f"machine code {here['native']:,.0f}; compiled in {compiled:.2f} by JAX, "
            f"recorded and compiled in {here['first, s']:.2f} here"
        )


def planned(model: Any) -> tuple[int, int, float]:
    """A network: its operations over a batch, the arrays, the seconds that it took to find them."""
    x = [mg.Value(0.3), mg.Value(-0.7)]
    tape = flatten_batch((model(x) - 1.0) ** 2, model.parameters(), x)
    start = perf_counter()
    arrays = group(tape).arrays
    return len(tape.kernels), len(arrays), perf_counter() - start


def native_steps(checkout: str, sizes: list[int], options: list[str]) -> dict[str, Any]:
    """What `native_step` of a checkout measures, in a process of its own."""
    script = [str(Path(__file__).parent / "native_step.py"), *options, "--sizes"]
    output = subprocess.run(
        [sys.executable, *script, *map(str, sizes)],
        env=os.environ | {"PYTHONPATH": checkout},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    found: dict[str, Any] = json.loads(output)
    return found


def machine_code(sizes: list[int], before: str | None) -> None:
    """Steps of networks over 100 rows and of the GPT, here and in another checkout."""
    checkouts = {"now": str(Path(__file__).parents[1])} | ({"before": before} if before else {})
    turns: dict[str, list[Any]] = {name: [] for name in checkouts}
    for _ in range(3):
        for name, path in checkouts.items():
            turns[name].append(native_steps(path, sizes, ["--gpt"]))
    print("machine code, one thread, the fastest of three turns: µs a step over 100 rows")
    for circuit in [*map(str, sizes), "gpt"]:
        for name, results in turns.items():
            times = {key: min(r[circuit][key] for r in results) for key in results[0][circuit]}
            text = ", ".join(f"{key} {time:,.2f}" for key, time in times.items())
            print(f"{circuit:>8} {name:6}: {text}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[16, 64, 256])
    parser.add_argument("--rows", nargs="+", type=int, default=[100])
    parser.add_argument("--dtypes", nargs="+", default=["float64"])
    parser.add_argument("--only", nargs="+", default=["networks", "gpt", "growth", "native"])
    parser.add_argument("--before", help="a checkout whose machine code is timed too")
    arguments = parser.parse_args()
    if "networks" in arguments.only:
        networks(arguments.sizes, arguments.rows, arguments.dtypes)
    if "gpt" in arguments.only:
        gpt()
    if "growth" in arguments.only:
        growth()
    if "native" in arguments.only:
        machine_code(arguments.sizes, arguments.before)


if __name__ == "__main__":
    main()
