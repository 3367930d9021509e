"""An exception or Ctrl-C at any point of a backward pass leaves every gradient as it was."""

from __future__ import annotations

import _thread
import itertools
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.interruption import Interruption

import minigrad as mg
from minigrad import Value
from minigrad.engine import backward, value

ENGINE = {value.__file__, backward.__file__}
GATES = 50


def circuit(gates: int) -> tuple[Value, list[Value]]:
    """A random circuit of so many gates, in every layout, and a Σ over them; its leaves."""
    source = random.Random(11)
    leaves = [Value(source.uniform(0.5, 1.5)) for _ in range(3)]
    wires = list(leaves)
    while len(wires) < gates + len(leaves):
        a, b = source.choices(wires[-6:], k=2)
        made = source.choice([a * b, a + b, a - b, a.tanh(), 2 * a, mg.maximum(a, b, 1.0)])
        wires.append(made)
    return mg.sum(wires[len(leaves) :]), leaves


def gradients(output: Value) -> list[float | None]:
    """Every gradient of the circuit, None where there is none yet."""
    return [wire.grad if wire.has_grad else None for wire in mg.topological_order(output)]


LOCKING = [
    (value.__file__, number)
    for number, line in enumerate(Path(value.__file__).read_text().splitlines(), 1)
    if "with one_at_a_time" in line
]


@pytest.mark.parametrize(
    ("error", "calls_before", "gates"), [(KeyboardInterrupt, 1, GATES), (MemoryError, 0, 10)]
)
def test_interrupted_at_every_line(
    error: type[BaseException], calls_before: int, gates: int
) -> None:
    """At its first line, its second …, until a pass runs to its end: and that one is right."""
    output, leaves = circuit(gates)
    for _ in range(calls_before):
        output.backward()
    expected, points = gradients(output), 0
    for number in itertools.count(1):
        try:
            with Interruption(ENGINE, number, error, passed_over=LOCKING):
                output.backward()
        except error:
            assert gradients(output) == expected, number
            points += 1
        else:
            break
    assert points > 10 * gates
    undisturbed, same_leaves = circuit(gates)
    for _ in range(calls_before + 1):
        undisturbed.backward()
    assert [leaf.grad for leaf in leaves] == [leaf.grad for leaf in same_leaves]
    assert gradients(output) == gradients(undisturbed)


def gates_of(output: Value) -> list[Value]:
    return [wire for wire in mg.topological_order(output) if not wire.is_leaf]


NUMBER_OF_GATES = len(gates_of(circuit(GATES)[0]))


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C raises, also where the tests run in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_a_real_ctrl_c_at_every_gate() -> None:
    """The signal itself, sent while one gate after the other is at work."""
    for number in range(NUMBER_OF_GATES):
        output, _ = circuit(GATES)
        gates_of(output)[number]._backward = _thread.interrupt_main
        with pytest.raises(KeyboardInterrupt):
            output.backward()
        assert not any(wire.has_grad for wire in mg.topological_order(output))


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_function_of_ones_own_that_raises(error: type[BaseException]) -> None:
    """A user-assigned `_backward` fails, at each of the gates in turn."""

    def fail() -> None:
        raise error("no gradient today")

    assert NUMBER_OF_GATES > GATES
    for number in range(NUMBER_OF_GATES):
        output, _ = circuit(GATES)
        output.backward()
        expected = gradients(output)
        gates_of(output)[number]._backward = fail
        with pytest.raises(error, match="no gradient today"):
            output.backward()
        assert gradients(output) == expected


class Unmultipliable:
    """A local gradient that fails when it is used."""

    def __mul__(self, other: Any) -> Any:
        raise ArithmeticError("cannot be multiplied")


def test_a_local_gradient_that_raises() -> None:
    output, leaves = circuit(GATES)
    for gate in gates_of(output):
        local = gate._d_first
        many = isinstance(local, tuple)
        gate._d_first = (Unmultipliable(),) * len(local) if many else Unmultipliable()
        with pytest.raises(ArithmeticError, match="cannot be multiplied"):
            output.backward()
        assert not any(wire.has_grad for wire in mg.topological_order(output))
        gate._d_first = local
    output.backward()
    assert all(leaf.has_grad for leaf in leaves)
