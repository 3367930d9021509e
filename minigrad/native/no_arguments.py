"""Native functions as Python callables that take no arguments: the shortest way from one to other.

ctypes needs 70 ns for a call without arguments and 120 more for each argument; a method of C's own
kind, which CPython calls directly, 20. This is one, in machine code. It uses CPython's stable
interface alone, no layout of an object, so it is the same for any version. Needs llvmlite.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import llvmlite.ir as ir

from .machine import address_in, machine
from .operand import LONG, POINTER, VOID

NO_ARGUMENTS: Final = 4  # CPython's METH_NOARGS
OBJECT: Final = ir.IntType(8).as_pointer()  # a PyObject*


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


class _Owner(tuple[Any, ...]):
    """What a callable keeps; CPython's error says under this name that it takes no arguments."""

    __slots__ = ()
    __qualname__ = "buffers"


def without_arguments(
    function: int, argument: int, kept: tuple[Any, ...], alone: bool = True
) -> Callable[[], None]:
    """A callable that calls the native function at an address with one argument, an address too.

    What is `kept` lives as long as the callable. Other threads wait meanwhile if it runs `alone`;
    else they go on, for 20 ns more.
    """
    table = (ctypes.c_int64 * 2)(function, argument)
    new_capsule, new_method = _makers()
    capsule = new_capsule(ctypes.addressof(table), None, None)
    method = _methods()[alone]  # the callable reads it to its end
    owner = _Owner((capsule, table, method, *kept))
    made: Callable[[], None] = new_method(ctypes.addressof(method), owner, None)
    return made


@cache
def _makers() -> tuple[Any, Any]:
    """CPython's own functions that make a capsule around an address, and a callable of a method."""
    any_object, address = ctypes.py_object, ctypes.c_void_p
    new_capsule = ctypes.PYFUNCTYPE(any_object, address, address, address)
    new_method = ctypes.PYFUNCTYPE(any_object, address, any_object, address)
    return (
        new_capsule(("PyCapsule_New", ctypes.pythonapi)),
        new_method(("PyCFunction_NewEx", ctypes.pythonapi)),
    )


@cache
def _methods() -> tuple[_Method, _Method]:
    """The methods that let other threads go on, and that do not; kept as long as the process."""
    module = ir.Module()
    for alone in (False, True):
        _write(module, f"call_{alone}", alone)
    addresses = machine().compile(module, ["call_False", "call_True"])
    first, second = (_Method(b"run", address, NO_ARGUMENTS, None) for address in addresses)
    return first, second


def _write(module: Any, name: str, alone: bool) -> None:
    """`object call(object self, object)`: self is a tuple, its first item a capsule."""
    method = ir.Function(module, ir.FunctionType(OBJECT, [OBJECT, OBJECT]), name)
    b = ir.IRBuilder(method.append_basic_block())
    in_python = {
        called: b.inttoptr(LONG(address_in(ctypes.pythonapi, called)), kind.as_pointer())
        for called, kind in {
            "PyTuple_GetItem": ir.FunctionType(OBJECT, [OBJECT, LONG]),
            "PyCapsule_GetPointer": ir.FunctionType(LONG.as_pointer(), [OBJECT, LONG]),
            "PyEval_SaveThread": ir.FunctionType(LONG, []),
            "PyEval_RestoreThread": ir.FunctionType(VOID, [LONG]),
            "Py_IncRef": ir.FunctionType(VOID, [LONG]),
        }.items()
    }
    capsule = b.call(in_python["PyTuple_GetItem"], [method.args[0], LONG(0)])
    table = b.call(in_python["PyCapsule_GetPointer"], [capsule, LONG(0)])
    address, argument = (b.load(b.gep(table, [LONG(place)])) for place in (0, 1))
    function = b.inttoptr(address, ir.FunctionType(VOID, [POINTER]).as_pointer())
    thread = None if alone else b.call(in_python["PyEval_SaveThread"], [])
    b.call(function, [b.inttoptr(argument, POINTER)])
    if thread is not None:
        b.call(in_python["PyEval_RestoreThread"], [thread])
    none = LONG(id(None))
    b.call(in_python["Py_IncRef"], [none])
    b.ret(b.inttoptr(none, OBJECT))
