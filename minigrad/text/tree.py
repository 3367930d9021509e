"""A circuit as a tree of text, for the terminal: the output at the top, its inputs below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..engine import Circuit, Stage, Value, check_stage, present_stage, topological_order
from ..rules import format_number
from .columns import check_width, columns
from .notation import check_digits, printable, rounded, unicode_name
from .wire_names import WireNames

MOST_LINES: Final = 200
DEEPEST: Final = 24  # levels
INDENT: Final = 3  # cells for each level
NUMBERS: Final = 32  # cells for a name, a value and a gradient
Row = tuple[str, str, str, str]


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
    check_digits(digits)
    check_width(width)
    check_stage(stage)
    wires = topological_order(output)
    names = WireNames(wires)
    shared = _shared(wires)
    stage = stage or present_stage(Circuit(output))
    deepest = min(DEEPEST, max(3, (width - NUMBERS) // INDENT)) if width else DEEPEST
    rows: list[Row] = [("", "value", "gradient", "")]
    waiting = [_Branch(output, "", "", 0)]
    drawn: set[Value] = set()
    while waiting:
        branch = waiting.pop()
        wire = branch.wire
        title = branch.indent + branch.corner
        below = branch.indent + {"├─ ": "│  ", "╰─ ": "   "}.get(branch.corner, "")
        if wire in drawn and wire in shared:
            rows.append((f"{title}↑ {names[wire]}", "", "", ""))
        elif len(rows) > MOST_LINES or branch.depth > deepest:
            rows.append((f"{title}…", "", "", ""))
            if len(rows) > MOST_LINES:
                break
        else:
            drawn.add(wire)
            name = names[wire] if wire in shared else unicode_name(wire.label)
            rows.append(_row(title, name, wire, stage, digits))
            corners = ["├─ "] * (len(wire.inputs) - 1) + ["╰─ "]
            waiting += [
                _Branch(source, below, corner, branch.depth + 1)
                for source, corner in list(zip(wire.inputs, corners))[::-1]
            ]
    text = columns(rows, "<>><")
    hidden = len(wires) - len(drawn)
    return text if not hidden else f"{text}\n… {hidden:,} of {len(wires):,} wires are not shown"


def _shared(wires: list[Value]) -> set[Value]:
    """The wires that feed more than one place; a constant never does."""
    seen: set[Value] = set()
    twice: set[Value] = set()
    for wire in wires:
        for source in wire.inputs:
            (twice if source in seen else seen).add(source)
    return twice


def _row(title: str, name: str, wire: Value, stage: Stage, digits: int) -> Row:
    if wire.is_constant:
        return (title + (name or format_number(wire.data)), "", "", "")
    if wire.gate is not None:
        symbol = printable(wire.gate.symbol)
        name = f"{name} = {symbol}" if name else symbol
    return (
        title + (name or "Value"),
        _known(stage.values, wire, digits),
        _known(stage.gradients, wire, digits),
        "◀" if stage.active is wire else "",
    )


def _known(numbers: Mapping[Value, float], wire: Value, digits: int) -> str:
    return rounded(numbers[wire], digits) if wire in numbers else "?"
