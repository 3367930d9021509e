"""How a gate is recorded: the operators, methods and functions of `Value`, made from the table.

The recorders below are written as text, once per gate, with the gate's two rules in place: a
recorded gate then costs what it would if its arithmetic stood there by hand. `record` is the same
for gates with any number of inputs.

>>> from minigrad.engine import Value
>>> x = Value(3.0)
>>> (2 - x) ** 2
Value(data=1.0, grad=?, gate=pow)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from math import isfinite
from operator import mul as times
from typing import Any, Final

from ..rules import (
    FUNCTIONS,
    GATES,
    RAISING,
    FloatCode,
    Gate,
    all_inputs,
    as_number,
    define,
    documentation,
    float_forward,
    float_local_gradients,
)
from .backward import Value
from .sources import note_nonfinite_birth
from .value import CONSTANT, MANY, PRODUCTS, new_object

_SUM: Final = GATES["sum"]

new_wire: Final[Any] = partial(new_object, Value)  # without arguments it is called faster

# Functions that look at every wire as it is recorded (no_grad, detect_nonfinite): usually none.
observers: Final[list[Callable[[Value], Value]]] = []

# Classes of wires that multiply and add as the table says; a subclass may do otherwise.
plain_wires: Final[set[type]] = {Value}


def constant(number: Any, label: str = "") -> Value:
    """A wire for a plain number: it has a value and gets no gradient.

    >>> constant(2.0)
    Value(data=2.0, constant)
    """
    wire = Value(number, label=label)
    wire._second = CONSTANT
    return wire


def as_wire(operand: Any) -> Value:
    """A Value as it is, and a plain number as a constant."""
    return operand if isinstance(operand, Value) else constant(operand)


def record(gate: Gate, inputs: tuple[Value, ...]) -> Value:
    """The output wire of a gate with these inputs; its local gradients are taken now."""
    count = len(inputs)
    numbers = [wire._data for wire in inputs]
    out = float_forward(gate, count)(*numbers)
    gradients = float_local_gradients(gate, count)(*numbers, out)
    wire: Value = new_wire()
    wire._data = out
    wire._grad = None
    wire.gate = gate
    wire._first = inputs
    wire._second = MANY
    wire._d_first = tuple(
        0.0 if source._second is CONSTANT else gradient
        for source, gradient in zip(inputs, gradients)
    )
    wire._d_second = None
    if observers or not (isfinite(out) and all(map(isfinite, gradients))):
        return observed(wire)
    return wire


def sum_of_products(left: Sequence[Any], right: Sequence[Any]) -> Value | None:
    """A Σ gate in short form, whose × gates are written out when somebody asks for them.

    Only for finite numbers on plain wires; else None.
    """
    if not plain_wires.issuperset(map(type, (*left, *right))):
        return None
    numbers = [wire._data for wire in left], [wire._data for wire in right]
    out = float_forward(_SUM, len(left))(*map(times, *numbers))
    if out - out != 0.0:
        return None
    wire: Value = new_wire()
    wire._data = out
    wire._grad = None
    wire.gate = _SUM
    wire._first, wire._second = _factors(left, right), MANY
    wire._d_first, wire._d_second = _factors(numbers[1], numbers[0]), PRODUCTS
    for observer in tuple(observers):  # another thread may take one away
        wire = observer(wire)
    return wire


def _factors(left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, ...]:
    """The factors side by side, the last pair first."""
    factors = [*left, *right]
    factors[-2::-2], factors[::-2] = left, right
    return tuple(factors)


def observed(wire: Value) -> Value:
    """A new wire after all that watch the recording have seen it."""
    for observer in tuple(observers):  # another thread may take one away
        wire = observer(wire)
    if wire.gate is not None:  # no_grad leaves no gate, and nothing to look for
        note_nonfinite_birth(wire)
    return wire


def _number(gate: Gate, operand: Any) -> float:
    try:
        return as_number(operand)
    except TypeError as error:
        raise TypeError(f"{gate.symbol} takes Values and numbers: {error}") from None


WHOLE: Final = f"-{2**53} < other < {2**53}"  # a whole number that is a float as it is
LARGEST_FLOAT: Final = repr(sys.float_info.max)

NEW_WIRE: Final = """\
_wire = _new_wire()
_wire._data = out
_wire._grad = None
_wire.gate = _gate
"""


def unary_recorder(gate: Gate, is_total: bool = False) -> Callable[..., Value]:
    """The method of a gate with one input."""
    text = _Text(gate, is_total, unary_recorder)
    body = ["x0 = self._data", *text.forward()]
    body += ["_wire._first = self", "_wire._second = _wire._d_second = None"]
    return text.function(["self"], text.finished(body, {0: "_wire._d_first"}))


def binary_recorder(gate: Gate, is_total: bool = False) -> Callable[..., Value]:
    """The method of a gate with two inputs, the second of which may be a number."""
    text = _Text(gate, is_total, binary_recorder)
    wires = ["x0 = self._data", "x1 = other._data", *text.forward()]
    wires += ["_wire._first = self", "_wire._second = other"]
    wires = text.finished(wires, {0: "_wire._d_first", 1: "_wire._d_second"})
    body = ["if _type(other) is _Value:", *_indented(wires), *text.with_number(at=1)]
    second = "other"
    if gate.defaults:  # the input that can be left out can also be named: x.leaky_relu(slope=0.2)
        name = gate.input_names[1]
        body = [f"other = {name}", *body]
        second = f"{name}={gate.defaults[-1]!r}"
    return text.function(["self", second], body)


def reflected_recorder(gate: Gate, is_total: bool = False) -> Callable[..., Value]:
    """The method of a gate with two inputs, the first of which is a number."""
    text = _Text(gate, is_total, reflected_recorder)
    return text.function(["self", "other"], text.with_number(at=0))


class _Text:
    """A recorder while it is written.

    It computes with functions that may raise where they have no answer, which is sooner; if one
    does, the total recorder does all of it again. That is made when it is first needed.
    """

    def __init__(self, gate: Gate, is_total: bool, make: Callable[..., Any]) -> None:
        self.gate, self.code = gate, FloatCode(gate)
        functions = self.code.namespace
        raising = {} if is_total else RAISING
        self.raising = {name: raising[f] for name, f in functions.items() if f in raising}
        self.operands = ", ".join(["self", "other"][: gate.arity])
        self.again = cache(partial(make, gate, is_total=True))

    def forward(self) -> list[str]:
        """Lines that make the new wire with its number."""
        return [*self.code.forward(), *NEW_WIRE.splitlines()]

    def with_number(self, at: int) -> list[str]:
        """Lines that record a Value and a plain number, which stands at place 0 or 1."""
        wire = 1 - at
        pair = "(self, other)" if at else "(other, self)"
        number = [f"x{at} = other", "if _type(other) is not _float:"]
        number += [f"    if _type(other) is _int and {WHOLE}: x{at} = _float(other)"]
        number += [f"    elif _isinstance(other, _Value): return _record(_gate, {pair})"]
        number += [f"    else: x{at} = _to_number(_gate, other)"]
        body = [f"x{wire} = self._data", *self.forward()]
        body += ["_wire._first = self", "_wire._second = None"]
        body += ["_wire._d_second = x1" if at else "_wire._d_second = (x0,)"]
        return [*number, *self.finished(body, {wire: "_wire._d_first"})]

    def finished(self, body: list[str], places: dict[int, str]) -> list[str]:
        """The lines, and those that put local gradients in their places and return the wire."""
        body = [*body, *self.code.kept_local_gradients(places)]
        computed = self.code.computed(*places)
        probe = "_probe" if computed else "out"
        end = [f"_probe = {' + '.join(['out', *computed])}"] if computed else []
        # one test finds an infinity or a nan among the numbers, and almost never anything else
        ordinary = f"-{LARGEST_FLOAT} <= {probe} <= {LARGEST_FLOAT} and not _observers"
        end += [f"if {ordinary}: return _wire", "return _observed(_wire)"]
        if not any(f"{name}(" in line for name in self.raising for line in body):
            return [*body, *end]
        return [
            *("try:", *_indented(body), "except _UNANSWERED: pass", "else:", *_indented(end)),
            f"return _again()({self.operands})",  # here, where there is no exception to be seen
        ]

    def function(self, parameters: list[str], body: list[str]) -> Callable[..., Value]:
        """The recorder."""
        # no gate or input has a name that begins with an underscore
        names: dict[str, Any] = {"_Value": Value, "_new_wire": new_wire, "_gate": self.gate}
        names |= {"_record": record, "_observed": observed, "_observers": observers}
        names |= {"_type": type, "_int": int, "_float": float, "_isinstance": isinstance}
        names |= {"_to_number": _number, "_again": self.again}
        names |= {"_UNANSWERED": (ArithmeticError, ValueError)}
        names |= self.code.namespace | self.raising
        function: Callable[..., Value] = define(self.gate.name, parameters, body, names)
        return function


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _general_recorder(gate: Gate) -> Callable[..., Value]:
    """The method of a gate with three or more inputs, or any number of them."""

    def method(self: Value, *others: Any, **named: Any) -> Value:
        if named or gate.defaults:
            _, *others = all_inputs(gate, (self, *others), named)  # type: ignore[assignment]
        return record(gate, (self, *map(as_wire, others)))

    method.__name__ = gate.name
    return method


def apply_gate(gate: Gate, operands: tuple[Any, ...]) -> Value:
    """See `Operand.apply_gate`."""
    gate.check_arity(len(operands))
    method = _methods.get(gate)
    if method is None or not isinstance(operands[0], Value):
        return record(gate, tuple(map(as_wire, operands)))
    return method(*operands)


_methods: Final[dict[Gate, Callable[..., Value]]] = {}


def install(gate: Gate, function: Callable[..., Any]) -> None:
    """Make the gate a documented method of `Value`, and an operator if Python has one for it.

    `function` is documented too. A gate that cannot be installed leaves nothing behind.
    """
    makers = {1: unary_recorder, 2: binary_recorder}
    method = makers.get(gate.arity or 0, _general_recorder)(gate)
    method.__doc__ = function.__doc__ = documentation(gate)
    _methods[gate] = method
    # where a pickle finds it again
    method.__module__, method.__qualname__ = Value.__module__, f"Value.{gate.name}"
    setattr(Value, gate.name, method)
    if gate.dunder:
        setattr(Value, f"__{gate.dunder}__", method)
    if gate.dunder and gate.arity == 2:
        setattr(Value, f"__r{gate.dunder}__", reflected_recorder(gate))


for _function in (apply_gate, sum_of_products):
    setattr(Value, _function.__name__, staticmethod(_function))
for _gate in GATES.values():
    install(_gate, FUNCTIONS[_gate.name])
