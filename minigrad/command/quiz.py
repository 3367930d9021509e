"""The quiz in the terminal: every step is asked for before it is shown.

A dialogue of plain lines, so that it works through a pipe as well.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from typing import Any

from ..engine import Value
from ..stepping import Stepper
from ..text import printable
from .arguments import number_in
from .prose import say
from .terminal import circuit_lines

HELP = "Type a number for each name. enter: show the answer   q: stop"


def quiz(output: Value, **mode: Any) -> None:
    """Ask for every number of both passes, judge each answer, and tell the score."""
    stepper = Stepper(output, **mode)
    if not stepper.circuit.gates:
        print("there is no gate to step through")
        return
    say(HELP)
    while stepper.position < len(stepper):
        if stepper.questions and not _asked(stepper):
            break
        say(f"\n{stepper.step()}")
    say(f"\nscore: {stepper.score}")


def _asked(stepper: Stepper) -> bool:
    """Ask for the numbers of the next step and judge them; False when the learner stops."""
    step = stepper.step()
    stepper.back()
    assert step is not None
    size = shutil.get_terminal_size()
    stage = replace(stepper.stage, active=step.output)
    print("\n" + "\n".join(circuit_lines(stepper, stage, size.columns, size.lines - 8)))
    say(f"\n{stepper.question}")
    prediction: dict[Value | str, float] = {}
    for question in stepper.questions:
        try:
            number = _typed(question.label)
        except EOFError:
            print()
            return False
        if number is not None:
            prediction[question.wire] = number
    for answer in stepper.predict(prediction).answers:
        say(f"{'✓' if answer.correct else '✗'} {answer.sentence}")
    return True


def _typed(label: str) -> float | None:
    """The number that is typed for a name, None for an empty line; EOFError at a q or the end."""
    while True:
        if sys.stdin is None:  # closed before the command began
            raise EOFError
        typed: str | None = input(f"  {label}: ")
        if typed is None:  # a notebook in a browser asks no longer than the browser lets it wait
            say("nobody has answered in time, so the quiz ends here: run it again to go on")
            raise EOFError
        text = typed.strip()
        if text in ("q", "Q"):
            raise EOFError
        if not text:
            return None
        number = number_in(text)
        if number is not None:
            return number
        say(f"{printable(text)!r} is no number: type one such as -0.39, or q to stop")
