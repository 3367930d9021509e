"""Threads share compiled functions."""

import math
import sys
import threading

import pytest
from helpers.circuits import EXECUTORS

import minigrad as mg
from minigrad import Value


@pytest.fixture
def many_switches():
    """Let Python switch threads after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_the_circuit_is_that_of_one_call_while_other_threads_call(many_switches):
    total = mg.compile(lambda xs: mg.sum([x * x for x in xs]))
    lengths, ends = range(1, 8), threading.Event()

    def call(n):
        while not ends.is_set():
            total([float(n)] * n)

    for n in lengths:
        total([float(n)] * n)
    threads = [threading.Thread(target=call, args=(n,)) for n in lengths]
    for thread in threads:
        thread.start()
    try:
        seen = {total.circuit.data for _ in range(300)}
    finally:
        ends.set()
        for thread in threads:
            thread.join()
    assert seen <= {float(n) ** 3 for n in lengths}


@pytest.mark.parametrize("executor", EXECUTORS)
def test_threads_share_the_batches_of_a_compiled_function(executor, many_switches):
    w, b = Value(2.0), Value(-1.0)
    loss = mg.compile(lambda x, y: (mg.tanh(w * x + b) - y) ** 2, executor=executor)
    data = [
        ([math.sin(i + k) for i in range(20)], [math.cos(i * k) for i in range(20)])
        for k in range(8)
    ]
    alone = [loss.batch(*columns) for columns in data]
    wrong = []

    def work(k):
        for _ in range(50):
            out = loss.batch(*data[k])
            if (out.data, out.local_gradients) != (alone[k].data, alone[k].local_gradients):
                wrong.append(k)
            out.backward()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    sent = [50 * math.fsum(column) for column in zip(*[out.local_gradients for out in alone])]
    assert [w.grad, b.grad] == pytest.approx(sent)
