"""The plain numbers, functions and objects that a function reads of what it closes over.

>>> rates = [2.0]
>>> def scaled(x):
...     return rates[0] * x
>>> numbers = PlainNumbers(scaled)
>>> numbers.changed()
>>> rates[0] = 3.0
>>> numbers.changed()
'rates (the float 2.0 then, the float 3.0 now)'

They are fixed when the function is recorded, so a replay must not go on blindly once one has
changed, whether somebody else has changed it or the function itself, as a counter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from .places_read import PlacesRead
from .snapshots import Place, is_same, written

MOST_COMPARED: Final = 300  # the weight of the places that are compared at each call: 30 µs,
OF_A_GATE: Final = 0.01  # and as much more as the circuit takes longer
SELDOM: Final = 20.0  # of the others, which take their turns
CALLS: Final = 100  # until there is a function for it: to make it takes as long as some hundred


class PlainNumbers:
    """Where they stand, and what they were."""

    def __init__(
        self, function: Callable[..., Any], things: Iterable[Any] = (), gate_count: int = 0
    ) -> None:
        self._read_by = function, list(things)
        self._most = max(MOST_COMPARED, OF_A_GATE * gate_count)
        self._look()

    def refresh(self) -> None:
        """Take those of the moment for what they are to be."""
        if not all(is_same(place.now(), place.then) for place in (*self._often, *self._seldom)):
            self._look()

    def _look(self) -> None:
        often: list[Place] = []
        seldom: list[Place] = []
        weight = 0.0
        for place in PlacesRead(*self._read_by).places:
            weight += place.weight
            (often if weight <= self._most else seldom).append(place)
            if weight > self._most:
                weight -= place.weight
        self._often, self._seldom = often, seldom
        self._turn, self._credit = 0, 0.0
        self._left, self._is_the_same = CALLS, _not_known

    @property
    def is_empty(self) -> bool:
        """Whether there are none, and so nothing can change."""
        return not (self._often or self._seldom)

    def changed(self) -> str | None:
        """The name of one that is another now; None where all are what they were.

        Where there are too many for each call, the others are looked at in turn.
        """
        try:
            is_the_same = self._is_the_same()
        except Exception:  # a name that is gone
            is_the_same = False
        if not is_the_same:
            self._left -= 1
            if self._left == 0:
                self._is_the_same = written(self._often)
            for place in self._often:
                if not is_same(now := place.now(), place.then):
                    return place.changed(now)
        return self._changed_seldom() if self._seldom else None

    def certainly_changed(self) -> str | None:
        """The same of all places at once, but for those that a library may read."""
        for place in (*self._often, *self._seldom):
            if place.is_read and not is_same(now := place.now(), place.then):
                return place.changed(now)
        return None

    def _changed_seldom(self) -> str | None:
        seldom = self._seldom
        self._credit += SELDOM
        while self._credit >= (place := seldom[self._turn % len(seldom)]).weight:
            self._credit -= max(place.weight, 1.0)
            self._turn += 1
            if not is_same(now := place.now(), place.then):
                return place.changed(now)
        return None


def _not_known() -> bool:
    return False
