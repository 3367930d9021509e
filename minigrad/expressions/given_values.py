"""The numbers that stand behind an expression on the command line: `w=2 x=-0.5`."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

from ..text import printable
from .errors import ExpressionError
from .expression import normal_name


def values_from(arguments: Sequence[str]) -> dict[str, float]:
    """The numbers of arguments such as `w=2`.

    >>> values_from(["w=2", "x=-0.5"])
    {'w': 2.0, 'x': -0.5}
    >>> values_from(["w"])
    Traceback (most recent call last):
    ...
    minigrad.expressions.errors.ExpressionError: 'w' gives no value: write w=2
    """
    values: dict[str, float] = {}
    for argument in arguments:
        name, equals, number = (part.strip() for part in argument.partition("="))
        name = normal_name(name)
        said = repr(printable(argument))
        if not name.isidentifier():
            raise ExpressionError(
                f"{said} gives no value: write name=number, and the expression in quotes"
            )
        if not equals:
            raise ExpressionError(f"{said} gives no value: write {printable(name)}=2")
        if name in values:
            raise ExpressionError(
                f"{said}: {printable(name)} has a value already, {values[name]:g}: leave one out"
            )
        values[name] = _number(said, name, number)
    return values


def _number(said: str, name: str, text: str) -> float:
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        raise ExpressionError(
            f"{said}: what follows the = is not a number: write {printable(name)}=0.5"
        ) from None
    if isinf(number) and "inf" not in text.lower():
        raise ExpressionError(f"{said}: beyond the range of a float (up to 1.8e308)")
    return number
