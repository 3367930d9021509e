"""Where a forward mode begins: which wires move, and how fast.

>>> from minigrad.engine import Circuit
>>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
>>> circuit = Circuit(x * y)
>>> seeds_of(circuit, "x", "forward") == {x: 1.0}, seeds_of(circuit, {x: 1.0, "y": 2.0}, "both")
(True, {Value(data=2.0, grad=?, label='x'): 1.0, Value(data=3.0, grad=?, label='y'): 2.0})
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from ..engine import Circuit, Value
from ..rules import as_number, described
from ..text import Names, printable, unicode_name

MODES: Final = ("backward", "forward", "both")
MOST_NAMED: Final = 8
LONGEST_LABEL: Final = 40

Seed = Value | str | Mapping[Value | str, float] | None


def seeds_of(circuit: Circuit, seed: Seed, mode: str) -> dict[Value, float]:
    """The wires that move, each with its tangent; none where only gradients are stepped through."""
    if mode not in MODES:
        raise ValueError(f"mode={mode!r}: choose {' or '.join(map(repr, MODES))}")
    if mode == "backward":
        if seed is not None:
            raise ValueError(
                "seed= says which wire moves in forward mode: write mode='forward' or mode='both' "
                "with it, or leave it out"
            )
        return {}
    if seed is None:
        seed = _only_leaf(circuit, mode)
    pairs = list(seed.items()) if isinstance(seed, Mapping) else [(seed, 1.0)]
    if not pairs:
        raise ValueError(f"seed= names no wire: write seed={{wire: 1.0}}, {_choices(circuit)}")
    found: dict[Value, float] = {}
    for key, tangent in pairs:
        wire, speed = _wire_of(circuit, key), as_number(tangent)
        if not isfinite(speed):
            raise ValueError(f"seed= lets {_name(wire)} move by {speed!r}: give a finite number")
        if wire in found:
            raise ValueError(f"seed= names {_name(wire)} twice: give each wire once")
        found[wire] = speed
    _check_gates(circuit)
    return found


def _only_leaf(circuit: Circuit, mode: str) -> Value:
    leaves = [leaf for leaf in circuit.leaves if not leaf.is_constant]
    if not leaves:
        raise ValueError(
            f"mode={mode!r} follows how wires move, and this circuit is made of numbers alone: "
            "make one of them a Value(...)"
        )
    if len(leaves) > 1:
        raise ValueError(
            f"mode={mode!r} follows what one wire does to all others: say which with seed=, "
            f"{_choices(circuit)}"
        )
    return leaves[0]


def _wire_of(circuit: Circuit, key: Any) -> Value:
    """The wire that is meant by itself or by its label."""
    if isinstance(key, str):
        shown = unicode_name(key)  # w0, w_0 and w₀ are one
        meant = [w for w in circuit.wires if w.label and unicode_name(w.label) == shown]
        names = Names(circuit)
        if len(meant) > 1:
            several = ", ".join(map(names.label, meant[:MOST_NAMED]))
            raise ValueError(
                f"seed={_quoted(key)}: {len(meant)} wires of the circuit have this label: write "
                f"which, {several}{', …' * (len(meant) > MOST_NAMED)}, or give the Value itself"
            )
        if not meant:
            meant = [wire for wire in names.runs if names.label(wire) == shown]
        if not meant:
            raise ValueError(
                f"seed={_quoted(key)}: no wire of the circuit has this label: {_choices(circuit)}"
            )
        key = meant[0]
    if not isinstance(key, Value):
        raise TypeError(
            "seed= takes a Value, its label or a dict like {x: 1.0, y: 2.0}, got "
            f"{described(key)}"
        )
    if key.is_constant:
        raise ValueError(
            f"seed={key!r} does not move: make it a Value(...) to follow what it does, or "
            f"{_choices(circuit)}"
        )
    if key not in circuit:
        raise ValueError(
            f"seed={key!r} is no wire of the circuit behind {circuit.output!r}: {_choices(circuit)}"
        )
    return key


def _name(wire: Value) -> str:
    return printable(wire.label) or repr(wire)


def _quoted(label: str) -> str:
    return repr(label if len(label) <= LONGEST_LABEL else f"{label[:LONGEST_LABEL]}…")


def _choices(circuit: Circuit) -> str:
    """What to give instead."""
    leaves = [leaf for leaf in circuit.leaves if not leaf.is_constant]
    names = [name for name in map(Names(circuit).label, leaves) if name]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    if not names:
        return "one of the Values that the circuit was made from"
    return f"one of {', '.join(names[:MOST_NAMED])}{more}"


def _check_gates(circuit: Circuit) -> None:
    for wire in circuit.gates:
        without = len(circuit.local_gradients(wire)) != len(circuit.inputs(wire))
        if wire.own_backward or without:
            raise TypeError(
                f"tangents need the local gradients of every gate, and those of {wire!r} are in a "
                "function assigned to _backward, or nowhere: define the gate with @mg.gate, or "
                "step with mode='backward'"
            )
