"""Derivatives inside derivatives: what a function computes may be about to be differentiated.

>>> y = Value(3.0)
>>> with differentiating([y]):
...     is_differentiated([y * 2.0]), is_differentiated([Value(1.0)])
(True, False)

A derivative that a function takes of another one, by plain numbers, is a circuit where it depends
on the outer function's own wires. As a number it would be a constant there, with a slope of 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from typing import Any, Final

from ..engine import Circuit, Value

_wires: Final[ContextVar[tuple[Value, ...]]] = ContextVar("wires", default=())
_by_all: Final[ContextVar[bool]] = ContextVar("by_all", default=False)


@contextmanager
def differentiating(wires: Sequence[Value], by_all: bool = False) -> Iterator[None]:
    """Inside the block a function runs that is to be differentiated by these wires.

    `by_all`: and by whatever other Values it makes use of, as an implicit function is.
    """
    before, all_before = _wires.set((*_wires.get(), *wires)), _by_all.set(by_all or _by_all.get())
    try:
        yield
    finally:
        _wires.reset(before)
        _by_all.reset(all_before)


def is_nested() -> bool:
    """Whether a function that is to be differentiated is running."""
    return bool(_wires.get())


def is_differentiated(outputs: Sequence[Value], own: Sequence[Value] | None = None) -> bool:
    """Whether any of the outputs depends on what a function around is to be differentiated by.

    `own` are wires that were made for the outputs alone; all others may be such.
    """
    by = _wires.get()
    if not by or not outputs:
        return False
    circuit = Circuit(outputs[0], others=outputs[1:])
    if _by_all.get() and own is not None:
        return any(not leaf.is_constant for leaf in set(circuit.leaves).difference(own))
    return not set(by).isdisjoint(circuit.wires)


def refuse_to_lose(name: str, outputs: Sequence[Value], create_graph: bool) -> None:
    """Inside a function that is differentiated a derivative must be part of the circuit too."""
    if not create_graph and is_differentiated(outputs):
        raise TypeError(
            f"mg.{name} without create_graph gives constants, and it depends on what a function "
            "around it is differentiated by: that derivative would be lost. Write "
            f"mg.{name}(..., create_graph=True)"
        )


def holds_a_value(argument: Any) -> bool:
    """Whether a Value stands in an argument, which is not taken apart: it may be large data.

    >>> holds_a_value([1.0, {"w": (Value(2.0), 3.0)}]), holds_a_value(range(3))
    (True, False)
    """
    waiting = [argument]
    seen: dict[int, Any] = {}  # keeps what was looked at, so that no id is given twice
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Value):
            return True
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, Mapping):
            items = list(thing.values())
        elif isinstance(thing, (list, tuple)):
            items = list(thing)
        elif is_dataclass(thing) and not isinstance(thing, type):
            items = [getattr(thing, field.name, None) for field in fields(thing)]
        elif getattr(getattr(thing, "dtype", None), "kind", "") == "O" and hasattr(thing, "flat"):
            items = list(thing.flat)
        else:
            continue
        if not set(map(type, items)) <= {float, int}:  # mostly that is all there is
            waiting += items
    return False
