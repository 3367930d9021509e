"""How the command line is read: what is an option, what an expression, what a number.

>>> protected("-2*x"), protected("--digits"), as_typed(" -2*x")
(' -2*x', '--digits', '-2*x')
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, Final, NoReturn

from ..expressions import shown
from ..text import MOST_DIGITS

IN_BRACKETS: Final = '; an expression that looks like an option stands in brackets: "(--x)"'
EXAMPLE: Final = '"sigmoid(w*x + b)" w=2 x=-1 b=3'


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, safe to print."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if file or sys.stderr:  # both are None where they were closed before the command began
            super()._print_message(message, file)

    def error(self, message: str) -> NoReturn:
        if message.endswith(": EXPR"):
            message = f"there is no expression: write one such as {EXAMPLE}{IN_BRACKETS}"
        self.exit(2, f"{self.prog}: {safe(message)}; see {self.prog} --help\n")


def typed_digits(text: str) -> int:
    """The number of digits to show that somebody typed."""
    if re.fullmatch("[0-9]{1,6}", text) and int(text) <= MOST_DIGITS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MOST_DIGITS}")


def typed_count(text: str) -> int:
    """How many of something somebody typed, at least one."""
    if re.fullmatch("[0-9]{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, at least 1")


def protected(argument: str) -> str:
    """With a space in front, argparse takes `-2*x` for an expression, and not for an option."""
    is_option = re.fullmatch(r"-[oh]|--([a-z]+(-[a-z]+)*(=.*)?)?", argument, re.DOTALL)
    return f" {argument}" if argument[:1] == "-" and not is_option else argument


def as_typed(argument: Any) -> Any:
    """The argument without that space."""
    return argument[1:] if isinstance(argument, str) and argument[:2] == " -" else argument


def safe(message: str) -> str:
    """A message of which no terminal obeys a part; its lines stay."""
    return "\n".join(map(shown, message.split("\n")))
