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
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar, copy_context
from operator import attrgetter
from threading import RLock, get_ident
from types import BuiltinFunctionType, CodeType, FrameType
from typing import Any, Final
from weakref import ref

from ..calculus import NonfiniteError
from ..engine import Value, calling_source, guards, is_installed, source_of_error
from ..rules import FUNCTIONS, GATES, select
from .parameters import is_ours

FIXED: Final = "it gives a number, and the recording would keep that of this moment for good"
NOT_REPEATED: Final = "it would be done while the function is recorded, and never afterwards"
DATA: Final = (
    "Compute with the Value itself, and write mg.where(condition, a, b), mg.relu, mg.maximum or "
    "mg.select(table, index) in place of an if"
)
STANDS_THERE: Final = (
    "A number is a Value there, a data frame or an array an array of Values, a list of a class of "
    "its own a list, a dataclass its fields. Use gates (mg.floor, mg.where) and places, and make "
    'an argument that decides or counts static: mg.compile(f, static=("n",))'
)
OF_ITS_OWN: Final = "write mg.grad(y, [x], create_graph=True) for a gradient inside it"

SEED_CODE: Final = random.Random.seed.__code__  # without a seed it asks the operating system
DRAWS: Final = "draws random numbers from the operating system"
TIME: Final = "asks for the time"
FILES: Final = "opens or looks up a file or a folder"
MONITORING: Final[Any] = getattr(sys, "monitoring", None)  # from Python 3.12 on
PACKAGE: Final = __name__.partition(".")[0]
# Our own code asks nothing for a user: the gates' methods, and the files of this package.
OURS: Final = (f"<{PACKAGE}", os.path.dirname(os.path.dirname(__file__)) + os.sep)
UNWATCHED: Final = (
    "a profiler is running, and takes the place of what watches a compiled function while it is "
    "checked: whether it asks for the time, for files or for random numbers of the operating "
    "system, which a recording would keep for good, is not seen. Call it once without the profiler"
)
CLOCKS: Final = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
CALENDARS: Final = ("localtime", "gmtime", "ctime", "asctime", "strftime")
OF_TIME: Final = attrgetter(  # those that this system has
    *[name for name in (*CLOCKS, *map("{}_ns".format, CLOCKS), *CALENDARS) if hasattr(time, name)]
)

# Python's own and other code calls these for itself, to import or to log: these ask for a user.
ASK_FOR_A_USER: Final = {
    *("pathlib", "genericpath", "posixpath", "ntpath", "fileinput"),
    *("numpy", "pandas", "polars"),
}


class TracingError(TypeError):
    """A compiled function lets its course depend on numbers, which a recording cannot follow."""


# What a thread (or task) that records has refused, which the function may have caught; None where
# nothing is recorded. For each that records there is a guard in `guards`.
_refused: Final[ContextVar[list[TracingError] | None]] = ContextVar("_refused", default=None)
# The constants whose numbers Python has read meanwhile: somebody may give them others.
_constants: Final[ContextVar[list[Value] | None]] = ContextVar("_constants", default=None)


def is_recording() -> bool:
    """Whether a function is being recorded in this thread."""
    return _refused.get() is not None


def recorded(call: Callable[[], Any], constants: list[Value] | None = None) -> Any:
    """What the call returns, while no wire's number decides anything in this thread.

    The constants whose numbers it has read are appended to `constants`.
    In a context of its own, which is left whatever happens: a Ctrl-C cannot come before that.
    Between two lines it may leave a guard, which costs time alone: it asks whose context records.
    What is refused is so even if the function catches it, and goes on otherwise than at a call.
    """

    def inside() -> Any:
        refused: list[TracingError] = []
        _refused.set(refused)
        _constants.set(constants)
        result = call()
        if refused:
            raise refused[0]
        return result

    guards.append(_GUARD)
    try:
        return copy_context().run(inside)
    finally:
        guards.pop()


def explain(error: Exception, name: str, call: Callable[[], Any]) -> None:
    """A TracingError in place of an error that only recording has met: the call itself works."""
    source = source_of_error(error)
    of_its_own = (TracingError, RecursionError, NonfiniteError)
    if isinstance(error, of_its_own) or source is None or is_recording():
        return
    try:
        call()
    except Exception:  # then the error is the function's own
        return
    raise TracingError(
        f"{name} works on what it was given, but not on what stands there while it is recorded, "
        f"{source}: {type(error).__name__}: {error}. {STANDS_THERE}, or call the function without "
        "mg.compile"
    ) from error


def refuse_while_recording(what: str, why: str, remedy: str) -> None:
    """An error in a function that is being recorded in this thread, for what no replay repeats."""
    if is_recording():
        raise _noted(
            f"{what} inside a compiled function, {calling_source()}: {why}. {remedy}, or call the "
            "function without mg.compile"
        )


def _noted(message: str) -> TracingError:
    error = TracingError(message)
    refused = _refused.get()
    if refused is not None:
        refused.append(error)
    return error


def _is_open(operand: Any) -> bool:
    """Whether this is a wire that stands for any number: one of a function being recorded."""
    if not (isinstance(operand, Value) and is_recording()):
        return False
    if operand.is_constant and (constants := _constants.get()) is not None:
        constants.append(operand)
    return not operand.is_constant


class _Guard:
    """What the engine asks while anything is recorded, in this thread or another."""

    def reads_data(self, wire: Value) -> None:
        if _is_open(wire):
            refuse_while_recording("reading .data of a value", FIXED, DATA)

    def detaches(self, wire: Value) -> None:
        if _is_open(wire):
            remedy = "Give it as an argument of its own, f(x, x.detach())"
            refuse_while_recording("detach() of a value", FIXED, remedy)

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
        if condition.gate in CONDITIONS:
            return select([if_false, if_true], condition)
        return select([if_true, if_false], self.condition("is_equal", condition, 0.0))

    def decides(self, wire: Value, what: str, remedy: str) -> None:
        if _is_open(wire):
            raise _noted(
                f"{what} of a value that is being recorded, {calling_source()}: the recording is "
                "replayed with other numbers, so the function cannot branch on this one. "
                f"{remedy}, or call the function without mg.compile"
            )


_GUARD: Final = _Guard()
CONDITIONS: Final = {GATES[name] for name in ("less", "less_equal", "is_equal")}  # 1 or 0


def watched_call(call: Callable[[], Any], seen: list[str]) -> Any:
    """What the call returns; what it asks of the machine, with each line, is appended to `seen`.

    Draws, the time, files: a replay would keep the answer of the first call, and two calls in a row
    may see the same one.

    By what Python tells of calls, from 3.12 on; else by its hook for profilers, and where a
    profiler runs nothing is seen, and that is said. What a Ctrl-C at a bad moment leaves goes when
    it is called, or when the next call is watched.
    """
    watch = _Watch(seen)
    alive = ref(watch)
    tool = _free_tool(alive)
    if tool is not None:
        try:
            _tell(tool, alive)
            return call()
        finally:
            _tell_no_more(tool, alive)
    profiler = sys.getprofile()
    if profiler is not None and getattr(profiler, "__module__", None) != __name__:
        warnings.warn(UNWATCHED, RuntimeWarning, stacklevel=3)
        return call()
    try:
        sys.setprofile(_profiler(alive))
        return call()
    finally:
        sys.setprofile(None)


class _Watch:
    """What looks at the calls of Python and of built-in functions, and notes what asks."""

    def __init__(self, seen: list[str]) -> None:
        self._seen = seen
        self.watched = _watched()
        self.thread = get_ident()

    def called(self, function: Any, frame: FrameType) -> None:
        """Look at a call of one that is watched."""
        what = self.watched[function]
        if what is DRAWS or _is_for_a_user(frame):
            self._seen.append(f"{what}, {calling_source()}")

    def seeded(self, frame: FrameType) -> None:
        """Look at a call of `random.seed`."""
        if frame.f_locals["a"] is None:
            self._seen.append(f"{DRAWS}, {calling_source()}")


_watches: Final[dict[int, ref[_Watch]]] = {}  # the latest of each tool
_lock: Final = RLock()  # while one is taken


def _profiler(alive: ref[_Watch]) -> Callable[[FrameType, str, Any], None]:
    """What Python calls at each call and return, a million times in a large circuit."""

    def look(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call":
            watch = alive()
            if watch is None:
                sys.setprofile(None)
            elif called in watch.watched:
                watch.called(called, frame)
        elif event == "call" and frame.f_code is SEED_CODE and (watch := alive()):
            watch.seeded(frame)

    return look


def _free_tool(alive: ref[_Watch]) -> int | None:
    """The number of a tool that Python may tell of calls; None where there is none."""
    for number in (4, 3) if MONITORING else ():  # the others are a debugger's, a profiler's, …
        with _lock:
            last = _watches.get(number)
            if MONITORING.get_tool(number) == PACKAGE and (last is None or last() is None):
                _tell_no_more(number, last)  # a Ctrl-C has left it
            if MONITORING.get_tool(number) is not None:  # another thread that records, for one
                continue
            _watches[number] = alive
            with suppress(ValueError):  # somebody else has taken it
                MONITORING.use_tool_id(number, PACKAGE)
                return number
    return None


def _tell(tool: int, alive: ref[_Watch]) -> None:
    """Have Python tell of calls, outside of our own code: a sum of 16 products then takes 10 µs.

    As without it; by the hook for profilers it takes 25.
    """
    events = MONITORING.events

    def look(code: CodeType, place: int, called: Any, first: Any) -> Any:
        if code.co_filename.startswith(OURS):
            return MONITORING.DISABLE  # for this place
        watch = alive()
        if watch is None:
            _tell_no_more(tool, alive)
        elif type(called) is BuiltinFunctionType:  # which can be looked up
            is_watched = called in watch.watched and get_ident() == watch.thread
            if is_watched:
                watch.called(called, sys._getframe(1))
        return None

    def look_at_seed(code: CodeType, place: int) -> None:
        watch = alive()
        if watch is not None and get_ident() == watch.thread:
            watch.seeded(sys._getframe(1))

    MONITORING.register_callback(tool, events.CALL, look)
    MONITORING.register_callback(tool, events.PY_START, look_at_seed)
    MONITORING.set_local_events(tool, SEED_CODE, events.PY_START)
    MONITORING.set_events(tool, events.CALL)


def _tell_no_more(tool: int, alive: ref[_Watch] | None) -> None:
    """Let the tool go, if it is still this watch's: other threads' calls may find it over, too."""
    with _lock:
        if MONITORING.get_tool(tool) is None or _watches.get(tool) is not alive:
            return
        MONITORING.set_events(tool, 0)
        MONITORING.set_local_events(tool, SEED_CODE, 0)
        MONITORING.restart_events()  # whoever has the tool next is told of our code, too
        MONITORING.free_tool_id(tool)


def _watched() -> dict[Callable[..., Any], str]:
    """The built-in functions to look for; those of `datetime` where somebody has imported it."""
    functions = [*OF_TIME(time)]
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


def states_of(generators: Iterable[Any]) -> list[Any]:
    """Of Python's and NumPy's own generators, and those that the function leads to."""
    numpy_random = sys.modules.get("numpy.random")
    states: list[Any] = [random.getstate()]
    if numpy_random is not None:
        states.append(_in_bytes(numpy_random.get_state(legacy=False)))
    for generator in generators:
        if isinstance(generator, random.SystemRandom):
            continue  # it has none: what it draws is watched
        if isinstance(generator, random.Random):
            states.append(generator.getstate())
        else:
            states.append(_in_bytes(generator.bit_generator.state))
    return states


def _in_bytes(state: Any) -> Any:
    """A state of NumPy's to be compared, with its arrays in bytes: sooner than it is pickled."""
    if isinstance(state, dict):
        return {name: _in_bytes(part) for name, part in state.items()}
    return state.tobytes() if hasattr(state, "tobytes") else state
