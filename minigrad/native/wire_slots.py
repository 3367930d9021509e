"""Numbers and gradients of many wires read and written by machine code: boxing without Python.

A loop of Python takes 19 ns to read a wire's number into an array and 27 to write its gradient, of
which a step of a small network does hundreds; these take 3 and 10. They use CPython's stable
interface alone, no layout of an object but where a wire has its two slots, which the engine finds
out. A loop is one call that holds Python's lock, so what a slot holds is there while it is looked
at, and that no Ctrl-C interrupts. Needs llvmlite.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Sequence
from functools import cache, partial
from math import nan
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from ..engine import Leaves, Value, offsets_of_slots
from ..rules import Formula, described
from .formulas import emit_formulas
from .machine import address_in, machine
from .operand import DOUBLE, LONG, POINTER, VOID, Code, Native

# What the functions read of some wires: an address or a number each, in a table.
FIELDS: Final = {
    "addresses": LONG.as_pointer(),  # of the wires, and of an output
    "count": LONG,
    "before": POINTER,  # the numbers before a change
    "had": LONG.as_pointer(),  # whether there were any
    "changed": LONG.as_pointer(),  # how many wires were changed
}

# CPython's functions, with what they give and take: objects pass as addresses.
IN_PYTHON: Final = {
    "PyFloat_AsDouble": (DOUBLE, [LONG]),
    "PyFloat_FromDouble": (LONG, [DOUBLE]),
    "Py_IncRef": (VOID, [LONG]),
    "Py_DecRef": (VOID, [LONG]),
}


class WireSlots:
    """The slots of some wires, which are kept: a wire stays where it is as long as it is there.

    >>> wires = [Value(2.0), Value(3.0)]
    >>> slots, numbers = WireSlots(wires), np.zeros(2)
    >>> slots.read_numbers(numbers.ctypes.data)
    >>> numbers
    array([2., 3.])

    What `receive` and `move` have changed can be undone, until `changed[0]` is set to 0: a Ctrl-C
    that comes while they run is raised behind them. To undo it is one call that runs no Python.
    """

    def __init__(self, wires: Sequence[Value]) -> None:
        self.wires = list(wires)
        for wire in self.wires:  # machine code writes to anything
            if not isinstance(wire, Value):
                raise TypeError(f"WireSlots needs wires, got {described(wire)}")
        self.changed = (ctypes.c_int64 * 1)()  # how many wires have been
        self._addresses = np.array([*map(id, wires), 0], dtype=np.int64)  # at last an output's
        self._before = np.zeros(len(self._addresses))
        self._had = np.zeros(len(self._addresses), dtype=np.int64)  # whether there was a number
        self._fields = (ctypes.c_int64 * len(FIELDS))(
            self._addresses.ctypes.data,
            len(self.wires),
            self._before.ctypes.data,
            self._had.ctypes.data,
            ctypes.addressof(self.changed),
        )
        self._table = table = ctypes.addressof(self._fields)
        # of the address of what is sent, the output's, and the seed: adds to the gradients the seed
        # times what is sent; the output's own gradient is the seed
        self.receive = partial(_loops().receive, table)
        self.undo_receive = partial(_loops().undo_receive, table)
        self.undo_move = partial(_loops().undo_move, table)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies have the copied wires, which stand elsewhere."""
        return WireSlots, (self.wires,)

    def read_numbers(self, into: int) -> None:
        """Read their numbers into the array of doubles at an address."""
        _loops().read(self._table, into)

    def clear_gradients(self) -> None:
        """Forget their gradients; the caller sees to it that no backward pass is at work."""
        _loops().clear(self._table)

    def move(self, function: Any, rate: float, states: int = 0) -> None:
        """Give new numbers to the wires that have a gradient, by a `move_function`.

        `states` is the address of the parts of their state, the first part of all wires first.
        """
        function(self._table, rate, states)


class LeavesInSlots(Leaves):
    """Leaves to which machine code sends gradients, where these stand in an `array` of doubles."""

    slots: WireSlots

    def __new__(cls, wires: Sequence[Value]) -> LeavesInSlots:
        """The wires, in order, and where they have their slots."""
        made = super().__new__(cls, wires)
        made.slots = WireSlots(wires)
        return made

    def receive(self, output: Any, local_gradients: Any, seed: float, write_grad: Any) -> None:
        """See `Leaves`. What is called is C from end to end: a second Ctrl-C finds all undone."""
        if type(local_gradients) is not array:
            super().receive(output, local_gradients, seed, write_grad)
            return
        slots, undo = self.slots, self.slots.undo_receive
        try:
            slots.receive(local_gradients.buffer_info()[0], id(output), seed)
            slots.changed[0] = 0
        except BaseException:
            undo()
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies, too, have leaves that stand elsewhere."""
        return LeavesInSlots, (list(self),)


@cache
def has_slots() -> bool:
    """Whether the slots are where machine code finds them."""
    return offsets_of_slots() is not None


def move_function(
    shared: Sequence[Formula], whole: Sequence[str], results: Sequence[Formula]
) -> Any:
    """The native function for `WireSlots.move`, from formulas of a wire's new number and state.

    >>> p, g, lr, c0 = map(Formula.symbol, ("p", "g", "lr", "c0"))
    >>> w, v = Value(2.0), Value(3.0)
    >>> w.grad, slots = 10.0, WireSlots([w, v])
    >>> slots.move(move_function([2.0 * lr], [], [p - c0 * g]), 0.125)
    >>> w.data, v.data, slots.changed[0]
    (-0.5, 3.0, 1)
    >>> slots.undo_move(); w.data
    2.0

    They are formulas of the number p, the gradient g, the rate lr, the parts of the state s0, s1, …
    and what wires share, c0, c1, …. The shared are formulas of lr and of the parts that are
    `whole`, computed anew only where these are others than those of the wire before.
    """
    module = ir.Module()
    write = _Writer(module, "move", [DOUBLE, POINTER])
    b, code, (rate, states) = write.b, Code(write.b, 1), write.arguments
    before, had, changed = write.kept
    b.store(LONG(0), changed)
    known = {"lr": Native(code, rate)}
    in_common = _InCommon(code, shared, whole, known)
    with write.loop as k:
        wire = write.wire(k)
        data, gradient = (write.slot(wire, offset) for offset in _loops().offsets)
        boxed = b.load(gradient)
        is_there = b.icmp_unsigned("!=", boxed, LONG(id(None)))
        b.store(b.zext(is_there, LONG), b.gep(had, [k]))
        with b.if_then(is_there):
            old = write.double(b.load(data))
            b.store(old, b.gep(before, [k]))
            places = [
                b.gep(states, [b.add(b.mul(write.count, LONG(i)), k)])
                for i in range(len(results) - 1)
            ]
            symbols = {f"s{i}": code.load(place) for i, place in enumerate(places)}
            symbols |= {"p": Native(code, old), "g": Native(code, write.double(boxed)), **known}
            symbols |= in_common.numbers(symbols)
            new, *parts = emit_formulas(code, list(results), symbols)
            for part, place in zip(parts, places):
                code.store(part, place)
            write.put(new.value, data)
            b.store(b.add(b.load(changed), LONG(1)), changed)
    b.ret_void()
    (address,) = machine().compile(module, ["move"], passes=False)
    place = ctypes.c_int64
    return ctypes.PYFUNCTYPE(None, place, ctypes.c_double, place)(address)


class _InCommon:
    """What wires share, c0, c1, …: the powers of Adam, say, take longer than all the rest."""

    def __init__(
        self,
        code: Code,
        formulas: Sequence[Formula],
        whole: Sequence[str],
        known: dict[str, Native],
    ) -> None:
        self.code, self.formulas = code, list(formulas)
        b = code.builder
        self.results = [b.alloca(DOUBLE) for _ in formulas]
        self.done = {name: b.alloca(DOUBLE) for name in whole}
        for place in self.done.values():
            b.store(DOUBLE(nan), place)  # which is no number
        if not whole:
            self._compute(known)

    def _compute(self, symbols: dict[str, Native]) -> None:
        for number, place in zip(
            emit_formulas(self.code, self.formulas, symbols), self.results, strict=True
        ):
            self.code.store(number, place)

    def numbers(self, symbols: dict[str, Native]) -> dict[str, Native]:
        """What is shared, by name, at a wire with these parts of a state."""
        b, is_other = self.code.builder, ir.IntType(1)(0)
        for name, place in self.done.items():
            differs = b.fcmp_unordered("!=", symbols[name].value, b.load(place))
            is_other = b.or_(is_other, differs)
        if self.done:
            with b.if_then(is_other):
                for name, place in self.done.items():
                    self.code.store(symbols[name], place)
                self._compute(symbols)
        return {f"c{i}": self.code.load(place) for i, place in enumerate(self.results)}


class _Loops:
    """The native loops, and where a wire has its two slots."""

    def __init__(self) -> None:
        offsets = offsets_of_slots()
        assert offsets is not None
        self.offsets = number, gradient = offsets
        module = ir.Module()
        _write_read(module, number)
        _write_clear(module, gradient)
        _write_receive(module, gradient)
        _write_undo(module, "undo_receive", gradient, 1)
        _write_undo(module, "undo_move", number, 0)
        names = ["read", "clear", "receive", "undo_receive", "undo_move"]
        read, clear, receive, *undo = machine().compile(module, names, passes=False)
        place = ctypes.c_int64  # an address
        # these hold Python's lock, and raise what CPython's functions raise
        self.read = ctypes.PYFUNCTYPE(None, place, place)(read)
        self.clear = ctypes.PYFUNCTYPE(None, place)(clear)
        self.receive = ctypes.PYFUNCTYPE(None, place, place, place, ctypes.c_double)(receive)
        self.undo_receive, self.undo_move = map(ctypes.PYFUNCTYPE(None, place), undo)


_loops: Final[Callable[[], _Loops]] = cache(_Loops)


class _Writer:
    """Writes one loop over the addresses of wires.

    What a slot holds it borrows: nobody else runs before the loop is through.
    """

    def __init__(self, module: Any, name: str, kinds: Sequence[Any] = (), more: int = 0) -> None:
        kind = ir.FunctionType(VOID, [LONG.as_pointer(), *kinds])
        function = ir.Function(module, kind, name)
        table, *self.arguments = function.args
        self.b = b = ir.IRBuilder(function.append_basic_block())
        numbers = [b.load(b.gep(table, [LONG(i)])) for i in range(len(FIELDS))]
        self.addresses, self.count, *self.kept = [
            number if kind is LONG else b.inttoptr(number, kind)
            for number, kind in zip(numbers, FIELDS.values())
        ]
        self.more = more

    @property
    def loop(self) -> Any:
        """The loop over the wires, and so many more addresses behind them."""
        return Code(self.b, 1).loop(self.b.add(self.count, LONG(self.more)))

    def call(self, name: str, *operands: Any) -> Any:
        """Call a function of CPython's."""
        address = address_in(ctypes.pythonapi, name)
        kind = ir.FunctionType(*IN_PYTHON[name])
        return self.b.call(self.b.inttoptr(LONG(address), kind.as_pointer()), operands)

    def wire(self, k: Any) -> Any:
        """The wire at a place."""
        return self.b.load(self.b.gep(self.addresses, [k]))

    def slot(self, wire: Any, offset: int) -> Any:
        """A slot of a wire."""
        return self.b.inttoptr(self.b.add(wire, LONG(offset)), LONG.as_pointer())

    def double(self, boxed: Any) -> Any:
        """The number in a float."""
        return self.call("PyFloat_AsDouble", boxed)

    def put(self, number: Any, slot: Any) -> None:
        """Put a double into a slot."""
        self._exchange(self.call("PyFloat_FromDouble", number), slot)

    def put_none(self, slot: Any) -> None:
        """Put None into a slot."""
        self.call("Py_IncRef", LONG(id(None)))
        self._exchange(LONG(id(None)), slot)

    def _exchange(self, thing: Any, slot: Any) -> None:
        old = self.b.load(slot)
        self.b.store(thing, slot)
        self.call("Py_DecRef", old)


def _write_read(module: Any, offset: int) -> None:
    """read(table, numbers)."""
    write = _Writer(module, "read", [POINTER])
    with write.loop as k:
        number = write.double(write.b.load(write.slot(write.wire(k), offset)))
        write.b.store(number, write.b.gep(write.arguments[0], [k]))
    write.b.ret_void()


def _write_clear(module: Any, offset: int) -> None:
    """clear(table)."""
    write = _Writer(module, "clear")
    with write.loop as k:
        write.put_none(write.slot(write.wire(k), offset))
    write.b.ret_void()


def _write_receive(module: Any, offset: int) -> None:
    """receive(table, sent, output, seed)."""
    write = _Writer(module, "receive", [POINTER, LONG, DOUBLE])
    b, (sent, output, seed), (before, had, changed) = write.b, write.arguments, write.kept
    total = b.alloca(DOUBLE)

    def keep(slot: Any, k: Any) -> Any:
        """Note the gradient that a wire has; gives whether it has one."""
        old = b.load(slot)
        is_there = b.icmp_unsigned("!=", old, LONG(id(None)))
        b.store(b.zext(is_there, LONG), b.gep(had, [k]))
        with b.if_then(is_there):
            b.store(write.double(old), b.gep(before, [k]))
        return is_there

    with write.loop as k:
        slot = write.slot(write.wire(k), offset)
        b.store(b.fmul(b.load(b.gep(sent, [k])), seed), total)
        with b.if_then(keep(slot, k)):
            b.store(b.fadd(b.load(total), b.load(b.gep(before, [k]))), total)
        write.put(b.load(total), slot)
    slot = write.slot(output, offset)
    keep(slot, write.count)
    b.store(output, b.gep(write.addresses, [write.count]))
    write.put(seed, slot)
    b.store(b.add(write.count, LONG(1)), changed)
    b.ret_void()


def _write_undo(module: Any, name: str, offset: int, more: int) -> None:
    """undo(table): nothing, if nothing has been changed.

    A gradient (there is one `more`, the output's) is None again where it was None; a number that
    was not moved stays.
    """
    write = _Writer(module, name, more=more)
    b, (before, had, changed) = write.b, write.kept
    nothing = b.icmp_signed("==", b.load(changed), LONG(0))
    with b.if_then(nothing):
        b.ret_void()
    with write.loop as k:
        slot = write.slot(write.wire(k), offset)
        is_there = b.icmp_signed("!=", b.load(b.gep(had, [k])), LONG(0))
        with b.if_else(is_there) as (there, gone):
            with there:
                write.put(b.load(b.gep(before, [k])), slot)
            with gone:
                if more:
                    write.put_none(slot)
    b.store(LONG(0), changed)
    b.ret_void()
