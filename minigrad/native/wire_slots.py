"""Numbers and gradients of many wires read and written by machine code: boxing without Python.

A loop of Python takes 19 ns to read a wire's number into an array and 27 to write its gradient, of
which a step of a small network does hundreds; these take 6 and 11. They use CPython's stable
interface alone, no layout of an object but where a wire has its two slots, which the engine finds
out. A loop is one call that no Ctrl-C interrupts: all is written, or nothing. Needs llvmlite.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from ..engine import Leaves, Value, offsets_of_slots
from .machine import machine
from .operand import DOUBLE, INT, LONG, POINTER, VOID, Code, Native

AN_OBJECT: Final = 16  # CPython's T_OBJECT_EX: the kind of a slot

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
    """

    def __init__(self, wires: Sequence[Value]) -> None:
        self.wires = list(wires)
        self._addresses = np.array(list(map(id, wires)), dtype=np.int64)
        self._all = self._addresses.ctypes.data, len(self._addresses)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies have the copied wires, which stand elsewhere."""
        return WireSlots, (self.wires,)

    def read_numbers(self, into: int) -> None:
        """Read their numbers into the array of doubles at an address."""
        _loops().read(*self._all, into)

    def clear_gradients(self) -> None:
        """Forget their gradients; the caller sees to it that no backward pass is at work."""
        _loops().clear(*self._all)

    def receive(self, output: Value, sent: int, seed: float) -> None:
        """Add to their gradients the seed times what is sent, doubles at an address.

        The output's own gradient is the seed.
        """
        _loops().receive(*self._all, sent, id(output), seed)

    def move(self, function: Any, rate: float, moved: ctypes.c_int64) -> None:
        """Give new numbers to the wires that have a gradient, by a `move_function`.

        `moved` says at any time, whatever has interrupted, how many were given one.
        """
        function(*self._all, rate, ctypes.addressof(moved))


class LeavesInSlots(Leaves):
    """Leaves to which machine code sends gradients, where these stand in an `array` of doubles."""

    def __new__(cls, wires: Sequence[Value]) -> LeavesInSlots:
        """The wires, in order, and where they have their slots."""
        made = super().__new__(cls, wires)
        made.by_machine_code = WireSlots(wires).receive
        return made

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
    >>> w.grad, moved = 10.0, ctypes.c_int64(0)
    >>> WireSlots([w, v]).move(move_function(lambda p, g, lr: p - lr * g), 0.125, moved)
    >>> w.data, v.data, moved.value
    (0.75, 3.0, 1)
    """
    module, slots = ir.Module(), _loops()
    write = _Writer(module, "move", [DOUBLE, LONG.as_pointer()])
    b, code, (rate, moved) = write.b, Code(write.b, 1), write.arguments
    with write.loop as k:
        wire = write.wire(k)
        gradient = write.call("PyMember_GetOne", wire, LONG(slots.gradient))
        with b.if_then(b.icmp_unsigned("!=", gradient, LONG(id(None)))):
            number = write.call("PyMember_GetOne", wire, LONG(slots.number))
            doubles = [write.call("PyFloat_AsDouble", boxed) for boxed in (number, gradient)]
            write.call("Py_DecRef", number)
            inputs = [Native(code, number) for number in (*doubles, rate)]
            write.put(new_number(*inputs).value, wire, LONG(slots.number))
            b.store(b.add(b.load(moved), LONG(1)), moved)
        write.call("Py_DecRef", gradient)
    b.ret_void()
    (address,) = machine().compile(module, ["move"], passes=False)
    whole = ctypes.c_int64
    return ctypes.PYFUNCTYPE(None, whole, whole, ctypes.c_double, whole)(address)


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
        read, clear, receive = machine().compile(module, ["read", "clear", "receive"], passes=False)
        whole = ctypes.c_int64
        # these hold Python's lock, and raise what CPython's functions raise
        self.read = ctypes.PYFUNCTYPE(None, *[whole] * 3)(read)
        self.clear = ctypes.PYFUNCTYPE(None, *[whole] * 2)(clear)
        self.receive = ctypes.PYFUNCTYPE(None, *[whole] * 4, ctypes.c_double)(receive)


_loops: Final[Callable[[], _Loops]] = cache(_Loops)


class _Writer:
    """Writes one loop over the addresses of wires."""

    def __init__(self, module: Any, name: str, more: Sequence[Any] = ()) -> None:
        kind = ir.FunctionType(VOID, [LONG.as_pointer(), LONG, *more])
        function = ir.Function(module, kind, name)
        self.addresses, self.count, *self.arguments = function.args
        self.b = ir.IRBuilder(function.append_basic_block())
        self.loop = Code(self.b, 1).loop(self.count)

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
    """receive(addresses, count, sent, output, seed)."""
    write = _Writer(module, "receive", [POINTER, LONG, DOUBLE])
    b, (sent, output, seed) = write.b, write.arguments
    total = b.alloca(DOUBLE)
    with write.loop as k:
        wire = write.wire(k)
        b.store(b.fmul(b.load(b.gep(sent, [k])), seed), total)
        old = write.call("PyMember_GetOne", wire, LONG(slot))
        with b.if_then(b.icmp_unsigned("!=", old, LONG(id(None)))):
            b.store(b.fadd(b.load(total), write.call("PyFloat_AsDouble", old)), total)
        write.call("Py_DecRef", old)
        write.put(b.load(total), wire, LONG(slot))
    write.put(seed, output, LONG(slot))
    b.ret_void()
