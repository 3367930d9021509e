"""Graphviz: DOT in, SVG or PDF out, by the program `dot`, the library in pygraphviz, or a browser.

>>> b"<svg" in render("digraph { a -> b }", "svg")
True

`dot` is taken where it is on the PATH. It has `SECONDS` to answer; then it is killed together with
whatever it has started, as it is when it prints without end. Everything goes through pipes, so
that no file can be left behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from ctypes import CDLL, c_void_p
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any, Final

from .bundled_fonts import FACES, FAMILY, FOLDER
from .layout_in_browser import svg_by_javascript

SECONDS: Final = 20.0
MOST_BYTES: Final = 256 * 2**20
_BEGINNINGS: Final = {"svg": b"<svg", "pdf": b"%PDF"}

DRAW_LESS: Final = (
    "draw a part with depth=20, around=wire or between=(a, b), or a network's units as boxes with "
    'collapse="neuron" or collapse="layer"'
)
NO_GRAPHVIZ: Final = (
    "pictures need Graphviz, which is neither on the PATH nor in Python: install the program (apt "
    "install graphviz, brew install graphviz, winget install graphviz), or the library with\n"
    '    pip install "pygraphviz>=2.0.4"'
)
NO_PDF: Final = (
    "Graphviz in the browser makes no PDF: save the picture as .svg, which a browser prints as PDF"
)
_in_process: Final = Lock()  # the library keeps state of its own: one layout at a time


class LayoutError(RuntimeError):
    """Graphviz is missing, failed or took too long; the message says which, and what to do."""


def render(source: str, form: str) -> bytes:
    """The picture of a DOT source as `svg` or `pdf`."""
    if sys.platform == "emscripten":
        return _by_browser(source, form)
    program = shutil.which("dot")
    if program is not None:
        return _by_program(program, source, form)
    return _by_library(source, form)


# --- the program ----------------------------------------------------------------------------------


def _by_program(program: str, source: str, form: str) -> bytes:
    try:
        process = subprocess.Popen(
            [program, f"-T{form}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a group of its own, to be killed as one
        )
    except OSError as error:
        raise LayoutError(f"{program} does not start: {error}") from None
    output, complaint = _Reader(process, process.stdout), _Reader(process, process.stderr)
    try:
        Thread(target=_feed, args=(process.stdin, source.encode()), daemon=True).start()
        end = monotonic() + SECONDS
        while output.is_alive() and process.poll() is None and monotonic() < end:
            output.join(0.1)  # over at once when the program ends; wait() alone looks less often
        process.wait(max(end - monotonic(), 0.0))
    except subprocess.TimeoutExpired:
        raise LayoutError(
            f"{program} did not finish within {SECONDS:g} seconds and was stopped: {DRAW_LESS}"
        ) from None
    finally:
        _kill(process)
    output.join(1.0)
    complaint.join(1.0)
    return _checked(program, form, process.returncode, output, complaint)


class _Reader(Thread):
    """Reads a pipe to its end; a program that prints without end is killed."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes] | None) -> None:
        super().__init__(daemon=True)
        self.process, self.pipe, self.content, self.overflowed = process, pipe, bytearray(), False
        self.start()

    def run(self) -> None:
        assert self.pipe is not None
        with self.pipe:
            while chunk := os.read(self.pipe.fileno(), 2**16):
                self.content += chunk
                if len(self.content) > MOST_BYTES:
                    self.overflowed = True
                    _kill(self.process)
                    break


def _feed(pipe: IO[bytes] | None, content: bytes) -> None:
    assert pipe is not None
    with suppress(OSError):  # it has stopped reading; what it printed says why
        pipe.write(content)
    with suppress(OSError):
        pipe.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program if it still runs, and whatever it has started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # it has ended, alone
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _checked(program: str, form: str, exit_code: int, output: _Reader, complaint: _Reader) -> bytes:
    said = complaint.content[:2000].decode(errors="replace").strip()
    if output.overflowed or complaint.overflowed:
        raise LayoutError(f"{program} printed more than {MOST_BYTES >> 20} MB and was stopped")
    if exit_code:
        reason = f"was killed by signal {-exit_code}" if exit_code < 0 else f"failed ({exit_code})"
        said = said or f"it said nothing; {DRAW_LESS}"
        raise LayoutError(f"{program} {reason}: {said}")
    return _a_picture(program, form, bytes(output.content), said)


def _a_picture(source: str, form: str, content: bytes, said: str = "") -> bytes:
    whole = content.rstrip().endswith(b"</svg>") if form == "svg" else b"%%EOF" in content[-64:]
    if _BEGINNINGS[form] not in content[:2000] or not whole:
        raise LayoutError(
            f"{source} answered with something that is no {form.upper()}: {content[:60]!r}"
            + (f"; it said: {said}" if said else "")
            + ". Is it Graphviz's dot?"
        )
    return content


# --- the browser ----------------------------------------------------------------------------------


def _by_browser(source: str, form: str) -> bytes:
    if form != "svg":
        raise LayoutError(NO_PDF)
    try:
        content = svg_by_javascript(source)
    except Exception as error:
        raise LayoutError(f"Graphviz (in the browser) failed: {error}") from error
    return _a_picture("Graphviz (in the browser)", form, content)


# --- the library ----------------------------------------------------------------------------------


def _by_library(source: str, form: str) -> bytes:
    try:
        import pygraphviz
    except ImportError:
        raise LayoutError(NO_GRAPHVIZ) from None
    with _in_process:
        _add_bundled_fonts(Path(pygraphviz.__file__).parent.with_suffix(".libs"))
        try:
            graph: Any = pygraphviz.AGraph(string=source)
            try:
                content = graph.draw(format=form, prog="dot")
            finally:
                graph.close()
        except Exception as error:
            raise LayoutError(f"Graphviz (in pygraphviz) failed: {error}") from error
    return _a_picture("Graphviz (in pygraphviz)", form, content or b"")


# The machine's fonts, without its rules: a library that is older than these prints complaints.
# Text is measured by the bundled font, in which pictures are rasterised.
_FONT_RULES: Final = f"""<fontconfig>
<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir><dir prefix="xdg">fonts</dir>
<cachedir>/var/cache/fontconfig</cachedir><cachedir prefix="xdg">fontconfig</cachedir>
<match><edit name="family" mode="prepend" binding="strong"><string>{FAMILY}</string></edit></match>
</fontconfig>"""


@cache
def _add_bundled_fonts(libraries: Path) -> None:
    """Tell the library of the bundled fonts: a container often has no others to measure text by."""
    with suppress(OSError, AttributeError, IndexError):  # not Linux: such machines have fonts
        fontconfig = CDLL(str(sorted(libraries.glob("libfontconfig*"))[0]))
        fontconfig.FcConfigCreate.restype = c_void_p
        configuration = c_void_p(fontconfig.FcConfigCreate())
        fontconfig.FcConfigParseAndLoadFromMemory(configuration, _FONT_RULES.encode(), 0)
        fontconfig.FcConfigSetCurrent(configuration)
        for face in FACES:
            fontconfig.FcConfigAppFontAddFile(None, os.fsencode(FOLDER / face))
