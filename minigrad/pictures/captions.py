"""The lines below a picture, as HTML-like text: its title, and what a gate does to a gradient."""

from __future__ import annotations

from ..engine import Stage, Value
from ..text import rounded
from .dot import dot_name, dot_text, font
from .themes import Theme

MOST_LINES = 6


def one_line(text: str, most: int = 160) -> str:
    """Text for a caption, shortened and escaped."""
    return dot_text(text if len(text) <= most else text[: most - 1] + "…")


def title_lines(title: str | None, bold: bool) -> list[str]:
    """The lines of a title; the first is bold if more than the title follows."""
    texts = (" ".join(line.split()) for line in str(title or "").splitlines())
    lines = [one_line(text) for text in texts if text]
    return [f"<b>{lines[0]}</b>", *lines[1:]] if lines and bold else lines


def chain_rule_lines(wire: Value, stage: Stage, theme: Theme, digits: int) -> list[str]:
    """What the gate behind a wire sends to each input: upstream × local gradient."""
    upstream = stage.gradients.get(wire)
    if upstream is None:
        return []
    lines = []  # with hard spaces between colours: SVG drops soft ones at the ends of a text
    for place, (source, local) in enumerate(zip(wire.inputs, wire.local_gradients)):
        sent = stage.contributions.get((wire, place))
        if sent is None or source.is_constant:
            continue
        name = dot_name(source.label) or f"input {place + 1}"
        line = (
            f"gradient into {font(name, theme.value, bold=True)} = "
            f"upstream {font(rounded(upstream, digits), theme.gradient)} × "
            f"local gradient {font(rounded(local, digits), theme.local)} = "
            f"{font(rounded(sent, digits), theme.gradient, bold=True)}"
        )
        lines.append(line.replace(" <font", "&#160;<font").replace("</font> ", "</font>&#160;"))
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"… and {more} more"] if more > 0 else [])
