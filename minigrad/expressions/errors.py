"""The error that shows where an expression is wrong: what, the place with carets, what to write.

>>> print(error_at("w^2", 1, 2, "^ is not allowed", "write ** for a power"))
^ is not allowed
  w^2
   ^
write ** for a power
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..text import display_width

WINDOW: Final = 72  # how many characters of the expression an error shows

ALLOWED: Final = "allowed are numbers, names, + - * / **, parentheses and gates such as tanh(x)"

# what to write in place of a character that an expression does not take
ADVICE: Final[Mapping[str, str]] = {
    "//": "write / for a quotient, floor_divide(x, y) for a whole one",
    "%": "write mod(x, y) for a remainder",
    ".": "an expression has no attributes, and a decimal number begins or ends with a digit",
    "[": "write names such as x0 and x1 in place of x[0] and x[1]",
    "{": "group with round parentheses",
    "|": "write abs(x) for |x|",
    ";": "in the terminal several may stand with commas between: a = x*y, a + x",
    "'": "text in quotes cannot stand in an expression",
    '"': "text in quotes cannot stand in an expression",
    "=": "one name for the result may stand before it, y = x*x; values come after it: x=2",
    "==": "an expression compares nothing: relu, max and min choose by size",
    "<": "an expression compares nothing: relu, max and min choose by size",
    ">": "an expression compares nothing: relu, max and min choose by size",
}


class ExpressionError(ValueError):
    """What is wrong with an expression, at which place, and what to write instead."""


def error_at(text: str, start: int, stop: int, what: str, advice: str) -> ExpressionError:
    """The error for the part of `text` from `start` to `stop`, with carets under it."""
    first = max(0, min(start - WINDOW // 3, len(text) - WINDOW))
    last = min(len(text), first + WINDOW)
    before = "…" * (first > 0) + shown(text[first:start])
    marked = shown(text[start : min(stop, last)])
    after = shown(text[min(stop, last) : last]) + "…" * (last < len(text))
    carets = " " * display_width(before) + "^" * max(1, display_width(marked))
    return ExpressionError(f"{what}\n  {before}{marked}{after}\n  {carets}\n{advice}")


def excerpt(text: str) -> str:
    """The beginning of an expression, as much as an error shows."""
    return shown(text[:WINDOW]) + "…" * (len(text) > WINDOW)


def shown(text: str) -> str:
    """Characters that a terminal would obey, or not show, are replaced, one by one."""
    return "".join(character if character.isprintable() else "�" for character in text)
