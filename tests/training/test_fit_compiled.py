"""`fit` with a compiled loss trains in machine code, and nobody can tell from the numbers."""

import copy
import gc
import math
import pickle
import sys
import threading
from random import Random

import pytest
from helpers.circuits import EXECUTORS, HAS_NATIVE, WHY

import minigrad as mg
from minigrad import Value, nn, optim

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


@pytest.mark.parametrize("compiled", [True, False])
def test_a_gradient_that_has_exploded_is_clipped_though_its_square_is_no_float(compiled):
    ws = [Value(1.0) for _ in range(20)]
    loss = lambda x: mg.sum([w * 1e200 for w in ws]) * x
    loss = mg.compile(loss) if compiled else loss
    options = {"epochs": 3, "clip_norm": math.sqrt(20.0), "progress": False}
    history = mg.fit(loss, data=([3.0],), optimizer=optim.SGD(ws, lr=0.25), **options)
    assert not history.stopped
    assert history.column("gradient_norm") == pytest.approx([3e200 * math.sqrt(20.0)] * 3)
    assert [w.data for w in ws] == pytest.approx([0.25] * 20)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_can_go_on_eagerly_where_the_array_stopped(name):
    _, _, whole, _ = trained(False, name, epochs=6)
    _, optimizer, first, loss = trained(True, name, epochs=3)
    second = mg.fit(loss.function, data=(X, Y), optimizer=optimizer, epochs=3, progress=False)
    assert first.loss + second.loss == pytest.approx(whole.loss, rel=1e-9)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("ways", [(False, False), (True, True), (True, False), (False, True)])
def test_fit_for_4_and_for_6_epochs_is_fit_for_10(name, batch_size, ways):
    whole_model, whole_optimizer, whole, _ = trained(
        ways[0], name, epochs=10, batch_size=batch_size
    )
    model, optimizer, first, loss = trained(ways[0], name, epochs=4, batch_size=batch_size)
    loss = mg.compile(loss) if ways == (False, True) else loss
    loss = loss.function if ways == (True, False) else loss
    options = {"epochs": 6, "batch_size": batch_size, "progress": False}
    second = mg.fit(loss, data=(X, Y), optimizer=optimizer, **options)
    rel = 0.0 if len(set(ways)) == 1 else 1e-9
    assert first.loss + second.loss == pytest.approx(whole.loss, rel=rel, abs=0.0)
    assert optimizer.steps == whole_optimizer.steps
    assert [p.data for p in model.parameters()] == pytest.approx(
        [p.data for p in whole_model.parameters()], rel=rel, abs=0.0
    )


@pytest.mark.parametrize("compiled", [False, True])
def test_a_shuffle_is_repeated_by_a_new_optimiser_or_a_generator_of_the_caller(compiled):
    def losses(optimizer, w, seed):
        w.data = 0.5
        loss = lambda x, y: (w * x[0] - y) ** 2
        loss = mg.compile(loss) if compiled else loss
        options = {"epochs": 2, "batch_size": 7, "progress": False, "seed": seed}
        return mg.fit(loss, data=(X, Y), optimizer=optimizer, **options).loss

    w = Value(0.5)
    optimizer = optim.SGD([w], lr=0.1)
    first = losses(optimizer, w, 3)
    assert losses(optimizer, w, 3) != first  # it goes on
    assert losses(optimizer, w, Random(3)) == first
    assert losses(optim.SGD([w], lr=0.1), w, 3) == first
    assert losses(optimizer, w, 4) != first
    for seed in ("a", 1.5, w):
        with pytest.raises(TypeError, match="seed must be a whole number, None or a random"):
            losses(optimizer, w, seed)


def test_an_optimiser_takes_its_shuffle_along_in_a_copy_and_a_pickle():
    for clone in (copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))):
        w = Value(0.5)
        optimizer = optim.Adam([w], lr=0.1)

        def go_on(optimizer):
            (w,) = optimizer.parameters
            loss = lambda x, y: (w * x[0] - y) ** 2
            options = {"epochs": 2, "batch_size": 7, "progress": False}
            return mg.fit(loss, data=(X, Y), optimizer=optimizer, **options).loss

        go_on(optimizer)
        twin = clone(optimizer)
        assert go_on(twin) == go_on(optimizer)


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


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_parameter_that_a_callback_replaces_ends_training_with_an_error(executor):
    weights = [Value(0.5)]
    loss = mg.compile(lambda x, y: (weights[0] * x[0] - y) ** 2, executor=executor)

    def replace(epoch):
        if epoch.number == 3:
            weights[0] = Value(1.0)

    optimizer = optim.SGD(weights, lr=0.05)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        mg.fit(
            loss, data=(X, Y), optimizer=optimizer, epochs=6, progress=False, callbacks=[replace]
        )
    assert optimizer.steps == 3


def test_callbacks_may_change_parameters_and_settings():
    def trained_with_changes(compiled):
        w, b = Value(0.5), Value(-0.2)
        loss = lambda x, y: (w * x[0] + b - y) ** 2
        optimizer = optim.SGD([w, b], lr=0.05, momentum=0.5)

        def change(epoch):
            if epoch.number == 3:
                w.data, optimizer.lr, optimizer.momentum = 1.5, 0.01, 0.9

        return mg.fit(
            mg.compile(loss) if compiled else loss,
            data=(X, Y),
            optimizer=optimizer,
            epochs=6,
            progress=False,
            callbacks=[change],
        )

    plain, compiled = trained_with_changes(False), trained_with_changes(True)
    assert compiled.loss == pytest.approx(plain.loss, rel=1e-12)
    assert compiled.column("learning_rate") == plain.column("learning_rate")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_losses_over_twenty_steps_are_the_eager_ones_to_nine_digits(name):
    _, _, plain, _ = trained(False, name, epochs=20)
    _, _, compiled, _ = trained(True, name, epochs=20)
    assert compiled.loss == pytest.approx(plain.loss, rel=1e-9)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_steps_at_once_are_the_same_steps(name, batch_size):
    """With a callback there is one epoch in a call, without one as many as there is time for."""
    options = {"epochs": 50, "batch_size": batch_size}
    model, optimizer, history, _ = trained(True, name, **options)
    twin, twin_optimizer, one_by_one, _ = trained(True, name, callbacks=[lambda _: None], **options)
    assert history == one_by_one
    assert [(p.data, p.grad) for p in model.parameters()] == [
        (p.data, p.grad) for p in twin.parameters()
    ]
    assert optimizer._states == twin_optimizer._states
    assert optimizer.steps == twin_optimizer.steps == 50 * (1 if batch_size is None else 5)


def test_parameters_that_have_taken_different_numbers_of_steps():
    def losses(compiled):
        w, b = Value(0.5), Value(-0.2)
        optimizer = optim.Adam([w, b], lr=0.05)
        for _ in range(3):  # the first steps do not reach b
            optimizer.zero_grad()
            (w * w).backward()
            optimizer.step()
        loss = lambda x, y: (w * x[0] + b - y) ** 2
        loss = mg.compile(loss) if compiled else loss
        history = mg.fit(loss, data=(X, Y), optimizer=optimizer, epochs=5, progress=False)
        assert [state[0] for state in optimizer._states] == [8, 5]
        return history.loss

    assert losses(True) == pytest.approx(losses(False), rel=1e-12)


def test_a_schedule_and_a_limit_of_the_norm_are_followed_step_by_step():
    def history(compiled):
        w = Value(3.0)
        loss = lambda x, y: (w * x[0] - y) ** 2
        optimizer = optim.SGD([w], lr=optim.cosine(0.5, steps=30))
        options = {"epochs": 40, "clip_norm": 0.1, "progress": False}
        loss = mg.compile(loss) if compiled else loss
        result = mg.fit(loss, data=(X, Y), optimizer=optimizer, **options)
        assert (optimizer.steps, optimizer.lr) == (40, optim.cosine(0.5, steps=30)(40))
        return result

    plain, compiled = history(False), history(True)
    assert compiled.loss == pytest.approx(plain.loss, rel=1e-12)
    assert compiled.column("learning_rate") == plain.column("learning_rate")
    assert max(plain.column("gradient_norm")) > 0.1


@pytest.mark.parametrize("batch_size", [None, 7])
def test_a_loss_that_overflows_stops_before_the_parameters_do(batch_size):
    def stopped(compiled):
        w = Value(1.0)
        loss = lambda x, y: (w * x[0] - y) ** 2
        loss = mg.compile(loss) if compiled else loss
        options = {"epochs": 999, "batch_size": batch_size, "progress": False}
        with pytest.warns(RuntimeWarning, match="lower the learning rate"):
            history = mg.fit(loss, data=(X, Y), optimizer=optim.SGD([w], lr=1e5), **options)
        assert math.isfinite(w.data)
        return history

    plain, compiled = stopped(False), stopped(True)
    assert compiled.stopped == plain.stopped
    assert len(compiled.epochs) == len(plain.epochs) > 0


class SignDescent(optim.Optimizer):
    """Decides by a number: nothing to make a formula of."""

    def update(self, data, grad, state):
        return data - self.lr * (1 if grad > 0 else -1), state


class Counting(optim.SGD):
    """Not marked as a formula, and none: it gives other numbers each time it is called."""

    def update(self, data, grad, state):
        self.calls = getattr(self, "calls", 0) + 1
        return data - self.lr * grad / self.calls, state


class Cubed(optim.Optimizer):
    """A formula of one's own, with gates and a choice in it."""

    initial_state = (0, 1.0)

    @optim.formula
    def update(self, data, grad, state):
        count, scale = state[0] + 1, 0.5 * state[1] + 0.5 * mg.tanh(grad)
        rate = mg.where(count > 2, 0.5 * self.lr, self.lr)
        return data - rate * grad**3 * scale / count, (count, scale)


@pytest.mark.parametrize("kind", [SignDescent, Counting, Cubed])
def test_optimisers_of_ones_own_train_a_compiled_loss(kind):
    def history(compiled):
        w, b = Value(1.0), Value(0.5)
        loss = lambda x, y: (w * x[0] + b - y) ** 2
        loss = mg.compile(loss) if compiled else loss
        optimizer = kind([w, b], lr=0.01)
        return mg.fit(loss, data=(X, Y), optimizer=optimizer, epochs=5, progress=False)

    assert history(True).loss == pytest.approx(history(False).loss, rel=1e-12)


# --- machine code ---------------------------------------------------------------------------------

needs_native = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)


@needs_native
@pytest.mark.parametrize(
    ("kind", "is_formula"),
    [(optim.SGD, True), (optim.Adam, True), (Cubed, True), (SignDescent, False), (Counting, False)],
)
def test_an_update_that_is_a_formula_is_machine_code(kind, is_formula):
    from minigrad.training.batches import Batches
    from minigrad.training.epochs import ValueEpochs
    from minigrad.training.fit import epochs_of
    from minigrad.training.native_epochs import NativeEpochs

    model = nn.MLP(2, [3, 1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    optimizer = kind(model.parameters(), lr=0.1)
    batches = Batches(len(X), None, Random(0))
    kind = type(epochs_of(loss, (X, Y), optimizer, batches, None))
    assert kind is (NativeEpochs if is_formula else ValueEpochs)
    assert type(epochs_of(loss.function, (X, Y), optimizer, batches, None)) is ValueEpochs


@needs_native
@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("way", ["blocks", "threads"])
def test_rows_in_blocks_and_in_threads_train_alike(way, batch_size, monkeypatch):
    from minigrad.native import batch_over_rows as native_batch

    expected, _, history, _ = trained(True, "adam", epochs=3, batch_size=batch_size)
    monkeypatch.setattr(native_batch, "_cores", lambda: 2)
    if way == "threads":
        monkeypatch.setattr(native_batch, "WORK_FOR_A_THREAD", 10)
    executor = "tape" if way == "blocks" else "lanes"
    model, _, other, _ = trained(True, "adam", executor, epochs=3, batch_size=batch_size)
    assert other.loss == pytest.approx(history.loss, rel=1e-12)
    assert [p.data for p in model.parameters()] == pytest.approx(
        [p.data for p in expected.parameters()], rel=1e-9
    )


@needs_native
@pytest.mark.parametrize("batch_size", [None, 7])
def test_ctrl_c_in_machine_code_leaves_whole_steps_in_history_and_parameters(
    batch_size, monkeypatch
):
    """Python sees it when the native call has come back, before it can look at the result."""
    from minigrad.training.optim_machine_code import Job

    calls, run = [], Job.run

    def interrupted(job, function):
        run(job, function)
        calls.append(job.done)
        if len(calls) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Job, "run", interrupted)
    model, optimizer, history, _ = trained(True, "adam", epochs=900, batch_size=batch_size)
    monkeypatch.undo()
    per_epoch = 1 if batch_size is None else 5
    epochs = calls[-1] // per_epoch
    assert history.stopped == "interrupted"
    assert (optimizer.steps, len(history.epochs)) == (calls[-1], epochs)
    twin, _, whole, _ = trained(True, "adam", epochs=epochs, batch_size=batch_size)
    assert history.epochs == whole.epochs
    if optimizer.steps == epochs * per_epoch:
        assert [p.data for p in model.parameters()] == [p.data for p in twin.parameters()]


@needs_native
def test_another_thread_sees_the_numbers_change_while_training_goes_on():
    w = Value(1.0)
    loss = mg.compile(lambda x, y: (w * x[0] - y) ** 2)
    seen, over = set(), threading.Event()

    def watch():
        while not over.wait(0.001):
            seen.add(w.data)

    watcher = threading.Thread(target=watch)
    watcher.start()
    optimizer = optim.SGD([w], lr=1e-7)
    mg.fit(loss, data=(X, Y), optimizer=optimizer, epochs=200_000, progress=False)
    over.set()
    watcher.join()
    assert len(seen - {w.data}) > 3, "only the first and the last number were seen"


@needs_native
def test_ten_thousand_steps_do_not_grow_memory():
    w = Value(0.5)
    loss = mg.compile(lambda x: (w * x).tanh())
    rows, optimizer = [0.1, 0.2, 0.3], optim.SGD([w], lr=0.01, momentum=0.9)

    def by_hand(steps):
        for _ in range(steps):
            optimizer.zero_grad()
            loss.batch(rows).backward()
            optimizer.step()

    def by_fit(steps):
        mg.fit(loss, data=(rows,), optimizer=optimizer, epochs=steps, progress=False)

    def blocks_after(train, steps):
        train(steps)
        gc.collect()
        return sys.getallocatedblocks()

    for train in (by_hand, by_fit):
        train(100)
        before = blocks_after(train, 100)
        assert blocks_after(train, 10_000) - before < 1_000


CHANGES = {
    "taken out": lambda parameters: parameters.pop(0),
    "removed": lambda parameters: parameters.remove(parameters[1]),
    "replaced": lambda parameters: parameters.__setitem__(1, Value(1.0)),
    "put in": lambda parameters: parameters.append(Value(3.0)),
    "turned round": lambda parameters: parameters.reverse(),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 7])
def test_parameters_of_the_optimizer_that_a_callback_changes_count_as_in_a_plain_run(
    change, name, batch_size
):
    def run(compiled):
        w, b, c = parameters = [Value(0.5), Value(-0.2), Value(0.1)]
        optimizer = OPTIMIZERS[name](parameters)
        loss = lambda x, y: (w * x[0] + b + c * x[1] - y) ** 2

        def callback(epoch):
            if epoch.number == 3:
                CHANGES[change](optimizer.parameters)

        history = mg.fit(
            mg.compile(loss) if compiled else loss,
            data=(X, Y),
            optimizer=optimizer,
            epochs=7,
            batch_size=batch_size,
            callbacks=[callback],
            progress=False,
        )
        return [*history.loss, *(p.data for p in parameters), optimizer.steps]

    assert run(True) == pytest.approx(run(False), rel=1e-9)


def test_momentum_stays_with_its_parameter_when_another_is_taken_out():
    w, b = Value(1.0), Value(1.0)
    both, alone = (optim.SGD(ps, lr=0.1, momentum=0.9) for ps in ([w, b], [Value(1.0)]))
    (other,) = alone.parameters
    for i in range(4):
        if i == 2:
            both.parameters.remove(w)
        w.grad, b.grad, other.grad = 5.0, 1.0, 1.0
        both.step()
        alone.step()
    assert b.data == other.data


def test_early_stopping_puts_back_each_parameter_its_own_number():
    w, b = Value(0.5), Value(3.0)
    optimizer = optim.SGD([w, b], lr=0.3)

    def spoil(epoch):
        if epoch.number == 2:
            optimizer.parameters.remove(w)
            b.data = 40.0

    loss = mg.compile(lambda x: (b - 3.0) ** 2 + 0 * w * x)
    mg.fit(loss, data=([1.0],), optimizer=optimizer, patience=2, callbacks=[spoil], progress=False)
    assert (w.data, b.data) == (0.5, 3.0)


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
def test_a_callback_that_leaves_nothing_to_train_is_told_so():
    optimizer = optim.SGD([w := Value(0.5)], lr=0.1)
    loss = mg.compile(lambda x: (w * x) ** 2)
    replace = lambda _: optimizer.parameters.__setitem__(0, Value(1.0))
    with pytest.raises(ValueError, match=r"no parameter.*returning True"):
        mg.fit(loss, data=([1.0],), optimizer=optimizer, callbacks=[replace], progress=False)


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
@pytest.mark.parametrize("name", ["step", "zero_grad", "update"])
def test_methods_of_the_optimizer_that_a_callback_replaces_are_not_passed_over(name: str) -> None:
    w = Value(0.5)
    loss = mg.compile(lambda x, y: (w * x - y) ** 2)
    optimizer = mg.optim.SGD([w], lr=0.05)

    def replace(*_: object) -> None:
        setattr(optimizer, name, lambda *arguments: None)

    with pytest.raises(
        ValueError, match=r"was replaced while machine code.*before training begins"
    ):
        mg.fit(
            loss,
            data=([1.0, 2.0], [2.0, 4.0]),
            optimizer=optimizer,
            epochs=4,
            callbacks=[replace],
            progress=False,
        )


@pytest.mark.parametrize("options", [{}, {"batch_size": 2}, {"clip_norm": 0.5}, {"patience": 3}])
@pytest.mark.parametrize("as_array", [False, True])
def test_rows_that_a_callback_writes_into_count_as_in_a_plain_run(options, as_array):
    losses = []
    for compiled in (False, True):
        w = Value(0.5)
        xs, ys = [1.0, 2.0, 3.0, -1.0, 0.5], [2.0, 4.1, 6.2, -2.0, 1.0]
        if as_array:
            numpy = pytest.importorskip("numpy")
            xs, ys = numpy.array(xs), numpy.array(ys)

        def augment(epoch, xs=xs):
            xs[epoch.number % 5] += 0.5

        def loss(x, y, w=w):
            return (w * x - y) ** 2

        history = mg.fit(
            mg.compile(loss) if compiled else loss,
            data=(xs, ys),
            optimizer=optim.SGD([w], lr=0.01),
            epochs=6,
            callbacks=[augment],
            progress=False,
            **options,
        )
        losses.append([epoch.loss for epoch in history.epochs])
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("options", [{}, {"batch_size": 7}, {"clip_norm": 0.5}, {"patience": 3}])
def test_a_loss_that_a_callback_clears_is_recorded_anew_as_it_is_then(name, options):
    def run(compiled):
        scale, parameters = [1.0], [Value(0.5), Value(-0.2), Value(0.1)]

        def loss(x, y):
            w, b, c = parameters
            more = w * c if scale[0] < 0.3 else 0.0  # another circuit, of more gates
            return (w * x[0] * scale[0] + b + c * x[1] + more - y) ** 2

        optimizer, used = OPTIMIZERS[name](parameters), mg.compile(loss) if compiled else loss

        def anneal(epoch):
            scale[0] *= 0.5
            if epoch.number == 4:
                parameters[1] = optimizer.parameters[1] = Value(1.0)
            if compiled:
                used.clear()

        history = mg.fit(
            used,
            data=(X, Y),
            optimizer=optimizer,
            epochs=7,
            callbacks=[anneal],
            progress=False,
            **options,
        )
        return [*history.loss, *(p.data for p in parameters), optimizer.steps]

    assert run(True) == pytest.approx(run(False), rel=1e-9)


@pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
def test_a_callback_that_takes_rows_away_is_told_so():
    w, xs = Value(0.5), [1.0, 2.0, 3.0]
    loss = mg.compile(lambda x: (w * x - 1.0) ** 2)
    with pytest.raises(ValueError, match="from 3 rows to 2"):
        mg.fit(
            loss,
            data=(xs,),
            optimizer=optim.SGD([w], lr=0.01),
            callbacks=[lambda _: xs.pop() and None],
            progress=False,
        )


def test_a_label_that_is_none_is_named_with_its_row_though_no_row_was_compared() -> None:
    w = mg.Value(0.1)
    loss = mg.compile(lambda x, y: mg.losses.binary_cross_entropy(w * x, y))
    X, Y = [1.0] * 40, [0.0, 1.0] * 20
    optimizer = mg.optim.SGD([w], lr=0.1)
    mg.fit(loss, data=(X, Y), optimizer=optimizer, batch_size=10, epochs=9, progress=False)
    Y[17] = -1.0
    with pytest.warns(RuntimeWarning, match="row 17 of data: binary_cross_entropy needs a target"):
        mg.fit(loss, data=(X, Y), optimizer=optimizer, epochs=9, progress=False)
