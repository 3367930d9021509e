"""A circuit as a table: every gate with its value, its local gradients and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .columns import columns, display_width
from .engine import Value, leaves_and_gates
from .formula import Formula, as_formula, as_text
from .gate import Gate
from .notation import rounded
from .wire_names import wire_formula, wire_names

MOST_GATES: Final = 200
MOST_LEAVES: Final = 200
WIDEST: Final = 44  # cells for a formula
Row = tuple[str, str, str, str, str, str, str]

HEADER: Final[Row] = (
    *("gate", "  value", "gradient"),
    *("  input", "local gradient", "", "contribution"),
)
ALIGNMENT: Final = "<>><<>>"


def as_table(output: Value, digits: int = 4) -> str:
    """The gates behind `output`, first to last, then the leaves; `?` is a gradient not known yet.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> f = (w * x + 3).sigmoid()
    >>> f.backward()
    >>> print(as_table(f, digits=2))
    gate           value  gradient    input  local gradient         contribution
    ────────────────────────────────────────────────────────────────────────────
    v₁ = w·x       −2.00      0.20    w      x               −1.00         −0.20
                                      x      w                2.00          0.39
    v₂ = v₁ + 3     1.00      0.20    v₁     1                1.00          0.20
    v₃ = σ(v₂)      0.73      1.00    v₂     v₃·(1 − v₃)      0.20          0.20
    ────────────────────────────────────────────────────────────────────────────
    w               2.00     −0.20
    x              −1.00      0.39

    A gate has one line for each input that can receive a gradient: the local gradient, as a formula
    and as a number, and the contribution, which is local gradient × the gate's gradient. At most
    200 gates and 200 leaves are listed.
    """
    leaves, gates = leaves_and_gates(output)
    names = wire_names([*leaves, *gates])
    gate_rows = [row for wire in gates[:MOST_GATES] for row in _gate_rows(wire, names, digits)]
    leaf_rows: list[Row] = [
        (names[wire], rounded(wire.data, digits), _gradient(wire, digits), "", "", "", "")
        for wire in leaves
        if not wire.is_constant
    ]
    hidden_gates, hidden_leaves = len(gates) - MOST_GATES, len(leaf_rows) - MOST_LEAVES
    lines = columns([HEADER, *gate_rows, *leaf_rows[:MOST_LEAVES]], ALIGNMENT).splitlines()
    rule = "─" * max(map(display_width, lines))
    parts = [lines[:1], lines[1 : 1 + len(gate_rows)], lines[1 + len(gate_rows) :]]
    if hidden_gates > 0:
        parts[1] += [f"… {hidden_gates:,} more gates"]
    if hidden_leaves > 0:
        parts[2] += [f"… {hidden_leaves:,} more leaves"]
    return f"\n{rule}\n".join("\n".join(part) for part in parts if part)


def _gradient(wire: Value, digits: int) -> str:
    return rounded(wire.grad, digits) if wire.has_grad else "?"


def _gate_rows(wire: Value, names: Mapping[Value, str], digits: int) -> list[Row]:
    assert wire.gate is not None
    first = [f"{names[wire]} = {_formula_of(wire.gate, wire, names)}"]
    first += [rounded(wire.data, digits), _gradient(wire, digits)]
    rows: list[Row] = []
    texts = _local_gradient_texts(wire, names)
    for source, text, local in zip(wire.inputs, texts, wire.local_gradients):
        if not source.is_constant:
            gate, value, gradient = ("", "", "") if rows else first
            sent = rounded(local * wire.grad, digits) if wire.has_grad else "?"
            number = rounded(local, digits)
            rows.append((gate, value, gradient, f"  {names[source]}", text, number, sent))
    return rows or [(first[0], first[1], first[2], "", "", "", "")]


def _formula_of(gate: Gate, wire: Value, names: Mapping[Value, str]) -> str:
    operands = [wire_formula(source, names[source]) for source in wire.inputs]
    if gate.dunder and gate.rule:
        return _fitted(as_text(gate.trace_formula(*operands)))
    return _fitted(as_text(Formula("call", (gate, *operands))))


def _local_gradient_texts(wire: Value, names: Mapping[Value, str]) -> list[str]:
    gate = wire.gate
    if gate is None or not gate.has_rules:
        return [""] * len(wire.inputs)
    operands = [wire_formula(source, names[source]) for source in wire.inputs]
    rule = gate.textbook_gradient or gate.local_gradient
    parts = rule(*operands, Formula.symbol(names[wire]))
    return [_fitted(as_text(as_formula(part))) for part in parts]


def _fitted(text: str) -> str:
    if display_width(text) <= WIDEST:
        return text
    return text[: WIDEST - 1] + "…"
