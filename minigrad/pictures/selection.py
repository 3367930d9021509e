"""Which gates of a circuit a picture shows: all of them, or those near the output or a wire.

>>> import minigrad as mg
>>> from minigrad.engine.order import leaves_and_gates
>>> x = mg.Value(2.0)
>>> y = (x.exp() * 3).tanh()
>>> _, gates = leaves_and_gates(y)
>>> [wire.gate.name for wire in selected_gates(y, gates, depth=2)]
['mul', 'tanh']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..engine import Value
from ..rules import described

STEPS_AROUND = 2  # how far around=wire reaches when depth= does not say


def selected_gates(
    output: Value,
    gates: Sequence[Value],
    depth: int | None = None,
    around: Value | None = None,
    between: tuple[Value, Value] | None = None,
) -> Sequence[Value]:
    """The chosen ones among the gates of a circuit, which are given in topological order.

    `depth` gates from the output back; `around` a wire, both ways (`depth` steps, else 2); those
    `between` two wires, on any route from the first to the second.
    """
    if depth is not None and (type(depth) is not int or depth < 1):
        raise ValueError(f"depth= is the number of gates to go back, at least 1, got {depth!r}")
    if around is not None and between is not None:
        raise ValueError("around= and between= choose differently: give one of them")
    if around is not None and not isinstance(around, Value):
        raise TypeError(f"around= is a wire of the circuit, a Value, got {described(around)}")
    if between is not None:
        return _between(output, gates, between)
    if around is not None:
        return _around(output, gates, around, depth or STEPS_AROUND)
    if depth is not None:
        near = _backwards([output], depth)
        return [wire for wire in gates if wire in near]
    return gates


def crossed_columns(gates: Sequence[Value]) -> int:
    """How many columns of gates all branches cross on their way, together.

    >>> import minigrad as mg
    >>> x = mg.Value(1.0)
    >>> y = x.exp()
    >>> z = y.exp()
    >>> crossed_columns([y]), crossed_columns([y, z, z * x])
    (0, 2)

    Graphviz makes a node for each of them: it is what takes its time, and what it can die of.
    """
    column: dict[Value, int] = {}
    for gate in gates:
        column[gate] = 1 + max((column.get(source, -1) for source in gate.inputs), default=-1)
    first_use: dict[Value, int] = {}
    for gate in gates:
        for source in gate.inputs:
            first_use.setdefault(source, column[gate])
            first_use[source] = min(first_use[source], column[gate])
    return sum(
        column[gate] - column.get(source, first_use[source] - 1) - 1
        for gate in gates
        for source in gate.inputs
    )


def more_gates_than(output: Value, most: int) -> bool:
    """Whether the circuit has more than `most` gates, looking at no more than it must."""
    seen: set[Value] = set()
    waiting = [output]
    while waiting:
        wire = waiting.pop()
        if wire.gate is not None and wire not in seen:
            seen.add(wire)
            if len(seen) > most:
                return True
            waiting.extend(wire.inputs)
    return False


def _backwards(starts: Iterable[Value], steps: int) -> set[Value]:
    """The gates that are at most `steps` gates behind, those of the starts included."""
    reached: set[Value] = set()
    front = list(starts)
    for _ in range(steps):
        front = [wire for wire in dict.fromkeys(front) if wire.gate and wire not in reached]
        if not front:
            break
        reached.update(front)
        front = [source for wire in front for source in wire.inputs]
    return reached


def _around(output: Value, gates: Sequence[Value], centre: Value, steps: int) -> list[Value]:
    ahead = {centre: 0}
    for wire in gates:
        nearest = min((ahead[source] for source in wire.inputs if source in ahead), default=steps)
        if nearest < steps:
            ahead[wire] = nearest + 1
    reached = _backwards([centre], steps)
    chosen = [wire for wire in gates if wire in reached or wire in ahead]
    if centre is not output and len(ahead) == 1:
        raise ValueError(f"around={centre!r}: the circuit of {output!r} does not use this wire")
    return chosen


def _between(output: Value, gates: Sequence[Value], ends: tuple[Value, Value]) -> list[Value]:
    try:
        first, last = ends
    except (TypeError, ValueError):
        raise ValueError(f"between= takes two wires, (a, b), got {ends!r}") from None
    leading, behind = {first}, {last}
    for wire in gates:
        if any(source in leading for source in wire.inputs):
            leading.add(wire)
    for wire in reversed(gates):
        if wire in behind:
            behind.update(wire.inputs)
    chosen = [wire for wire in gates if wire in leading and wire in behind and wire is not first]
    if not chosen:
        raise ValueError(
            f"between=: no route leads from {first!r} to {last!r} in the circuit of {output!r}; "
            "the first is the one nearer to the inputs"
        )
    return chosen
