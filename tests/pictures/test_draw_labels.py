"""Labels are data: whatever they hold arrives in a picture as text, never as markup."""

from __future__ import annotations

import random
from html.parser import HTMLParser

import pytest
from helpers.pictures import Picture, clean
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit
from minigrad.text import Names, unicode_name

HOSTILE = [
    *("<b>", '"', "\\", "\\N", "\\G\\l", "{|}", "a\0b", "\ud800", "]]>", "</svg><script>alert(1)"),
    *("a" * 10_000, "\u202eabc", "אבג", "&amp;", "&", "&#60;b&#62;", "<!--", "-->", "'", "`"),
    *("</table>>]", '"]; evil [label="x', "\x1b[31mred", "\n", "\r\n\t", "\u2028", "  ", "\ufffe"),
    *('<img src="x" onerror="alert(1)">', "javascript:alert(1)", "<foreignObject>", "<![CDATA[x"),
    *("<?xml version='1.0'?>", "a\\", '\\"', "->", "subgraph", "x" * 31 + "<", "a\u0300" * 50),
    *("😀", "%s{0}${x}", "<TABLE><TR><TD>", "<br/>", "<hr/>", "^_^", "_^", "w_<b>^{x}", "x'\""),
]
PIECES = ["<", ">", "&", '"', "'", "\\", "\\N", "{", "|", "}", "\0", "]]>", "/", "script", "_", "^"]
PIECES += ["b", "1", " ", "\n", ";", "#", "x", "\ud800", "\u202e", "=", "[", "]", "--", "é", "θ"]

OURS = {"svg", "g", "polygon", "polyline", "path", "ellipse", "text"}
OUR_ATTRIBUTES = {
    *("width", "height", "viewBox", "id", "class", "transform", "fill", "stroke", "points", "d"),
    *("stroke-width", "stroke-dasharray", "cx", "cy", "rx", "ry", "x", "y", "text-anchor"),
    *("font-family", "font-size", "font-style", "font-weight"),
    "{http://www.w3.org/XML/1998/namespace}space",
}


def circuit_of(labels: list[str]) -> Value:
    return mg.sum([Value(1.0, label=label) for label in labels])


def check(labels: list[str], style: str) -> None:
    circuit = circuit_of(labels)
    seen = Picture(mg.draw(circuit, style=style, title="x").svg)
    names = Names(Circuit(circuit))  # of labels that read the same: numbered
    assert seen.tags() <= OURS
    assert seen.attributes() <= OUR_ATTRIBUTES
    for n, wire in enumerate(circuit.inputs):
        texts = seen.texts(f"wire-{n}")
        numbers = ["data", "1", "grad", "?"] if style == "graph" else ["1", "?"]
        name, shown = texts[: -len(numbers)], texts[-len(numbers) :]
        assert shown == numbers
        assert without_spaces("".join(name)) == without_spaces(names.label(wire))


def without_spaces(text: str) -> str:
    """At the edges of a text SVG does not keep them, and indices are texts of their own."""
    return "".join(text.split())


def generated(count: int) -> list[str]:
    choose = random.Random(1)
    return ["".join(choose.choices(PIECES, k=choose.randint(1, 9))) for _ in range(count)]


@pytest.mark.parametrize("style", ["circuit", "graph"])
@pytest.mark.parametrize("path", [None, ""], ids=["program", "library"])
def test_600_hostile_labels_arrive_as_text(style, path, monkeypatch):
    if path is not None:
        pytest.importorskip("pygraphviz")
        monkeypatch.setenv("PATH", path)
    labels = [*HOSTILE, *generated(550)]
    for start in range(0, len(labels), 100):
        check(labels[start : start + 100], style)


def test_hostile_labels_survive_pygraphvizs_parser_of_dot():
    pygraphviz = pytest.importorskip("pygraphviz")
    labels = [*HOSTILE, *generated(100)]
    output = circuit_of(labels)
    output.label = "</svg><script>"
    graph = pygraphviz.AGraph(string=mg.draw(output, title='"]; evil').source)
    wires = {f"w{n}" for n in range(len(labels) + 1)}
    assert set(graph.nodes()) == wires | {f"g{len(labels)}"}


class Tags(HTMLParser):
    found: set[str]

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def test_hostile_labels_survive_a_parser_of_html():
    svg = mg.draw(circuit_of(HOSTILE)).svg
    assert Tags(svg).found <= OURS


@given(st.lists(st.text(max_size=12), min_size=20, max_size=20))
@settings(max_examples=10)
def test_any_text_can_be_a_label(labels):
    Picture(mg.draw(circuit_of(labels)).svg)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_can_be_a_title(text, monkeypatch):
    pytest.importorskip("pygraphviz")
    monkeypatch.setenv("PATH", "")
    seen = Picture(mg.draw(Value(1.0), title=text).svg)
    assert seen.tags() <= OURS
    assert len(seen.all_text()) < 300


@pytest.mark.parametrize("symbol", ["<b>", '"', "\\N", "a" * 1000, "\0", "]]>"])
def test_any_text_can_be_the_symbol_of_a_gate(symbol):
    x = Value(1.0)
    y = Value(2.0, (x,), symbol)
    seen = Picture(mg.draw(y).svg)
    assert seen.tags() <= OURS
    assert seen.texts("gate-1") == [clean(unicode_name(symbol))]


def test_a_free_attribute_that_only_looks_like_a_unit_is_no_unit():
    x = Value(1.0)
    for unit in ("</svg>", (1, "</svg>"), 5, None, (1, 2, 3), [1], object()):
        y = x * 2
        y.unit = unit
        assert "cluster" not in mg.draw(y).source
