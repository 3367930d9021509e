"""What the script of a player says, in node, and what Python says of the same circuit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers.engine import as_json, ask_driver

from minigrad import Stepper
from minigrad.files import as_script
from minigrad.stepping.page_data import page_data
from minigrad.stepping.player import functions_of
from minigrad.stepping.questions import prompt, questions

DRIVER = Path(__file__).parent / "player_driver.mjs"


def question(
    stepper: Stepper, leaves: dict[int, float] | None = None, **more: Any
) -> dict[str, Any]:
    """A circuit as its page has it, with other numbers for some leaves."""
    data = page_data(stepper.another(), 0, 0.1)
    return {
        "data": as_script(data),
        "functions": functions_of(stepper.circuit),
        "leaves": None if leaves is None else as_json(list(leaves.items())),
        **more,
    }


def ask_player(asked: list[dict[str, Any]], seconds: float = 120.0) -> list[Any]:
    """The player's answers, one for each question."""
    return ask_driver(DRIVER, asked, seconds)


def told_by_python(stepper: Stepper, in_deltas: bool = False) -> list[dict[str, Any]]:
    """What a player has to say at each position."""
    run, circuit = stepper.another(), stepper.circuit
    steps = []
    for step in run:
        stage = run.stage
        asked = questions(step, run.sent)
        back = step.upstream is not None
        formulas = step.formulas if back or circuit.seeds else []
        more = [f"… and {len(formulas) - 6} more"] * (len(formulas) > 6)
        steps.append(
            {
                "title": step.title,
                "sentence": step.told(in_deltas),
                "formulas": formulas[:6] + more,
                "prompt": prompt(step, asked),
                "asked": [
                    {
                        "wire": circuit.place[one.wire],
                        "label": one.label,
                        "expected": one.expected,
                        "after": one.after,
                        "truth": one.truth,
                        "inDeltas": one.truth_in_deltas,
                        "mistakes": list(one.mistakes),
                    }
                    for one in asked
                ],
                "gradients": [
                    None if wire.is_constant else stage.gradients.get(wire)
                    for wire in circuit.wires
                ],
                "sent": [
                    [stage.contributions.get((wire, i)) for i in range(len(circuit.inputs(wire)))]
                    for wire in circuit.gates
                ],
            }
        )
    return steps
