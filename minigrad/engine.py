"""Values, circuits and the backward pass.

>>> x, y, z = Value(-2.0, label="x"), Value(5.0, label="y"), Value(-4.0, label="z")
>>> f = (x + y) * z
>>> f.backward()
>>> f.data, x.grad, y.grad, z.grad
(-12.0, -4.0, -4.0, 3.0)

A `Value` is a wire that carries a number. Arithmetic on wires records gates: an output wire knows
its gate, its inputs, and the local gradient towards each of them, taken when the gate was recorded.
The backward pass walks the gates from the last to the first; each multiplies the gradient that it
receives by its local gradients and sends the products back, and where a wire fans out, the products
add.
"""

from __future__ import annotations

from collections import deque
from threading import RLock
from typing import Any, Final

from .gate import as_number
from .value import CONSTANT as CONSTANT
from .value import MANY as MANY
from .value import Value as Value
from .value import give_number_a_wire, holds_number

_write_grad: Final = Value.__dict__["_grad"].__set__

_one_pass_at_a_time: Final = RLock()


def topological_order(output: Value) -> list[Value]:
    """All wires of the circuit behind `output`: first the leaves, then the gates, inputs first.

    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> z = x * y; z.label = "z"
    >>> [wire.label for wire in topological_order(z + x)]
    ['x', 'y', 'z', '']

    Always the same for the same circuit: depth first, left to right. Iterative: a chain of a
    million gates is an ordinary circuit.
    """
    leaves, gates = leaves_and_gates(output)
    return leaves + gates


def leaves_and_gates(output: Value) -> tuple[list[Value], list[Value]]:
    """The topological order in its two parts."""
    leaves, gates = _recorded_order(output)
    with_number = [wire for wire in gates if holds_number(wire)]
    for wire in with_number:
        give_number_a_wire(wire)
    return _recorded_order(output) if with_number else (leaves, gates)


def _recorded_order(output: Value) -> tuple[list[Value], list[Value]]:
    """The same, without wires for the plain numbers that nobody has asked for yet."""
    if not isinstance(output, Value):
        raise TypeError(
            f"a circuit is what stands behind a Value, got the {type(output).__name__} {output!r}: "
            "build the output from at least one Value"
        )
    leaves: list[Value] = []
    gates: list[Value] = []
    seen: set[Value] = set()
    waiting: list[Any] = []  # a gate, None, then those of its inputs that are still to visit
    see, push, pop = seen.add, waiting.append, waiting.pop
    wire: Any = output
    while True:
        while wire not in seen:  # down along the first inputs
            see(wire)
            first = wire._first
            if first is None:
                leaves.append(wire)
                break
            push(wire)
            push(None)
            second = wire._second
            if second is MANY:
                waiting.extend(reversed(first))
                break
            if second is not None:
                push(second)
            wire = first
        while waiting:  # and up, to the next input that waits
            wire = pop()
            if wire is not None:
                break
            gates.append(pop())
        else:
            return leaves, gates


def backward(self: Value, upstream: float = 1.0) -> None:
    """Compute `grad` = d(self)/d(wire) for every wire of the circuit behind this one.

    >>> x, y = Value(3.0), Value(-4.0)
    >>> (x * y + x).backward()
    >>> x.grad, y.grad
    (-3.0, 3.0)

    Leaves accumulate over calls; the gradients in between belong to the latest call. All or
    nothing: after an exception or Ctrl-C at any point every `grad` is as it was. `upstream` is the
    gradient that this wire itself receives.
    """
    seed = as_number(upstream)
    with _one_pass_at_a_time:
        _whole_pass(self, seed)


def zero_grad(self: Value) -> None:
    """Forget every gradient in the circuit behind this wire, the leaves' too.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> y.backward(); y.zero_grad(); x
    Value(data=3.0, grad=?)
    """
    for wires in _recorded_order(self):
        for wire in wires:
            wire._grad = None


def _whole_pass(output: Value, seed: float) -> None:
    """Every gradient of the circuit, or, after an exception, every one as it was."""
    leaves, gates = _recorded_order(output)
    if output.is_constant:
        raise ValueError(
            f"backward() on {output!r}, which no gate has made: was it computed from numbers "
            "alone, or inside no_grad()?"
        )
    wires = leaves + gates
    before = [wire._grad for wire in wires]
    # runs in C from end to end: no second Ctrl-C can come between two of its writes
    restore = map(_write_grad, wires, before)
    try:
        for wire in wires:
            wire._grad = -0.0  # the zero to sum from: −0.0 + c is c, to the last bit
        output._grad = seed
        _send_back(gates)
        for leaf, old in zip(leaves, before):
            if leaf._second is CONSTANT:
                leaf._grad = None
            elif old is not None:
                leaf._grad += old  # type: ignore[operator]
    except BaseException:
        deque(restore, maxlen=0)
        raise


def _send_back(gates: list[Value]) -> None:
    """Each gate, the last first, sends local gradient × upstream gradient to its inputs."""
    for wire in reversed(gates):
        received = wire._grad
        second = wire._second
        if second is None:
            wire._first._grad += wire._d_first * received
        elif second is not MANY:
            wire._first._grad += wire._d_first * received
            second._grad += wire._d_second * received
        elif wire._d_second is None:
            for source, local in zip(wire._first, wire._d_first):
                source._grad += local * received
        else:
            wire._d_second()  # a function that the user assigned to _backward


for _method in (backward, zero_grad):
    setattr(Value, _method.__name__, _method)
