"""Random circuits against an independent forward mode, and against finite differences.

A circuit is drawn as a recipe: leaves, then gates that take any wires made so far, so fan-out and
repeated inputs (`x*x`, `x−x`, `x/x`, `x**x`) come by themselves. Every gate ends in a function that
keeps its output between about ½ and 2, so that no circuit leaves the ordinary floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from helpers import dual
from helpers.dual import Dual
from hypothesis import example, given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value

Step = tuple[str, tuple[int, ...]]
Recipe = tuple[list[float], list[Step]]

# name: how many inputs (None: any number), with minigrad, with dual numbers
OPERATIONS: dict[str, tuple[int | None, Callable[..., Any], Callable[..., Any]]] = {
    "+": (2, lambda x, y: x + y, lambda x, y: x + y),
    "−": (2, lambda x, y: x - y, lambda x, y: x - y),
    "×": (2, lambda x, y: x * y, lambda x, y: x * y),
    "÷": (2, lambda x, y: x / y, lambda x, y: x / y),
    "power": (2, lambda x, y: x**y, lambda x, y: x**y),
    "2 − x": (1, lambda x: 2 - x, lambda x: Dual(2.0) - x),
    "2 ÷ x": (1, lambda x: 2 / x, lambda x: Dual(2.0) / x),
    "2 ** x": (1, lambda x: 2**x, lambda x: Dual(2.0) ** x),
    "x ** 3": (1, lambda x: x**3, lambda x: x**3),
    "neg": (1, lambda x: -x, lambda x: -x),
    "sin": (1, mg.sin, dual.sin),
    "exp": (1, mg.exp, dual.exp),
    "tanh": (1, mg.tanh, dual.tanh),
    "sigmoid": (1, mg.sigmoid, dual.sigmoid),
    "|x|": (1, abs, dual.absolute),
    "relu": (1, lambda x: mg.relu(x - 1), lambda x: dual.relu(x - 1)),
    "Σ": (None, lambda *xs: mg.sum(xs), dual.total),
    "dot": (
        None,
        lambda *xs: mg.dot(xs, xs[::-1]),
        lambda *xs: dual.total(*(x * y for x, y in zip(xs, xs[::-1]))),
    ),
    "max": (None, mg.maximum, dual.maximum),
    "min": (None, mg.minimum, dual.minimum),
    "select": (None, lambda *xs: mg.select(xs, len(xs) // 2), lambda *xs: xs[len(xs) // 2]),
}


def build(recipe: Recipe, leaves: Sequence[Any], column: int, tame: Callable[[Any], Any]) -> Any:
    """The output of the recipe; `column` 1 is minigrad, 2 dual numbers."""
    wires = list(leaves)
    for name, places in recipe[1]:
        gate = OPERATIONS[name][column]
        wires.append(tame(gate(*(wires[place] for place in places))))
    return wires[-1]


def tame_value(x: Any) -> Any:
    return mg.tanh(x) * 0.75 + 1.25


def tame_dual(x: Dual) -> Dual:
    return dual.tanh(x) * 0.75 + 1.25


@st.composite
def recipes(draw: st.DrawFn, deepest: int = 25, operations: Sequence[str] = ()) -> Recipe:
    leaves = draw(st.lists(st.floats(0.5, 2.0, width=32), min_size=1, max_size=4))
    count = draw(st.integers(1, deepest))
    steps: list[Step] = []
    for i in range(count):
        name = draw(st.sampled_from(operations or list(OPERATIONS)))
        arity = OPERATIONS[name][0] or draw(st.integers(1, 6))
        newest = len(leaves) + i - 1
        place = st.integers(0, newest) | st.just(newest)
        steps.append((name, tuple(draw(place) for _ in range(arity))))
    return leaves, steps


DEEP: Recipe = ([0.7, 1.3], [("×", (i, i + 1)) for i in range(300)])
WIDE: Recipe = ([0.7], [("sin", (0,))] * 200 + [("Σ", tuple(range(201)))])
REPEATED: Recipe = (
    [0.7],
    [(name, (i, i)) for i, name in enumerate(("×", "+", "−", "÷", "power", "max", "Σ"))],
)


@given(recipes())
@example(DEEP)
@example(WIDE)
@example(REPEATED)
def test_gradients_agree_with_forward_mode(recipe: Recipe) -> None:
    leaves = [Value(number) for number in recipe[0]]
    output = build(recipe, leaves, 1, tame_value)
    output.backward()
    for place, leaf in enumerate(leaves):
        duals = [Dual(number, float(i == place)) for i, number in enumerate(recipe[0])]
        expected = build(recipe, duals, 2, tame_dual)
        assert output.data == pytest.approx(expected.number, rel=1e-9)
        assert leaf.grad == pytest.approx(expected.slope, rel=1e-6, abs=1e-9)


SMOOTH = [name for name in OPERATIONS if name not in ("|x|", "relu", "max", "min")]


@given(recipes(deepest=10, operations=SMOOTH))
def test_gradients_agree_with_finite_differences(recipe: Recipe) -> None:
    leaves = [Value(number) for number in recipe[0]]
    output = build(recipe, leaves, 1, tame_value)
    output.backward()

    def at(place: int, distance: float) -> float:
        moved = [x + distance * (i == place) for i, x in enumerate(recipe[0])]
        return build(recipe, [Value(number) for number in moved], 1, tame_value).data

    for place, leaf in enumerate(leaves):
        step = 1e-4
        wide = (at(place, 2 * step) - at(place, -2 * step)) / 4
        near = (at(place, step) - at(place, -step)) / 2
        # five points, which take out the error that shows as a difference between the two
        numeric = (4 * near - wide) / (3 * step)
        visible = abs(near - wide) / step
        assert leaf.grad == pytest.approx(numeric, rel=1e-7, abs=1e-8 + 0.01 * visible)


@given(recipes())
@example(DEEP)
@example(WIDE)
def test_backward_adds_in_the_reverse_of_the_topological_order(recipe: Recipe) -> None:
    """To the last bit: the pass itself goes another way, and many gates stand in short form."""
    output = build(recipe, [Value(number) for number in recipe[0]], 1, tame_value)
    output.backward()
    order = mg.topological_order(output)
    received = {output: 1.0}
    for wire in reversed(order):
        for source, local in zip(wire.inputs, wire.local_gradients):
            sent = local * received[wire]
            received[source] = received[source] + sent if source in received else sent
    for wire in order:
        assert wire.is_constant or wire.grad == received[wire]


@given(recipes())
def test_backward_twice_gives_exactly_twice(recipe: Recipe) -> None:
    leaves = [Value(number) for number in recipe[0]]
    output = build(recipe, leaves, 1, tame_value)
    output.backward()
    once = [leaf.grad for leaf in leaves]
    inner = [wire.grad for wire in mg.topological_order(output) if not wire.is_leaf]
    output.backward()
    assert [leaf.grad for leaf in leaves] == [2.0 * gradient for gradient in once]
    assert inner == [wire.grad for wire in mg.topological_order(output) if not wire.is_leaf]


@given(recipes(deepest=12))
def test_grad_as_a_circuit_agrees_with_backward(recipe: Recipe) -> None:
    leaves = [Value(number) for number in recipe[0]]
    output = build(recipe, leaves, 1, tame_value)
    output.backward()
    for gradient, leaf in zip(mg.grad(output, leaves, create_graph=True), leaves):
        assert gradient.data == pytest.approx(leaf.grad, rel=1e-9, abs=1e-12)


@given(recipes(deepest=12))
def test_copies_and_pickles_are_the_same_circuit(recipe: Recipe) -> None:
    import copy
    import pickle

    leaves = [Value(number) for number in recipe[0]]
    output = build(recipe, leaves, 1, tame_value)
    output.backward()
    original = mg.topological_order(output)
    for twin in (copy.deepcopy(output), pickle.loads(pickle.dumps(output))):
        wires = mg.topological_order(twin)
        places = {wire: i for i, wire in enumerate(wires)}
        before = {wire: i for i, wire in enumerate(original)}
        for wire, other in zip(original, wires, strict=True):
            assert wire is not other
            assert (wire.data, wire.grad, wire.gate) == (other.data, other.grad, other.gate)
            assert wire.local_gradients == other.local_gradients
            assert wire.is_constant == other.is_constant
            assert [before[i] for i in wire.inputs] == [places[i] for i in other.inputs]


def test_the_numbers_of_the_forward_mode_are_right() -> None:
    """x**x at 2: 4·(log 2 + 1)."""
    assert (Dual(2.0, 1.0) ** Dual(2.0, 1.0)).slope == pytest.approx(4 * (math.log(2) + 1))
    assert (Dual(3.0, 1.0) / Dual(3.0, 1.0)).slope == 0.0
