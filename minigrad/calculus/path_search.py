"""What lies between a wire and the output: how many paths, their sum, and the largest of them.

>>> x = Value(1.0)
>>> y = x
>>> for _ in range(200):
...     y = y + y
>>> between = Between(y, x)
>>> between.count_paths()[0] == 2**200 and between.gradient() == 2.0**200
True

`Between` answers in one pass over the gates, however many paths there are; `LargestFirst` gives the
paths themselves, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from ..engine import Circuit, Value
from ..rules import described
from .gradients import refuse_without_gates


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
        self.circuit = Circuit(output, textbook=True)
        refuse_without_gates("paths", self.circuit, [output])
        self.output, self.leaf = output, leaf
        self.wires = [leaf]
        self.branches: list[list[Branch]] = [[]]
        number = {leaf: 0}
        nowhere = frozenset(self.circuit.beside)
        for wire in self.circuit.gates:
            inputs = self.circuit.inputs(wire)
            if number.keys().isdisjoint(inputs) or wire is leaf or wire in nowhere:
                continue
            local_gradients = _known_local_gradients(self.circuit, wire)
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
        received: list[float | None] = [1.0] * len(self.wires)
        for number in range(len(self.wires) - 2, -1, -1):
            total: float | None = None
            for branch in sorted(self.branches[number], key=_order_of_the_backward_pass):
                gate = self.circuit.gate(self.wires[branch.target])
                sent = gate.contribution(branch.local_gradient, received[branch.target])
                if sent is not None:
                    total = sent if total is None else total + sent
            received[number] = total
        return (received[0] or 0.0) + 0.0

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
            remedy = "build the circuit from Values, and pass one of its wires"
            if isinstance(wire, (list, tuple)):
                remedy = "ask for the paths of one output after the other, or of mg.sum(outputs)"
            elif callable(wire):
                remedy = "call it first, and pass what it returns, model(x)"
            raise TypeError(
                f"paths(output, leaf) goes {role}, which is a Value; got {described(wire)}: "
                f"{remedy}"
            )
    if isinstance(leaf, Value) and leaf.is_constant:
        raise ValueError(
            f"{leaf!r} is a constant and gets no gradient, so no path leads to it: "
            "make it a Value(...) to differentiate by it"
        )


def _known_local_gradients(circuit: Circuit, wire: Value) -> tuple[float, ...]:
    local_gradients = circuit.local_gradients(wire)
    if wire.own_backward or len(local_gradients) != len(circuit.inputs(wire)):
        raise TypeError(
            f"paths() needs the local gradients of every gate on the way, and the gate behind "
            f"{wire!r} was made by hand: define it with @mg.gate"
        )
    return local_gradients


# --- the largest paths first ----------------------------------------------------------------------


class Continuation(NamedTuple):
    """A path from a wire to the output: a branch, then a path of the wire that it leads to."""

    product: float
    branch: int
    rank: int


class Candidate(NamedTuple):
    """A continuation that may be the next of a wire; of an open one only a bound is known.

    Candidates compare as tuples: the largest first, and of equals those that are not open.
    """

    minus_bound: float
    is_open: bool
    branch: int
    rank: int


def magnitude(product: float) -> float:
    """By what the paths are ordered: |product|, and infinity for a nan.

    >>> magnitude(-2.0), magnitude(float("nan"))
    (2.0, inf)
    """
    return abs(product) if product == product else float("inf")


class LargestFirst:
    """The paths from the leaf to the output, each a list of branches with its product.

    >>> x = Value(3.0)
    >>> [product for branches, product in LargestFirst(Between(x * x * x + x, x))]
    [9.0, 9.0, 9.0, 1.0]

    Every wire keeps a list of its paths to the output, the largest first, as long as somebody has
    asked for. Its next path is the best of: for each branch, the next path of the wire that the
    branch leads to. An upper bound is known for each, from one pass over the circuit; a wire is
    asked for one more path only when the bound of that path is the largest there is. So 2^200 paths
    are no trouble to somebody who wants ten. (Jiménez and Marzal, *Computing the k shortest paths*,
    1999; iterative here, with products, and with bounds.)

    A product is taken as backpropagation takes it: from the output back, local gradient times what
    has come so far. The order is exact: a rounded product of magnitudes never grows when a factor
    shrinks. A product that is infinite or nan counts as infinite.
    """

    def __init__(self, between: Between) -> None:
        self.branches = between.branches
        self.last = len(between.wires) - 1
        self.found: list[list[Continuation]] = [[] for _ in between.wires]
        self.waiting: dict[int, list[Candidate]] = {}
        self.second: list[float | None] = [None] * len(between.wires)
        for number in range(self.last, -1, -1):
            self._find_first(number)

    def __iter__(self) -> Iterator[tuple[list[Branch], float]]:
        rank = 0
        while self.last >= 0 and (rank < len(self.found[0]) or self._find_next()):
            yield self._path(rank), self.found[0][rank].product
            rank += 1

    def _path(self, rank: int) -> list[Branch]:
        number, path = 0, []
        while number != self.last:
            _, at, rank = self.found[number][rank]
            path.append(self.branches[number][at])
            number = path[-1].target
        return path

    def _find_first(self, number: int) -> None:
        """The largest path of a wire, and the magnitude of its second largest."""
        if number == self.last:
            self.found[number].append(Continuation(1.0, -1, 0))
            return
        firsts = [self._continuation(number, at, 0) for at in range(len(self.branches[number]))]
        largest = max(firsts, key=lambda first: magnitude(first.product))
        sizes = [magnitude(first.product) for first in firsts if first is not largest]
        branch = self.branches[number][largest.branch]
        after = self.second[branch.target]
        if after is not None:
            sizes.append(magnitude(branch.local_gradient * after))
        self.second[number] = max(sizes, default=None)
        self.found[number].append(largest)

    def _find_next(self) -> bool:
        """Find one more path of the output; False when there is none."""
        before = len(self.found[0])
        asked = [0]
        while asked:
            current = asked[-1]
            waiting = self._waiting(current)
            if not waiting:
                asked.pop()
                continue
            _, is_open, at, rank = heappop(waiting)
            if not is_open:
                self.found[current].append(self._continuation(current, at, rank))
                self._wait_for(current, at, rank + 1)
                asked.pop()
                continue
            self._wait_for(current, at, rank)  # with what is known of it by now
            target = self.branches[current][at].target
            if rank == len(self.found[target]) and self._bound(target) is not None:
                asked.append(target)
        return len(self.found[0]) > before

    def _waiting(self, number: int) -> list[Candidate]:
        if number not in self.waiting:
            self.waiting[number] = []
            largest = self.found[number][0].branch
            for at in range(len(self.branches[number])):
                self._wait_for(number, at, 1 if at == largest else 0)
        return self.waiting[number]

    def _wait_for(self, number: int, at: int, rank: int) -> None:
        branch = self.branches[number][at]
        is_open = rank == len(self.found[branch.target])
        bound = self._bound(branch.target) if is_open else self.found[branch.target][rank].product
        if bound is not None:
            size = magnitude(branch.local_gradient * bound)
            heappush(self.waiting[number], Candidate(-size, is_open, at, rank))

    def _bound(self, number: int) -> float | None:
        """At least the magnitude of the wire's next path; None when there is no next."""
        if number in self.waiting:
            waiting = self.waiting[number]
            return -waiting[0].minus_bound if waiting else None
        return self.second[number]

    def _continuation(self, number: int, at: int, rank: int) -> Continuation:
        branch = self.branches[number][at]
        product = branch.local_gradient * self.found[branch.target][rank].product
        return Continuation(product, at, rank)
