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

from collections.abc import Callable
from math import isfinite
from typing import Any, Final

from .engine import CONSTANT, MANY, Value
from .floats import FloatCode, define, float_forward, float_local_gradients
from .gate import Gate, as_number, documentation
from .gates import FUNCTIONS, GATES
from .sources import note_nonfinite_birth
from .value import new_object

# Functions that look at every wire as it is recorded (no_grad, detect_nonfinite): usually none.
observers: Final[list[Callable[[Value], Value]]] = []


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
    wire: Value = new_object(Value)
    wire._data = out
    wire._grad = None
    wire.gate = gate
    wire.label = ""
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


def observed(wire: Value) -> Value:
    """A new wire after all that watch the recording have seen it."""
    note_nonfinite_birth(wire)
    for observer in observers:
        wire = observer(wire)
    return wire


def _number(gate: Gate, operand: Any) -> float:
    try:
        return as_number(operand)
    except TypeError as error:
        raise TypeError(f"{gate.symbol} takes Values and numbers: {error}") from None


NEW_WIRE: Final = """\
wire = new_object(Wire)
wire._data = out
wire._grad = None
wire.gate = gate
wire.label = ""
"""


def unary_recorder(gate: Gate, kind: type[Value]) -> Callable[..., Value]:
    """The method of a gate with one input; `kind` is the class of the wires."""
    code = FloatCode(gate)
    body = ["x0 = self._data", *code.forward(), *code.local_gradients(0), *NEW_WIRE.splitlines()]
    body += ["wire._first = self", "wire._second = None", "wire._d_first = d0"]
    return _define(gate, kind, ["self"], body, "out + d0")


def binary_recorder(gate: Gate, kind: type[Value]) -> Callable[..., Value]:
    """The method of a gate with two inputs, the second of which may be a number."""
    code = FloatCode(gate)
    with_number = _with_number(gate, kind, number=1)
    is_wire = "type(other) is Value" if kind is Value else "isinstance(other, Value)"
    body = [f"if not {is_wire}: return with_number(self, other)"]
    body += ["x0 = self._data", "x1 = other._data"]
    body += [*code.forward(), *code.local_gradients(0, 1), *NEW_WIRE.splitlines()]
    body += ["wire._first = self", "wire._second = other"]
    body += ["wire._d_first = d0", "wire._d_second = d1"]
    second = "other"
    if gate.defaults:  # the input that can be left out can also be named: x.leaky_relu(slope=0.2)
        name = gate.input_names[1]
        body = [f"other = {name}", *body]
        second = f"{name}={gate.defaults[0]!r}"
    return _define(gate, kind, ["self", second], body, "out + d0 + d1", with_number=with_number)


def _with_number(gate: Gate, kind: type[Value], number: int) -> Callable[..., Value]:
    """The recorder for a wire and a plain number, which stands at place 0 or 1."""
    wire = 1 - number
    code = FloatCode(gate)
    pair = "self, other" if number else "other, self"
    of_wires = f"record(gate, ({pair}))" if kind is Value else f"Wire.{gate.name}({pair})"
    body = [f"x{number} = other", "if type(other) is not float:"]
    body += [f"    if isinstance(other, Value): return {of_wires}"]
    body += [f"    x{number} = to_number(gate, other)", f"x{wire} = self._data"]
    body += [*code.forward(), *code.local_gradients(wire), *NEW_WIRE.splitlines()]
    body += ["wire._first = self", "wire._second = None", f"wire._d_first = d{wire}"]
    body += ["wire._d_second = x1" if number else "wire._d_second = (x0,)"]
    return _define(gate, kind, ["self", "other"], body, f"out + d{wire}")


def _define(
    gate: Gate,
    kind: type[Value],
    parameters: list[str],
    body: list[str],
    probe: str,
    **names: Any,
) -> Callable[..., Value]:
    # one test finds an infinity or a nan in any of the numbers, and almost never anything else
    watched = "observers" if kind is Value else "len(observers) > 1"  # one makes them of this kind
    body = [
        *body,
        f"probe = {probe}",
        f"if probe - probe != 0.0 or {watched}: return observed(wire)",
    ]
    namespace = {"Value": Value, "Wire": kind, "new_object": new_object, "gate": gate}
    namespace |= {"observers": observers, "record": record, "observed": observed}
    namespace |= {"to_number": _number, **names}
    clash = namespace.keys() & FloatCode(gate).namespace.keys()
    assert not clash, f"the gate name {clash} is taken"
    function: Callable[..., Value] = define(
        gate.name, parameters, [*body, "return wire"], namespace | FloatCode(gate).namespace
    )
    return function


def _variadic_recorder(gate: Gate, kind: type[Value]) -> Callable[..., Value]:
    def method(self: Value, *others: Any) -> Value:
        return record(gate, (self, *map(as_wire, others)))

    method.__name__ = gate.name
    return method


_kinds: Final[list[type[Value]]] = []


def install(gate: Gate) -> None:
    """Make the gate a documented method of wires, and an operator if Python has one for it."""
    FUNCTIONS[gate.name].__doc__ = documentation(gate)
    for kind in _kinds:
        _install(gate, kind)


def install_all(kind: type[Value]) -> None:
    """Give a class of wires the methods and operators of all gates, those to come too."""
    _kinds.append(kind)
    for gate in GATES.values():
        _install(gate, kind)


def _install(gate: Gate, kind: type[Value]) -> None:
    makers = {1: unary_recorder, 2: binary_recorder}
    method = makers.get(gate.arity or 0, _variadic_recorder)(gate, kind)
    method.__doc__ = FUNCTIONS[gate.name].__doc__
    setattr(kind, gate.name, method)
    if gate.dunder:
        setattr(kind, f"__{gate.dunder}__", method)
    if gate.dunder and gate.arity == 2:
        setattr(kind, f"__r{gate.dunder}__", _with_number(gate, kind, number=0))


for _gate in GATES.values():
    install(_gate)  # their documentation
install_all(Value)
