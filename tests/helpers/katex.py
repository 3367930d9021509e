"""What KaTeX says of formulas in LaTeX: it sets them, strictly, or names what it does not know."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from helpers.npm import npm_package

KATEX = "0.16.22"
CHECK = Path(__file__).parent / "katex_check.js"


def verdicts(formulas: list[str]) -> list[str]:
    """For each formula "ok", or what KaTeX says against it."""
    folder = npm_package("katex", KATEX)
    done = subprocess.run(
        ["node", str(CHECK)],
        input="\n".join(map(json.dumps, formulas)),
        env={**os.environ, "NODE_PATH": str(folder / "node_modules")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()


def faults(formulas: list[str]) -> list[tuple[str, str]]:
    """The formulas that KaTeX does not set, and what it says."""
    said = zip(formulas, verdicts(formulas), strict=True)
    return [(formula, verdict) for formula, verdict in said if verdict != "ok"]
