"""Copy and pickle circuits of any depth, without recursion.

>>> import copy, pickle
>>> from minigrad.engine import Value
>>> x = Value(3.0, label="x")
>>> y = x * x
>>> twin_x, twin_y = copy.deepcopy([x, y])
>>> twin_y.inputs == (twin_x, twin_x), twin_x is x
(True, False)
>>> pickle.loads(pickle.dumps(y)).inputs[0].label
'x'

Both go through the circuit in topological order, so that by the time a gate is copied its inputs
have been; free attributes come last, and the Values among them have been found before. A pickle
names gates by name: gates of your own must be defined before it is loaded, and a gate made by hand,
with micrograd's `_backward`, cannot be copied. Load only pickles that you trust; `mg.save` and
`mg.load` use JSON.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from threading import local
from typing import Any, Final
from weakref import ref

from .backward import FACTORS, MANY, ROUTED
from .micrograd import KEPT
from .number_like import guards
from .value import Value, above, topological_order

_MARKS: Final = {"FACTORS": FACTORS, "ROUTED": ROUTED}
_NAMES: Final = {id(mark): name for name, mark in _MARKS.items()}


def _deepcopy(wire: Value, memo: dict[int, Any]) -> Value:
    """The copy of a circuit, and in `memo` that of each wire."""
    attributed = []
    for original in _linked(wire, memo):
        _refuse_what_cannot_be_copied(original)
        memo[id(original)] = twin = _shallow(original)
        twin._first, twin._second = _twins(original, memo)
        if attributes := _attributes(original):
            attributed.append((twin, attributes))
    for twin, attributes in attributed:
        twin.__dict__.update(copy.deepcopy(attributes, memo))
    result: Value = memo[id(wire)]
    return result


def _linked(output: Value, found: dict[int, Any]) -> Iterator[Value]:
    """The circuit behind a wire, inputs first, and those that free attributes link it to.

    Without the wires whose id is in `found`: the caller puts there what it is given.
    """
    waiting = [output]
    while waiting:
        start = waiting.pop()
        if id(start) in found:
            continue
        for wire in topological_order(start):
            if id(wire) not in found:
                yield wire
                waiting += _values_in_attributes(wire)


def _values_in_attributes(wire: Value) -> list[Value]:
    return [thing for thing in _attributes(wire).values() if isinstance(thing, Value)]


def _shallow(wire: Value) -> Value:
    """A new wire with the same number, gate and inputs."""
    twin: Value = object.__new__(type(wire))
    twin._datum, twin._grad = wire._datum, wire._grad
    twin.gate = wire.gate
    twin._first, twin._second = wire._first, wire._second
    twin._d_first, twin._d_second = wire._d_first, wire._d_second
    return twin


def _attributes(wire: Value) -> dict[str, Any]:
    """Those that the user set freely; a leaf's `_backward` sends nothing, and is left out."""
    attributes: dict[str, Any] = wire.__dict__
    if KEPT in attributes:
        return {name: thing for name, thing in attributes.items() if name != KEPT}
    return attributes


def _refuse_what_cannot_be_copied(wire: Value) -> None:
    """A gate made by hand cannot be copied: its function knows the original's wires alone.

    Nor can a wire while it is recorded: the copy would keep the number of the moment.
    """
    if guards:
        guards[-1].copies(wire)
    if wire.gate is not None and (wire.own_backward or not wire.gate.has_rules):
        raise TypeError(
            f"{wire!r} cannot be copied or pickled: its gate was made by hand, and a function in "
            f"_backward sends gradients to the original's inputs; define the gate "
            f"{wire.gate.name!r} with @mg.gate"
        )


def _copy(wire: Value) -> Value:
    _refuse_what_cannot_be_copied(wire)
    wire._give_number_a_wire()  # both are to have the same one
    twin = _shallow(wire)
    twin.__dict__.update(_attributes(wire))
    return twin


def _twins(wire: Value, memo: dict[int, Any]) -> tuple[Any, Any]:
    first, second = wire._first, wire._second
    if second is MANY:
        return tuple(memo[id(source)] for source in first), MANY
    if first is None or second is None:
        return (None if first is None else memo[id(first)]), second
    return memo[id(first)], memo[id(second)]


class _Inside(local):
    """The circuit whose wires the pickler of this thread is saving, inputs first, if any."""

    circuit: Callable[[], _Circuit | None] = staticmethod(lambda: None)


_inside = _Inside()


class _Circuit:
    """All wires behind an output, for a pickler: a list that it fills one by one."""

    def __init__(self, output: Value) -> None:
        self.output = output
        self.wires: dict[int, Value] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (), None, self._items()

    def _items(self) -> Iterator[Value | _Turn | _Attributes]:
        for wire in _linked(self.output, self.wires):
            self.wires[id(wire)] = wire
        outer = _inside.circuit()
        wires = list(self.wires.values())
        yield _Turn(self)
        yield from wires
        yield from map(_Attributes, filter(_attributes, wires))
        yield self.output
        yield _Turn(outer, done=self)


class _Turn:
    """Stands between wires: when it is saved, all before it have been, and none after it.

    The iterator cannot tell: some picklers read one item ahead, others a thousand.
    """

    def __init__(self, circuit: _Circuit | None, done: _Circuit | None = None) -> None:
        self.circuit, self.done = circuit, done

    def __reduce__(self) -> tuple[Any, ...]:
        # weak: a pickler that fails on the way leaves nothing alive
        _inside.circuit = ref(self.circuit) if self.circuit else lambda: None
        if self.done:
            self.done.wires = {}
        self.circuit = self.done = None
        return int, ()


class _Attributes:
    """Stands for the free attributes of a wire: by now whatever wires they hold have been saved."""

    def __init__(self, wire: Value) -> None:
        self.wire = wire

    def __reduce__(self) -> tuple[Any, ...]:
        return _itself, (self.wire,), _attributes(self.wire)


def _itself(wire: Value) -> Value:
    return wire


def _last_wire(items: list[Any]) -> Value:
    wire: Value = items[-2]
    return wire


def _reduce(wire: Value, protocol: Any) -> tuple[Any, ...]:
    """A wire by itself; one that is reached first from outside, with its circuit before it."""
    circuit = _inside.circuit()
    is_inside = circuit is not None and id(wire) in circuit.wires
    if not is_inside and (wire.gate is not None or _values_in_attributes(wire)):
        return _last_wire, (_Circuit(wire),)
    _refuse_what_cannot_be_copied(wire)
    # the marks that stand in slots are pickled as their names
    second = "MANY" if wire._second is MANY else wire._second
    d_second = _NAMES.get(id(wire._d_second), wire._d_second)
    slots = (wire._datum, wire._grad, wire.gate, wire._first, second, wire._d_first, d_second)
    return _restored, (type(wire), *slots), None if is_inside else _attributes(wire) or None


def _restored(kind: type[Value], *slots: Any) -> Value:
    wire: Value = object.__new__(kind)
    wire._datum, wire._grad, wire.gate, wire._first, second, wire._d_first, d_second = slots
    wire._second = MANY if second == "MANY" else second
    wire._d_second = _MARKS[d_second] if isinstance(d_second, str) else d_second
    return wire


above.update(copy=_copy, deepcopy=_deepcopy, reduce=_reduce)
