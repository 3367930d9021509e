"""Threads share compiled functions."""

import itertools
import math
import sys
import threading

import pytest
from helpers.circuits import EXECUTORS, HAS_NATIVE, WHY

import minigrad as mg
from minigrad import Value
from minigrad.tape import gate_tape


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


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
def test_what_machine_code_reads_stays_where_the_first_of_two_threads_has_made_it(monkeypatch):
    from minigrad.native import Sweeps
    from minigrad.native.machine import Machine

    x = Value(3.0)
    sweeps, tables = Sweeps(gate_tape([x * x], [], [x])), []

    def make(mode):
        if not tables:  # another thread comes first
            tables.append(None)
            tables[0] = sweeps.table(mode)
        return Sweeps._table(sweeps, mode)

    monkeypatch.setattr(sweeps, "_table", make)
    assert sweeps.table("forward") is tables[0]
    assert Machine()._engines is Machine()._engines


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
def test_threads_share_the_derivatives_of_a_compiled_function(many_switches):
    np = pytest.importorskip("numpy")
    points = [np.linspace(0.5, 1.5, 2 + k) for k in range(4)]
    wrong = []

    def f(x):
        return mg.sum([mg.sin(a * b) for a, b in itertools.pairwise(x)])

    expected = [mg.hessian(f)(x) for x in points]
    for _ in range(3):
        compiled, begin = mg.compile(f, executor="tape"), threading.Barrier(4)

        def work(k, compiled=compiled, begin=begin):
            begin.wait()
            for step in range(12):
                i = (k + step) % 4
                x, hessian = points[i], expected[i]
                found = [compiled.hessian(x), compiled.hessian(x, sparse=True).toarray()]
                found += [np.array([compiled.hvp(x, row) for row in np.eye(len(x))])]
                wrong.extend(k for each in found if not np.allclose(each, hessian, rtol=1e-12))
                compiled.value_and_grad(x)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
