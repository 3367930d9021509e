"""Gradients of a network as formulas in δ = dC/dz, as a text book writes them below the wires.

>>> import minigrad as mg
>>> z = mg.Value(0.5, label="w_1") * mg.Value(-2.0, label="x_1") + mg.Value(1.0, label="b")
>>> z.label = "z_1"
>>> deltas = Deltas(Circuit(z.tanh()))
>>> [deltas.text(wire) for wire in deltas.circuit.leaves]
['δ₁·x₁', 'δ₁·w₁', 'δ₁']

Every pre-activation z begins with a δ of its own. From there + and Σ hand it on, − turns its sign
and × attaches the other factor; what comes through any other gate has no formula. So the δ of
the last layer, which depends on the cost, and the δ behind an activation are numbers to compute,
and every gradient between two activations is a sum of products of these with weights or inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from ..engine import Circuit, Value
from ..rules import GATES, Formula, as_latex, as_text
from .derivatives import derivative
from .labels import in_notation, latex_name, parse_name, unicode_name, with_run
from .rounding import DIGITS
from .runs import unit_of
from .wire_names import Names

MOST_TERMS: Final = 64  # of one gradient: a weight that many examples share has no short formula
MOST_FACTORS: Final = 2
MOST_SHOWN: Final = 2  # terms that are written one by one


class Term(NamedTuple):
    """A product that is part of a gradient: a sign, the δ of a pre-activation, other wires."""

    sign: int
    z: Value
    factors: tuple[Value, ...] = ()


Terms = tuple[Term, ...]


class Deltas:
    """Which gradients of a circuit are formulas in δ, and how these read.

    A pre-activation is what a network of `mg.nn` has marked as one, and any gate's output with a
    label like `z_1^2`.
    """

    def __init__(self, circuit: Circuit, digits: int = DIGITS, names: Names | None = None) -> None:
        self.circuit = circuit
        self.names = names or Names(circuit, digits)
        self._notation = self.names.notation

    def __bool__(self) -> bool:
        return bool(self.preactivations)

    @cached_property
    def preactivations(self) -> dict[Value, None]:
        """The wires z, in order."""
        parts_of_units = _sums_of_units(self.circuit)
        return dict.fromkeys(
            wire
            for wire in self.circuit.gates
            if wire in parts_of_units
            or (unit_of(wire) is None and parse_name(wire.label).base == "z")
        )

    def terms(self, wire: Value) -> Terms | None:
        """The gradient of a wire as a sum of terms; None where it is no formula in δ."""
        if wire in self.preactivations:
            return (Term(1, wire),)
        arrived = self._terms.get(wire)
        return tuple(sorted(arrived, key=self._place_of_z)) if arrived else None

    def _place_of_z(self, term: Term) -> int:
        return self.circuit.place[term.z]

    def sent(self, gate: Value, place: int) -> Terms | None:
        """What a gate sends to one of its inputs, likewise."""
        upstream = self.terms(gate)
        return None if upstream is None else _sent(self.circuit, gate, place, upstream) or None

    @cached_property
    def _terms(self) -> dict[Value, Terms | None]:
        """Of each wire what has arrived from all gates that use it."""
        arrived: dict[Value, Terms | None] = {self.circuit.output: None}
        for gate in reversed(self.circuit.gates):
            is_z = gate in self.preactivations
            upstream = (Term(1, gate),) if is_z else arrived.get(gate)
            for place, source in enumerate(self.circuit.inputs(gate)):
                if source.is_constant:
                    continue
                known = arrived.get(source, ())
                more = _sent(self.circuit, gate, place, upstream) if upstream else None
                total = None if known is None or more is None else known + more
                arrived[source] = total if total is None or len(total) <= MOST_TERMS else None
        return arrived

    # --- how they read ---

    def text(self, wire: Value) -> str:
        """The gradient of a wire as plain text; empty where it is no formula in δ."""
        return self._written(self.terms(wire), as_text)

    def latex(self, wire: Value) -> str:
        """The same in LaTeX's math mode."""
        return self._written(self.terms(wire), as_latex)

    def sent_text(self, gate: Value, place: int) -> str:
        """What a gate sends to one of its inputs, as plain text."""
        return self._written(self.sent(gate, place), as_text)

    def _written(self, terms: Terms | None, write: Callable[[Formula], str]) -> str:
        if not terms:
            return ""
        sigma = self._as_sigma(terms) if len(terms) > MOST_SHOWN else None
        if sigma is not None:
            return write(sigma)
        total = self._product(terms[0])
        for term in terms[1:MOST_SHOWN]:
            product = self._product(Term(1, *term[1:]))
            total = total + product if term.sign > 0 else total - product
        more = len(terms) - MOST_SHOWN
        return write(total) + (f" + {more} more" if more > 0 else "")

    def delta(self, z: Value) -> Formula:
        """The symbol of a pre-activation's δ: δ₁² for z₁², and δ₁²⁽³⁾ for z₁²⁽³⁾."""
        label = self.delta_name(z)
        return Formula.symbol(unicode_name(label), latex_name(label))

    def delta_name(self, z: Value) -> str:
        """The same as a label."""
        label, run = in_notation(delta_label(z), self._notation), self.names.runs.get(z)
        return with_run(label, run) if run else str(label)

    def recursion(self, z: Value) -> str:
        """What a δ is computed from: Σₖ δₖ²·wₖ₁² · σ′(z₁¹); in the last layer dC/da₁² · σ′(z₁²).

        Empty where more than one gate uses z, or one that is no part of the unit.
        """
        users = self._users.get(z, [])
        if len(users) != 1 or (unit_of(z) and not unit_of(users[0])):  # a unit that is linear
            return ""
        row, inputs = self.circuit.gate(users[0]), self.circuit.inputs(users[0])
        if len(inputs) != 1:
            return ""
        upstream = self.text(users[0])
        if not upstream:
            both = (self._shown(wire) for wire in (self.circuit.output, users[0]))
            upstream = as_text(derivative("d", *both))
        elif len(self.terms(users[0]) or ()) > 1 and not upstream.startswith("Σ"):
            upstream = f"({upstream})"
        return f"{upstream} · {row.symbol}′({as_text(self._named(z))})"

    @cached_property
    def _users(self) -> dict[Value, list[Value]]:
        users: dict[Value, list[Value]] = {}
        for gate in self.circuit.gates:
            for source in self.circuit.inputs(gate):
                if source in self.preactivations:
                    users.setdefault(source, []).append(gate)
        return users

    def _product(self, term: Term) -> Formula:
        product = self.delta(term.z)
        for factor in term.factors:
            product = product * self._named(factor)
        return product if term.sign > 0 else -product

    def _named(self, wire: Value) -> Formula:
        label = self.names.written_label(wire)
        symbol = Formula.symbol(unicode_name(label), latex_name(label))
        return symbol if as_text(symbol) else self._shown(wire)

    def _shown(self, wire: Value) -> Formula:
        return self.names.shown(self.names.formula(wire))

    def _as_sigma(self, terms: Sequence[Term]) -> Formula | None:
        """Σₖ δₖ²·wₖ₁² for a sum over the units of one layer; None for another sum."""
        if any(term.sign < 0 or len(term.factors) != 1 for term in terms):
            return None
        columns = set()
        run = self.names.runs.get(terms[0].z, 0)
        layer_of = {
            z: (parse_name(delta_label(z)).superscript, self.names.runs.get(z, 0))
            for z in self.preactivations
        }
        if sum(layer == layer_of[terms[0].z] for layer in layer_of.values()) != len(terms):
            return None  # Σₖ would say that it is over the whole layer
        for term in terms:
            (factor,) = term.factors
            if layer_of[term.z][1] != run or factor in self.names.runs:
                return None
            delta, weight = parse_name(delta_label(term.z)), parse_name(factor.label)
            j, column = delta.subscript, weight.subscript
            if not j or not column.startswith(j) or delta.superscript != weight.superscript:
                return None
            columns.add((weight.base, delta.superscript, column[len(j) :].lstrip(",")))
        if len(columns) > 1:
            return None
        ((base, layer, rest),) = columns
        index = f"^{{{layer}}}" if layer else ""
        delta_k, weight_k = (
            in_notation(label, self._notation)
            for label in (f"delta_{{k}}{index}", f"{base}_{{k{rest}}}{index}")
        )
        delta_k = with_run(delta_k, run) if run else delta_k
        return Formula.symbol(
            f"Σₖ {unicode_name(delta_k)}·{unicode_name(weight_k)}",
            rf"\sum_k {latex_name(delta_k)} \cdot {latex_name(weight_k)}",
        )


def delta_label(z: Value) -> str:
    """The label of a pre-activation's δ: with the indices of its z, or of its unit."""
    name = parse_name(z.label)
    if name.base != "z" and (unit := unit_of(z)):
        return f"delta_{{{unit[1]}}}^{{{unit[0]}}}"
    low = f"_{{{name.subscript}}}" if name.subscript else ""
    return f"delta{low}" + (f"^{{{name.superscript}}}" if name.superscript else "")


def has_layer(wire: Value) -> bool:
    """Whether the wire belongs to a unit whose layer is its upper index.

    >>> a = Value(1.0, label="a_1^2"); a.unit = (2, 1)
    >>> has_layer(a), has_layer(Value(1.0, label="x^2"))
    (True, False)
    """
    unit = unit_of(wire)
    return unit is not None and parse_name(wire.label).superscript == str(unit[0])


def _sums_of_units(circuit: Circuit) -> set[Value]:
    """The marked wires that a unit's own parameters lead to with no other marked wire between.

    z is one; a, which is marked too, has z in between.
    """
    found: set[Value] = set()
    seen: set[Value] = set()
    for wire in circuit.gates:
        unit, waiting = unit_of(wire), [wire]
        while unit and waiting and wire not in found:
            for source in circuit.inputs(waiting.pop()):
                if source.is_leaf and unit_of(source) == unit:
                    found.add(wire)
                elif not source.is_leaf and unit_of(source) is None and source not in seen:
                    seen.add(source)
                    waiting.append(source)
    return found


def _sent(circuit: Circuit, gate: Value, place: int, upstream: Terms) -> Terms | None:
    """The terms that come out of a gate at an input, for those that arrive at its output."""
    row, inputs = circuit.gate(gate), circuit.inputs(gate)
    name = row.name if GATES.get(row.name) is row and not gate.own_backward else ""
    if name in ("add", "sum") or (name == "sub" and place == 0):
        return upstream
    if name in ("sub", "neg"):
        return tuple(Term(-sign, z, factors) for sign, z, factors in upstream)
    if row.is_product and name:
        return _times(upstream, inputs[1 - place])
    if name == "dot":
        half = len(inputs) // 2
        return _times(upstream, inputs[place + half if place < half else place - half])
    return None


def _times(terms: Iterable[Term], factor: Value) -> Terms | None:
    found = tuple(Term(sign, z, (*factors, factor)) for sign, z, factors in terms)
    return None if any(len(term.factors) > MOST_FACTORS for term in found) else found
