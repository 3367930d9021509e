"""The house: wings on levels, imports one way, and nobody reaches into what is another's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import minigrad as mg

PACKAGE = Path(mg.__file__).parent
LEVELS = [
    {"rules"},
    {"engine"},
    {"text", "tape"},
    {"calculus", "expressions", "native", "nn"},
    {"pictures", "compiled", "files"},
    {"stepping", "training"},
    {"lessons", "command"},
]
LEVEL = {wing: level for level, wings in enumerate(LEVELS) for wing in wings}
FACE = "__init__"

Room = tuple[str, str]  # a wing and a file of it

TREES: dict[Room, ast.Module] = {
    (path.parent.name, path.stem): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.glob("*/*.py"))
}


def imports_of(room: Room) -> Iterator[tuple[str, str, list[str]]]:
    """Every import of the package's own: at the top, in functions, under TYPE_CHECKING.

    A wing, a file of it ("" where the import goes to its face), and the names.
    """
    wing, _ = room
    for node in ast.walk(TREES[room]):
        if isinstance(node, ast.Import):
            assert not any(name.name.split(".")[0] == "minigrad" for name in node.names), room
        elif isinstance(node, ast.ImportFrom):
            module, names = node.module or "", [name.name for name in node.names]
            assert module.split(".")[0] != "minigrad", f"{room}: write a relative import"
            if node.level == 1 and module:
                yield wing, module, names
            elif node.level == 1:
                yield from ((wing, name, []) for name in names)
            elif node.level == 2:
                assert module, f"{room} imports the package's own first file"
                yield module, "", names


def public_names(wing: str) -> set[str]:
    """What the face of a wing lists for others."""
    for node in TREES[wing, FACE].body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    raise AssertionError(f"the face of {wing} has no __all__")


def test_there_are_fifteen_wings_one_level_deep_and_none_is_crowded():
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE}
    assert {folder.name for folder in folders} == set(LEVEL)
    assert all(folder.parent == PACKAGE for folder in folders)
    for wing in LEVEL:
        assert len([room for room in TREES if room[0] == wing]) <= 25, wing


@pytest.mark.parametrize("room", TREES, ids=lambda room: "/".join(room))
def test_a_wing_imports_only_wings_of_lower_levels_and_only_through_their_faces(room: Room):
    for wing, file, names in imports_of(room):
        if wing != room[0]:
            assert LEVEL[wing] < LEVEL[room[0]], f"{'/'.join(room)} imports {wing}"
            assert not file, f"{'/'.join(room)} imports {wing}/{file}: import from the face"
            assert set(names) <= public_names(wing), f"{'/'.join(room)} imports from {wing}"


@pytest.mark.parametrize("wing", sorted(LEVEL))
def test_the_files_of_a_wing_import_one_another_without_a_circle(wing: str):
    waiting = {
        room: {(wing, file) for other, file, _ in imports_of(room) if other == wing}
        for room in TREES
        if room[0] == wing
    }
    while waiting:
        free = {room for room, needs in waiting.items() if not needs & waiting.keys()}
        assert free, f"these files import each other in a circle: {sorted(waiting)}"
        waiting = {room: needs for room, needs in waiting.items() if room not in free}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def names_made_in(wing: str) -> set[str]:
    """The private names that a wing defines: functions, classes, variables, attributes, slots."""
    made: set[str] = set()
    for room, tree in TREES.items():
        if room[0] != wing:
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                made.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                made.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                    made.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                made.add(node.value)  # in __slots__
    return {name for name in made if is_private(name)}


@pytest.mark.parametrize("room", TREES, ids=lambda room: "/".join(room))
def test_nobody_reaches_into_the_private_names_of_another_wing(room: Room):
    for wing, _, names in imports_of(room):
        assert wing == room[0] or not any(map(is_private, names)), room
    own = names_made_in(room[0])
    others = set().union(*(names_made_in(wing) for wing in LEVEL if wing != room[0])) - own
    for node in ast.walk(TREES[room]):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            assert node.attr not in others, f"{'/'.join(room)}, line {node.lineno}: {node.attr}"


@pytest.mark.parametrize("wing", sorted(LEVEL))
def test_the_face_of_a_wing_says_what_it_is_for_and_lists_what_it_gives(wing: str):
    docstring = ast.get_docstring(TREES[wing, FACE]) or ""
    assert docstring.count(". ") + docstring.count(".\n") >= 2, "three sentences, at least"
    face = __import__(f"minigrad.{wing}", fromlist=["__all__"])
    assert face.__all__ == sorted(set(face.__all__), key=face.__all__.index)
    for name in face.__all__:
        assert hasattr(face, name), name
