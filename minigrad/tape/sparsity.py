"""Where a Jacobian or a Hessian can be other than 0, whatever the numbers are.

>>> import minigrad as mg
>>> from minigrad.tape.gate_tape import gate_tape
>>> x, y, z = (mg.Value(number) for number in (1.0, 2.0, 3.0))
>>> tape = gate_tape([x * y + mg.sin(z)], [], [x, y, z])
>>> list(jacobian_pattern(tape))
[(0, 0), (0, 1), (0, 2)]
>>> list(hessian_pattern(tape))
[(0, 1), (1, 0), (2, 2)]

Every wire has the set of the inputs that it depends on, or the one input as it is; that is handed
on where a gate adds nothing to it, and is not made where only sums and other linear gates follow.
Inputs interact where a gate with a curvature brings their sets together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from .gate_tape import GateTape

# Inputs, by place: one, or several. A set of one takes 200 bytes, and large circuits begin with it.
Domain = int | frozenset[int] | None


class Pattern:
    """The entries of a matrix that can be other than 0: for each row the set of its columns."""

    def __init__(self, columns: Sequence[Collection[int]], width: int) -> None:
        self.rows = [sorted(found) for found in columns]
        self.shape = (len(columns), width)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Row and column of each entry, row by row."""
        for row, columns in enumerate(self.rows):
            for column in columns:
                yield row, column

    def __len__(self) -> int:
        return sum(map(len, self.rows))

    def transposed(self) -> Pattern:
        """Rows for columns."""
        found: list[set[int]] = [set() for _ in range(self.shape[1])]
        for row, column in self:
            found[column].add(row)
        return Pattern(found, self.shape[0])


def jacobian_pattern(tape: GateTape) -> Pattern:
    """Which outputs depend on which inputs."""
    domains = _domains(tape, tape.outputs)
    return Pattern([_as_set(domains[slot]) for slot in tape.outputs], tape.input_count)


def hessian_pattern(tape: GateTape) -> Pattern:
    """Which pairs of inputs interact anywhere on the way to the outputs; symmetric."""
    bending = [(kind, places) for kind, places in zip(tape.kinds, tape.operands) if kind.pairs]
    bent = [places[j] for kind, places in bending for pair in kind.pairs for j in pair]
    domains = _domains(tape, bent)
    found: list[set[int]] = [set() for _ in range(tape.input_count)]
    seen: set[tuple[int, int]] = set()
    for kind, operands in bending:
        for j, k in kind.pairs:
            left, right = domains[operands[j]], domains[operands[k]]
            if left is None or right is None:
                continue
            if type(left) is type(right) is int:
                found[left].add(right)
                found[right].add(left)
                continue
            pair = (id(left), id(right))  # the same sets meet again and again
            if pair not in seen:
                seen.add(pair)
                lefts, rights = _as_set(left), _as_set(right)
                for x in lefts:
                    found[x] |= rights
                if left is not right:
                    for y in rights:
                        found[y] |= lefts
    return Pattern(found, tape.input_count)


def _domains(tape: GateTape, wanted: list[int]) -> list[Domain]:
    """For each slot that leads to a wanted one the inputs behind it; equal sets are one."""
    needed = bytearray(tape.slot_count)
    for slot in wanted:
        needed[slot] = 1
    first = tape.first
    for i in range(len(tape.kinds) - 1, -1, -1):
        if needed[first + i]:
            for slot in tape.operands[i]:
                needed[slot] = 1
    domains: list[Domain] = [None] * tape.slot_count
    known: dict[frozenset[int], frozenset[int]] = {}
    domains[tape.input_slots.start : tape.input_slots.stop] = range(tape.input_count)
    for i, (kind, operands) in enumerate(zip(tape.kinds, tape.operands), start=first):
        if not needed[i]:
            continue
        leading = kind.leading
        if len(leading) == 1:
            domains[i] = domains[operands[leading[0]]]
            continue
        found = {domains[operands[place]] for place in leading}
        found.discard(None)
        if len(found) == 1:
            (domains[i],) = found
        elif found:
            union = frozenset().union(*map(_as_set, found))
            domains[i] = known.setdefault(union, union)
    return domains


def _as_set(domain: Domain) -> frozenset[int]:
    if domain is None:
        return frozenset()
    return frozenset([domain]) if isinstance(domain, int) else domain
