"""Gates shown as the simpler gates of their definition: sigmoid as ×−1, exp, +1, 1/x.

>>> import minigrad as mg
>>> from minigrad.engine.stage import present_stage
>>> y = mg.Value(1.0, label="x").sigmoid()
>>> expansion = expand(y, ["sigmoid"], present_stage(y))
>>> [wire.gate.name for wire in mg.topological_order(expansion.output) if wire.gate]
['neg', 'exp', 'add', 'div']
>>> [expansion.symbols.get(wire) for wire in mg.topological_order(expansion.output) if wire.gate]
['×−1', None, '+1', '1/x']

The expanded circuit is a copy; the one that was given is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import Context
from dataclasses import replace
from math import isclose, isnan
from typing import NamedTuple

from ..engine import Stage, Value, copied, topological_order
from ..rules import GATES, Formula, as_formula, as_text, gate_named
from ..text import gate_formula


class Expansion(NamedTuple):
    """The expanded copy, its stage, what its new gates show, and the copy of each wire."""

    output: Value
    stage: Stage
    symbols: dict[Value, str]
    twins: Mapping[Value, Value]


def expand(output: Value, names: Iterable[str], stage: Stage) -> Expansion:
    """The circuit with every gate of these names replaced by its definition, one name at a time."""
    memo: dict[int, Value] = {}
    twin = copied(output, memo)
    twins = {wire: memo[id(wire)] for wire in topological_order(output)}
    stage = _translated(stage, twins)
    symbols: dict[Value, str] = {}
    for name in [names] if isinstance(names, str) else names:
        gate = gate_named(str(name))
        if gate.definition is None:
            known = ", ".join(row.name for row in GATES.values() if row.definition is not None)
            raise ValueError(
                f"the gate {name!r} has no definition in simpler gates; these have one: {known}"
            )
        for wire in topological_order(twin):
            if wire.gate is gate:
                stage = _expand_gate(wire, stage, symbols)
    return Expansion(twin, stage, symbols, twins)


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


def _expand_gate(wire: Value, stage: Stage, symbols: dict[Value, str]) -> Stage:
    """Put the definition's gates behind a wire, and into the stage what is known of them."""
    assert wire.gate is not None
    inputs = wire.inputs
    # in a context of its own: recorded even inside no_grad()
    inside: Value = Context().run(wire.gate.definition, *inputs)  # type: ignore[arg-type]
    if not isclose(inside.data, wire.data, rel_tol=1e-9, abs_tol=1e-12) and not isnan(wire.data):
        raise ValueError(
            f"the data of an input of {wire!r} was changed after the gate was recorded (its "
            f"definition gives {inside.data!r} now): build the circuit again"
        )
    leaves, gates = _inside(inside, inputs)
    if inside in inputs:  # a definition that only passes its input on has no gates to show
        return stage
    wire.gate, wire._first, wire._second = inside.gate, inside._first, inside._second
    wire._d_first, wire._d_second = inside._d_first, inside._d_second
    gates[-1] = wire
    symbols.update({gate: symbol for gate in gates if (symbol := _with_constants(gate))})
    return _with_inside(stage, wire, leaves, gates)


def _inside(output: Value, inputs: tuple[Value, ...]) -> tuple[list[Value], list[Value]]:
    """The leaves and the gates between the inputs and the output."""
    seen = set(inputs)
    leaves: list[Value] = []
    gates: list[Value] = []
    waiting = [(output, False)]
    while waiting:
        wire, its_inputs_are_in = waiting.pop()
        if its_inputs_are_in:
            gates.append(wire)
        elif wire not in seen:
            seen.add(wire)
            if wire.is_leaf:
                leaves.append(wire)
            else:
                waiting.append((wire, True))
                waiting.extend((source, False) for source in reversed(wire.inputs))
    return leaves, gates


def _with_constants(wire: Value) -> str | None:
    """What a gate with one input besides constants shows: `+1` and `1/x`, not `+` and `÷`."""
    inputs = wire.inputs
    if wire.gate is None or sum(not source.is_constant for source in inputs) != 1:
        return None
    x = Formula.symbol("x")
    formula = gate_formula(wire.gate, [as_formula(s.data) if s.is_constant else x for s in inputs])
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


def _with_inside(stage: Stage, wire: Value, leaves: list[Value], gates: list[Value]) -> Stage:
    """The stage with the numbers of the gates behind a wire: the chain rule inside of it."""
    values, gradients = dict(stage.values), dict(stage.gradients)
    contributions = {key: sent for key, sent in stage.contributions.items() if key[0] is not wire}
    if wire in values:
        values |= {source: source.data for source in (*leaves, *gates[:-1])}
    if (wire, 0) in stage.contributions and wire in gradients:
        inner = set(gates)
        for gate in reversed(gates):
            for place, local in enumerate(gate.local_gradients):
                source = gate.inputs[place]
                contributions[gate, place] = sent = local * gradients[gate]
                if source in inner:
                    gradients[source] = gradients.get(source, 0.0) + sent
    done = stage.done | set(gates) if wire in stage.done else stage.done
    return replace(
        stage, values=values, gradients=gradients, contributions=contributions, done=done
    )
