"""The GPT of examples/gpt.py in other tools: NumPy with the backward pass by hand, PyTorch, JAX.

Each step takes the symbols of a name, in double precision, and ends with Adam on one flat array of
parameters in the order of `GPT.parameters()`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

SIZE, HEADS, CONTEXT, HIDDEN, SYMBOLS = 16, 4, 16, 64, 27
PART = SIZE // HEADS
SHAPES = {
    "tokens": (SYMBOLS, SIZE),
    "places": (CONTEXT, SIZE),
    "attend": (3 * SIZE, SIZE),  # query, key and value
    "out": (SIZE, SIZE),
    "up": (HIDDEN, SIZE),
    "down": (SIZE, HIDDEN),
    "head": (SYMBOLS, SIZE),
}
LR, BETA1, BETA2, EPS = 0.01, 0.9, 0.999, 1e-8
LATER = np.triu(np.full((CONTEXT, CONTEXT), -np.inf), 1)  # what no place may look at

GPTStep = Callable[[Sequence[int]], float]


def matrices(flat: Any) -> dict[str, Any]:
    """The matrices as views of the parameters."""
    views, start = {}, 0
    for name, (rows, columns) in SHAPES.items():
        views[name] = flat[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
    return views


class NumpyGPT:
    """Forward, backward and Adam written out."""

    def __init__(self, parameters: list[float]) -> None:
        self.flat = np.array(parameters)
        self.grad = np.zeros_like(self.flat)
        self.mean, self.square = np.zeros_like(self.flat), np.zeros_like(self.flat)
        self.p, self.g = matrices(self.flat), matrices(self.grad)
        self.steps = 0

    def __call__(self, symbols: Sequence[int]) -> float:
        loss = self.backward(symbols)
        self.steps += 1
        grad, mean, square = self.grad, self.mean, self.square
        mean *= BETA1
        mean += (1.0 - BETA1) * grad
        grad *= grad
        grad *= 1.0 - BETA2
        square *= BETA2
        square += grad
        root = np.sqrt(square)
        root *= (1.0 - BETA2**self.steps) ** -0.5
        root += EPS
        np.divide(mean, root, out=root)
        root *= LR / (1.0 - BETA1**self.steps)
        self.flat -= root
        return loss

    def backward(self, symbols: Sequence[int]) -> float:
        """The loss; its gradients are in `grad`."""
        p, g = self.p, self.g
        now, following = np.array(symbols[:-1]), np.array(symbols[1:])
        n = len(now)
        each = np.arange(n)
        # forward
        embedded = p["tokens"][now] + p["places"][:n]
        x0, scale0 = _normalised(embedded)
        h, scale1 = _normalised(x0)
        query, key, value = _heads(h @ p["attend"].T)
        scores = query @ key.transpose(0, 2, 1)
        scores *= PART**-0.5
        scores += LATER[:n, :n]
        shares = _softmax(scores)
        mixed = (shares @ value).transpose(1, 0, 2).reshape(n, SIZE)
        x1 = x0 + mixed @ p["out"].T
        h2, scale2 = _normalised(x1)
        hidden = np.maximum(h2 @ p["up"].T, 0.0)
        x2 = x1 + hidden @ p["down"].T
        chances = _softmax(x2 @ p["head"].T)
        loss = -np.log(chances[each, following]).mean()
        # backward
        chances[each, following] -= 1.0
        d = chances / n
        g["head"][:] = d.T @ x2
        dx2 = d @ p["head"]
        g["down"][:] = dx2.T @ hidden
        d = (dx2 @ p["down"]) * (hidden > 0.0)
        g["up"][:] = d.T @ h2
        dx1 = dx2 + _normalised_back(d @ p["up"], h2, scale2)
        g["out"][:] = dx1.T @ mixed
        d = (dx1 @ p["out"]).reshape(n, HEADS, PART).transpose(1, 0, 2)
        dshares = d @ value.transpose(0, 2, 1)
        dscores = shares * (dshares - _sum(shares * dshares, -1, keepdims=True))
        dscores *= PART**-0.5
        dattend = np.empty((n, 3, HEADS, PART))
        dquery, dkey, dvalue = dattend.transpose(1, 2, 0, 3)
        np.matmul(dscores, key, out=dquery)
        np.matmul(dscores.transpose(0, 2, 1), query, out=dkey)
        np.matmul(shares.transpose(0, 2, 1), d, out=dvalue)
        d = dattend.reshape(n, 3 * SIZE)
        g["attend"][:] = d.T @ h
        dx0 = dx1 + _normalised_back(d @ p["attend"], h, scale1)
        d = _normalised_back(dx0, x0, scale0)
        g["tokens"][:] = 0.0
        np.add.at(g["tokens"], now, d)
        g["places"][:n], g["places"][n:] = d, 0.0
        return float(loss)


# ufuncs' own methods: x.sum() and x.mean() are Python around them, which costs as much again
_sum, _max = np.add.reduce, np.maximum.reduce


def _heads(x: Any) -> Any:
    """Query, key and value, each by head, place and dimension."""
    n = len(x)
    return [x.reshape(n, 3, HEADS, PART)[:, i].swapaxes(0, 1) for i in range(3)]


def _softmax(scores: Any) -> Any:
    terms = np.exp(scores - _max(scores, -1, keepdims=True))
    terms /= _sum(terms, -1, keepdims=True)
    return terms


def _normalised(x: Any) -> tuple[Any, Any]:
    scale = (_sum(x * x, -1, keepdims=True) / SIZE + 1e-5) ** -0.5
    return x * scale, scale


def _normalised_back(d: Any, out: Any, scale: Any) -> Any:
    return scale * (d - out * (_sum(d * out, -1, keepdims=True) / SIZE))


def jax_gpt(parameters: list[float]) -> GPTStep | None:
    """JAX: one jitted function for each length of a name."""
    if not importlib.util.find_spec("jax"):
        return None
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def normalised(x: Any) -> Any:
        return x * ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5

    def loss(flat: Any, symbols: Any) -> Any:
        p = matrices(flat)
        n = len(symbols) - 1
        x = normalised(p["tokens"][symbols[:-1]] + p["places"][:n])
        h = normalised(x)
        query, key, value = _heads(h @ p["attend"].T)
        scores = query @ key.transpose(0, 2, 1) / PART**0.5
        shares = jax.nn.softmax(scores + LATER[:n, :n])
        x = x + (shares @ value).transpose(1, 0, 2).reshape(n, SIZE) @ p["out"].T
        x = x + jax.nn.relu(normalised(x) @ p["up"].T) @ p["down"].T
        chances = jax.nn.log_softmax(x @ p["head"].T)
        return -chances[jnp.arange(n), symbols[1:]].mean()

    def step(state: Any, symbols: Any) -> Any:
        flat, mean, square, count = state
        value, grad = jax.value_and_grad(loss)(flat, symbols)
        count = count + 1
        mean = BETA1 * mean + (1.0 - BETA1) * grad
        square = BETA2 * square + (1.0 - BETA2) * grad * grad
        root = jnp.sqrt(square / (1.0 - BETA2**count)) + EPS
        return (flat - LR / (1.0 - BETA1**count) * mean / root, mean, square, count), value

    jitted = jax.jit(step, donate_argnums=0)
    zeros = np.zeros(len(parameters))
    state = (jnp.array(parameters), jnp.array(zeros), jnp.array(zeros), jnp.array(0.0))

    def run(symbols: Sequence[int]) -> float:
        nonlocal state
        state, value = jitted(state, np.array(symbols))
        return float(value)

    return run


def torch_gpt(parameters: list[float]) -> GPTStep | None:
    """PyTorch, as it is usually written, with its own Adam."""
    if not importlib.util.find_spec("torch"):
        return None
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    flat = torch.tensor(parameters, dtype=torch.float64)
    p = {name: view.clone().requires_grad_() for name, view in matrices(flat).items()}
    optimizer = torch.optim.Adam(p.values(), lr=LR, betas=(BETA1, BETA2), eps=EPS)
    later = torch.tensor(LATER)

    def normalised(x: Any) -> Any:
        return x * ((x * x).mean(-1, keepdim=True) + 1e-5) ** -0.5

    def run(symbols: Sequence[int]) -> float:
        now, following = torch.tensor(symbols[:-1]), torch.tensor(symbols[1:])
        n = len(now)
        x = normalised(p["tokens"][now] + p["places"][:n])
        h = normalised(x)
        query, key, value = _heads(h @ p["attend"].T)
        scores = query @ key.transpose(1, 2) / PART**0.5 + later[:n, :n]
        x = x + (scores.softmax(-1) @ value).transpose(0, 1).reshape(n, SIZE) @ p["out"].T
        x = x + torch.relu(normalised(x) @ p["up"].T) @ p["down"].T
        loss = functional.cross_entropy(x @ p["head"].T, following)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return run
