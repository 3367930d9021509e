"""The local gradients of a gate as circuits, from its row of the table; what has none is refused.

>>> x = Value(3.0)
>>> y = x**2
>>> recorded_local_gradients(Circuit(y), y, {x})
[Value(data=6.0, grad=?, gate=mul), None]
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from functools import cache
from typing import Any, Final

from ..engine import Circuit, Value, number_of
from ..rules import Formula, Gate, apply, equal, ieee, is_number, maximum, parts_first, where


def refuse_custom(name: str, circuit: Circuit, wire: Value) -> None:
    """A TypeError for a gate whose local gradients nobody has given."""
    if wire.own_backward:
        raise TypeError(
            f"{name}() cannot see into the function assigned to _backward of {wire!r}: "
            "call backward(), or define the gate with @mg.gate"
        )
    if len(circuit.local_gradients(wire)) != len(circuit.inputs(wire)):
        raise TypeError(
            f"{name}() needs the local gradients of every gate on the way, and the gate behind "
            f"{wire!r} was made by hand without any: define it with @mg.gate"
        )


def recorded_local_gradients(circuit: Circuit, wire: Value, wanted: Collection[Value]) -> list[Any]:
    """The local gradients of a gate as circuits, checked against the numbers that it stored."""
    gradients = _by_rule(circuit, wire, wanted)
    for source, now, then in zip(circuit.inputs(wire), gradients, circuit.local_gradients(wire)):
        if source not in wanted:
            continue
        # not float(now): that would be a decision by its number, if a function is being recorded
        number = number_of(now) if isinstance(now, Value) else now
        if abs(number - then) > 1e-9 * abs(then):
            raise ValueError(
                f"the data of an input of {wire!r} was changed after the gate was recorded (a "
                f"local gradient was {then!r}, now {number!r}): build the circuit again"
            )
    return gradients


def _by_rule(circuit: Circuit, wire: Value, wanted: Collection[Value]) -> list[Any]:
    """The wanted local gradients by the gate's rule; what is made of constants alone is a float.

    The rest is not computed: it may be nan (log x of a power with a negative base).
    """
    gate, inputs = circuit.gate(wire), circuit.inputs(wire)
    if gate.arity is None or all(source in wanted for source in inputs):
        return list(gate.local_gradient(*inputs, wire))
    symbols, out, formulas = _local_formulas(gate)
    operands = [number_of(source) if source.is_constant else source for source in inputs]
    known = {**dict(zip(symbols, operands)), out: wire}
    return [
        evaluated(formula, known) if source in wanted else None
        for formula, source in zip(formulas, inputs)
    ]


def moves_at_zero(circuit: Circuit, wire: Value) -> list[Any]:
    """Whether local gradients of a gate that routes, where they are 0, move with a wire: 1 or 0.

    So it is with the slope of a leaky relu: where it is 0 nothing is sent, and yet what is sent
    moves with it. The other branch, a 0 as it stands in the row, does not. A wire, while a function
    is recorded: either branch may be taken.
    """
    gate, inputs = circuit.gate(wire), circuit.inputs(wire)
    if gate.arity is None or not _may_move(gate):
        return [0.0] * len(inputs)
    symbols, out, formulas = _local_formulas(gate)
    operands = [number_of(source) if source.is_constant else source for source in inputs]
    known = {**dict(zip(symbols, operands)), out: wire}
    moving: dict[Formula, Any] = {}
    for part in parts_first(*formulas):
        moving[part] = _moves(part, known, moving)
    return [moving[formula] for formula in formulas]


def _moves(formula: Formula, known: dict[Formula, Any], moving: dict[Formula, Any]) -> Any:
    """Whether the branch that is taken depends on a wire; `moving` has that of its parts."""
    name, parts = formula.operation, formula.operands
    if name == "symbol":
        return float(isinstance(known[formula], Value))
    if name == "number" or (name == "call" and _is_step(parts[0])):
        return 0.0
    if name == "where":
        taken, other = [moving[branch] for branch in parts[1:]]
        if taken is other or (is_plain(taken, 0.0) and is_plain(other, 0.0)):
            return taken
        return where(evaluated(parts[0], known), taken, other)
    moves: Any = 0.0
    for part in parts[name == "call" :]:
        moves = either(moves, moving[part])
    return moves


@cache
def _may_move(gate: Gate) -> bool:
    """Whether the local gradients change other than from one choice to another."""
    waiting = list(_local_formulas(gate)[2])
    for part in waiting:  # it grows meanwhile
        if part.operation == "where":
            waiting += part.operands[1:]
        elif part.operation == "call":
            waiting += [] if _is_step(part.operands[0]) else part.operands[1:]
        elif part.operation not in ("number", "symbol"):
            waiting += part.operands
    return any(part.operation == "symbol" for part in waiting)


def either(x: Any, y: Any) -> Any:
    """1 if one is, of two that are 1 or 0."""
    if is_plain(x, 0.0) or is_plain(y, 1.0):
        return y
    if is_plain(y, 0.0) or is_plain(x, 1.0) or x is y:
        return x
    return maximum(x, y)


def is_plain(x: Any, number: float) -> bool:
    """Whether it is that plain number: of a wire it is known for one call alone."""
    return not isinstance(x, Value) and x == number


def _is_step(gate: Gate) -> bool:
    """Whether it moves by jumps alone, as floor does."""
    return gate.arity is not None and all(is_number(x, 0.0) for x in _local_formulas(gate)[2])


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
