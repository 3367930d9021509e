"""What the number on a wire may decide: nothing, while a function is being recorded.

>>> import minigrad as mg
>>> x = mg.Value(2.0)
>>> x > 1
True
>>> recorded(lambda: x > 1)
Value(data=1.0, grad=?, gate=less)

A recorded circuit is replayed with other numbers, so a function must not decide anything in Python
by the numbers that it happens to see while it is recorded. A wire then refuses to be turned into a
bool, a number or an index, and says what to write instead; its comparisons are gates.
"""

from __future__ import annotations

import os
import random
import sys
import time
import warnings
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import Any, Final
from weakref import ref

from ..engine import Value, calling_source, guards, is_installed
from ..rules import FUNCTIONS, select
from .parameters import is_ours

FIXED: Final = "it gives a number, and the recording would keep that of this moment for good"
NOT_REPEATED: Final = "it would be done while the function is recorded, and never afterwards"
DATA: Final = (
    "Compute with the Value itself, and write mg.where(condition, a, b), mg.relu, mg.maximum or "
    "mg.select(table, index) in place of an if"
)
OF_ITS_OWN: Final = "write mg.grad(y, [x], create_graph=True) for a gradient inside it"

SEED_CODE: Final = random.Random.seed.__code__  # without a seed it asks the operating system
DRAWS: Final = "draws random numbers from the operating system"
TIME: Final = "asks for the time"
FILES: Final = "opens or looks up a file or a folder"
UNWATCHED: Final = (
    "a profiler is running, and takes the place of what watches a compiled function while it is "
    "checked: whether it asks for the time, for files or for random numbers of the operating "
    "system, which a recording would keep for good, is not seen. Call it once without the profiler"
)
CLOCKS: Final = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
CALENDARS: Final = ("localtime", "gmtime", "ctime", "asctime", "strftime")

# Python's own and other code calls these for itself, to import or to log: these ask for a user.
ASK_FOR_A_USER: Final = {
    *("pathlib", "genericpath", "posixpath", "ntpath", "fileinput"),
    *("numpy", "pandas", "polars"),
}


class TracingError(TypeError):
    """A compiled function lets its course depend on numbers, which a recording cannot follow."""


# Whether a thread (or task) records; for each that does there is a guard in `guards`.
_is_recording: Final[ContextVar[bool]] = ContextVar("_is_recording", default=False)


def is_recording() -> bool:
    """Whether a function is being recorded in this thread."""
    return _is_recording.get()


def recorded(call: Callable[[], Any]) -> Any:
    """What the call returns, while no wire's number decides anything in this thread.

    In a context of its own, which is left whatever happens: a Ctrl-C cannot come before that.
    Between two lines it may leave a guard, which costs time alone: it asks whose context records.
    """

    def inside() -> Any:
        _is_recording.set(True)
        return call()

    guards.append(_GUARD)
    try:
        return copy_context().run(inside)
    finally:
        guards.pop()


def refuse_while_recording(what: str, why: str, remedy: str) -> None:
    """An error in a function that is being recorded in this thread, for what no replay repeats."""
    if is_recording():
        raise TracingError(
            f"{what} inside a compiled function, {calling_source()}: {why}. {remedy}, or call the "
            "function without mg.compile"
        )


def _is_open(operand: Any) -> bool:
    """Whether this is a wire that stands for any number: one of a function being recorded."""
    return is_recording() and isinstance(operand, Value) and not operand.is_constant


class _Guard:
    """What the engine asks while anything is recorded, in this thread or another."""

    def reads_data(self, wire: Value) -> None:
        if _is_open(wire):
            refuse_while_recording("reading .data of a value", FIXED, DATA)

    def reads_local_gradients(self, wire: Value) -> None:
        if _is_open(wire):
            refuse_while_recording(
                "reading the local gradients of a gate", FIXED, f"Read them outside, {OF_ITS_OWN}"
            )

    def hides(self, wire: Value) -> bool:
        """Whether a wire is shown without its number, which no text may then decide by."""
        return _is_open(wire)

    def copies(self, wire: Value) -> None:
        if _is_open(wire):
            refuse_while_recording("copying or pickling a value", FIXED, "Use the Value itself")

    def reads_grad(self, wire: Value) -> None:
        if _is_open(wire):
            refuse_while_recording(
                "reading .grad of a value", FIXED, f"Read it after the call, {OF_ITS_OWN}"
            )

    def writes(self, wire: Value, attribute: str) -> None:
        if _is_open(wire):
            remedy = "Do it before or after the call"
            refuse_while_recording(f"writing {attribute} of a value", NOT_REPEATED, remedy)

    def is_done_once(self, what: str) -> None:
        remedy = "Call it before or after"
        if what == "backward()":
            remedy = f"Call it on what the function returns, {OF_ITS_OWN}"
        refuse_while_recording(what, NOT_REPEATED, remedy)

    def fixes_a_number(self, what: str, remedy: str) -> None:
        refuse_while_recording(what, FIXED, remedy)

    def is_recording(self) -> bool:
        """Whether it is this thread that records."""
        return is_recording()

    def condition(self, gate: str, x: Any, y: Any) -> Any:
        """A comparison as a gate, for `where`; None where Python may compare the numbers."""
        return FUNCTIONS[gate](x, y) if _is_open(x) or _is_open(y) else None

    def choice(self, condition: Value, if_true: Any, if_false: Any) -> Any:
        """A multiplexer; None where Python may choose."""
        if not _is_open(condition):
            return None
        return select([if_true, if_false], self.condition("is_equal", condition, 0.0))

    def decides(self, wire: Value, what: str, remedy: str) -> None:
        if _is_open(wire):
            raise TracingError(
                f"{what} of a value that is being recorded, {calling_source()}: the recording is "
                "replayed with other numbers, so the function cannot branch on this one. "
                f"{remedy}, or call the function without mg.compile"
            )


_GUARD: Final = _Guard()


def watched_call(call: Callable[[], Any], seen: list[str]) -> Any:
    """What the call returns; what it asks of the machine, with each line, is appended to `seen`.

    Draws, the time, files: a replay would keep the answer of the first call, and two calls in a row
    may see the same one.

    By Python's hook for profilers, which sees every call; where a profiler runs nothing is seen,
    and that is said.
    """
    watch = _Watch(seen)
    if not isinstance(sys.getprofile(), (_Looking, type(None))):
        warnings.warn(UNWATCHED, RuntimeWarning, stacklevel=3)
        return call()
    try:
        sys.setprofile(_Looking(ref(watch)))
        return call()
    finally:
        sys.setprofile(None)


class _Watch:
    """What looks at the calls of Python and of built-in functions, and notes what asks."""

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen
        self._watched = _watched()

    def see(self, frame: FrameType, event: str, called: Any) -> None:
        """Look at one call."""
        if event == "c_call":
            what = self._watched.get(called)
            if what is not None and (what is DRAWS or _is_for_a_user(frame)):
                self._seen.append(f"{what}, {calling_source()}")
        elif event == "call" and frame.f_code is SEED_CODE and frame.f_locals["a"] is None:
            self._seen.append(f"{DRAWS}, {calling_source()}")


class _Looking:
    """What Python calls at each call: after a Ctrl-C at a bad moment it goes with its watch."""

    def __init__(self, watch: ref[_Watch]) -> None:
        self._watch = watch

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        watch = self._watch()
        if watch is None:
            sys.setprofile(None)
        else:
            watch.see(frame, event, called)


def _watched() -> dict[Callable[..., Any], str]:
    """The built-in functions to look for; those of `datetime` where somebody has imported it."""
    clocks = [name + end for name in CLOCKS for end in ("", "_ns")]
    functions = [getattr(time, name) for name in (*clocks, *CALENDARS) if hasattr(time, name)]
    if dates := sys.modules.get("datetime"):
        day, moment = dates.date, dates.datetime
        functions += [day.today, moment.today, moment.now, moment.utcnow]
    files = (open, os.open, os.listdir, os.scandir, os.stat, os.getcwd)
    return {os.urandom: DRAWS, **dict.fromkeys(functions, TIME), **dict.fromkeys(files, FILES)}


def _is_for_a_user(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__"))
    if module.partition(".")[0] in ASK_FOR_A_USER:
        return True
    return not is_ours(module) and not is_installed(frame.f_code.co_filename)
