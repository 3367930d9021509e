"""The playground's engine writes gates as the table of gates does."""

from helpers.house import ROOT

from minigrad.stepping.gate_formulas import gate_formulas

ENGINE = ROOT / "minigrad/stepping/web/engine"


def test_the_formulas_of_the_engine_are_those_of_the_table():
    assert (ENGINE / "gate_formulas.js").read_text("utf-8") == gate_formulas(), (
        "gate_formulas.js is old: run python tools/web/gates.py, and npm run build in tools/web"
    )
