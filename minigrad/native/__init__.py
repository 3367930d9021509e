"""The wing native."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any, Final

from .machine import has_native, machine, require_native

if TYPE_CHECKING:
    from .batch import NativeBatch, columns_of
    from .bits import sqrt
    from .blocks import Blocks
    from .example import Array, NativeTape
    from .kernels import POINTER
    from .lanes import Lanes
    from .operand import DOUBLE, LONG, VOID, Code, Native, emit_formula
    from .tiling import Tiling, arithmetic

__all__ = [
    "DOUBLE",
    "LONG",
    "POINTER",
    "VOID",
    "Array",
    "Blocks",
    "Code",
    "Lanes",
    "Native",
    "NativeBatch",
    "NativeTape",
    "Tiling",
    "arithmetic",
    "columns_of",
    "emit_formula",
    "has_native",
    "machine",
    "require_native",
    "sqrt",
]

# Loaded when first asked for: they need llvmlite, which is an extra.
_LATER: Final = {
    "Array": "example",
    "Blocks": "blocks",
    "Code": "operand",
    "DOUBLE": "operand",
    "LONG": "operand",
    "Lanes": "lanes",
    "Native": "operand",
    "NativeBatch": "batch",
    "NativeTape": "example",
    "POINTER": "kernels",
    "Tiling": "tiling",
    "VOID": "operand",
    "arithmetic": "tiling",
    "columns_of": "batch",
    "emit_formula": "operand",
    "sqrt": "bits",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = globals()[name] = getattr(_import_module(f".{_LATER[name]}", __name__), name)
    return thing
