"""Drawings as files and in notebooks."""

from __future__ import annotations

import base64
import copy
import os
import pickle
import re
import struct
import sys
from html.parser import HTMLParser

import graphviz
import pytest
from helpers.pictures import Picture, network, neuron

import minigrad as mg
from minigrad.pictures.bundled_fonts import COVERED, FACES, FOLDER
from minigrad.pictures.layout import LayoutError


def size_of_png(content: bytes) -> tuple[int, int]:
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", content[16:24])


@pytest.mark.parametrize(
    ("ending", "beginning"),
    [
        ("svg", b"<svg"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("dot", b"digraph"),
        ("PNG", b"\x89"),
    ],
)
def test_the_ending_of_the_name_decides_the_format(tmp_path, ending, beginning):
    path = tmp_path / f"neuron.{ending}"
    mg.draw(neuron()).save(path)
    assert path.read_bytes().startswith(beginning)
    assert os.listdir(tmp_path) == [path.name]


def test_the_name_of_a_file_may_be_text(tmp_path):
    mg.draw(neuron()).save(str(tmp_path / "f.dot"))
    assert (tmp_path / "f.dot").exists()


@pytest.mark.parametrize("name", ["neuron", "neuron.gif", "neuron.svg.gz"])
def test_an_unknown_ending_is_one_clear_line(tmp_path, name):
    with pytest.raises(ValueError, match=r"must end with \.svg, \.png, \.pdf or \.dot$"):
        mg.draw(neuron()).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_directory_is_refused(tmp_path):
    (tmp_path / "f.svg").mkdir()
    with pytest.raises(IsADirectoryError, match="is a directory: name a file in it"):
        mg.draw(neuron()).save(tmp_path / "f.svg")


def test_a_folder_that_does_not_exist_is_named_with_the_remedy(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing'; make it first"):
        mg.draw(neuron()).save(tmp_path / "missing" / "f.svg")


def test_a_file_is_replaced_only_by_a_complete_one(tmp_path, monkeypatch):
    path = tmp_path / "f.svg"
    path.write_text("the old one")
    drawing = mg.draw(neuron())
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        patch.setitem(sys.modules, "pygraphviz", None)
        with pytest.raises(LayoutError):
            drawing.save(path)
    assert path.read_text() == "the old one"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
        with pytest.raises(OSError, match="disk full"):
            drawing.save(path)
    assert path.read_text() == "the old one"
    drawing.save(path)
    assert path.read_text() == drawing.svg
    assert os.listdir(tmp_path) == ["f.svg"]


def test_dot_is_a_digraph_of_the_graphviz_package():
    drawing = mg.draw(neuron())
    assert isinstance(drawing.dot, graphviz.Digraph)
    assert drawing.dot.source == drawing.source


# --- PNG ------------------------------------------------------------------------------------------


def test_a_png_has_two_pixels_for_every_point():
    drawing = mg.draw(neuron())
    points = re.search(r'width="(\d+)pt" height="(\d+)pt"', drawing.svg)
    width, height = size_of_png(drawing.png)
    assert abs(width - 2 * int(points[1])) <= 2
    assert abs(height - 2 * int(points[2])) <= 2


def test_a_png_is_the_same_on_a_machine_with_no_fonts_at_all():
    import resvg_py

    drawing = mg.draw(neuron())
    without_text = re.sub("<text.*?</text>", "", drawing.svg)
    assert drawing.png != resvg_py.svg_to_bytes(svg_string=without_text, zoom=1.5, dpi=96.0)
    from minigrad.pictures import raster

    assert raster._is_covered(drawing.svg)  # then the machine's fonts are not even looked at


def test_text_that_the_bundled_fonts_lack_is_drawn_with_the_machines():
    from minigrad.pictures import raster

    assert not raster._is_covered(mg.draw(mg.Value(1.0, label="重み")).svg)


def test_the_bundled_fonts_are_small_and_come_with_their_licences():
    sizes = [(FOLDER / face).stat().st_size for face in FACES]
    assert sum(sizes) < 100_000
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE-Liberation").read_text()
    assert "Bitstream" in (FOLDER / "LICENSE-DejaVu").read_text()


@pytest.mark.parametrize(
    "text", ["αβγδεθλμσφω ΔΣΩ", "₀₁₂₃₄₅₆₇₈₉ₖ⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ", "−×÷·±∂∇√∞≤≥…⋯�", "ŷéüñç"]
)
def test_the_bundled_fonts_have_what_pictures_use(text):
    assert COVERED.issuperset(text)


def test_a_huge_picture_becomes_a_png_of_bearable_size():
    from minigrad.pictures.raster import MOST_PIXELS, png_from_svg

    svg = '<svg width="9000pt" height="9000pt" viewBox="0 0 9000 9000" xmlns="http://www.w3.org/2000/svg"></svg>'
    width, height = size_of_png(png_from_svg(svg))
    assert width * height <= 1.01 * MOST_PIXELS


# --- notebooks ------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_a_notebook_gets_an_image_a_png_and_text():
    drawing = mg.draw(neuron())
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    ((tag, attributes),) = Tags(bundle["text/html"]).found
    assert tag == "img"
    kind, content = attributes["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(content).decode() == drawing.svg
    assert base64.b64decode(bundle["image/png"]) == drawing.png
    assert bundle["text/plain"] == str(drawing)


def test_more_than_75_gates_can_be_scrolled_in_a_notebook_without_scripts():
    y = mg.Value(1.0)
    for _ in range(76):
        y = y + 1
    tags = Tags(mg.draw(y)._repr_mimebundle_()["text/html"]).found
    assert [tag for tag, _ in tags] == ["img", "details", "summary", "div", "img"]
    assert "overflow: auto" in tags[3][1]["style"]


def test_a_wide_picture_can_be_scrolled_too():
    y = mg.Value(1.0)
    for _ in range(40):
        y = y.tanh()
    assert "details" in mg.draw(y)._repr_mimebundle_()["text/html"]
    assert "details" not in mg.draw(neuron())._repr_mimebundle_()["text/html"]


def test_a_drawing_prints_as_the_circuit_in_text():
    f = neuron()
    drawing = mg.draw(f)
    assert str(drawing) == mg.as_tree(f)
    assert repr(drawing) == "<Drawing of 5 gates: .svg .png .pdf .dot .save(path)>"


def test_saved_pictures_have_no_titles_that_pop_up():
    assert "title" not in Picture(mg.draw(network(3, 1)).svg).tags()


@pytest.mark.parametrize("made", [False, True])
def test_a_drawing_is_pickled_and_copied_as_what_it_shows(made):
    x = mg.Value(3.0, label="x")
    picture = mg.draw((x * 2).tanh(), title="a title")
    svg = picture.svg if made else None
    others = [pickle.loads(pickle.dumps(picture, protocol)) for protocol in range(6)]
    for other in [*others, copy.copy(picture), copy.deepcopy(picture)]:
        assert (str(other), repr(other), other.source) == (
            str(picture),
            repr(picture),
            picture.source,
        )
        assert other.svg == (svg or picture.svg)
    assert len(pickle.dumps(picture)) < 100_000
