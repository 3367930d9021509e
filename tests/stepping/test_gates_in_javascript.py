"""The playground's engine computes with the table of gates, printed as JavaScript."""

from helpers.house import ROOT

from minigrad.files import javascript_gates

ENGINE = ROOT / "minigrad/stepping/web/engine"


def test_the_gates_of_the_engine_are_the_table():
    assert (ENGINE / "gates.js").read_text("utf-8") == javascript_gates(), (
        "gates.js is old: run python tools/web/gates.py, and npm run build in tools/web"
    )
