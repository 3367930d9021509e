"""Python: its dialect, and the functions that a circuit becomes, which need Python alone."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from typing import Final

from ..rules import GATES, bell_curve, ieee
from .dialects import Code, Dialect, definitions_for, indented
from .program import Program

# the functions on floats, which the exported module brings along
_KERNELS: Final = {**vars(ieee), **vars(bell_curve)}

PYTHON: Final = Dialect(
    "Python",
    assignment="{0} = {1}",
    choice="({1} if {0} else {2})",
    division="divide({0}, {1})",
    power="power({0}, {1})",
    infinity="math.inf",
    not_a_number="math.nan",
    words={
        gate.name: f"{name}({{all}})"
        for gate in GATES.values()
        for name, function in _KERNELS.items()
        if gate.kernel and gate.kernel is function
    },
    block=("if {0} != 0.0:",),
)


def python_source(program: Program) -> str:
    """A function of the outputs, and one of the outputs and the gradients."""
    name, arguments = program.name, program.argument_names
    code = Code(PYTHON)
    results = program.forward(code)
    forward = [*code.lines, f"return {', '.join(results)}"]
    program.backward(code)
    ones = _tuple(["1.0"] * len(results))
    sent = _tuple([f"g_{argument}" for argument in arguments])
    body = [
        f"def {name}({', '.join(arguments)}):",
        *indented(forward),
        "",
        "",
        f"def {name}_gradients({', '.join([*arguments, f'upstream={ones}'])}):",
        *indented([*code.lines, f"return {_tuple(results)}, {sent}"]),
    ]
    return python_prelude("\n".join(body)) + "\n".join([*body, ""])


def _tuple(texts: list[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


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
    parts = definitions_for(body, _definitions(), r"[A-Za-z_]\w*")
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
