"""Rules: what a gate is, from the numbers it computes with to the table of all gates.

Nothing here knows of wires or circuits: a rule is an expression that runs on what it is handed.
Read `gates`, the table, first, with what stands in files of its own: `smooth_activations`,
`exponentials`, `trigonometry`, `whole_numbers`; then `gate`, what a row is, and `rows`, what users
call of it; then what rules run on: `operand`, floats that never raise (`number`, `ieee`,
`bell_curve`), formulas that print (`formula`, `simplify`), formulas as Python (`floats`) and ranges
(`intervals`). `gates_on_lists` has the gates that take lists, `data_columns` checks data with an
item for each row, `items` lists of numbers.
"""

from . import bell_curve, exponentials, ieee, trigonometry, whole_numbers
from .bell_curve import LIMIT, curvature, density, tail
from .data_columns import Columns, checked_columns, ordered
from .floats import as_python, called_gates, define, function_of_formulas, names_in
from .formula import (
    COMPARISONS,
    AskedFormula,
    Formula,
    as_formula,
    as_latex,
    as_text,
    format_number,
    parts_first,
)
from .gate import (
    FUNCTIONS,
    GATES,
    SLOPES,
    Gate,
    Rule,
    apply,
    gate_named,
)
from .gates import (
    absolute,
    exp,
    log,
    log1p,
    maximum,
    multiplexer,
    relu,
    sigmoid,
    sqrt,
    total,
    vanishing_product,
)
from .gates_on_lists import dot, lookup, select
from .intervals import ANY_NUMBER, Interval, as_interval
from .items import items_of
from .number import as_number, as_whole_number, at_least_one, described, is_time, nearest_name
from .operand import Operand, equal, where
from .rows import all_inputs, constant_makers, documentation, function_of
from .simplify import is_number, simplified, with_numbers
from .smooth_activations import softplus

__all__ = [
    "ANY_NUMBER",
    "COMPARISONS",
    "FUNCTIONS",
    "GATES",
    "LIMIT",
    "SLOPES",
    "AskedFormula",
    "Columns",
    "Formula",
    "Gate",
    "Interval",
    "Operand",
    "Rule",
    "absolute",
    "all_inputs",
    "apply",
    "as_formula",
    "as_interval",
    "as_latex",
    "as_number",
    "as_python",
    "as_text",
    "as_whole_number",
    "at_least_one",
    "bell_curve",
    "called_gates",
    "checked_columns",
    "constant_makers",
    "curvature",
    "define",
    "density",
    "described",
    "documentation",
    "dot",
    "equal",
    "exp",
    "exponentials",
    "format_number",
    "function_of",
    "function_of_formulas",
    "gate_named",
    "ieee",
    "is_number",
    "is_time",
    "items_of",
    "log",
    "log1p",
    "lookup",
    "maximum",
    "multiplexer",
    "names_in",
    "nearest_name",
    "ordered",
    "parts_first",
    "relu",
    "select",
    "sigmoid",
    "simplified",
    "softplus",
    "sqrt",
    "tail",
    "total",
    "trigonometry",
    "vanishing_product",
    "where",
    "whole_numbers",
    "with_numbers",
]
