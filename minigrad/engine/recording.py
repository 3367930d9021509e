"""How a gate is recorded: the operators, methods and functions of `Value`, made from the table.

A recorder is written as text, once per gate, with the gate's two rules in place: a recorded gate
then costs what it would if its arithmetic stood there by hand. `record` does the same for gates
with any number of inputs.

>>> from minigrad import Value
>>> x = Value(3.0)
>>> (2 - x) ** 2
Value(data=1.0, grad=?, gate=pow)
>>> import inspect
>>> "_d_first = d0 = divide(0.5, out)" in inspect.getsource(Value.sqrt)
True
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from math import isfinite
from types import FunctionType
from typing import Any, Final

from ..rules import (
    FUNCTIONS,
    GATES,
    Formula,
    Gate,
    all_inputs,
    as_number,
    as_python,
    constant_makers,
    define,
    documentation,
    ieee,
    names_in,
)
from .arrays import is_array, of_each_item, of_operator
from .backward import FACTORS, MANY, ROUTED, Leaves, others_of
from .value import Constant, Value, WithoutGate

new_wire: Final[Any] = partial(object.__new__, Value)  # without arguments it is called faster

# Functions that look at every wire as it is recorded (no_grad, detect_nonfinite): usually none.
observers: Final[list[Callable[[Value], Value]]] = []
# Functions that are told of each gate that made an infinity or a nan: `sources` notes the line.
nonfinite_observers: Final[list[Callable[[Value], None]]] = []


def constant(number: Any, label: str = "") -> Value:
    """A wire for a plain number: it has a value and gets no gradient.

    >>> constant(2.0)
    Value(data=2.0, constant)
    """
    return Constant(number, label=label)


def as_wire(operand: Any) -> Value:
    """A Value as it is, and a plain number as a constant."""
    return operand if isinstance(operand, Value) else Constant(operand)


def record(gate: Gate, inputs: tuple[Value, ...]) -> Value:
    """The output wire of a gate with these inputs; its local gradients are taken now."""
    numbers = [wire._datum for wire in inputs]
    out = gate.on_floats(len(inputs))(*numbers)
    if gate.is_dot:  # if it is finite, so are its factors
        wire = output_of(gate, inputs, out, others_of(numbers))
        return observed(wire) if observers or out - out != 0.0 else wire
    gradients = gate.gradients_on_floats(len(inputs))(*numbers, out)
    wire = output_of(gate, inputs, out, to_wires(inputs, gradients))
    is_finite = isfinite(out) and all(map(isfinite, gradients))
    return wire if is_finite and not observers else observed(wire)


def output_of(
    gate: Gate, inputs: tuple[Value, ...], number: float, local_gradients: Sequence[float]
) -> Value:
    """The wire behind a gate whose numbers are known, seen by nobody yet."""
    wire: Value = new_wire()
    wire._datum, wire._grad, wire.gate = number, None, gate
    if gate.routes and 0.0 in local_gradients:
        _route(wire, inputs, local_gradients)
    elif len(inputs) == 2 and type(inputs) is tuple and not gate.is_dot:  # `Leaves` stay together
        wire._first, wire._second = inputs
        wire._d_first, wire._d_second = local_gradients
    else:
        wire._first, wire._second = inputs, MANY
        wire._d_first, wire._d_second = local_gradients, FACTORS if gate.is_dot else None
    return wire


def output_of_leaves(
    gate: Gate, leaves: Sequence[Value], number: float, local_gradients: Sequence[float]
) -> Value:
    """The same for a gate that does not route, and whose inputs are leaves, each there once.

    `observed`, if need be.
    """
    wire: Value = new_wire()
    wire._datum, wire._grad, wire.gate = number, None, gate
    wire._first, wire._second = Leaves(leaves), MANY
    wire._d_first, wire._d_second = local_gradients, None
    return observed(wire) if observers or number - number != 0.0 else wire


def _route(wire: Value, inputs: tuple[Value, ...], local_gradients: Sequence[float]) -> None:
    """Of a gate that routes: where a local gradient is 0, it sends nothing."""
    wire._first, wire._second = inputs, MANY
    wire._d_first = tuple([local or None for local in local_gradients])
    wire._d_second = ROUTED


def to_wires(inputs: Sequence[Value], gradients: Sequence[float]) -> tuple[float, ...]:
    """The local gradients, with the 0.0 that constants have: nothing is sent to them."""
    return tuple([0.0 if x.is_constant else local for x, local in zip(inputs, gradients)])


def observed(wire: Value) -> Value:
    """A new wire after all that watch the recording have seen it."""
    for observer in tuple(observers):  # another thread may take one away
        wire = observer(wire)
    if wire.gate is not None:  # no_grad leaves no gate, and nothing to look for
        for look in nonfinite_observers:
            look(wire)
    return wire


def _number(gate: Gate, operand: Any) -> float:
    try:
        return as_number(operand)
    except TypeError as error:
        raise TypeError(f"{gate.symbol} takes Values and numbers: {error}") from None


# A whole number below 2⁵³ is a float as it is.
NUMBER: Final = """\
{number} = other
if _type(other) is not _float:
    if _type(other) is _int and -9007199254740992 < other < 9007199254740992:
        {number} = _float(other)
    elif _isinstance(other, _Value): return _record(_gate, {pair})
    elif _is_array(other): return _of_items(_gate, {pair})
    else: {number} = _number(_gate, other)
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
if not ({all}): _route(_wire, _wire.inputs, _wire._local_gradients())
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
    names |= {"_number": _number, "_again": made.again}
    names |= {"_is_array": is_array, "_of_items": of_operator}
    names |= {"_route": _route, "_MANY": MANY, "_ROUTED": ROUTED}
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
            [x if isinstance(x, Value) else Constant(_number(gate, x)) for x in operands]
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


constant_makers.append(Constant)
setattr(Value, "apply_gate", staticmethod(apply_gate))  # noqa: B010
for _gate in GATES.values():
    install(_gate, FUNCTIONS[_gate.name])
