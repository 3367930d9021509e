"""How many inputs tests hand to a gate: as many as it takes, near a number that is wanted."""

from __future__ import annotations

from minigrad.rules.gate import Gate


def count_near(gate: Gate, wanted: int) -> int:
    """The wanted number of inputs, or one less or more where the gate takes pairs."""
    return gate.arity or next(n for n in (wanted, wanted - 1, wanted + 1) if gate.accepts(n))


def counts(gate: Gate, most: int = 3) -> list[int]:
    """All numbers of inputs that the gate takes, up to `most` of them."""
    return [count for count in range(1, 5) if gate.accepts(count)][:most]
