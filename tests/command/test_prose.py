"""Lines of sentences end between words in a terminal, and nothing is changed elsewhere."""

from __future__ import annotations

import io

import pytest

from minigrad.command import cli, prose


class Terminal(io.StringIO):
    """A stream that leads to a terminal."""

    def isatty(self) -> bool:
        return True


REQUESTS = {
    "what a gate does": ["step", "sigmoid(w*x + b)", "w=2", "x=-1", "b=3"],
    "a wrong name": ["eval", "foo(x)", "x=1"],
    "a wrong command": ["evaluate", "x"],
    "where inf began": ["eval", "1/(x*0) + 1/(x*0)", "x=1"],
    "a file": ["play", "x*2", "x=1", "-o", "f.html"],
}


@pytest.mark.parametrize("words", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("width", [40, 80])
def test_no_word_is_cut_in_a_terminal(words, width, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "dumb")
    printed = []
    for kind in (io.StringIO, Terminal):
        out, err = kind(), kind()
        monkeypatch.setattr("sys.stdout", out)
        monkeypatch.setattr("sys.stderr", err)
        cli.main(words)
        printed.append(out.getvalue() + err.getvalue())
    monkeypatch.undo()
    piped, shown = printed
    assert max(map(len, shown.splitlines())) <= width
    if words[0] != "eval" or "foo" in words[1]:  # a table that is too wide becomes a tree
        assert shown.split() == piped.split()


def test_what_is_indented_and_what_is_one_word_stays_whole():
    path = "/a/folder/with/a/long/name/and/a/file.html"
    text = f"wrote {path}: open it\n  tanh(x + y + z) + foo(x + y + z)\n                    ^^^"
    assert prose.in_lines(text, 20).splitlines() == [
        "wrote",
        f"{path}:",
        "open it",
        *text.splitlines()[1:],
    ]
    assert prose.in_lines(text, None) == text
