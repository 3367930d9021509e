"""Which gates of a circuit a picture shows, and where each wire between them goes.

>>> import minigrad as mg
>>> x = mg.Value(2.0)
>>> circuit = Circuit((x.exp() * 3).tanh())
>>> selection = selected(circuit, depth=2)
>>> [circuit.gate(wire).name for wire in selection.gates]
['mul', 'tanh']
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..engine import Circuit, Value
from ..rules import as_whole_number, described
from ..text import has_constant_in_symbol

STEPS_AROUND = 2  # how far around=wire reaches when depth= does not say


class Use(NamedTuple):
    """One use of a wire: the gate, by its output wire, and the place among that gate's inputs."""

    gate: Value
    place: int


class Selection(NamedTuple):
    """The chosen gates of a circuit in order, the shown uses of every wire, and how many are not.

    Wires are named by their place in the whole circuit: a picture of a part names them as the
    picture of the whole does. `hidden` counts uses by gates left out.
    """

    circuit: Circuit
    gates: Sequence[Value]
    shown: Mapping[Value, list[Use]]
    hidden: Mapping[Value, int]

    def crossed_columns(self) -> int:
        """How many columns of gates all branches cross on their way, together.

        >>> x = Value(1.0)
        >>> y = x.exp()
        >>> z = y.exp()
        >>> [selected(Circuit(wire)).crossed_columns() for wire in (y, z * x)]
        [0, 2]

        Graphviz makes a node for each of them: it is what takes its time, and what it can die of.
        """
        inputs = {gate: self.circuit.inputs(gate) for gate in self.gates}
        column: dict[Value, int] = {}
        for gate, sources in inputs.items():
            column[gate] = 1 + max((column.get(source, -1) for source in sources), default=-1)
        first_use: dict[Value, int] = {}
        for gate, sources in inputs.items():
            for source in sources:
                first_use[source] = min(first_use.get(source, column[gate]), column[gate])
        return sum(
            column[gate] - column.get(source, first_use[source] - 1) - 1
            for gate, sources in inputs.items()
            for source in sources
        )


def selected(
    circuit: Circuit,
    depth: int | None = None,
    around: Value | None = None,
    between: tuple[Value, Value] | None = None,
    symbols: Collection[Value] = (),
) -> Selection:
    """The chosen gates of a circuit, and where their wires go.

    `depth` gates from the outputs back; `around` a wire, both ways (`depth` steps, else 2); those
    `between` two wires, on any route from the first to the second. A gate in `symbols`, and a
    power like x², shows its constants in its symbol: they are no wires of the picture.
    """
    gates = _chosen(circuit, depth, around, between)
    chosen = set(gates)
    shown: dict[Value, list[Use]] = {wire: [] for wire in gates}
    hidden: dict[Value, int] = {}
    for gate in gates:
        in_symbol = gate in symbols or has_constant_in_symbol(circuit, gate)
        for place, source in enumerate(circuit.inputs(gate)):
            if not (in_symbol and source.is_constant):
                shown.setdefault(source, []).append(Use(gate, place))
    for gate in circuit.gates:
        if gate not in chosen:
            for source in circuit.inputs(gate):
                if source in shown:
                    hidden[source] = hidden.get(source, 0) + 1
    return Selection(circuit, gates, shown, hidden)


def more_gates_than(outputs: Iterable[Value], most: int) -> bool:
    """Whether the circuit has more than `most` gates, looking at no more than it must.

    For this there is no need of a `Circuit`, which knows all of it: a refusal comes at once. (A
    gate that stands for several counts as one; whoever has the Circuit counts them.)
    """
    seen: set[Value] = set()
    waiting = list(outputs)
    while waiting:
        wire = waiting.pop()
        if wire.gate is not None and wire not in seen:
            seen.add(wire)
            if len(seen) > most:
                return True
            waiting.extend(wire.inputs)
    return False


def _chosen(
    circuit: Circuit,
    depth: int | None,
    around: Value | None,
    between: tuple[Value, Value] | None,
) -> Sequence[Value]:
    if depth is not None and (as_whole_number(depth) or 0) < 1:
        raise ValueError(f"depth= is the number of gates to go back, at least 1, got {depth!r}")
    if around is not None and between is not None:
        raise ValueError("around= and between= choose differently: give one of them")
    if around is not None and not isinstance(around, Value):
        raise TypeError(f"around= is a wire of the circuit, a Value, got {described(around)}")
    if between is not None:
        return _between(circuit, between)
    if around is not None:
        return _around(circuit, around, depth or STEPS_AROUND)
    if depth is not None:
        near = _backwards(circuit, circuit.outputs, depth)
        return [wire for wire in circuit.gates if wire in near]
    return circuit.gates


def _backwards(circuit: Circuit, starts: Iterable[Value], steps: int) -> set[Value]:
    """The gates that are at most `steps` gates behind, those of the starts included."""
    reached: set[Value] = set()
    front = set(starts)
    for _ in range(steps):
        front = {wire for wire in front - reached if not wire.is_leaf}
        if not front:
            break
        reached |= front
        front = {source for wire in front for source in circuit.inputs(wire)}
    return reached


def _around(circuit: Circuit, centre: Value, steps: int) -> list[Value]:
    if centre not in circuit:
        raise ValueError(
            f"around={centre!r}: the circuit of {circuit.output!r} does not use this wire"
        )
    ahead = {centre: 0}
    for wire in circuit.gates:
        nearest = min((ahead.get(source, steps) for source in circuit.inputs(wire)), default=steps)
        if nearest < steps:
            ahead[wire] = nearest + 1
    near = _backwards(circuit, [centre], steps) | ahead.keys()
    return [wire for wire in circuit.gates if wire in near]


def _between(circuit: Circuit, ends: tuple[Value, Value]) -> list[Value]:
    try:
        first, last = ends
    except (TypeError, ValueError):
        raise ValueError(f"between= takes two wires, (a, b), got {ends!r}") from None
    behind = {last}
    for wire in reversed(circuit.gates):
        if wire in behind:
            behind.update(circuit.inputs(wire))
    route = (circuit.depending_on([first]) & behind) - {first}
    chosen = [wire for wire in circuit.gates if wire in route]
    if not chosen:
        raise ValueError(
            f"between=: no route leads from {first!r} to {last!r} in the circuit of "
            f"{circuit.output!r}; the first is the one nearer to the inputs"
        )
    return chosen
