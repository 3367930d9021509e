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

from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import replace
from math import isclose, isnan
from typing import Any, NamedTuple

from ..engine import Circuit, Stage, Value, constant, gradient_of, output_of, write_data, write_grad
from ..rules import GATES, Formula, Gate, as_formula, as_text, gate_named, ieee
from ..text import gate_formula


class Expansion(NamedTuple):
    """The expanded copy, its stage, what its new gates show, and the copy of each wire."""

    circuit: Circuit
    stage: Stage
    symbols: dict[Value, str]
    twins: Mapping[Value, Value]


def expand(circuit: Circuit, names: Iterable[str], stage: Stage) -> Expansion:
    """The circuit with every gate of these names replaced by its definition, one name at a time."""
    expanded = circuit
    twins = {wire: wire for wire in circuit.wires}
    for name in [names] if isinstance(names, str) else names:
        gate = gate_named(str(name))
        if gate.definition is None:
            known = ", ".join(row.name for row in GATES.values() if row.definition is not None)
            raise ValueError(
                f"the gate {name!r} has no definition in simpler gates; these have one: {known}"
            )
        copies: dict[Value, Value] = {}
        for wire in expanded.wires:
            copies[wire] = _twin(expanded, wire, gate, copies)
        twins = {wire: copies[twin] for wire, twin in twins.items()}
        output, *others = (copies[output] for output in expanded.outputs)
        expanded = Circuit(output, circuit.collapse, others=others)
    outer = _outer_wires(circuit, expanded, twins)
    symbols = {gate: symbol for gate in outer if (symbol := _with_constants(expanded, gate))}
    stage = _with_insides(expanded, stage.translated(twins), outer)
    return Expansion(expanded, stage, symbols, twins)


def _twin(circuit: Circuit, wire: Value, gate: Gate, twins: Mapping[Value, Value]) -> Value:
    """A copy of the wire; if it comes out of this gate, out of the gate's definition.

    A copy is what the circuit shows: a gate that it alone knows becomes one like all others.
    """
    inputs = tuple(twins[source] for source in circuit.inputs(wire))
    own = None if wire.is_leaf else circuit.gate(wire)
    twin = _inside(wire, gate, inputs) if own is gate else None
    if twin is None:
        if own is not None:
            twin = output_of(own, inputs, 0.0, circuit.local_gradients(wire))
        else:
            twin = constant(0.0) if wire.is_constant else Value(0.0)
    write_data(twin, wire.data)
    write_grad(twin, gradient_of(wire))
    vars(twin).update(vars(wire))
    return twin


def _inside(wire: Value, gate: Gate, inputs: tuple[Value, ...]) -> Value | None:
    """The output of the gates that define one; None if they only pass an input or a number on."""
    # in a context of its own: recorded even inside no_grad()
    inside: Any = Context().run(gate.definition, *inputs)  # type: ignore[arg-type]
    if not isinstance(inside, Value):
        return None
    if not isclose(inside.data, wire.data, rel_tol=1e-9, abs_tol=1e-12) and not isnan(wire.data):
        raise ValueError(
            f"the data of an input of {wire!r} was changed after the gate was recorded (its "
            f"definition gives {inside.data!r} now): build the circuit again"
        )
    return None if inside.is_leaf or inside in inputs else inside


def _outer_wires(
    circuit: Circuit, expanded: Circuit, twins: Mapping[Value, Value]
) -> dict[Value, Value]:
    """Of every wire that belongs to a definition, the output of that definition; outputs first.

    That one is the twin of the gate which the definition explains.
    """
    outer = {
        twins[wire]: twins[wire]
        for wire in circuit.gates
        if circuit.gate(wire) is not expanded.gate(twins[wire])
    }
    copies, found = set(twins.values()), {}
    for wire in reversed(expanded.wires):
        if wire in outer:
            found[wire] = outer[wire]
            inside = (source for source in expanded.inputs(wire) if source not in copies)
            outer |= dict.fromkeys(inside, outer[wire])
    return found


def _with_insides(circuit: Circuit, stage: Stage, outer: Mapping[Value, Value]) -> Stage:
    """The stage with the numbers inside of definitions: there, too, the chain rule holds."""
    values, gradients = dict(stage.values), dict(stage.gradients)
    contributions = {use: sent for use, sent in stage.contributions.items() if use[0] not in outer}
    for gate, whole in outer.items():
        goes_back = (whole, 0) in stage.contributions and whole in gradients
        if whole in values:
            values.setdefault(gate, gate.data)
        if goes_back and not gate.is_leaf:
            local_gradients = zip(circuit.inputs(gate), circuit.local_gradients(gate))
            for place, (source, local) in enumerate(local_gradients):
                contributions[gate, place] = sent = (
                    circuit.gate(gate).contribution(local, gradients[gate]) or 0.0
                )
                if outer.get(source) is whole and not source.is_leaf:
                    gradients[source] = gradients.get(source, 0.0) + sent
    tangents = stage.tangents and _inner_tangents(circuit, stage.tangents, outer)
    done = stage.done | {gate for gate, whole in outer.items() if whole in stage.done}
    return replace(
        stage,
        values=values,
        gradients=gradients,
        contributions=contributions,
        done=done,
        tangents=tangents,
    )


def _inner_tangents(
    circuit: Circuit, known: Mapping[Value, float], outer: Mapping[Value, Value]
) -> dict[Value, float]:
    """The tangents with those inside of definitions, where the forward pass has been."""
    tangents = dict(known)
    for gate in circuit.gates:
        if gate not in tangents and gate in outer and outer[gate] in known:
            local_gradients = zip(circuit.inputs(gate), circuit.local_gradients(gate))
            moved = (
                circuit.gate(gate).contribution(local, tangents.get(source))
                for source, local in local_gradients
            )
            tangents[gate] = ieee.added(product or 0.0 for product in moved)
    return tangents


def _with_constants(circuit: Circuit, wire: Value) -> str | None:
    """What a gate with one input besides constants shows: `+1` and `1/x`, not `+` and `÷`."""
    inputs = circuit.inputs(wire)
    if sum(not source.is_constant for source in inputs) != 1:
        return None
    x = Formula.symbol("x")
    operands = [as_formula(s.data) if s.is_constant else x for s in inputs]
    formula = gate_formula(circuit.gate(wire), operands)
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
