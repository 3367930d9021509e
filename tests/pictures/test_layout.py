"""Graphviz under all conditions: missing, hanging, crashing, printing rubbish."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from helpers.pictures import Picture, neuron

import minigrad as mg
from minigrad.pictures import layout
from minigrad.pictures.layout import LayoutError, render

DOT = "digraph { a -> b }"

posix_only = pytest.mark.skipif(os.name != "posix", reason="the fake programs are shell scripts")


@pytest.fixture
def fake_dot(tmp_path, monkeypatch):
    """Puts a shell script named dot on the PATH, alone with sh's own commands."""

    def install(script: str) -> None:
        program = tmp_path / "bin" / "dot"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return install


@posix_only
def test_a_program_that_crashes_is_quoted(fake_dot):
    fake_dot("echo 'syntax error near line 3' >&2; exit 3")
    with pytest.raises(LayoutError, match=r"failed \(3\): syntax error near line 3"):
        render(DOT, "svg")


@posix_only
def test_a_program_killed_by_a_signal_is_named(fake_dot):
    fake_dot("kill -SEGV $$")
    with pytest.raises(LayoutError, match="killed by signal 11: it said nothing"):
        render(DOT, "svg")


@posix_only
@pytest.mark.parametrize("form", ["svg", "pdf"])
@pytest.mark.parametrize("rubbish", ["hello", "", "<svg>", "%PDF-1.5 and no end"])
def test_a_program_that_prints_rubbish_is_found_out(fake_dot, rubbish, form):
    fake_dot(f"cat > /dev/null; echo '{rubbish}'; echo 'and a hint' >&2")
    with pytest.raises(LayoutError, match=f"no {form.upper()}.*and a hint"):
        render(DOT, form)


@posix_only
def test_a_program_that_prints_without_end_is_stopped(fake_dot, monkeypatch):
    monkeypatch.setattr(layout, "MOST_BYTES", 2**20)
    fake_dot("yes")
    with pytest.raises(LayoutError, match="printed more than 1 MB and was stopped"):
        render(DOT, "svg")


@posix_only
def test_a_program_that_hangs_is_killed_with_all_that_it_has_started(
    fake_dot, monkeypatch, tmp_path
):
    monkeypatch.setattr(layout, "SECONDS", 2.0)
    fake_dot(f"sleep 300 & echo $! > {tmp_path}/child; sleep 300")
    with pytest.raises(LayoutError, match="did not finish within 2 seconds"):
        render(DOT, "svg")
    assert _ends(int((tmp_path / "child").read_text()))


@posix_only
@pytest.mark.parametrize("answer", ["cat > /dev/null; echo rubbish", "exit 1"])
def test_what_a_program_leaves_running_is_killed_too(fake_dot, tmp_path, answer):
    fake_dot(f"sleep 300 > /dev/null & echo $! > {tmp_path}/child; {answer}")
    with pytest.raises(LayoutError, match=r"no SVG|failed \(1\)"):
        render(DOT, "svg")
    assert _ends(int((tmp_path / "child").read_text()))


def _ends(process: int) -> bool:
    """Whether a killed process goes, or is but an entry that waits to be reaped."""
    for _ in range(100):
        states = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True)
        if states.stdout.strip()[:1] in (b"", b"Z"):
            return True
        time.sleep(0.1)
    return False


@posix_only
def test_a_program_that_reads_nothing_does_not_block(fake_dot):
    fake_dot("exit 1")
    with pytest.raises(LayoutError, match=r"failed \(1\)"):
        render(DOT + " " * 10**6, "svg")


@posix_only
def test_a_program_that_cannot_start_is_named(tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_bytes(b"\x7fELF rubbish")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LayoutError, match="does not start"):
        render(DOT, "svg")


@pytest.fixture
def no_graphviz(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


def test_without_graphviz_the_error_names_both_remedies(no_graphviz):
    with pytest.raises(LayoutError, match=r"apt install graphviz(.|\n)*pip install .pygraphviz"):
        render(DOT, "svg")


def test_without_graphviz_a_drawing_is_still_a_tree_of_text(no_graphviz):
    drawing = mg.draw(neuron())
    assert "╰─ +" in str(drawing)
    bundle = drawing._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "╰─ +" in bundle["text/plain"]
    assert "pip install" in bundle["text/plain"]


def test_the_library_says_what_is_wrong_with_a_source(monkeypatch):
    pytest.importorskip("pygraphviz")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LayoutError, match="pygraphviz"):
        render("digraph { a -> ", "svg")


@pytest.mark.parametrize("path", [None, ""])
def test_drawings_in_parallel_threads_are_right(monkeypatch, path):
    if path is not None:
        pytest.importorskip("pygraphviz")
        monkeypatch.setenv("PATH", path)

    def value_shown(number: int) -> list[str]:
        x = mg.Value(number, label="x")
        return Picture(mg.draw(x * 2, digits=2).svg).texts("wire-2")

    with ThreadPoolExecutor(16) as threads:
        shown = list(threads.map(value_shown, range(16)))
    assert shown == [[str(2 * number), "?"] for number in range(16)]
