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

With a compiled loss whole steps are machine code, and where nobody asks for single epochs (no
model, validation, patience or callback) many run in one call. Callbacks find the parameters as
they are then, and may change them; another thread that reads them meanwhile sees the numbers of
a moment ago, less than a tenth of a second unless a single step takes longer, and what it
writes is lost.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import isfinite
from random import Random
from typing import Any

from ..compiled import Compiled
from ..native import has_native
from ..nn import accuracy
from ..rules import Columns, at_least_one, checked_columns, described
from ..text import classes_of_labels, meaning_of
from .arguments import check_arguments
from .batches import Batches, generator_for
from .early_stopping import BestParameters
from .epochs import NotFiniteError, ValueEpochs, mean_loss
from .gradient_clipping import limit_of_gradients
from .history import Epoch, History
from .not_finite_rows import not_finite_row, refused_row
from .optim import Optimizer
from .progress import Progress

Callback = Callable[[Epoch], Any]


def fit(
    loss: Callable[..., Any],
    *,
    data: Columns,
    optimizer: Optimizer,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int | Random | None = 0,
    model: Callable[[Any], Any] | None = None,
    threshold: float | None = None,
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
    `batch_size` of them in an order shuffled from `seed`. The shuffle goes on in a later `fit` with
    the same optimiser and seed, as the optimiser's own state does: 4 and then 6 epochs are 10. A
    new optimiser repeats it, and so does `seed=random.Random(0)`, which is used as it is. A
    callback may write into the rows; with a compiled loss they are read after callbacks alone.

    With a `model`, the share of rows that it classifies right is measured after every epoch (see
    `accuracy`, also for `threshold`). With `patience`, training stops after that many epochs
    without a better loss, on the `validation` rows if given, and the parameters that had the best
    one are put back. Without validation the loss is that over all rows before the epoch's steps.
    `clip_norm` limits the gradient's norm. A callback gets each `Epoch`; if it returns True,
    training stops.

    Ctrl-C ends the training and returns the history so far, with the parameters of the last whole
    step. So does a loss that is no longer finite, before it can spoil the parameters.
    """
    epochs = at_least_one("epochs", epochs)
    functions = _checked_callbacks(callbacks)
    if clip_norm is not None:
        clip_norm = limit_of_gradients("clip_norm", clip_norm)
    judge = _judge_of(model, threshold)
    run = _Run(loss, data, optimizer, batch_size, seed, judge, validation, clip_norm)
    history = History()
    best = run.best_parameters(patience)
    bar = Progress(epochs, progress)
    _train(run, history, best, bar, functions)
    bar.close(len(history.epochs), _last_words(history))
    return history


def _checked_callbacks(given: Any) -> list[Callback]:
    callbacks = list(given) if isinstance(given, Iterable) and not callable(given) else [given]
    if callable(given) or not all(map(callable, callbacks)):
        raise TypeError(f"callbacks must be a list of functions, got {described(given)}")
    return callbacks


def _last_words(history: History) -> str:
    return "  ".join(filter(None, [*map(_in_words, history.epochs[-1:]), history.stopped]))


def _train(
    run: _Run, history: History, best: BestParameters, bar: Progress, callbacks: list[Callback]
) -> None:
    """Epoch after epoch, until all are done or there is a reason to stop."""
    is_watched = run.is_measured or bool(callbacks) or best.patience is not None
    try:
        while len(history.epochs) < bar.total and not history.stopped:
            best.before_epoch()
            run.epochs.run(1 if is_watched else bar.total - len(history.epochs))
            if is_watched:
                run.epochs.show()
            run.append_epochs(history)
            epoch = history.epochs[-1]
            if bar.is_due(epoch.number):
                bar.show(epoch.number, _in_words(epoch))
            history.stopped = _reason_to_stop(run, epoch, callbacks, best)
            if callbacks:
                run.epochs.read()
    except (KeyboardInterrupt, NotFiniteError) as error:
        if not is_watched:
            run.append_epochs(history)
        history.stopped = "interrupted"
        if isinstance(error, NotFiniteError):
            advice = run.advice()
            history.stopped = f"{error} in epoch {len(history.epochs) + 1}: {advice}"
            warnings.warn(f"fit stopped: {history.stopped}", RuntimeWarning, stacklevel=3)
    finally:
        run.epochs.close()
    best.put_back()


def _reason_to_stop(
    run: _Run, epoch: Epoch, callbacks: list[Callback], best: BestParameters
) -> str:
    stops = [callback(epoch) is True for callback in callbacks]  # all of them are called
    if any(stops):
        return "stopped by a callback"
    loss = epoch.loss if epoch.validation_loss is None else epoch.validation_loss
    if best.has_waited_long_enough(epoch.number, loss):
        row = "" if isfinite(best.latest) else not_finite_row(run.validation, "validation")
        return ": ".join(filter(None, [best.in_words(), row]))
    return ""


def _judge_of(model: Callable[[Any], Any] | None, threshold: float | None) -> Judge | None:
    if model is not None:
        if not callable(model):
            raise TypeError(f"model is a function of a row, got {described(model)}")
        return Judge(model, threshold)
    if threshold is not None:
        raise ValueError("threshold= is for the accuracy of a model: pass model= too")
    return None


class Judge:
    """A model whose share of right rows is measured, and the threshold that it is judged by."""

    def __init__(self, model: Callable[[Any], Any], threshold: float | None) -> None:
        self.model, self.threshold = model, threshold

    def check(self, columns: Columns) -> None:
        """Refuse, before training, what could not be judged after it."""
        if len(columns) != 2:
            raise ValueError(f"the accuracy of a model needs (X, Y), got {len(columns)} columns")
        meaning = meaning_of(self.model, columns[0][0], self.threshold)
        if not meaning.is_told:
            raise ValueError(
                "the model gives plain numbers, which may be scores or probabilities: say "
                "threshold=0.5 or threshold=0, or let it return Values"
            )
        classes_of_labels(columns[1], meaning.count)

    def accuracy(self, columns: Columns) -> float:
        """The share of rows that it classifies right."""
        return accuracy(self.model, *columns, threshold=self.threshold)


class _Run:
    """What stays the same from epoch to epoch."""

    def __init__(
        self,
        loss: Callable[..., Any],
        data: Columns,
        optimizer: Optimizer,
        batch_size: int | None,
        seed: int | Random | None,
        judge: Judge | None,
        validation: Columns | None,
        clip_norm: float | None,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"fit needs an optimizer, got {described(optimizer)}: pass "
                "mg.optim.SGD(model.parameters(), lr=…)"
            )
        self.loss, self.judge = loss, judge
        self.data = checked_columns(data, "data")
        self.validation = None if validation is None else checked_columns(validation, "validation")
        if self.validation is not None and len(self.validation) != len(self.data):
            raise ValueError(
                f"validation must have the {len(self.data)} columns that data has, got "
                f"{len(self.validation)}"
            )
        for columns in (self.data, self.validation):
            if judge is not None and columns is not None:
                judge.check(columns)
        check_arguments(loss, self.data)
        self.is_measured = judge is not None or validation is not None
        batches = Batches(len(self.data[0]), batch_size, generator_for(optimizer, seed))
        self.optimizer, self.steps_before = optimizer, optimizer.steps
        self.epochs = epochs_of(loss, self.data, optimizer, batches, clip_norm)

    def best_parameters(self, patience: int | None) -> BestParameters:
        """What keeps the best parameters; it measures the loss where an epoch does not."""
        return BestParameters(
            self.optimizer,
            patience,
            lambda: mean_loss(self.loss, self.data),
            is_measured=not self.epochs.batches.is_whole,
            is_validated=self.validation is not None,
        )

    def advice(self) -> str:
        """What to do about a loss that is not finite."""
        if row := not_finite_row(self.data, "data") or refused_row(self.loss, self.data):
            return row
        look = "look with mg.first_nonfinite(loss)"
        if self.optimizer.steps == self.steps_before:
            return f"before any step, so {look} which gate it is"
        return f"lower the learning rate, or {look}"

    def append_epochs(self, history: History) -> None:
        """Append the epochs that history does not have yet."""
        known = len(history.epochs)
        for number, measured in enumerate(self.epochs.after(known), known + 1):
            epoch = Epoch(number, measured.loss, measured.gradient_norm, measured.learning_rate)
            history.append(self.measured(epoch) if self.is_measured else epoch)

    def measured(self, epoch: Epoch) -> Epoch:
        """The epoch with what the model and the validation rows say after it."""
        return replace(
            epoch,
            accuracy=self.accuracy_on(self.data),
            validation_loss=mean_loss(self.loss, self.validation) if self.validation else None,
            validation_accuracy=self.accuracy_on(self.validation),
        )

    def accuracy_on(self, columns: Columns | None) -> float | None:
        """The share of rows that the model classifies right, if there is one."""
        return None if self.judge is None or columns is None else self.judge.accuracy(columns)


def epochs_of(
    loss: Any, data: Columns, optimizer: Optimizer, batches: Batches, largest_norm: float | None
) -> Any:
    """Epochs in machine code, where loss, optimiser and machine allow it; else over Values."""
    if isinstance(loss, Compiled) and loss.executor != "python" and has_native():
        from .native_epochs import native_epochs

        if epochs := native_epochs(loss, data, optimizer, batches, largest_norm):
            return epochs
    return ValueEpochs(loss, data, optimizer, batches, largest_norm)


def _in_words(epoch: Epoch) -> str:
    words = [f"loss {epoch.loss:.4g}"]
    if epoch.accuracy is not None:
        words.append(f"accuracy {100 * epoch.accuracy:.1f} %")
    if epoch.validation_loss is not None:
        words.append(f"validation {epoch.validation_loss:.4g}")
    return "  ".join(words)
