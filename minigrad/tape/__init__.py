"""A circuit flattened into arrays, forward and backward in one: what a compiled function runs.

Read `tape`, the form in which it ends and its replay in Python; then how it comes about: `flatten`
goes through a circuit and makes `operations` of its gates, each a `kernels`' kernel, made from the
gates' rules (`variadic`: of gates with any number of inputs). `fuse` and `inline` then make fewer
and larger operations of them, to the last bit the same. `groups` finds the loops again, with
`index_loops`: operations of one kind as arrays, for those who print them; `repeats` finds loops in
the tape's own order.

Derivatives of derivatives run over a `gate_tape`: the gates themselves, of `gate_kinds` that have
slopes and curvatures (`formula_derivatives`, `careful_curvatures`), in `sweeps` forward and back;
`received_gradients` says which wires receive anything. `sparsity` says which entries of a Jacobian
or a Hessian can be other than 0, and `coloring` and `compressed` how few sweeps give all. While so
many objects are made the `garbage_collector` waits.
"""

from .compressed import Compressed, compressed_hessian, compressed_jacobian
from .flatten import flatten, flatten_batch, flatten_received, flatten_rows
from .formula_derivatives import Algebra
from .garbage_collector import without_collector
from .gate_kinds import (
    DOT_FORM,
    FORMULA,
    GIVEN,
    SUM_FORM,
    GateKind,
    read_by_derivatives,
)
from .gate_tape import GateTape, gate_tape
from .groups import CONSTANTS, PADDING, Array, Bucket, Groups, array_counts, group
from .index_loops import Loops, loops_of
from .inline import merged
from .kernels import COPY, DOT, DOTS, MUL, SUM, Kernel, call_kernel
from .operations import AFTER, ALONE, EACH_ROW, ONCE, REDUCE
from .repeats import VARIABLES, Loop, Node, Operation, Rolled, Run, places_of, rolled, tape_nodes
from .sparsity import Pattern, hessian_pattern, jacobian_pattern
from .sweeps import PythonSweeps
from .tape import MOST_TOGETHER, Rows, Tape, replay

__all__ = [
    "AFTER",
    "ALONE",
    "CONSTANTS",
    "COPY",
    "DOT",
    "DOTS",
    "DOT_FORM",
    "EACH_ROW",
    "FORMULA",
    "GIVEN",
    "MOST_TOGETHER",
    "MUL",
    "ONCE",
    "PADDING",
    "REDUCE",
    "SUM",
    "SUM_FORM",
    "VARIABLES",
    "Algebra",
    "Array",
    "Bucket",
    "Compressed",
    "GateKind",
    "GateTape",
    "Groups",
    "Kernel",
    "Loop",
    "Loops",
    "Node",
    "Operation",
    "Pattern",
    "PythonSweeps",
    "Rolled",
    "Rows",
    "Run",
    "Tape",
    "array_counts",
    "call_kernel",
    "compressed_hessian",
    "compressed_jacobian",
    "flatten",
    "flatten_batch",
    "flatten_received",
    "flatten_rows",
    "gate_tape",
    "group",
    "hessian_pattern",
    "jacobian_pattern",
    "loops_of",
    "merged",
    "places_of",
    "read_by_derivatives",
    "replay",
    "rolled",
    "tape_nodes",
    "without_collector",
]
