"""The notebooks as they are sent: exported to HTML, read in a browser, printed to PDF."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from build import notebooks

nbconvert = pytest.importorskip("nbconvert")


@pytest.fixture(scope="module", params=notebooks(), ids=lambda path: path.stem)
def exported(request, tmp_path_factory) -> Path:
    body, _ = nbconvert.HTMLExporter().from_filename(str(request.param))
    page = tmp_path_factory.mktemp("exported") / f"{request.param.stem}.html"
    page.write_text(body, encoding="utf-8")
    return page


def open_exported(chromium, path: Path, width: int, scheme: str = "light"):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.route("http*://**", lambda route: route.abort())  # MathJax comes from elsewhere
    page = context.new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_every_picture_is_there_and_none_widens_the_page(chromium, exported, width):
    page = open_exported(chromium, exported, width)
    sizes = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    if not exported.name.startswith("10"):
        assert sizes
    assert all(sizes)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_answers_are_folded_until_somebody_clicks(chromium, exported):
    page = open_exported(chromium, exported, 1280)
    folds = page.locator("details:has(summary:text-is('Answer'))")
    assert folds.count() >= 2
    fold = folds.first
    assert fold.get_attribute("open") is None
    fold.locator("summary").click()
    assert fold.get_attribute("open") is not None


def test_printed_no_picture_is_cut_off(chromium, exported):
    page = open_exported(chromium, exported, 698)  # an A4 page in pixels, without its margins
    page.emulate_media(media="print")
    cut = page.evaluate(
        """[...document.querySelectorAll('.jp-OutputArea-output img')].filter(image => {
             const paper = image.closest('.jp-OutputArea-output').getBoundingClientRect();
             return image.getBoundingClientRect().right > Math.min(paper.right, innerWidth);
           }).length"""
    )
    assert cut == 0
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 1


def test_a_lecturer_exports_without_the_answers_in_outputs():
    from traitlets.config import Config

    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_all_outputs_tags = ("answer",)
    exporter = nbconvert.HTMLExporter(config=config)
    exporter.register_preprocessor("nbconvert.preprocessors.TagRemovePreprocessor", enabled=True)
    path = next(path for path in notebooks() if path.name.startswith("02"))
    with_answers, _ = nbconvert.HTMLExporter().from_filename(str(path))
    without, _ = exporter.from_filename(str(path))
    assert "81 paths" in with_answers
    assert "81 paths" not in without
