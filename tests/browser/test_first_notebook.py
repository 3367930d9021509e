"""The first notebook as a newcomer meets it: opened in JupyterLab, run, its player driven."""

import shutil
from pathlib import Path

import pytest
from jupyterlab_server import jupyterlab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST = "01_a_neuron_is_a_circuit.ipynb"


@pytest.fixture
def page(chromium, tmp_path):
    for name in (FIRST, "exercises.py"):
        shutil.copy(NOTEBOOKS / name, tmp_path / name)
    with jupyterlab(tmp_path) as address:
        page = chromium.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/{FIRST}")
        yield page
        page.close()


def test_it_opens_runs_and_its_player_can_be_driven(page):
    page.locator(".jp-Notebook h1").first.wait_for()
    page.get_by_text("| Idle").wait_for()
    folded = page.locator(".jp-Placeholder")  # outputs that give an answer
    folded.nth(2).wait_for(state="attached")  # cells that are not in sight come when it is idle
    assert page.locator(".player").count() == 0  # not trusted yet: pictures only

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    player = page.locator(".player").first
    player.wait_for(state="attached")
    player.scroll_into_view_if_needed()

    def title():
        return player.locator(".said strong").text_content()

    player.focus()
    page.keyboard.press("End")
    assert title() == "backward 5 of 5 · gate ×"
    player.get_by_label("back", exact=True).click()
    assert title() == "backward 4 of 5 · gate ×"
    player.get_by_role("button", name="quiz").click()
    sentence = player.locator(".sentence")
    for _ in range(5):  # the gates forward: each asks what it computes
        player.get_by_label("step", exact=True).click()
        assert sentence.text_content() == "What does it compute?"
        player.locator("form input").fill("1")
        page.keyboard.press("Enter")
    player.get_by_label("step", exact=True).click()
    assert "What does it send" in sentence.text_content()
    cells = page.locator(".jp-Cell").count()
    player.locator("form input").focus()
    page.keyboard.type("0.20")  # typed: 0, 0 is JupyterLab's shortcut for a new kernel
    page.keyboard.press("Enter")
    assert "✓" in player.locator(".graded p").first.text_content()
    assert page.locator(".jp-Cell").count() == cells
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".jp-Placeholder").count() == 0  # now that the reader has run them
    assert page.get_by_text("Not answered yet").count() >= 1  # the cells below ran as well
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
