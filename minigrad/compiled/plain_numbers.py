"""The plain numbers, functions and objects that a function reads of what it closes over.

>>> rates = [2.0]
>>> numbers = PlainNumbers(lambda: [Place(tuple, rates, tuple(rates), ("rates",))], gate_count=1)
>>> numbers.changed()
>>> rates[0] = 3.0
>>> numbers.changed()
'rates (the float 2.0 then, the float 3.0 now)'

They are fixed when the function is recorded, so a replay must not go on blindly once one has
changed, whether somebody else has changed it or the function itself, as a counter.
"""

from __future__ import annotations

import warnings
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from enum import Enum
from itertools import count
from numbers import Number
from operator import attrgetter, is_, itemgetter, length_hint
from time import perf_counter
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType
from typing import Any, Final, NamedTuple

from ..engine import Value
from ..rules import define, described
from .arguments import PLAIN

MOST_COMPARED: Final = 300  # the weight of the places that are compared at each call: 30 µs,
OF_A_GATE: Final = 0.01  # and as much more as the circuit takes longer
FEW: Final = 4  # places that are looked at one by one where there is no time for a call
SELDOM: Final = 10.0  # times as long as to look at all others takes, until that is done again
CALLS: Final = 100  # until there is a function for it: to make it takes as long as some hundred
DECIDES: Final = (Enum, Number, frozenset, type, FunctionType, BuiltinFunctionType)
GONE: Final = object()
OF_A_CONSTANT: Final = "the number of an mg.constant"
MOST_OF_AN_ARRAY: Final = 10_000  # numbers of which there are copies; of more a checksum


class PlainNumbers:
    """Where they stand, and what they were."""

    def __init__(self, find: Callable[[], list[Place]], gate_count: int) -> None:
        self._find = find  # gives the places, with what stands there by then
        self._most = max(MOST_COMPARED, OF_A_GATE * gate_count)
        self._look()

    def refresh(self) -> None:
        """Take those of the moment for what they are to be."""
        if _first_changed((*self._often, *self._seldom)) is not None:
            self._look()
        self._look_again = 0.0  # what changes right after a comparison is noticed at once

    def _look(self) -> None:
        often: list[Place] = []
        seldom: list[Place] = []
        weight = 0.0
        for place in self._find():
            weight += place.weight
            (often if weight <= self._most else seldom).append(place)
            if weight > self._most:
                weight -= place.weight
        self._often, self._seldom = often, seldom
        self._look_again = 0.0  # at all of those: the time
        self._left, self._is_the_same = CALLS, _not_known

    @property
    def is_empty(self) -> bool:
        """Whether there are none, and so nothing can change."""
        return not (self._often or self._seldom)

    def changed(self) -> str | None:
        """The name of one that is another now; None where all are what they were.

        Where there are too many for each call, the others are looked at a tenth of the time: at
        once, if the calls are not in close succession.
        """
        try:
            is_the_same = self._is_the_same()
        except Exception:  # a name that is gone
            is_the_same = False
        if not is_the_same:
            self._left -= 1
            if self._left == 0:
                self._is_the_same = written(self._often)
            if (changed := _first_changed(self._often)) is not None:
                return changed
        return self._changed_seldom() if self._seldom else None

    def looks(self, known: dict[str, Any]) -> list[str]:
        """Python that returns where one has changed; of few places without calls: 0.1 µs less."""
        known["changed"] = self.changed
        if self._seldom or len(self._often) > FEW:
            return ["if changed() is not None: return"]
        terms = " and ".join(terms_of(self._often, known))
        lines = [f"try: is_the_same = {terms}", "except Exception: is_the_same = False"]
        return [*lines, "if not is_the_same and changed() is not None: return"]

    def certainly_changed(self) -> str | None:
        """The same of all places at once, but for those that a library may read."""
        return _first_changed(self._read())

    def changed_by_the_call(self) -> str | None:
        """The same, where a call has come in between: it may make lists and objects anew."""
        return _first_changed(self._read(), may_be_same)

    def _read(self) -> list[Place]:
        return [place for place in (*self._often, *self._seldom) if place.is_read]

    def _changed_seldom(self) -> str | None:
        start = perf_counter()
        if start < self._look_again:
            return None
        if (changed := _first_changed(self._seldom)) is not None:
            return changed  # and once more to who asks next, before it compares
        end = perf_counter()
        self._look_again = end + SELDOM * (end - start)
        return None


def _not_known() -> bool:
    return False


class Place(NamedTuple):
    """What reads it, of what; what stood there; and the names to speak of it, one or one each."""

    read: Callable[[Any], Any]
    owner: Any
    then: Any
    names: tuple[str, ...]
    weight: float = 1.0  # how long it takes to compare: 1 is 0.1 µs
    is_read: bool = True  # or may be read, by a library

    def now(self) -> Any:
        """What stands there at the moment."""
        try:
            return self.read(self.owner)
        except Exception:  # it is gone
            return GONE

    def changed(self, now: Any) -> str:
        """What has changed there, in words."""
        then = self.then
        name = self.names[0]
        if type(now) is tuple and type(then) is tuple and len(now) == len(then):
            i = next((i for i, (x, y) in enumerate(zip(now, then)) if not is_same(x, y)), 0)
            name = self.names[i] if len(self.names) == len(now) else name
            now, then = now[i], then[i]
        if type(now) in PLAIN and type(then) in PLAIN:
            return f"{name} ({described(then)} then, {described(now)} now)"
        return name


def how_it_may_change(changed: str, name: str) -> str:
    """What to write so that what has changed, in words, may do so under the function of the name.

    >>> how_it_may_change("rate", "loss")[:62]
    'Pass it as an argument, static if it decides, or make it an mg'
    """
    remedy = (
        "Pass it as an argument, static if it decides, or make it an mg.constant and set its data"
    )
    if changed.startswith(OF_A_CONSTANT):
        remedy = (
            "Compute with the constant itself: .data, float(), if and comparisons of constants "
            "take its number, which is fixed then"
        )
    return f"{remedy}, or call {name}.clear() to record again"


def is_same(now: Any, then: Any) -> bool:
    """Whether it is the same object, the same plain number, or a tuple of these.

    A list that was replaced by an equal one is another: later that one may change.

    >>> is_same(1.0, 1), is_same(0.0, -0.0), is_same((1, "a"), (1, "a")), is_same([], [])
    (False, False, True, False)
    """
    if now is then:
        return True
    kind = type(now)
    if kind is not type(then):
        return False
    if kind is tuple:
        if len(now) != len(then):
            return False
        return all(map(is_, now, then)) or all(map(_is_same_part, now, then))
    return _is_same_part(now, then)


def may_be_same(now: Any, then: Any) -> bool:
    """Whether it is the same, or made anew: another list, array or object of the same kind.

    >>> may_be_same(([1.0], 2), ([], 2)), may_be_same(([1.0], 2), ([1.0], 3))
    (True, False)
    """
    waiting = [(now, then)]
    for x, y in waiting:  # it grows meanwhile
        if is_same(x, y) or isinstance(y, Value):  # recorded, and a number of the check's now
            continue
        kind = type(x)
        if kind is not type(y) or kind in PLAIN or isinstance(x, DECIDES):
            return False
        if isinstance(x, tuple):
            if len(x) != len(y):
                return False
            waiting += zip(x, y)
    return True


def _first_changed(
    places: Iterable[Place], same: Callable[[Any, Any], bool] = is_same
) -> str | None:
    """What has changed at the first of these places where something else stands by now."""
    for place in places:
        if not same(now := place.now(), place.then):
            return place.changed(now)
    return None


def _is_same_part(now: Any, then: Any) -> bool:
    kind = type(now)
    if now is then:
        return True
    if kind is not type(then):
        return False
    if kind is float or kind is complex:
        return repr(now) == repr(then)  # 0.0 is not -0.0, and nan is nan
    if kind is MethodType:
        return now.__self__ is then.__self__ and now.__func__ is then.__func__
    return (kind in PLAIN or kind is frozenset) and bool(now == then)


def written(places: Iterable[Place]) -> Callable[[], bool]:
    """A function that says whether the same objects stand in all these places: 30 ns for each.

    >>> variables = {"rate": 2.0, "steps": 3}
    >>> read = itemgetter("rate", "steps")
    >>> unchanged = written([Place(read, variables, read(variables), ("rate", "steps"))])
    >>> variables["rest"] = 1.0
    >>> unchanged()
    True
    >>> variables["rate"] = 3.0
    >>> unchanged()
    False
    """
    known: dict[str, Any] = {}
    terms = terms_of(places, known)
    made: Callable[[], bool] = define(
        "unchanged", [], [f"return {' and '.join(terms) or 'True'}"], known
    )
    return made


def terms_of(places: Iterable[Place], known: dict[str, Any]) -> list[str]:
    """The same in Python, place by place; the things are put into `known` by their names."""
    known["is_same"] = is_same
    terms: list[str] = []
    for i, place in enumerate(places):
        known[f"owner_{i}"], known[f"read_{i}"], known[f"then_{i}"] = (
            place.owner,
            place.read,
            place.then,
        )
        parts = [f"then_{i}"]
        if type(place.then) is tuple and isinstance(place.read, (attrgetter, itemgetter)):
            parts = [f"then_{i}_{j}" for j in range(len(place.then))]
            known |= zip(parts, place.then)
        if isinstance(place.read, itemgetter):
            terms += [f"owner_{i}[{name!r}] is {part}" for name, part in zip(place.names, parts)]
        elif isinstance(place.read, attrgetter):
            names = place.read.__reduce__()[1]
            terms += [f"owner_{i}.{name} is {part}" for name, part in zip(names, parts)]
        elif place.read is len:
            terms.append(f"len(owner_{i}) == then_{i}")
        else:
            terms.append(f"is_same(read_{i}(owner_{i}), then_{i})")
    return terms


def stands_for(thing: Any) -> Any:
    """What a context variable or a weak reference stands for at the moment."""
    return thing.get(None) if isinstance(thing, ContextVar) else thing()


def attribute_of(name: str, owner: Any) -> Any:
    """An attribute by its name, or GONE."""
    return getattr(owner, name, GONE)


def items_of_array(array: Any) -> Any:
    """The objects in an array of objects, which has no bytes to compare."""
    return tuple(array.flat)


def read_so_far(stream: Any) -> Any:
    """What is in a stream, and how far it has been read."""
    return stream.getvalue(), stream.tell()


def contents_of(cell: Any) -> Any:
    """What a closed-over variable stands for; None while it has no value."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def keys_and_items(mapping: Any) -> tuple[Any, ...]:
    """The keys of a dict in their order, and then its items."""
    if isinstance(mapping, dict) and not isinstance(mapping, OrderedDict):
        return (*dict.keys(mapping), *dict.values(mapping))
    return (*mapping.keys(), *mapping.values())


def bytes_of(array: Any) -> Any:
    """The shape, the type and the numbers of an array, or of what becomes one; or a checksum."""
    import numpy

    array = numpy.asarray(array)
    told = str(array.shape), str(array.dtype), array.flags.num
    if array.size > MOST_OF_AN_ARRAY:
        return *told, zlib.crc32(array.tobytes())
    return *told, array.tobytes()


def with_mask(array: Any) -> Any:
    """The same of a masked array, with its mask."""
    return (*bytes_of(array.data), *bytes_of(array.mask))


def size_of_buffer(thing: Any) -> int:
    """How many bytes are in it: in a bytearray, a number of ctypes'. 0 where none are to be had."""
    try:
        with memoryview(thing) as buffer:
            return buffer.nbytes
    except (TypeError, ValueError, BufferError):
        return 0


def reached(iterator: Any) -> Any:
    """How far an iterator has come: something else each time for one that does not tell."""
    if isinstance(iterator, count):
        return repr(iterator)
    if isinstance(iterator, GeneratorType):
        frame = iterator.gi_frame
        return None if frame is None else (frame.f_lasti, repr(frame.f_locals))
    left = length_hint(iterator, -1)
    if left >= 0:
        return left
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # itertools' are not to be pickled from Python 3.14 on
        try:
            return repr(list(map(_state, iterator.__reduce__())))
        except TypeError:
            return object()


def _state(part: Any) -> Any:
    if isinstance(part, Iterable) and type(part).__module__ in ("builtins", "itertools"):
        if hasattr(part, "__next__"):
            return reached(part)
        if isinstance(part, tuple):
            return list(map(_state, part))
    return type(part).__name__ if type(part) not in PLAIN else part
