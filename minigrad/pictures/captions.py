"""The lines below a picture, as HTML-like text: title, what a gate does to a gradient, legends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..calculus import Nonfinite, OperationCount, RoundedWire
from ..engine import Circuit, Stage, Value
from ..text import gate_symbol, rounded
from .dot_source import dot_name, dot_text, font
from .themes import Theme

MOST_LINES = 6
MOST_NAMES = 8


def one_line(text: str, most: int = 160) -> str:
    """Text for a caption, shortened and escaped."""
    return dot_text(text if len(text) <= most else text[: most - 1] + "…")


def title_lines(title: str | None, bold: bool) -> list[str]:
    """The lines of a title; the first is bold if more than the title follows."""
    texts = (" ".join(line.split()) for line in str(title or "").splitlines())
    lines = [one_line(text) for text in texts if text]
    return [f"<b>{lines[0]}</b>", *lines[1:]] if lines and bold else lines


def chain_rule_lines(
    circuit: Circuit,
    wire: Value,
    stage: Stage,
    theme: Theme,
    digits: int,
    label: Callable[[Value], str],
) -> list[str]:
    """What the gate behind a wire sends to each input: upstream × local gradient."""
    upstream = stage.gradients.get(wire)
    if upstream is None:
        return []
    lines = []  # with hard spaces between colours: SVG drops soft ones at the ends of a text
    local_gradients = zip(circuit.inputs(wire), circuit.local_gradients(wire))
    for place, (source, local) in enumerate(local_gradients):
        sent = stage.contributions.get((wire, place))
        if sent is None or source.is_constant:
            continue
        name = dot_name(label(source)) or f"input {place + 1}"
        line = (
            f"gradient into {font(name, theme.value, bold=True)} = "
            f"upstream {font(rounded(upstream, digits), theme.gradient)} × "
            f"local gradient {font(rounded(local, digits), theme.local)} = "
            f"{font(rounded(sent, digits), theme.gradient, bold=True)}"
        )
        lines.append(line.replace(" <font", "&#160;<font").replace("</font> ", "</font>&#160;"))
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"… and {more} more"] if more > 0 else [])


def legend_of_marks(
    circuit: Circuit,
    idle: Mapping[Value, str],
    birth: Nonfinite | None,
    theme: Theme,
    label: Callable[[Value], str],
) -> list[str]:
    """A line of the caption for each kind of mark."""
    wires: dict[str, list[str]] = {}
    for wire, word in idle.items():
        name = dot_name(label(wire)) or dot_text(gate_symbol(circuit, wire))
        wires.setdefault(word, []).append(name)
    lines = [
        f"dashed&#160;{_some(list(dict.fromkeys(names)))}: {word}" for word, names in wires.items()
    ]
    if birth is not None:
        border = "" if birth.wire.is_leaf else "double border: "
        lines.append(f"{border}the first inf or nan: {one_line(birth.what)}")
    return [font(line, theme.warning, 11) for line in lines]


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ",&#160;".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def legend_of_cancelling(
    circuit: Circuit, cancelling: Sequence[RoundedWire], theme: Theme
) -> list[str]:
    """A line of the caption for each gate that cancels digits."""
    lines = [
        f"double border: {dot_text(gate_symbol(circuit, each.wire))}&#160;cancels, "
        f"{each.digits_lost} digits of what goes into {one_line(each.name, 40)} are lost"
        for each in cancelling[:MOST_LINES]
    ]
    return [font(line, theme.warning, 11) for line in lines]


def legend_of_operations(
    circuit: Circuit,
    count: OperationCount | None,
    theme: Theme,
    label: Callable[[Value], str],
) -> list[str]:
    """How often wires are used, what is shared, what is multiplied, and what is computed again."""
    if count is None:
        return []
    names = [
        dot_name(label(wire)) or dot_text(gate_symbol(circuit, wire)) for wire in count.repeated
    ]
    below = font("n×: how often a wire is used", theme.local, 11)
    again = f"dashed&#160;{_some(names)}: computed before, from the same inputs" if names else ""
    return [
        *map(dot_text, count.lines()),
        below,
        *([font(again, theme.warning, 11)] if again else []),
    ]


def legend_of_heat(theme: Theme, color: str) -> str:
    """The colours of the heat map and what they stand for, as a line of the caption."""
    swatches = "".join(f'<td width="40" height="7" bgcolor="{c}"></td>' for c in theme.heat)
    texts = ("≤ 10⁻³", "10⁻²", "10⁻¹", "1", "10", "10²", "≥ 10³")
    labels = "".join(f"<td>{font(text, theme.ink, 10)}</td>" for text in texts)
    of_rounding = "a gate's rounding error, as a multiple of the output's"
    of_gradients = "|gradient| as a multiple of the output's"
    title = font(of_rounding if color == "rounding" else of_gradients, theme.ink, 11)
    return (
        f'<table border="0" cellborder="0" cellspacing="1" cellpadding="1"><tr><td rowspan="2">'
        f"{title}&#160; </td>{swatches}</tr><tr>{labels}</tr></table>"
    )
