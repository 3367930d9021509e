"""Worksheets as pages: on a screen, on a telephone, on paper, and for those who hear them."""

from __future__ import annotations

import pytest
from helpers.npm import npm_package
from helpers.sheets import SHEETS

AXE = "4.10.2"
BAD = ("serious", "critical")


@pytest.fixture(params=["key", "blank"])
def page_of(request, open_page, tmp_path):
    """A function that opens a sheet."""

    def page_of(name: str, **settings):
        path = tmp_path / "sheet.html"
        SHEETS[name]().save(path, answers=request.param == "key")
        return open_page(path.read_text(encoding="utf-8"), **settings)

    return page_of


@pytest.mark.parametrize("name", ["seed", "classes", "names"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_sheet_fits_its_screen_and_its_tables_scroll_by_themselves(page_of, name, width):
    page = page_of(name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for table in page.locator("table").all():
        assert table.evaluate("table => getComputedStyle(table.parentElement).overflowX") == "auto"


def test_on_paper_a_dark_sheet_is_light_and_nothing_scrolls(page_of):
    page = page_of("seed", color_scheme="dark")
    on_screen = page.evaluate("getComputedStyle(document.body).color")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") != on_screen
    table = page.locator("table").last
    assert table.evaluate("table => getComputedStyle(table.parentElement).overflowX") == "visible"
    assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("classes", 390, "dark"), ("names", 1280, "light")]
)
def test_axe_finds_nothing_serious(page_of, name, width, scheme):
    axe = (npm_package("axe-core", AXE) / "node_modules" / "axe-core" / "axe.min.js").read_text()
    page = page_of(name, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    assert [(f["id"], f["help"]) for f in found if f["impact"] in BAD] == []
