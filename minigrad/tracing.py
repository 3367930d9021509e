"""Values whose numbers stand for any numbers: what a function is handed while it is recorded.

>>> from minigrad.engine import Value
>>> import minigrad.recording
>>> x = traced(2.0, "x")
>>> with recording():
...     y = x * x + 1
>>> type(y).__name__, y.data
('Traced', 5.0)

A recorded circuit is replayed with other numbers, so a function must not decide anything in Python
by the numbers that it happens to see while it is recorded. A `Traced` value refuses to be turned
into a bool, a number or an index, and says what to write instead; its comparisons are gates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, NoReturn

from .engine import Value
from .gates import FUNCTIONS, select
from .modes import observing
from .recording import plain_wires
from .sources import calling_source

_recording: Final[ContextVar[bool]] = ContextVar("_recording", default=False)


class TracingError(TypeError):
    """A compiled function lets its course depend on numbers, which a recording cannot follow."""


def _refusing(what: str, remedy: str) -> Callable[[Value], NoReturn]:
    def refuse(self: Value) -> NoReturn:
        raise TracingError(
            f"{what} of a value that is being recorded, {calling_source()}: the recording is "
            f"replayed with other numbers, so the function cannot branch on this one. {remedy}, "
            "or call the function without mg.compile"
        )

    return refuse


def _comparison(name: str, swapped: bool) -> Callable[[Value, Any], Value]:
    def compare(self: Value, other: Any) -> Value:
        result: Value = FUNCTIONS[name](other, self) if swapped else FUNCTIONS[name](self, other)
        return result

    return compare


class Traced(Value):
    """A wire of a circuit that is being recorded."""

    __slots__ = ()

    __bool__ = _refusing(
        "bool() (an if, while, and, or, not, or a comparison in one of them)",
        "Write mg.where(condition, a, b), mg.maximum or mg.minimum",
    )
    __float__ = _refusing("float()", "Write mg.exp, mg.log, mg.sin … instead of math.exp …")
    __int__ = _refusing("int()", "Write mg.select(table, index) to choose by a number")
    __index__ = _refusing(
        "An index made",
        "Write mg.select(table, index) for an item, mg.lookup(matrix, index) for a row",
    )
    __lt__ = _comparison("less", False)  # type: ignore[assignment]
    __gt__ = _comparison("less", True)  # type: ignore[assignment]
    __le__ = _comparison("less_equal", False)  # type: ignore[assignment]
    __ge__ = _comparison("less_equal", True)  # type: ignore[assignment]
    equals = _comparison("is_equal", False)  # type: ignore[assignment]

    def choose(self, if_true: Any, if_false: Any) -> Any:
        return select([if_true, if_false], FUNCTIONS["is_equal"](self, 0.0))


plain_wires.add(Traced)


def traced(data: float, label: str = "") -> Traced:
    """A leaf that stands for an argument."""
    return Traced(data, label=label)


def is_recording() -> bool:
    """Whether a function is being recorded in this thread."""
    return _recording.get()


@contextmanager
def recording() -> Iterator[None]:
    """Make every wire that this thread records inside the block a `Traced` one."""
    token = _recording.set(True)
    try:
        with observing(_trace):
            yield
    finally:
        _recording.reset(token)


def _trace(wire: Value) -> Value:
    if _recording.get() and type(wire) is Value and not wire.is_constant:
        wire.__class__ = Traced
    return wire


def untraced(wires: Iterable[Value]) -> None:
    """Make ordinary values of the wires of a finished recording."""
    for wire in wires:
        if type(wire) is Traced:
            wire.__class__ = Value  # type: ignore[assignment]
