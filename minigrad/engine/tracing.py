"""What the number on a wire may decide: nothing, while a function is being recorded.

>>> from minigrad.engine import Value
>>> x = Value(2.0)
>>> x > 1
True
>>> recorded(lambda: x > 1)
Value(data=1.0, grad=?, gate=less)

A recorded circuit is replayed with other numbers, so a function must not decide anything in Python
by the numbers that it happens to see while it is recorded. A wire then refuses to be turned into a
bool, a number or an index, and says what to write instead; its comparisons are gates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ..rules import FUNCTIONS, Operand, as_number, select
from .sources import calling_source

_is_recording: Final[ContextVar[bool]] = ContextVar("_is_recording", default=False)
_arguments: Final[ContextVar[Sequence[Any]]] = ContextVar("_arguments", default=())

OUTSIDE: Final = "Do it to the numbers before the call, or to the result's .data after it"

FIXED: Final = "it gives a number, and the recording would keep that of this moment for good"
NOT_REPEATED: Final = "it would be done while the function is recorded, and never afterwards"
OF_ITS_OWN: Final = "write mg.grad(y, [x], create_graph=True) for a gradient inside it"

# One item for each recording, in any thread: while there is none, nothing else is asked.
recordings: Final[list[None]] = []


class TracingError(TypeError):
    """A compiled function lets its course depend on numbers, which a recording cannot follow."""


def is_recording() -> bool:
    """Whether a function is being recorded in this thread."""
    return _is_recording.get()


def recorded(call: Callable[[], Any], arguments: Sequence[Any] = ()) -> Any:
    """What the call returns, while no wire's number decides anything in this thread.

    `arguments` are the wires that stand for other numbers in later calls. In a context of its own,
    which is left whatever happens: a Ctrl-C cannot come before that.
    """
    recordings.append(None)
    try:
        return copy_context().run(_recorded, call, arguments)
    finally:
        recordings.pop()


def _recorded(call: Callable[[], Any], arguments: Sequence[Any]) -> Any:
    _is_recording.set(True)
    _arguments.set(arguments)
    return call()


def refuse_while_recording(what: str, why: str, remedy: str) -> None:
    """An error in a function that is being recorded in this thread, for what no replay repeats."""
    if recordings and _is_recording.get():
        raise TracingError(
            f"{what} inside a compiled function, {calling_source()}: {why}. {remedy}, or call the "
            "function without mg.compile"
        )


def _without_gate(what: str, instead: str, remedy: str) -> Callable[..., NoReturn]:
    """A method for what no gate does: it says what to write while recording, and otherwise."""

    def refuse(self: Deciding, *_: Any) -> NoReturn:
        _refuse(self, what, remedy)
        raise TypeError(f"{what} of {self!r} is not a gate: {instead}")

    return refuse


class Deciding(Operand):
    """The number of a wire where Python asks for it: comparisons, `if`, `float()` and the like."""

    __slots__ = ()

    if TYPE_CHECKING:  # Value has them
        _data: float

        @property
        def is_constant(self) -> bool: ...

    def __lt__(self, other: Any) -> bool:
        if recordings and (_is_open(self) or _is_open(other)):
            return _condition("less", self, other)
        return self._data < _compared(other)

    def __le__(self, other: Any) -> bool:
        if recordings and (_is_open(self) or _is_open(other)):
            return _condition("less_equal", self, other)
        return self._data <= _compared(other)

    def __gt__(self, other: Any) -> bool:
        if recordings and (_is_open(self) or _is_open(other)):
            return _condition("less", other, self)
        return self._data > _compared(other)

    def __ge__(self, other: Any) -> bool:
        if recordings and (_is_open(self) or _is_open(other)):
            return _condition("less_equal", other, self)
        return self._data >= _compared(other)

    def equals(self, other: Any) -> bool:
        if recordings and (_is_open(self) or _is_open(other)):
            return _condition("is_equal", self, other)
        return self._data == float(other)

    def choose(self, if_true: Any, if_false: Any) -> Any:
        if recordings and _is_open(self):
            return select([if_true, if_false], _condition("is_equal", self, 0.0))
        return if_true if self else if_false

    def __eq__(self, other: object) -> bool:
        if recordings and other is not self and hasattr(type(other), "__float__"):
            _refuse(
                self,
                "== or != (or `in`)",
                "Write mg.where(mg.is_equal(x, y), a, b) or mg.select(table, index) to compare "
                "numbers, `x is y` to ask for the same wire",
            )
        return NotImplemented  # Python asks the other operand, and then for identity

    __hash__ = Operand.__hash__

    def __bool__(self) -> bool:
        if recordings:
            _refuse(
                self,
                "bool() (an if, while, and, or, not, or a comparison in one of them)",
                "Write mg.where(condition, a, b), mg.maximum or mg.minimum",
            )
        return self._data != 0.0

    def __float__(self) -> float:
        if recordings:
            _refuse(self, "float()", "Write mg.exp, mg.log, mg.sin … instead of math.exp …")
        return self._data

    def __int__(self) -> int:
        if recordings:
            _refuse(self, "int()", "Write mg.select(table, index) to choose by a number")
        return int(self._data)

    def __format__(self, layout: str) -> str:
        if layout:
            raise TypeError(
                f"a Value has no layout {layout!r}: write {{v.data:{layout}}} for {self!r}"
            )
        return str(self)

    if not TYPE_CHECKING:  # a type checker refuses them as they are
        __index__ = _without_gate(
            "An index made",
            "write int(v) for its number, or mg.select(table, v) for an item of a table",
            "Write mg.select(table, index) for an item, mg.lookup(matrix, index) for a row",
        )
        __round__ = _without_gate("round()", "write round(v.data) for its number", OUTSIDE)
        __trunc__ = _without_gate("math.trunc()", "write math.trunc(v.data)", OUTSIDE)
        __divmod__ = __rdivmod__ = _without_gate(
            "divmod()", "write divmod(v.data, n) for its numbers", OUTSIDE
        )
        __mod__ = __rmod__ = _without_gate("%", "write v.data % n for its number", OUTSIDE)
        __floordiv__ = __rfloordiv__ = _without_gate(
            "//", "write v.data // n for its number, or v / n", OUTSIDE
        )


def _is_open(operand: Any) -> bool:
    """Whether this is a wire that stands for any number: one of a function being recorded."""
    return _is_recording.get() and isinstance(operand, Deciding) and not operand.is_constant


def _condition(name: str, x: Any, y: Any) -> bool:
    """A comparison as a gate: a wire in place of the bool, for `where`."""
    wire: bool = FUNCTIONS[name](x, y)
    return wire


def _compared(other: Any) -> float:
    return other._data if isinstance(other, Deciding) else as_number(other)


def refuse_reading_data(wire: Any) -> None:
    """An error if the number would be fixed for good, and nothing would find it out.

    What depends on an argument is another number at the next call, whose result is then compared
    with that of the function itself.
    """
    from .order import recorded_order

    if _is_open(wire) and _arguments.get():
        leaves, _, _ = recorded_order(wire)
        if set(leaves).isdisjoint(_arguments.get()):
            what = "reading .data of a value that depends on no argument"
            refuse_while_recording(what, FIXED, "Compute with the Value itself")


def refuse_reading_grad(wire: Deciding) -> None:
    """An error if the wire belongs to a function that is being recorded."""
    if _is_open(wire):
        refuse_while_recording(
            "reading .grad of a value", FIXED, f"Read it after the call, {OF_ITS_OWN}"
        )


def refuse_writing(wire: Deciding, attribute: str) -> None:
    """An error if the wire belongs to a function that is being recorded."""
    if _is_open(wire):
        before_or_after = "Do it before or after the call"
        refuse_while_recording(f"writing {attribute} of a value", NOT_REPEATED, before_or_after)


def _refuse(wire: Deciding, what: str, remedy: str) -> None:
    """An error if the wire belongs to a function that is being recorded."""
    if _is_open(wire):
        raise TracingError(
            f"{what} of a value that is being recorded, {calling_source()}: the recording is "
            f"replayed with other numbers, so the function cannot branch on this one. {remedy}, "
            "or call the function without mg.compile"
        )
