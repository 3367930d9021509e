"""What README and reference say is there is there, and what they show is drawn today."""

from __future__ import annotations

import pkgutil
import re
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

import minigrad as mg

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "notebooks")]

import exercises  # noqa: E402
import pictures  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")}
TEACHING = PAGES["teaching.md"]
NOTEBOOKS = {
    int(path.name[:2]): nbformat.read(path, as_version=4).cells
    for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")
}


# --- the way in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "mg.Worksheet",
        "mg.losses",
        "mg.decision_boundary",
        "history.draw()",
        "history.save(",
        "mg.lr_range",
        "mg.save(",
        "mg.load(",
        "mg.health",
        "mg.detect_nonfinite",
        "delta_table",
        "Home and End",
        "space plays",
        "docs/index.md",
        "mkdocs serve",
    ],
)
def test_the_readme_names(name: str) -> None:
    assert name in README


def test_the_readme_leads_to_every_page_of_the_reference() -> None:
    linked = set(re.findall(r"\]\(docs/([a-z-]+\.md)\)", README))
    assert linked == PAGES.keys()


def test_every_page_of_the_reference_is_in_its_navigation_and_in_its_first_table() -> None:
    navigation = re.findall(r": ([a-z-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert sorted(navigation) == sorted(PAGES)
    listed = re.findall(r"\(([a-z-]+\.md)\)", PAGES["index.md"])
    assert {*listed, "index.md"} == PAGES.keys()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_of_the_reference_tells_before_it_lists(name: str) -> None:
    told = PAGES[name].partition("\n::: ")[0]
    code = re.findall(r"^```\w+\n.*?^```$", told, re.MULTILINE | re.DOTALL)
    assert code, "no example"
    assert len(re.sub(r"^```.*?^```$", "", told, flags=re.MULTILINE | re.DOTALL).split()) > 40


@pytest.mark.parametrize("name", ["neuron.png", "neuron-steps.gif"])
def test_the_pictures_of_the_readme_are_as_they_are_drawn_today(name: str, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("resvg_py")
    pictures.make(tmp_path)
    shown, drawn = image.open(ROOT / "docs" / name), image.open(tmp_path / name)
    assert getattr(shown, "n_frames", 1) == getattr(drawn, "n_frames", 1)
    for frame in range(getattr(drawn, "n_frames", 1)):
        shown.seek(frame)
        drawn.seek(frame)
        assert differing(shown.convert("L"), drawn.convert("L").resize(shown.size)) < 0.01


def differing(one, other) -> float:
    """The share of pixels that are dark in one picture and light in the other."""
    pairs = zip(one.tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) > 64 for a, b in pairs) / len(one.tobytes())


# --- for lecturers --------------------------------------------------------------------------------


def headings(number: int) -> list[str]:
    text = "\n".join(cell.source for cell in NOTEBOOKS[number] if cell.cell_type == "markdown")
    return [re.sub(r"^[0-9]+\. ", "", h) for h in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]


def code(number: int) -> str:
    return "\n".join(cell.source for cell in NOTEBOOKS[number] if cell.cell_type == "code")


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading of the guide."""
    table = TEACHING.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


PLAN, MISTAKES = rows("90 minutes"), rows("What students get wrong, and where it shows")


def test_the_plan_fills_90_minutes() -> None:
    times = [tuple(map(int, row[0].split(" – "))) for row in PLAN]
    assert times[0][0] == 0
    assert times[-1][1] == 90
    assert all(before[1] == after[0] for before, after in pairwise(times))


def test_every_section_that_the_guide_names_is_in_its_notebook() -> None:
    named = 0
    for row in [*PLAN, *MISTAKES]:
        for number, title in re.findall(r"(?:notebook (\d+), )?\*([A-Z][^*]+)\*", row[2]):
            assert title in headings(int(number or 1)), row
            named += 1
    assert named >= 8
    for name in ("Two gates", "The one rule"):  # the first column of what goes wrong
        assert name in headings(1)


def test_every_exercise_that_the_guide_names_is_asked() -> None:
    asked = set(re.findall(r"exercise (\d\d\.\d)", TEACHING))
    assert len(asked) >= 5
    for name in asked:
        assert name in exercises.EXERCISES
        assert f'exercises.check("{name}"' in code(int(name[:2]))


def test_every_cell_and_picture_that_the_guide_names_is_there() -> None:
    assert "f_of" in code(1)
    assert "-2.00" in code(1)  # what somebody has filled in
    assert "-3.00" in code(1)
    assert ".player()" in code(1)
    assert "model.delta_table()" in code(4)
    assert code(5).count("mg.decision_boundary(") == 2  # the two maps
    assert "zero_grad()" in code(3)
    assert any("**Predict" in cell.source for cell in NOTEBOOKS[1])
    first = next(cell for cell in NOTEBOOKS[1] if "mg.draw(f)" in cell.source)
    assert "assert f.data == -12.0" in first.source
    assert "image/png" in first.outputs[0].data


def test_what_the_guide_says_of_exercises_is_so() -> None:
    x = mg.Value(2.0)
    f = x * (x + 1) + x
    f.backward()
    assert x.grad == 3 + 2 + 1
    assert "slope" in repr(exercises.check("03.1", 0.8))
    assert "takes the 2 away" in repr(exercises.check("03.1", 0.256))
    assert "updated weight" in repr(exercises.check("03.2", -0.22))
    sheet = mg.Worksheet.from_seed(7).text()
    assert "wrong" in sheet  # its last two columns
    assert "a·(1 − a)" in sheet.replace("σ′(z) = ", "")


def test_every_name_of_the_library_in_the_guide_can_be_called() -> None:
    names = set(re.findall(r"\b(mg(?:\.\w+)+)", TEACHING))
    assert len(names) >= 3
    for name in names:
        assert callable(pkgutil.resolve_name(name.replace("mg.", "minigrad.", 1)))


def test_the_outputs_that_a_handout_leaves_out_are_marked() -> None:
    for number in (1, 2, 3, 4):
        assert any("answer" in cell.metadata.get("tags", ()) for cell in NOTEBOOKS[number]), number
