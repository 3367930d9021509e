"""Gradients as values, checks of gradients, and the chain rule path by path.

Begin with `derivatives` (`grad`, `jvp`, `hessian`, …): sweeps over a circuit (`of_circuits`),
backwards (`gradients`) or with the flow (`forward`), which can record what they do, from the
`local_gradients` of its gates; `of_functions` has those of plain functions. `gradcheck` has
`finite_differences` beside them; `own_gates` checks a gate of the user's own the same way before it
goes into the table. `implicit` solves an equation and differentiates its solution. `nonfinite`
traces an infinity or a nan to the gate that made it. `paths` writes the chain rule as a sum over
paths: `path_search` finds them, the largest first, and `path_notation` writes each in symbols,
formulas and numbers; `shared_paths` says what the paths to several leaves have in common.
`rounding_errors` bounds what rounding does to an output, and `operation_counts` counts what a
circuit takes. `arguments` takes what a function is given apart into structure and numbers, and
`results` what it returns; `vectors` does that for what a derivative is multiplied by; `nesting`
knows of derivatives inside derivatives.
"""

from .arguments import (
    NO_NUMBER,
    NUMBER,
    TOO_DEEP,
    Static,
    count_of,
    derivative_by,
    differentiated,
    fixed_values,
    is_bool,
    is_of_numbers,
    named_parts,
    put_together,
    refuse_masked,
    shapes_in,
    structure_of_arrays,
    structure_text,
    take_apart,
    without_arrays,
)
from .derivatives import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from .forward import tangents
from .gradcheck import gradcheck
from .implicit import implicit
from .nesting import is_differentiated
from .nonfinite import (
    Nonfinite,
    NonfiniteError,
    detect_nonfinite,
    detects_nonfinite,
    first_nonfinite,
    first_nonfinite_in,
)
from .operation_counts import OperationCount, operations_of
from .own_gates import GateError, gate
from .results import take_result_apart
from .rounding_errors import EPSILON, RoundedWire, Rounding, rounding, rounding_of
from .shared_paths import paths
from .vectors import numbers_of_vector, without_vector

__all__ = [
    "EPSILON",
    "NO_NUMBER",
    "NUMBER",
    "TOO_DEEP",
    "GateError",
    "Nonfinite",
    "NonfiniteError",
    "OperationCount",
    "RoundedWire",
    "Rounding",
    "Static",
    "count_of",
    "derivative_by",
    "detect_nonfinite",
    "detects_nonfinite",
    "differentiated",
    "first_nonfinite",
    "first_nonfinite_in",
    "fixed_values",
    "gate",
    "grad",
    "gradcheck",
    "hessian",
    "hvp",
    "implicit",
    "is_bool",
    "is_differentiated",
    "is_of_numbers",
    "jacobian",
    "jvp",
    "named_parts",
    "numbers_of_vector",
    "operations_of",
    "paths",
    "put_together",
    "refuse_masked",
    "rounding",
    "rounding_of",
    "shapes_in",
    "structure_of_arrays",
    "structure_text",
    "take_apart",
    "take_result_apart",
    "tangents",
    "value_and_grad",
    "vjp",
    "without_arrays",
    "without_vector",
]
