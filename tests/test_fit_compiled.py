"""`fit` with a compiled loss trains on one array, and nobody can tell from the numbers."""

import math

import pytest
from circuits import HAS_NATIVE, WHY

import minigrad as mg
from minigrad import nn, optim

X = [[math.sin(3 * i), math.cos(5 * i)] for i in range(30)]
Y = [1.0 if a * b > 0 else -1.0 for a, b in X]

OPTIMIZERS = {
    "sgd": lambda p: optim.SGD(p, lr=0.05),
    "momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: optim.Adam(p, lr=0.01),
    "adamw": lambda p: optim.AdamW(p, lr=0.01),
}


def trained(compiled, name, executor="auto", **options):
    model = nn.MLP(2, [4, 1], activation="tanh", seed=3)
    parameters = model.parameters()
    optimizer = OPTIMIZERS[name](parameters)

    def loss(x, y):
        return (1.0 - y * model(x)).relu() + 1e-3 * mg.sum([p * p for p in parameters])

    if compiled:
        loss = mg.compile(loss, executor=executor)
    history = mg.fit(loss, data=(X, Y), optimizer=optimizer, progress=False, **options)
    return model, optimizer, history, loss


@pytest.mark.parametrize("executor", ["auto", "python"])
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 7])
def test_a_compiled_loss_trains_as_the_plain_one(name, batch_size, executor):
    options = {"epochs": 4, "batch_size": batch_size}
    plain, _, plain_history, _ = trained(False, name, **options)
    model, optimizer, history, _ = trained(True, name, executor, **options)
    assert history.loss == pytest.approx(plain_history.loss, rel=1e-9)
    norms = plain_history.column("gradient_norm")
    assert history.column("gradient_norm") == pytest.approx(norms, rel=1e-9)
    assert [p.data for p in model.parameters()] == pytest.approx(
        [p.data for p in plain.parameters()], rel=1e-9
    )
    assert [p.grad for p in model.parameters()] == pytest.approx(
        [p.grad for p in plain.parameters()], rel=1e-8, abs=1e-12
    )
    assert optimizer.parameters == model.parameters()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_can_go_on_eagerly_where_the_array_stopped(name):
    _, _, whole, _ = trained(False, name, epochs=6)
    _, optimizer, first, loss = trained(True, name, epochs=3)
    second = mg.fit(loss.function, data=(X, Y), optimizer=optimizer, epochs=3, progress=False)
    assert first.loss + second.loss == pytest.approx(whole.loss, rel=1e-9)


def test_callbacks_see_the_parameters_of_the_moment():
    seen = []
    model = nn.MLP(2, [3, 1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    watched = model.parameters()[0]
    mg.fit(
        loss,
        data=(X, Y),
        optimizer=optim.SGD(model.parameters(), lr=0.01),
        epochs=3,
        progress=False,
        callbacks=[lambda epoch: seen.append(watched.data)],
    )
    assert len(set(seen)) == 3
    assert seen[-1] == watched.data


def test_ctrl_c_leaves_the_parameters_of_the_last_whole_step():
    def interrupt(epoch):
        if epoch.number == 3:
            raise KeyboardInterrupt

    model, _, history, _ = trained(True, "adam", epochs=9, callbacks=[interrupt])
    three, _, _, _ = trained(True, "adam", epochs=3)
    assert history.stopped == "interrupted"
    assert [p.data for p in model.parameters()] == [p.data for p in three.parameters()]


def test_frozen_parameters_keep_their_numbers():
    model = nn.MLP(2, [3, 1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    frozen, moving = model.parameters()[:5], model.parameters()[5:]
    before = [p.data for p in frozen]
    history = mg.fit(
        loss, data=(X, Y), optimizer=optim.SGD(moving, lr=0.01), epochs=5, progress=False
    )
    assert history.loss[-1] < history.loss[0]
    assert [p.data for p in frozen] == before


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
def test_it_is_the_array_that_is_trained():
    from minigrad.parameter_array import array_training

    model = nn.MLP(2, [3, 1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    optimizer = optim.Adam(model.parameters())
    assert array_training(loss, optimizer, (X, Y)) is not None
    assert array_training(loss.function, optimizer, (X, Y)) is None
