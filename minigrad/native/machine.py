"""LLVM at work: intermediate code in, addresses of native functions out. Needs llvmlite.

Nothing here allows LLVM to change an answer: no fast-math, no contraction of x·y + z.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from threading import RLock
from typing import Any, ClassVar, Final, Generic, TypeVar

HOW_TO_INSTALL: Final = "pip install llvmlite numpy"

# what the tape calls in C's library; the same functions that Python's math module calls
LIBRARY: Final = (
    *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "erf", "exp"),
    *("expm1", "fmod", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "tan", "tanh"),
)


@cache
def has_native() -> bool:
    """Whether llvmlite and NumPy are installed."""
    try:
        import llvmlite.binding
        import numpy

        return bool(llvmlite.binding and numpy)
    except ImportError:
        return False


def require_native(executor: str) -> None:
    """Raise an ImportError that names the remedy where the extra is missing."""
    if has_native():
        return
    if sys.platform == "emscripten":
        raise ImportError(
            f"the executor {executor!r} needs llvmlite, which is not there for Python in the "
            "browser: executor='python' does without"
        )
    raise ImportError(
        f"the executor {executor!r} needs llvmlite and NumPy: {HOW_TO_INSTALL} "
        "(executor='python' does without)"
    )


def require_numpy(what: str) -> Any:
    """NumPy, or an ImportError that names the remedy."""
    try:
        import numpy
    except ImportError:
        raise ImportError(f"{what} needs NumPy: pip install numpy") from None
    return numpy


def address_in(library: Any, name: str) -> int:
    """The address of a function in a library of ctypes'."""
    address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
    assert address is not None
    return address


class Machine:
    """The processor's code generator, made once per process."""

    # of what is compiled once per process, by any machine: two threads may have made two
    _engines: ClassVar[list[Any]] = []

    def __init__(self) -> None:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.llvm = llvm
        self.cpu = llvm.get_host_cpu_name()
        self.features = llvm.get_host_cpu_features()
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        for name in LIBRARY:
            llvm.add_symbol(name, address_in(library, name))

    @property
    def width(self) -> int:
        """How many rows a vector of the lanes holds."""
        return 8 if self.features.get("avx512f") else 4

    def compile(self, module: Any, names: list[str], passes: bool = True) -> list[int]:
        """The addresses of the named functions of an llvmlite module, kept as long as the process.

        Without `passes` LLVM only selects instructions: straight-line code has little to gain.
        """
        engine = self.engine(module, passes)
        self._engines.append(engine)
        return [engine.get_function_address(name) for name in names]

    def engine(self, module: Any, passes: bool = True) -> Any:
        """The module as machine code, which is there as long as the engine is."""
        llvm = self.llvm
        target = llvm.Target.from_default_triple().create_target_machine(
            cpu=self.cpu, features=self.features.flatten(), opt=2 if passes else 1, jit=True
        )
        module.triple = llvm.get_process_triple()
        module.data_layout = str(target.target_data)
        parsed = llvm.parse_assembly(str(module))
        if passes:
            options = llvm.create_pipeline_tuning_options(speed_level=2)
            builder = llvm.create_pass_builder(target, options)
            builder.getModulePassManager().run(parsed, builder)
        engine = llvm.create_mcjit_compiler(parsed, target)
        engine.finalize_object()
        return engine


Key = TypeVar("Key", bound=Hashable)


class FunctionsOnce(Generic[Key]):
    """Native functions, each compiled once per process, those that are missing in one module.

    `define` writes the function of a key into a module, under the name that it is given.
    """

    def __init__(self, define: Callable[[Any, str, Key], None]) -> None:
        self._define = define
        self._addresses: dict[Key, int] = {}
        self._lock = RLock()

    def addresses(self, keys: Sequence[Key]) -> list[int]:
        """The addresses of their functions."""
        with self._lock:
            missing = {
                f"function_{i}": key
                for i, key in enumerate(dict.fromkeys(keys))
                if key not in self._addresses
            }
            if missing:
                import llvmlite.ir as ir

                module = ir.Module()
                for name, key in missing.items():
                    self._define(module, name, key)
                # written as they are to run: LLVM's passes would take most of the time, for nothing
                made = machine().compile(module, [*missing], passes=False)
                self._addresses.update(zip(missing.values(), made))
            return [self._addresses[key] for key in keys]


@cache
def machine() -> Machine:
    """The one machine of this process."""
    return Machine()


def is_at_work() -> bool:
    """Whether this process has made machine code already; to load LLVM takes a tenth of a second.

    >>> machine() is machine() and is_at_work()
    True
    """
    return machine.cache_info().currsize > 0


def function_at(address: int, count: int) -> Any:
    """A native function of so many addresses and whole numbers, to be called from Python."""
    return ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * count)(address)
