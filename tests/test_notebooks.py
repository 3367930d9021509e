"""Every notebook runs from top to bottom, its exercises judge rightly, and no machine shows."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helpers.exercise_answers import ANSWERS
from helpers.katex import faults

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

import exercises  # noqa: E402
from build import FOLDER, notebooks, run  # noqa: E402
from rows import SIZE, SMALLEST, TALLEST, WIDEST, page_wide  # noqa: E402

import minigrad as mg  # noqa: E402

SCOPE = {"mg": mg}

NATIVE = ("05", "06", "10")  # they run or time machine code
EXERCISES = {"00": 1, "09": 5, "10": 0}  # all others have three
PICTURES = {"00": 1, "10": 0}  # all others have two or more
BLANK = "answer = ..."
each_notebook = pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def answered(cell: Any, answer: str) -> Any:
    """A copy of an exercise's cell with an answer in place of the dots."""
    copy = deepcopy(cell)
    copy["id"] = f"{cell['id']}-answered"
    text = answer.strip() if "def answer" in answer else f"answer = {answer}"
    copy["source"] = cell["source"].replace(BLANK, text + "  ", 1)
    return copy


def said(cell: Any) -> str:
    """The text of a cell's last output."""
    return str(cell["outputs"][-1]["data"]["text/plain"])


@each_notebook
def test_a_notebook_runs_and_its_exercises_tell_right_from_wrong(path: Path) -> None:
    if path.name.startswith(NATIVE):
        pytest.importorskip("llvmlite")
    notebook = read(path)
    blank = [cell for cell in notebook.cells if cell["source"].startswith(BLANK)]
    cases = ANSWERS[path.name[:2]]
    assert len(blank) == len(cases) == EXERCISES.get(path.name[:2], 3)
    added = []
    for cell, case in zip(blank, cases):
        right, wrong = answered(cell, case.right), answered(cell, case.wrong)
        right["id"], wrong["id"] = f"{cell['id']}-right", f"{cell['id']}-wrong"
        place = notebook.cells.index(cell)
        notebook.cells[place + 1 : place + 1] = [right, wrong]
        added.append((right["id"], wrong["id"], case.told))
    run(notebook)
    assert "GradientLostWarning" not in nbformat.writes(notebook)
    by_id = {cell["id"]: cell for cell in notebook.cells}
    for cell in blank:
        assert said(cell).startswith("Not answered yet")
    for right_id, wrong_id, told in added:
        assert said(by_id[right_id]).startswith("Right: ")
        assert said(by_id[wrong_id]).startswith("Wrong, ")
        assert told in said(by_id[wrong_id])


@each_notebook
def test_a_committed_notebook_was_run_and_shows_nothing_of_the_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = read(path)
    nbformat.validate(notebook)
    assert len(text.encode()) < 1_000_000
    assert not re.search(r"/(tmp|home|root|Users|work)/|site-packages|\\\\Users| at 0x", text)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert all(output["output_type"] != "error" for output in outputs)
    assert all(cell.get("execution_count") is None for cell in notebook.cells)
    pictures = [output["data"] for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= PICTURES.get(path.name[:2], 2)


@each_notebook
def test_a_notebook_begins_with_what_its_reader_will_be_able_to_do(path: Path) -> None:
    first, *others = read(path).cells
    assert re.match(r"# .+\n\n\*\*After this notebook you can .+\.\*\*", first["source"])
    questions = [cell for cell in others if "**Predict" in cell["source"]]
    assert len(questions) >= 2
    assert len({cell["id"] for cell in (first, *others)}) == len(others) + 1


def test_links_between_notebooks_lead_somewhere() -> None:
    for path in notebooks():
        for target in re.findall(r"\]\(([^)]+\.ipynb)\)", path.read_text(encoding="utf-8")):
            assert (FOLDER / target).exists(), f"{path.name} points to {target}"


def test_katex_sets_every_formula_in_words_and_in_outputs() -> None:
    formulas = []
    for path in notebooks():
        for cell in read(path).cells:
            texts = [
                o["data"]["text/latex"]
                for o in cell.get("outputs", ())
                if "data" in o and "text/latex" in o["data"]
            ]
            texts += [cell["source"]] if cell["cell_type"] == "markdown" else []
            for text in texts:
                formulas += re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL)
                formulas += re.findall(r"\$(.+?)\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.S))
    assert len(formulas) > 100
    assert faults(formulas) == []


def test_no_line_of_a_formula_is_wider_than_a_printed_page() -> None:
    for path in notebooks():
        for cell in read(path).cells:
            for formula in re.findall(r"\$\$(.+?)\$\$", cell["source"], re.DOTALL):
                for line in formula.split(r"\\"):
                    signs = re.sub(r"\\frac|\\[a-z]*(text|mathrm|begin|end)|[{}_^&$ ]", "", line)
                    assert len(re.sub(r"\\[A-Za-z]+", "x", signs)) < 55, (path.name, line)


@each_notebook
def test_a_notebook_asserts_what_it_says(path: Path) -> None:
    asserted = sum(cell["source"].count("assert ") for cell in read(path).cells)
    assert asserted >= (0 if path.name.startswith("00") else 3)


@each_notebook
def test_no_exercise_shows_its_answer(path: Path) -> None:
    for cell in read(path).cells:
        if cell["source"].startswith(BLANK):
            dots, empty, check = cell["source"].split("\n")
            assert empty == ""
            assert re.fullmatch(r'exercises\.check\("\d\d\.\d", answer\)', check)
            assert said(cell).startswith("Not answered yet")
            if example := dots.partition("# for example: ")[2]:
                assert "def " in example or not exercises.check(check[17:21], eval(example, SCOPE))


@each_notebook
def test_the_answers_of_questions_are_folded(path: Path) -> None:
    cells = read(path).cells
    for cell in cells:
        if "**Predict" in cell["source"]:
            question, fold, answer = cell["source"].partition("<details><summary>Answer</summary>")
            assert "**Predict" in question
            assert fold
            assert answer.rstrip().endswith("</details>")


def test_every_exercise_is_asked_once() -> None:
    asked = [
        name
        for path in notebooks()[1:]
        for name in re.findall(r'exercises\.check\(\\"(\d\d\.\d)', path.read_text("utf-8"))
    ]
    assert sorted(asked) == sorted(exercises.EXERCISES)


def test_every_known_mistake_is_told_and_none_is_taken_for_right() -> None:
    asked = {name: each.numbers for name, each in exercises.EXERCISES.items() if each.numbers}
    assert len(asked) > 15
    for name, numbers in asked.items():
        right, mistakes = numbers()
        assert all(exercises.check(name, float(f"{right:.{digits}g}")) for digits in (2, 3, 9))
        for mistake, told in mistakes.items():
            for answer in (mistake, float(f"{mistake:.3g}")):
                assert (
                    repr(exercises.check(name, answer)) == f"Wrong, {answer:g} is not it: {told}."
                )


def test_an_exercise_that_is_not_there_is_an_error_that_names_its_neighbour() -> None:
    with pytest.raises(KeyError, match=r"there is no exercise '01\.9'; did you mean '01\.\d'"):
        exercises.check("01.9", 1)


def test_an_answer_that_cannot_be_used_is_a_verdict_and_not_a_crash() -> None:
    verdict = exercises.check("01.1", "four")
    assert not verdict
    assert "could not be used: ValueError" in repr(verdict)
    assert not exercises.check("01.3", print)


@each_notebook
def test_no_picture_is_wider_or_taller_than_a_page_or_too_small_to_read(path: Path) -> None:
    for cell in read(path).cells:
        for output in cell.get("outputs", ()):
            if svg := output.get("data", {}).get("image/svg+xml"):
                width, height = map(float, SIZE.search(svg).groups())
                assert width <= WIDEST
                assert height <= TALLEST
                natural = float(re.search(r'viewBox="\S+ \S+ (\S+) ', svg)[1])
                assert width / natural > SMALLEST


def test_a_long_picture_keeps_each_gate_whole_in_one_of_its_rows() -> None:
    x = wire = mg.Value(0.5, label="x")
    for i in range(12):
        wire = (wire * mg.Value(float(i), label=f"w_{i}")).tanh()
    svg = mg.draw(wire + x).svg
    paged = page_wide(svg)
    assert paged.count("<svg") >= 4
    assert float(SIZE.search(paged)[1]) <= WIDEST
    gates = re.findall(r'id="gate[^"]+"', svg.replace("&#45;", "-"))
    assert len(gates) == 25
    assert re.findall(r'id="gate[^"]+"', paged) == gates
    assert sorted(re.findall(">([^<>\\s]+)</", paged)) == sorted(re.findall(">([^<>\\s]+)</", svg))


def test_the_words_under_a_long_picture_are_its_last_row() -> None:
    wire = mg.Value(2.0, label="x")
    for _ in range(14):
        wire = wire.relu().exp()
    paged = page_wide(mg.draw(wire, title="a tower", color="gradient").svg)
    last = paged[paged.rindex("<svg") :]
    assert "a tower" in last
    assert "gate-" not in last
    assert paged.count("a tower") == 1


@each_notebook
def test_what_a_cell_prints_is_one_output_however_it_was_sent(path: Path) -> None:
    for cell in read(path).cells:
        names = [output.get("name") for output in cell.get("outputs", [])]
        assert not any(a == b is not None for a, b in pairwise(names)), cell["id"]
