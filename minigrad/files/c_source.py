"""C as a dialect, in double or in float, and the functions that an exported circuit becomes.

>>> from minigrad.rules import Formula
>>> x = Formula.symbol("x")
>>> Code(c_dialect("float")).expression(2.0 * x / 3.0)
'((2.0f * x) / 3.0f)'

The code is C99, and C++ as it stands: no allocation, no global variables, no recursion. It has no
warnings under -Wall -Wextra -Wconversion -pedantic.
"""

from __future__ import annotations

import re
from functools import cache
from math import isfinite
from struct import pack, unpack
from typing import Final

from .dialects import Code, Dialect, named_alike
from .program import Program

REALS: Final = ("double", "float")
LARGEST_FLOAT: Final = 3.4028235677973366e38  # from here on a number rounds to an infinity

PRELUDE: Final = """\
/* C99, and C++. {accuracy} */
#include <math.h>

static inline {real} choose(int count, const {real} *choices, {real} index)
{{
    for (int i = 0; i < count; i++)
        if (index == ({real})i)
            return choices[i];
    return NAN;
}}

static inline {real} modulo({real} x, {real} y)
{{
    {real} rest = fmod{s}(x, y);
    if (rest == 0.0{s})
        return copysign{s}(rest, y);
    return (rest < 0.0{s}) != (y < 0.0{s}) ? rest + y : rest;
}}
"""
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
            "select": "choose({count}, {choices}, {index})",
            "abs": f"fabs{s}({{0}})",
            "erf": f"erf{s}({{0}})",
            "atan2": f"atan2{s}({{0}}, {{1}})",
            "round": f"rint{s}({{0}})",
            "mod": "modulo({0}, {1})",
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


def c_source(program: Program, real: str = "double") -> str:
    """The circuit as functions of C on arrays: outputs, gradients, and the Jacobian of several."""
    name, arguments = program.name, [program.names[wire] for wire in program.arguments]
    if real == "float":
        _check_numbers(program)
    code, symbols = Code(c_dialect(real)), program.symbols({})
    loads = [f"const {real} {argument} = inputs[{i}];" for i, argument in enumerate(arguments)]
    results = program.forward(code, symbols)
    stores = [f"outputs[{i}] = {text};" for i, text in enumerate(results)]
    forward = [*loads, *code.lines, *stores]
    program.backward(code, symbols)
    sent = [f"gradients[{i}] = g_{argument};" for i, argument in enumerate(arguments)]
    blank = " " * len(name)
    prelude = PRELUDE.format(real=real, s="f" if real == "float" else "", accuracy=ACCURACY[real])
    lines = [
        prelude,
        f"void {name}(const {real} *inputs, {real} *outputs)",
        *_body(forward, real, ["inputs"]),
        "",
        f"void {name}_gradients(const {real} *inputs, const {real} *upstream,",
        f"     {blank}           {real} *outputs, {real} *gradients)",
        *_body([*loads, *code.lines, *stores, *sent], real, ["inputs", "upstream", "gradients"]),
    ]
    if len(results) > 1:
        lines += ["", *_jacobian(name, real, len(results), len(arguments))]
    return "\n".join([*lines, ""])


def _body(lines: list[str], real: str, given: list[str]) -> list[str]:
    """A function's body; what nothing needs is named at its end, so that no compiler warns."""
    made = re.findall(rf"^(?:const )?{real} (\w+)", "\n".join(lines), re.MULTILINE)
    targets = rf"^ *(?:(?:const )?{real} )?(\w+)(?:\[\])? \+?= "
    read = set(re.findall(r"\w+", re.sub(targets, "", "\n".join(lines), flags=re.MULTILINE)))
    unused = [f"(void){name};" for name in [*given, *made] if name not in read]
    return ["{", *(f"    {line}" for line in [*lines, *unused]), "}"]


def _jacobian(name: str, real: str, outputs: int, inputs: int) -> list[str]:
    """Row by row: the gradients of one output after the other."""
    return [
        f"/* jacobian[i * {inputs} + j] is d outputs[i] / d inputs[j] */",
        f"void {name}_jacobian(const {real} *inputs, {real} *outputs, {real} *jacobian)",
        "{",
        f"    for (int i = 0; i < {outputs}; i++) {{",
        f"        {real} upstream[{outputs}] = {{0}};",
        "        upstream[i] = 1;",
        f"        {name}_gradients(inputs, upstream, outputs, jacobian + i * {inputs});",
        "    }",
        "}",
    ]


def _check_numbers(program: Program) -> None:
    for wire in program.fixed:
        if isfinite(wire.data) and abs(wire.data) >= LARGEST_FLOAT:
            raise ValueError(
                f"{wire.data!r} is beyond the range of a float (up to 3.4e38): export with "
                "real='double', or scale it down first"
            )
