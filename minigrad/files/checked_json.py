"""Reading JSON that nobody vouches for: every step is checked and knows its place.

>>> content = Place("", parsed(b'{"wires": [{"data": 1.5}, {"data": "nan"}]}'))
>>> content["wires"].item(0)["data"].number()
1.5
>>> content["wires"].item(1)["label"].text()
Traceback (most recent call last):
...
minigrad.files.checked_json.CircuitFileError: at wires[1]: "label" is missing
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from errno import EISDIR
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any, Final, NoReturn

from ..text import shown_path, with_path

LONGEST_NUMBER: Final = 40  # characters
LONGEST_TEXT: Final = 1000
LONGEST_SHOWN: Final = 40  # in messages
DEEPEST: Final = 100  # brackets in brackets; a circuit has six
COUNTS_DEPTH: Final = sys.platform == "emscripten"
ORDINARY_RECURSION: Final = 10_000  # a larger limit is no limit for a parser in C
NOW: Final = getattr(os, "O_NONBLOCK", 0)  # or opening a pipe waits for its writer
BINARY: Final = getattr(os, "O_BINARY", 0)
NOT_FINITE: Final = {"inf": inf, "-inf": -inf, "nan": nan}


class CircuitFileError(ValueError):
    """A file that is not what `mg.save` writes; the message begins with the place."""


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file, `most` of them at most; the place of an error is its name.

    A pipe would wait for ever, and a device may answer without end.
    """
    try:
        _check_regular(path, os.stat(path).st_mode)
        with open(os.open(path, os.O_RDONLY | NOW | BINARY), "rb") as file:
            _check_regular(path, os.fstat(file.fileno()).st_mode)  # it may be another one by now
            return file.read(most) or b""  # None where there is nothing yet, as in /proc
    except OSError as error:
        raise with_path(error, f"cannot read {shown_path(path)}") from None
    except CircuitFileError:
        raise
    except ValueError as error:  # a name that no file can have
        raise ValueError(f"cannot read {shown_path(path)}: {error}") from None


def _check_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    if not stat.S_ISREG(mode):
        raise CircuitFileError(
            f"{shown_path(path)} is no regular file but a pipe, a socket or a device: write what "
            "it gives to a file, and load that"
        )


def parsed(data: bytes) -> Any:
    """The JSON in `data`, or a CircuitFileError with line and column."""
    if (zero := data.find(0)) >= 0:
        raise CircuitFileError(f"at byte {zero}: a zero; the file is not UTF-8 text")
    try:
        text = data.decode("utf-8-sig")  # some editors mark what they write
        if COUNTS_DEPTH or sys.getrecursionlimit() > ORDINARY_RECURSION:
            _check_depth(text)  # json itself would end Python
        return json.loads(
            text,
            parse_int=lambda text: int(_short(text)),
            parse_float=_float,
            parse_constant=_refuse_constant,
            object_pairs_hook=checked_object,
        )
    except UnicodeDecodeError as error:
        raise CircuitFileError(f"at byte {error.start}: the file is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise CircuitFileError(
            f"at line {error.lineno}, column {error.colno}: not JSON ({error.msg})"
            + "; was the file cut off?" * _ends_early(text, error.pos)
        ) from None
    except RecursionError:
        raise CircuitFileError("the file has lists nested too deep for a circuit") from None


def _ends_early(text: str, place: int) -> bool:
    return not text.rstrip().endswith("}") or not text[place:].strip()


def _check_depth(text: str) -> None:
    """Not too many brackets are open at once, those in texts left out."""
    depth = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"?|[][{}]', text):
        bracket = found[0]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > DEEPEST:
            raise RecursionError


def _short(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise CircuitFileError(f"a number of {len(text)} digits, {text[:10]}…, is too long")
    return text


def _float(text: str) -> float:
    number = float(_short(text))
    if not isfinite(number):
        raise CircuitFileError(f'the number {text} is too large; infinity is written "inf"')
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise CircuitFileError(f'{name} is not JSON; it is written as text: "nan", "inf", "-inf"')


def checked_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with these names and values: it has some, and no name twice."""
    if not pairs:
        raise CircuitFileError("an empty object {} has no place in a circuit file")
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise CircuitFileError(f"the name {_shown(double)} stands twice in one object")
    return found


class Place:
    """A part of the content, with the path that leads to it: `wires[3].inputs[0]`."""

    __slots__ = ("content", "path")

    def __init__(self, path: str, content: Any) -> None:
        self.path, self.content = path, content

    def refuse(self, why: str) -> NoReturn:
        """Raise a CircuitFileError about this place."""
        raise CircuitFileError(f"at {self.path or 'the top'}: {why}")

    def __contains__(self, name: str) -> bool:
        return isinstance(self.content, dict) and name in self.content

    def __getitem__(self, name: str) -> Place:
        if not isinstance(self.content, dict):
            self.refuse(f"expected an object, got {_shown(self.content)}")
        if name not in self.content:
            self.refuse(f'"{name}" is missing')
        step = name if name.isidentifier() and len(name) <= LONGEST_SHOWN else f"[{_shown(name)}]"
        dot = "." if self.path and step == name else ""
        return Place(f"{self.path}{dot}{step}", self.content[name])

    def only(self, *names: str) -> None:
        """Refuse what is no object, and names that nobody would read."""
        for name, _ in self.entries():
            if name not in names:
                self.refuse(f"unknown name {_shown(name)}; known are {', '.join(names)}")

    def entries(self) -> Iterator[tuple[str, Place]]:
        """The parts of an object."""
        if not isinstance(self.content, dict):
            self.refuse(f"expected an object, got {_shown(self.content)}")
        for name in self.content:
            yield name, self[name]

    def count(self, least: int = 0) -> int:
        """How many items the list has."""
        if not isinstance(self.content, list):
            self.refuse(f"expected a list, got {_shown(self.content)}")
        if len(self.content) < least:
            self.refuse(f"expected at least {least} items, got {len(self.content)}")
        return len(self.content)

    def items(self, least: int = 0) -> Iterator[Place]:
        """The items of a list, one by one: a hostile list is refused at its first wrong item."""
        for i in range(self.count(least)):
            yield self.item(i)

    def item(self, i: int) -> Place:
        """One item of a list."""
        return Place(f"{self.path}[{i}]", self.content[i])

    def number(self) -> float:
        """A number; "inf", "-inf" and "nan" are text in JSON."""
        content = self.content
        if type(content) is float:
            return content
        if type(content) is int:
            return float(content)
        if not isinstance(content, str) or content not in NOT_FINITE:
            self.refuse(f"expected a number, got {_shown(content)}")
        return NOT_FINITE[content]

    def whole(self, least: int, most: int) -> int:
        """A whole number in a range."""
        content = self.content
        if type(content) is not int or not least <= content <= most:
            self.refuse(f"expected a whole number from {least} to {most}, got {_shown(content)}")
        return content

    def text(self, longest: int = LONGEST_TEXT) -> str:
        """A text that can be written again."""
        content = self.content
        if not isinstance(content, str):
            self.refuse(f"expected text, got {_shown(content)}")
        if len(content) > longest:
            self.refuse(f"a text of {len(content)} characters is too long")
        if any("\ud800" <= character <= "\udfff" for character in content):
            self.refuse("the text holds half a character (a lone surrogate)")
        return content

    def one_of(self, *choices: str) -> str:
        """One of a few words."""
        if self.content not in choices:
            self.refuse(f"expected {' or '.join(map(repr, choices))}, got {_shown(self.content)}")
        return str(self.content)


def number_as_json(number: float) -> float | str:
    """The number in the form in which `Place.number` reads it."""
    return number if abs(number) < float("inf") else repr(float(number))


def _shown(content: Any) -> str:
    if isinstance(content, (dict, list)):
        kind = "an object" if isinstance(content, dict) else "a list"
        return f"{kind} with {len(content)} items"
    text = repr(content[:LONGEST_SHOWN] if isinstance(content, str) else content)  # escaped
    is_whole = len(text) <= LONGEST_SHOWN and len(text) >= len(str(content))
    return text if is_whole else f"{text[: LONGEST_SHOWN - 3]}..."
