"""Gradients as values: `grad(output, inputs)`, with a circuit of their own if wanted.

>>> from minigrad.engine import Value
>>> x = Value(2.0)
>>> y = x**3
>>> (first,) = grad(y, [x], create_graph=True)
>>> (second,) = grad(first, [x])
>>> first.data, second.data
(12.0, 12.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from ..engine import Value, constant, guards, leaves_and_gates
from ..rules import Formula, Gate, described
from .evaluation import evaluated


def grad(output: Value, inputs: Value | Sequence[Value], create_graph: bool = False) -> list[Value]:
    """d(output)/d(input) for every input, as Values; no wire's `grad` is touched.

    >>> from minigrad.engine import Value
    >>> x, y = Value(3.0), Value(-4.0)
    >>> grad(x * y, [x, y])
    [Value(data=-4.0, constant), Value(data=3.0, constant)]

    With `create_graph` the gradients are circuits, so they can be differentiated again: every local
    gradient is recorded from its gate's rule. Inputs can be any wires of the circuit, gates too;
    for one that the output does not depend on the gradient is 0.
    """
    if guards and not create_graph:
        guards[-1].fixes_a_number(
            "mg.grad without create_graph", "Write mg.grad(..., create_graph=True)"
        )
    wanted = _as_wires(inputs)
    _, gates = leaves_and_gates(output)
    leading = _leading_to(gates, wanted)
    received: dict[Value, Any] = {output: constant(1.0) if create_graph else 1.0}
    for gate_wire in reversed(gates):
        upstream = received.get(gate_wire)
        if upstream is None or gate_wire not in leading:
            continue
        sources = gate_wire.inputs
        local_gradients = _recorded(gate_wire, leading) if create_graph else _stored(gate_wire)
        for source, local in zip(sources, local_gradients):
            if source in leading:
                sent = _product(local, upstream)
                received[source] = received[source] + sent if source in received else sent
    return [_as_value(received.get(wire, 0.0)) for wire in wanted]


def _as_wires(inputs: Value | Sequence[Value]) -> list[Value]:
    if isinstance(inputs, Value):
        inputs = [inputs]
    elif not isinstance(inputs, Iterable):
        raise TypeError(
            f"grad needs a Value or a list of Values to differentiate by, got {described(inputs)}"
        )
    wires = list(inputs)
    for wire in wires:
        if not isinstance(wire, Value):
            raise TypeError(
                f"grad needs a list of Values to differentiate by, got {described(wire)}"
            )
        if wire.is_constant:
            raise ValueError(
                f"{wire!r} is a constant and gets no gradient: make it a Value(...) to "
                "differentiate by it"
            )
    return wires


def _leading_to(gates: list[Value], wanted: list[Value]) -> set[Value]:
    """The wires through which the output depends on what is wanted."""
    leading = set(wanted)
    for wire in gates:
        if any(source in leading for source in wire.inputs):
            leading.add(wire)
    return leading


def _product(local: Any, upstream: Any) -> Any:
    if type(local) is float and isinstance(upstream, Value) and local == 1.0:
        return upstream  # + and Σ pass the gradient on as it is: no gate is needed for that
    return local * upstream


def _as_value(gradient: Any) -> Value:
    return gradient if isinstance(gradient, Value) else constant(gradient)


def _stored(wire: Value) -> tuple[float, ...]:
    _refuse_custom(wire)
    return wire.local_gradients


def _recorded(wire: Value, leading: set[Value]) -> list[Any]:
    """The local gradients of a gate as circuits, checked against the numbers that it stored."""
    _refuse_custom(wire)
    gradients = _by_rule(wire, [source in leading for source in wire.inputs])
    for source, now, then in zip(wire.inputs, gradients, wire.local_gradients):
        if source not in leading:
            continue
        # not float(now): that would be a decision by its number, if a function is being recorded
        number = now._data if isinstance(now, Value) else now
        if abs(number - then) > 1e-9 * abs(then):
            raise ValueError(
                f"the data of an input of {wire!r} was changed after the gate was recorded (a "
                f"local gradient was {then!r}, now {number!r}): build the circuit again"
            )
    return gradients


def _by_rule(wire: Value, wanted: list[bool]) -> list[Any]:
    """The wanted local gradients by the gate's rule; what is made of constants alone is a float.

    The rest is not computed: it may be nan (log x of a power with a negative base).
    """
    gate = wire.gate
    assert gate is not None
    if gate.arity is None or all(wanted):
        return list(gate.local_gradient(*wire.inputs, wire))
    symbols, out, formulas = _local_formulas(gate)
    operands = [source._data if source.is_constant else source for source in wire.inputs]
    known = {**dict(zip(symbols, operands)), out: wire}
    return [
        evaluated(formula, known) if is_wanted else None
        for formula, is_wanted in zip(formulas, wanted)
    ]


@cache
def _local_formulas(gate: Gate) -> tuple[list[Formula], Formula, list[Formula]]:
    """Symbols for the inputs and the output, and the local gradients in these."""
    symbols = [Formula.symbol(name) for name in gate.input_names]
    out = Formula.symbol("out")
    return symbols, out, gate.local_formulas(*symbols, out=out)


def _refuse_custom(wire: Value) -> None:
    if wire.own_backward:
        raise TypeError(
            f"grad() cannot see into the function assigned to _backward of {wire!r}: "
            "call backward(), or define the gate with @mg.gate"
        )
    if len(wire.local_gradients) != len(wire.inputs):
        raise TypeError(
            f"grad() needs the local gradients of every gate on the way, and the gate behind "
            f"{wire!r} was made by hand without any: define it with @mg.gate"
        )
