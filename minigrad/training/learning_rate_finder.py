"""A learning-rate finder: train a little with every rate, from far too small to far too large.

>>> import minigrad as mg
>>> w = mg.Value(0.0)
>>> found = lr_range(
...     lambda x, y: (w * x - y) ** 2,
...     data=([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]),
...     optimizer=mg.optim.SGD([w]),
... )
>>> found
LearningRates(46 steps from 1e-05 to 0.38: falls fastest at 0.011, rises from 0.24 on; try 0.011)
>>> w.data  # as before
0.0
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from random import Random
from typing import Any, Final

from ..pictures import Panel, Picture, chart_svg, tick_text
from ..rules import Columns, as_number, at_least_one, checked_columns, described
from .arguments import check_arguments
from .batches import Batches, new_generator
from .epochs import add_gradients, mean_loss, rows_of
from .not_finite_rows import not_finite_row
from .optim import Optimizer
from .parameters import has_grad, not_reached

MARGIN: Final = 5.0  # how far a suggestion stays below the rate from which the loss rises
TOO_HIGH: Final = 4.0  # times the best loss: from here on it only gets worse
NEIGHBOURS: Final = 2  # on each side, over which a loss is averaged where its fall is judged
SAMPLE: Final = 200  # rows, at most, on which the loss is measured


@dataclass(frozen=True)
class LearningRates:
    """The loss at every rate that was tried; in a notebook it shows itself as a curve.

    `losses` are as measured, before the step at each rate; `smoothed` are means over neighbours.
    """

    rates: list[float]
    losses: list[float]

    @property
    def smoothed(self) -> list[float]:
        """Each loss as the mean of itself and two neighbours on both sides."""
        reach, losses = NEIGHBOURS, self.losses
        near = [losses[max(0, i - reach) : i + reach + 1] for i in range(len(losses))]
        return [sum(numbers) / len(numbers) for numbers in near]

    @property
    def fastest(self) -> float | None:
        """The rate at which the loss falls fastest; None if it never falls.

        There the drop to the next loss is the largest, before the loss has first begun to rise
        again: behind that the curve is no longer a valley but jumps about.
        """
        drops = [before - after for before, after in pairwise(self._first_fall())]
        return self.rates[drops.index(max(drops))] if drops and max(drops) > 0.0 else None

    def _first_fall(self) -> list[float]:
        """The smoothed losses up to where they rise by a tenth of all that they fall by."""
        tenth = (self.losses[0] - min(self.losses)) / 10
        lowest = self.losses[0]
        for i, number in enumerate(self.losses):
            lowest = min(lowest, number)
            if number - lowest > tenth:
                return self.smoothed[:i]
        return self.smoothed

    @property
    def lowest(self) -> float:
        """The rate from which on steps make the loss larger: take less than this."""
        return self.rates[self.losses.index(min(self.losses))]

    @property
    def suggestion(self) -> float | None:
        """A rate to train with: `fastest`, but well below the one from which the loss rises.

        Near that one a single step does not diverge, and hundreds of them do, Adam's above all.
        """
        return None if self.fastest is None else min(self.fastest, self.lowest / MARGIN)

    def draw(self, theme: str = "light") -> Picture:
        """The losses over the rates, with a mark where they fall fastest."""
        first, last = log10(self.rates[0]), log10(self.rates[-1])
        span, count = (last - first) or 1.0, len(self.rates)

        def place(rate: float) -> float:
            return (log10(rate) - first) / span * (count - 1)

        powers = range(ceil(first - 1e-9), floor(last + 1e-9) + 1)
        ticks = [(place(10.0**power), tick_text(10.0**power)) for power in powers]
        mark = None
        if self.fastest is not None:
            mark = (place(self.fastest), f"falls fastest at {self.fastest:.2g}")
        panel = Panel("loss", {"": self.losses})
        return Picture(chart_svg([panel], "learning rate", theme, ticks=ticks, mark=mark))

    def save(self, path: str | os.PathLike[str], theme: str = "light") -> None:
        """Write the curve as `.svg` or `.png`."""
        self.draw(theme).save(path)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {**self.draw()._repr_mimebundle_(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        tried = f"{len(self.rates)} steps from {self.rates[0]:.2g} to {self.rates[-1]:.2g}"
        if self.fastest is None:
            return f"LearningRates({tried}: the loss never falls; begin with smaller rates)"
        says = f"falls fastest at {self.fastest:.2g}"
        if self.lowest < self.rates[-1]:
            says += f", rises from {self.lowest:.2g} on; try {self.suggestion:.2g}"
        return f"LearningRates({tried}: {says})"


def lr_range(
    loss: Callable[..., Any],
    *,
    data: Columns,
    optimizer: Optimizer,
    low: float = 1e-5,
    high: float = 10.0,
    steps: int = 60,
    batch_size: int | None = None,
    seed: int | Random | None = 0,
) -> LearningRates:
    """Take steps at rates that grow from `low` to `high`, and say at which the loss falls fastest.

    >>> import minigrad as mg
    >>> X, y = mg.datasets.moons(40, noise=0.1, seed=1)
    >>> model = mg.nn.MLP(2, [8, 1], activation="tanh", seed=1)
    >>> loss = lambda x, label: mg.losses.hinge(model(x), label)
    >>> found = mg.lr_range(
    ...     loss, data=(X, y), optimizer=mg.optim.Adam(model.parameters()), steps=40, batch_size=10
    ... )
    >>> 1e-3 < found.fastest < found.lowest
    True

    `loss`, `data`, `batch_size` and `seed` are as for `fit`, and the rate to train with is then
    `found.suggestion`, or less. One step is taken at each rate, and each rate is larger than the
    one before by the same factor; none after a loss that is four times the best or no longer
    finite. The loss is measured on 200 rows at most, the same ones each time. Parameters, gradients
    and optimiser are as before when it returns (L. Smith 2017, "cyclical
    learning rates for training neural networks", section 3.3).
    """
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"lr_range needs an optimizer, got {described(optimizer)}: pass "
            "mg.optim.SGD(model.parameters())"
        )
    low, high, steps = as_number(low), as_number(high), at_least_one("steps", steps)
    if not (0.0 < low < high and isfinite(high)):
        raise ValueError(f"low must be above 0, and high above low, got {low!r} and {high!r}")
    if steps < 2:
        raise ValueError(f"steps must be at least 2, got {steps!r}")
    columns = checked_columns(data, "data")
    check_arguments(loss, columns)
    rates = [low * (high / low) ** (i / (steps - 1)) for i in range(steps)]
    trial = copy(optimizer)  # with the same parameters, and a state of its own
    parameters = optimizer.parameters
    data_before = [parameter.data for parameter in parameters]
    grads_before = optimizer.gradients()
    try:
        batches = _endless(Batches(len(columns[0]), batch_size, new_generator(seed)), columns)
        losses = list(_losses(loss, trial, rates, batches, _sample(columns)))
    finally:
        optimizer.zero_grad()
        for parameter, number, gradient in zip(parameters, data_before, grads_before):
            parameter.data = number
            if gradient is not None:
                parameter.grad = gradient
    if not losses:
        row = not_finite_row(columns, "data") or "look with mg.first_nonfinite(loss)"
        raise ValueError(f"the loss is not finite at the start: {row}")
    return LearningRates(rates[: len(losses)], losses)


def _losses(
    loss: Any,
    optimizer: Optimizer,
    rates: list[float],
    batches: Iterator[Columns],
    sample: Columns,
) -> Iterator[float]:
    """The loss before the step at each rate, for as long as training goes well."""
    best = float("inf")
    for rate, batch in zip(rates, batches):
        number = mean_loss(loss, sample)
        if not isfinite(number):
            return
        yield number
        best = min(best, number)
        if number > TOO_HIGH * best:
            return
        optimizer.zero_grad()
        if not isfinite(add_gradients(loss, batch)):
            return
        if not any(map(has_grad, optimizer.parameters)):
            raise not_reached(optimizer.parameters)
        optimizer.lr = rate
        optimizer.step()


def _endless(batches: Batches, columns: Columns) -> Iterator[Columns]:
    """The rows of each batch, epoch after epoch."""
    while True:
        for chosen in batches.epoch():
            yield columns if chosen is None else [rows_of(c, chosen) for c in columns]


def _sample(columns: Columns) -> Columns:
    """Rows from the whole length of the data, not more than are needed to see the loss fall."""
    count = len(columns[0])
    if count <= SAMPLE:
        return columns
    chosen = [i * count // SAMPLE for i in range(SAMPLE)]
    return [rows_of(column, chosen) for column in columns]
