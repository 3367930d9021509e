"""Derivatives up to the third of 500 random functions over all gates, as JAX has them."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from helpers.counts import count_near
from helpers.jax_twins import BELOW_ONE, twins

import minigrad as mg
from minigrad import Value
from minigrad.rules.gate import Gate

jax = pytest.importorskip("jax")
jnp = jax.numpy
np = pytest.importorskip("numpy")

COUNT, ROWS = 500, 32


# What is a step or a choice; other names that the twins do not have are JAX's own: sign, floor, …
IN_JAX: dict[str, Callable[..., Any]] = {
    **twins(jax),
    "less": lambda x, y: jnp.where(x < y, 1.0, 0.0),
    "less_equal": lambda x, y: jnp.where(x <= y, 1.0, 0.0),
    "is_equal": lambda x, y: jnp.where(x == y, 1.0, 0.0),
    "select": lambda *xs: xs[0],
}

Step = tuple[Gate, list[int]]
Point = tuple[float, float, float, float]  # two inputs, and how fast each moves


def program(source: random.Random, first: Gate) -> list[Step]:
    """Three gates and the places of their inputs; the first of the gates is given."""
    steps: list[Step] = []
    for place in range(3):
        gate = first if place == 0 else source.choice(list(mg.GATES.values()))
        count = count_near(gate, 3)
        steps.append((gate, [source.randrange(2 + place) for _ in range(count)]))
    return steps


def step(gate: Gate, inputs: list[Any], apply: Callable[..., Any], sigmoid: Any) -> Any:
    """A gate, inside its domain, and a number from 1 to 2 of what comes out."""
    if gate.name in BELOW_ONE:
        inputs = [0.4 * wire for wire in inputs]
    if gate.name == "select":
        inputs = [*inputs[:-1], 0.0]
    return 1.0 + sigmoid(apply(*inputs))


@cache
def theirs(gate: Gate) -> Any:
    """The derivatives along a line of a step's output, from those of its inputs, by JAX.

    The function's argument has the value and three derivatives of each input, for many rows.
    """
    apply = IN_JAX.get(gate.name) or getattr(jnp, gate.name)

    def on_a_line(t: Any, row: Any) -> Any:
        inputs = [a + t * (b + t * (c / 2 + t * d / 6)) for a, b, c, d in row]
        return step(gate, inputs, apply, lambda x: 1.0 / (1.0 + jnp.exp(-x)))  # its own cancels

    def pushed(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda t, row: jax.jvp(lambda t: f(t, row), (t,), (1.0,))

    thrice = pushed(pushed(pushed(on_a_line)))

    def orders(row: Any) -> Any:
        ((value, first), (_, second)), (_, (_, third)) = thrice(0.0, row)
        return jnp.stack([value, first, second, third])

    return jax.jit(jax.vmap(orders))


def on_jax(programs: list[list[Step]], points: list[Point]) -> Any:
    """The value and the first three derivatives of every program along its line."""
    wires = np.zeros((COUNT, 5, 4))
    for i, (x, y, v, w) in enumerate(points):
        wires[i, 0, :2], wires[i, 1, :2] = (x, v), (y, w)
    for layer in range(3):
        for gate in mg.GATES.values():
            mine = [i for i in range(COUNT) if programs[i][layer][0] is gate]
            for first in range(0, len(mine), ROWS):
                rows = mine[first : first + ROWS]
                series = np.ones((ROWS, count_near(gate, 3), 4))
                series[: len(rows)] = [wires[i, programs[i][layer][1]] for i in rows]
                wires[rows, 2 + layer] = np.asarray(theirs(gate)(series))[: len(rows)]
    (a, a1, a2, a3), (b, b1, b2, b3) = wires[:, 4].T, wires[:, 3].T
    orders = [a1 * b + a * b1, a2 * b + 2 * a1 * b1 + a * b2]
    return np.stack([*orders, a3 * b + 3 * (a2 * b1 + a1 * b2) + a * b3], axis=1)


def test_derivatives_of_three_orders_are_those_of_jax() -> None:
    source = random.Random(16)
    gates = list(mg.GATES.values())
    programs = [program(source, gates[number % len(gates)]) for number in range(COUNT)]
    points = [
        (uniform(1.05, 1.95), uniform(1.05, 1.95), uniform(0.5, 1.5), uniform(-1.5, -0.5))
        for uniform in [source.uniform] * COUNT
    ]
    with jax.enable_x64(True):
        expected = on_jax(programs, points)
    for steps, point, orders in zip(programs, points, expected.tolist()):
        assert_same(steps, point, orders)


def assert_same(steps: list[Step], point: Point, expected: list[float]) -> None:
    x, y, v, w = Value(point[0]), Value(point[1]), *point[2:]
    wires = [x, y]
    for gate, places in steps:
        inputs = [wires[place] for place in places]
        wires.append(
            step(gate, inputs, lambda *xs, gate=gate: Value.apply_gate(gate, xs), mg.sigmoid)
        )
    f, speeds = wires[-1] * wires[-2], {x: v, y: w}

    def along(derivatives: list[Value]) -> Any:
        return v * derivatives[0] + w * derivatives[1]

    def check(found: Any, exact: float) -> None:
        assert found.data == pytest.approx(exact, rel=1e-12, abs=1e-13), (steps, point)

    slopes = mg.grad(f, [x, y], create_graph=True)
    moved = mg.jvp(f, speeds, create_graph=True)
    twice = mg.jvp(moved, speeds, create_graph=True)
    curved = mg.hvp(f, [x, y], speeds, create_graph=True)
    check(moved, expected[0])
    check(twice, expected[1])
    check(mg.jvp(twice, speeds), expected[2])
    check(along(slopes), expected[0])
    check(along(curved), expected[1])
    check(along(mg.grad(along(curved), [x, y])), expected[2])
    for pulled, pushed in zip(mg.grad(moved, [x, y]), mg.jvp(slopes, speeds)):
        check(pulled, pushed.data)  # the gradient of a tangent is the tangent of a gradient
