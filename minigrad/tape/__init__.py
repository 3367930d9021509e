"""The wing tape."""

from .flatten import flatten, flatten_batch
from .inline import merged
from .kernels import COPY, DOT, DOTS, MUL, SUM, Kernel, parts_first, renamed_formula
from .operations import AFTER, EACH_ROW, ONCE, REDUCE
from .tape import MOST_TOGETHER, Tape, replay
from .variadic import COMPARISONS

__all__ = [
    "AFTER",
    "COMPARISONS",
    "COPY",
    "DOT",
    "DOTS",
    "EACH_ROW",
    "MOST_TOGETHER",
    "MUL",
    "ONCE",
    "REDUCE",
    "SUM",
    "Kernel",
    "Tape",
    "flatten",
    "flatten_batch",
    "merged",
    "parts_first",
    "renamed_formula",
    "replay",
]
