"""The same training step of a small network in other tools: NumPy and C by hand, PyTorch, JAX,
micrograd. Each maker gives None where its tool is not installed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Step = Callable[[], None]


class Task:
    """MLP(2, [hidden, hidden, 1]), 100 rows, hinge loss and L2; parameters unit by unit."""

    l2 = 1e-4

    def __init__(self, hidden: int, activation: str, lr: float = 0.05, rows: int = 100) -> None:
        self.hidden, self.activation, self.lr = hidden, activation, lr
        rng = np.random.default_rng(0)
        self.X = rng.uniform(-1, 1, (rows, 2))
        self.y = np.where(self.X[:, 0] * self.X[:, 1] > 0, 1.0, -1.0)
        self.shapes = [(hidden, 2), (hidden, hidden), (1, hidden)]
        units = [
            np.concatenate([rng.uniform(-1, 1, (n, k)), np.full((n, 1), 0.1)], axis=1)
            for n, k in self.shapes
        ]
        self.parameters: list[float] = np.concatenate([u.ravel() for u in units]).tolist()

    def layers(self, flat: Any) -> list[tuple[Any, Any]]:
        """Weights and biases as views of the parameters."""
        layers, start = [], 0
        for n, k in self.shapes:
            unit = flat[start : start + n * (k + 1)].reshape(n, k + 1)
            layers.append((unit[:, :k], unit[:, k]))
            start += n * (k + 1)
        return layers


def numpy_step(task: Task) -> Step:
    """Forward and backward written out, SGD on one array."""
    flat = np.array(task.parameters)
    grad = np.empty_like(flat)
    layers, grads = task.layers(flat), task.layers(grad)
    X, y, n = task.X, task.y, len(task.y)
    is_relu = task.activation == "relu"

    def step() -> None:
        seen, h = [X], X
        for W, b in layers[:2]:
            z = h @ W.T + b
            h = np.maximum(z, 0.0) if is_relu else np.tanh(z)
            seen.append(h)
        W, b = layers[2]
        score = (h @ W.T + b)[:, 0]
        d = ((1.0 - y * score > 0.0) * -y)[:, None] / n
        for k in (2, 1, 0):
            W, _ = layers[k]
            gW, gb = grads[k]
            gW[:] = d.T @ seen[k]
            gb[:] = d.sum(0)
            if k:
                h = seen[k]
                d = (d @ W) * ((h > 0.0) if is_relu else (1.0 - h * h))
        grad[:] += 2.0 * task.l2 * flat
        flat[:] -= task.lr * grad

    step.parameters = flat  # type: ignore[attr-defined]
    return step


class TorchStep:
    """PyTorch in double precision, as its tutorials write it; the loss can be compiled."""

    def __init__(self, task: Task, compiled: bool) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        flat = torch.tensor(task.parameters, dtype=torch.float64)
        self.leaves = [
            (W.clone().requires_grad_(), b.clone().requires_grad_()) for W, b in task.layers(flat)
        ]
        flat_leaves = [p for layer in self.leaves for p in layer]
        self.optimizer = torch.optim.SGD(flat_leaves, lr=task.lr)
        X, y = torch.tensor(task.X), torch.tensor(task.y)
        activation = torch.relu if task.activation == "relu" else torch.tanh

        def loss() -> Any:
            h = X
            for W, b in self.leaves[:2]:
                h = activation(h @ W.T + b)
            W, b = self.leaves[2]
            hinge = torch.relu(1.0 - y * (h @ W.T + b)[:, 0]).mean()
            return hinge + task.l2 * sum((p * p).sum() for p in flat_leaves)

        self.loss = torch.compile(loss) if compiled else loss

    def __call__(self) -> None:
        self.optimizer.zero_grad()
        self.loss().backward()
        self.optimizer.step()

    @property
    def parameters(self) -> Any:
        """All parameters, unit by unit."""
        units = [self.torch.cat([W, b[:, None]], dim=1).ravel() for W, b in self.leaves]
        return self.torch.cat(units).detach().numpy()


def torch_step(task: Task, compiled: bool = False) -> Step | None:
    """PyTorch, gate by gate or with torch.compile, which needs a C compiler."""
    if not importlib.util.find_spec("torch") or (compiled and not shutil.which("g++")):
        return None
    return TorchStep(task, compiled)


class JaxStep:
    """JAX: one jitted function from parameters to parameters, in double precision."""

    def __init__(self, task: Task) -> None:
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        X, y = jnp.asarray(task.X), jnp.asarray(task.y)
        activation = jax.nn.relu if task.activation == "relu" else jnp.tanh

        def loss(layers: Any) -> Any:
            h = X
            for W, b in layers[:2]:
                h = activation(h @ W.T + b)
            W, b = layers[2]
            hinge = jax.nn.relu(1.0 - y * (h @ W.T + b)[:, 0]).mean()
            return hinge + task.l2 * sum((p * p).sum() for p in jax.tree.leaves(layers))

        def step(layers: Any) -> Any:
            return jax.tree.map(lambda p, g: p - task.lr * g, layers, jax.grad(loss)(layers))

        flat = np.array(task.parameters)
        self.layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in task.layers(flat)]
        self.step = jax.jit(step, donate_argnums=0)
        self.wait = jax.block_until_ready

    def __call__(self) -> None:
        self.layers = self.wait(self.step(self.layers))

    @property
    def parameters(self) -> Any:
        """All parameters, unit by unit."""
        units = [np.concatenate([W, b[:, None]], axis=1).ravel() for W, b in self.layers]
        return np.concatenate(units)


def jax_step(task: Task) -> Step | None:
    """JAX with jit."""
    return JaxStep(task) if importlib.util.find_spec("jax") else None


def micrograd_step(task: Task) -> Step | None:
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


def c_step(task: Task) -> Step | None:
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
