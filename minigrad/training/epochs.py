"""Epochs over Values: gradients reach the parameters, the optimiser changes them."""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

from ..engine import Value, float_of
from ..rules import Columns, described
from .batches import Batches
from .gradient_clipping import clip_grad_norm, gradient_norm
from .optim import Optimizer
from .parameters import has_grad, not_reached


class Measured(NamedTuple):
    """What the steps of one epoch have measured."""

    loss: float
    gradient_norm: float
    learning_rate: float


class NotFiniteError(Exception):
    """The loss of a batch, or its gradient, is infinite or nan."""

    def __init__(self, loss: float) -> None:
        what = f"the loss became {loss}" if not isfinite(loss) else "a gradient was not finite"
        super().__init__(what)


class ValueEpochs:
    """Epochs of any loss, a step at a time."""

    def __init__(
        self,
        loss: Any,
        data: Columns,
        optimizer: Optimizer,
        batches: Batches,
        largest_norm: float | None,
    ) -> None:
        self.loss, self.data, self.optimizer = loss, data, optimizer
        self.batches, self.largest_norm = batches, largest_norm
        self.done: list[Measured] = []

    def after(self, known: int) -> list[Measured]:
        """What was measured in the epochs after the first so many."""
        return self.done[known:]

    def show(self) -> None:
        """Before anybody looks: nothing to do, the Values are what is trained."""

    read = close = show

    def run(self, limit: int) -> None:
        """Run the next epoch."""
        rate = self.optimizer.lr
        steps = [self._step(chosen) for chosen in self.batches.epoch()]
        means, norms = zip(*steps)
        norm = self.batches.mean_of_steps(norms)
        self.done.append(Measured(self.batches.mean(means), norm, rate))

    def _step(self, chosen: list[int] | None) -> tuple[float, float]:
        """One step of the optimiser; the loss before it and the norm of its gradient."""
        parameters = self.optimizer.parameters
        self.optimizer.zero_grad()
        columns = self.data if chosen is None else [rows_of(c, chosen) for c in self.data]
        mean = add_gradients(self.loss, columns)
        if not any(map(has_grad, parameters)):
            raise not_reached(parameters)
        if self.largest_norm is None:
            norm = gradient_norm(parameters)
        else:
            norm = clip_grad_norm(parameters, self.largest_norm)
        if not (isfinite(mean) and isfinite(norm)):
            raise NotFiniteError(mean)
        self.optimizer.step()
        return mean, norm


def add_gradients(loss: Any, batch: Columns) -> float:
    """The mean loss of a batch; its gradients are added to the parameters'.

    A loss with `.batch(X, Y)` gives the mean over all rows as one Value; any other is called row by
    row, and each row's circuit is let go before the next is built: small circuits are faster than a
    large one.
    """
    if hasattr(loss, "batch"):
        mean: Value = loss.batch(*batch)
        mean.backward()
        return mean.data
    count = len(batch[0])
    total = 0.0
    for row in zip(*batch):
        value = checked_loss(loss(*row))
        value.backward(1.0 / count)
        total += value.data
    return total / count


def mean_loss(loss: Any, columns: Columns) -> float:
    """The mean loss over rows that are not trained on."""
    if hasattr(loss, "batch"):
        return float_of(loss.batch(*columns))
    return sum(float_of(loss(*row)) for row in zip(*columns)) / len(columns[0])


def checked_loss(value: Any) -> Value:
    """What a loss has returned, if it is a Value."""
    if not isinstance(value, Value):
        raise TypeError(f"the loss must return a Value, got {described(value)}")
    return value


def rows_of(column: Any, chosen: list[int]) -> Any:
    """Some of a column's rows."""
    return column[chosen] if hasattr(column, "dtype") else [column[i] for i in chosen]
