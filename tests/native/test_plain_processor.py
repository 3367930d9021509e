"""Machine code for a processor without wide vectors gives what eager gives, whatever runs this."""

import math
import multiprocessing

import pytest
from helpers.circuits import HAS_NATIVE, WHY

import minigrad as mg
from minigrad import Value

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)

# not those that leave their domain on these numbers
GATES = [g for g in mg.GATES.values() if g.name not in ("select", "asin", "acos", "acosh", "atanh")]
ROWS = [(1.0 + 0.7 * math.sin(i), 1.5 + math.cos(3 * i)) for i in range(37)]


def loss_of(w):
    """All gates, each on both numbers of a row and a parameter, and a layer that makes tiles."""
    layer = mg.nn.Layer(2, 9, activation="tanh", seed=1)

    def loss(x, y):
        operands = (x * w, y, y + 1.0)
        gates = [Value.apply_gate(gate, operands[: gate.arity or 2]) for gate in GATES]
        return mg.sum(gates) + mg.sum(layer([x, y]))

    return loss


def on_a_plain_processor(sender):
    """In a process of its own: a machine is made once, and so is much of its code."""
    from minigrad.native.machine import machine

    machine().cpu, machine().features = "generic", type(machine().features)()
    for executor in ("tape", "lanes"):
        w = Value(0.8)
        total = mg.compile(loss_of(w), executor=executor).batch(*zip(*ROWS), reduce="sum")
        total.backward()
        sender.send((machine().width, total.data, w.grad))
    w = Value(0.8)
    loss = mg.compile(loss_of(w))
    mg.fit(loss, data=tuple(zip(*ROWS)), optimizer=mg.optim.Adam([w]), epochs=9, progress=False)
    sender.send(w.data)


def test_batches_and_training_on_a_processor_without_wide_vectors():
    w = Value(0.8)
    eager = mg.sum([loss_of(w)(*row) for row in ROWS])
    eager.backward()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=on_a_plain_processor, args=(sender,)
    )
    process.start()
    sender.close()
    for _ in ("tape", "lanes"):
        assert receiver.poll(60)
        width, total, gradient = receiver.recv()
        assert width == 4
        assert total == pytest.approx(eager.data, rel=1e-12)
        assert gradient == pytest.approx(w.grad, rel=1e-12)
    w = Value(0.8)
    options = {"optimizer": mg.optim.Adam([w]), "epochs": 9, "progress": False}
    mg.fit(loss_of(w), data=tuple(zip(*ROWS)), **options)
    assert receiver.recv() == pytest.approx(w.data, rel=1e-11)
    process.join(60)
    assert process.exitcode == 0
