"""Wires of one label told apart: where a network runs several times, which run each belongs to.

>>> import minigrad as mg
>>> unit = mg.nn.Neuron(1, activation="tanh", seed=1)
>>> circuit = Circuit(unit([1.0]) * unit([2.0]))
>>> [(wire.label, run) for wire, run in runs_of(circuit).items()]
[('x_1', 1), ('x_1', 2), ('z', 1), ('a', 1), ('z', 2), ('a', 2)]

Wires that lead to each other are of one run, unless two of them would have one label: weights,
which all runs share, and gates in which runs come together connect nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import chain

from ..engine import Circuit, Value
from .labels import unicode_name, with_run

Unit = tuple[int, int]


def runs_of(circuit: Circuit, others: Iterable[Value] = ()) -> dict[Value, int]:
    """The number of each wire whose label others have too, from 1; `others` are wires besides.

    Labels are the same that read the same: `z_1` and `z₁`.
    """
    wires = dict.fromkeys(chain(circuit.wires, others))
    labels = {wire: str(wire.label) for wire in wires if wire.label}
    names = {label: unicode_name(label) for label in set(labels.values())}
    wires_of = Counter(names[label] for label in labels.values())
    shared = {w: name for w, label in labels.items() if wires_of[name := names[label]] > 1 and name}
    taken = {name for name, count in wires_of.items() if count == 1 and name.endswith("⁾")}
    return _numbered(circuit, _joined(circuit, shared), shared, taken) if shared else {}


def unit_of(wire: Value) -> Unit | None:
    """The mark (layer, j) that a network has left on a wire, if it reads as one."""
    match getattr(wire, "unit", None):
        case (int() as layer, int() as j):
            return layer, j
    return None


class _Runs:
    """Sets of wires that grow together, none with two wires of one name."""

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.names: list[set[str]] = []

    def begin(self, name: str) -> int:
        """A run of one wire."""
        self.parent.append(len(self.parent))
        self.names.append({name})
        return len(self.parent) - 1

    def root(self, run: int) -> int:
        """The number that stands for all of a run."""
        while self.parent[run] != run:
            self.parent[run] = run = self.parent[self.parent[run]]
        return run

    def join(self, one: int, other: int) -> bool:
        """Make two runs one; False if both have a wire of one name."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return True
        few, many = sorted((one, other), key=lambda run: len(self.names[run]))
        if not self.names[many].isdisjoint(self.names[few]):
            return False
        self.parent[few] = many
        self.names[many] |= self.names[few]
        return True


def _joined(circuit: Circuit, shared: dict[Value, str]) -> dict[Value, int]:
    """Of each wire that shares its name the run that it belongs to."""
    runs = _Runs()
    run_of = {wire: runs.begin(name) for wire, name in shared.items()}
    through = dict(run_of)  # of gates without such a name: the run that they are in between of
    for gate in circuit.gates:
        # leaves last, and numbers before them: runs share what learns
        inputs = sorted(circuit.inputs(gate), key=lambda wire: (wire.is_leaf, not wire.is_constant))
        for source in inputs:
            if source not in through:
                continue
            if gate not in through:
                through[gate] = through[source]
            elif not runs.join(through[gate], through[source]) and not (
                gate in shared or source.is_leaf
            ):
                del through[gate]  # here runs come together
                break
    return {wire: runs.root(run) for wire, run in run_of.items()}


def _numbered(
    circuit: Circuit, run_of: dict[Value, int], shared: dict[Value, str], taken: Collection[str]
) -> dict[Value, int]:
    """The runs counted from 1, in the order in which they are done, past names that are taken.

    A run is done with the last of its gates; one of leaves alone when the last of them is read.
    """
    names: dict[int, set[str]] = {}
    for wire, run in run_of.items():
        names.setdefault(run, set()).add(shared[wire])
    done: dict[int, int] = {}
    read: dict[int, int] = {}
    for place, gate in enumerate(circuit.gates):
        if gate in run_of:
            done[run_of[gate]] = place
        read.update((run_of[source], place) for source in circuit.inputs(gate) if source in run_of)
    last: dict[str, int] = {}
    number: dict[int, int] = {}
    for run in sorted(names, key=lambda run: done.get(run, read.get(run, -1))):
        number[run] = 1 + max(last.get(name, 0) for name in names[run])
        while taken and any(unicode_name(with_run(n, number[run])) in taken for n in names[run]):
            number[run] += 1
        last.update(dict.fromkeys(names[run], number[run]))
    return {wire: number[run] for wire, run in run_of.items()}
