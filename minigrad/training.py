"""Training: `fit` goes over the data in batches and lets an optimiser change the parameters.

>>> import minigrad as mg
>>> w = mg.Value(0.0, label="w")
>>> history = fit(
...     lambda x, y: (w * x - y) ** 2,
...     data=([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]),
...     optimizer=mg.optim.SGD([w], lr=0.1),
...     epochs=20,
... )
>>> history
History(20 epochs, loss 18.67 → 0)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from math import isfinite
from random import Random
from typing import Any

from .accuracy import accuracy
from .clipping import clip_grad_norm, gradient_norm
from .early_stopping import BestParameters
from .engine import Value
from .gate import described
from .history import Epoch, History
from .optim import Optimizer
from .parameter_array import array_training
from .progress import Progress

Columns = Sequence[Any]  # X, Y, …: each with one item for every row
Callback = Callable[[Epoch], Any]


def fit(
    loss: Callable[..., Any],
    *,
    data: Columns,
    optimizer: Optimizer,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int | None = 0,
    model: Callable[[Any], Any] | None = None,
    validation: Columns | None = None,
    patience: int | None = None,
    clip_norm: float | None = None,
    callbacks: Iterable[Callback] = (),
    progress: bool = True,
) -> History:
    """Minimise the mean of `loss` over the rows of `data`, and return the run's history.

    >>> import minigrad as mg
    >>> X, y = mg.datasets.xor()
    >>> model = mg.nn.MLP(2, [4, 1], activation="tanh", seed=1)
    >>> fit(
    ...     lambda x, label: mg.losses.hinge(model(x), label),
    ...     data=(X, y),
    ...     optimizer=mg.optim.Adam(model.parameters(), lr=0.1),
    ...     epochs=60,
    ...     model=model,
    ... )
    History(60 epochs, loss 1.004 → 0, accuracy 1)

    `data` is (X, Y): lists or arrays with an item for each row, which `loss(x, y)` takes one by one
    to give a Value. A loss made by `mg.compile` runs a whole batch at once. A batch is all rows, or
    `batch_size` of them in an order shuffled from `seed`.

    With a `model`, the share of rows that it classifies right is measured after every epoch (see
    `accuracy`). With `patience`, training stops after that many epochs without a better loss, on
    the `validation` rows if given, and the best parameters are put back. `clip_norm` limits the
    gradient's norm. A callback gets each `Epoch`; if it returns True, training stops.

    Ctrl-C ends the training and returns the history so far; the parameters are then those of the
    last whole step. So does a loss that is no longer finite, before it can spoil the parameters.
    """
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs!r}")
    run = _Run(loss, data, optimizer, batch_size, seed, model, validation, clip_norm)
    history = History()
    best = BestParameters(optimizer, patience)
    bar = Progress(epochs, progress)
    _train(run, history, best, bar, list(callbacks))
    done = len(history.epochs)
    words = [_in_words(history.epochs[-1])] if done else []
    bar.close(done, "  ".join([*words, *([history.stopped] if history.stopped else [])]))
    return history


def _train(
    run: _Run, history: History, best: BestParameters, bar: Progress, callbacks: list[Callback]
) -> None:
    """Epoch after epoch, until all are done or there is a reason to stop."""
    with run.array.on_array() if run.array else nullcontext():
        try:
            for number in range(1, bar.total + 1):
                epoch = run.epoch(number)
                history.append(epoch)
                if bar.is_due(number):
                    bar.show(number, _in_words(epoch))
                history.stopped = _reason_to_stop(run, epoch, callbacks, best)
                if history.stopped:
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        except _NotFiniteError as error:
            history.stopped = str(error)
            warnings.warn(f"fit stopped: {error}", RuntimeWarning, stacklevel=3)
        best.put_back()


def _reason_to_stop(
    run: _Run, epoch: Epoch, callbacks: list[Callback], best: BestParameters
) -> str:
    if callbacks:
        run.show_values()
        stops = [callback(epoch) is True for callback in callbacks]  # all of them are called
        if any(stops):
            return "stopped by a callback"
    if best.has_waited_long_enough(epoch):
        return f"stopped early: best loss {best.loss:.4g} in epoch {best.number}"
    return ""


class _NotFiniteError(Exception):
    """The loss of a batch, or its gradient, is infinite or nan."""


class _Run:
    """What stays the same from epoch to epoch."""

    def __init__(
        self,
        loss: Callable[..., Any],
        data: Columns,
        optimizer: Optimizer,
        batch_size: int | None,
        seed: int | None,
        model: Callable[[Any], Any] | None,
        validation: Columns | None,
        clip_norm: float | None,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"fit needs an optimizer, got {described(optimizer)}: pass "
                "mg.optim.SGD(model.parameters(), lr=…)"
            )
        self.loss, self.optimizer, self.model, self.clip_norm = loss, optimizer, model, clip_norm
        self.data = checked_columns(data, "data")
        self.validation = None if validation is None else checked_columns(validation, "validation")
        self.count = len(self.data[0])
        if model is not None and len(self.data) != 2:
            raise ValueError(f"the accuracy of a model needs data=(X, Y), got {len(data)} columns")
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size!r}")
        self.batch_size = min(batch_size or self.count, self.count)
        self.random = Random(seed)
        self.array = array_training(loss, optimizer, self.data)

    def show_values(self) -> None:
        """Before anybody looks: the Values get the numbers that training has reached."""
        if self.array:
            self.array.write_back()

    def epoch(self, number: int) -> Epoch:
        """One pass over all rows, and what it measured."""
        rate = self.optimizer.lr
        total = norms = 0.0
        steps = 0
        for chosen in self.batches():
            mean, norm = self.step(chosen, number)
            total += mean * (self.count if chosen is None else len(chosen))
            norms += norm
            steps += 1
        if self.model is not None or self.validation is not None:
            self.show_values()
        return Epoch(
            number,
            loss=total / self.count,
            gradient_norm=norms / steps,
            learning_rate=rate,
            accuracy=self.accuracy_on(self.data),
            validation_loss=self.mean_loss(self.validation),
            validation_accuracy=self.accuracy_on(self.validation),
        )

    def step(self, chosen: list[int] | None, number: int) -> tuple[float, float]:
        """One step of the optimiser; the loss before it and the norm of its gradient."""
        parameters = self.optimizer.parameters
        if not self.array:  # there a new gradient replaces the old one
            self.optimizer.zero_grad()
        mean = self.add_gradients(chosen)
        if self.clip_norm is None:
            norm = gradient_norm(parameters)
        else:
            norm = clip_grad_norm(parameters, self.clip_norm)
        if not (isfinite(mean) and isfinite(norm)):
            what = f"the loss became {mean}" if not isfinite(mean) else "a gradient was not finite"
            raise _NotFiniteError(
                f"{what} in epoch {number}: lower the learning rate, or look with "
                "mg.first_nonfinite(loss)"
            )
        self.optimizer.step()
        return mean, norm

    def add_gradients(self, chosen: list[int] | None) -> float:
        """The mean loss over the chosen rows (None: all); its gradients reach the parameters."""
        if self.array:
            return self.array.gradients_of(chosen)
        if chosen is None:
            return add_gradients(self.loss, self.data)
        return add_gradients(self.loss, [_rows(column, chosen) for column in self.data])

    def batches(self) -> Iterator[list[int] | None]:
        """The numbers of the rows of one epoch, `batch_size` at a time; None for all."""
        if self.batch_size == self.count:
            yield None
            return
        order = list(range(self.count))
        self.random.shuffle(order)
        for start in range(0, self.count, self.batch_size):
            yield order[start : start + self.batch_size]

    def mean_loss(self, columns: Columns | None) -> float | None:
        """The mean loss over rows that are not trained on."""
        if columns is None:
            return None
        if hasattr(self.loss, "batch"):
            return float(self.loss.batch(*columns))
        return sum(float(self.loss(*row)) for row in zip(*columns)) / len(columns[0])

    def accuracy_on(self, columns: Columns | None) -> float | None:
        """The share of rows that the model classifies right, if there is one."""
        if self.model is None or columns is None:
            return None
        return accuracy(self.model, columns[0], columns[1])


def add_gradients(loss: Any, batch: Columns) -> float:
    """The mean loss of a batch; its gradients are added to the parameters'.

    The one place where training asks for them. A loss with `.batch(X, Y)` gives the mean over all
    rows as one Value; any other is called row by row, and each row's circuit is let go before the
    next is built: small circuits are faster than a large one.
    """
    if hasattr(loss, "batch"):
        mean: Value = loss.batch(*batch)
        mean.backward()
        return mean.data
    count = len(batch[0])
    total = 0.0
    for row in zip(*batch):
        value = loss(*row)
        if not isinstance(value, Value):
            raise TypeError(f"the loss must return a Value, got {described(value)}")
        value.backward(1.0 / count)
        total += value.data
    return total / count


def checked_columns(columns: Any, what: str) -> Columns:
    """Columns of one length, at least one row long."""
    if not isinstance(columns, (list, tuple)) or not all(hasattr(c, "__len__") for c in columns):
        raise TypeError(f"{what} must be (X, Y), two lists or arrays, got {described(columns)}")
    lengths = [len(column) for column in columns]
    if not lengths or len(set(lengths)) != 1 or not lengths[0]:
        raise ValueError(
            f"{what} must be (X, Y): lists of one length, an item for each row; got lengths "
            f"{', '.join(map(str, lengths)) or 'of nothing'}"
        )
    return list(columns)


def _rows(column: Any, chosen: list[int]) -> Any:
    return column[chosen] if hasattr(column, "dtype") else [column[i] for i in chosen]


def _in_words(epoch: Epoch) -> str:
    words = [f"loss {epoch.loss:.4g}"]
    if epoch.accuracy is not None:
        words.append(f"accuracy {100 * epoch.accuracy:.1f} %")
    if epoch.validation_loss is not None:
        words.append(f"validation {epoch.validation_loss:.4g}")
    return "  ".join(words)
