"""Whether a network can learn: units that are dead or saturated, gradients that vanish or explode.

>>> import minigrad as mg
>>> model = mg.nn.MLP(1, [2, 1], activation="relu", weights=[[[1.0], [-1.0]], [[1.0, 1.0]]])
>>> X = [1.0, 2.0]
>>> loss = mg.sum([(model(x) - x) ** 2 + model(x) for x in X])
>>> loss.backward()
>>> health(loss)
dead units in layer 1: 1 of 2 (unit 2)
  They give 0 with slope 0 for every row, so no gradient reaches their weights and they stay as
  they are. Try a lower learning rate, "leaky_relu", or initial weights "he".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import hypot, isfinite
from textwrap import fill
from typing import Any, Final

from ..calculus import first_nonfinite_in
from ..engine import Circuit, Value, looks_at_numbers
from ..nn import MLP
from ..rules import described, ordered
from ..text import Table, escape
from .gradient_clipping import gradient_norm
from .optim import Optimizer

FLAT: Final = 0.01  # a slope below this part of the activation's steepest is saturated
MOSTLY: Final = 0.9  # … and a unit is, if that holds for this share of the rows
STEEPEST: Final = 0.25  # σ's own, for a layer whose units are all flat
FADING: Final = 1e-3  # ratio of the gradient norms of two layers
SLOW, FAST = 1e-5, 0.1  # ratio of update to weight; about 1e-3 is usual

ADVICE: Final = {
    "dead": "They give 0 with slope 0 for every row, so no gradient reaches their weights and they "
    'stay as they are. Try a lower learning rate, "leaky_relu", or initial weights "he".',
    "saturated": "They stand on the flat ends of their activation, which lets almost no gradient "
    'through. Try smaller initial weights ("xavier"), inputs scaled to about 1, or "relu".',
    "vanishing": "Every layer multiplies the gradient on its way back, and here it fades, so the "
    'first layers hardly learn. Try "relu", initial weights "he" or "xavier", or fewer layers.',
    "exploding": "Every layer multiplies the gradient on its way back, and here it grows. Try "
    "smaller initial weights, or clip_norm in mg.fit.",
    "slow": "A step changes these weights by less than 1 part in 100,000. Try a higher learning "
    "rate.",
    "fast": "A step changes these weights by more than a tenth. Try a lower learning rate.",
    "nonfinite": "Every gradient behind it is lost. mg.detect_nonfinite() stops at the gate where "
    "it begins; a lower learning rate or clip_norm in mg.fit often helps.",
    "no gradient": "Call backward() on the loss first, then gradients can be judged as well.",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    kind: str  # a key of ADVICE
    what: str

    @property
    def advice(self) -> str:
        """What it means and what to try."""
        return ADVICE[self.kind]


@dataclass
class Health:
    """The findings, and the numbers of each layer that they come from."""

    findings: list[Finding]
    layers: Table

    @property
    def kinds(self) -> set[str]:
        """Which kinds of findings there are: keys of ADVICE."""
        return {finding.kind for finding in self.findings}

    def __bool__(self) -> bool:
        return not self.findings

    def __repr__(self) -> str:
        if not self.findings:
            return "healthy: nothing dead, saturated, vanishing, exploding or not finite"
        return "\n".join(
            f"{finding.what}\n"
            + fill(finding.advice, 98, initial_indent="  ", subsequent_indent="  ")
            for finding in self.findings
        )

    def _repr_html_(self) -> str:
        words = "".join(
            f"<p><b>{escape(finding.what)}</b><br>{escape(finding.advice)}</p>"
            for finding in self.findings
        )
        return (words or f"<p>{escape(repr(self))}</p>") + self.layers._repr_html_()


@dataclass
class _Layer:
    """What is seen of one layer: its units' slopes over all rows, and its parameters."""

    number: int
    slopes: dict[int, list[tuple[float, float]]] = field(default_factory=dict)  # (slope, a)
    parameters: dict[Value, None] = field(default_factory=dict)


def health(
    thing: Any, X: Iterable[Any] | None = None, *, optimizer: Optimizer | None = None
) -> Health:
    """Look for dead and saturated units, gradients that vanish or explode, numbers not finite.

    >>> import minigrad as mg
    >>> model = mg.nn.MLP(2, [2, 1], activation="tanh", weights=[[[9.0, 9.0]] * 2, [[1.0, -0.5]]])
    >>> model([1.0, 2.0]).backward()
    >>> report = health(model)
    >>> bool(report), sorted(report.kinds)
    (False, ['saturated', 'vanishing'])

    `thing` is a loss (a Value; its circuit holds every row that it was computed from) or a network.
    A network is run on the rows of `X`, or judged by its latest forward pass. With an `optimizer`
    the ratio of its next step to the weights is judged too. Printed, the result says what each
    finding means and what to try; as a bool it is True where nothing was found; `.layers` is a
    table of the numbers.
    """
    looks_at_numbers("mg.health")
    if isinstance(thing, Value):
        outputs = [thing]
    elif not isinstance(thing, MLP):
        raise TypeError(f"health looks at a loss (a Value) or an MLP, got {described(thing)}")
    elif X is not None:
        outputs = [wire for x in ordered("health", X) for wire in _as_list(thing(x))]
        if not outputs:
            raise ValueError("health needs at least one row to run the network on, got none")
    else:
        outputs = thing.layers[-1].a
    circuits = list(map(Circuit, outputs))
    layers = _layers_of(circuits)
    ratios = _update_ratios(layers, optimizer)
    findings = [*_nonfinite(circuits), *_units(layers), *_gradients(layers), *_steps(ratios)]
    return Health(findings, _table(layers, ratios))


def _as_list(outputs: Any) -> list[Value]:
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _layers_of(circuits: Sequence[Circuit]) -> list[_Layer]:
    """The layers of circuits: a unit's wires are marked, its parameters are behind its z."""
    layers: dict[int, _Layer] = {}
    owner: dict[Value, int] = {}
    circuit_of: dict[Value, Circuit] = {}
    for circuit in circuits:
        for wire in circuit.wires:
            circuit_of.setdefault(wire, circuit)
    for wire in reversed(circuit_of):
        circuit, unit = circuit_of[wire], wire.__dict__.get("unit")
        if unit is not None:
            owner[wire] = unit[0]
            layer = layers.setdefault(unit[0], _Layer(unit[0]))
            if slopes := _slopes(circuit, wire, unit):
                layer.slopes.setdefault(unit[1], []).append((sum(slopes), wire.data))
        number = owner.get(wire)
        if number is None:
            continue
        if wire.is_leaf and not wire.is_constant:
            layers[number].parameters[wire] = None
        for source in circuit.inputs(wire):
            if "unit" not in source.__dict__:
                owner.setdefault(source, number)
    return [layers[number] for number in sorted(layers)]


def _slopes(circuit: Circuit, a: Value, unit: Any) -> list[float]:
    """The local gradients of an activation towards its z: the same unit's wire right behind it."""
    inputs = circuit.inputs(a)
    behind = [z for z in inputs if z.__dict__.get("unit") == unit and not z.is_leaf]
    local_gradients = circuit.local_gradients(a) if behind else ()
    return [local for source, local in zip(inputs, local_gradients) if source is behind[0]]


def _nonfinite(circuits: Sequence[Circuit]) -> list[Finding]:
    for circuit in circuits:
        if found := first_nonfinite_in(circuit):
            return [Finding("nonfinite", f"not finite: {found}")]
    return []


def _units(layers: Sequence[_Layer]) -> list[Finding]:
    findings = []
    for layer in layers:
        dead = [unit for unit, rows in layer.slopes.items() if not any(map(any, rows))]
        if dead:
            findings.append(Finding("dead", _counted("dead", layer, dead)))
        steepest = max((abs(s) for rows in layer.slopes.values() for s, _ in rows), default=0.0)
        flat = [
            unit
            for unit, rows in layer.slopes.items()
            if unit not in dead and _is_saturated(rows, max(steepest, STEEPEST))
        ]
        if flat:
            findings.append(Finding("saturated", _counted("saturated", layer, flat)))
    return findings


def _is_saturated(rows: Sequence[tuple[float, float]], steepest: float) -> bool:
    """Whether a unit is nearly flat on most rows, and flat because z is far out, not 0."""
    flat = sum(
        0.0 < abs(slope) < FLAT * steepest or (slope == 0.0 and a != 0.0) for slope, a in rows
    )
    return flat >= MOSTLY * len(rows)


def _counted(kind: str, layer: _Layer, units: list[int]) -> str:
    units = sorted(units)
    shown = ", ".join(map(str, units[:8])) + (", …" if len(units) > 8 else "")
    words = f"unit{'s' * (len(units) > 1)} {shown}"
    return f"{kind} units in layer {layer.number}: {len(units)} of {len(layer.slopes)} ({words})"


def _gradients(layers: Sequence[_Layer]) -> list[Finding]:
    learning = [layer for layer in layers if layer.parameters]
    if not any(p.has_grad for layer in learning for p in layer.parameters):
        return [Finding("no gradient", "no gradients yet")]
    norms = [(layer.number, gradient_norm(layer.parameters)) for layer in learning]
    if not all(isfinite(norm) for _, norm in norms):
        return []
    (first, begin), (last, end) = norms[0], norms[-1]
    shown = f"{begin:.1e} in layer {first}, {end:.1e} in layer {last}"
    if begin < FADING * end:
        return [Finding("vanishing", f"vanishing gradient: norm {shown}")]
    if end < FADING * begin:
        return [Finding("exploding", f"exploding gradient: norm {shown}")]
    return []


def _update_ratios(layers: Sequence[_Layer], optimizer: Optimizer | None) -> dict[int, float]:
    """‖step‖ / ‖weights‖ of each layer, for the step that the optimiser would take now."""
    if optimizer is None:
        return {}
    planned = dict(zip(map(id, optimizer.parameters), optimizer.planned()))
    ratios = {}
    for layer in layers:
        known = [p for p in layer.parameters if id(p) in planned]
        size = hypot(*(p.data for p in known))
        if size:
            ratios[layer.number] = hypot(*(planned[id(p)] - p.data for p in known)) / size
    return ratios


def _steps(ratios: dict[int, float]) -> list[Finding]:
    findings = []
    for number, ratio in ratios.items():
        if not SLOW <= ratio <= FAST:
            kind = "slow" if ratio < SLOW else "fast"
            findings.append(Finding(kind, f"{kind} updates in layer {number}: {ratio:.1e} of it"))
    return findings


def _table(layers: Sequence[_Layer], ratios: dict[int, float]) -> Table:
    rows = []
    for layer in layers:
        slopes = [abs(slope) for unit in layer.slopes.values() for slope, _ in unit]
        has_grad = any(p.has_grad for p in layer.parameters)
        rows.append(
            (
                layer.number,
                sum(slopes) / len(slopes) if slopes else "",
                hypot(*(p.data for p in layer.parameters)),
                gradient_norm(layer.parameters) if has_grad else "?",
                ratios.get(layer.number, ""),
            )
        )
    return Table(("layer", "mean σ'(z)", "weight norm", "gradient norm", "update / weight"), rows)
