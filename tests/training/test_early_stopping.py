"""Early stopping keeps the parameters that had the best loss; what is not finite is named."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from helpers.data_frames import Labelled

import minigrad as mg
from minigrad import Value

NAN, INF = float("nan"), float("inf")
WAYS = pytest.mark.parametrize("compiled", [False, True])


def fitted(w: Value, loss: Any, data: Any, compiled: bool, lr: Any = 1.1, **options: Any) -> Any:
    loss = mg.compile(loss) if compiled else loss
    options = {"progress": False, "epochs": 50, **options}
    return mg.fit(loss, data=data, optimizer=mg.optim.SGD([w], lr=lr), **options)


def best_loss(history: Any) -> float:
    found = re.search(r"best loss (\S+) (in|before) epoch (\d+)", history.stopped)
    assert found, history.stopped
    return float(found[1])


@WAYS
def test_parameters_of_the_best_loss_are_put_back_though_the_first_step_made_it_worse(
    compiled: bool,
) -> None:
    w = Value(1.0)
    history = fitted(w, lambda x: (w * x) ** 2, ([1.0],), compiled, patience=3)
    assert history.loss[:2] == pytest.approx([1.0, 1.44])
    assert history.stopped == "stopped early: best loss 1 in epoch 1"
    assert len(history.epochs) == 4
    assert w.data**2 == 1.0


@WAYS
@pytest.mark.parametrize("batch_size", [None, 2])
def test_the_loss_that_is_named_is_that_of_the_parameters_put_back(
    compiled: bool, batch_size: int | None
) -> None:
    X, Y = [0.5, 1.0, 1.5, 2.0, 2.5], [1.0, 2.5, 2.5, 4.5, 4.5]
    w = Value(0.0)
    rates = [0.05, 0.02, 0.02, 0.4, 0.01, 0.3, 0.4, 0.4, 0.4]
    rate = lambda step: rates[min(step, 8)]
    history = fitted(
        w, lambda x, y: (w * x - y) ** 2, (X, Y), compiled, rate, batch_size=batch_size, patience=2
    )
    loss = sum((w.data * x - y) ** 2 for x, y in zip(X, Y)) / 5
    assert loss == pytest.approx(best_loss(history), rel=1e-3)
    if batch_size is None:
        assert loss == pytest.approx(min(history.loss), rel=1e-12)


@WAYS
@pytest.mark.parametrize("batch_size", [None, 2])
def test_a_run_that_gets_better_to_the_end_keeps_its_last_step(
    compiled: bool, batch_size: int | None
) -> None:
    ends = []
    for patience in (5, None):
        w = Value(1.0)
        options = {"batch_size": batch_size, "patience": patience, "epochs": 6}
        fitted(w, lambda x, w=w: (w * x) ** 2, ([1.0, 0.5, 2.0],), compiled, 0.01, **options)
        ends.append(w.data)
    assert ends[0] == ends[1]


@WAYS
def test_with_validation_the_parameters_after_the_best_epoch_are_put_back(compiled: bool) -> None:
    w = Value(0.0)
    options = {"validation": ([1.0], [0.4]), "patience": 2}
    history = fitted(w, lambda x, y: (w * x - y) ** 2, ([1.0], [1.0]), compiled, 0.1, **options)
    losses = history.column("validation_loss")
    assert (w.data - 0.4) ** 2 == pytest.approx(min(losses), rel=1e-12)
    assert losses.index(min(losses)) < len(losses) - 1


@WAYS
@pytest.mark.parametrize("batch_size", [None, 2, 1])
def test_it_is_the_validation_loss_that_counts_whatever_the_batches_are(
    compiled: bool, batch_size: int | None
) -> None:
    w = Value(0.0)
    X, Y = [0.5, 1.0, 1.5, 2.0, 2.5], [1.0, 2.5, 2.5, 4.5, 4.5]
    options: dict[str, Any] = {"validation": ([1.0], [0.9]), "batch_size": batch_size}
    loss = lambda x, y: (w * x - y) ** 2
    history = fitted(w, loss, (X, Y), compiled, 0.01, patience=3, **options)
    losses = history.column("validation_loss")
    best = losses.index(min(losses))
    assert len(losses) == best + 4
    assert (w.data - 0.9) ** 2 == losses[best]
    assert history.stopped.startswith(
        f"stopped early: best loss {min(losses):.4g} in epoch {best + 1}"
    )


@WAYS
def test_a_validation_loss_that_is_nan_is_called_nan_and_its_row_is_named(compiled: bool) -> None:
    w = Value(0.5)
    loss = lambda x, y: (w * x - y) ** 2
    options = {"validation": ([1.0, 2.0], [1.0, NAN]), "patience": 2}
    history = fitted(w, loss, ([1.0], [1.0]), compiled, 0.1, **options)
    assert history.stopped.startswith("stopped early: the validation loss was nan")
    assert "row 1 of Y in validation holds nan" in history.stopped
    assert "inf" not in history.stopped.replace("finite", "")
    assert len(history.epochs) == 2


@WAYS
@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("bad", [NAN, INF, -INF])
@pytest.mark.parametrize("column", ["X", "Y"])
def test_a_nan_in_the_data_names_its_row_and_not_the_learning_rate(
    compiled: bool, batch_size: int | None, bad: float, column: str
) -> None:
    w = Value(0.5)
    X: list[Any] = [[1.0, 2.0], [0.5, 0.5], [1.5, -1.0], [2.0, 0.0]]
    Y: list[Any] = [1.0, 0.0, 0.5, 2.0]
    if column == "X":
        X[2] = [1.5, bad]
    else:
        Y[2] = bad
    loss = lambda x, y: (w * x[0] + x[1] - y) ** 2
    with pytest.warns(RuntimeWarning, match=f"row 2 of {column} in data holds {bad}"):
        history = fitted(w, loss, (X, Y), compiled, 0.01, batch_size=batch_size)
    assert "learning rate" not in history.stopped
    assert math.isfinite(w.data)


def test_a_nan_in_a_data_frame_or_an_array_names_its_place() -> None:
    numpy = pytest.importorskip("numpy")
    w = Value(0.5)
    loss = lambda x, y: (w * x - y) ** 2
    for X in (Labelled([1.0, NAN]), numpy.array([1.0, NAN])):
        with pytest.warns(RuntimeWarning, match="row 1 of X in data holds nan"):
            fitted(w, loss, (X, [1.0, 1.0]), compiled=False)


@WAYS
def test_a_loss_that_is_nan_before_any_step_is_not_put_down_to_the_learning_rate(
    compiled: bool,
) -> None:
    w = Value(-0.5)
    with pytest.warns(RuntimeWarning, match="before any step, so look with mg.first_nonfinite"):
        history = fitted(w, lambda x: mg.log(w * x), ([1.0],), compiled)
    assert (len(history.epochs), w.data) == (0, -0.5)
    assert "the loss became nan in epoch 1" in repr(history)


@WAYS
def test_a_loss_that_becomes_nan_puts_the_best_parameters_back(compiled: bool) -> None:
    w = Value(1.0)
    loss = lambda x: mg.where(w.exp() < 20.0, w * x, mg.log(-1.0 * w))
    with pytest.warns(RuntimeWarning, match="the loss became nan in epoch"):
        fitted(w, loss, ([-1.0],), compiled, 1.0, patience=9)
    assert w.data == 2.0


def test_a_learning_rate_finder_names_the_row_too() -> None:
    w = Value(0.5)
    with pytest.raises(ValueError, match="row 1 of X in data holds nan"):
        mg.lr_range(
            lambda x, y: (w * x - y) ** 2,
            data=([1.0, NAN], [1.0, 1.0]),
            optimizer=mg.optim.SGD([w]),
        )


def test_a_step_with_a_nan_says_that_it_was_in_the_arguments() -> None:
    pytest.importorskip("llvmlite")
    w = Value(0.5)
    loss = mg.compile(lambda x: (w * x) ** 2)
    with mg.training_steps(loss, mg.optim.SGD([w], lr=0.01)) as step:
        for x in (1.0, 2.0, 3.0):
            step(x)
        with pytest.warns(RuntimeWarning, match="an argument holds nan") as caught:
            step(NAN)
    assert "learning rate" not in str(caught[0].message)
