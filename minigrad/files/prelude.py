"""What exported code stands on: the total arithmetic of `ieee`, and its like in C."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from typing import Final

from ..rules import bell_curve, ieee

C_PRELUDE: Final = """\
/* C99. The results are the engine's to the last bit, but for the last bits of exp, log, … in
   another library; with gcc or clang compile with -ffp-contract=off. */
#include <math.h>

static inline double choose(int count, const double *choices, double index)
{
    for (int i = 0; i < count; i++)
        if (index == i)
            return choices[i];
    return NAN;
}
"""


def python_prelude(body: str) -> str:
    """The imports and the functions on floats that Python code uses, as source text.

    >>> print(python_prelude("y = exp(x)"))
    import math
    <BLANKLINE>
    inf = math.inf
    <BLANKLINE>
    def exp(x):
        try:
            return math.exp(x)
        except OverflowError:
            return inf
    <BLANKLINE>
    <BLANKLINE>
    <BLANKLINE>
    """
    definitions = _definitions()
    needed: set[str] = set()
    waiting = [body]
    while waiting:
        for name in set(re.findall(r"[A-Za-z_]\w*", waiting.pop())) - needed:
            if name in definitions:
                needed.add(name)
                waiting.append(definitions[name])
    parts = [text for name, text in definitions.items() if name in needed]
    return "\n\n".join(["import math", *parts]) + "\n\n\n"


@cache
def _definitions() -> dict[str, str]:
    """What `ieee` and `bell_curve` define, by name, without comments."""
    found: dict[str, str] = {}
    modules = ast.parse(inspect.getsource(ieee) + inspect.getsource(bell_curve))
    for node in modules.body:
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
            node.returns = None
            for argument in [*node.args.args, *filter(None, [node.args.vararg])]:
                argument.annotation = None
            found[node.name] = ast.unparse(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.unparse(node)
    return found
