"""The judge of the house: what a file may import, reach and change, read from its syntax alone.

- A wing imports wings of lower levels, the names that their faces list: no file of another wing,
  not the package's first file, never `*`, and always with dots. This holds at the top of a file, in
  functions and under TYPE_CHECKING. The files of a wing import one another without a circle.
- A module that a face gives (`nn.losses`) gives what its own `__all__` lists, if it has one.
- A name with an underscore is its wing's own. Others neither import it, nor use it as an attribute,
  nor write it in a string (getattr, attrgetter, code that is made while the program runs).
- Modules are loaded by name only in a face, which loads its own wing's files, from its `_LATER`.
- What a class has stands in the class: nobody sets an attribute of a class, or of anything that a
  file has imported. One file may, and makes every gate of the table a method: engine/recorders.py.
- Text is run as code by one function, `define` of rules/floats.py.

It does not see names that are put together while the program runs, nor a private name that two
wings have when one uses it on an object of the other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import minigrad as mg

ROOT = Path(__file__).parents[2]
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
DOORS = {"losses": "nn", "datasets": "nn", "optim": "training"}  # the wing behind each
GATE_MAKER = ("engine", "recorders")
TEXT_RUNNER = ("rules", "floats")
SETTERS = ("setattr", "delattr", "__setattr__", "__delattr__")
FACE = "__init__"
MADE_TO_BE_SET = {"sys.unraisablehook"}  # one of Python's own hooks

Room = tuple[str, str]  # a wing ("" for what stands beside the wings) and a file of it
Fault = tuple[int, str]  # a line and what is wrong there

TREES: dict[Room, ast.Module] = {
    (path.parent.name if path.parent != PACKAGE else "", path.stem): ast.parse(
        path.read_text(encoding="utf-8")
    )
    for path in sorted(PACKAGE.rglob("*.py"))
}
ROOMS = [room for room in TREES if room[0]]


class House:
    """The files of the package, and what may be said against them."""

    def __init__(self, trees: dict[Room, ast.Module] = TREES) -> None:
        self.trees = trees
        self.names: dict[str, set[str]] = {wing: set() for wing in ("", *LEVEL)}
        self.attributes: dict[str, set[str]] = {wing: set() for wing in ("", *LEVEL)}
        for (wing, _), tree in trees.items():
            self.names[wing] |= private_names(tree)
            self.attributes[wing] |= private_attributes(tree)

    def faults(self, room: Room) -> list[str]:
        """Everything that a file of a wing does and may not do."""
        tree = self.trees[room]
        found = chain(
            self.forbidden_imports(room),
            self.private_names_of_others(room),
            self.names_that_a_module_does_not_list(room),
            modules_loaded_by_name(room, tree),
            attributes_set_from_outside(room, tree),
            texts_that_are_run(room, tree),
        )
        return [f"{'/'.join(room)}.py, line {line}: {fault}" for line, fault in sorted(found)]

    def listed(self, room: Room) -> set[str] | None:
        """What a file lists in `__all__`."""
        names = assigned(self.trees[room], "__all__")
        return None if names is None else set(ast.literal_eval(names))

    def forbidden_imports(self, room: Room) -> Iterator[Fault]:
        for node, path, names in imports_of(room, self.trees[room]):
            if getattr(node, "level", 0) == 0:
                yield node.lineno, "write a relative import"
            elif "*" in names:
                yield node.lineno, "imports *"
            elif not path or path[0] not in LEVEL:
                yield node.lineno, "imports from what stands beside the wings"
            elif path[0] != room[0]:
                if LEVEL[path[0]] >= LEVEL[room[0]]:
                    yield node.lineno, f"imports {path[0]}, which is on no lower level"
                if len(path) > 1:
                    yield node.lineno, f"imports {'/'.join(path)}: import from the face"
                for name in set(names) - (self.listed((path[0], FACE)) or set()):
                    yield node.lineno, f"imports {name}, which the face of {path[0]} does not list"

    def private_names_of_others(self, room: Room) -> Iterator[Fault]:
        wing, tree = room[0], self.trees[room]
        others = set().union(*(self.names[other] for other in LEVEL if other != wing))
        objects = set().union(*(self.attributes[other] for other in LEVEL if other != wing))
        texts, pieces = texts_of(tree), pieces_of_texts(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in others - self.attributes[wing]:
                yield node.lineno, f"uses {node.attr}, another wing's own"
            elif node in texts:
                named = set(re.findall(r"(?<=\.)_\w+", node.value))
                named |= set() if node in pieces else {node.value}
                for name in named & objects - self.names[wing]:
                    yield node.lineno, f"writes {name}, another wing's own, in a string"

    def names_that_a_module_does_not_list(self, room: Room) -> Iterator[Fault]:
        tree, lists = self.trees[room], {}
        for node, path, names in imports_of(room, tree):
            if len(path) == 1 and path[0] in LEVEL.keys() - {room[0]} and names:
                given = {name: (path[0], name) for name in self.modules_of_the_face(path[0])}
                for alias in node.names:
                    if alias.name in given:
                        lists[alias.asname or alias.name] = self.listed(given[alias.name])
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                listed = lists.get(node.value.id)
                if listed is not None and node.attr not in listed:
                    yield node.lineno, f"uses {ast.unparse(node)}, which its __all__ does not list"

    def modules_of_the_face(self, wing: str) -> set[str]:
        """The files of a wing that its face gives as they are."""
        imports = imports_of((wing, FACE), self.trees[wing, FACE])
        return {name for _, path, names in imports if path == (wing,) for name in names}

    def circle_in(self, wing: str) -> set[str]:
        """The files of a wing that need one another, in whatever order they are loaded."""
        left = {file: self.needs((wing, file)) for of, file in self.trees if of == wing}
        while True:
            needed = set().union(*left.values())
            free = {file for file, needs in left.items() if not needs & left.keys()}
            free |= left.keys() - needed
            if not free:
                return set(left)
            left = {file: needs for file, needs in left.items() if file not in free}

    def behind(self, rooms: Iterable[Room]) -> set[Room]:
        """These files, those that they import names from, and so on; names that a face only hands
        on are followed to the file where they are made."""
        found, waiting = set(), list(rooms)
        while waiting:
            if (room := waiting.pop()) not in found:
                found.add(room)
                for _, path, names in imports_of(room, self.trees[room]):
                    waiting += [self.home_of(path, name) for name in names]
        return found

    def home_of(self, path: tuple[str, ...], name: str) -> Room:
        """The file where a name that is imported from there is made."""
        if (*path, name) in self.trees or len(path) > 1:
            return (*path, name) if (*path, name) in self.trees else (path[0], path[1])
        face = (path[0], FACE)
        if later_file := later(self.trees[face]).get(name):
            return path[0], later_file
        for _, further, names in imports_of(face, self.trees[face]):
            if name in names and further:
                return self.home_of(further, name)
        return face

    def needs(self, room: Room) -> set[str]:
        """The files of its own wing that a file imports, now or later."""
        needed = set(later(self.trees[room]).values())
        for _, path, names in imports_of(room, self.trees[room]):
            if path == (room[0],):
                needed |= {name if (room[0], name) in self.trees else FACE for name in names}
            elif path[:1] == (room[0],):
                needed.add(path[1])
        return needed


def imports_of(
    room: Room, tree: ast.Module
) -> Iterator[tuple[ast.stmt, tuple[str, ...], list[str]]]:
    """Every import of the package's own: where it stands, the path from the package, the names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first, *path = alias.name.split(".")
                if first == "minigrad":
                    yield node, tuple(path), []
        elif isinstance(node, ast.ImportFrom):
            here = ["minigrad", room[0]] if room[0] else ["minigrad"]
            base = here[: len(here) + 1 - node.level] if node.level else []
            first, *path = [*base, *(node.module or "").split(".")]
            if first == "minigrad":
                yield node, tuple(filter(None, path)), [alias.name for alias in node.names]


def assigned(tree: ast.Module, name: str) -> ast.expr | None:
    """What stands after `name =` at the top of a file."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return node.value
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == name:
            return node.value
    return None


def later(tree: ast.Module) -> dict[str, str]:
    """The table of a face: names that are loaded when first asked for, and where they are."""
    table = assigned(tree, "_LATER")
    names = {} if table is None else ast.literal_eval(table)
    return {name: home for home, given in names.items() for name in given.split()}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("_")


@cache
def private_names(tree: ast.Module) -> set[str]:
    """The private names that a file makes: functions, classes, variables, attributes."""
    made = set(private_attributes(tree))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
    return set(filter(is_private, made))


@cache
def private_attributes(tree: ast.Module) -> set[str]:
    """Those of them that belong to objects: made in a class, in `__slots__`, or set on `self`."""
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                targets = getattr(part, "targets", [getattr(part, "target", None)])
                made.update(getattr(target, "id", "") for target in targets)
                made.add(getattr(part, "name", ""))
                if getattr(targets[0], "id", "") == "__slots__":
                    made.update(text.value for text in texts_of(part))
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            made.update([node.attr] if ast.unparse(node.value) in ("self", "cls") else [])
    return set(filter(is_private, made))


def texts_of(tree: ast.AST) -> set[ast.AST]:
    """The strings of a file that are no docstrings."""
    nodes = list(ast.walk(tree))
    bodies = (node.body for node in nodes if isinstance(getattr(node, "body", None), list))
    docstrings = {body[0].value for body in bodies if body and isinstance(body[0], ast.Expr)}
    constants = {node for node in nodes if isinstance(node, ast.Constant)} - docstrings
    return {node for node in constants if isinstance(node.value, str)}


def pieces_of_texts(tree: ast.AST) -> set[ast.AST]:
    """What stands between the braces of f-strings."""
    return {
        piece for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values
    }


def modules_loaded_by_name(room: Room, tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            if node.name == "import_module" and (room[1] != FACE or node.asname is None):
                yield node.lineno, "loads modules by name"
        elif isinstance(node, (ast.Name, ast.Attribute)):
            if ast.unparse(node) in ("__import__", "importlib.import_module"):
                yield node.lineno, "loads modules by name"
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            own = re.fullmatch(r"_import_module\(f.\.\{home\}., __name__\)", ast.unparse(node))
            if not own:
                yield node.lineno, "loads what may be another wing's"
    for text in texts_of(tree):
        if re.match(r"minigrad\.\w", text.value):
            yield text.lineno, f"names the module {text.value}"


def attributes_set_from_outside(room: Room, tree: ast.Module) -> Iterator[Fault]:
    others = names_of_others(tree)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        changed = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
        if isinstance(node, ast.Attribute) and changed:
            if ast.unparse(node) not in MADE_TO_BE_SET and is_of_others(node.value, others):
                yield node.lineno, f"sets {ast.unparse(node)}"
        elif isinstance(node, ast.Subscript) and changed:
            owner = re.fullmatch(r"vars\((.+)\)|(.+)\.__dict__", ast.unparse(node.value))
            if owner and is_of_others(ast.parse(owner[1] or owner[2]).body[0].value, others):
                yield node.lineno, f"sets {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and room != GATE_MAKER:
            function = ast.unparse(node.func).split(".")[-1]
            owner = ast.unparse(node.args[0]) if node.args else ""
            if function in SETTERS and owner != "self":
                yield node.lineno, f"sets an attribute of {owner}"
        elif isinstance(node, ast.Name) and node.id in SETTERS and node not in called:
            yield node.lineno, f"hands on {node.id}"


def names_of_others(tree: ast.Module) -> set[str]:
    """What a file has imported, and what else it calls that, or the class of an object."""
    others = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and is_of_others(node.value, others):
            others |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
            items = getattr(node.iter, "elts", [])
            others |= {node.target.id for item in items if is_of_others(item, others)}
    return others


def is_of_others(owner: ast.expr, others: set[str]) -> bool:
    """Whether this is imported, a class, or the class of an object."""
    text = ast.unparse(owner)
    if isinstance(owner, ast.Constant):
        return False  # None has a capital, too
    if isinstance(owner, ast.Call):
        return text.startswith("type(") and isinstance(owner.func, ast.Name)
    return text in others or text[:1].isupper() or text.endswith(".__class__")


def texts_that_are_run(room: Room, tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("exec", "eval") and room != TEXT_RUNNER:
            yield node.lineno, f"runs a text with {node.id}: hand it to `define`"
