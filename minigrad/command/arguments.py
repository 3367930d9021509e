"""How the command line is read: what is an option, what an expression, what a number.

>>> protected("-2*x"), protected("--digits"), as_typed(" -2*x")
(' -2*x', '--digits', '-2*x')
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Sequence
from math import isinf
from typing import Any, Final, NoReturn

from ..expressions import ExpressionError, normal_name, shown
from ..rules import nearest_name
from ..text import MOST_DIGITS, printable
from .prose import in_lines, terminal_width

IN_BRACKETS: Final = '; an expression that looks like an option stands in brackets: "(--x)"'
_NUMBER: Final = re.compile(
    r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|inf|infinity|nan)"
)
EXAMPLE: Final = '"sigmoid(w*x + b)" w=2 x=-1 b=3'


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, safe to print."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is not None and file is sys.stdout:
            file.write(message)  # argparse's own would say nothing of a full disk
        elif file or sys.stderr:  # None where they were closed before the command began
            super()._print_message(message, file)

    def error(self, message: str) -> NoReturn:
        if message.endswith(": EXPR"):
            message = f"there is no expression: write one such as {EXAMPLE}{IN_BRACKETS}"
        if message.endswith(": -o/--output"):
            message = "it is not said where to write: add -o page.html"
        message = f"{self.prog}: {safe(message)}; see {self.prog} --help\n"
        self.exit(2, in_lines(message, terminal_width(sys.stderr)))

    def check_command(self, argv: Sequence[str], commands: Collection[str]) -> None:
        """The first word is one of the commands, or an error that leads to one."""
        typed = next((argument for argument in argv if argument[:1] != "-"), None)
        if typed is None or typed in commands:
            return
        near = nearest_name(typed[:40], commands)
        hint = f"did you mean {near}? " if near else ""
        if not typed.isidentifier():
            hint = f"a command stands before an expression: minigrad eval {EXAMPLE}; "
        said = repr(printable(as_typed(typed)))
        self.error(f"there is no command {said}: {hint}the commands are {', '.join(commands)}")


def typed_digits(text: str) -> int:
    """The number of digits to show that somebody typed."""
    if re.fullmatch("[0-9]{1,6}", text) and 1 <= int(text) <= MOST_DIGITS:
        return int(text)
    typed = as_typed(text)
    raise argparse.ArgumentTypeError(f"{typed!r} is not a whole number from 1 to {MOST_DIGITS}")


def typed_count(text: str) -> int:
    """How many of something somebody typed, at least one."""
    if re.fullmatch("[0-9]{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{as_typed(text)!r} is not a whole number, at least 1")


def values_from(arguments: Sequence[str]) -> dict[str, float]:
    """The numbers of arguments such as `w=2`.

    >>> values_from(["w=2", "x₀=−0.5"])
    {'w': 2.0, 'x0': -0.5}
    >>> values_from(["w"])
    Traceback (most recent call last):
    ...
    minigrad.expressions.errors.ExpressionError: 'w' gives no value: write w=2
    """
    values: dict[str, float] = {}
    for argument, after in zip(arguments, [*arguments[1:], ""]):
        name, equals, number = (part.strip() for part in argument.partition("="))
        name = normal_name(name)
        said = repr(printable(argument))
        if not name.isidentifier():
            raise ExpressionError(
                f"{said} gives no value: write name=number, and the expression in quotes"
            )
        if not equals:
            spaces = ", without spaces around the =" if after[:1] == "=" else ""
            raise ExpressionError(f"{said} gives no value: write {printable(name)}=2{spaces}")
        if name in values:
            raise ExpressionError(
                f"{said}: {printable(name)} has a value already, {values[name]:g}: leave one out"
            )
        values[name] = _number(said, name, number)
    return values


def number_in(text: str) -> float | None:
    """The number that somebody typed, with a comma or a long minus too; None if it is none.

    >>> number_in("−0,39"), number_in("∞"), number_in("x"), number_in("1_0")
    (-0.39, inf, None, None)

    What Python reads beside these, 1_0 or ٣, is a slip more often; typed_number.js reads the same.
    """
    plain = text.strip().lower().replace("−", "-").replace("–", "-").replace(",", ".")
    plain = plain.replace("∞", "inf")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _number(said: str, name: str, text: str) -> float:
    number = number_in(text)
    if number is None or "," in text:  # which separates expressions in the text before it
        advice = f"write {printable(name)}={_number_meant(text)}"
        if re.search(r"[^\W\d_]\s*[-+*/^(·×−]|[-+*/^)·×−]\s*[^\W\d_]", text):
            advice += ", and a second expression into the quotes of the first, after a comma"
        raise ExpressionError(f"{said}: what follows the = is not a number: {advice}")
    if isinf(number) and any(map(str.isdecimal, text)):
        raise ExpressionError(f"{said}: beyond the range of a float (up to 1.8e308)")
    return number


def _number_meant(text: str) -> str:
    """With a point for a decimal comma, a fraction carried out, without a _; else any number.

    >>> _number_meant("1,5"), _number_meant("1/3"), _number_meant("1_000"), _number_meant("a")
    ('1.5', '0.3333333333333333', '1000', '0.5')
    """
    plain = text.replace("−", "-")
    if re.fullmatch("[-+]?[0-9]{1,17}(_[0-9]{1,17}){1,5}", plain):
        return plain.replace("_", "")
    if re.fullmatch("[-+]?[0-9]{1,17},[0-9]{1,17}", plain):
        return plain.replace(",", ".")
    if parts := re.fullmatch("([-+]?[0-9]{1,15}) ?/ ?([0-9]{1,15})", plain):
        over, under = map(int, parts.groups())
        return repr(over / under) if under else "inf"
    return "0.5"


def protected(argument: str) -> str:
    """With a space in front, argparse takes `-2*x` for an expression, and not for an option.

    >>> protected("-ox.svg"), protected("-o*2.5"), protected("-o*x")
    ('-ox.svg', ' -o*2.5', ' -o*x')
    """
    option = r"-[oh]|-o.+\.[a-z]{3,4}|--([a-z]+(-[a-z]+)*(=.*)?)?"
    is_option = re.fullmatch(option, argument, re.DOTALL)
    return f" {argument}" if argument[:1] == "-" and not is_option else argument


def as_typed(argument: Any) -> Any:
    """The argument without that space."""
    return argument[1:] if isinstance(argument, str) and argument[:2] == " -" else argument


def safe(message: str) -> str:
    """A message of which no terminal obeys a part; its lines stay."""
    return "\n".join(map(shown, message.split("\n")))
