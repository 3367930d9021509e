"""Early stopping: the parameters that had the best loss, kept and put back.

>>> import minigrad as mg
>>> w = mg.Value(1.0)
>>> best = BestParameters(mg.optim.SGD([w]), patience=1, measure=lambda: w.data**2)
>>> best.before_epoch(); w.data = 1.2
>>> best.has_waited_long_enough(1, loss=1.0), best.put_back(); w.data
(False, None)
1.0
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan
from typing import Any

from ..rules import at_least_one
from .optim import Optimizer

Parameters = list[tuple[Any, Any]]  # each with its number


class BestParameters:
    """The best loss so far, its epoch, and the parameters that had it.

    The loss of an epoch whose rows are one batch is that of the parameters before its step. An
    epoch of several batches has no parameters of its own: then `measure`, the mean loss over all
    rows, is asked before each (`is_measured`). A validation loss belongs to what the epoch leaves.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        patience: int | None,
        measure: Callable[[], float],
        is_measured: bool = False,
        is_validated: bool = False,
    ) -> None:
        self.patience = None if patience is None else at_least_one("patience", patience)
        self.optimizer, self.measure = optimizer, measure
        self.is_measured = is_measured and not is_validated
        self.is_validated = is_validated
        self.loss, self.number = inf, 0
        self.latest = inf
        self.has_waited = False
        self._before: tuple[float, Parameters] = inf, []
        self._best: Parameters = []

    def before_epoch(self) -> None:
        """Keep the parameters with which an epoch begins."""
        if self.patience is not None and not self.is_validated:
            self._before = self.measure() if self.is_measured else inf, self._now()

    def has_waited_long_enough(self, number: int, loss: float) -> bool:
        """Whether the last better epoch is `patience` epochs ago, after one with this loss."""
        if self.patience is None:
            return False
        before, parameters = self._before
        if self.is_validated:
            parameters = self._now()
        self.latest = before if self.is_measured else loss
        if self.latest < self.loss:
            self.loss, self.number, self._best = self.latest, number, parameters
        self.has_waited = number - self.number >= self.patience
        return self.has_waited

    def put_back(self) -> None:
        """Give the parameters the numbers that had the best loss."""
        if not self._best:
            return
        has_ended_before = not self.has_waited and not self.is_validated
        if has_ended_before and self.measure() < self.loss:
            return  # the last step has made it better still
        for parameter, number in self._best:
            parameter.data = number

    def in_words(self) -> str:
        """Why training stops, once it has waited long enough."""
        what = "validation loss" if self.is_validated else "loss"
        if not self._best:
            return f"stopped early: the {what} was {self.latest} and never finite"
        where = "before" if self.is_measured else "in"
        words = f"stopped early: best loss {self.loss:.4g} {where} epoch {self.number}"
        return f"{words}, and now the {what} is nan" if isnan(self.latest) else words

    def _now(self) -> Parameters:
        return [(parameter, parameter.data) for parameter in self.optimizer.parameters]
