"""Writes the playground's gates.js from the table of gates: python tools/web/gates.py."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from minigrad.files import javascript_source
from minigrad.files.dialects import Code
from minigrad.rules import GATES, Formula, Gate, as_formula

TARGET: Final = Path(__file__).parents[2] / "minigrad/stepping/web/engine/gates.js"
FUNCTIONS: Final = TARGET.with_name("gate_functions.js")
JAVASCRIPT: Final = replace(
    javascript_source.JAVASCRIPT,
    assignment="const {0} = {1};",
    words={
        **{name: it for name, it in javascript_source.JAVASCRIPT.words.items() if name != "select"},
        "exp2": "power(2, {0})",
        "round": "roundHalfEven({0})",
        "maximum": "maximum([{all}])",
        "minimum": "minimum([{all}])",
        "normal_density": "(0.3989422804014327 * Math.exp(-0.5 * {0} * {0}))",
    },
)
# gates with any number of inputs: each has a function of its own in gate_functions.js
MANY: Final = {
    "sum": ("total", "xs.map(() => 1)"),
    "prod": ("product", "productsOfOthers(xs)"),
    "dot": ("dotProduct", "otherFactors(xs)"),
    "maximum": ("maximum", "sharesOf(xs, out)"),
    "minimum": ("minimum", "sharesOf(xs, out)"),
    "select": ("chosen", "choiceOf(xs)"),
    "logsumexp": ("logSumExp", "softShares(xs)"),
}
HEADER: Final = """\
// Made by tools/web/gates.py from the table of gates: do not edit.

import {{ {functions} }} from "./gate_functions.js";

/**
 * @typedef {{object}} Row
 * @property {{string}} name
 * @property {{string}} symbol what stands in the circle
 * @property {{string}} textName what it is called in a formula
 * @property {{string}} sentence what it does to a gradient
 * @property {{number | null}} arity null: any number of inputs
 * @property {{boolean}} routes it sends nothing to what it does not choose
 * @property {{number[]}} defaults of its last inputs
 * @property {{(xs: number[]) => number}} forward
 * @property {{(xs: number[], out: number) => number[]}} localGradients
 */

/** @type {{Record<string, Row>}} */
export const GATES = {{
"""


def row(gate: Gate) -> str:
    """The row of one gate."""
    told = {
        "name": gate.name,
        "symbol": gate.symbol,
        "textName": gate.text_name,
        "sentence": gate.sentence,
        "arity": gate.arity,
        "routes": gate.routes,
        "isDot": gate.is_dot,
        "constantInSymbol": gate.constant_in_symbol,
        "defaults": list(gate.defaults),
    }
    shown = ", ".join(f"{name}: {json.dumps(it, ensure_ascii=False)}" for name, it in told.items())
    forward, gradients = functions(gate)
    rules = f"forward: {forward},\n    localGradients: {gradients}"
    return f"  {gate.name}: {{ {shown},\n    {rules} }},\n"


def functions(gate: Gate) -> tuple[str, str]:
    """Its forward rule and its local gradients as functions of JavaScript."""
    if gate.arity is None:
        forward, gradients = MANY[gate.name]
        return forward, f"(xs, out) => {gradients}"
    names = "xyzuvw"[: gate.arity]
    symbols = [Formula.symbol(name) for name in names]
    given = f"[{', '.join(names)}]"
    value = code_of([computed(gate, symbols)], f"({given})")
    slopes = gate.local_gradient(*symbols, Formula.symbol("out"))
    return value.replace("return [", "return ", 1).replace("];", ";", 1), code_of(
        [as_formula(slope) for slope in slopes], f"({given}, out)"
    )


def computed(gate: Gate, symbols: list[Formula]) -> Formula:
    """The gate's value as a formula: a word of the language, or its rule."""
    if gate.name in JAVASCRIPT.words:
        return Formula("call", (gate, *symbols))
    return JAVASCRIPT.spelled_out(gate, symbols)


def code_of(results: list[Formula], parameters: str) -> str:
    """A function that returns the list of them; one alone is written without brackets."""
    code = Code(JAVASCRIPT)
    texts = [code.expression(result) for result in results]
    lines = " ".join([*code.lines, f"return [{', '.join(texts)}];"])
    return f"{parameters} => {{ {lines} }}"


def source() -> str:
    """The whole file."""
    body = "".join(row(gate) for gate in GATES.values())
    offered = re.findall(
        r"^export (?:const|function) (\w+)", FUNCTIONS.read_text("utf-8"), re.MULTILINE
    )
    used = [name for name in offered if f"{name}(" in body or f": {name}," in body]
    return HEADER.format(functions=", ".join(used)) + body + "};\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
