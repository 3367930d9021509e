"""The functions of C that an exported circuit becomes.

The code is C99, and C++ as it stands: no allocation, no global variables, no recursion. It has no
warnings under -Wall -Wextra -Wconversion -pedantic. A short circuit has a line for every gate, as
here; a long one becomes loops, see `c_loops`.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Final

from .c_dialect import LARGEST_FLOAT, c_dialect, with_prelude
from .c_loops import CLoops
from .dialects import Code
from .program import Program

SHORT: Final = 100  # gates that are written out in any case
LONG: Final = 2_000  # beyond them they never are


def c_source(program: Program, real: str = "double") -> str:
    """The circuit as functions of C on arrays: outputs, gradients, and the Jacobian of several."""
    name, arguments = program.name, program.argument_names
    if real == "float":
        _check_numbers(program)
    jacobian = _jacobian(name, real, len(program.outputs), len(arguments))
    if len(program.gates) > SHORT:
        loops = CLoops(program, real)
        if len(program.gates) > min(LONG, 2 * loops.node_count):
            return loops.source(jacobian)
    code = Code(c_dialect(real))
    loads = [f"const {real} {argument} = inputs[{i}];" for i, argument in enumerate(arguments)]
    results = program.forward(code)
    stores = [f"outputs[{i}] = {text};" for i, text in enumerate(results)]
    forward = [*loads, *code.lines, *stores]
    program.backward(code)
    sent = [f"gradients[{i}] = g_{argument};" for i, argument in enumerate(arguments)]
    blank = " " * len(name)
    lines = [
        f"void {name}(const {real} *inputs, {real} *outputs)",
        *_body(forward, real, ["inputs"]),
        "",
        f"void {name}_gradients(const {real} *inputs, const {real} *upstream,",
        f"     {blank}           {real} *outputs, {real} *gradients)",
        *_body([*loads, *code.lines, *stores, *sent], real, ["inputs", "upstream", "gradients"]),
    ]
    return with_prelude(real, "\n".join([*lines, *(["", *jacobian] if jacobian else []), ""]))


def _body(lines: list[str], real: str, given: list[str]) -> list[str]:
    """A function's body; what nothing needs is named at its end, so that no compiler warns."""
    made = re.findall(rf"^(?:const )?{real} (\w+)", "\n".join(lines), re.MULTILINE)
    targets = rf"^ *(?:(?:const )?{real} )?(\w+)(?:\[\])? \+?= "
    read = set(re.findall(r"\w+", re.sub(targets, "", "\n".join(lines), flags=re.MULTILINE)))
    unused = [f"(void){name};" for name in [*given, *made] if name not in read]
    return ["{", *(f"    {line}" for line in [*lines, *unused]), "}"]


def _jacobian(name: str, real: str, outputs: int, inputs: int) -> list[str]:
    """Row by row: the gradients of one output after the other."""
    if outputs == 1:
        return []
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
