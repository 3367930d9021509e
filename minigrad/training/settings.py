"""The numbers that an optimiser works with: checked when they are set, not when they have hurt.

>>> class Walk:
...     pace = Setting(lambda number: number > 0.0, "above 0")
>>> walk = Walk()
>>> walk.pace = 2; walk.pace
2.0
>>> walk.pace = float("nan")
Traceback (most recent call last):
...
ValueError: pace must be above 0, got nan
>>> walk.pace
2.0
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from ..engine import is_ours
from ..rules import as_number, described

Rule = Callable[[float], bool]


def checked_number(name: str, given: object, holds: Rule, words: str) -> float:
    """A finite number for which a rule holds, which `words` say."""
    try:
        number = as_number(given)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
    if not holds(number):
        raise ValueError(f"{name} must be {words}, got {given!r}")
    if not isfinite(number):
        raise ValueError(f"{name} must be finite, got {given!r}")
    return number


class Setting:
    """An attribute that is one such number, or a tuple of `count` of them."""

    # Reading finds what is set in the object itself, as for any attribute: there is no __get__.

    def __init__(self, holds: Rule, words: str, count: int | None = None) -> None:
        self.holds, self.words, self.count = holds, words, count

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __set__(self, owner: Any, given: Any) -> None:
        vars(owner)[self.name] = self._one(given) if self.count is None else self._some(given)

    def _one(self, given: Any) -> float:
        return checked_number(self.name, given, self.holds, self.words)

    def _some(self, given: Any) -> tuple[float, ...]:
        try:
            numbers = tuple(given)
        except TypeError:
            numbers = ()
        if len(numbers) != self.count:
            raise TypeError(f"{self.name} must be {self.count} numbers, got {described(given)}")
        return tuple(map(self._one, numbers))


class ElsewhereName:
    """What another library, or another optimiser, calls a setting: nothing here would read it.

    Optimisers of one's own call theirs as they like.
    """

    def __init__(self, ours: str) -> None:
        self.ours = ours

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __set__(self, owner: Any, given: Any) -> None:
        if is_ours(type(owner).__module__):
            raise AttributeError(self._message(type(owner)))
        vars(owner)[self.name] = given

    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None or self.name not in vars(owner):
            raise AttributeError(self._message(kind))
        return vars(owner)[self.name]

    def _message(self, kind: type) -> str:
        return f"{kind.__name__} has no {self.name!r}: write {self.ours}"
