"""A progress bar: one line in a terminal, one element in a notebook, nothing in a log file.

>>> line(30, 100, "loss 0.12  accuracy 97.0 %", seconds=6.0)
'━━━━━━                30/100  loss 0.12  accuracy 97.0 %  14 s left'
"""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from time import perf_counter
from typing import Any, Final

from ..text import escape

CELLS: Final = 20
INTERVAL: Final = 0.1  # seconds between two drawings


def line(done: int, total: int, text: str, seconds: float) -> str:
    """The bar as text: how much is done, what it says, and the time left at the pace so far."""
    filled = CELLS * done / max(total, 1)
    bar = ("━" * int(filled) + "╸" * (filled % 1 >= 0.5)).ljust(CELLS)
    return f"{bar}  {done}/{total}  {text}  {time_left(done, total, seconds)}"


def time_left(done: int, total: int, seconds: float) -> str:
    """The time left, in words.

    >>> time_left(1, 11, 15.0), time_left(10, 10, 7.26), time_left(0, 10, 1.0)
    ('2 min 30 s left', '7.3 s in all', '')
    """
    if done >= total:
        return f"{seconds:.1f} s in all"
    if done == 0:
        return ""
    left = round(seconds / done * (total - done))
    minutes, rest = divmod(left, 60)
    return f"{minutes} min {rest} s left" if minutes else f"{rest} s left"


class Progress:
    """Draws the bar where somebody can see it: `show` after every epoch, `close` at the end."""

    def __init__(self, total: int, wanted: bool = True) -> None:
        self.total = total
        self.begin = self.drawn = perf_counter()
        self.notebook = _notebook_display() if wanted else None
        self.handle: Any = None
        screen = sys.stderr  # None where there is no console, or it was closed
        self.terminal = wanted and self.notebook is None and screen is not None and screen.isatty()
        self.width = 0

    def is_due(self, done: int) -> bool:
        """Whether it is time to draw again: ten times a second, and at both ends."""
        return done in (1, self.total) or perf_counter() - self.drawn >= INTERVAL

    def show(self, done: int, text: str) -> None:
        """Draw the bar, at most ten times a second."""
        if self.is_due(done):
            self.drawn = perf_counter()
            self._draw(done, text, self.drawn - self.begin)

    def close(self, done: int, text: str) -> None:
        """Draw the bar a last time and leave its line."""
        self._draw(done, text, perf_counter() - self.begin)
        if self.terminal:
            print(file=sys.stderr)

    def _draw(self, done: int, text: str, seconds: float) -> None:
        if self.terminal:
            shown = line(done, self.total, text, seconds)
            shown = shown[: get_terminal_size().columns - 1]  # a line that wraps cannot be redrawn
            print("\r" + shown.ljust(self.width), end="", file=sys.stderr, flush=True)
            self.width = len(shown)
        elif self.notebook is not None:
            element = _Element(done, self.total, text, seconds)
            if self.handle is None:
                self.handle = self.notebook(element, display_id=True)
            else:
                self.handle.update(element)


class _Element:
    """The bar in a notebook."""

    def __init__(self, done: int, total: int, text: str, seconds: float) -> None:
        self.done, self.total, self.text, self.seconds = done, total, text, seconds

    def __repr__(self) -> str:
        return line(self.done, self.total, self.text, self.seconds)

    def _repr_html_(self) -> str:
        left = time_left(self.done, self.total, self.seconds)
        words = escape(f"{self.done}/{self.total}  {self.text}  {left}")
        return f'<progress value="{self.done}" max="{self.total}"></progress> {words}'


def _notebook_display() -> Any:
    """IPython's `display` if this code runs in a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    return display
