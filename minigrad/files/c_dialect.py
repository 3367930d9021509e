"""C as a dialect, in double or in float.

>>> from minigrad.rules import Formula
>>> x = Formula.symbol("x")
>>> from minigrad.files.dialects import Code
>>> Code(c_dialect("float")).expression(2.0 * x / 3.0)
'((2.0f * x) / 3.0f)'
"""

from __future__ import annotations

from functools import cache
from struct import pack, unpack
from typing import Final

from .dialects import Dialect, named_alike

REALS: Final = ("double", "float")
LARGEST_FLOAT: Final = 3.4028235677973366e38  # from here on a number rounds to an infinity

HEAD: Final = """\
/* C99, and C++. {accuracy} */
#include <math.h>
"""
CALLED: Final = {  # each where it is called, and once: sources may be joined to one file
    "choose": """\
static inline {real} choose{s}(int count, const {real} *choices, {real} index)
{{
    for (int i = 0; i < count; i++)
        if (index == ({real})i)
            return choices[i];
    return NAN;
}}
""",
    "modulo": """\
static inline {real} modulo{s}({real} x, {real} y)
{{
    {real} rest = fmod{s}(x, y);
    if (rest == 0.0{s})
        return copysign{s}(rest, y);
    return (rest < 0.0{s}) != (y < 0.0{s}) ? rest + y : rest;
}}
""",
}
ACCURACY: Final = {
    "double": "The results are the engine's to the last bit, but for the last bits of exp,\n"
    "   log, … in another library; with gcc or clang compile with -ffp-contract=off.",
    "float": "Single precision: about 7 digits of the engine's, fewer where digits cancel.",
}


@cache
def c_dialect(real: str) -> Dialect:
    """C whose numbers are of this type."""
    s = "f" if real == "float" else ""
    return Dialect(
        "C",
        assignment=f"{real} {{0}} = {{1}};",
        choice="({0} ? {1} : {2})",
        division="({0} / {1})",
        power=f"pow{s}({{0}}, {{1}})",
        infinity="INFINITY",
        not_a_number="NAN",
        words={
            **{name: text.replace("(", f"{s}(", 1) for name, text in named_alike("").items()},
            "select": f"choose{s}({{count}}, {{choices}}, {{index}})",
            "abs": f"fabs{s}({{0}})",
            "erf": f"erf{s}({{0}})",
            "atan2": f"atan2{s}({{0}}, {{1}})",
            "round": f"rint{s}({{0}})",
            "mod": f"modulo{s}({{0}}, {{1}})",
            "exp2": f"exp2{s}({{0}})",
            "normal_density": f"(0.3989422804014327{s} * exp{s}(-0.5{s} * {{0}} * {{0}}))",
            "normal_cdf": f"(0.5{s} * erfc{s}(-0.7071067811865476{s} * {{0}}))",
        },
        block=(f"if ({{0}} != 0.0{s}) {{{{", "}}"),
        end=";",
        array=f"const {real} {{0}}[] = {{{{{{1}}}}}};",
        number=single_precision if s else repr,
    )


def single_precision(number: float) -> str:
    """A finite number as a float of C: rounded, and with as many digits as that has.

    >>> single_precision(0.1), single_precision(2.0), single_precision(1e300)
    ('0.1f', '2.0f', 'INFINITY')
    """
    if abs(number) >= LARGEST_FLOAT:
        return "INFINITY" if number > 0.0 else "-INFINITY"
    rounded: float = unpack("f", pack("f", number))[0]
    texts = (f"{rounded:.{digits}g}" for digits in range(1, 10))
    text = next(text for text in texts if unpack("f", pack("f", float(text)))[0] == rounded)
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"


def with_prelude(real: str, body: str) -> str:
    """The functions behind what they stand on: the header, and gates that C has no word for."""
    s = "f" if real == "float" else ""
    parts = [HEAD.format(accuracy=ACCURACY[real])]
    for name, text in CALLED.items():
        if f"{name}{s}(" in body:
            guard = f"MINIGRAD_{name.upper()}{s.upper()}"
            function = text.format(real=real, s=s)
            parts.append(f"#ifndef {guard}\n#define {guard}\n{function}#endif\n")
    return "\n".join([*parts, body])
