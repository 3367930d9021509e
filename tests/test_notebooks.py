"""Every notebook runs from top to bottom, its exercises judge rightly, and no machine shows."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from helpers.exercise_answers import ANSWERS

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

from build import FOLDER, notebooks, run  # noqa: E402

NATIVE = ("05", "06")  # they time machine code
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
    assert len(blank) == len(cases) == 3
    added = []
    for cell, case in zip(blank, cases):
        right, wrong = answered(cell, case.right), answered(cell, case.wrong)
        right["id"], wrong["id"] = f"{cell['id']}-right", f"{cell['id']}-wrong"
        place = notebook.cells.index(cell)
        notebook.cells[place + 1 : place + 1] = [right, wrong]
        added.append((right["id"], wrong["id"], case.told))
    run(notebook)
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
    assert len(pictures) >= 2


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


def test_an_answer_that_cannot_be_used_is_a_verdict_and_not_a_crash() -> None:
    import exercises

    verdict = exercises.number("four", right=4.0)
    assert not verdict
    assert "could not be used: ValueError" in repr(verdict)
    assert not exercises.check(print, lambda answer: answer(1, 2, wrong=3))
