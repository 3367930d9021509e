"""How a gate is recorded: its output, and its local gradients, taken at once from the table.

>>> from minigrad import GATES
>>> w, x = Value(2.0), Value(-3.0)
>>> y = record(GATES["mul"], (w, x))
>>> y.data, y.local_gradients
(-6.0, (-3.0, 2.0))

Operators and methods of `Value` do the same, sooner: see `recorders`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from typing import Any, Final

from ..rules import Gate, as_number, constant_makers
from .backward import FACTORS, MANY, ROUTED, Leaves, others_of
from .value import Constant, Value

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
        mark_routed(wire, inputs, local_gradients)
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


def mark_routed(wire: Value, inputs: tuple[Value, ...], local_gradients: Sequence[float]) -> None:
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


def number_for(gate: Gate, operand: Any) -> float:
    try:
        return as_number(operand)
    except TypeError as error:
        raise TypeError(f"{gate.symbol} takes Values and numbers: {error}") from None


constant_makers.append(Constant)
