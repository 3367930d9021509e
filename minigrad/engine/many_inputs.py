"""Two kinds of gates with many inputs that the backward pass treats by themselves.

The gate of a compiled loss has all parameters of a network as its inputs (`Leaves`); a dot product
may have gates behind its factors, which stand between its × gates (`Pair`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any


class Leaves(tuple[Any, ...]):
    """Inputs of a gate that are leaves and no constants, each there once.

    Nobody needs to look for a circuit behind them: without this a step of 337 parameters in
    `compiled.batch` takes a third longer.
    """

    __slots__ = ()

    def receive(self, output: Any, seed: float, write_grad: Callable[..., None]) -> None:
        """Add what the gate sends, or, after an exception, leave every gradient as it was."""
        sent = output._d_first
        before = [leaf._grad for leaf in self]
        restore = map(write_grad, (output, *self), (output._grad, *before))
        if seed != 1.0:
            sent = [local * seed for local in sent]
        if before != [None] * len(before):
            sent = [new if old is None else new + old for new, old in zip(sent, before)]
        try:
            output._grad = seed
            for leaf, number in zip(self, sent):
                leaf._grad = number
        except BaseException:
            deque(restore, maxlen=0)
            raise


class Pair:
    """One × gate of a dot product, for a pass: it looks like the gate of a wire."""

    __slots__ = ("_d_first", "_d_second", "_first", "_second", "_total")

    def __init__(self, total: Any, at: int) -> None:
        self._total = total
        self._second, self._first = total._first[at : at + 2]
        self._d_second, self._d_first = total._d_first[at : at + 2]

    @property
    def _grad(self) -> float | None:
        return self._total._grad  # type: ignore[no-any-return]  # Σ hands on what it receives


def pairs_waiting(total: Any) -> Iterator[Any]:
    """What waits in the place of a dot product: its × gates, each below its factors."""
    for at in range(0, len(total._first), 2):
        pair = Pair(total, at)
        yield from (pair, None, pair._second, pair._first)
