"""Ctrl-C at any moment of the command: one line and the exit code 130, never a traceback.

Until the command has been loaded it leaves at once; the package's first lines see to that. Then the
first Ctrl-C is a KeyboardInterrupt, so that half-written files and the terminal are put in order,
and the second leaves at once. Nothing of this is for the library: it is for a process that is ours.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn

STOPPED: Final = 130  # what a shell calls a process that a Ctrl-C has ended


def interruptible(run: Callable[[], int]) -> int:
    """The exit code of `run`, which is interrupted by the first Ctrl-C; for the whole process."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler and not _is_our_own(handler):
        return run()  # whoever started it has Ctrl-C ignored
    sys.unraisablehook = _leave_if_interrupted
    try:
        signal.signal(signal.SIGINT, _interrupt)
        code = run()
        ignore_ctrl_c()
    except KeyboardInterrupt:
        ignore_ctrl_c()
        _say()
        return STOPPED
    return code


def ignore_ctrl_c() -> None:
    """The process ends by itself in a moment; it says its last line, and only that."""
    if _is_our_own(signal.getsignal(signal.SIGINT)):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def exit_code_of(stop: KeyboardInterrupt) -> int:
    """What a shell calls a process that was ended so: 130, or 143 after a SIGTERM."""
    return int(stop.args[0]) if stop.args else STOPPED


@contextmanager
def put_in_order_when_ended() -> Iterator[None]:
    """A SIGTERM, too, is a KeyboardInterrupt meanwhile: what the block has begun, it can undo."""
    names = [name for name in ("SIGTERM", "SIGQUIT") if hasattr(signal, name)]
    ours = [getattr(signal, name) for name in names]
    ours = [each for each in ours if signal.getsignal(each) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        ours = []  # it may set none
    for each in ours:
        signal.signal(each, _end)
    try:
        yield
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


def _end(number: int, _: Any) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # who sends two would end the first one's work
    raise KeyboardInterrupt(128 + number)


def _is_our_own(handler: Any) -> bool:
    return str(getattr(handler, "__module__", "")).partition(".")[0] == "minigrad"


def _interrupt(*_: Any) -> NoReturn:
    signal.signal(signal.SIGINT, _leave)
    raise KeyboardInterrupt


def _leave(*_: Any) -> NoReturn:
    _say()
    os._exit(STOPPED)


def _say() -> None:
    with suppress(OSError):  # closed before the command began
        os.write(2, b"minigrad: stopped\n")


def _leave_if_interrupted(unraisable: sys.UnraisableHookArgs) -> None:
    """A Ctrl-C in the middle of a callback of Python's own would be printed and forgotten."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        _leave()
    sys.__unraisablehook__(unraisable)
