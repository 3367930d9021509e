"""The recursion of the δ beside what the gates computed, for each run of a network.

>>> from minigrad.nn import MLP
>>> model = MLP(1, [1], activation="tanh", weights=[[[0.5]]])
>>> cost = model(1.0) * model(2.0)
>>> cost.backward()
>>> model.delta_table(cost)
unit      z  σ'(z)  dC/da  δ by the recursion  δ by the gates  difference
z₁¹⁽¹⁾  0.5  0.786  0.762               0.599           0.599           0
z₁¹⁽²⁾    1  0.420  0.462               0.194           0.194           0
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import reduce
from operator import add, is_
from typing import Final

from ..engine import Circuit, Value
from ..rules import described
from ..text import Deltas, Label, Names, Table, check_notation, in_notation, unicode_name, unit_of
from .neuron import Neuron, Pass

HEADER: Final = (
    "unit",
    "z",
    "σ'(z)",
    "dC/da",
    "δ by the recursion",
    "δ by the gates",
    "difference",
)

Units = Sequence[Sequence[Neuron]]  # layer by layer
Run = Mapping[Neuron, Pass]
Row = tuple[object, ...]
Wires = tuple[Value, ...]


def delta_table(units: Units, cost: Value | None, notation: str) -> Table:
    """The table of every run behind a cost; of none, that of the last pass with a gradient."""
    check_notation(notation)
    if cost is None:
        last = {unit: unit.differentiated() for layer in units for unit in layer}
        several = any(unit.is_one_of_several for unit in last)

        def called(z: Value) -> str:
            label = Label(in_notation(z.label, notation))
            return f"{unicode_name(label)}, last run" if several else label

        return Table(HEADER, _rows(units, last, called))
    if not isinstance(cost, Value):
        raise TypeError(f"delta_table takes the cost, a Value, got {described(cost)}")
    circuit = Circuit(cost)
    names = Names(circuit, notation=notation)
    rows: list[Row] = []
    for run in _runs_behind(units, circuit, names):
        rows += _rows(units, run, lambda z: Label(names.written_label(z)))
    return Table(HEADER, rows)


def _rows(units: Units, run: Run, called: Callable[[Value], str]) -> list[Row]:
    rows: list[Row] = []
    later: list[tuple[float, list[float]]] = []  # δ and weights of the units, the last first
    for layer in reversed(units):
        found = []
        for place, unit in enumerate(layer):
            if unit not in run:
                continue
            one = run[unit]
            slope, by_gates = unit.slope_in_pass(one), unit.delta_in_pass(one)
            if later:  # Σ_k w_kj · δ_k, in the order of the backward pass
                to_output = reduce(add, (w[place] * delta for delta, w in later), 0.0)
            else:
                to_output = one.a.grad if one.a.has_grad else by_gates
            delta = slope * to_output
            found.append((delta, unit.weights_in_pass(one)))
            numbers = (one.z.data, slope, to_output, delta, by_gates, delta - by_gates)
            rows.append((called(one.z), *numbers))
        later = found[::-1]
    return rows


def _runs_behind(units: Units, circuit: Circuit, names: Names) -> list[Run]:
    """The passes through the units that a circuit has, run by run.

    A run goes on where a unit reads what one of the layer before has made; units of one layer are
    of one run where they read the same wires.
    """
    marked = {unit.names.unit: unit for layer in units for unit in layer}
    runs: list[dict[Neuron, Pass]] = []
    reading: dict[tuple[int, Wires], list[dict[Neuron, Pass]]] = {}  # by layer, and what is read
    made_in: dict[tuple[int, Value], dict[Neuron, Pass]] = {}  # by layer, and activation
    preactivations = Deltas(circuit, names=names).preactivations
    outputs = _outputs(circuit, preactivations)
    for z in preactivations:
        mark = unit_of(z)
        unit = marked.get(mark) if mark else None
        if mark is None or unit is None or (found := _total(unit, z, circuit)) is None:
            continue
        (layer, _), (total, sources) = mark, found
        peers = reading.setdefault((layer, sources), [])
        before = [made_in[layer - 1, a] for a in sources if (layer - 1, a) in made_in]
        run = next((one for one in [*peers, *before] if unit not in one), None)
        if run is None:
            run = {}
            runs.append(run)
        peers.append(run)
        a = outputs.get(z, z)
        run[unit] = Pass(total, z, a)
        made_in.setdefault((layer, a), run)
    if not runs:
        raise ValueError(
            "no pass through this network, with the labels of its wires, is behind this cost: give "
            "the Value that was computed from the network's outputs"
        )
    return sorted(runs, key=lambda run: max(names.runs.get(one.z, 0) for one in run.values()))


def _total(unit: Neuron, z: Value, circuit: Circuit) -> tuple[Value, Wires] | None:
    """Σ_k w_k · x_k behind a z of this unit, and all x_k; None for one of another network's."""
    total = z if unit.b is None else circuit.inputs(z)[0]
    products = circuit.inputs(total) if len(unit.w) > 1 else [total]
    factors = [tuple(circuit.inputs(product)) for product in products]
    if any(len(pair) != 2 for pair in factors):
        return None
    weights, sources = zip(*factors)
    is_own = len(weights) == len(unit.w) and all(map(is_, weights, unit.w))
    return (total, sources) if is_own else None


def _outputs(circuit: Circuit, preactivations: Container[Value]) -> dict[Value, Value]:
    """Of each z the a that an activation makes of it."""
    outputs: dict[Value, Value] = {}
    comes_from: dict[Value, Value] = {}  # of the gates of an activation: its z
    for gate in circuit.gates:
        if gate in preactivations:
            comes_from[gate] = gate
            continue
        z = next((comes_from[w] for w in circuit.inputs(gate) if w in comes_from), None)
        if z is None:
            continue
        if unit_of(gate) is None:
            comes_from[gate] = z
        elif unit_of(gate) == unit_of(z):
            outputs.setdefault(z, gate)
    return outputs
