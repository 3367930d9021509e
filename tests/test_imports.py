"""Wings on levels, imports one way, nobody reaches into what is another's (helpers/house.py)."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest
from helpers.house import DOORS, FACE, LEVEL, PACKAGE, ROOMS, TREES, House, Room, imports_of, later

HOUSE = House()
each_wing = pytest.mark.parametrize("wing", sorted(LEVEL))


def test_there_are_fifteen_wings_one_level_deep_and_none_is_crowded():
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE}
    assert {folder.name for folder in folders} == set(LEVEL)
    assert all(folder.parent == PACKAGE for folder in folders)
    for wing in LEVEL:
        assert len([room for room in ROOMS if room[0] == wing]) <= 25, wing


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: "/".join(room))
def test_a_file_imports_reaches_and_changes_only_what_it_may(room: Room):
    assert HOUSE.faults(room) == []


@each_wing
def test_the_files_of_a_wing_import_one_another_without_a_circle(wing: str):
    assert HOUSE.circle_in(wing) == set()


@each_wing
def test_the_face_of_a_wing_says_what_it_is_for_and_lists_what_it_gives(wing: str):
    docstring = ast.get_docstring(TREES[wing, FACE]) or ""
    assert docstring.count(". ") + docstring.count(".\n") >= 2, "three sentences, at least"
    files = [file for of, file in ROOMS if of == wing and file != FACE]
    assert [file for file in files if f"`{file}`" not in docstring] == [], "names every file"
    face, lazily = import_module(f"minigrad.{wing}"), later(TREES[wing, FACE])
    assert len(face.__all__) == len(set(face.__all__))
    for name in face.__all__:
        assert name in vars(face) or name in lazily, name
    for name, file in lazily.items():
        assert name in face.__all__
        assert (wing, file) in TREES


def test_what_stands_beside_the_wings_imports_from_their_faces():
    beside = {file for wing, file in TREES if not wing}
    assert beside == {"__init__", "__main__", *DOORS}
    for file in beside - DOORS.keys():
        for _, path, names in imports_of(("", file), TREES["", file]):
            if path:
                assert set(names) <= HOUSE.listed((*path, FACE))
            else:
                assert set(names) <= {*DOORS, "nn"}
    for name, wing in later(TREES["", "__init__"]).items():
        assert name in HOUSE.listed((wing, FACE))
    for door, wing in DOORS.items():
        imports = [(path, names) for _, path, names in imports_of(("", door), TREES["", door])]
        assert imports == [((wing,), [door]), ((wing, door), ["*"])]


# --- the judge sees what it is there for ---

TRICKS = {
    "an import in a function": "def f():\n    from ..pictures import draw",
    "an import for the type checker": "if TYPE_CHECKING:\n    from ..stepping import Stepper",
    "an absolute import": "from minigrad.engine import Value",
    "an import of the package": "import minigrad.engine",
    "the package's first file": "from .. import draw",
    "a door": "from ..losses import hinge",
    "another wing's file": "from ..engine.value import Value",
    "a name that no face lists": "from ..engine import recording",
    "everything": "from ..engine import *",
    "a private name": "from ..engine import _reach",
    "a private attribute": "def f(wire):\n    return wire._datum",
    "getattr": "def f(wire):\n    return getattr(wire, '_datum')",
    "attrgetter": "from operator import attrgetter\nf = attrgetter('_datum')",
    "the object's dictionary": "def f(wire):\n    return vars(wire)['_datum']",
    "code made while the program runs": "LINES = [f'{1} = wire._datum']",
    "importlib": "from importlib import import_module\nf = import_module('minigrad.engine.value')",
    "all of importlib": "import importlib\nf = importlib.import_module('.value', given)",
    "__import__": "f = __import__('minigrad.engine.value')",
    "sys.modules": "import sys\nf = sys.modules['minigrad.engine.value']",
    "a method from outside": "from ..engine import Value\nValue.shown = print",
    "setattr": "from ..engine import Value\nsetattr(Value, 'shown', print)",
    "type's own setattr": "from ..engine import Value\ntype.__setattr__(Value, 'shown', print)",
    "the type of an object": "def f(wire):\n    type(wire).shown = print",
    "the class of an object": "def f(wire):\n    wire.__class__.shown = print",
    "a class by another name": "from ..engine import Value\nkind = Value\nkind.shown = print",
    "an object's type by a name": "def f(wire):\n    kind = type(wire)\n    kind.shown = print",
    "classes in a row": "from ..engine import Value\nfor kind in (Value, int):\n    kind.shown = 1",
    "the dictionary of a class": "from ..engine import Value\nvars(Value)['shown'] = print",
    "setattr that is handed on": "from functools import partial\nf = partial(setattr, print)",
    "a text that is run": "exec('from ..stepping import Stepper')",
    "a module that is changed": "from . import notation\nnotation.escape = str",
}
INTRUDER = ("text", "intruder")


@pytest.mark.parametrize("trick", TRICKS)
def test_the_judge_sees(trick: str):
    assert House(TREES | {INTRUDER: ast.parse(TRICKS[trick])}).faults(INTRUDER)


def test_the_judge_sees_what_a_module_does_not_list():
    losses = ast.parse("from ..engine import Value\n__all__ = ['hinge']\ndef hinge(): ...")
    room = ("pictures", "intruder")
    for name, faults in (("hinge", 0), ("Value", 1)):
        intruder = ast.parse(f"from ..nn import losses as costs\ny = costs.{name}")
        house = House(TREES | {("nn", "losses"): losses, room: intruder})
        assert len(house.faults(room)) == faults


def test_the_judge_sees_circles():
    first, second = (
        ast.parse("from .second import x"),
        ast.parse("def f():\n    from . import first"),
    )
    trees = {("text", "first"): first, ("text", "second"): second}
    assert House(TREES | trees).circle_in("text") >= {"first", "second"}
    through_the_face = {INTRUDER: ast.parse("from . import escape")}
    face = {("text", FACE): ast.parse("from .intruder import escape")}
    assert House(TREES | through_the_face | face).circle_in("text") >= {"intruder", FACE}


def test_the_judge_lets_pass_what_is_allowed():
    text = """
'''About wire._datum.'''
from ..engine import Value, number_of
from .notation import escape

class Shown:
    def __init__(self, wire):
        self._text = escape(str(number_of(wire)))

    def show(self):
        print(self._text, f"{wire}_datum")

def f(made):
    found = None
    found = made
    found.shown = True
"""
    assert House(TREES | {INTRUDER: ast.parse(text)}).faults(INTRUDER) == []
