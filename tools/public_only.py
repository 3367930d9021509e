"""Griffe's view of the package: on the reference site stands what its users can reach, and no more.

That is every public name, the classes that its annotations name, theirs in turn, and what a page
names itself. Functions that only other files of the library call are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import griffe

DOCS: Final = Path(__file__).parent.parent / "docs"


class PublicOnly(griffe.Extension):
    """Used by mkdocstrings, when it has read the package."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        if pkg.name == "minigrad":
            kept = reached(pkg)
            for module in modules_of(pkg):
                for name, thing in list(module.members.items()):
                    is_own = not thing.is_alias and (thing.is_function or thing.is_class)
                    if is_own and thing.path not in kept:
                        module.del_member(name)


def reached(package: griffe.Module) -> set[str]:
    """The paths of all functions and classes that a user can come to."""
    classes = {
        thing.name: thing
        for module in modules_of(package)
        for thing in module.members.values()
        if not thing.is_alias and thing.is_class
    }
    waiting = public_names() | named_on_pages()
    kept: set[str] = set()
    while waiting:
        path = waiting.pop()
        kept.add(path)
        try:
            thing = package[path.removeprefix("minigrad.")]
        except KeyError:
            continue
        for word in set(re.findall(r"\w+", " ".join(annotations_in(thing)))) & classes.keys():
            waiting |= {classes[word].path} - kept
    return kept


def public_names() -> set[str]:
    """Where the names are defined that people type."""
    import minigrad as mg

    things = [
        getattr(face, name)
        for face in (mg, mg.nn, mg.losses, mg.optim, mg.datasets)
        for name in face.__all__
    ]
    named = [thing for thing in things if hasattr(thing, "__qualname__")]
    return {f"{thing.__module__}.{thing.__qualname__}" for thing in named}


def named_on_pages() -> set[str]:
    """What a page asks for by itself."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    return set(re.findall(r"^::: (\S+)$", pages, re.MULTILINE))


def modules_of(module: griffe.Module) -> Iterator[griffe.Module]:
    """The module and all below it."""
    waiting = [module]
    while waiting:
        yield (module := waiting.pop())
        waiting += [m for m in module.members.values() if not m.is_alias and m.is_module]


def annotations_in(thing: griffe.Object) -> Iterator[str]:
    """The annotations of a function, or of the public members of a class."""
    if thing.is_class:
        yield from map(str, thing.bases)
        for name, part in thing.members.items():
            if not name.startswith("_") and not part.is_alias:
                yield from annotations_in(part)
    elif thing.is_function:
        yield from (str(parameter.annotation) for parameter in thing.parameters)
        yield str(thing.returns)
    elif thing.is_attribute:
        yield str(thing.annotation)
