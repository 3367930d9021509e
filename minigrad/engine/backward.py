"""The backward pass: gradients through the circuit behind a value.

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
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, Final

from ..rules import as_number
from .order import recorded_order
from .tracing import NOT_REPEATED, OF_ITS_OWN, refuse_while_recording
from .value import CONSTANT, MANY, PRODUCTS, Leaves, one_at_a_time, write_grad, write_out
from .value import Value as Value

_INSTEAD: Final = f"Call it on what the function returns, {OF_ITS_OWN}"


def backward(self: Value, upstream: float = 1.0) -> None:
    """Compute `grad` = d(self)/d(wire) for every wire of the circuit behind this one.

    >>> x, y = Value(3.0), Value(-4.0)
    >>> (x * y + x).backward()
    >>> x.grad, y.grad
    (-3.0, 3.0)

    Leaves accumulate over calls; the gradients in between belong to the latest call. All or
    nothing: after an exception or Ctrl-C at any point every `grad` is as it was. `upstream` is the
    gradient that this wire itself receives. Passes of several threads wait for one another; a
    thread that only reads a `grad` does not wait, and may see a sum that is not finished.
    """
    refuse_while_recording("backward()", NOT_REPEATED, _INSTEAD)
    seed = as_number(upstream)
    with one_at_a_time:
        _whole_pass(self, seed)


def zero_grad(self: Value) -> None:
    """Forget every gradient in the circuit behind this wire, the leaves' too.

    >>> x = Value(3.0)
    >>> y = x * x
    >>> y.backward(); y.zero_grad(); x
    Value(data=3.0, grad=?)
    """
    refuse_while_recording("zero_grad()", NOT_REPEATED, "Call it before or after")
    with one_at_a_time:
        leaves, gates, _ = recorded_order(self)
        for wire in leaves + gates:
            wire._grad = None


def _whole_pass(output: Value, seed: float) -> None:
    """Every gradient of the circuit, or, after an exception, every one as it was."""
    if output.is_constant:
        raise ValueError(
            f"backward() on {output!r}, which no gate has made: was it computed from numbers "
            "alone, or inside no_grad()?"
        )
    if type(output._first) is Leaves:
        _send_to_leaves(output, seed)
        return
    circuit = _Reached()
    # runs in C from end to end: no second Ctrl-C can come between two of its writes
    restore = circuit.restoring()
    try:
        _reach(output, circuit)
        output._grad = seed
        _send_back(circuit.path)
        _send_back(reversed(circuit.gates))
        for leaf, old in zip(circuit.leaves, circuit.leaves_before):
            if leaf._second is CONSTANT:
                leaf._grad = None
            elif old is not None:
                leaf._grad += old  # type: ignore[operator]
    except BaseException:
        deque(restore, maxlen=0)
        raise


def _send_to_leaves(output: Value, seed: float) -> None:
    """The pass of one gate between its leaves and the output."""
    leaves, sent = output._first, output._d_first
    before = [leaf._grad for leaf in leaves]
    restore = map(write_grad, (output, *leaves), (output._grad, *before))
    if seed != 1.0:
        sent = [local * seed for local in sent]
    if before != [None] * len(before):
        sent = [new if old is None else new + old for new, old in zip(sent, before)]
    try:
        output._grad = seed
        for leaf, number in zip(leaves, sent):
            leaf._grad = number
    except BaseException:
        deque(restore, maxlen=0)
        raise


class _Reached:
    """The wires of a circuit that a pass has reached, and their gradients from before it."""

    def __init__(self) -> None:
        self.gates: list[Value] = []  # in topological order
        self.path: list[Value] = []  # gates whose inputs are being visited
        self.leaves: list[Value] = []
        self.leaves_before: list[float | None] = []
        self.seen: list[Value] = []  # gates that had a gradient: those of an earlier pass
        self.seen_before: list[float | None] = []

    def restoring(self) -> Iterator[None]:
        """Writes back a gradient at each step."""
        return chain(
            map(write_grad, self.gates, repeat(None)),
            map(write_grad, self.path, repeat(None)),
            map(write_grad, self.seen, self.seen_before),
            map(write_grad, self.leaves, self.leaves_before),
        )


def _reach(output: Value, circuit: _Reached) -> None:
    """Begin every sum of contributions, and find the order of the gates: `topological_order`'s.

    The zero to sum from is −0.0: −0.0 + c is c, to the last bit. It is an object of this pass
    alone, so a wire that has it has been reached: a set of a million wires would cost more. A wire
    is in a list of the circuit before its gradient is touched, and in one at any time after.
    """
    # what is done with a leaf stands here three times: calls are what this loop does without
    zero = float("-0.0")
    gates, path = circuit.gates, circuit.path
    leaves, leaves_before = circuit.leaves, circuit.leaves_before
    unfinished: list[Value] = []  # gates of `path` with more inputs to visit than the first
    waiting: list[Iterator[Value]] = []  # for those of them with many inputs, the ones to come
    wire: Any = output
    if wire._first is None:
        leaves.append(wire)
        leaves_before.append(wire._grad)
        return
    while True:
        if wire._grad is not None:
            circuit.seen.append(wire)
            circuit.seen_before.append(wire._grad)
        second = wire._second
        if second is None or second._grad is zero:
            first = wire._first
            if first._grad is not zero:
                if first._first is not None:
                    path.append(wire)
                    wire._grad = zero
                    wire = first  # down along the first inputs
                    continue
                leaves.append(first)
                leaves_before.append(first._grad)
                first._grad = zero
            gates.append(wire)
            wire._grad = zero
        elif second is MANY:
            if others := _reach_leaves(wire, zero, leaves, leaves_before):
                waiting.append(iter(others))
                unfinished.append(wire)
                path.append(wire)
            else:
                gates.append(wire)
            wire._grad = zero
        elif second._first is None:
            leaves.append(second)
            leaves_before.append(second._grad)
            second._grad = zero
            continue
        else:
            unfinished.append(wire)
            path.append(wire)
            wire._grad = zero
            first = wire._first
            if first._grad is not zero:
                if first._first is not None:
                    wire = first
                    continue
                leaves.append(first)
                leaves_before.append(first._grad)
                first._grad = zero
        while unfinished:  # and up, to the next input that has not been reached
            gate, last = unfinished.pop(), path[-1]
            while last is not gate:
                gates.append(last)
                path.pop()
                last = path[-1]
            wire = gate._second
            if wire is MANY:
                for wire in waiting[-1]:
                    if wire._grad is not zero:
                        unfinished.append(gate)
                        break
                else:
                    waiting.pop()
                    continue
                break
            if wire._grad is not zero:
                break
        else:
            return


def _reach_leaves(
    wire: Value, zero: float, leaves: list[Value], leaves_before: list[float | None]
) -> Sequence[Value]:
    """Reach the leaves among many inputs; the other inputs that have not been reached.

    A dot product with such an input is written out: the input's place is between the × gates.
    """
    others = []
    for source in wire._first:
        if source._grad is not zero:
            if source._first is None:
                leaves.append(source)
                leaves_before.append(source._grad)
                source._grad = zero
            else:
                others.append(source)
    if others and wire._d_second is PRODUCTS:
        write_out(wire)
        products: Sequence[Value] = wire._first
        return products
    return others


def _send_back(gates: Iterable[Value]) -> None:
    """Each gate, the last first, sends local gradient × upstream gradient to its inputs."""
    for wire in gates:
        received = wire._grad
        second = wire._second
        if second is None:
            wire._first._grad += wire._d_first * received
        elif second is not MANY:
            wire._first._grad += wire._d_first * received
            second._grad += wire._d_second * received
        elif wire._d_second is None or wire._d_second is PRODUCTS:
            for source, local in zip(wire._first, wire._d_first):
                source._grad += local * received
        else:
            wire._d_second()  # a function that the user assigned to _backward


for _method in (backward, zero_grad):
    setattr(Value, _method.__name__, _method)
