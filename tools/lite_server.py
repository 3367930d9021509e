"""A server of the folder that tools/lite.py has built, for this machine only.

    python tools/lite_server.py FOLDER [PORT]

Any server of files does the same, if it calls .mjs text/javascript and .wasm application/wasm.
"""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

FIRST: Final = "lab/index.html?path=notebooks/00_where_to_begin.ipynb"


class Files(SimpleHTTPRequestHandler):
    """The files of a folder, with the types that a browser insists on; nothing is printed."""

    protocol_version = "HTTP/1.1"  # the connections are kept: there are hundreds of files
    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_: Any) -> None: ...


def server_of(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """The server, not yet at work; its `server_port` is a free one where none is asked for."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Files, directory=folder))


def serve(folder: Path, port: int) -> None:
    """Serve the folder until Ctrl-C."""
    server = server_of(folder, port)
    print(f"http://127.0.0.1:{server.server_port}/{FIRST} (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 8000)
