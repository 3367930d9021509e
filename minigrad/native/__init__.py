"""The tape as machine code, made by LLVM; it needs the extra `native`, llvmlite and NumPy.

`machine` is LLVM at work, `operand` arithmetic that becomes instructions, for `formulas`;
`exponentials` and `elementary_functions` are exp, tanh, sin and the like, by `float_bits` or from
the `c_library`. `kernels` are loops over many operations of one kind (`dot_groups`), `schedule`
puts a tape into such runs, and `native_tape` runs them for one example, `function` in one native
call (`no_arguments`).

Many rows run in `batch_over_rows`: as straight-line code (`rows_in_lanes`) or run by run
(`rows_in_blocks`, with sums of products in tiles: `tiling`), which share `row_runner`, in one
native call (`batch_call`). `wire_slots` reads the numbers of many wires and writes their gradients.
`sweeps` are derivatives over a tape of gates, forward and back, in `sweep_steps` of
`sweep_kernels`.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any, Final

from .machine import function_at, has_native, is_at_work, machine, require_native, require_numpy

if TYPE_CHECKING:
    from .batch_over_rows import NativeBatch, columns_of
    from .float_bits import sqrt
    from .formulas import are_native, emit_formulas, is_native
    from .function import Memory, NativeFunction, OnNativeTape, native_function
    from .native_tape import NativeTape
    from .operand import DOUBLE, LONG, POINTER, VOID, Code, Native
    from .schedule import Array
    from .sweeps import CompressedSweep, Sweeps
    from .wire_slots import LeavesInSlots, WireSlots, has_slots, move_function

__all__ = [
    "DOUBLE",
    "LONG",
    "POINTER",
    "VOID",
    "Array",
    "Code",
    "CompressedSweep",
    "LeavesInSlots",
    "Memory",
    "Native",
    "NativeBatch",
    "NativeFunction",
    "NativeTape",
    "OnNativeTape",
    "Sweeps",
    "WireSlots",
    "are_native",
    "columns_of",
    "emit_formulas",
    "function_at",
    "has_native",
    "has_slots",
    "is_at_work",
    "is_native",
    "machine",
    "move_function",
    "native_function",
    "require_native",
    "require_numpy",
    "sqrt",
]

# Loaded when first asked for: llvmlite is an extra.
_LATER: Final = {
    "batch_over_rows": "NativeBatch columns_of",
    "float_bits": "sqrt",
    "formulas": "are_native emit_formulas is_native",
    "function": "Memory NativeFunction OnNativeTape native_function",
    "native_tape": "NativeTape",
    "operand": "DOUBLE LONG POINTER VOID Code Native",
    "schedule": "Array",
    "sweeps": "CompressedSweep Sweeps",
    "wire_slots": "LeavesInSlots WireSlots has_slots move_function",
}


def __getattr__(name: str) -> Any:
    home = next((file for file, names in _LATER.items() if name in names.split()), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = globals()[name] = getattr(_import_module(f".{home}", __name__), name)
    return thing
