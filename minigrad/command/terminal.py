"""Step through a circuit in the terminal: the circuit as a tree, and what the gate at work does.

Where the output is no terminal, every step is a plain line.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from ..engine import Stage, Value
from ..stepping import Step, Stepper
from ..text import tree_of
from .interrupts import put_in_order_when_ended
from .prose import say

HELP: Final = "enter, →: next   ←: back   home, end   q: quit"

# The bytes that keys send, as terminals write them.
KEYS: Final = {
    **dict.fromkeys(("\r", "\n", " ", "\x1b[C", "\x1bOC", "n", "l"), "next"),
    **dict.fromkeys(("\x1b[D", "\x1bOD", "\x7f", "\x08", "b", "h"), "back"),
    **dict.fromkeys(("\x1b[H", "\x1bOH", "\x1b[1~", "g"), "home"),
    **dict.fromkeys(("\x1b[F", "\x1bOF", "\x1b[4~", "G"), "end"),
    **dict.fromkeys(("q", "Q", "\x1b", "\x03", "\x04", "\x1c", ""), "quit"),
}
_KEY: Final = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])?|.", re.DOTALL)

BOLD: Final = "1"
DIM: Final = "2"
VALUE: Final = "32"
GRADIENT: Final = "31"
TANGENT: Final = "34"
ACTIVE: Final = "1;33"


def step_through(output: Value, **mode: Any) -> None:
    """Go through the steps with the keys in a terminal; else print a line for each.

    >>> step_through(Value(2.0, label="x").exp())
    forward 1 of 1 · gate exp: exp computes f = exp(x) = exp(2) = 7.39
    backward 1 of 1 · gate exp: exp multiplies the gradient by its own output: \
x receives 1 · f = 7.39
    """
    stepper = Stepper(output, **mode)
    if not stepper.circuit.gates:
        print("there is no gate to step through")
    elif has_screen():
        with _screen() as read_keys:
            _interact(stepper, read_keys)
        if stepper.present:
            say(str(stepper.present))
    else:
        for step in stepper:
            say(str(step))


def has_screen() -> bool:
    """Whether both ends are a terminal that can move its cursor; a closed stream is None."""
    streams = (sys.stdin, sys.stdout)
    return os.environ.get("TERM") != "dumb" and all(s is not None and s.isatty() for s in streams)


def _interact(stepper: Stepper, read_keys: Callable[[], str]) -> None:
    moves: dict[str, Callable[[], object]] = {
        "next": stepper.step,
        "back": stepper.back,
        "home": stepper.reset,
        "end": stepper.run,
    }
    while True:
        size = shutil.get_terminal_size()
        lines = screen_lines(
            stepper, size.columns, size.lines, colours=not os.environ.get("NO_COLOR")
        )
        sys.stdout.write("\x1b[H\x1b[2J" + "\r\n".join(lines))
        sys.stdout.flush()
        for key in keys_in(read_keys()):
            if key == "quit":
                return
            moves[key]()


def keys_in(typed: str) -> Iterator[str]:
    """What the typed bytes mean; keys without a meaning are passed over.

    >>> list(keys_in("\\r\\x1b[C\\x1b[Dxq"))
    ['next', 'next', 'back', 'quit']
    """
    if not typed:  # the end of the input
        yield "quit"
    for key in _KEY.findall(typed):
        if key in KEYS:
            yield KEYS[key]


def screen_lines(stepper: Stepper, width: int, height: int, colours: bool = True) -> list[str]:
    """The screen as lines: the circuit around the gate at work, the sentence, the keys.

    >>> x = Value(2.0, label="x")
    >>> for line in screen_lines(Stepper(x * x), 60, 20, colours=False):
    ...     print(line)
            value  gradient
    ×           ?         ?
    ├─ x        2         ?
    ╰─ ↑ x
    <BLANKLINE>
    start
    <BLANKLINE>
    enter, →: next   ←: back   home, end   q: quit
    """

    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colours and text else text

    step = stepper.present
    below = [paint(step.title if step else "start", BOLD)]
    below += [line for text in _texts(step) for line in textwrap.wrap(text, width)]
    below += ["", *(paint(line, DIM) for line in textwrap.wrap(HELP, width))]
    shown = circuit_lines(stepper, stepper.stage, width, height - len(below) - 1)
    tints = {"value": VALUE, "tangent": TANGENT, "gradient": GRADIENT}
    heads = [tints[title] for title in shown[0].split()]
    return [*(_coloured(line, paint, heads) for line in shown), "", *below][:height]


def circuit_lines(stepper: Stepper, stage: Stage, width: int, height: int) -> list[str]:
    """The circuit as a tree, as much of it around the gate at work as fits."""
    seen = stepper.circuit
    tree = tree_of(seen, seen.digits, stage=stage, width=width, notation=seen.notation)
    return _around_active(tree.splitlines(), max(3, height))


def _texts(step: Step | None) -> list[str]:
    if step is None:
        return []
    follows = step.direction == "backward" or step.tangent is not None
    return [step.sentence, *(step.formulas[:6] if follows else [])]


def _around_active(lines: list[str], height: int) -> list[str]:
    """As many lines as fit: the heading, and those around the gate at work."""
    if len(lines) <= height:
        return lines
    active = next((i for i, line in enumerate(lines) if line.endswith("◀")), 1)
    first = max(1, min(active - height // 2, len(lines) - height + 1))
    return [lines[0], *lines[first : first + height - 1]]


_NUMBER: Final = r"([−\d.e]+|\?|−?∞|nan)"


def _coloured(line: str, paint: Callable[[str, str], str], tints: Sequence[str]) -> str:
    """Values green, tangents blue, gradients red, unknown ones faint, the gate at work bright."""
    numbers = r"(\s+)".join([_NUMBER] * len(tints))
    parts = re.fullmatch(rf"(.*?\s){numbers}(\s*◀)?\s*", line)
    if not parts:
        return line
    name, *middle, active = parts.groups(default="")
    shown = [
        text if place % 2 else paint(text, DIM if text == "?" else tints[place // 2])
        for place, text in enumerate(middle)
    ]
    return "".join([paint(name, ACTIVE) if active else name, *shown, paint(active, ACTIVE)])


@contextmanager
def _screen() -> Iterator[Callable[[], str]]:
    """A screen of our own, without a cursor, and a function that reads keys as they are pressed."""
    with put_in_order_when_ended(), _keys() as read_keys:
        try:
            sys.stdout.write("\x1b[?1049h\x1b[?25l")
            yield read_keys
        finally:
            sys.stdout.write("\x1b[?25h\x1b[?1049l")
            sys.stdout.flush()


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """Reading keys without waiting for enter; the terminal is put back as it was."""
    if sys.platform == "win32":
        import msvcrt

        arrows = {"M": "\x1b[C", "K": "\x1b[D", "G": "\x1b[H", "O": "\x1b[F"}

        def read() -> str:
            key = msvcrt.getwch()
            return arrows.get(msvcrt.getwch(), "") or " " if key in "\x00\xe0" else key

        yield read
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        ours = termios.tcgetattr(terminal)
        for key in (termios.VSUSP, termios.VQUIT):  # Ctrl-Z and Ctrl-\ would leave it so
            ours[6][key] = b"\0"
        termios.tcsetattr(terminal, termios.TCSADRAIN, ours)
        yield lambda: os.read(terminal, 64).decode(errors="replace")
    finally:
        with suppress(termios.error):  # its window was closed
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
