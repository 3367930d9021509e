"""Checks for the notebooks' exercises: right or wrong, and why.

>>> number(-4.0, right=-4.0, why="+ hands the gradient on as it is")
Right: + hands the gradient on as it is.
>>> number(4.0, right=-4.0, why="…", mistakes={4.0: "that has the wrong sign"})
Wrong, 4 is not it: that has the wrong sign.
>>> number(...)
Not answered yet: write your answer in place of the dots, then run the cell again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

TOLERANCE = 0.006  # two digits after the point are enough


@dataclass(frozen=True)
class Verdict:
    """What a check found; true when the answer is right."""

    right: bool
    text: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.text


BLANK = Verdict(
    False, "Not answered yet: write your answer in place of the dots, then run the cell again."
)


def number(
    answer: Any,
    right: float = 0.0,
    why: str = "",
    mistakes: Mapping[float, str] | None = None,
) -> Verdict:
    """Judge a number; `mistakes` says for the known wrong numbers what went wrong.

    The right number and the wrong ones are handed over as computed by the engine, never typed in.
    """

    def judge(given: Any) -> str | None:
        if _close(float(given), right):
            return None
        for mistake, explanation in (mistakes or {}).items():
            if _close(float(given), mistake) and not _close(mistake, right):
                return f"{float(given):g} is not it: {explanation}"
        return f"{float(given):g} is not it: go through the gates again, one at a time"

    return check(answer, judge, why)


def check(answer: Any, judge: Callable[[Any], str | None], why: str = "") -> Verdict:
    """Judge any answer: `judge` returns None when it is right, else what is wrong with it.

    >>> check([1, 2], lambda xs: None if len(xs) == 3 else f"{len(xs)} numbers, not 3", "one each")
    Wrong, 2 numbers, not 3.
    """
    if answer is ...:
        return BLANK
    try:
        wrong = judge(answer)
    except Exception as error:
        wrong = f"your answer could not be used: {type(error).__name__}: {error}"
    if wrong is None:
        return Verdict(True, f"Right: {why}.")
    return Verdict(False, f"Wrong, {wrong}.")


def _close(given: float, expected: float) -> bool:
    return isclose(given, expected, rel_tol=0.01, abs_tol=TOLERANCE)
