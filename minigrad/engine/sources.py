"""Where in the user's code a wire was recorded.

Only wires on which an infinity or a nan is born are noted (and all of them inside
`detect_nonfinite`): looking at the stack costs more than recording a gate.
"""

from __future__ import annotations

import linecache
import os
import sys
from math import isfinite
from typing import NamedTuple

from .recording import nonfinite_observers
from .unguarded import number_of
from .value import Value

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Source(NamedTuple):
    """A line of the user's code.

    >>> print(Source("run.py", 4), Source("/tmp/ipykernel_7/2718.py", 4), sep="; ")
    run.py, line 4; the notebook's cell, line 4
    """

    filename: str
    line_number: int

    @property
    def text(self) -> str:
        """The line itself, where Python can still find it."""
        return linecache.getline(self.filename, self.line_number).strip()

    def __str__(self) -> str:
        name = os.path.basename(self.filename)
        if "ipykernel_" in self.filename:  # a cell's file name is a hash, which tells nobody much
            name = "the notebook's cell"
        place = f"{name}, line {self.line_number}"
        return f"{place}: {self.text}" if self.text else place


def calling_source() -> Source:
    """The innermost line on the stack that is not minigrad's own."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        filename = frame.f_code.co_filename
        if not filename.startswith((PACKAGE + os.sep, "<minigrad")):
            break
        frame = frame.f_back
    return Source(frame.f_code.co_filename, frame.f_lineno)


def note_source(wire: Value) -> None:
    """Remember the line that is being run as the one where `wire` was recorded."""
    wire.__dict__["_source"] = calling_source()


def source_of(wire: Value) -> Source | None:
    """The line where `wire` was recorded, if it was noted."""
    source: Source | None = wire.__dict__.get("_source")
    return source


def is_nonfinite_birth(wire: Value) -> bool:
    """Whether a gate made an infinity or a nan, as output or local gradient, from finite inputs."""
    if isfinite(number_of(wire)) and all(map(isfinite, wire._local_gradients())):
        return False
    return all(map(isfinite, map(number_of, wire.inputs)))


def note_nonfinite_birth(wire: Value) -> None:
    """Note where `wire` was recorded if an infinity or a nan was born there."""
    if is_nonfinite_birth(wire):
        note_source(wire)


nonfinite_observers.append(note_nonfinite_birth)
