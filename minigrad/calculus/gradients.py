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

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import copysign
from typing import Any, Final

from ..engine import Circuit, Value, constant, guards, number_of
from ..rules import Formula, Gate, apply, described, equal, ieee, maximum, where


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
    circuit = Circuit(output)
    leading = _leading_to(circuit, wanted)
    masks = _Masks(output) if guards and guards[-1].is_recording() else None
    received: dict[Value, Any] = {output: constant(1.0) if create_graph else 1.0}
    for wire in reversed(circuit.gates):
        upstream = received.get(wire)
        if upstream is None or wire not in leading:
            continue
        _refuse_custom(circuit, wire)
        local_gradients: Sequence[Any] = circuit.local_gradients(wire)
        if create_graph:
            local_gradients = _recorded(circuit, wire, leading)
        gate, recorded = circuit.gate(wire), circuit.local_gradients(wire)
        for source, local, then in zip(circuit.inputs(wire), local_gradients, recorded):
            if source not in leading:
                continue
            if masks:
                sent = masks.sent(gate, wire, source, local, upstream)
            else:
                sent = None if gate.contribution(then, 1.0) is None else _product(local, upstream)
            if sent is not None:
                received[source] = received[source] + sent if source in received else sent
    gradients = [_as_value(received.get(wire, 0.0)) for wire in wanted]
    if not circuit.routes:
        return gradients
    return [_without_minus_zero(x, bool(masks)) for x in gradients]


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


def _leading_to(circuit: Circuit, wanted: list[Value]) -> set[Value]:
    """The wires through which the output depends on what is wanted."""
    leading = set(wanted)
    for wire in circuit.gates:
        if not leading.isdisjoint(circuit.inputs(wire)):
            leading.add(wire)
    return leading


def _refuse_custom(circuit: Circuit, wire: Value) -> None:
    if wire.own_backward:
        raise TypeError(
            f"grad() cannot see into the function assigned to _backward of {wire!r}: "
            "call backward(), or define the gate with @mg.gate"
        )
    if len(circuit.local_gradients(wire)) != len(circuit.inputs(wire)):
        raise TypeError(
            f"grad() needs the local gradients of every gate on the way, and the gate behind "
            f"{wire!r} was made by hand without any: define it with @mg.gate"
        )


def _product(local: Any, upstream: Any) -> Any:
    if type(local) is float and isinstance(upstream, Value) and local == 1.0:
        return upstream  # + and Σ pass the gradient on as it is: no gate is needed for that
    return local * upstream


class _Masks:
    """While a function is recorded: what a gate sends, for any numbers of a later call.

    Which inputs a gate chooses is not known then. So the derivative's circuit has, for each wire
    that may receive nothing, a number that is 0 where it has, and multiplexers in place of the
    products that are not sent then.
    """

    def __init__(self, output: Value) -> None:
        self._arrives: dict[Value, Any] = {output: 1.0}  # 1.0 where something does in any case

    def sent(self, gate: Gate, wire: Value, source: Value, local: Any, upstream: Any) -> Any:
        """What the gate behind a wire sends to an input; None where it never does."""
        arrives = self._arrives[wire]
        if gate.routes:
            chosen = where(equal(local, 0.0), 0.0, 1.0)
            arrives = chosen if _is_one(arrives) else _product(chosen, arrives)
        if not isinstance(arrives, Value) and arrives == 0.0:
            return None
        known = self._arrives.get(source, 0.0)
        if _is_one(known) or _is_one(arrives):
            self._arrives[source] = 1.0
        else:
            self._arrives[source] = maximum(known, arrives) if source in self._arrives else arrives
        product = _product(local, upstream)
        return product if _is_one(arrives) else where(equal(arrives, 0.0), -0.0, product)


def _is_one(number: Any) -> bool:
    return not isinstance(number, Value) and number == 1.0


def _without_minus_zero(gradient: Value, is_open: bool) -> Value:
    """Where a gate routes, a gradient of zero is 0.0; an open wire stands for any number."""
    number = number_of(gradient)
    if gradient.is_constant:
        return constant(number + 0.0)
    is_minus_zero = number == 0.0 and copysign(1.0, number) < 0.0
    return gradient + 0.0 if is_open or is_minus_zero else gradient


def _as_value(gradient: Any) -> Value:
    return gradient if isinstance(gradient, Value) else constant(gradient)


# --- local gradients as circuits ------------------------------------------------------------------


def _recorded(circuit: Circuit, wire: Value, leading: set[Value]) -> list[Any]:
    """The local gradients of a gate as circuits, checked against the numbers that it stored."""
    gradients = _by_rule(circuit, wire, leading)
    for source, now, then in zip(circuit.inputs(wire), gradients, circuit.local_gradients(wire)):
        if source not in leading:
            continue
        # not float(now): that would be a decision by its number, if a function is being recorded
        number = number_of(now) if isinstance(now, Value) else now
        if abs(number - then) > 1e-9 * abs(then):
            raise ValueError(
                f"the data of an input of {wire!r} was changed after the gate was recorded (a "
                f"local gradient was {then!r}, now {number!r}): build the circuit again"
            )
    return gradients


def _by_rule(circuit: Circuit, wire: Value, leading: set[Value]) -> list[Any]:
    """The wanted local gradients by the gate's rule; what is made of constants alone is a float.

    The rest is not computed: it may be nan (log x of a power with a negative base).
    """
    gate, inputs = circuit.gate(wire), circuit.inputs(wire)
    if gate.arity is None or leading.issuperset(inputs):
        return list(gate.local_gradient(*inputs, wire))
    symbols, out, formulas = _local_formulas(gate)
    operands = [number_of(source) if source.is_constant else source for source in inputs]
    known = {**dict(zip(symbols, operands)), out: wire}
    return [
        evaluated(formula, known) if source in leading else None
        for formula, source in zip(formulas, inputs)
    ]


@cache
def _local_formulas(gate: Gate) -> tuple[list[Formula], Formula, list[Formula]]:
    """Symbols for the inputs and the output, and the local gradients in these."""
    symbols = [Formula.symbol(name) for name in gate.input_names]
    out = Formula.symbol("out")
    return symbols, out, gate.local_formulas(*symbols, out=out)


def _total(on_floats: Callable[[float, float], float], on_any: Callable[..., Any]) -> Any:
    """Python's own / and ** raise, or leave the reals, where floats go on."""

    def operation(x: Any, y: Any) -> Any:
        return on_floats(x, y) if type(x) is type(y) is float else on_any(x, y)

    return operation


_OPERATIONS: Final[dict[str, Callable[..., Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _total(ieee.divide, operator.truediv),
    "**": _total(ieee.power, operator.pow),
    "neg": operator.neg,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": equal,
}


def evaluated(formula: Formula, known: dict[Formula, Any]) -> Any:
    """What the formula gives, where `known` has its symbols; parts are added to it, each once.

    >>> from minigrad.rules import GATES
    >>> x, out = Formula.symbol("x"), Formula.symbol("out")
    >>> (slope,) = GATES["abs"].local_formulas(x, out=out)
    >>> evaluated(slope, {x: -3.0, out: 3.0})
    -1.0

    Of a choice only the branch that is taken is computed: a `Value` then records no other gates.
    """
    if formula in known:
        return known[formula]
    name, parts = formula.operation, formula.operands
    if name == "number":
        return parts[0]
    if name == "where":
        condition, if_true, if_false = parts
        holds = evaluated(condition, known)
        if isinstance(holds, Value):  # a function is being recorded: either may be taken
            result = where(holds, evaluated(if_true, known), evaluated(if_false, known))
        else:
            result = evaluated(if_true if holds else if_false, known)
    elif name == "call":
        gate, *arguments = parts
        result = apply(gate, [evaluated(argument, known) for argument in arguments])
    else:
        result = _OPERATIONS[name](*(evaluated(part, known) for part in parts))
    known[formula] = result
    return result
