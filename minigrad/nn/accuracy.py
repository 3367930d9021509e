"""How many rows a classifier gets right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine import as_wire


def accuracy(model: Callable[[Any], Any], X: Any, Y: Any) -> float:
    """The share of rows that a classifier gets right.

    >>> accuracy(lambda x: x - 0.5, [0.0, 1.0, 2.0, 0.2], [0, 1, 1, 1])
    0.75

    One output above 0 means label 1, else 0 or −1; of several outputs the largest names the class.
    """
    hits = sum(predicted_class(model(x)) == max(int(y), 0) for x, y in zip(X, Y))
    return hits / len(X)


def predicted_class(outputs: Any) -> int:
    """The class that outputs stand for."""
    if isinstance(outputs, (list, tuple)):
        numbers = [as_wire(output).data for output in outputs]
        return numbers.index(max(numbers))
    return int(as_wire(outputs).data > 0.0)
