"""Exported code run, and what the engine gives for the same rows."""

from __future__ import annotations

from typing import Any

import numpy

import minigrad as mg
from minigrad import Value


def module_of(source: str) -> dict[str, Any]:
    """The names that exported Python defines."""
    names: dict[str, Any] = {}
    exec(compile(source, "<exported>", "exec"), names)
    return names


def rows_of(*shape: int) -> Any:
    """Random rows, always the same."""
    return numpy.random.default_rng(0).normal(size=shape)


def eager_mean(loss: Any, parameters: list[Value], rows: list[Any]) -> tuple[float, list[float]]:
    """The mean of a compiled loss over rows, and its gradient, by the engine."""
    for parameter in parameters:
        parameter.grad = None
    total = mg.sum([loss.function(*row) for row in rows]) / len(rows)
    total.backward()
    return total.data, [parameter.grad for parameter in parameters]
