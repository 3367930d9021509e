"""Names in exported code: plain in every language, and never those that the code itself uses.

>>> plain_names(["w₁₁¹", "lambda", "x", "x", "v0", '"); evil("'], taken={"f"})
['w', 'x_lambda', 'x', 'x_2', 'x_v0', 'evil']
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from typing import Any, Final

from ..rules import bell_curve, ieee

RESERVED: Final = {
    *keyword.kwlist,
    *("math", "torch", "divide", "power", "upstream", "gradients", "outputs", "inputs"),
    *("double", "float", "int", "if", "else", "for", "while", "do", "return", "const", "void"),
    *("static", "struct", "switch", "case", "default", "char", "long", "short", "auto", "main"),
    *("exp", "log", "sqrt", "sin", "cos", "tanh", "pow", "fabs", "erfc", "log1p", "choose"),
    *("exp2", "fmod", "rint", "copysign"),
    *("register", "signed", "unsigned", "sizeof", "typedef", "union", "volatile", "extern"),
    *("enum", "goto", "inline", "restrict", "INFINITY", "NAN", "NULL"),
    *("params", "constants", "rows", "dtype", "named", "mean", "gradient", "array", "len"),
    *("jax", "jnp", "np", "flat", "by_name", "places", "repeated", "padded", "chosen"),
    *("Math", "Number", "Object", "Infinity", "NaN", "RangeError", "undefined", "null", "true"),
    *("false", "this", "super", "new", "var", "let", "function", "typeof", "instanceof", "delete"),
    *("export", "throw", "catch", "debugger", "extends", "implements", "interface", "package"),
    *("private", "protected", "public", "eval", "arguments", "nearest", "modulo", "scaled"),
    *("curvature", "mills", "bell", "tail", "normalDensity", "normalCdf"),
    *vars(ieee),
    *vars(bell_curve),
}
OWN: Final = re.compile(r"[tvcga]\d*|[gr]_.*|TABLE_\d+")  # what the code calls its own variables


def checked_name(name: Any) -> str:
    """The name of an exported function, or a ValueError."""
    if (
        not isinstance(name, str)
        or not name.isidentifier()
        or not name.isascii()
        or name in RESERVED
        or OWN.fullmatch(name)
    ):
        raise ValueError(f"the name of the function must be a plain identifier, got {name!r}")
    return name


def plain_names(texts: Sequence[Any], taken: set[str]) -> list[str]:
    """A plain name for each text, as close to it as every language allows, each another one."""
    names: list[str] = []
    used = set(taken)
    for i, text in enumerate(texts):
        stem = re.sub(r"[^A-Za-z0-9]+", "_", str(text or "")).strip("_")[:40] or f"x{i}"
        if not stem[0].isalpha() or OWN.fullmatch(stem) or stem in RESERVED:
            stem = f"x_{stem}"
        name, count = stem, 1
        while name in used:
            count += 1
            name = f"{stem}_{count}"
        used.add(name)
        names.append(name)
    return names
