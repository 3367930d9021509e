"""Gates shown as the simpler gates of their definition: sigmoid as ×−1, exp, +1, 1/x.

>>> import minigrad as mg
>>> from minigrad.engine import present_stage
>>> circuit = Circuit(mg.Value(1.0, label="x").sigmoid())
>>> expanded = expand(circuit, ["sigmoid"], present_stage(circuit))
>>> [expanded.circuit.gate(wire).name for wire in expanded.circuit.gates]
['neg', 'exp', 'add', 'div']
>>> [expanded.symbols.get(wire) for wire in expanded.circuit.gates]
['×−1', None, '+1', '1/x']

The expanded circuit is a copy; the one that was given is left as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextvars import Context
from dataclasses import replace
from math import isclose, isnan
from typing import NamedTuple

from ..engine import Circuit, Stage, Value, gradient_of, restored, write_data, write_grad
from ..rules import GATES, Formula, Gate, as_formula, as_text, gate_named
from ..text import apply_gate_of


class Expansion(NamedTuple):
    """The expanded copy, its stage, what its new gates show, and the copy of each wire."""

    circuit: Circuit
    stage: Stage
    symbols: dict[Value, str]
    twins: Mapping[Value, Value]


def expand(circuit: Circuit, names: Iterable[str], stage: Stage) -> Expansion:
    """The circuit with every gate of these names replaced by its definition, one name at a time."""
    found = Expansion(circuit, stage, {}, {wire: wire for wire in circuit.wires})
    for name in [names] if isinstance(names, str) else names:
        gate = gate_named(str(name))
        if gate.definition is None:
            known = ", ".join(row.name for row in GATES.values() if row.definition is not None)
            raise ValueError(
                f"the gate {name!r} has no definition in simpler gates; these have one: {known}"
            )
        found = _with_gate_expanded(found, gate)
    return found


def _with_gate_expanded(last: Expansion, gate: Gate) -> Expansion:
    """A copy in which the definition stands in the place of every such gate."""
    twins: dict[Value, Value] = {}
    expanded: set[Value] = set()
    for wire in last.circuit.wires:
        inputs = tuple(twins[source] for source in last.circuit.inputs(wire))
        inside = None
        if not wire.is_leaf and last.circuit.gate(wire) is gate:
            inside = _definition(wire, gate, inputs)
        if inside is None:
            twins[wire] = _copy(last.circuit, wire, inputs)
        else:
            twins[wire] = inside
            expanded.add(inside)
            write_data(inside, wire.data)
            write_grad(inside, gradient_of(wire))
            vars(inside).update(vars(wire))
    circuit = Circuit(twins[last.circuit.output], last.circuit.collapse)
    stage, symbols = _with_insides(
        circuit, _translated(last.stage, twins), expanded, set(twins.values())
    )
    symbols |= {twins[wire]: symbol for wire, symbol in last.symbols.items() if wire in twins}
    return Expansion(circuit, stage, symbols, {w: twins[twin] for w, twin in last.twins.items()})


def _copy(circuit: Circuit, wire: Value, inputs: tuple[Value, ...]) -> Value:
    """A wire as the circuit sees it: a gate that only the circuit knows becomes one like others."""
    gate = None if wire.is_leaf else circuit.gate(wire)
    kind = "constant" if wire.is_constant else ""
    numbers = wire.data, gradient_of(wire)
    twin = restored(type(wire), *numbers, gate, inputs, circuit.local_gradients(wire), kind)
    vars(twin).update(vars(wire))
    return twin


def _definition(wire: Value, gate: Gate, inputs: tuple[Value, ...]) -> Value | None:
    """The output of the gates that define one; None if they only pass an input on."""
    # in a context of its own: recorded even inside no_grad()
    inside: Value = Context().run(gate.definition, *inputs)  # type: ignore[arg-type]
    if not isclose(inside.data, wire.data, rel_tol=1e-9, abs_tol=1e-12) and not isnan(wire.data):
        raise ValueError(
            f"the data of an input of {wire!r} was changed after the gate was recorded (its "
            f"definition gives {inside.data!r} now): build the circuit again"
        )
    return None if inside.is_leaf or inside in inputs else inside


def _translated(stage: Stage, twins: Mapping[Value, Value]) -> Stage:
    """The same moment, told of the copies."""
    return Stage(
        values={twins[wire]: value for wire, value in stage.values.items() if wire in twins},
        gradients={twins[wire]: grad for wire, grad in stage.gradients.items() if wire in twins},
        contributions={
            (twins[wire], place): sent
            for (wire, place), sent in stage.contributions.items()
            if wire in twins
        },
        done=frozenset(twins[wire] for wire in stage.done if wire in twins),
        active=twins.get(stage.active) if stage.active is not None else None,
    )


def _with_insides(
    circuit: Circuit, stage: Stage, expanded: set[Value], copies: Collection[Value]
) -> tuple[Stage, dict[Value, str]]:
    """The stage with the numbers inside of expanded gates, and what the gates there show.

    Inside, too, the chain rule holds: every gate hands on what it receives.
    """
    values, gradients = dict(stage.values), dict(stage.gradients)
    contributions = {
        use: sent for use, sent in stage.contributions.items() if use[0] not in expanded
    }
    done, symbols = set(stage.done), {}
    outer = {gate: gate for gate in expanded}  # of every gate inside, the one that it explains
    for gate in reversed(circuit.gates):
        if gate not in outer:
            continue
        whole = outer[gate]
        if symbol := _with_constants(circuit, gate):
            symbols[gate] = symbol
        if whole in done:
            done.add(gate)
        goes_back = (whole, 0) in stage.contributions and whole in gradients
        local_gradients = circuit.local_gradients(gate) if goes_back else ()
        for place, local in enumerate(local_gradients):
            contributions[gate, place] = local * gradients[gate]
        for place, source in enumerate(circuit.inputs(gate)):
            if source in copies:
                continue
            if whole in values:
                values[source] = source.data
            if not source.is_leaf:
                outer[source] = whole
                if goes_back:
                    sent = contributions[gate, place]
                    gradients[source] = gradients.get(source, 0.0) + sent
    stage = replace(
        stage,
        values=values,
        gradients=gradients,
        contributions=contributions,
        done=frozenset(done),
    )
    return stage, symbols


def _with_constants(circuit: Circuit, wire: Value) -> str | None:
    """What a gate with one input besides constants shows: `+1` and `1/x`, not `+` and `÷`."""
    inputs = circuit.inputs(wire)
    if sum(not source.is_constant for source in inputs) != 1:
        return None
    x = Formula.symbol("x")
    formula = apply_gate_of(wire, [as_formula(s.data) if s.is_constant else x for s in inputs])
    is_function_of_x = formula.operation == "call" and len(inputs) == 1
    return None if is_function_of_x else in_a_circle(formula)


def in_a_circle(formula: Formula) -> str:
    """An operation on one unknown, as short as a gate's symbol.

    >>> x = Formula.symbol("x")
    >>> [in_a_circle(formula) for formula in (-x, 1.0 + x, x * 2.0, 1.0 - x, 1.0 / x)]
    ['×−1', '+1', '×2', '1 − x', '1/x']
    """
    if formula.operation == "neg":
        return "×−1"
    sign = {"+": "+", "*": "×"}.get(formula.operation)
    if sign is None:
        return as_text(formula)
    (number,) = (part for part in formula.operands if part.operation == "number")
    return sign + as_text(number)
