"""A circuit as a table: every gate with its value, its local gradients and what it sends back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import inf
from typing import Final

from ..engine import Circuit, Value, looks_at_numbers, wires_in
from ..rules import as_formula, as_text, simplified
from .columns import Lines, check_width, columns, display_width, fitted, widths
from .labels import check_notation
from .rounding import DIGITS, check_digits, rounded
from .wire_names import Names, gate_formula

MOST_LINES: Final = 300
MOST_INPUTS: Final = 20
WIDEST: Final = 44  # cells for a formula

Row = tuple[str, ...]

HEADER: Final = ("gate", " value", "gradient", " input", "local gradient", "", "contribution")
HEADER_WITHOUT_FORMULAS: Final = (*HEADER[:4], "", "local", "contribution")
HEADER_WITHOUT_GATES: Final = ("", *HEADER[1:3], "", "", "", "")
GATE, INPUT = 0, 3  # the columns of names
NARROWEST: Final = 8  # cells for a name
FORMULA: Final = 4  # the column of local gradients as formulas
ALIGNMENT: Final = "<..<<.."
GAP: Final = "  "


def as_table(
    output: Value | Sequence[Value],
    digits: int = DIGITS,
    *,
    width: int | None = None,
    notation: str = "l",
) -> str:
    """The gates behind an output, or several, first to last, then the leaves; `?` is not known yet.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> f = (w * x + 3).sigmoid()
    >>> f.backward()
    >>> print(as_table(f, digits=2))
    gate             value  gradient   input    local gradient         contribution
    ───────────────────────────────────────────────────────────────────────────────
    w·x              −2         0.20   w        x               −1            −0.20
                                       x        w                2             0.39
    w·x + 3           1         0.20   w·x      1                1             0.20
    f = σ(w·x + 3)    0.73      1      w·x + 3  f·(1 − f)        0.20          0.20
    ───────────────────────────────────────────────────────────────────────────────
    w                 2        −0.20
    x                −1         0.39

    A gate has one line for each input that can receive a gradient: the local gradient, as a formula
    and as a number, and the contribution, which is local gradient × the gate's gradient. What does
    not fit into 300 lines, or 20 for a gate, is counted at the end. To fit into `width` cells,
    formulas are shortened. `notation="[l]"` writes layers in brackets.
    """
    looks_at_numbers("as_table")
    output, *others = wires_in(output, "as_table()")
    circuit = Circuit(output, others=others, textbook=True)
    return Lines(table_of(circuit, digits, width=width, notation=notation))


def table_of(
    circuit: Circuit, digits: int, *, width: int | None = None, notation: str = "l"
) -> str:
    """The same for a circuit that is at hand."""
    check_digits(digits)
    check_width(width)
    check_notation(notation)
    names = Names(circuit, digits, notation=notation)
    gate_rows: list[Row] = []
    unseen = iter(circuit.gates)
    for wire in unseen:
        gate_rows += _gate_rows(circuit, wire, names, digits)
        if len(gate_rows) >= MOST_LINES:
            break
    variables = [wire for wire in circuit.leaves if not wire.is_constant]
    leaf_rows = [
        (names.text(wire), *_numbers(wire, digits), "", "", "", "")
        for wire in variables[:MOST_LINES]
    ]
    header = HEADER if circuit.gates else HEADER_WITHOUT_GATES
    rows = _narrowed([header, *gate_rows, *leaf_rows], width)
    lines = columns(rows, ALIGNMENT, GAP).splitlines()
    rule = "─" * max(map(display_width, lines))
    parts = [lines[:1], lines[1 : 1 + len(gate_rows)], lines[1 + len(gate_rows) :]]
    parts[1] += _more(sum(1 for _ in unseen), "gates")
    parts[2] += _more(len(variables) - len(leaf_rows), "leaves")
    return f"\n{rule}\n".join("\n".join(part) for part in parts if part)


def _more(count: int, what: str) -> list[str]:
    return [f"… {count:,} more {what}"] if count > 0 else []


def _narrowed(rows: list[Row], width: int | None) -> list[Row]:
    """The rows with formulas of local gradients so short that all fits, or without them."""
    needed = widths(rows, ALIGNMENT)
    excess = sum(needed) + len(GAP) * (len(needed) - 1) - (width or inf)
    if excess <= 0:
        return rows
    limit = int(needed[FORMULA] - excess)
    if limit >= len(HEADER[FORMULA]):
        return [(*row[:FORMULA], fitted(row[FORMULA], limit), *row[FORMULA + 1 :]) for row in rows]
    without = [(*row[:FORMULA], "", *row[FORMULA + 1 :]) for row in rows[1:]]
    without.insert(0, HEADER_WITHOUT_FORMULAS)
    for column in (INPUT, GATE):  # names can be expressions: these too are shortened
        needed = widths(without, ALIGNMENT)
        columns_used = sum(map(bool, needed))
        excess = sum(needed) + len(GAP) * (columns_used - 1) - (width or 0)
        if excess > 0:
            room = max(needed[column] - int(excess), NARROWEST)
            without = [(*r[:column], fitted(r[column], room), *r[column + 1 :]) for r in without]
    return without


def _numbers(wire: Value, digits: int) -> tuple[str, str]:
    gradient = rounded(wire.grad, digits) if wire.has_grad else "?"
    return " " + rounded(wire.data, digits), gradient


def _gate_rows(circuit: Circuit, wire: Value, names: Names, digits: int) -> list[Row]:
    gate, inputs = circuit.gate(wire), circuit.inputs(wire)
    computed = gate_formula(gate, [names.formula(source) for source in inputs[:MOST_INPUTS]])
    title = names.text(wire)
    if not names.is_expression(wire):
        title += f" = {fitted(as_text(names.shown(computed)), WIDEST)}"
    first = (title, *_numbers(wire, digits))
    formulas = [""] * len(inputs)
    if gate.has_rules and len(inputs) <= MOST_INPUTS:
        rule = gate.textbook_gradient or gate.local_gradient
        parts = rule(*map(names.formula, inputs), names.formula(wire))
        shown = (names.shown(simplified(as_formula(part))) for part in parts)
        formulas = [fitted(as_text(formula), WIDEST) for formula in shown]
    rows: list[Row] = []
    branches = zip(inputs, formulas, circuit.local_gradients(wire))
    for source, formula, local in islice(branches, MOST_INPUTS):
        if not source.is_constant:
            sent = (
                rounded(gate.contribution(local, wire.grad) or 0.0, digits)
                if wire.has_grad
                else "?"
            )
            start = ("", "", "") if rows else first
            rows.append((*start, f" {names.text(source)}", formula, rounded(local, digits), sent))
    more = _more(len(inputs) - MOST_INPUTS, "inputs")
    return (rows or [(*first, "", "", "", "")]) + [
        ("", "", "", f" {text}", "", "", "") for text in more
    ]
