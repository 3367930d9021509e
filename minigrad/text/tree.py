"""A circuit as a tree of text, for the terminal: the output at the top, its inputs below it."""

from __future__ import annotations

from collections import Counter
from itertools import chain, repeat
from typing import Final, NamedTuple

from ..engine import Circuit, Stage, Value, check_stage, circuit_at, looks_at_numbers
from ..rules import format_number
from .columns import check_width, columns
from .labels import printable, unicode_name
from .rounding import check_digits, rounded
from .wire_names import WireNames

MOST_LINES: Final = 200
DEEPEST: Final = 24  # levels
INDENT: Final = 3  # cells for each level
NUMBERS: Final = 32  # cells for a name, a value and a gradient


class _Branch(NamedTuple):
    """A wire that is still to be drawn, and where."""

    wire: Value
    indent: str  # what stands before its line's own corner
    corner: str
    depth: int


def as_tree(
    output: Value, digits: int = 2, *, stage: Stage | None = None, width: int | None = None
) -> str:
    """The circuit behind `output` as lines of text, with values and gradients beside them.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> f = (w * x + 3).sigmoid()
    >>> f.backward()
    >>> print(as_tree(f))
                value  gradient
    σ            0.73      1.00
    ╰─ +         1.00      0.20
       ├─ ×     −2.00      0.20
       │  ├─ w   2.00     −0.20
       │  ╰─ x  −1.00      0.39
       ╰─ 3

    A wire that feeds several gates is drawn once and then referred to by its name, with `↑`. `?` is
    a gradient not known yet. `stage` shows the circuit at another moment, the gate at work marked
    with `◀`. A circuit of more than 200 lines, or 24 levels, or fewer so that it fits into `width`
    cells, is cut, and says how much is missing.
    """
    check_stage(stage)
    looks_at_numbers("as_tree")
    circuit, stage = circuit_at(output, stage)
    return tree_of(circuit, digits, stage=stage, width=width)


def tree_of(
    circuit: Circuit, digits: int = 2, *, stage: Stage | None = None, width: int | None = None
) -> str:
    """The same for a circuit that is at hand."""
    check_digits(digits)
    check_width(width)
    names = WireNames(circuit)
    uses = Counter(source for wire in circuit.gates for source in circuit.inputs(wire))
    deepest = min(DEEPEST, max(3, (width - NUMBERS) // INDENT)) if width else DEEPEST
    rows = [("", "value", "gradient", "")]
    waiting = [_Branch(circuit.output, "", "", 0)]
    drawn: set[Value] = set()
    while waiting:
        branch = waiting.pop()
        wire = branch.wire
        title = branch.indent + branch.corner
        below = branch.indent + {"├─ ": "│  ", "╰─ ": "   "}.get(branch.corner, "")
        if wire in drawn:
            rows.append((f"{title}↑ {names[wire]}", "", "", ""))
        elif len(rows) > MOST_LINES or branch.depth > deepest:
            rows.append((f"{title}…", "", "", ""))
            if len(rows) > MOST_LINES:
                break
        else:
            drawn.add(wire)
            name = names[wire] if uses[wire] > 1 else unicode_name(wire.label)
            rows.append(_row(circuit, wire, title, name, stage, digits))
            corners = chain(["╰─ "], repeat("├─ "))  # the last input is drawn last
            waiting += [
                _Branch(source, below, corner, branch.depth + 1)
                for source, corner in zip(reversed(circuit.inputs(wire)), corners)
            ]
    text = columns(rows, "<>><")
    hidden = len(circuit.wires) - len(drawn)
    if not hidden:
        return text
    return f"{text}\n… {hidden:,} of {len(circuit.wires):,} wires are not shown"


def _row(
    circuit: Circuit, wire: Value, title: str, name: str, stage: Stage | None, digits: int
) -> tuple[str, str, str, str]:
    if wire.is_constant:
        return title + (name or format_number(wire.data)), "", "", ""
    if not wire.is_leaf:
        symbol = printable(circuit.gate(wire).symbol)
        name = f"{name} = {symbol}" if name else symbol
    numbers: tuple[float | None, float | None]
    numbers = wire.data, wire.grad if wire.has_grad else None
    if stage:
        numbers = stage.values.get(wire), stage.gradients.get(wire)
    value, gradient = ("?" if number is None else rounded(number, digits) for number in numbers)
    active = "◀" if stage and stage.active is wire else ""
    return title + (name or "Value"), value, gradient, active
