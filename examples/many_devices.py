"""A network that outgrows one machine: its loss as JAX source, trained on several devices at once.

    python examples/many_devices.py                 on the devices that JAX finds, or 4 virtual ones
    python examples/many_devices.py --processes 2   in processes that talk over the loopback

Needs JAX (pip install jax flatbuffers). minigrad records the loss once; from then on everything is
JAX's: rows are sharded over a mesh, parameters are on every device, a step sends one sum around.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from functools import partial
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=4")

import numpy as np

import minigrad as mg

SIZES, ROWS, STEPS, RATE = [16, 16, 1], 4096, 50, 0.1


def loss_source() -> tuple[str, list[float]]:
    """The loss of a network as JAX source, and the numbers that its parameters begin with."""
    model = mg.nn.MLP(2, SIZES, activation="tanh", seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    loss([0.5, -1.0], 1.0)
    source = mg.export(loss, "jax", name="loss", parameters=model)
    return source, [p.data for p in model.parameters()]


def examples() -> tuple[Any, Any]:
    """Points, and on which side of a circle each is."""
    X = np.random.default_rng(0).normal(size=(ROWS, 2))
    return X, np.where((X**2).sum(1) < 1.0, 1.0, -1.0)


def train(processes: int = 1, place: int = 0, address: str = "") -> tuple[float, float]:
    """The first and the last loss; and, on the way, what is promised above is checked."""
    import jax

    jax.config.update("jax_enable_x64", True)
    if processes > 1:
        jax.distributed.initialize(address, processes, place)
    from jax.sharding import Mesh, NamedSharding
    from jax.sharding import PartitionSpec as P

    source, start = loss_source()
    module: dict[str, Any] = {}
    exec(source, module)
    value_and_grad = module["loss_value_and_grad"]

    mesh = Mesh(np.array(jax.devices()), ("rows",))
    everywhere, by_rows = NamedSharding(mesh, P()), NamedSharding(mesh, P("rows"))

    @partial(jax.jit, out_shardings=(everywhere, everywhere))
    @partial(jax.shard_map, mesh=mesh, in_specs=(P(), P("rows"), P("rows")), out_specs=(P(), P()))
    def step(params: Any, X: Any, Y: Any) -> tuple[Any, Any]:
        """One step of gradient descent; value and gradient go around in one array."""
        mean, gradient = value_and_grad(jax.lax.pcast(params, "rows", to="varying"), X, Y)
        both = jax.lax.pmean(jax.numpy.append(gradient, mean), "rows")
        return both[-1], params - RATE * both[:-1]

    X, Y = examples()
    own = (jax.make_array_from_callback(a.shape, by_rows, lambda i, a=a: a[i]) for a in (X, Y))
    X_here, Y_here = own
    params = jax.device_put(np.array(start), everywhere)
    compiled = step.lower(params, X_here, Y_here).compile()
    text, several = compiled.as_text(), len(jax.devices()) > 1
    sums = text.count("all-reduce(") + text.count("all-reduce-start(")
    assert sums == 1 or not several, f"{sums} sums go around in a step"
    losses = []
    for _ in range(STEPS):
        loss, params = compiled(params, X_here, Y_here)
        losses.append(float(loss))
    alone = one_device(value_and_grad, start, X, Y)
    difference = float(np.abs(np.asarray(params.addressable_data(0)) - alone).max())
    assert difference < 1e-12, f"{difference} from what one device gives"
    if place == 0:
        devices = f"{len(jax.devices())} devices ({jax.devices()[0].device_kind})"
        sent = "one all-reduce a step" if several else "nothing to send"
        print(f"{devices}, {processes} process(es): {sent}")
        print(f"loss {losses[0]:.4f} to {losses[-1]:.4f}; {difference:.1e} from one device")
    if processes == 1:
        saved_and_loaded(value_and_grad, start, X, Y)
    return losses[0], losses[-1]


def one_device(value_and_grad: Any, start: list[float], X: Any, Y: Any) -> Any:
    """The parameters after the same steps on one device."""
    import jax

    run, params = jax.jit(value_and_grad), np.array(start)
    for _ in range(STEPS):
        params = params - RATE * np.asarray(run(params, X, Y)[1])
    return params


def saved_and_loaded(value_and_grad: Any, start: list[float], X: Any, Y: Any) -> None:
    """The function as StableHLO: bytes that run where there is neither minigrad nor this source."""
    import jax
    from jax import export

    saved = export.export(jax.jit(value_and_grad))(np.array(start), X, Y).serialize()
    mean, gradient = export.deserialize(saved).call(np.array(start), X, Y)
    same, expected = jax.jit(value_and_grad)(np.array(start), X, Y)
    assert mean == same
    assert (gradient == expected).all()
    print(f"StableHLO: {len(saved):,} bytes, loaded and run again")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--place", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--address", default="127.0.0.1:9821")
    options = parser.parse_args()
    if options.processes == 1 or options.place is not None:
        train(options.processes, options.place or 0, options.address)
        return
    command = [sys.executable, *sys.argv]
    others = [
        subprocess.Popen([*command, "--place", str(place)]) for place in range(options.processes)
    ]
    sys.exit(max(process.wait() for process in others))


if __name__ == "__main__":
    main()
