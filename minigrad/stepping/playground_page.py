"""The playground: one page to type, drag, step and train circuits in, without Python.

>>> page = playground()
>>> page.startswith("<!DOCTYPE html>"), "http-equiv" in page, len(page) < 2_500_000
(True, True, True)

The page works from a file, offline: its scripts stand in it, made from web/ by tools/web/build.mjs,
Graphviz in WebAssembly among them. Its security policy allows these scripts by their hashes and
nothing else, and no request at all: what somebody puts into a link to it cannot run.
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from typing import Final

from ..pictures import graphviz_licence, graphviz_script
from ..text import escape, save
from .web_files import themed_sheet, web_file

PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src {scripts} 'wasm-unsafe-eval'; style-src {styles}">
<title>minigrad playground</title>
<style>{style}</style>
</head>
<body>
<noscript>The playground is a program: it needs JavaScript, and nothing else.</noscript>
<div id="playground"></div>
<template id="licences">{licences}</template>
<script>{graphviz}</script>
<script>{playground}</script>
</body>
</html>
"""


FRAME: Final = """\
<iframe title="minigrad playground" sandbox="allow-scripts allow-downloads" \
allow="clipboard-write" style="width: 100%; height: 800px; border: 0" srcdoc="{page}"></iframe>"""


class _Page(str):
    """The text of a page, which a prompt names and does not print; a notebook has it in a frame."""

    __slots__ = ()

    def __repr__(self) -> str:
        return (
            f"<playground: a page of {len(self):,} characters; mg.playground('page.html') saves it>"
        )

    def _repr_html_(self) -> str:
        return FRAME.format(page=escape(self, exact=True))  # its policy has hashes


def playground(path: str | os.PathLike[str] | None = None) -> str:
    """The playground as one HTML page; with a path it is written there too.

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "page.html")
    >>> page = playground(path)
    >>> path.read_text(encoding="utf-8") == page
    True

    The same page as `minigrad playground -o page.html` writes. It needs no server, no network and
    no Python: open it from the file, put it on a web site, send it by mail. A notebook shows it
    below the cell.
    """
    style = themed_sheet(web_file("playground.css"), ".picture")
    graphviz, script = graphviz_script(), web_file("built/playground.js")
    text = PAGE.format(
        scripts=f"{_source(graphviz)} {_source(script)}",
        styles=_source(style),
        style=style,
        licences=escape(graphviz_licence()),
        graphviz=graphviz,
        playground=script,
    )
    if path is not None:
        save("a playground", path, {".html": text.encode})
    return _Page(text)


def _source(text: str) -> str:
    """What a security policy calls a script or a style sheet: the hash of its text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
