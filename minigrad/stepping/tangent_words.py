"""The words and formulas of a tangent: what a gate adds up of the tangents of its inputs.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> (step,) = mg.Stepper(w * x, mode="forward", seed={w: 1.0, x: 3.0})
>>> print(step.sentence)
× computes f = w·x = 2·(−1) = −2. × takes each tangent times the other input: f has the tangent \
1 · x + 3 · w = −1 + 6 = 5
>>> step.formulas
['df/dt = dw/dt · x + dx/dt · w = 1 · (−1) + 3 · 2 = 5']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..engine import Value
from ..rules import Formula, Gate, as_latex, ieee, is_number
from .snapshot import Snapshot
from .words import Writer, factor, in_a_product, local_formulas, number_text

MOST_TERMS: Final = 6


class Term(NamedTuple):
    """What one input that moves adds to the tangent of a gate's output."""

    wire: Value
    place: int
    formula: Formula  # of the local gradient
    local: float
    tangent: float  # of the input
    product: float


def terms(circuit: Snapshot, output: Value) -> list[Term]:
    """The inputs that move the gate: those that do not move, or are not chosen, add nothing."""
    if circuit.tangents.keys().isdisjoint(circuit.inputs(output)):
        return []
    gate, formulas = circuit.gate(output), local_formulas(circuit, output)
    parts = zip(circuit.inputs(output), formulas, circuit.local_gradients(output))
    found = []
    for place, (source, formula, local) in enumerate(parts):
        tangent = circuit.tangents.get(source)
        product = gate.contribution(local, tangent)
        if tangent is not None and product is not None:
            found.append(Term(source, place, formula, local, tangent, product))
    return found


def tangent_sentence(circuit: Snapshot, output: Value) -> str:
    """What the gate does to the tangents of its inputs."""
    name, rounded = circuit.names.text(output), circuit.rounded
    found = terms(circuit, output)
    seed = circuit.seeds.get(output)
    if not found and seed is None:
        moves = not circuit.tangents.keys().isdisjoint(circuit.inputs(output))
        if moves:
            words = tangent_words(circuit.gate(output))
            return f"{words}: nothing goes on, {name} has the tangent 0"
        return f"No input moves: {name} has the tangent 0"
    if not found:
        return f"The seed moves it: {name} has the tangent {rounded(circuit.tangents[output])}"
    shown = found[:MOST_TERMS]
    products = [_product(circuit, term) for term in shown]
    numbers = [rounded(term.product) for term in shown]
    if seed is not None:
        products.insert(0, f"{rounded(seed)} (the seed)")
        numbers.insert(0, rounded(seed))
    if len(found) > len(shown):
        products.append(f"… ({len(found) - len(shown)} more)")
        numbers.append("…")
    steps = [" + ".join([products[0], *map(in_a_product, products[1:])])]
    if len(numbers) > 1:
        steps.append(" + ".join([numbers[0], *map(in_a_product, numbers[1:])]))
    elif found[0].formula.operation not in ("symbol", "number"):
        steps.append(f"{rounded(found[0].tangent)} · {in_a_product(rounded(found[0].local))}")
    steps.append(rounded(circuit.tangents[output]))
    words = tangent_words(circuit.gate(output))
    return f"{words}: {name} has the tangent {' = '.join(dict.fromkeys(steps))}"


def _product(circuit: Snapshot, term: Term) -> str:
    """Tangent × local gradient, or the tangent alone where it goes on as it is."""
    tangent = circuit.rounded(term.tangent)
    if is_number(term.formula, 1.0):
        return tangent
    return f"{tangent} · {factor(circuit.names.shown(term.formula))}"


def tangent_words(gate: Gate) -> str:
    """What such a gate does to tangents, from its row in the table.

    >>> from minigrad.rules import GATES
    >>> tangent_words(GATES["tanh"])
    'tanh multiplies the tangent by 1 − output², which vanishes as it saturates'
    >>> tangent_words(GATES["atan2"])
    'atan2 multiplies each tangent by its local gradient, and adds'

    A gate with one input does to a tangent what it does to a gradient; another one's row has words.
    """
    if gate.tangent_sentence:
        return gate.tangent_sentence
    if gate.arity == 1 and "the gradient" in gate.sentence:
        return gate.sentence.partition(":")[0].replace("the gradient", "the tangent")
    if gate.arity == 1:
        return f"{gate.symbol} multiplies the tangent by its local gradient"
    return f"{gate.symbol} multiplies each tangent by its local gradient, and adds"


def tangent_formula(circuit: Snapshot, output: Value, write: Writer) -> str:
    """The chain rule forwards, in symbols and then in numbers."""
    dot = r" \cdot " if write is as_latex else " · "
    found = terms(circuit, output)[:MOST_TERMS]
    result = number_text(circuit, circuit.tangents.get(output, 0.0), write)
    parts = [write(circuit.tangent_symbol(output))]
    if found and output not in circuit.seeds:
        symbols, numbers = [], []
        for term in found:
            local = factor(circuit.names.shown(term.formula), write)
            number = in_a_product(number_text(circuit, term.local, write))
            symbols.append(f"{write(circuit.tangent_symbol(term.wire))}{dot}{local}")
            numbers.append(f"{number_text(circuit, term.tangent, write)}{dot}{number}")
        more = [" + …"] * (len(terms(circuit, output)) > len(found))
        parts += ["".join([" + ".join(each), *more]) for each in (symbols, numbers)]
    return " = ".join([*parts, result])


def start_of_tangents(circuit: Snapshot) -> str:
    """What is known before the first step, and where in the picture the tangents stand.

    >>> import minigrad as mg
    >>> x = mg.Value(2.0, label="x")
    >>> print(start_of_tangents(mg.Stepper(x.exp(), mode="forward").circuit))
    The values of the leaves are given, and how fast they move: x moves by 1. Gate by gate, the \
forward pass computes all other values, and beside each, slanted, its tangent.
    """
    name, rounded = circuit.names.text, circuit.rounded
    seeds = ", ".join(f"{name(wire)} moves by {rounded(t)}" for wire, t in circuit.seeds.items())
    text = (
        f"The values of the leaves are given, and how fast they move: {seeds}. Gate by gate, the "
        "forward pass computes all other values, and beside each, slanted, its tangent."
    )
    return text + " Then the backward pass computes gradients." * circuit.goes_back


def meeting(circuit: Snapshot, met: Mapping[Value, float]) -> str:
    """How the tangent that has arrived at the output and the gradients of the seeds are one.

    `met` has these gradients, and that of the output.
    """
    upstream = met[circuit.output]
    f, rounded = circuit.names.text(circuit.output), circuit.rounded
    tangent = circuit.tangents.get(circuit.output, 0.0)
    names = [
        (circuit.names.text(wire), circuit.seeds[wire], d)
        for wire, d in met.items()
        if wire in circuit.seeds
    ]
    arrived = f"the tangent that arrived at {f}, {rounded(tangent)}"
    scaled = tangent * upstream
    if upstream != 1.0:
        arrived += f", times the gradient of {f}, {rounded(upstream)}, which is {rounded(scaled)}"
    total = ieee.added(speed * d for _, speed, d in names)
    if total != total and scaled != scaled:
        return f"Both ways come to nan: mg.first_nonfinite({f}) names the gate where it began"
    if total != scaled and not abs(total - scaled) <= 1e-6 * max(abs(total), abs(scaled)):
        return f"Both ways come to {rounded(scaled)} and {rounded(total)}: {arrived}"
    if len(names) == 1 and names[0][1] == 1.0:
        return f"Both ways meet: {arrived}, is the gradient of {names[0][0]}, {rounded(total)}"
    symbols = [f"{rounded(speed)} · (gradient of {name})" for name, speed, _ in names]
    numbers = [f"{rounded(speed)} · {in_a_product(rounded(d))}" for _, speed, d in names]
    parts = [" + ".join([p[0], *map(in_a_product, p[1:])]) for p in (symbols, numbers)]
    return f"Both ways meet: {arrived}, is {parts[0]} = {parts[1]} = {rounded(total)}"
