"""Several threads at work at the same time, on parameters that they share."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import pytest

import minigrad as mg
from minigrad import Value

THREADS, ROUNDS = 4, 60


@pytest.fixture(autouse=True)
def many_switches() -> Iterator[None]:
    """Let Python switch threads after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_the_same_time(function: Callable[[int], None]) -> None:
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            function(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_backward_passes_over_shared_parameters_lose_no_contribution() -> None:
    w = Value(2.0)

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            x = Value(float(number + 1))
            total = mg.sum([w * x for _ in range(20)])
            total.backward()
            assert x.grad == 40.0

    at_the_same_time(work)
    assert w.grad == 20.0 * ROUNDS * sum(range(1, THREADS + 1))


def test_backward_passes_over_a_shared_circuit() -> None:
    x = Value(3.0)
    middle = x * x
    output = mg.sum([middle * x for _ in range(20)])

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            output.backward()  # its gradients may at once be those of another thread's pass

    at_the_same_time(work)
    assert output.grad == 1.0
    assert x.grad == 20 * 27.0 * THREADS * ROUNDS
    assert middle.grad == 20 * 3.0


def test_copies_and_pickles_at_the_same_time() -> None:
    import copy
    import pickle

    x = Value(1.0)
    output = x
    for _ in range(50):
        output = output * x + 1

    def work(number: int) -> None:
        for _ in range(5):
            assert len(mg.topological_order(pickle.loads(pickle.dumps(output)))) == 151
            assert len(mg.topological_order(copy.deepcopy(output))) == 151

    at_the_same_time(work)


def test_modes_of_one_thread_are_not_those_of_another() -> None:
    w = Value(2.0)

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            if number % 2:
                with mg.no_grad():
                    assert (w * 3).is_constant
            else:
                assert (w * 3).gate is mg.GATES["mul"]

    at_the_same_time(work)


def test_backward_inside_a_backward_function_of_the_same_thread() -> None:
    """A gate of one's own may run a backward pass of its own: no lock stands in its way."""
    x = Value(2.0)
    out = Value(8.0, (x,), "cube")

    def inner() -> None:
        twin = Value(2.0)
        (twin * twin * twin).backward()
        x.grad += twin.grad * out.grad

    out._backward = inner
    (out * 2).backward()
    assert x.grad == 24.0


def test_gradients_are_not_cleared_in_the_middle_of_another_threads_pass() -> None:
    w = Value(1.0)
    output = w
    for _ in range(300):
        output = output * w
    optimizer = mg.optim.SGD([w], lr=0.0)

    def work(number: int) -> None:
        for _ in range(ROUNDS):
            (output.backward, output.zero_grad, optimizer.zero_grad)[number % 3]()

    at_the_same_time(work)


def test_no_grad_holds_while_another_thread_stops_looking() -> None:
    from minigrad.engine import recording

    def leave(wire: Value) -> Value:
        recording.observers.remove(leave)
        return wire

    recording.observers.insert(0, leave)
    with mg.no_grad():
        assert (Value(2.0) * Value(3.0)).is_constant
