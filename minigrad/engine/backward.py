"""The backward pass: how gradients go through the circuit behind a wire, from its last gate on.

Each gate multiplies the gradient that it receives by its local gradients and sends the products to
its inputs, where they add. A gate that routes sends nothing to what it does not choose, and a gate
that has received nothing sends nothing: that is not 0, for 0 times an infinity is nan. This file
works on the slots of wires; see the layout in `value`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, repeat
from math import copysign
from typing import Any, Final

MANY: Final = object()  # in `_second`: the gate has many inputs
FACTORS: Final = object()  # in `_d_second`: a dot product's left factors, then the right ones
ROUTED: Final = object()  # in `_d_second`: where a local gradient is None, nothing is sent


class _Reached:
    """The wires that a pass has reached, and their gradients from before it."""

    __slots__ = ("gates", "leaves", "leaves_before", "old", "old_before", "path")

    def __init__(self) -> None:
        self.gates: list[Any] = []  # all inputs of these have been visited
        self.path: list[Any] = []  # those of these are being visited
        self.old: list[Any] = []  # those of them that had a gradient
        self.old_before: list[float | None] = []
        self.leaves: list[Any] = []
        self.leaves_before: list[float | None] = []

    def restoring(self, write_grad: Callable[..., None]) -> Iterator[None]:
        """Writes back a gradient at each step, in C: no second Ctrl-C comes between two."""
        return chain(
            map(write_grad, chain(self.gates, self.path), repeat(None)),
            map(write_grad, self.old, self.old_before),
            map(write_grad, self.leaves, self.leaves_before),
        )


def whole_pass(output: Any, seed: float, write_grad: Callable[..., None]) -> None:
    """Every gradient of the circuit, or, after an exception, every one as it was.

    `write_grad(wire, gradient)` is handed in, for it needs `Value`, which stands above this file.
    """
    reached = _Reached()
    restore = reached.restoring(write_grad)
    zero = float("-0.0")
    try:
        apart = _reach(output, reached, zero)
        output._grad = seed
        _send_back(reversed(reached.gates), apart, zero)
        _finish_leaves(reached, type(output), zero)
    except BaseException:
        deque(restore, maxlen=0)
        raise


def _reach(output: Any, reached: _Reached, zero: float) -> dict[Any, list[Any]]:
    """Begin every sum of contributions, and list the gates, inputs first, then those on the path.

    The zero to sum from is −0.0, for −0.0 + c is c, to the last bit. It is an object of this pass
    alone, so a wire that has it has been reached, and has received nothing yet; it is in a list
    before its gradient is touched.
    A dot product with gates behind its factors gets × gates for this pass, which are returned.
    Leaves are reached where they are met and wait for no turn: if they did, a network or a chain
    over one leaf would take 1.6 times as long.
    """
    gates, path = reached.gates, reached.path
    leaves, leaves_before = reached.leaves, reached.leaves_before
    apart: dict[Any, list[Any]] = {}
    waiting: list[Any] = []  # inputs still to visit, the next one on top, and for each of them
    places: list[int] = []  # how long the path is at its gate
    wire = output
    while True:
        while (old := wire._grad) is not zero:  # down along the first inputs
            first, second = wire._first, wire._second
            if first is None:
                leaves_before.append(old)
                leaves.append(wire)
                wire._grad = zero
                break
            if old is not None:
                reached.old_before.append(old)
                reached.old.append(wire)
            path.append(wire)
            wire._grad = zero
            if second is MANY:
                inputs = []
                for source in first:
                    if (old := source._grad) is not zero:
                        if source._first is None:
                            leaves_before.append(old)
                            leaves.append(source)
                            source._grad = zero
                        else:
                            inputs.append(source)
                if inputs:
                    if wire._d_second is FACTORS:
                        inputs = apart[wire] = _products(wire)
                    waiting += reversed(inputs)
                    places += [len(path)] * len(inputs)
                break
            if second is not None and second._grad is not zero:
                if second._first is None:
                    leaves_before.append(second._grad)
                    leaves.append(second)
                    second._grad = zero
                else:
                    waiting.append(second)
                    places.append(len(path))
            wire = first
        if not waiting:
            gates += reversed(path)
            return apart
        wire, place = waiting.pop(), places.pop()
        while len(path) > place:  # up again to the gate of the next input
            gates.append(path.pop())


def _products(total: Any) -> list[Any]:
    """The × gates of a dot product."""
    products = []
    for left, right, left_number, right_number in factors_of(total):
        product = object.__new__(type(total))
        product._grad, product.gate = None, total.gate  # × or ·: neither of them routes
        product._first, product._second = left, right
        product._d_first, product._d_second = right_number, left_number
        products.append(product)
    return products


def factors_of(total: Any) -> Iterator[tuple[Any, Any, float, float]]:
    """The pairs of factors of a dot product, and their numbers when it was recorded."""
    wires, numbers = total._first, others_of(total._d_first)
    middle = len(wires) // 2
    return zip(wires[:middle], wires[middle:], numbers[:middle], numbers[middle:])


def others_of(factors: Sequence[Any]) -> tuple[Any, ...]:
    """For each factor of a dot product the other of its pair; left ones come before right ones.

    >>> others_of("abcxyz")
    ('x', 'y', 'z', 'a', 'b', 'c')
    """
    middle = len(factors) // 2
    return (*factors[middle:], *factors[:middle])


def _send_back(gates: Iterable[Any], apart: dict[Any, list[Any]], zero: float) -> None:
    """Each gate, given the last first, sends local gradient × upstream gradient to its inputs."""
    for wire in gates:
        received: Any = wire._grad
        second = wire._second
        if received is zero:
            wire._grad = 0.0  # it has received nothing, and sends nothing
        elif second is None:
            wire._first._grad += wire._d_first * received
        elif second is not MANY:
            wire._first._grad += wire._d_first * received
            second._grad += wire._d_second * received
        elif wire._d_second is None:
            for source, local in zip(wire._first, wire._d_first):
                source._grad += local * received
        elif wire in apart:
            for product in apart[wire]:
                product._grad = received  # a × gate of its own: nothing else reaches it
        elif wire._d_second is FACTORS:  # as its × gates would, the last of them first
            wires, numbers = wire._first, wire._d_first
            last = len(wires) // 2 - 1
            pairs = zip(wires[last::-1], reversed(wires), numbers[last::-1], reversed(numbers))
            for left, right, other_right, other_left in pairs:
                left._grad += other_right * received
                right._grad += other_left * received
        elif wire._d_second is ROUTED:
            for source, local in zip(wire._first, wire._d_first):
                if local is not None:
                    source._grad += local * received
        else:
            wire._d_second()  # a function that the user assigned to _backward


def _finish_leaves(reached: _Reached, kind: type, zero: float) -> None:
    """Add what leaves had before this pass; constants have no gradient. `kind` is no constant's."""
    routes: bool | None = None
    for leaf, old in zip(reached.leaves, reached.leaves_before):
        gradient = leaf._grad
        if type(leaf) is not kind and leaf.is_constant:
            leaf._grad = None
            continue
        if not gradient and copysign(1.0, gradient) < 0.0:
            # Where a gate of the circuit routes, a gradient of zero is 0.0, never −0.0: it may
            # stand for nothing, and machine code, which multiplies it, turns its sign.
            if routes is None:
                routes = any(wire.gate.routes for wire in reached.gates)
            if routes or gradient is zero:
                leaf._grad = 0.0
        if old is not None:  # after the sum of this pass: twice the pass is twice the gradient
            leaf._grad += old


class Leaves(tuple[Any, ...]):
    """Inputs of a gate that are leaves and no constants, each there once.

    Nobody needs to look for a circuit behind them: without this a step of 337 parameters in
    `compiled.batch` takes a third longer.
    """

    __slots__ = ()

    def receive(self, output: Any, local_gradients: Any, seed: float, write_grad: Any) -> None:
        """Add what the gate sends, or, after an exception, leave every gradient as it was."""
        before = [output._grad]
        for leaf in self:
            before.append(leaf._grad)
        restore = map(write_grad, (output, *self), before)
        try:
            output._grad = seed
            for leaf, local in zip(self, local_gradients):
                old = leaf._grad
                leaf._grad = local * seed if old is None else local * seed + old
        except BaseException:
            deque(restore, maxlen=0)
            raise
