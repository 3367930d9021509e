"""What mkdocs asks for while it builds the site: the table of gates, and the playground."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MARK = "<!-- the table of gates -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the table in place of its mark."""
    return markdown.replace(MARK, gates_table()) if MARK in markdown else markdown


def on_post_build(config: Any, **_: Any) -> None:
    """Put the page of the playground into the site."""
    from minigrad import playground

    playground(Path(config["site_dir"], "playground.html"))


def gates_table() -> str:
    """A row for each gate: its symbol, its local gradients, what it does to a gradient."""
    from minigrad import GATES

    rows = ["| function | symbol | local gradients | in words |", "| --- | --- | --- | --- |"]
    for gate in GATES.values():
        gradients = "; ".join(f"`{text}`" for text in gate.local_gradient_texts())
        cells = (f"`mg.{gate.name}`", gate.symbol, gradients, gate.sentence)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)
