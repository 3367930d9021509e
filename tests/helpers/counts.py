"""The inputs that tests hand to a gate: as many as it takes, and where it is smooth."""

from __future__ import annotations

from minigrad.rules.gate import Gate


def count_near(gate: Gate, wanted: int) -> int:
    """The wanted number of inputs, or one less or more where the gate takes pairs."""
    return gate.arity or next(n for n in (wanted, wanted - 1, wanted + 1) if gate.accepts(n))


def counts(gate: Gate, most: int = 3) -> list[int]:
    """All numbers of inputs that the gate takes, up to `most` of them."""
    return [count for count in range(1, 5) if gate.accepts(count)][:most]


def smooth_point(gate: Gate) -> list[float]:
    """Up to three inputs around which the gate has derivatives of all orders."""
    if gate.name == "acosh":
        return [1.6]
    point = ([1.3, 0.7, 0.4] if gate.arity is None else [0.6, 1.4, 2.2])[: count_near(gate, 3)]
    return [*point[:-1], 1.0] if gate.name == "select" else point
