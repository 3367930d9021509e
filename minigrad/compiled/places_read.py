"""The places that a function reads: variables, attributes, and what stands in lists and dicts.

>>> settings = {"scale": 2.0}
>>> def scaled(x):
...     return settings["scale"] * x
>>> [(place.names, place.then) for place in PlacesRead(scaled).places[1:]]
[(('settings',), {'scale': 2.0}), (('settings',), ('scale', 2.0))]

Looked at are, under the names that the code of the function and of those that it calls reads,
variables, attributes of objects, classes, modules and wires, and all that stands in the containers
there. Objects of libraries, whose code is not read, are compared by what they hold.
"""

from __future__ import annotations

import builtins
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cached_property, partial
from inspect import getattr_static
from io import BytesIO, StringIO
from operator import attrgetter, itemgetter, methodcaller
from types import (
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any, Final, NamedTuple
from weakref import ref

from ..engine import BEHIND, Value, is_ours, names_read
from .arguments import LABELS, PLAIN
from .methods import Methods
from .parameters import (
    classes_of_users,
    functions_of,
    is_module_of_users,
    is_of_a_library,
    is_of_users,
    modules_read,
    parts_of,
)
from .plain_numbers import (
    GONE,
    Place,
    attribute_of,
    bytes_of,
    contents_of,
    items_of_array,
    keys_and_items,
    reached,
    read_so_far,
    size_of_buffer,
    stands_for,
    with_mask,
)

MOST: Final = 5_000  # things that are looked into
OF_FUNCTIONS: Final = (FunctionType, staticmethod, classmethod, property, cached_property)
OF_PYTHON: Final = (*OF_FUNCTIONS, MemberDescriptorType, GetSetDescriptorType)
CODE: Final = attrgetter("__code__", "__defaults__", "__kwdefaults__")
BY_NAME: Final = ("getattr", "hasattr", "vars", "dir", "eval", "exec")  # they read by a text
READERS: Final = frozenset(
    map(id, (*map(vars(builtins).get, BY_NAME), attrgetter, methodcaller, getattr_static))
)
FINDS_ITSELF: Final = ("__getattr__", "__getattribute__")
WHAT_ONE_MAKES_OF_THEM: Final = (SimpleNamespace, FunctionType)
NETWORKS: Final = "nn."  # files of that wing
OF_UNITS: Final = frozenset({"activation", "b"})  # of a neuron, which may be given others
OF_WIRES: Final = frozenset(dir(Value)) - {"label"}
OF_OTHERS: Final = OF_WIRES.union(*map(dir, (list, dict, tuple, str, set, float, int, bytes)))
OF_ARGUMENTS: Final = BEHIND | {"label"}


class Kind(NamedTuple):
    """What a class is."""

    classes: list[type]  # of somebody's own, among those behind it
    slots: set[str]
    is_of_library: bool
    finds_itself: bool  # has a way of its own to find attributes


class PlacesRead:
    """The places that a function reads, and what stands there at the moment."""

    def __init__(self, function: Callable[..., Any], things: Iterable[Any] = ()) -> None:
        self.places: list[Place] = []
        self.asked: frozenset[str] = frozenset()  # attributes that are read of arguments
        self._first = function
        self._names: set[str] = set()  # of attributes that are read
        self._maybe: set[str] = set()  # of those that need not be there
        self._of_arguments: set[str] = set()  # of those that are not of a variable
        self._written: set[str] = set()  # of attributes that are written
        self._any_attribute = False  # whether names are made that no code tells
        self._objects: list[Any] = []
        self._wires: dict[Value, str] = {}
        self._kinds: dict[type, Kind] = {}
        self._seen: dict[Any, Any] = {}  # keeps what was looked at, so that no id is given twice
        self._waiting = deque([("", function), *[("", thing) for thing in things]])
        while self._waiting and len(self._seen) < MOST:
            while self._waiting and len(self._seen) < MOST:
                self._look(*self._waiting.popleft())
            self._waiting.clear()
            for thing in self._objects:  # their methods may read more names
                self._look_at_object(thing)
        self._look_at_wires()
        self.asked = self._asked_of_arguments()
        self.wires = self._wires.keys()
        del self._objects, self._kinds, self._seen, self._waiting

    def _look(self, name: str, thing: Any) -> None:
        if isinstance(thing, Value):  # many: they do not count
            self._wires.setdefault(thing, name)
            return
        if isinstance(thing, Methods) or id(thing) in self._seen:
            return
        self._seen[id(thing)] = thing
        kind = type(thing)
        if isinstance(thing, FunctionType):
            self._look_into_function(thing)
            if vars(thing) and not is_ours(thing.__module__):
                self._objects.append(thing)
        elif (parts := parts_of(thing)) is not None:
            self._wait(name, parts)
        elif isinstance(thing, (ContextVar, ref)):
            self._note([name], stands_for, thing, [stands_for(thing)])
        elif id(thing) in READERS and name != thing.__name__:  # `get = getattr`
            self._any_attribute = True
        elif isinstance(thing, (attrgetter, methodcaller)):
            self._names.update(".".join(map(str, thing.__reduce__()[1])).split("."))
        elif not self._look_into_container(name, thing):
            if "__wrapped__" in getattr(thing, "__dict__", ()):  # another around a function
                self._wait(name, [thing.__wrapped__])
            is_type = isinstance(thing, type)
            if is_type and is_of_a_library(thing):
                return
            if not is_ours((thing if is_type else kind).__module__):
                self._objects.append(thing)
            elif kind.__module__.partition(".")[2].startswith(NETWORKS):
                self._look_at_network(name, thing)
        if not is_ours(kind.__module__) and kind.__module__ != "builtins":
            self._objects.append(thing)  # a container may have attributes too

    def _look_at_network(self, name: str, thing: Any) -> None:
        """Layers, and what may be given to their neurons; weights are noticed elsewhere."""
        own = getattr(thing, "__dict__", {})
        self._look_at_names(thing, OF_UNITS & own.keys())
        for items in own.values():
            if isinstance(items, list) and not (items and isinstance(items[0], Value)):
                self._wait(name, items)

    def _look_into_container(self, name: str, thing: Any) -> bool:
        """Note what stands in a container; whether it is one."""
        if isinstance(thing, (list, deque)):
            if not (
                thing and all(isinstance(item, Value) for item in thing)
            ):  # replaced ones are noticed
                self._note([name], tuple, thing, thing, 1.0 + len(thing) / 20.0)
            else:
                self._wait(name, thing)
        elif isinstance(thing, set):
            self._note([name], frozenset, thing, thing, 1.0 + len(thing) / 10.0)
        elif isinstance(thing, (dict, Mapping)):
            if thing is os.environ:
                (thing,) = (x for x in vars(thing).values() if isinstance(x, dict))  # of bytes
            weight = 3.0 + len(thing) / 10.0
            self._note([name], keys_and_items, thing, list(thing.values()), weight)
        elif isinstance(thing, Iterator) and type(thing).__module__ in ("builtins", "itertools"):
            if type(thing).__name__ != "repeat":
                self._note([name], reached, thing, (), 10.0)
        elif hasattr(type(thing), "__array__"):
            self._look_into_array(name, thing)
            for label in LABELS:  # renamed ones are other objects
                if hasattr(type(getattr(thing, label, None)), "__array__"):
                    self._note([f"{name}.{label}"], attrgetter(label), thing, ())
        elif isinstance(thing, (BytesIO, StringIO)):
            self._note([name], read_so_far, thing, (), 10.0)
        elif hasattr(type(thing), "hexdigest"):
            self._note([name], methodcaller("hexdigest"), thing, (), 10.0)
        elif size := size_of_buffer(thing):
            self._note([name], bytes, thing, (), 1.0 + size / 100.0)
        else:
            return False
        return True

    def _look_into_array(self, name: str, array: Any) -> None:
        if getattr(getattr(array, "dtype", None), "kind", "") == "O" and hasattr(array, "flat"):
            self._note([name], items_of_array, array, array.flat, 2.0 + array.size / 20.0)
            return
        read = with_mask if hasattr(array, "filled") else bytes_of
        size = getattr(array, "size", 1_000)
        self._note([name], read, array, (), 10.0 + (size if isinstance(size, int) else 0) / 100.0)

    def _note(
        self,
        names: Iterable[str],
        read: Callable[[Any], Any],
        owner: Any,
        things: Iterable[Any],
        weight: float = 1.0,
        is_read: bool = True,
    ) -> None:
        """Compare what stands there at each call, and look into these things, later."""
        names, things = tuple(names), list(things)
        self.places.append(Place(read, owner, read(owner), names, weight, is_read))
        each = names if len(names) == len(things) else names[:1] * len(things)
        for name, thing in zip(each, things):
            self._wait(name, [thing])

    def _wait(self, name: str, things: Iterable[Any]) -> None:
        for thing in things:
            is_new = type(thing) not in PLAIN and id(thing) not in self._seen
            if is_new and thing is not GONE and not self._has(thing):
                self._waiting.append((name, thing))

    def _has(self, thing: Any) -> bool:
        return isinstance(thing, Value) and thing in self._wires

    def _look_into_function(self, function: FunctionType) -> None:
        if function is os.getenv:
            self._waiting.append(("os.environ", os.environ))
        if function is not self._first and not is_of_users(function):
            return
        code, names = function.__code__, names_read(function.__code__)
        self._note([function.__name__], CODE, function, (), 3.0)
        self._names |= names.attributes
        self._maybe |= names.texts
        self._names |= names.texts
        self._of_arguments |= names.of_arguments | names.texts
        self._written |= names.written
        self._any_attribute |= names.any_attribute
        for name, cell in zip(code.co_freevars, function.__closure__ or ()):
            if name in names.cells:
                self._note_what_may_be_none(name, contents_of, cell, contents_of(cell))
        known = function.__globals__
        variables = (names.variables | names.texts).difference(code.co_freevars)
        if names.any_variable:
            variables |= {name for name in known if not name.startswith("__")}
        if found := sorted(name for name in variables & known.keys() if _is_watched(known[name])):
            self._note(found, itemgetter(*found), known, map(known.get, found))
        self._wait("", map(known.get, (variables & known.keys()).difference(found)))
        if absent := variables - known.keys():  # of Python's own, too
            self._note([", ".join(sorted(absent))], known.keys().isdisjoint, absent, ())
        self._wait("", modules_read(function))
        arguments = code.co_varnames[: code.co_argcount]
        defaults = function.__defaults__ or ()
        named = [*zip(arguments[len(arguments) - len(defaults) :], defaults)]
        if by_name := function.__kwdefaults__:
            self._note([function.__name__], keys_and_items, by_name, ())
            named += by_name.items()
        for name, thing in named:
            self._wait(name, [thing] if name in names.arguments | names.cells else [])

    def _note_what_may_be_none(self, name: str, read: Any, owner: Any, thing: Any) -> None:
        if _is_watched(thing):
            self._note([name], read, owner, [thing])
        else:
            self._wait(name, [thing])

    def _asked_of_arguments(self) -> frozenset[str]:
        """The names of attributes that nothing has which was looked at: some of wires may be."""
        asked = self._of_arguments - OF_OTHERS
        if asked:
            things = {id(thing): thing for thing in self._seen.values()}.values()
            asked = asked.difference(*map(dir, set(map(type, things))))
            asked = asked.difference(*[getattr(thing, "__dict__", ()) for thing in things])
        return frozenset(asked | self._of_arguments & OF_ARGUMENTS)

    def _look_at_wires(self) -> None:
        """Attributes that somebody has given to wires, where code reads any by their names."""
        names = self._names - OF_WIRES
        for wire, name in self._wires.items() if names or self._any_attribute else ():
            own = vars(wire).keys() if self._any_attribute else ()
            for attribute in sorted(names.union(own)):
                thing = getattr(wire, attribute, GONE)
                if type(thing) in PLAIN or (thing is GONE and attribute in self._maybe):
                    read = partial(attribute_of, attribute)
                    self.places.append(Place(read, wire, thing, (f"{name}.{attribute}",)))

    def _look_at_object(self, thing: Any) -> None:
        """The attributes of an object, of a class or of a module that are read."""
        if isinstance(thing, ModuleType):
            self._look_at_read(thing, self._any_attribute and is_module_of_users(thing))
            return
        kind = type(thing)
        classes, slots, is_of_library, finds_itself = self._kind(kind)
        if isinstance(thing, type):
            classes = [*self._kind(thing)[0], *classes]
        for base in classes:
            self._look_at_class(base)
        if isinstance(thing, type):
            return
        own = getattr(thing, "__dict__", {})
        if is_of_library:
            held = [name for name in own if _is_held(own[name])]
            self._look_at_names(thing, held, is_read=False)
            return
        if kind is not FunctionType and type(own) is dict and self._is_new(thing, "__dict__"):
            self._note([f"the attributes {kind.__name__} has"], len, own, (), is_read=False)
            self._note(["the class"], attrgetter("__class__"), thing, ())
        self._look_at_read(thing, self._any_attribute or finds_itself)
        for name in slots if self._any_attribute else self._names & slots:
            if self._is_new(thing, name):
                read = partial(attribute_of, name)
                self._note_what_may_be_none(name, read, thing, read(thing))

    def _kind(self, kind: type) -> Kind:
        """What a class is, found once."""
        if kind not in self._kinds:
            classes = classes_of_users(kind)
            is_of_library = is_of_a_library(kind) and kind not in WHAT_ONE_MAKES_OF_THEM
            self._kinds[kind] = Kind(
                classes,
                set() if is_of_library else _slots_of(kind),  # what is read of its own are others
                is_of_library,
                any(name in vars(base) for base in classes for name in FINDS_ITSELF),
            )
        return self._kinds[kind]

    def _look_at_read(self, owner: Any, is_all: bool) -> None:
        """Note what the owner has under the names that are read, or under all."""
        own = getattr(owner, "__dict__", {}).keys()
        self._look_at_names(owner, (own - self._written if is_all else set()) | self._names & own)
        if is_all:
            counted = [name for name in own & self._written if type(owner.__dict__[name]) in PLAIN]
            self._look_at_names(owner, counted, is_read=False)  # no counter decides by being one

    def _look_at_names(self, owner: Any, names: Iterable[str], is_read: bool = True) -> None:
        """Note what stands under these names, which the owner has."""
        own = getattr(owner, "__dict__", {})
        new = sorted(name for name in names if self._is_new(owner, name))
        for name in new:
            self._wait(name, [own[name]])
        if found := [name for name in new if _is_watched(own[name])]:
            self._note(found, itemgetter(*found), own, (), 1.0 + len(found) / 2.0, is_read)

    def _look_at_class(self, base: type) -> None:
        """What a class holds for its objects, and the functions that they call."""
        members = vars(base)
        if "__match_args__" in self._names:
            given = members.get("__match_args__")  # of some libraries no tuple, but a property
            self._names.update(given if isinstance(given, tuple) else ())
        named = self._names & members.keys()
        if self._any_attribute:
            named |= {name for name in members if not name.startswith("__")}
        for name, member in list(members.items()):
            is_special = name.startswith("__") and name != "__init__"
            if (name in named or is_special) and hasattr(type(member), "__get__"):
                self._wait(name, functions_of(member))
                if not isinstance(member, OF_PYTHON) and name in named:
                    self._wait(name, [member])
        self._look_at_names(base, named)
        if self._is_new(base, "__dict__"):
            self._note([f"the attributes {base.__name__} has"], len, members, (), is_read=False)

    def _is_new(self, owner: Any, name: str) -> bool:
        is_new = (id(owner), name) not in self._seen
        self._seen[id(owner), name] = owner
        return is_new


def _is_watched(thing: Any) -> bool:
    """Whether it is noticed here that another stands in its place: of wires it is elsewhere."""
    return not isinstance(thing, (Value, Methods))


def _is_held(thing: Any) -> bool:
    """Whether an object of a library holds it for itself: numbers, and containers of them."""
    is_container = isinstance(thing, (list, tuple, dict, set, deque)) or hasattr(thing, "__array__")
    return type(thing) in PLAIN or is_container or size_of_buffer(thing) > 0


def _slots_of(kind: type) -> set[str]:
    return {
        name
        for base in kind.__mro__
        for name, member in vars(base).items()
        if isinstance(member, MemberDescriptorType)
    }
