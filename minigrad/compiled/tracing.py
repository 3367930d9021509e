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

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from typing import Any, Final

from ..calculus import NonfiniteError
from ..engine import Value, calling_source, guards, source_of_error
from ..rules import FUNCTIONS, GATES, select

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
