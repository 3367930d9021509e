"""What a training run leaves behind: its numbers, epoch by epoch, and their curves.

>>> history = History()
>>> history.append(Epoch(1, loss=0.7, accuracy=0.5, gradient_norm=1.2, learning_rate=0.1))
>>> history.append(Epoch(2, loss=0.3, accuracy=0.9, gradient_norm=0.8, learning_rate=0.1))
>>> history
History(2 epochs, loss 0.7 → 0.3, accuracy 0.9)
>>> history.loss, history.column("gradient_norm")
([0.7, 0.3], [1.2, 0.8])
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field, fields
from io import StringIO
from typing import Any

from ..pictures import Panel, Picture, chart_svg
from ..text import Lines, counted, save


@dataclass(frozen=True)
class Epoch:
    """The numbers of one pass over the data; None for what was not measured."""

    number: int
    loss: float
    gradient_norm: float
    learning_rate: float
    accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass
class History:
    """All epochs of a run; in a notebook it shows itself as curves.

    `stopped` says why the run ended before its time: "" if it did not.
    """

    epochs: list[Epoch] = field(default_factory=list)
    stopped: str = ""

    def append(self, epoch: Epoch) -> None:
        """Add the numbers of one more epoch."""
        self.epochs.append(epoch)

    def column(self, name: str) -> list[Any]:
        """One of the numbers over all epochs: `column("accuracy")`."""
        return [getattr(epoch, name) for epoch in self.epochs]

    @property
    def loss(self) -> list[float]:
        """The mean loss of every epoch."""
        return self.column("loss")

    @property
    def accuracy(self) -> list[float | None]:
        """The share of rows that were classified right after every epoch."""
        return self.column("accuracy")

    def draw(self, theme: str = "light") -> Picture:
        """Loss, accuracy and gradient norm as curves over the epochs: SVG or PNG."""
        panels = [
            Panel("loss", {"training": self.loss, "validation": self.column("validation_loss")}),
            Panel(
                "accuracy",
                {"training": self.accuracy, "validation": self.column("validation_accuracy")},
                scale="share",
            ),
            Panel("gradient norm", {"": self.column("gradient_norm")}),
        ]
        return Picture(chart_svg(panels, "epoch", theme))

    def csv(self) -> str:
        """The numbers as a table in CSV, a line for each epoch; what was not measured is empty.

        >>> history = History([Epoch(1, loss=0.7, gradient_norm=1.2, learning_rate=0.1)])
        >>> print(history.csv(), end="")
        number,loss,gradient_norm,learning_rate,accuracy,validation_loss,validation_accuracy
        1,0.7,1.2,0.1,,,
        """
        names = [each.name for each in fields(Epoch)]
        text = StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerows([names, *([getattr(e, name) for name in names] for e in self.epochs)])
        return Lines(text.getvalue())

    def save(self, path: str | os.PathLike[str], theme: str = "light") -> None:
        """Write the curves as `.svg` or `.png`, or the numbers as `.csv`."""
        save(
            "a history",
            path,
            {
                ".svg": lambda: self.draw(theme).svg.encode(),
                ".png": lambda: self.draw(theme).png(),
                ".csv": lambda: self.csv().encode(),
            },
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self.draw()._repr_mimebundle_(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        if not self.epochs:
            return f"History({', '.join(filter(None, ['no epochs', self.stopped]))})"
        last = self.epochs[-1]
        parts = [counted(len(self.epochs), "epoch")]
        parts.append(f"loss {self.epochs[0].loss:.4g} → {last.loss:.4g}")
        for name in ("accuracy", "validation_loss", "validation_accuracy"):
            if (number := getattr(last, name)) is not None:
                parts.append(f"{name.replace('_', ' ')} {number:.4g}")
        if self.stopped:
            parts.append(self.stopped)
        return f"History({', '.join(parts)})"
