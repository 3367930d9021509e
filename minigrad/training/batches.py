"""Batches: which rows each step of an epoch takes.

>>> [step and len(step) for step in Batches(5, 2, Random(0)).epoch()]
[2, 2, 1]
>>> list(Batches(5, None, Random(0)).epoch())
[None]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from ..rules import as_whole_number, at_least_one, described
from .optim import Optimizer


def new_generator(seed: Any) -> Random:
    """What shuffles, from a seed; a generator stays what it is."""
    if isinstance(seed, Random):
        return seed
    number = as_whole_number(seed)
    if number is None and seed is not None:
        raise TypeError(
            f"seed must be a whole number, None or a random.Random, got {described(seed)}"
        )
    return Random(number)


def generator_for(optimizer: Optimizer, seed: Any) -> Random:
    """The same for `fit`: it goes on where the last one with this optimiser and seed ended."""
    if isinstance(seed, Random):
        return seed
    generator = new_generator(seed)
    if optimizer._shuffle is None or optimizer._shuffle[0] != seed:
        optimizer._shuffle = seed, generator
    return optimizer._shuffle[1]


class Batches:
    """All rows at once, or `size` of them at a time in an order that is shuffled anew."""

    def __init__(self, count: int, size: int | None, generator: Random) -> None:
        if size is not None:
            size = at_least_one("batch_size", size)
        self.count, size = count, min(size or count, count)
        self.is_whole = size == count
        begins = range(0, count, size)
        self.ends = [(begin, min(begin + size, count)) for begin in begins]  # in an epoch's order
        self.sizes = [end - begin for begin, end in self.ends]
        self._random = generator

    def order(self) -> list[int]:
        """The rows of the next epoch, one batch after the other."""
        order = list(range(self.count))
        self._random.shuffle(order)
        return order

    def epoch(self) -> Iterator[list[int] | None]:
        """The rows of each batch of the next epoch; None for all."""
        if self.is_whole:
            yield None
            return
        order = self.order()
        for begin, end in self.ends:
            yield order[begin:end]

    def mean(self, means: Iterable[Any]) -> Any:
        """The mean over all rows, of what is a mean over each batch."""
        total: Any = 0.0
        for mean, size in zip(means, self.sizes):
            total += mean * size
        return total / self.count

    def mean_of_steps(self, numbers: Iterable[Any]) -> Any:
        """The mean over the steps of an epoch."""
        total: Any = 0.0
        for number in numbers:
            total += number
        return total / len(self.sizes)
