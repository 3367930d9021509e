"""The circuit behind a value, in topological order: inputs first.

>>> from minigrad.engine.value import Value
>>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
>>> [wire.gate.name for wire in topological_order(x * y + x) if wire.gate]
['mul', 'add']

Iterative: a chain of a million gates is an ordinary circuit.
"""

from __future__ import annotations

from typing import Any

from .value import MANY, Value, is_dot, is_short, write_out


def topological_order(output: Value) -> list[Value]:
    """All wires of the circuit behind `output`: first the leaves, then the gates, inputs first.

    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> z = x * y; z.label = "z"
    >>> [wire.label for wire in topological_order(z + x)]
    ['x', 'y', 'z', '']

    Always the same for the same circuit: depth first, left to right.
    """
    leaves, gates = leaves_and_gates(output)
    return leaves + gates


def leaves_and_gates(output: Value) -> tuple[list[Value], list[Value]]:
    """The topological order in its two parts."""
    leaves, gates, short = recorded_order(output)
    while short:
        for wire in short:
            write_out(wire)
        leaves, gates, short = recorded_order(output)
    return leaves, gates


def order_with_dots(output: Value) -> tuple[list[Value], list[Value]]:
    """The same; dot products are in short form, where their × gates stand one after the other."""
    leaves, gates, _ = recorded_order(output, writing_out=True)
    return leaves, gates


def recorded_order(
    output: Value, writing_out: bool = False
) -> tuple[list[Value], list[Value], list[Value]]:
    """The circuit as it was recorded: leaves, gates, and which of these stand in short form."""
    if not isinstance(output, Value):
        raise TypeError(
            f"a circuit is what stands behind a Value, got the {type(output).__name__} {output!r}: "
            "build the output from at least one Value"
        )
    leaves: list[Value] = []
    gates: list[Value] = []
    short: list[Value] = []
    seen: set[Value] = set()
    waiting: list[Any] = []  # a gate, None, then those of its inputs that are still to visit
    see, push, pop = seen.add, waiting.append, waiting.pop
    wire: Any = output
    while True:
        while wire not in seen:  # down along the first inputs
            see(wire)
            if is_short(wire):  # asked before its inputs are read: another thread may write it out
                short.append(wire)
                if writing_out and not (is_dot(wire) and _factors_are_in(wire, seen)):
                    write_out(wire)
            second, first = wire._second, wire._first
            if first is None:
                leaves.append(wire)
                break
            push(wire)
            push(None)
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
            return leaves, gates, short


def _factors_are_in(dot: Value, seen: set[Value]) -> bool:
    """Whether there is no new gate behind a factor: its place is between the × gates."""
    return all(x in seen or x._first is None for x in dot._first)
