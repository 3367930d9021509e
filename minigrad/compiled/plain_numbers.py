"""The plain numbers, and the functions, that a function reads of what it closes over.

>>> rates = [2.0]
>>> def scaled(x):
...     return rates[0] * x
>>> numbers = PlainNumbers(scaled)
>>> numbers.changed()
>>> rates[0] = 3.0
>>> numbers.changed()
'rates'

They are fixed when the function is recorded, so a replay must not go on blindly once one has
changed, whether somebody else has changed it or the function itself, as a counter. Looked at are
variables, attributes (of wires too), and what stands in lists, dicts and the environment, under the
names that the code of the function, and of those that it calls, reads. A number that is only
counted up (`calls += 1`), and a list that is only appended to, decide nothing. Of data sets the
first numbers are compared.
"""

from __future__ import annotations

import dis
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import lru_cache, partial
from itertools import count, islice
from operator import attrgetter, itemgetter
from types import (
    CodeType,
    FunctionType,
    GeneratorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final
from weakref import ref

from ..engine import Value, is_installed
from ..rules import described
from .methods import Methods
from .parameters import (
    codes_of,
    contents_of,
    functions_of,
    instructions_of,
    is_ours,
    stands_for,
)

PLAIN: Final = frozenset({float, int, bool, str, type(None)})
MOST: Final = 5_000  # things that are looked into
MOST_ITEMS: Final = 1_000  # of a list of numbers,
MOST_COMPARED: Final = 300  # places, or 20 times as many numbers in lists: 30 µs of each call
MOST_OF_AN_ARRAY: Final = 10_000  # which are compared in some microseconds
ATTRIBUTES: Final = ("LOAD_ATTR", "LOAD_METHOD")
READS: Final = (*ATTRIBUTES, "LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST")
GROWING: Final = frozenset({"append", "extend", "add", "update", "write"})
# Instructions that count a variable or an attribute up, one in an object, one in a list or a dict;
# in the words of Python 3.10 and of later ones.
COUNTED: Final = re.compile(r"LOAD_\w+ LOAD_\w+ INPLACE (?:(?:SWAP|ROT_TWO) )?STORE_\w+")
COUNTED_IN: Final = re.compile(
    r"LOAD_\w+ (?:COPY|DUP_TOP) LOAD_ATTR LOAD_\w+ INPLACE (?:SWAP|ROT_TWO) STORE_ATTR|"
    r"LOAD_\w+ LOAD_\w+ (?:COPY COPY|DUP_TOP_TWO) BINARY_SUBSCR LOAD_\w+ INPLACE "
    r"(?:SWAP SWAP|ROT_THREE) STORE_SUBSCR"
)
WRITTEN_IN_PYTHON: Final = 1 << 9  # of a class: CPython's Py_TPFLAGS_HEAPTYPE
LONGEST: Final = 10  # of these
METHODS: Final = (FunctionType, staticmethod, classmethod)
BY_NAME: Final = frozenset({"getattr", "hasattr"})
GONE: Final = object()
OF_WIRES: Final = frozenset(dir(Value)) - {"label"}


class PlainNumbers:
    """Where they stand, and what they were."""

    def __init__(self, function: Callable[..., Any], things: Iterable[Any] = ()) -> None:
        self._places: list[tuple[str, Callable[[Any], Any], Any, Any]] = []
        self._first = function
        self._left = float(MOST_COMPARED)
        self._names: set[str] = set()  # of attributes that are read
        self._maybe: set[str] = set()  # of those that need not be there: of getattr and hasattr
        self._objects: list[Any] = []
        self._wires: list[tuple[str, Value]] = []
        self._seen: dict[Any, Any] = {}  # keeps what was looked at, so that no id is given twice
        self._waiting = deque([("", function), *[("", thing) for thing in things]])
        while self._waiting and len(self._seen) < MOST:
            while self._waiting and len(self._seen) < MOST:
                self._look(*self._waiting.popleft())
            self._waiting.clear()
            for thing in self._objects:  # their methods may read more names
                self._look_at_attributes(thing)
        self._look_at_wires()
        del self._first, self._left, self._names, self._maybe, self._objects
        del self._wires, self._seen, self._waiting

    @property
    def is_empty(self) -> bool:
        """Whether there are none, and so nothing can change."""
        return not self._places

    def changed(self) -> str | None:
        """The name of one that is another number now; None where all are what they were."""
        for name, read, owner, then in self._places:
            try:
                now = read(owner)
                if now is then or now == then:
                    continue
            except Exception:  # it is gone, or cannot be compared any more
                now = GONE
            if type(now) in PLAIN and type(then) in PLAIN:
                return f"{name} ({described(then)} then, {described(now)} now)"
            return name
        return None

    def refresh(self) -> None:
        """Take those of the moment for what they are to be."""
        self._places = [(name, read, owner, read(owner)) for name, read, owner, _ in self._places]

    def _look(self, name: str, thing: Any) -> None:
        if isinstance(thing, Value):  # many: they do not count
            self._wires.append((name, thing))
            return
        if isinstance(thing, (bytes, Methods)) or id(thing) in self._seen:
            return
        self._seen[id(thing)] = thing
        if isinstance(thing, FunctionType):
            self._look_into_function(thing)
            self._objects.append(thing)  # it may have attributes
        elif isinstance(thing, partial):
            self._wait(name, [thing.func, *thing.args, *thing.keywords.values()])
        elif isinstance(thing, MethodType):
            self._wait(name, [thing.__self__, thing.__func__])
        elif isinstance(thing, (list, tuple, deque)):
            self._look_into_items(name, thing)
        elif isinstance(thing, (set, frozenset)):
            self._note(name, frozenset if len(thing) <= MOST_ITEMS else len, thing, len(thing))
        elif isinstance(thing, dict):
            self._note(name, len, thing)
            for key, item in islice(thing.items(), MOST_ITEMS):
                self._meet(name, itemgetter(key), thing, item)
        elif isinstance(thing, (ContextVar, ref)):
            self._meet(name, stands_for, thing, stands_for(thing))
        elif isinstance(thing, Mapping):  # os.environ, for one
            self._note(name, dict, thing, len(thing))
        elif isinstance(thing, (count, GeneratorType)):
            self._note(name, _reached, thing)
        elif type(thing).__name__ == "ndarray":
            if thing.dtype != object and thing.size <= MOST_OF_AN_ARRAY:
                self._note(name, _bytes, thing, thing.size // 100)
        elif "__wrapped__" in getattr(thing, "__dict__", ()):  # another around a function
            self._wait(name, [thing.__wrapped__])
        elif not is_ours((thing if isinstance(thing, type) else type(thing)).__module__):
            self._objects.append(thing)

    def _note(self, name: str, read: Callable[[Any], Any], owner: Any, count: int = 1) -> None:
        """Compare what stands there, numbers so many, at each call; while that takes no time."""
        self._left -= 1.0 + count / 20.0
        if self._left > 0.0:
            self._places.append((name, read, owner, read(owner)))

    def _wait(self, name: str, things: Iterable[Any]) -> None:
        self._waiting += [(name, thing) for thing in things if type(thing) not in PLAIN]

    def _meet(self, name: str, read: Callable[[Any], Any], owner: Any, thing: Any) -> None:
        """Note a number or a function where it stands; look into what is no number, later."""
        if type(thing) in PLAIN or callable(thing):
            self._note(name, read, owner)
        if type(thing) not in PLAIN:
            self._waiting.append((name, thing))

    def _look_into_items(self, name: str, items: Sequence[Any]) -> None:
        if len(items) > MOST_ITEMS or not PLAIN.issuperset(map(type, items)):
            self._note(name, len, items)
            self._wait(name, islice(items, MOST))
        elif not isinstance(items, tuple):
            self._note(name, list, items, len(items))

    def _look_into_function(self, function: FunctionType) -> None:
        code = function.__code__
        if function is os.getenv:
            self._waiting.append(("os.environ", os.environ))
        if function is not self._first and (
            is_ours(function.__module__) or is_installed(code.co_filename)
        ):
            return
        variables = _names_read(function, self._names)
        if not variables.isdisjoint(BY_NAME):
            self._maybe |= _names_in_text(code)
            self._names |= self._maybe
        for name, cell in zip(code.co_freevars, function.__closure__ or ()):
            if name in variables:
                self._meet(name, contents_of, cell, contents_of(cell))
        known = function.__globals__
        for name in sorted(variables.difference(code.co_freevars)):
            if name not in known:
                continue
            self._meet(name, itemgetter(name), known, known[name])
        arguments = code.co_varnames[: code.co_argcount]
        defaults = function.__defaults__ or ()
        for name, thing in zip(arguments[len(arguments) - len(defaults) :], defaults):
            self._wait(name, [thing] if name in variables else [])
        for name, thing in (function.__kwdefaults__ or {}).items():
            self._wait(name, [thing] if name in variables else [])

    def _look_at_wires(self) -> None:
        """Attributes that somebody has given to wires, where code reads any by their names."""
        names = sorted(self._names - OF_WIRES)
        for name, wire in self._wires if names else ():
            for attribute in names:
                read = partial(_attribute, attribute)
                thing = read(wire)
                if type(thing) in PLAIN or (thing is GONE and attribute in self._maybe):
                    self._note(f"{name}.{attribute}", read, wire)

    def _look_at_attributes(self, thing: Any) -> None:
        own = {} if isinstance(thing, type) else getattr(thing, "__dict__", {})
        for name in sorted(self._names):
            if name in own:
                self._meet_once(name, thing, own[name])
        for base in () if isinstance(thing, ModuleType) else _classes(thing):
            for name, member in list(vars(base).items()):
                is_read = name in self._names
                if hasattr(type(member), "__get__"):
                    if is_read or (name.startswith("__") and name != "__init__"):
                        self._wait_for_functions(name, member)
                    if (
                        is_read
                        and isinstance(member, METHODS)
                        and (id(thing), name) not in self._seen
                    ):
                        self._seen[id(thing), name] = thing
                        self._note(name, attrgetter(name), thing)
                if isinstance(member, MemberDescriptorType):
                    if is_read and hasattr(thing, name):
                        self._meet_once(name, thing, getattr(thing, name))
                elif is_read and name not in own and not hasattr(type(member), "__get__"):
                    self._meet_once(name, thing, member)

    def _wait_for_functions(self, name: str, member: Any) -> None:
        """A method, a property or another descriptor: its functions are looked into."""
        for thing in functions_of(member):
            if isinstance(thing, FunctionType) and id(thing) not in self._seen:
                self._waiting.append((name, thing))

    def _meet_once(self, name: str, owner: Any, thing: Any) -> None:
        if (id(owner), name) not in self._seen:
            self._seen[id(owner), name] = owner
            self._meet(name, attrgetter(name), owner, thing)


def _classes(thing: Any) -> list[type]:
    """The classes of somebody's own behind a thing, or behind a class; none that is written in C.

    Nothing can be written into one of those, and their methods read no names.
    """
    kind = thing if isinstance(thing, type) else type(thing)
    written = [base for base in kind.__mro__ if base.__flags__ & WRITTEN_IN_PYTHON]
    return [base for base in written if not is_ours(base.__module__)]


def _names_read(function: FunctionType, attributes: set[str]) -> set[str]:
    """The variables that a function reads, for more than to count them up; attributes are added."""
    variables: set[str] = set()
    for code in codes_of(function.__code__):
        read, of_things = _names_read_by(code)
        variables |= read
        attributes |= of_things
    return variables


@lru_cache(maxsize=1_000)
def _names_read_by(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The variables, and the attributes, that a code reads for more than to count them up."""
    variables: set[str] = set()
    attributes: set[str] = set()
    steps = [step for step in instructions_of(code) if step.opname != "CACHE"]
    names = list(map(_kind, steps))
    for i, step in enumerate(steps):
        if not step.opname.startswith(READS) or _is_counted(steps[i : i + LONGEST], names[i:]):
            continue
        found = step.argval if isinstance(step.argval, tuple) else (step.argval,)
        (attributes if step.opname.startswith(ATTRIBUTES) else variables).update(found)
    return frozenset(variables), frozenset(attributes)


def _kind(step: dis.Instruction) -> str:
    if step.opname.startswith("INPLACE") or (
        step.opname == "BINARY_OP" and step.argrepr.endswith("=")
    ):
        return "INPLACE"
    is_item = step.opname == "BINARY_OP" and step.argrepr.startswith("[")
    return "BINARY_SUBSCR" if is_item else step.opname


def _is_counted(steps: Sequence[dis.Instruction], names: Sequence[str]) -> bool:
    """Whether what the first instruction loads is counted up, or appended to, and no more."""
    text = " ".join(names[:LONGEST])
    if found := COUNTED.match(text):
        return bool(steps[found[0].count(" ")].argval == steps[0].argval)
    if len(steps) > 1 and steps[1].opname in ATTRIBUTES and steps[1].argval in GROWING:
        return True
    return COUNTED_IN.match(text) is not None


def _names_in_text(code: CodeType) -> set[str]:
    """Texts in a code that may be names of attributes."""
    texts = [text for part in codes_of(code) for text in part.co_consts if isinstance(text, str)]
    return set(filter(str.isidentifier, texts))


def _attribute(name: str, owner: Any) -> Any:
    return getattr(owner, name, GONE)


def _reached(iterator: Any) -> Any:
    """How far an iterator has come."""
    if isinstance(iterator, count):
        return repr(iterator)
    frame = iterator.gi_frame
    return None if frame is None else (frame.f_lasti, repr(frame.f_locals))


def _bytes(array: Any) -> Any:
    return array.tobytes()
