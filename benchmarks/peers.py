"""The same training step by hand in NumPy and in PyTorch."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

Step = Callable[[], None]


class Task:
    """MLP(2, [hidden, hidden, 1]), 100 rows, hinge loss and L2; parameters unit by unit."""

    l2 = 1e-4
    lr = 0.05

    def __init__(self, hidden: int, activation: str, rows: int = 100) -> None:
        self.hidden, self.activation = hidden, activation
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


def torch_step(task: Task) -> Step | None:
    """PyTorch in double precision on one thread, as its tutorials write it."""
    if not importlib.util.find_spec("torch"):
        return None
    import torch

    torch.set_num_threads(1)
    flat = torch.tensor(task.parameters, dtype=torch.float64)
    leaves = [
        (W.clone().requires_grad_(), b.clone().requires_grad_()) for W, b in task.layers(flat)
    ]
    parameters = [p for layer in leaves for p in layer]
    optimizer = torch.optim.SGD(parameters, lr=task.lr)
    X, y = torch.tensor(task.X), torch.tensor(task.y)
    activation = torch.relu if task.activation == "relu" else torch.tanh

    class TorchStep:
        def __call__(self) -> None:
            h = X
            for W, b in leaves[:2]:
                h = activation(h @ W.T + b)
            W, b = leaves[2]
            hinge = torch.relu(1.0 - y * (h @ W.T + b)[:, 0]).mean()
            loss = hinge + task.l2 * sum((p * p).sum() for p in parameters)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        @property
        def parameters(self) -> Any:
            units = [torch.cat([W, b[:, None]], dim=1).ravel() for W, b in leaves]
            return torch.cat(units).detach().numpy()

    return TorchStep()
