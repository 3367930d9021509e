"""The core is read in one sitting: what `(w*x + b).tanh().backward()` does, in which files.

These are upper bounds: who makes the core shorter lowers them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any

from helpers.house import PACKAGE, House, Room

from minigrad import Value

CORE: list[Room] = [
    ("rules", "gates"),
    ("engine", "value"),
    ("engine", "recording"),
    ("engine", "backward"),
]
OPERATORS: Room = ("engine", "recorders")
LINES_OF_THE_CORE = 1_100
FILES_BEHIND_IT, LINES_BEHIND_IT = 19, 3_800


def lines_of(rooms: Iterable[Room]) -> int:
    texts = [(PACKAGE / wing / f"{file}.py").read_text(encoding="utf-8") for wing, file in rooms]
    return sum(len(text.splitlines()) for text in texts)


def files_that_run(function: Callable[[], Any]) -> set[str]:
    """The files whose code runs in a call, and "text" for what is made from the table."""
    found: set[str] = set()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is not function.__code__:
            filename = frame.f_code.co_filename
            found.add("text" if filename.startswith("<minigrad") else Path(filename).stem)

    sys.setprofile(look)
    try:
        function()
    finally:
        sys.setprofile(None)
    return found


def test_only_the_core_is_at_work_in_a_backward_pass():
    w, x, b = Value(2.0), Value(-3.0), Value(1.0)
    at_work = files_that_run(lambda: (w * x + b).tanh().backward())
    assert at_work == {"text", "value", "backward"}


def test_the_core_is_read_in_one_sitting():
    assert lines_of(CORE) <= LINES_OF_THE_CORE


def test_what_the_core_imports_does_not_grow():
    behind = House().behind([*CORE, OPERATORS])
    assert len(behind) <= FILES_BEHIND_IT
    assert lines_of(behind) <= LINES_BEHIND_IT
