"""A function that is called beside its recording, watched: what it looks up, and what it asks.

>>> x = Watched(3.0)
>>> (x * 2.0).relu(), x / 0.0, isinstance(x, float)
(6.0, inf, True)

A dict finds a number by its value and a wire by its identity, so a recording of a function that
looks one up is wrong, if not for the numbers at hand then for others. And what it asks of the
machine, for the time, a file or a random number, a replay would answer as the first call did.
"""

from __future__ import annotations

import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from operator import attrgetter
from threading import RLock, get_ident
from types import BuiltinFunctionType, CodeType, FrameType
from typing import Any, Final
from weakref import ref

from ..engine import Value, calling_source, is_installed, is_ours
from ..rules import FUNCTIONS, GATES, Operand
from .tracing import refuse_while_recording

LOOKED_UP: Final = "a number is found by its value there, and a wire that is recorded is not"
TABLE: Final = (
    "Write mg.select(table, index), or mg.where(mg.is_equal(x, y), a, b); tangents as pairs, "
    "mg.jvp(y, [(x, 1.0)])"
)


def _operator(name: str, reflected: bool = False) -> Callable[..., Any]:
    function = GATES[name].on_floats(2)

    def operate(self: Watched, other: Any) -> Any:
        if not isinstance(other, (float, int)):
            return NotImplemented  # a Value knows what to do
        x, y = float(self), float(other)
        return Watched(function(y, x) if reflected else function(x, y))

    return operate


def _of_python(operator: Callable[..., Any]) -> Callable[..., Any]:
    """An operator of Python's floats, which never raises; of anything else it is NotImplemented."""

    def operate(self: Watched, *other: Any) -> Any:
        found = operator(self, *other)
        return found if found is NotImplemented else Watched(found)

    return operate


class Watched(float, Operand):
    """A float in every place where a function asks, also after arithmetic and gates."""

    __slots__ = ()

    def __hash__(self) -> int:
        asking = sys._getframe(1).f_globals.get("__name__", "")
        if not is_ours(asking):
            refuse_while_recording("looking a value up in a dict or a set", LOOKED_UP, TABLE)
        return float.__hash__(self)

    @staticmethod
    def apply_gate(gate: Any, operands: tuple[Any, ...]) -> Any:
        """See `Operand.apply_gate`."""
        operands = tuple(float(x) if isinstance(x, Watched) else x for x in operands)
        if any(isinstance(x, Value) for x in operands):
            return Value.apply_gate(gate, operands)
        gate.check_arity(len(operands))
        return Watched(gate.forward(*operands))

    def equals(self, other: Any, /) -> Any:
        """See `Operand.equals`."""
        return other.equals(self) if isinstance(other, Value) else float(self) == other

    def __getattr__(self, name: str) -> Any:
        if name in GATES:
            return partial(FUNCTIONS[name], self)
        raise AttributeError(name)

    __add__, __radd__ = _of_python(float.__add__), _of_python(float.__radd__)
    __sub__, __rsub__ = _of_python(float.__sub__), _of_python(float.__rsub__)
    __mul__, __rmul__ = _of_python(float.__mul__), _of_python(float.__rmul__)
    __neg__, __abs__ = _of_python(float.__neg__), _of_python(float.__abs__)
    __truediv__, __rtruediv__ = _operator("div"), _operator("div", reflected=True)
    __floordiv__ = _operator("floor_divide")
    __rfloordiv__ = _operator("floor_divide", reflected=True)
    __mod__, __rmod__ = _operator("mod"), _operator("mod", reflected=True)
    __pow__, __rpow__ = _operator("pow"), _operator("pow", reflected=True)


# --- what is asked of the machine -----------------------------------------------------------------

SEED_CODE: Final = random.Random.seed.__code__  # without a seed it asks the operating system
DRAWS: Final = "draws random numbers from the operating system"
TIME: Final = "asks for the time"
FILES: Final = "opens or looks up a file or a folder"
TOOL: Final = "minigrad"  # the name under which Python tells of calls
MONITORING: Final[Any] = getattr(sys, "monitoring", None)  # from Python 3.12 on
# Our own code asks nothing for a user: the gates' methods, and the files of this package.
OURS: Final = ("<minigrad", os.path.dirname(os.path.dirname(__file__)) + os.sep)
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
            if MONITORING.get_tool(number) == TOOL and (last is None or last() is None):
                _tell_no_more(number, last)  # a Ctrl-C has left it
            if MONITORING.get_tool(number) is not None:  # another thread that records, for one
                continue
            _watches[number] = alive
            with suppress(ValueError):  # somebody else has taken it
                MONITORING.use_tool_id(number, TOOL)
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


# --- the random numbers that are drawn ------------------------------------------------------------

MERSENNE_TWISTER: Final = 4 * 625  # bytes: 624 words, and how many of them were drawn


def states_of(generators: Iterable[Any]) -> list[Any]:
    """Of Python's and NumPy's own generators, and those that the function leads to."""
    numpy_random = sys.modules.get("numpy.random")
    states: list[Any] = [random.getstate()]
    if numpy_random is not None:
        states.append(_numpys_own.state(numpy_random))
    # of Python's generator of the operating system there is none: what it draws is watched
    return states + [_state_of(x) for x in generators if not isinstance(x, random.SystemRandom)]


def is_generator(thing: Any) -> bool:
    """Whether it draws random numbers: one of Python's or NumPy's generators."""
    if isinstance(thing, random.Random):
        return True
    of_numpy = sys.modules.get("numpy.random")
    return of_numpy is not None and isinstance(
        thing, (of_numpy.Generator, of_numpy.RandomState, of_numpy.BitGenerator)
    )


def _state_of(generator: Any) -> Any:
    if isinstance(generator, random.Random):
        return generator.getstate()
    if hasattr(generator, "get_state"):
        return _in_bytes(generator.get_state(legacy=False))
    return _in_bytes(getattr(generator, "bit_generator", generator).state)


def _in_bytes(state: Any) -> Any:
    """A state of NumPy's to be compared, with its arrays in bytes: sooner than it is pickled."""
    if isinstance(state, dict):
        return {name: _in_bytes(part) for name, part in state.items()}
    return state.tobytes() if hasattr(state, "tobytes") else state


class _NumpysOwn:
    """The state of the generator behind `np.random.rand` and the like.

    To ask for it takes 40 µs, and it is asked for twice at each first call, of which that was a
    tenth. Its words are read where they stand. They do not tell whether the second of two normal
    numbers, which are drawn together, is waiting to be given; if it was not when they were these,
    then it is not.
    """

    def __init__(self) -> None:
        self._words: Any = None  # at the latest look that saw none waiting

    def state(self, numpy_random: Any) -> Any:
        words = _words_of(numpy_random.get_bit_generator())
        if words != self._words:
            state = numpy_random.get_state(legacy=False)
            if state["has_gauss"]:
                return words, state["gauss"]
            self._words = words
        return words


def _words_of(bits: Any) -> Any:
    if type(bits).__name__ == "MT19937":
        with suppress(ImportError):  # a Python may be built without ctypes
            from ctypes import c_char

            return (c_char * MERSENNE_TWISTER).from_address(bits.ctypes.state_address).raw
    return _in_bytes(bits.state)


_numpys_own: Final = _NumpysOwn()
