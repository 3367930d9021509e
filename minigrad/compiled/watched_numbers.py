"""A plain number that has a wire's methods, and lets no dict or set look it up.

>>> x = Watched(3.0)
>>> (x * 2.0).relu(), x / 0.0, isinstance(x, float)
(6.0, inf, True)

A dict finds a number by its value and a wire by its identity, so a recording of a function that
looks one up is wrong, if not for the numbers at hand then for others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from ..engine import Value
from ..rules import FUNCTIONS, GATES, Operand
from .tracing import refuse_while_recording

PACKAGE: Final = __name__.partition(".")[0]
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
        if asking.partition(".")[0] != PACKAGE:
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
