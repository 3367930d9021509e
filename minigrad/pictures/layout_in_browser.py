"""Graphviz where Python itself runs in a browser: in WebAssembly, beside it, as in the playground.

No program can be started there and no C library loaded; but JavaScript can be called. The script
`graphviz/graphviz.js` has been made from the npm package @viz-js/viz by tools/web/build.mjs; it
asks for nothing from outside and is compiled once, in about a tenth of a second.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from .dot_source import FONT

FOLDER: Final = Path(__file__).parent / "graphviz"
MEASURED: Final = "Arial"  # there are no fonts: it knows Arial's widths, and takes a list for Times


def graphviz_script() -> str:
    """Graphviz in WebAssembly, as a script that defines `graphviz`.

    `graphviz.instance()` is a promise of an engine, `graphviz.instanceNow()` an engine.
    """
    return (FOLDER / "graphviz.js").read_text(encoding="utf-8")


def graphviz_licence() -> str:
    """The licences of Graphviz and of what the script has with it."""
    return (FOLDER / "LICENSE-graphviz").read_text(encoding="utf-8")


def svg_by_javascript(source: str) -> bytes:
    """The picture of a DOT source; an error of JavaScript's if there is something wrong with it."""
    try:
        svg: str = _engine()(source.replace(f'fontname="{FONT}"', f'fontname="{MEASURED}"'))
    except Exception:
        _engine.cache_clear()  # after some errors nothing works in it any more
        raise
    return svg.replace(f'font-family="{MEASURED}"', f'font-family="{FONT}"').encode()


@cache
def _engine() -> Any:
    from pyodide.code import run_js

    return run_js(
        f"(() => {{ {graphviz_script()}\n const engine = graphviz.instanceNow();"
        'return (source) => engine.renderString(source, { format: "svg" }); })()'
    )
