"""The line of the user's code that is being run: what messages and warnings point at.

>>> print(calling_source())
<doctest minigrad.engine.users_line[0]>, line 1: print(calling_source())
"""

from __future__ import annotations

import linecache
import os
import sys
from types import FrameType
from typing import Final, NamedTuple

PACKAGE: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIBRARY: Final = os.path.dirname(os.path.abspath(os.__file__))
INSTALLED: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")

# libraries of numbers, wherever they are installed
OF_NUMBERS: Final = {"numpy", "pandas", "scipy", "sklearn", "matplotlib", "polars"}


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


def calling_frame() -> FrameType:
    """The innermost frame of somebody's own code: not minigrad's, nor of what is installed.

    A library of numbers may stand in between: `pd.Series([v]).mean()` is the line to look at, not
    one of pandas. Where all is installed code, it is the innermost that is not minigrad's.
    """
    frame, outside = sys._getframe(1), None
    while True:  # no list of frames: its own would be in it, and keep all that they hold
        if not _is_of(frame, PACKAGE + os.sep, "<minigrad"):
            if not _is_installed(frame):
                return frame
            outside = outside or frame
        if frame.f_back is None:
            return outside or frame
        frame = frame.f_back


def source_of_error(error: BaseException) -> Source | None:
    """The line of the user's code that an error has come through last; None where there is none."""
    found, step = None, error.__traceback__
    while step is not None:
        frame = step.tb_frame
        if not (_is_of(frame, PACKAGE + os.sep, "<minigrad") or _is_installed(frame)):
            found = Source(frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    return found


def calling_source() -> Source:
    """The line that runs in that frame."""
    frame = calling_frame()
    return Source(frame.f_code.co_filename, frame.f_lineno)


def _is_of(frame: FrameType, *starts: str) -> bool:
    return frame.f_code.co_filename.startswith(starts)


def _is_installed(frame: FrameType) -> bool:
    if str(frame.f_globals.get("__name__")).partition(".")[0] in OF_NUMBERS:
        return True
    return is_installed(frame.f_code.co_filename)


def is_ours(module: object) -> bool:
    """Whether a module of this name is part of minigrad."""
    return isinstance(module, str) and module.partition(".")[0] == "minigrad"


def is_installed(filename: str) -> bool:
    """Whether code is of Python itself or of an installed library.

    >>> is_installed(os.__file__), is_installed("run.py")
    (True, False)
    """
    if filename.startswith((LIBRARY + os.sep, "<frozen ", "<__array_function__")):
        return True
    return any(folder in filename for folder in INSTALLED)
