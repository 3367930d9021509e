"""Gradients as values, checks of gradients, and the chain rule path by path.

Begin with `gradients` (`grad`: the backward pass in values, so that it can be differentiated again)
and `gradcheck` (finite differences beside it); `own_gates` checks a gate of the user's own the same
way before it goes into the table. `nonfinite` traces an infinity or a nan to the gate that made it.
`paths` writes the chain rule as a sum over paths: `path_search` finds them, the largest first, and
`path_notation` writes each in symbols, formulas and numbers; `shared_paths` says what the paths to
several leaves have in common.
"""

from .gradcheck import gradcheck
from .gradients import grad
from .nonfinite import (
    Nonfinite,
    NonfiniteError,
    detect_nonfinite,
    first_nonfinite,
    first_nonfinite_in,
)
from .own_gates import GateError, gate
from .rounding import EPSILON, RoundedWire, Rounding, rounding, rounding_of
from .shared_paths import paths

__all__ = [
    "EPSILON",
    "GateError",
    "Nonfinite",
    "NonfiniteError",
    "RoundedWire",
    "Rounding",
    "detect_nonfinite",
    "first_nonfinite",
    "first_nonfinite_in",
    "gate",
    "grad",
    "gradcheck",
    "paths",
    "rounding",
    "rounding_of",
]
