"""A chain of a million gates is an ordinary circuit: no recursion anywhere.

Everything runs in a thread with a stack of 512 KiB and with Python's default recursion limit.
(Python 3.13.0 itself crashes there when it frees so long a chain of plain objects: it gets 8 MiB.)
"""

from __future__ import annotations

import copy
import gc
import io
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache

import pytest

import minigrad as mg
from minigrad import Value

GATES = 1_000_000


@pytest.fixture(autouse=True)
def default_recursion_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    gc.disable()  # half of the time would be the collector's; what it finds is test_memory's
    yield
    gc.enable()
    sys.setrecursionlimit(before)


CHAIN_OF_PLAIN_OBJECTS = """
import threading

class Plain:
    __slots__ = ("__dict__", "before")

def run():
    last = None
    for _ in range(1_000_000):
        new = Plain()
        new.before, last = last, new
    del new, last

threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


@cache
def stack_that_python_needs() -> int:
    """512 KiB, or more where Python cannot free a chain of its own plain objects in that."""
    run = subprocess.run([sys.executable, "-c", CHAIN_OF_PLAIN_OBJECTS], stderr=subprocess.DEVNULL)
    return 512 * 1024 if run.returncode == 0 else 8 * 1024 * 1024


def in_a_small_stack(function: Callable[[], None]) -> None:
    """Run the function in a thread with 512 KiB of stack; its exception is ours."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:
            raised.append(error)

    before = threading.stack_size(stack_that_python_needs())
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if raised:
        raise raised[0]


def chain(x: Value, gates: int) -> Value:
    """x + 1 − 1 + 1 − 1 …: its gradient towards x is 1, and no number grows."""
    one = Value(1.0, label="one")
    wire = x
    for _ in range(gates // 2):
        wire = wire + one - one
    return wire


def length(output: Value) -> int:
    """How many gates stand in line behind the output."""
    count = 0
    while output.inputs:
        output = output.inputs[0]
        count += 1
    return count


def test_a_chain_of_a_million_gates() -> None:
    def whole_life() -> None:
        x = Value(3.0, label="x")
        output = chain(x, GATES)
        output.backward()
        assert (output.data, x.grad) == (3.0, 1.0)
        assert len(mg.topological_order(output)) == GATES + 2

        twin = copy.deepcopy(output)
        assert length(twin) == GATES
        del twin  # freeing a chain must not recurse either

        data = pickle.dumps(output)
        del output
        loaded = pickle.loads(data)
        assert length(loaded) == GATES
        assert (loaded.data, loaded.grad) == (3.0, 1.0)

    in_a_small_stack(whole_life)


def test_gradients_as_a_circuit_and_zero_grad_of_a_long_chain() -> None:
    def chain_rule() -> None:
        x = Value(0.5)
        wire = x
        for _ in range(20_000):
            wire = wire.sin()
        (gradient,) = mg.grad(wire, [x], create_graph=True)
        wire.backward()
        assert gradient.data == pytest.approx(x.grad)
        assert mg.first_nonfinite(wire) is None
        wire.zero_grad()
        assert not x.has_grad

    in_a_small_stack(chain_rule)


class RefusesToBePickled:
    def __reduce__(self) -> str:
        raise ArithmeticError("no")


def pickled_in_python(thing: object) -> bytes:
    """By a pickler that reads a thousand items ahead, as those of joblib and dill do."""
    file = io.BytesIO()
    pickle._Pickler(file).dump(thing)  # type: ignore[attr-defined]
    return file.getvalue()


@pytest.mark.parametrize("dumps", [pickle.dumps, pickled_in_python])
def test_any_pickler_goes_through_a_chain(dumps: Callable[[object], bytes]) -> None:
    def there_and_back() -> None:
        for gates in (2, 6, 20_000):
            x = Value(3.0)
            output = chain(x, gates)
            after = output * 2
            twin_x, twin, twin_after = pickle.loads(dumps([x, output, after]))
            assert length(twin) == gates
            assert twin_after.inputs[0] is twin
            for _ in range(gates):
                twin = twin.inputs[0]
            assert twin is twin_x

    in_a_small_stack(there_and_back)


@pytest.mark.parametrize("dumps", [pickle.dumps, pickled_in_python])
def test_an_attribute_that_holds_another_circuit(dumps: Callable[[object], bytes]) -> None:
    def there_and_back() -> None:
        x = Value(3.0)
        output = chain(x, 20)
        output.other = chain(x, 20_000)
        x.result = output
        twin = pickle.loads(dumps(output))
        assert (length(twin), length(twin.other)) == (20, 20_000)
        assert mg.topological_order(twin)[0].result is twin

    in_a_small_stack(there_and_back)


@pytest.mark.parametrize("dumps", [pickle.dumps, pickled_in_python])
def test_a_pickle_that_fails_leaves_no_trace(dumps: Callable[[object], bytes]) -> None:
    def fail_and_go_on() -> None:
        output = chain(Value(3.0), 20_000)
        output.note = RefusesToBePickled()
        for _ in range(2):
            with pytest.raises(ArithmeticError):
                dumps(output)
        del output.note
        assert length(pickle.loads(dumps(output))) == 20_000

    in_a_small_stack(fail_and_go_on)


def test_a_chain_of_sums_and_of_free_attributes() -> None:
    """Gates whose inputs stand in a tuple, and wires that carry attributes, go the same way."""

    def whole_life() -> None:
        x = Value(1.0)
        wire = x
        for i in range(20_000):
            wire = mg.sum([wire, x, -1])
            wire.place = i
        wire.backward()
        assert x.grad == 20_001.0
        assert copy.deepcopy(wire).place == 19_999
        assert pickle.loads(pickle.dumps(wire)).place == 19_999

    in_a_small_stack(whole_life)


@pytest.mark.parametrize(
    "twin_of",
    [
        copy.deepcopy,
        lambda wire: pickle.loads(pickle.dumps(wire)),
        lambda wire: pickle.loads(pickled_in_python(wire)),
    ],
)
@pytest.mark.parametrize("make", [lambda: Value(1.0), lambda: Value(1.0) * 2])
def test_wires_that_free_attributes_link(
    make: Callable[[], Value], twin_of: Callable[[Value], Value]
) -> None:
    """A list of wires, linked in both directions: the attributes make cycles."""

    def there_and_back() -> None:
        last = first = make()
        for place in range(20_000):
            last.next = make()
            last.next.previous, last.next.place = last, place
            last = last.next
        twin, count = twin_of(first), 0
        while hasattr(twin, "next"):
            assert twin.next.previous is twin
            assert twin.next.place == count
            twin, count = twin.next, count + 1
        assert count == 20_000
        assert twin is not last

    in_a_small_stack(there_and_back)


@pytest.mark.parametrize("dumps", [pickle.dumps, pickled_in_python])
def test_an_attribute_that_holds_a_later_gate(dumps: Callable[[object], bytes]) -> None:
    def there_and_back() -> None:
        x = Value(3.0)
        first = x * 2
        output = chain(first, 20_000)
        first.uses = [output, x]
        twin = pickle.loads(dumps(output))
        leaf, *gates = mg.topological_order(twin)
        (twin_first,) = [wire for wire in gates if leaf in wire.inputs]
        assert twin_first.uses == [twin, leaf]

    in_a_small_stack(there_and_back)


def test_a_thousand_doublings() -> None:
    """2¹⁰⁰⁰ paths lead from the output to x: none of this may go through them one by one."""
    x = Value(1.0)
    wire = x
    for _ in range(1_000):
        wire = wire + wire
    wire.backward()
    assert wire.data == x.grad == 2.0**1000
    assert len(mg.topological_order(wire)) == 1_001
    assert [gradient.data for gradient in mg.grad(wire, [x], create_graph=True)] == [2.0**1000]
    assert length(copy.deepcopy(wire)) == 1_000
    assert length(pickle.loads(pickle.dumps(wire))) == 1_000


def test_a_wide_sum() -> None:
    leaves = [Value(1.0) for _ in range(100_000)]
    total = mg.sum(leaves)
    total.backward()
    assert total.data == 100_000.0
    assert all(leaf.grad == 1.0 for leaf in leaves)
