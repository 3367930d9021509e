"""Where a function finds its parameters, so that one that was replaced is noticed.

>>> from minigrad.engine import Value
>>> weights = [Value(2.0), Value(3.0)]
>>> def product(x):
...     return weights[0] * weights[1] * x
>>> places = Places(product, weights)
>>> places.unchanged()
True
>>> weights[1] = Value(4.0)
>>> places.unchanged()
False
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import (
    Callable,
    Collection,
    ItemsView,
    Iterable,
    KeysView,
    Sequence,
    ValuesView,
)
from contextvars import ContextVar
from functools import cached_property, partial
from operator import attrgetter, is_, itemgetter
from types import (
    BuiltinMethodType,
    FunctionType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
)
from typing import Any, Final
from weakref import ref

from ..engine import Value, codes_of, instructions_of, is_installed, is_ours, names_read
from .arguments import PLAIN
from .methods import Methods
from .plain_numbers import contents_of, stands_for
from .watching import is_generator

DEPTH: Final = 20  # how deep things in one another are looked into
MOST: Final = 20_000  # functions and objects that are looked into; lists and dicts do not count
WRITTEN_IN_PYTHON: Final = 1 << 9  # of a class: CPython's Py_TPFLAGS_HEAPTYPE
FEW: Final = 100
CALL: Final = "__call__"
OF_C: Final = (BuiltinMethodType, MethodWrapperType)
VIEWS: Final = (KeysView, ValuesView, ItemsView)  # of a dict
CLOSED: Final = (ModuleType, Methods)  # what is not looked into by itself


class Places:
    """The lists, dicts, attributes and variables that lead from a function to its parameters."""

    def __init__(
        self,
        function: Callable[..., Any],
        parameters: Sequence[Value],
        arguments: Iterable[Any] = (),
    ) -> None:
        self.generators: list[Any] = []  # of random numbers, that the function leads to
        self._known = set(map(id, parameters))
        self._found: set[int] = set()
        self._lists: list[Any] = []
        self._items: list[list[Any]] = []  # what stood in them
        self._names: list[tuple[Callable[[Any], Any], Any]] = []  # what reads them, of what
        self._things: list[Any] = []  # what they stood for
        self._cells: list[tuple[Any, Any]] = []
        self._leads: dict[int, bool] = {}
        self._seen: list[Any] = []  # keeps what was looked at, so that no id is given twice
        self._class_names: dict[type, list[str]] = {}  # of attributes that lead to a parameter
        self._left = MOST
        self._leading(function, DEPTH)
        self._any(arguments, DEPTH)
        self.found = self._known & self._found  # ids of parameters
        del self._known, self._found, self._leads, self._seen, self._class_names

    @property
    def is_empty(self) -> bool:
        """Whether there are none, and so nothing can change."""
        return not (self._names or self._lists or self._cells)

    @cached_property
    def is_small(self) -> bool:
        """Whether it takes a microsecond or two to look at all of them."""
        names = sum(len(thing) if type(thing) is tuple else 1 for thing in self._things)
        return names + sum(map(len, self._items)) + len(self._cells) <= FEW

    def unchanged(self) -> bool:
        """Whether the same objects still stand in all these places."""
        try:
            now = [read(owner) for read, owner in self._names]
            # == goes by identity first, and all in C; what it finds equal holds the same Values
            same = now == self._things and self._lists == self._items
        except Exception:  # a name that is gone, or things that cannot be compared
            same = False
        if not same and not self._are_the_same_objects():
            return False
        return all(contents_of(cell) is thing for cell, thing in self._cells)

    def _are_the_same_objects(self) -> bool:
        for items, then in zip(self._lists, self._items):
            if len(items) != len(then) or not all(map(is_, items, then)):
                return False
        try:
            return all(
                _each_is(read(owner), thing)
                for (read, owner), thing in zip(self._names, self._things)
            )
        except (LookupError, AttributeError):  # a name that is gone
            return False

    def _leading(self, thing: Any, depth: int) -> bool:
        """Whether a thing is a parameter or holds one; if it holds one, it is noted."""
        if isinstance(thing, Value):
            self._found.add(id(thing))
            return id(thing) in self._known
        if type(thing) in PLAIN or depth == 0:
            return False
        if id(thing) not in self._leads:
            self._seen.append(thing)
            self._leads[id(thing)] = False  # it may hold itself
            self._leads[id(thing)] = self._holds(thing, depth - 1)
        return self._leads[id(thing)]

    def _any(self, things: Iterable[Any], depth: int) -> bool:
        leading = [self._leading(thing, depth) for thing in things]  # all are to be looked at
        return any(leading)

    def _holds(self, thing: Any, depth: int) -> bool:
        if (parts := parts_of(thing)) is not None:
            return self._any(parts, depth)
        if isinstance(thing, (list, deque, set)):
            return self._note_items(thing, depth)
        if isinstance(thing, (ContextVar, ref)):
            return self._note_names(lambda *_: stands_for, thing, [""], depth)
        if isinstance(thing, (dict, MappingProxyType)):
            leads = self._note_names(itemgetter, thing, thing, depth)
            if leads and all(self._leading(item, depth) for item in thing.values()):
                self._names.append((len, thing))  # of parameters alone: another would be one too
                self._things.append(len(thing))
            return leads
        if isinstance(thing, CLOSED) or self._left == 0:
            return False
        if is_generator(thing):
            self.generators.append(thing)
            return False
        self._left -= 1
        if isinstance(thing, type):
            return self._class_leads(thing, thing, depth)
        if isinstance(thing, FunctionType):
            return self._function_leads(thing, depth)
        return self._object_leads(thing, depth)

    def _function_leads(self, function: FunctionType, depth: int) -> bool:
        leads = self._any([function.__defaults__, function.__kwdefaults__], depth)
        for cell in function.__closure__ or ():
            if self._leading(contents_of(cell), depth):
                self._cells.append((cell, contents_of(cell)))
                leads = True
        variables = function.__globals__
        if depth < DEPTH - 1 and not is_of_users(function):
            return leads
        names = {name for code in codes_of(function.__code__) for name in code.co_names}
        used = [variables[name] for name in names & variables.keys()]
        for module in [*used, *modules_read(function)]:
            if isinstance(module, ModuleType) and not is_ours(module.__name__):
                own = [name for name in names if name in vars(module)]
                leads = self._note_names(attrgetter, module, own, depth) or leads
        if self._any(used, depth):
            read = _globals_read(function)
            return self._note_names(itemgetter, variables, read, depth) or leads
        return leads

    def _object_leads(self, thing: Any, depth: int) -> bool:
        if type(thing).__name__ == "ndarray":
            is_open = thing.dtype == object and thing.flags.c_contiguous
            return is_open and self._note_items(thing.reshape(-1), depth)
        call = getattr(type(thing), CALL, None)
        leads = isinstance(call, FunctionType) and self._leading(call, depth)
        attributes = getattr(thing, "__dict__", None)
        if type(attributes) is dict:
            if "__wrapped__" in attributes:  # a compiled function, or another around a function
                return self._leading(attributes["__wrapped__"], depth)
            leads = self._note_names(itemgetter, attributes, attributes, depth) or leads
        if slots := [name for name in _slots(type(thing)) if hasattr(thing, name)]:
            leads = self._note_names(attrgetter, thing, slots, depth) or leads
        return self._class_leads(type(thing), thing, depth) or leads

    def _class_leads(self, kind: type, owner: Any, depth: int) -> bool:
        """Attributes of a class, as the class itself or one of its objects finds them."""
        names = self._class_names.get(kind)
        if names is None:
            self._class_names[kind] = []  # a class may hold itself
            found = {
                name: thing
                for base in reversed(classes_of_users(kind))
                for name, thing in vars(base).items()
                if not name.startswith("__")
            }
            for name, thing in list(found.items()):
                if hasattr(type(thing), "__get__"):  # it gives another object each time
                    self._any(functions_of(found.pop(name)), depth)
            names = [name for name, thing in found.items() if self._leading(thing, depth)]
            self._class_names[kind] = names
        present = [name for name in names if hasattr(owner, name)]
        return self._note_names(attrgetter, owner, present, depth)

    def _note_items(self, items: Any, depth: int) -> bool:
        leads = self._any(items, depth)
        if leads:
            self._lists.append(items)
            self._items.append(list(items))
        return leads

    def _note_names(self, reader: Any, owner: Any, names: Iterable[str], depth: int) -> bool:
        leading = [name for name in list(names) if self._leading(reader(name)(owner), depth)]
        if leading:
            read = reader(*leading)
            self._names.append((read, owner))
            self._things.append(read(owner))
        return bool(leading)


def parts_of(thing: Any) -> Collection[Any] | None:
    """What a thing always leads to: the items of a tuple, the object of a method; None if none.

    >>> weights = [2.0]
    >>> parts_of(weights.__getitem__), parts_of({"w": weights}.values()), parts_of(weights)
    ([[2.0]], [mappingproxy({'w': [2.0]})], None)
    """
    if isinstance(thing, (tuple, frozenset)):
        return thing
    if isinstance(thing, partial):
        return [thing.func, thing.args, thing.keywords]
    if isinstance(thing, MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, OF_C) and not isinstance(thing.__self__, ModuleType):
        return [thing.__self__]  # of generator.random, table.get
    if isinstance(thing, VIEWS) and hasattr(thing, "mapping"):
        return [thing.mapping]
    return None


def functions_of(member: Any) -> list[Any]:
    """The functions behind a method, a property or another descriptor of a class."""
    names = ("fget", "__func__", "__wrapped__", "func")
    return [member, *[getattr(member, name) for name in names if hasattr(member, name)]]


def is_of_users(function: FunctionType) -> bool:
    """Whether the code of a function is neither ours nor that of Python or an installed library."""
    return not (is_ours(function.__module__) or is_installed(function.__code__.co_filename))


def classes_of_users(kind: type) -> list[type]:
    """The classes behind one whose code is somebody's own."""
    return [x for x in kind.__mro__ if not (is_ours(x.__module__) or is_of_a_library(x))]


def is_of_a_library(kind: type) -> bool:
    """Whether the code of a class is Python's or that of an installed library."""
    if kind.__module__ == "_thread":
        return False
    is_named = isinstance(kind.__module__, str)  # Cython's classes are not, on Python 3.10
    if not (is_named and kind.__flags__ & WRITTEN_IN_PYTHON):
        return True
    module = sys.modules.get(kind.__module__)
    filename = getattr(module, "__file__", None)
    if filename is None:
        return kind.__module__ in sys.builtin_module_names
    return is_installed(filename)


def _globals_read(function: FunctionType) -> list[str]:
    """The global variables that a function reads: `co_names` has its attributes too."""
    names = {
        instruction.argval: None
        for code in codes_of(function.__code__)
        for instruction in instructions_of(code)
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    return [name for name in names if name in function.__globals__]


def modules_read(function: FunctionType) -> list[Any]:
    """The modules that a function imports itself; all that are no library's if it may be any."""
    names = names_read(function.__code__)
    found = list(filter(None, map(sys.modules.get, names.modules)))
    if names.any_module:
        found += filter(is_module_of_users, list(sys.modules.values()))
    return found


def is_module_of_users(module: Any) -> bool:
    """Whether a module is neither Python's nor that of an installed library, nor ours."""
    name, file = getattr(module, "__name__", None), getattr(module, "__file__", None)
    if not isinstance(name, str) or is_ours(name) or name in sys.builtin_module_names:
        return False
    return not (isinstance(file, str) and is_installed(file))


def _slots(kind: type) -> list[str]:
    return [
        name
        for base in kind.__mro__
        if "__slots__" in vars(base)
        for name, member in vars(base).items()
        if isinstance(member, MemberDescriptorType)
    ]


def _each_is(now: Any, then: Any) -> bool:
    """Whether it is the same object, or a tuple of the same objects."""
    if type(now) is tuple and type(then) is tuple:
        return len(now) == len(then) and all(map(is_, now, then))
    return now is then
