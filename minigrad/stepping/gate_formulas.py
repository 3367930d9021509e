"""The formulas of the table of gates, for the pages that write them without Python.

>>> formulas_of(GATES["tanh"])["local"]
{'1': [['-', 1.0, ['*', 'out', 'out']]]}

A formula is a number, "0", "1", … for an input, "out" for the output, or a list: an operation and
its parts, `["call", gate, …]`, `["symbol", text]`. `forward` is there where a gate is written with
an operator, else it is a call. `local` has the local gradients for each number of inputs, as a
text book writes them.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any, Final

from ..rules import GATES, Formula, Gate

MOST_INPUTS: Final = 6  # of a gate that takes any number; of more, the pattern of these
HEADER: Final = "// Made by tools/web/gates.py from the table of gates: do not edit.\n"

Tree = Any


def gate_formulas() -> str:
    """The module of JavaScript that holds the formulas of all gates."""
    rows = {gate.name: formulas_of(gate) for gate in GATES.values() if gate.has_rules}
    lines = [f"  {json.dumps(name)}: {_written(row)},\n" for name, row in rows.items()]
    return f"{HEADER}\nexport const FORMULAS = {{\n{''.join(lines)}}};\n"


def formulas_of(gate: Gate) -> dict[str, Tree]:
    """The formulas of one gate."""
    counts = [gate.arity] if gate.arity is not None else range(1, MOST_INPUTS + 1)
    found: dict[str, Tree] = {"local": {}}
    for count in filter(gate.accepts, counts):
        parts = gate.shown_local_formulas([str(place) for place in range(count)], "out")
        found["local"][str(count)] = list(map(_tree, parts))
    if gate.dunder:
        inputs = [Formula.symbol(str(place)) for place in range(gate.arity or 0)]
        found["forward"] = _tree(gate.shown_formula(*inputs))
    return found


def _tree(formula: Formula) -> Tree:
    operation, parts = formula.operation, formula.operands
    if operation == "symbol":
        text = parts[0]
        return text if text == "out" or text.isdecimal() else ["symbol", text]
    if operation == "number":
        return parts[0]
    if operation == "call":
        return ["call", parts[0].name, *map(_tree, parts[1:])]
    if operation == "*" and parts[0] is parts[1] and parts[0].operation != "symbol":
        return ["square", _tree(parts[0])]
    return [operation, *map(_tree, parts)]


def _written(tree: Tree) -> str:
    """The tree as JavaScript: JSON, but for the numbers that JSON has not."""
    if isinstance(tree, dict):
        return f"{{{', '.join(f'{json.dumps(k)}: {_written(part)}' for k, part in tree.items())}}}"
    if isinstance(tree, list):
        return f"[{', '.join(map(_written, tree))}]"
    if isinstance(tree, float) and isfinite(tree):
        return str(int(tree)) if tree.is_integer() else repr(tree)
    if isinstance(tree, float):
        return "NaN" if tree != tree else "Infinity" if tree > 0.0 else "-Infinity"
    return json.dumps(tree, ensure_ascii=False)
