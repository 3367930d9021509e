"""What the engine of the playground says, in node: one process for all questions of a test file."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

from helpers.needed import missing

from minigrad.engine import Circuit

DRIVER = Path(__file__).parent / "engine_driver.mjs"
NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "-0.0": -0.0}


def ask(questions: list[dict[str, Any]], seconds: float = 120.0) -> list[Any]:
    """The engine's answers; an error is {"error": its name, "message": what it says}."""
    return ask_driver(DRIVER, questions, seconds)


def ask_driver(driver: Path, questions: list[dict[str, Any]], seconds: float) -> list[Any]:
    """What a script answers that reads a question and writes an answer in each line."""
    if not shutil.which("node"):
        missing("node", "apt-get install nodejs")
    done = subprocess.run(
        ["node", str(driver)],
        input="\n".join(json.dumps(as_json(each)) for each in questions),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert not done.returncode, done.stderr[-3000:]
    return [from_json(json.loads(line)) for line in done.stdout.split("\n") if line]


def as_json(thing: Any) -> Any:
    """Numbers that JSON has not as {"#": text}."""
    if isinstance(thing, float) and not math.isfinite(thing):
        return {"#": str(thing)}
    if isinstance(thing, dict):
        return {key: as_json(part) for key, part in thing.items()}
    return [as_json(part) for part in thing] if isinstance(thing, (list, tuple)) else thing


def from_json(thing: Any) -> Any:
    if isinstance(thing, dict):
        if set(thing) == {"#"}:
            return NUMBERS[thing["#"]]
        return {key: from_json(part) for key, part in thing.items()}
    return [from_json(part) for part in thing] if isinstance(thing, list) else thing


def wires_of(circuit: Circuit) -> list[dict[str, Any]]:
    """A circuit as the driver builds it: wires in order, each gate's inputs by their numbers."""
    return [
        {
            "data": wire.data,
            "label": str(wire.label or ""),
            "constant": wire.is_constant,
            "unit": getattr(wire, "unit", None),
            "gate": None if wire.is_leaf else circuit.gate(wire).name,
            "inputs": [circuit.place[source] for source in circuit.inputs(wire)],
        }
        for wire in circuit.wires
    ]


def close(one: float | None, other: float | None, rel: float = 1e-12) -> bool:
    """Whether two numbers agree as far as two libraries of functions let them."""
    if one is None or other is None:
        return one is other
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or abs(one - other) <= rel * max(1.0, abs(one), abs(other))
