"""What a reader holds in the head: a file is at most 400 lines, a function fits on a screen."""

import ast

import pytest
from helpers.house import PACKAGE, TREES, Room

LONGEST_FILE = 400
LONGEST_FUNCTION = 60


@pytest.mark.parametrize("room", TREES, ids=lambda room: "/".join(filter(None, room)))
def test_a_file_is_as_long_as_its_idea_and_its_functions_fit_on_a_screen(room: Room):
    lines = PACKAGE.joinpath(room[0], f"{room[1]}.py").read_text(encoding="utf-8").splitlines()
    assert 1 <= len(lines) <= LONGEST_FILE
    for node in ast.walk(TREES[room]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name}: {length} lines"


@pytest.mark.parametrize("room", TREES, ids=lambda room: "/".join(filter(None, room)))
def test_the_first_line_of_a_file_says_what_it_is(room: Room):
    first, *_ = (ast.get_docstring(TREES[room]) or "").splitlines() or [""]
    assert first.endswith((".", ":"))
