"""The part of a circuit between a wire and the output: all that the chain rule runs along.

>>> from minigrad.engine import Value
>>> x = Value(1.0)
>>> y = x
>>> for _ in range(200):
...     y = y + y
>>> between = Between(y, x)
>>> between.count_paths()[0] == 2**200 and between.gradient() == 2.0**200
True

Everything here takes one pass over the gates, however many paths there are.
"""

from __future__ import annotations

from typing import NamedTuple

from ..engine import Value, leaves_and_gates
from ..rules import described


class Branch(NamedTuple):
    """One step of a path: from a wire into the gate behind `target`, as the input at `place`."""

    target: int
    place: int
    local_gradient: float


class Between:
    """The wires on the paths from `leaf` to `output`, in topological order, and their branches.

    `wires` begins with the leaf and ends with the output; it is empty where no path leads.
    `branches[i]` are the steps that lead on from `wires[i]`, by gate and then by place.
    """

    def __init__(self, output: Value, leaf: Value) -> None:
        _check_wires(output, leaf)
        _, gates = leaves_and_gates(output)
        self.output, self.leaf = output, leaf
        self.wires = [leaf]
        self.branches: list[list[Branch]] = [[]]
        number = {leaf: 0}
        for wire in gates:
            inputs = wire.inputs
            if number.keys().isdisjoint(inputs) or wire is leaf:
                continue
            local_gradients = _known_local_gradients(wire, inputs)
            number[wire] = target = len(self.wires)
            self.wires.append(wire)
            self.branches.append([])
            for place, source in enumerate(inputs):
                if source in number:
                    branch = Branch(target, place, local_gradients[place])
                    self.branches[number[source]].append(branch)
        if output not in number:
            self.wires, self.branches = [], []

    def gradient(self) -> float:
        """d(output)/d(leaf) by the backward pass: the same sums, in the same order, as `grad`."""
        if not self.wires:
            return 0.0
        received = [1.0] * len(self.wires)
        for number in range(len(self.wires) - 2, -1, -1):
            total = -0.0  # as in the engine
            for branch in sorted(self.branches[number], key=_order_of_the_backward_pass):
                total += branch.local_gradient * received[branch.target]
            received[number] = total
        return received[0] + 0.0

    def count_paths(self) -> tuple[int, int]:
        """The number of paths, and the sum of their lengths in gates: exact, however large."""
        if not self.wires:
            return 0, 0
        counts = [1] + [0] * (len(self.wires) - 1)
        lengths = [0] * len(self.wires)
        for number, branches in enumerate(self.branches[:-1]):
            count, length = counts[number], lengths[number]
            for branch in branches:
                counts[branch.target] += count
                lengths[branch.target] += length + count
            counts[number] = lengths[number] = 0  # numbers of many digits: kept while needed
        return counts[-1], lengths[-1]

    def count_branches(self) -> int:
        """The number of steps that the paths share among them."""
        return sum(map(len, self.branches))


def _order_of_the_backward_pass(branch: Branch) -> tuple[int, int]:
    return -branch.target, branch.place


def _check_wires(output: object, leaf: object) -> None:
    for role, wire in (("from the output", output), ("to a wire behind it", leaf)):
        if not isinstance(wire, Value):
            raise TypeError(
                f"paths(output, leaf) goes {role}, which is a Value; got {described(wire)}: "
                "build the circuit from Values, and pass one of its wires"
            )
    if isinstance(leaf, Value) and leaf.is_constant:
        raise ValueError(
            f"{leaf!r} is a constant and gets no gradient, so no path leads to it: "
            "make it a Value(...) to differentiate by it"
        )


def _known_local_gradients(wire: Value, inputs: tuple[Value, ...]) -> tuple[float, ...]:
    local_gradients = wire.local_gradients
    if wire.own_backward or len(local_gradients) != len(inputs):
        raise TypeError(
            f"paths() needs the local gradients of every gate on the way, and the gate behind "
            f"{wire!r} was made by hand: define it with @mg.gate"
        )
    return local_gradients
