"""What mkdocs asks for while it builds the site: the table of gates, from the table of gates."""

from __future__ import annotations

from typing import Any

MARK = "<!-- the table of gates -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the table in place of its mark."""
    return markdown.replace(MARK, gates_table()) if MARK in markdown else markdown


def gates_table() -> str:
    """A row for each gate: its symbol, its local gradients, what it does to a gradient."""
    from minigrad import GATES

    rows = ["| function | symbol | local gradients | in words |", "| --- | --- | --- | --- |"]
    for gate in GATES.values():
        gradients = "; ".join(f"`{text}`" for text in gate.local_gradient_texts())
        cells = (f"`mg.{gate.name}`", gate.symbol, gradients, gate.sentence)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)
