"""Numbers and gradients of many wires read and written by machine code: boxing without Python.

A loop of Python takes 19 ns to read a wire's number into an array and 27 to write its gradient, of
which a step of a small network does hundreds; these take 6 and 11. They use CPython's stable
interface alone, no layout of an object but where a wire has its two slots, which the engine finds
out. A loop is one call that no Ctrl-C interrupts. Needs llvmlite.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from ..engine import Leaves, Value, offsets_of_slots
from ..rules import described
from .machine import machine
from .operand import DOUBLE, INT, LONG, POINTER, VOID, Code, Native

AN_OBJECT: Final = 16  # CPython's T_OBJECT_EX: the kind of a slot

# What was before a change: numbers, whether there were any, and how many wires were changed.
KEPT: Final = (POINTER, LONG.as_pointer(), LONG.as_pointer())

# CPython's functions, with what they give and take: objects pass as addresses.
IN_PYTHON: Final = {
    "PyMember_GetOne": (LONG, [LONG, LONG]),
    "PyMember_SetOne": (INT, [LONG, LONG, LONG]),
    "PyFloat_AsDouble": (DOUBLE, [LONG]),
    "PyFloat_FromDouble": (LONG, [DOUBLE]),
    "Py_DecRef": (VOID, [LONG]),
}


class _Slot(ctypes.Structure):
    """CPython's PyMemberDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("kind", ctypes.c_int),
        ("offset", ctypes.c_ssize_t),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


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
        self._all = self._addresses.ctypes.data, len(self.wires)
        kept = self._before.ctypes.data, self._had.ctypes.data, ctypes.addressof(self.changed)
        self._all_kept = *self._all, *kept
        # of the address of what is sent, the output's, and the seed: adds to the gradients the seed
        # times what is sent; the output's own gradient is the seed
        self.receive = partial(_loops().receive, *self._all_kept)
        self.undo_receive = partial(_loops().undo_receive, *self._all_kept)
        self.undo_move = partial(_loops().undo_move, *self._all_kept)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies have the copied wires, which stand elsewhere."""
        return WireSlots, (self.wires,)

    def read_numbers(self, into: int) -> None:
        """Read their numbers into the array of doubles at an address."""
        _loops().read(*self._all, into)

    def clear_gradients(self) -> None:
        """Forget their gradients; the caller sees to it that no backward pass is at work."""
        _loops().clear(*self._all)

    def move(self, function: Any, rate: float) -> None:
        """Give new numbers to the wires that have a gradient, by a `move_function`."""
        function(*self._all_kept, rate)


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


Move = Callable[[Native, Native, Native], Native]


def move_function(new_number: Move) -> Any:
    """The native function for `WireSlots.move`, from that of a number, its gradient and the rate.

    >>> w, v = Value(2.0), Value(3.0)
    >>> w.grad, slots = 10.0, WireSlots([w, v])
    >>> slots.move(move_function(lambda p, g, lr: p - lr * g), 0.125)
    >>> w.data, v.data, slots.changed[0]
    (0.75, 3.0, 1)
    >>> slots.undo_move(); w.data
    2.0
    """
    module, slots = ir.Module(), _loops()
    write = _Writer(module, "move", [*KEPT, DOUBLE])
    b, code, (before, had, changed, rate) = write.b, Code(write.b, 1), write.arguments
    b.store(LONG(0), changed)
    with write.loop as k:
        wire = write.wire(k)
        gradient = write.call("PyMember_GetOne", wire, LONG(slots.gradient))
        is_there = b.icmp_unsigned("!=", gradient, LONG(id(None)))
        b.store(b.zext(is_there, LONG), b.gep(had, [k]))
        with b.if_then(is_there):
            number = write.call("PyMember_GetOne", wire, LONG(slots.number))
            doubles = [write.call("PyFloat_AsDouble", boxed) for boxed in (number, gradient)]
            write.call("Py_DecRef", number)
            inputs = [Native(code, number) for number in (*doubles, rate)]
            b.store(doubles[0], b.gep(before, [k]))
            write.put(new_number(*inputs).value, wire, LONG(slots.number))
            b.store(b.add(b.load(changed), LONG(1)), changed)
        write.call("Py_DecRef", gradient)
    b.ret_void()
    (address,) = machine().compile(module, ["move"], passes=False)
    return ctypes.PYFUNCTYPE(None, *[ctypes.c_int64] * 5, ctypes.c_double)(address)


class _Loops:
    """The native loops, and CPython's descriptions of the two slots, which they read."""

    def __init__(self) -> None:
        offsets = offsets_of_slots()
        assert offsets is not None
        self._slots = [_Slot(b"slot", AN_OBJECT, offset, 0, None) for offset in offsets]
        self.number, self.gradient = map(ctypes.addressof, self._slots)
        module = ir.Module()
        _write_read(module, self.number)
        _write_clear(module, self.gradient)
        _write_receive(module, self.gradient)
        _write_undo(module, "undo_receive", self.gradient, 1)
        _write_undo(module, "undo_move", self.number, 0)
        names = ["read", "clear", "receive", "undo_receive", "undo_move"]
        read, clear, receive, *undo = machine().compile(module, names, passes=False)
        whole = ctypes.c_int64
        # these hold Python's lock, and raise what CPython's functions raise
        self.read = ctypes.PYFUNCTYPE(None, *[whole] * 3)(read)
        self.clear = ctypes.PYFUNCTYPE(None, *[whole] * 2)(clear)
        self.receive = ctypes.PYFUNCTYPE(None, *[whole] * 7, ctypes.c_double)(receive)
        self.undo_receive, self.undo_move = map(ctypes.PYFUNCTYPE(None, *[whole] * 5), undo)


_loops: Final[Callable[[], _Loops]] = cache(_Loops)


class _Writer:
    """Writes one loop over the addresses of wires."""

    def __init__(self, module: Any, name: str, kinds: Sequence[Any] = (), more: int = 0) -> None:
        kind = ir.FunctionType(VOID, [LONG.as_pointer(), LONG, *kinds])
        function = ir.Function(module, kind, name)
        self.addresses, self.count, *self.arguments = function.args
        self.b = ir.IRBuilder(function.append_basic_block())
        self.more = more

    @property
    def loop(self) -> Any:
        """The loop over the wires, and so many more addresses behind them."""
        return Code(self.b, 1).loop(self.b.add(self.count, LONG(self.more)))

    def call(self, name: str, *operands: Any) -> Any:
        """Call a function of CPython's."""
        address = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value
        kind = ir.FunctionType(*IN_PYTHON[name])
        return self.b.call(self.b.inttoptr(LONG(address), kind.as_pointer()), operands)

    def wire(self, k: Any) -> Any:
        """The wire at a place."""
        return self.b.load(self.b.gep(self.addresses, [k]))

    def put(self, number: Any, wire: Any, slot: Any) -> None:
        """Put a double into a slot of a wire."""
        boxed = self.call("PyFloat_FromDouble", number)
        self.call("PyMember_SetOne", wire, slot, boxed)
        self.call("Py_DecRef", boxed)


def _write_read(module: Any, slot: int) -> None:
    """read(addresses, count, numbers)."""
    write = _Writer(module, "read", [POINTER])
    with write.loop as k:
        boxed = write.call("PyMember_GetOne", write.wire(k), LONG(slot))
        number = write.call("PyFloat_AsDouble", boxed)
        write.b.store(number, write.b.gep(write.arguments[0], [k]))
        write.call("Py_DecRef", boxed)
    write.b.ret_void()


def _write_clear(module: Any, slot: int) -> None:
    """clear(addresses, count)."""
    write = _Writer(module, "clear")
    with write.loop as k:
        write.call("PyMember_SetOne", write.wire(k), LONG(slot), LONG(id(None)))
    write.b.ret_void()


def _write_receive(module: Any, slot: int) -> None:
    """receive(addresses, count, before, had, changed, sent, output, seed)."""
    write = _Writer(module, "receive", [*KEPT, POINTER, LONG, DOUBLE])
    b, (before, had, changed, sent, output, seed) = write.b, write.arguments
    total = b.alloca(DOUBLE)

    def keep(wire: Any, k: Any) -> Any:
        """Note the gradient that a wire has; gives whether it has one."""
        old = write.call("PyMember_GetOne", wire, LONG(slot))
        is_there = b.icmp_unsigned("!=", old, LONG(id(None)))
        b.store(b.zext(is_there, LONG), b.gep(had, [k]))
        with b.if_then(is_there):
            b.store(write.call("PyFloat_AsDouble", old), b.gep(before, [k]))
        write.call("Py_DecRef", old)
        return is_there

    with write.loop as k:
        wire = write.wire(k)
        b.store(b.fmul(b.load(b.gep(sent, [k])), seed), total)
        with b.if_then(keep(wire, k)):
            b.store(b.fadd(b.load(total), b.load(b.gep(before, [k]))), total)
        write.put(b.load(total), wire, LONG(slot))
    keep(output, write.count)
    b.store(output, b.gep(write.addresses, [write.count]))
    write.put(seed, output, LONG(slot))
    b.store(b.add(write.count, LONG(1)), changed)
    b.ret_void()


def _write_undo(module: Any, name: str, slot: int, more: int) -> None:
    """undo(addresses, count, before, had, changed): nothing, if nothing has been changed.

    A gradient (there is one `more`, the output's) is None again where it was None; a number that
    was not moved stays.
    """
    write = _Writer(module, name, KEPT, more)
    b, (before, had, changed) = write.b, write.arguments
    nothing = b.icmp_signed("==", b.load(changed), LONG(0))
    with b.if_then(nothing):
        b.ret_void()
    with write.loop as k:
        is_there = b.icmp_signed("!=", b.load(b.gep(had, [k])), LONG(0))
        with b.if_else(is_there) as (there, gone):
            with there:
                write.put(b.load(b.gep(before, [k])), write.wire(k), LONG(slot))
            with gone:
                if more:
                    write.call("PyMember_SetOne", write.wire(k), LONG(slot), LONG(id(None)))
    b.store(LONG(0), changed)
    b.ret_void()
