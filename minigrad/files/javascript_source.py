"""JavaScript: its dialect, the module that a circuit becomes, and its TypeScript declaration.

>>> print(javascript_prelude("let v0 = modulo(x, y);"))
// Python's %: with the sign of y.
function modulo(x, y) {
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 !== y < 0 ? rest + y : rest;
}
<BLANKLINE>
<BLANKLINE>
<BLANKLINE>
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

from .dialects import Code, Dialect, definitions_for, indented, named_alike
from .program import Program

JAVASCRIPT: Final = Dialect(
    "JavaScript",
    assignment="let {0} = {1};",
    choice="({0} ? {1} : {2})",
    division="({0} / {1})",
    power="power({0}, {1})",
    infinity="Infinity",
    not_a_number="NaN",
    words={
        **named_alike("Math."),
        "maximum": "Math.max({all})",
        "minimum": "Math.min({all})",
        "select": "choose([{choices}], {index})",
        "abs": "Math.abs({0})",
        "erf": "erf({0})",
        "atan2": "Math.atan2({0}, {1})",
        "round": "nearest({0})",
        "mod": "modulo({0}, {1})",
        "normal_density": "normalDensity({0})",
        "normal_cdf": "normalCdf({0})",
    },
    block=("if ({0} !== 0) {{", "}}"),
    end=";",
)


def javascript_source(program: Program) -> str:
    """The circuit as an ES module: a function of its outputs, one of outputs and gradients."""
    name, arguments = program.name, program.argument_names
    code = Code(JAVASCRIPT)
    results = program.forward(code)
    array = f"[{', '.join(results)}]"
    forward = [*code.lines, f"return {results[0] if len(results) == 1 else array};"]
    program.backward(code)
    ones = f"upstream = [{', '.join(['1'] * len(results))}]"
    sent = ", ".join(f"g_{argument}" for argument in arguments)
    body = [
        f"export function {name}({', '.join(arguments)}) {{",
        *indented(forward),
        "}",
        "",
        f"export function {name}_gradients({', '.join([*arguments, ones])}) {{",
        *indented([*code.lines, f"return [{array}, [{sent}]];"]),
        "}",
    ]
    return javascript_prelude("\n".join(body)) + "\n".join([*body, ""])


def javascript_prelude(body: str) -> str:
    """The functions of `javascript/kernels.js` that the code uses, as source text."""
    called = r"(?<![.\w])[A-Za-z_]\w*(?=\()"
    return "".join(f"{text}\n\n" for text in definitions_for(body, _definitions(), called))


@cache
def _definitions() -> dict[str, str]:
    """What kernels.js defines, by name, each with the comment above it."""
    source = (files(__package__) / "javascript" / "kernels.js").read_text(encoding="utf-8")
    functions = re.finditer(r"(?:^//.*\n)*^function (\w+)[\s\S]*?^}\n", source, re.MULTILINE)
    return {function[1]: function[0] for function in functions}


def typescript_source(program: Program) -> str:
    """What the module holds, for TypeScript.

    >>> from minigrad.engine import Value
    >>> print(typescript_source(Program(Value(2.0, label="x").exp(), "f")))
    export declare function f(x: number): number;
    export declare function f_gradients(
      x: number,
      upstream?: [number],
    ): [outputs: [number], gradients: [number]];
    <BLANKLINE>
    """
    name, arguments = program.name, program.argument_names
    typed = [f"{argument}: number" for argument in arguments]
    several, sent = (_numbers(len(each)) for each in (program.outputs, typed))
    lines = [
        f"export declare function {name}({', '.join(typed)}): "
        f"{'number' if len(program.outputs) == 1 else several};",
        f"export declare function {name}_gradients(",
        *(f"  {argument}," for argument in [*typed, f"upstream?: {several}"]),
        f"): [outputs: {several}, gradients: {sent}];",
    ]
    return "\n".join([*lines, ""])


def _numbers(count: int) -> str:
    return f"[{', '.join(['number'] * count)}]"


def as_script(thing: Any, separators: tuple[str, str] = (",", ":")) -> str:
    """Data as a literal of JavaScript that cannot end the script it stands in.

    >>> print(as_script("</script>&\u2028"))
    "\\u003c/script\\u003e\\u0026\\u2028"
    """
    text = json.dumps(thing, separators=separators, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
