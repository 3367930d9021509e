"""A signal that comes at a bad moment: between any two lines of some files."""

from __future__ import annotations

import sys
from collections.abc import Container
from types import FrameType
from typing import Any


class Interruption:
    """Raises an error at the n-th line that one of these files runs, as a signal handler could.

    Not at the lines, of a file each, that are `passed_over`: there Python runs no signal handler.
    """

    def __init__(
        self,
        files: Container[str | None],
        number: int,
        error: type[BaseException] = KeyboardInterrupt,
        passed_over: Container[tuple[str, int]] = (),
    ) -> None:
        self.files, self.left = files, number
        self.error, self.passed_over = error, passed_over

    def __enter__(self) -> Interruption:
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: Any) -> None:
        sys.settrace(None)

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        file = frame.f_code.co_filename
        if file not in self.files:
            return None
        if event == "line" and (file, frame.f_lineno) not in self.passed_over:
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                raise self.error("injected")
        return self._trace
