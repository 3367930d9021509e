"""Text of several lines shows itself as lines, wherever it is shown."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value


def circuit() -> Value:
    x = Value(2.0, label='<b onload="x">')
    f = mg.tanh(x * x) + x
    f.backward()
    return f


def test_trees_and_tables_are_lines_at_the_prompt_and_in_a_notebook() -> None:
    for text in (mg.as_tree(circuit()), mg.as_table(circuit())):
        assert repr(text) == text
        assert "\n" in repr(text)
        html = text._repr_html_()
        assert html.startswith("<pre")
        assert '<b onload="x">' not in html
        assert "&lt;b" in html


def test_a_gradient_check_is_its_table_in_a_notebook() -> None:
    report = mg.gradcheck(lambda x: mg.tanh(x * x), [0.5])
    assert "relative error" in report._repr_html_()
    assert "right" in report._repr_html_()


@pytest.mark.parametrize(
    "thing",
    [
        lambda f, x: mg.paths(f, x),
        lambda f, x: next(iter(mg.paths(f, x))),
        lambda f, x: mg.paths(f, [x]),
        lambda f, x: mg.gradcheck(lambda a: a * a, [2.0]),
        lambda f, x: mg.rounding(f),
        lambda f, x: mg.Stepper(f).why(x),
        lambda f, x: mg.Stepper(f).step(),
        lambda f, x: mg.Stepper(f).predict({"f": 3.0}),
        lambda f, x: mg.as_tree(f),
        lambda f, x: mg.as_table(f),
        lambda f, x: mg.first_nonfinite((f * 0.0).log()),
        lambda f, x: mg.export(f),
        lambda f, x: mg.export(f, "c"),
        lambda f, x: mg.export(f, "javascript", declaration=True),
        lambda f, x: mg.Worksheet.from_seed(1).text(),
        lambda f, x: mg.Worksheet.from_seed(1).markdown(),
        lambda f, x: mg.Worksheet.from_seed(1).latex(),
        lambda f, x: mg.Worksheet.from_seed(1).html(),
    ],
)
def test_what_has_lines_shows_them_in_a_notebook(thing: Callable[[Value, Value], Any]) -> None:
    x = Value(2.0, label="<x>")
    shown = thing(x * x, x)
    html = shown._repr_html_()
    assert html.startswith("<pre")
    assert html.endswith("</pre>")
    assert unescape(html.partition(">")[2].removesuffix("</pre>")) == str(shown)


def test_a_page_of_two_megabytes_is_named_and_not_printed() -> None:
    assert len(repr(mg.playground())) < 100
