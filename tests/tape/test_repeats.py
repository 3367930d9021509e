"""Loops in the tape's own order: rolled and unrolled again it is what it was."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.tape import (
    VARIABLES,
    Loop,
    Node,
    Operation,
    Rolled,
    Run,
    Tape,
    flatten,
    flatten_received,
    replay,
    rolled,
    tape_nodes,
)

Nodes = list[tuple[Operation, tuple[int, ...]]]


def unrolled(found: Rolled, nodes: Sequence[Node]) -> Iterator[tuple[Operation, tuple[int, ...]]]:
    """The operations one after the other."""
    for number, places in nodes:
        kind = found.kinds[number]
        if isinstance(kind, Operation):
            yield kind, places
            continue
        for i in range(kind.times):
            moved = [place + i * step for place, step in zip(places, kind.steps)]
            for place, by in kind.tables:
                moved[place] = places[place] + by[i]
            body, at = [], 0
            for part, count in zip(kind.body, found.place_counts(kind)):
                body.append(Node(part, tuple(moved[at : at + count])))
                at += count
            yield from unrolled(found, body)


def depth(found: Rolled, number: int) -> int:
    kind = found.kinds[number]
    return 1 + max(depth(found, part) for part in kind.body) if isinstance(kind, Loop) else 0


def tape_of(function: Callable[..., Value]) -> Tape:
    x, w = Value(0.5), Value(0.3)
    return flatten([function(x, w)], [], [x, w], wanted=[x])


def recurrence(x: Value, w: Value) -> Value:
    y = x
    for _ in range(50):
        y = (w * y + x).tanh()
    return y


def grid(x: Value, w: Value) -> Value:
    """Loops in a loop."""
    y = x
    for _ in range(10):
        for _ in range(10):
            y = y.sin() * w
        y = y.exp()
    return y


@pytest.mark.parametrize("function", [recurrence, grid])
def test_what_follows_from_itself_is_a_loop(function: Callable[..., Value]) -> None:
    nodes = list(tape_nodes(tape_of(function)))
    found = rolled(nodes)
    assert len(found.nodes) < 20 < len(nodes)
    assert list(unrolled(found, found.nodes)) == nodes


def test_loops_stand_in_loops() -> None:
    found = rolled(tape_nodes(tape_of(grid)))
    assert max(depth(found, node.kind) for node in found.nodes) == 2


def test_a_layer_is_a_loop_over_its_units_and_each_sum_a_run() -> None:
    model = mg.nn.MLP(3, [32, 32, 1], activation="tanh", seed=1)
    x = [Value(0.1 * i) for i in range(3)]
    output = model(x)
    tape = flatten_received([output], model.parameters(), x, [Value(1.0)])
    nodes = list(tape_nodes(tape))
    found = rolled(nodes)
    assert len(nodes) > 250
    assert len(found.nodes) < 20
    longest = max(run.length for kind, _ in nodes for run in kind.runs)
    assert longest == 32
    assert list(unrolled(found, found.nodes)) == nodes


def test_gradients_start_from_what_each_output_receives() -> None:
    x, y = Value(2.0), Value(-3.0)
    outputs = [x * y, (x * y).tanh() + x]
    received = [Value(1.0), Value(1.0)]
    tape = flatten_received(outputs, [], [x, y], received)
    numbers, (gradients,) = replay(tape, [], [2.0, -3.0, 0.5, -1.0])
    weights = dict(zip(outputs, [0.5, -1.0]))
    expected = mg.vjp(outputs, weights)
    assert numbers == [output.data for output in outputs]
    assert gradients == [expected[x].data, expected[y].data]


@given(st.integers(0, 10_000))
@settings(max_examples=200, deadline=None)
def test_rolled_and_unrolled_again_it_is_what_it_was(seed: int) -> None:
    chance = random.Random(seed)
    nodes: Nodes = []
    for _ in range(chance.randint(1, 6)):  # stretches that repeat, evenly or nearly
        body = [chance.randint(1, 3) for _ in range(chance.randint(1, 4))]
        start, step = chance.randint(0, 50), chance.randint(-3, 3)
        for i in range(chance.randint(1, 30)):
            for count in body:
                noise = chance.choice([0, 0, 0, 0, 0, 0, 0, 1]) * chance.randint(0, 9)
                places = [VARIABLES + 100 + start + i * step + noise + k for k in range(count)]
                kind = Operation(None, (Run((False,)),) * count)
                nodes.append((kind, (VARIABLES + 1_000 + len(nodes), *places)))
    found = rolled(nodes)
    assert list(unrolled(found, found.nodes)) == nodes
    assert len(found.nodes) <= len(nodes)


def test_what_repeats_unevenly_has_its_places_in_a_table() -> None:
    chance = random.Random(1)
    nodes: Nodes = [
        (Operation(None, (Run((False,)),)), (VARIABLES + i, VARIABLES + chance.randint(0, 999)))
        for i in range(100)
    ]
    found = rolled(nodes)
    (node,) = found.nodes
    kind: Any = found.kinds[node.kind]
    assert kind.times == 100
    assert [place for place, _ in kind.tables] == [1]
    assert list(unrolled(found, found.nodes)) == nodes


def test_constants_and_what_is_computed_are_never_read_by_one_loop() -> None:
    kinds = [Operation(None, (Run((i % 2 == 0,)),)) for i in range(20)]
    found = rolled((kind, (VARIABLES + i, i)) for i, kind in enumerate(kinds))
    for node in found.nodes:
        kind = found.kinds[node.kind]
        assert not isinstance(kind, Loop) or len(kind.body) == 2
