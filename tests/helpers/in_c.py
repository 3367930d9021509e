"""Exported C compiled, without a warning, and called."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

COMPILERS = {"C99": ("gcc", "-std=c99", ".c"), "C++": ("g++", "-std=c++11", ".cpp")}
STRICT = ("-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-O1", "-ffp-contract=off")
NUMBERS = {"double": ctypes.c_double, "float": ctypes.c_float}


def compiled(sources: Sequence[str], compiler: str, folder: Path) -> Any:
    """A library of functions f0, f1, …, each of a source of its own."""
    program, standard, ending = COMPILERS[compiler]
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program}")
    files = [folder / f"f{i}{ending}" for i in range(len(sources))]
    for file, source in zip(files, sources):
        file.write_text(source if ending == ".c" else f'extern "C" {{\n{source}}}\n')
    library = folder / "all.so"
    subprocess.run(
        [program, standard, *STRICT, "-shared", "-fPIC", "-o", library, *files, "-lm"], check=True
    )
    return ctypes.CDLL(str(library))


def called(function: Any, real: str, *arrays: Sequence[float]) -> list[list[float]]:
    """What stands in each array after a call."""
    given = [(NUMBERS[real] * max(1, len(array)))(*array) for array in arrays]
    function(*given)
    return [list(array) for array in given]
