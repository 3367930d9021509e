"""The formulas of worksheets in LaTeX: KaTeX sets every one, strictly."""

from __future__ import annotations

import re

import pytest
from helpers.katex import faults, verdicts
from helpers.sheets import SHEETS


def formulas_of(latex: str) -> list[str]:
    """What stands between the dollar signs."""
    plain = latex.replace(r"\$", "")
    assert plain.count("$") % 2 == 0
    return re.findall(r"\$([^$]*)\$", plain)


def test_katex_notices_what_is_no_latex() -> None:
    good, unknown, open_brace = verdicts([r"\frac12", r"\nonsense", r"\frac{1"])
    assert good == "ok"
    assert "nonsense" in unknown
    assert open_brace != "ok"


@pytest.mark.parametrize("answers", [True, False], ids=["key", "blank"])
def test_katex_sets_every_formula_of_every_sheet(answers: bool) -> None:
    formulas = [f for make in SHEETS.values() for f in formulas_of(make().latex(answers))]
    assert len(formulas) > 300
    assert faults(formulas) == []


@pytest.mark.parametrize("name", SHEETS)
def test_outside_of_formulas_stand_words_tables_and_titles_only(name: str) -> None:
    latex = SHEETS[name]().latex()
    around = re.sub(r"\$[^$]*\$", "", latex.replace(r"\$", ""))
    commands = set(re.findall(r"\\[a-z]+\*?", around))
    assert commands <= {"\\section*", "\\begin", "\\end", "\\hline", "\\textbackslash"}
    assert around.replace("′", "").isascii()
    for form, table in re.findall(r"\\begin\{tabular\}\{(l?r*)\}\n(.*?)\\end", latex, re.DOTALL):
        assert {row.count(" & ") + 1 for row in table.strip().split("\n")} == {len(form)}
