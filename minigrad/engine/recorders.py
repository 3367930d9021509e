"""Recorders: the operators and methods of `Value`, written as text from the table of gates.

Each is what `record` does, with the gate's two rules in place: a recorded gate then costs what it
would if its arithmetic stood there by hand, and a fifth of what `record` takes.

>>> import inspect
>>> print(inspect.getsource(Value.neg))
def neg(self):
    x0 = self._datum
    out = (-x0)
    _wire = _new_wire()
    _wire._datum = out
    _wire._grad = None
    _wire.gate = _gate
    _wire._first = self
    _wire._second = None
    _wire._d_first = -1.0
    _wire._d_second = None
    if -1.7976931348623157e+308 <= out <= 1.7976931348623157e+308 and not _observers: return _wire
    return _observed(_wire)
<BLANKLINE>
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from types import FunctionType
from typing import Any, Final

from ..rules import (
    FUNCTIONS,
    GATES,
    Formula,
    Gate,
    all_inputs,
    as_python,
    define,
    documentation,
    ieee,
    names_in,
)
from .arrays import is_array, of_each_item, of_operator
from .backward import MANY, ROUTED
from .recording import mark_routed, new_wire, number_for, observed, observers, record
from .value import Constant, Value, WithoutGate

# A whole number below 2⁵³ is a float as it is.
NUMBER: Final = """\
{number} = other
if _type(other) is not _float:
    if _type(other) is _int and -9007199254740992 < other < 9007199254740992:
        {number} = _float(other)
    elif _isinstance(other, _Value): return _record(_gate, {pair})
    elif _is_array(other): return _of_items(_gate, {pair})
    else: {number} = _number_for(_gate, other)
"""
RECORD: Final = """\
{numbers}
{forward}
_wire = _new_wire()
_wire._datum = out
_wire._grad = None
_wire.gate = _gate
_wire._first = {first}
_wire._second = {second}
{gradients}
"""
# A gate that routes: where a local gradient is 0, nothing is sent. Written out for one input: relu.
ROUTE_ONE: Final = """\
if not d0:
    _wire._first = (self,)
    _wire._second = _MANY
    _wire._d_first = (None,)
    _wire._d_second = _ROUTED
"""
ROUTE: Final = """\
if not ({all}): _mark_routed(_wire, _wire.inputs, _wire._local_gradients())
"""
# One test finds an infinity or a nan among the numbers, and almost never anything else.
RETURN: Final = """\
if -{largest} <= {probe} <= {largest} and not _observers: return _wire
return _observed(_wire)
"""
# A recorder computes with functions that may raise where those of `ieee` have an answer, which is
# sooner; if one does, the total recorder does all of it again, where no exception is to be seen.
TRY: Final = """\
try:
    {record}
except _UNANSWERED: pass
else:
    {end}
return _again()({operands})
"""


class _Recorder:
    """The method of a gate with one or two inputs, while it is written."""

    def __init__(self, gate: Gate, is_total: bool, reflected: bool) -> None:
        assert gate.arity is not None
        self.gate, self.reflected = gate, reflected
        symbols = [Formula.symbol(f"x{i}") for i in range(gate.arity)]
        self.forward = gate.trace_formula(*symbols)
        self.gradients = gate.local_formulas(*symbols, out=Formula.symbol("out"))
        called = names_in([self.forward, *self.gradients])
        self.raising = (
            {}
            if is_total
            else {
                name: ieee.RAISING[function]
                for name, function in called.items()
                if function in ieee.RAISING
            }
        )
        self.names = {**called, **self.raising}
        self.again = cache(partial(_recorder, gate, is_total=True, reflected=reflected))
        self.operands = ", ".join(["self", "other"][: gate.arity])

    def lines(self, wires: dict[int, str], number: int | None = None) -> str:
        """Lines that record the gate; `wires` has the inputs that are wires, by place."""
        assignments, (out,) = as_python(self.forward)
        of_wires, texts = as_python(*(self.gradients[place] for place in wires))
        slots = ["_wire._d_first", "_wire._d_second"]
        computed = [
            f"d{i}" for i in wires if self.gradients[i].operation not in ("number", "symbol")
        ]
        named = [f"d{i}" for i in wires] if self.gate.routes else computed
        kept = [
            f"{slot} = d{i} = {text}" if f"d{i}" in named else f"{slot} = {text}"
            for slot, i, text in zip(slots, wires, texts)
        ]
        if len(wires) == 1:
            kept.append(f"{slots[1]} = {_short_form(number)}")
        if self.gate.routes:
            route = ROUTE_ONE if self.gate.arity == 1 else ROUTE.format(all=" and ".join(named))
            kept.append(route.strip())
        record = RECORD.format(
            numbers="\n".join(f"x{i} = {wire}._datum" for i, wire in wires.items()),
            forward="\n".join([*assignments, f"out = {out}"]),
            first=next(iter(wires.values())),
            second=list(wires.values())[1] if len(wires) == 2 else None,
            gradients="\n".join([*of_wires, *kept]),
        )
        end = RETURN.format(probe=" + ".join(["out", *computed]), largest=repr(sys.float_info.max))
        if not any(f"{name}(" in record for name in self.raising):
            return record + end
        return TRY.format(record=_indented(record), end=_indented(end), operands=self.operands)

    def body(self) -> str:
        """All lines of the method."""
        if self.gate.arity == 1:
            return self.lines({0: "self"})
        at = 0 if self.reflected else 1
        pair = "(other, self)" if self.reflected else "(self, other)"
        alone = NUMBER.format(number=f"x{at}", pair=pair)
        alone += self.lines({1 - at: "self"}, number=at)
        if self.reflected:
            return alone
        both = _indented(self.lines({0: "self", 1: "other"}))
        named = f"other = {self.gate.input_names[1]}\n" * bool(self.gate.defaults)
        return f"{named}if _type(other) is _Value:\n    {both}\n{alone}"


def _short_form(number: int | None) -> str:
    """What stands in `_d_second` where no second wire is: see the layout of `Value`."""
    return "None" if number is None else "x1" if number else "(x0,)"


def _indented(lines: str) -> str:
    return lines.strip().replace("\n", "\n    ")


def _recorder(gate: Gate, is_total: bool = False, reflected: bool = False) -> Callable[..., Value]:
    """The method of a gate with one or two inputs; the second may be a number (or the first)."""
    made = _Recorder(gate, is_total, reflected)
    parameters = ["self", "other"][: gate.arity]
    if gate.defaults and not reflected:  # the second can also be named: x.leaky_relu(slope=0.2)
        parameters[1] = f"{gate.input_names[1]}={gate.defaults[-1]!r}"
    # no gate or input has a name that begins with an underscore
    names: dict[str, Any] = {"_Value": Value, "_new_wire": new_wire, "_gate": gate}
    names |= {"_record": record, "_observed": observed, "_observers": observers}
    names |= {"_type": type, "_int": int, "_float": float, "_isinstance": isinstance}
    names |= {"_number_for": number_for, "_again": made.again}
    names |= {"_is_array": is_array, "_of_items": of_operator}
    names |= {"_mark_routed": mark_routed, "_MANY": MANY, "_ROUTED": ROUTED}
    names |= {"_UNANSWERED": (ArithmeticError, ValueError), **made.names}
    method: Callable[..., Value] = define(gate.name, parameters, made.body().splitlines(), names)
    return method


def _under_its_name(operator: Callable[..., Value]) -> Callable[..., Value]:
    """The recorder of an operator as a method: nobody else is asked what becomes of an array."""
    code, names = operator.__code__, operator.__globals__ | {"_of_items": of_each_item}
    return FunctionType(code, names, operator.__name__, operator.__defaults__)


def _general_recorder(
    gate: Gate, reflected: bool = False, of_items: Callable[..., Any] = of_each_item
) -> Callable[..., Value]:
    """The method of a gate with any number of inputs, constants among them."""

    def method(self: Value, *others: Any, **named: Any) -> Value:
        given = all_inputs(gate, (self, *others), named)
        return apply_gate(gate, given[::-1] if reflected else given, of_items)

    method.__name__ = gate.name
    return method


_methods: Final[dict[Gate, Callable[..., Value]]] = {}  # of gates with one or two inputs
_WIRES: Final = {Value, Constant, WithoutGate}


def apply_gate(
    gate: Gate, operands: tuple[Any, ...], of_items: Callable[..., Any] = of_each_item
) -> Value:
    """See `Operand.apply_gate`."""
    method = _methods.get(gate)
    if method is not None and len(operands) == gate.arity and type(operands[0]) is Value:
        return method(*operands)
    if not _WIRES.issuperset(map(type, operands)):
        if gate.arity == 2 and any(map(is_array, operands)):
            return of_items(gate, operands)  # type: ignore[no-any-return]
        operands = tuple(
            [x if isinstance(x, Value) else Constant(number_for(gate, x)) for x in operands]
        )
    return record(gate, operands)


def install(gate: Gate, function: Callable[..., Any]) -> None:
    """Make the gate a documented method of `Value`, and an operator if Python has one for it.

    `function` is documented too. A gate that cannot be installed leaves nothing behind.
    """
    method = operator = _recorder(gate) if gate.arity in (1, 2) else _general_recorder(gate)
    if gate.arity == 2:
        method = _under_its_name(operator)
    method.__doc__ = operator.__doc__ = function.__doc__ = documentation(gate)
    if gate.arity in (1, 2):
        _methods[gate] = method
    # where a pickle finds it again
    operator.__module__ = method.__module__ = Value.__module__
    operator.__qualname__ = f"Value.__{gate.dunder}__"
    method.__qualname__ = f"Value.{gate.name}"
    setattr(Value, gate.name, method)
    if gate.dunder:
        setattr(Value, f"__{gate.dunder}__", operator)
    if gate.dunder and gate.arity == 2:
        setattr(Value, f"__r{gate.dunder}__", _recorder(gate, reflected=True))
    # a constant gets no local gradient: the recorders above take one towards `self`
    setattr(Constant, gate.name, _general_recorder(gate))
    if gate.dunder:
        general = _general_recorder(gate, of_items=of_operator)
        setattr(Constant, f"__{gate.dunder}__", general)
    if gate.dunder and gate.arity == 2:
        general = _general_recorder(gate, reflected=True, of_items=of_operator)
        setattr(Constant, f"__r{gate.dunder}__", general)


setattr(Value, "apply_gate", staticmethod(apply_gate))  # noqa: B010
for _gate in GATES.values():
    install(_gate, FUNCTIONS[_gate.name])
