"""Text of several lines shows itself as lines, wherever it is shown."""

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
