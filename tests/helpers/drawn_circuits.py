"""Circuits that hypothesis draws, many at once: to be exported together, and run in one process."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings

import minigrad as mg
from minigrad import Value


class Drawn(NamedTuple):
    """The outputs of circuits, the numbers of their leaves, and the engine's outputs and gradients.

    Each circuit has a list of points, here of one.
    """

    outputs: list[Value]
    points: list[list[list[float]]]
    expected: list[list[float]]


def drawn_circuits(strategy: Any, count: int = 500) -> Drawn:
    """So many circuits, but for the few that have no leaves."""
    drawn = Drawn([], [], [])

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(circuit: Any) -> None:
        function, _, inputs = circuit
        out = function(*inputs)
        out.backward()
        leaves = [leaf for leaf in mg.engine.Circuit(out).leaves if not leaf.is_constant]
        if leaves:
            drawn.outputs.append(out)
            drawn.points.append([[leaf.data for leaf in leaves]])
            drawn.expected.append([out.data, *(leaf.grad for leaf in leaves)])

    collect()
    assert len(drawn.outputs) > 0.8 * count
    return drawn
