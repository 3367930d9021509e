"""A circuit as a tree of text, for the terminal: the output at the top, its inputs below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Final, NamedTuple

from ..engine import Circuit, Stage, Value, check_stage, circuit_at, looks_at_numbers, wires_in
from .columns import Lines, check_width, columns
from .labels import check_notation, printable
from .rounding import DIGITS, check_digits, rounded
from .wire_names import Names, gate_symbol

MOST_LINES: Final = 200
DEEPEST: Final = 24  # levels
INDENT: Final = 3  # cells for each level
NO_GRADIENT: Final = "–"  # a constant never gets one
NUMBERS: Final = 32  # cells for a name, a value and a gradient or a tangent


class _Branch(NamedTuple):
    """A wire that is still to be drawn, and where."""

    wire: Value
    indent: str  # what stands before its line's own corner
    corner: str
    depth: int


def as_tree(
    output: Value | Sequence[Value],
    digits: int = DIGITS,
    *,
    stage: Stage | None = None,
    width: int | None = None,
    notation: str = "l",
) -> str:
    """The circuit behind an output, or several, as lines of text, with values and gradients.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> f = (w * x + 3).sigmoid()
    >>> f.backward()
    >>> print(as_tree(f))
                 value  gradient
    σ            0.731     1
    ╰─ +         1         0.197
       ├─ ×     −2         0.197
       │  ├─ w   2        −0.197
       │  ╰─ x  −1         0.393
       ╰─ 3

    A wire that feeds several gates is drawn once and then referred to by its name, with `↑`. `?` is
    a gradient not known yet. `stage` shows the circuit at another moment, the gate at work marked
    with `◀`. A circuit of more than 200 lines, or 24 levels, or fewer so that it fits into `width`
    cells, is cut, and says how much is missing. `notation="[l]"` writes layers in brackets.
    """
    check_stage(stage)
    looks_at_numbers("as_tree")
    output, *others = wires_in(output, "as_tree()")
    circuit, stage = circuit_at(output, stage, others=others)
    return Lines(tree_of(circuit, digits, stage=stage, width=width, notation=notation))


def tree_of(
    circuit: Circuit,
    digits: int,
    *,
    stage: Stage | None,
    width: int | None = None,
    notation: str,
) -> str:
    """The same for a circuit that is at hand."""
    check_digits(digits)
    check_width(width)
    check_notation(notation)
    names = Names(circuit, digits, notation=notation)
    uses = Counter(source for wire in circuit.gates for source in circuit.inputs(wire))
    deepest = min(DEEPEST, max(3, (width - NUMBERS) // INDENT)) if width else DEEPEST
    titles, alignment = _columns(stage)
    rows: list[tuple[str, ...]] = [("", *titles, "")]
    nothing = [""] * (1 + len(titles))
    roots = (*circuit.outputs, *circuit.beside)
    waiting = [_Branch(root, "", "", 0) for root in reversed(roots)]
    drawn: set[Value] = set()
    while waiting:
        branch = waiting.pop()
        wire = branch.wire
        title = branch.indent + branch.corner
        below = branch.indent + {"├─ ": "│  ", "╰─ ": "   "}.get(branch.corner, "")
        if wire in drawn:
            rows.append((f"{title}↑ {names.text(wire)}", *nothing))
        elif len(rows) > MOST_LINES or branch.depth > deepest:
            rows.append((f"{title}…", *nothing))
            if len(rows) > MOST_LINES:
                break
        else:
            drawn.add(wire)
            title += _title(circuit, wire, names, uses[wire] > 1)
            rows.append((title, *_numbers(wire, stage, digits)))
            corners = chain(["╰─ "], repeat("├─ "))  # the last input is drawn last
            waiting += [
                _Branch(source, below, corner, branch.depth + 1)
                for source, corner in zip(reversed(circuit.inputs(wire)), corners)
            ]
    text = columns(rows, alignment)
    hidden = len(circuit.wires) - len(drawn)
    if not hidden:
        return text
    return f"{text}\n… {hidden:,} of {len(circuit.wires):,} wires are not shown"


def _title(circuit: Circuit, wire: Value, names: Names, is_referred_to: bool) -> str:
    """A wire's name, if it has a label or is referred to, and the gate behind it."""
    name = names.text(wire) if is_referred_to else names.label(wire)
    if wire.is_leaf:
        return names.text(wire)
    symbol = printable(gate_symbol(circuit, wire))
    if is_referred_to and names.is_expression(wire):
        return name
    return f"{name} = {symbol}" if name else symbol


def _columns(stage: Stage | None) -> tuple[list[str], str]:
    """The titles of the columns of numbers, and how all columns are aligned."""
    titles = ["value"]
    if stage is not None and stage.tangents is not None:
        titles.append("tangent")
    if stage is None or stage.goes_back:
        titles.append("gradient")
    return titles, "<" + "." * len(titles) + "<"


def _numbers(wire: Value, stage: Stage | None, digits: int) -> list[str]:
    """The numbers, and the mark of the gate at work; a plain number is its own name."""
    titles, _ = _columns(stage)
    if wire.is_constant and not wire.label:
        return [""] * (1 + len(titles))
    numbers: dict[str, float | None]
    numbers = {"value": wire.data, "gradient": wire.grad if wire.has_grad else None}
    if stage:
        numbers = {
            "value": stage.values.get(wire),
            "tangent": (stage.tangents or {}).get(wire),
            "gradient": stage.gradients.get(wire),
        }
    shown = [
        "?" if numbers[name] is None else rounded(numbers[name] or 0.0, digits) for name in titles
    ]
    if wire.is_constant:
        shown[1:] = [NO_GRADIENT] * (len(titles) - 1)
    return [*shown, "◀" if stage and stage.active is wire else ""]
