"""Writes what the playground's engine has of the table of gates: python tools/web/gates.py."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from minigrad.files import javascript_gates
from minigrad.stepping.gate_formulas import gate_formulas

ENGINE: Final = Path(__file__).parents[2] / "minigrad/stepping/web/engine"

if __name__ == "__main__":
    (ENGINE / "gates.js").write_text(javascript_gates(), encoding="utf-8")
    (ENGINE / "gate_formulas.js").write_text(gate_formulas(), encoding="utf-8")
