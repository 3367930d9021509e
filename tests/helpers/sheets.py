"""Worksheets of every kind: each cost, many activations, names that need care."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad import Worksheet, losses
from minigrad.nn import MLP


def sheet(loss: Any, t: Any, outputs: int, activation: Any, **settings: Any) -> Worksheet:
    model = MLP(2, [2, outputs], activation=activation, seed=1)
    return Worksheet(model, [0.5, -1.0], t, loss=loss, **settings)


def quartic(a: Any, t: Any) -> Any:
    """A cost of one's own."""
    return (a - t) ** 4


def price_in_dollars(a: Any, t: Any) -> Any:
    """A cost whose name is made to be escaped."""
    return (a - t) ** 2


price_in_dollars.__name__ = r"50%_of $x^2$ & {more} \# <b>~"

SHEETS: dict[str, Callable[[], Worksheet]] = {
    "seed": lambda: Worksheet.from_seed(7),
    "half squares": lambda: sheet(losses.half_squared_error, [1.0], 1, ["tanh", "sigmoid"]),
    "squares of two": lambda: sheet(losses.squared_error, [1.0, -0.5], 2, ["relu", "linear"]),
    "mean of three": lambda: sheet(losses.mean_squared_error, [1, 2, 3], 3, ["leaky_relu", "sin"]),
    "binary": lambda: sheet(losses.binary_cross_entropy, 1, 1, "gelu"),
    "classes": lambda: sheet(losses.cross_entropy, 2, 3, "silu"),
    "probabilities": lambda: sheet(losses.cross_entropy, [0.2, 0.8], 2, "softplus"),
    "hinge": lambda: sheet(losses.hinge, -1, 1, "tanh", mistakes=False),
    "svm": lambda: sheet(losses.multiclass_hinge, 1, 3, "tanh"),
    "own cost": lambda: sheet(quartic, 1.0, 1, "tanh"),
    "own activation": lambda: sheet(quartic, 1.0, 1, [lambda z: z * z, "linear"]),
    "two own activations": lambda: sheet(
        losses.half_squared_error, [1.0], 1, [lambda z: z * z, lambda z: z * 0.5]
    ),
    "names": lambda: sheet(price_in_dollars, 1.0, 1, "tanh"),
    "no bias": lambda: Worksheet(MLP(1, [1], bias=False, seed=2), [1.0], 0.5, digits=6),
}
