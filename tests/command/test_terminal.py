"""Stepping in the terminal: what a screen shows, what keys mean, and keys in a real terminal."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from types import SimpleNamespace

import pytest
from helpers.stepped import neuron

from minigrad import Stepper, Value
from minigrad.command import cli, terminal
from minigrad.command.terminal import has_screen, keys_in, screen_lines

EXPRESSION = ["sigmoid(w0*x0 + w1*x1 + w2)", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"]


def test_without_a_terminal_every_step_is_a_line(capsys):
    assert cli.main(["step", *EXPRESSION]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[8] == (
        "backward 4 of 5 · gate ×: × switches its inputs: w₁ receives 0.197 · x₁ = −0.393; "
        "x₁ receives 0.197 · w₁ = −0.590"
    )


def test_without_a_gate_there_is_no_step(capsys):
    assert cli.main(["step", "x", "x=1"]) == 0
    assert capsys.readouterr().out == "there is no gate to step through\n"


@pytest.mark.parametrize("terminal", ["dumb", "xterm"])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(monkeypatch, terminal):
    monkeypatch.setenv("TERM", terminal)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}", SimpleNamespace(isatty=lambda: True))
    assert has_screen() == (terminal != "dumb")
    monkeypatch.setattr("sys.stdin", None)
    assert not has_screen()


def test_a_screen_lights_the_gate_at_work_and_asks_what_is_not_known():
    f, v = neuron()
    stepper = Stepper(f)
    stepper.run_to(v["w_1"])
    lines = screen_lines(stepper, 100, 40, colours=False)
    (active,) = [line for line in lines if line.endswith("◀")]
    assert active.split()[-4:] == ["×", "6", "0.197", "◀"]
    assert any(line.split()[-3:] == ["w₀", "2", "?"] for line in lines)
    assert (
        "× switches its inputs: w₁ receives 0.197 · x₁ = −0.393; x₁ receives 0.197 · w₁ = −0.590"
        in lines
    )


def test_colours_change_nothing_but_the_colours():
    stepper = Stepper(neuron()[0])
    for _ in stepper:
        plain = screen_lines(stepper, 100, 40, colours=False)
        coloured = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in screen_lines(stepper, 100, 40)]
        assert coloured == plain


def test_a_large_circuit_is_cut_around_the_gate_at_work():
    wire = Value(1.0, label="x")
    for _ in range(100):
        wire = wire.sin()
    stepper = Stepper(wire)
    stepper.position = 110
    lines = screen_lines(stepper, 80, 24)
    assert len(lines) <= 24
    assert any("◀" in line for line in lines)


def test_what_keys_send_moves_or_quits_or_means_nothing():
    assert list(keys_in("\r\n\x1b[C\x1bOC ")) == ["next"] * 5
    assert list(keys_in("\x1b[D\x7f\x1b[H\x1b[F")) == ["back", "back", "home", "end"]
    assert list(keys_in("\x1b")) == list(keys_in("q")) == list(keys_in("")) == ["quit"]
    assert list(keys_in("zß\x1b[5~")) == []


def started_in(terminal):
    return subprocess.Popen(
        [sys.executable, "-m", "minigrad", "step", *EXPRESSION],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_in_a_real_terminal_keys_move_and_q_puts_everything_back():
    import pty
    import termios

    terminal, inside = pty.openpty()
    before = termios.tcgetattr(inside)
    program = started_in(inside)
    shown = ""

    def read_until(text: str) -> None:
        nonlocal shown
        while text not in shown:
            shown += os.read(terminal, 65536).decode(errors="replace")

    read_until("enter, →: next")
    assert termios.tcgetattr(inside) != before
    os.write(terminal, b"\r\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C\x1b[C")
    read_until("backward 5 of 5")
    os.write(terminal, b"\x1b[D")
    read_until("w₁ receives 0.197 · x₁ = −0.393")
    os.write(terminal, b"q")
    read_until("\x1b[?1049l")
    assert program.wait() == 0
    assert termios.tcgetattr(inside) == before
    os.close(terminal)
    os.close(inside)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (b"\x1c", 0), (b"\x1aq", 0)]
)
def test_whatever_ends_it_the_terminal_is_put_back_with_one_line(sent, code):
    import pty
    import termios

    terminal, inside = pty.openpty()
    before = termios.tcgetattr(inside)
    program = started_in(inside)
    shown = b""
    while b"q: quit" not in shown:
        shown += os.read(terminal, 65536)
    program.send_signal(sent) if isinstance(sent, int) else os.write(terminal, sent)
    assert program.wait(timeout=60) == code
    assert termios.tcgetattr(inside) == before
    os.close(inside)
    with suppress(OSError):  # EIO: that was all
        while more := os.read(terminal, 65536):
            shown += more
    os.close(terminal)
    said = b"minigrad step: stopped\r\n" if code else b""
    assert shown.endswith(b"\x1b[?25h\x1b[?1049l" + said)


@pytest.mark.parametrize(("setting", "is_plain"), [("1", True), ("", False), (None, False)])
def test_no_color_counts_where_it_says_something(monkeypatch, capsys, setting, is_plain):
    monkeypatch.delenv("NO_COLOR", raising=False)
    if setting is not None:
        monkeypatch.setenv("NO_COLOR", setting)
    terminal._interact(Stepper(neuron()[0]), lambda: "q")
    assert ("\x1b[2m" not in capsys.readouterr().out) is is_plain


def test_play_writes_the_player(tmp_path, capsys):
    path = tmp_path / "neuron.html"
    assert cli.main(["play", *EXPRESSION, "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}: open it in a browser\n"
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["play", "x*x", "x=1", "-o", "steps.docx"], "must end with .html, .svg or .gif"),
        (["play", "x*x", "x=1", "-o", "no folder/steps.html"], "no folder 'no folder'"),
        (["step", "2"], "nothing to step through in a number alone: write an expression"),
        (["step", "2*3", "--mode", "forward"], "there is no name in the expression"),
        (["step", "x*"], "x*"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, said, capsys):
    assert cli.main(arguments) in (1, 2)
    assert said in capsys.readouterr().err
