"""A circuit flattened into arrays, forward and backward in one: what a compiled function runs.

Read `tape`, the form in which it ends and its replay in Python; then how it comes about: `flatten`
goes through a circuit and makes `operations` of its gates, each a `kernels`' kernel, made from the
gates' rules (`variadic`: of gates with any number of inputs). `fuse` and `inline` then make fewer
and larger operations of them, to the last bit the same. `groups` finds the loops again, with
`index_loops`: operations of one kind as arrays, for those who print them.
"""

from .flatten import flatten, flatten_batch, flatten_rows
from .groups import CONSTANTS, PADDING, Array, Bucket, Groups, array_counts, group
from .index_loops import Loops, loops_of
from .inline import merged
from .kernels import COPY, DOT, DOTS, MUL, SUM, Kernel, renamed_formula
from .operations import AFTER, ALONE, EACH_ROW, ONCE, REDUCE
from .tape import MOST_TOGETHER, Tape, replay

__all__ = [
    "AFTER",
    "ALONE",
    "CONSTANTS",
    "COPY",
    "DOT",
    "DOTS",
    "EACH_ROW",
    "MOST_TOGETHER",
    "MUL",
    "ONCE",
    "PADDING",
    "REDUCE",
    "SUM",
    "Array",
    "Bucket",
    "Groups",
    "Kernel",
    "Loops",
    "Tape",
    "array_counts",
    "flatten",
    "flatten_batch",
    "flatten_rows",
    "group",
    "loops_of",
    "merged",
    "renamed_formula",
    "replay",
]
