from pathlib import Path

import minigrad.stepping
from minigrad.stepping.gate_formulas import gate_formulas


def test_the_formulas_in_the_playground_are_those_of_the_table():
    folder = Path(minigrad.stepping.__file__).parent / "web" / "engine"
    assert (folder / "gate_formulas.js").read_text("utf-8") == gate_formulas()
