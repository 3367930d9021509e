"""The wing rules."""

from . import bell_curve, ieee
from .bell_curve import LIMIT, curvature, density, tail
from .floats import FloatCode, called_gates, define, float_forward, float_local_gradients
from .formula import Formula, as_formula, as_latex, as_text, format_number
from .gate import Gate, Rule, all_inputs, apply, documentation, function_of
from .gates import (
    FUNCTIONS,
    GATES,
    dot,
    equal,
    exp,
    gate_named,
    log,
    lookup,
    maximum,
    multiplexer,
    relu,
    select,
    softplus,
    sum,
    where,
)
from .ieee import RAISING
from .number import as_number, described
from .operand import Operand
from .python_code import as_python
from .simplify import is_number, simplified

__all__ = [
    "FUNCTIONS",
    "GATES",
    "LIMIT",
    "RAISING",
    "FloatCode",
    "Formula",
    "Gate",
    "Operand",
    "Rule",
    "all_inputs",
    "apply",
    "as_formula",
    "as_latex",
    "as_number",
    "as_python",
    "as_text",
    "bell_curve",
    "called_gates",
    "curvature",
    "define",
    "density",
    "described",
    "documentation",
    "dot",
    "equal",
    "exp",
    "float_forward",
    "float_local_gradients",
    "format_number",
    "function_of",
    "gate_named",
    "ieee",
    "is_number",
    "log",
    "lookup",
    "maximum",
    "multiplexer",
    "relu",
    "select",
    "simplified",
    "softplus",
    "sum",
    "tail",
    "where",
]
