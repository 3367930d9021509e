"""The notebooks in JupyterLite: each runs in a browser from beginning to end, without a server.

    python tools/lite.py
    MINIGRAD_LITE=lite-site python -m pytest tests/browser/test_jupyterlite.py

It takes minutes; `.ci/run --lite` does both.
"""

import os
import runpy
import sys
from pathlib import Path
from threading import Thread
from time import perf_counter

import pytest
from helpers.house import ROOT

SITE = os.environ.get("MINIGRAD_LITE")
SECONDS = 300  # for one notebook; in number 6 a GPT trains in Python
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

RUN_ALL = """async () => {
  const { commands, shell } = window.jupyterapp;
  const { content, context } = shell.currentWidget;
  await context.sessionContext.ready;
  await commands.execute("notebook:clear-all-cell-outputs");
  await commands.execute("notebook:run-all-cells");
  const { cells } = content.model.sharedModel;
  return cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.toJSON());
}"""

pytestmark = pytest.mark.skipif(not SITE, reason="needs MINIGRAD_LITE, a site of tools/lite.py")


@pytest.fixture(scope="module")
def address():
    server = runpy.run_path(ROOT / "tools/lite_server.py")["server_of"](Path(SITE))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(chromium, address):
    """A fresh visitor, from whom no request goes anywhere else."""
    context = chromium.new_context(
        viewport={"width": 1200, "height": 3000}
    )  # cells out of sight are not there
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    foreign = []
    page.on("request", lambda request: foreign.append(request.url))
    yield page
    context.close()
    assert [url for url in foreign if not url.startswith((address, "data:", "blob:"))] == []


def opened(page, address, name):
    page.goto(f"{address}/notebooks/index.html?path=notebooks/{name}")
    page.locator(".jp-CodeCell").first.wait_for()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_from_beginning_to_end_and_draws_its_pictures(page, address, name, request):
    opened(page, address, name)
    cells = page.evaluate(RUN_ALL)
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    shown = [output["data"] for output in outputs if "text/html" in output.get("data", {})]
    pictures = [
        data for data in shown if "data:image/svg+xml;base64," in "".join(data["text/html"])
    ]
    stored = (ROOT / "notebooks" / name).read_text(encoding="utf-8").count('"image/png": ')
    assert len(pictures) == stored
    assert not any("image/png" in data for data in shown)
    if shots := os.environ.get("MINIGRAD_LITE_SHOTS"):
        page.screenshot(path=f"{shots}/{name}.png")


def test_the_first_picture_is_there_and_the_player_plays(page, address):
    start = perf_counter()
    opened(page, address, NOTEBOOKS[0])
    page.evaluate(f"void ({RUN_ALL})()")
    page.get_by_text("[*]").first.wait_for()  # the stored pictures are gone
    picture = page.locator(".jp-OutputArea-output img").first
    picture.wait_for(timeout=60_000)
    print(f"\nthe first picture: {perf_counter() - start:.1f} s", file=sys.stderr)
    assert picture.evaluate("image => image.naturalWidth") > 300
    player = page.locator(".player")
    player.wait_for(timeout=30_000)
    player.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".said strong").text_content() == "forward 1 of 3 · gate ×"
