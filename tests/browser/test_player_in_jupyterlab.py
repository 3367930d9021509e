"""The player in JupyterLab 4: run there, reopened untrusted, exported with and without scripts."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest
from helpers.needed import missing
from jupyterlab_server import jupyterlab

SOURCE = """\
import minigrad as mg
w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
stepper = mg.Stepper((w * x).tanh())
stepper.player()
"""
CODE = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
NOTEBOOK = {
    "cells": [CODE | {"id": "first", "source": SOURCE}, CODE | {"id": "second", "source": "1 + 1"}],
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a notebook as written, as run elsewhere, and exported to HTML."""
    if not (find_spec("jupyterlab") and find_spec("nbconvert") and find_spec("ipykernel")):
        missing("jupyterlab", "pip install jupyterlab")
    folder = tmp_path_factory.mktemp("notebooks")
    (folder / "fresh.ipynb").write_text(json.dumps(NOTEBOOK))
    convert = [sys.executable, "-m", "nbconvert", "--log-level=ERROR"]
    run = [*convert, "--to=notebook", "--execute", "fresh.ipynb", "--output=elsewhere.ipynb"]
    subprocess.run(run, cwd=folder, check=True)
    subprocess.run([*convert, "--to=html", "elsewhere.ipynb"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def address(folder):
    with jupyterlab(folder) as address:
        yield address


@pytest.fixture
def page(chromium):
    page = chromium.new_page()
    page.set_default_timeout(90_000)
    yield page
    page.close()


def test_it_runs_and_keeps_every_key_to_itself(page, address):
    page.goto(f"{address}/fresh.ipynb")
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.get_by_text("| Idle").wait_for()
    page.keyboard.press("Shift+Enter")
    page.locator(".player").wait_for()
    cells = page.locator(".jp-CodeCell").count()
    page.locator(".player").focus()
    for key in ["End", "ArrowLeft", " ", " ", "Home", "ArrowRight"]:
        page.keyboard.press(key)
    assert page.locator(".said strong").text_content() == "forward 1 of 2 · gate ×"
    page.locator(".leaf").first.focus()
    for key in ["ArrowUp", "Enter", "-", "0", "0", "Enter", "ArrowDown"]:
        page.keyboard.press(key)  # `0 0` would restart the kernel
    assert page.locator("#wire-0 text.value").text_content() == "−0.1"
    page.locator("#gate-2").click()
    for key in ["d", "d", "a", "b", "x", "m", "0", "0", "Shift+M", "Shift+Enter", "Escape"]:
        page.keyboard.press(key)  # the notebook's own shortcuts: `d d` deletes a cell
    page.wait_for_timeout(300)
    assert page.locator(".jp-CodeCell").count() == cells
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".jp-CodeCell .player").count() == 1
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")  # with the focus elsewhere they are the notebook's again
    page.locator(f":nth-match(.jp-CodeCell, {cells + 1})").wait_for()


def test_reopened_untrusted_it_is_a_picture(page, address):
    page.goto(f"{address}/elsewhere.ipynb")
    picture = page.locator(".jp-OutputArea-output img")
    picture.wait_for()
    assert picture.bounding_box()["width"] > 150
    assert page.locator(".player").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_exported_to_html_with_and_without_scripts(open_page, folder, scripts):
    html = (folder / "elsewhere.html").read_text(encoding="utf-8")
    own_part = html[html.index('<div class="minigrad-player">') :]
    own_part = own_part[: own_part.index("</script></div>") + len("</script></div>")]
    page = open_page(f'<meta charset="utf-8">{own_part}', java_script_enabled=scripts)
    assert page.locator("img").first.is_visible() is not scripts
    assert page.locator(".player").count() == scripts
    if scripts:
        page.get_by_label("its number").fill("5")
        page.keyboard.press("Enter")
        assert page.locator("#wire-0 text.value").text_content() == "5"
