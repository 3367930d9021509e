"""Compiled methods: what is recorded for an object is kept with it, and with no other.

>>> class Thing:
...     pass
>>> thing = Thing()
>>> kept_with(thing)["loss"] = "its recording"
>>> kept_with(thing)
{'loss': 'its recording'}
>>> import copy
>>> kept_with(copy.copy(thing)), kept_with(copy.deepcopy(thing))
({}, {})
"""

from __future__ import annotations

from threading import RLock
from typing import Any, Final

ATTRIBUTE: Final = "_compiled_methods"
MOST_ELSEWHERE: Final = 64  # objects without attributes of their own whose recordings are kept


class Methods:
    """The compiled methods of one object, by the function in its class.

    A shallow copy of the object has the same `Methods`, whose owner it is not; a deep copy or a
    pickle has empty ones.
    """

    __slots__ = ("bound", "owner")

    def __init__(self, owner: Any = None) -> None:
        self.owner = owner
        self.bound: dict[Any, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Methods, ()


# Classes and objects with __slots__: they are held here, so that no other has their id.
_elsewhere: Final[dict[int, Methods]] = {}
_one_at_a_time: Final = RLock()


def kept_with(owner: Any) -> dict[Any, Any]:
    """The compiled methods of an object, to be read and added to."""
    attributes = getattr(owner, "__dict__", None)
    if type(attributes) is not dict:
        return _kept_elsewhere(owner)
    methods = attributes.get(ATTRIBUTE)
    if methods is None or methods.owner is not owner:
        with _one_at_a_time:
            methods = attributes.get(ATTRIBUTE)
            if methods is None or methods.owner is not owner:
                methods = attributes[ATTRIBUTE] = Methods(owner)
    bound: dict[Any, Any] = methods.bound
    return bound


def _kept_elsewhere(owner: Any) -> dict[Any, Any]:
    with _one_at_a_time:
        methods = _elsewhere.pop(id(owner), None) or Methods(owner)
        _elsewhere[id(owner)] = methods  # the last, so that the first is the one unused for longest
        if len(_elsewhere) > MOST_ELSEWHERE:
            del _elsewhere[next(iter(_elsewhere))]
    return methods.bound
