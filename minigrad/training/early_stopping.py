"""Early stopping: the parameters of the best epoch, kept and put back."""

from __future__ import annotations

from typing import Any

from .batches import at_least_one
from .history import Epoch
from .optim import Optimizer


class BestParameters:
    """Remembers the parameters of the best epoch."""

    def __init__(self, optimizer: Optimizer, patience: int | None) -> None:
        if patience is not None:
            patience = at_least_one("patience", patience)
        self.optimizer, self.patience = optimizer, patience
        self.loss, self.number = float("inf"), 0
        self.data: list[Any] | None = None

    def has_waited_long_enough(self, epoch: Epoch) -> bool:
        """Whether the last better epoch is `patience` epochs ago."""
        if self.patience is None:
            return False
        loss = epoch.loss if epoch.validation_loss is None else epoch.validation_loss
        if loss < self.loss:
            self.loss, self.number = loss, epoch.number
            self.data = [parameter.data for parameter in self.optimizer.parameters]
        return epoch.number - self.number >= self.patience

    def put_back(self) -> None:
        """Give the parameters the numbers that they had after the best epoch."""
        if self.data is not None:
            for parameter, number in zip(self.optimizer.parameters, self.data):
                parameter.data = number
