"""The wing calculus."""

from .gradcheck import gradcheck
from .gradients import grad
from .nonfinite import Nonfinite, NonfiniteError, detect_nonfinite, first_nonfinite
from .own_gates import GateError, gate
from .paths import paths

__all__ = [
    "GateError",
    "Nonfinite",
    "NonfiniteError",
    "detect_nonfinite",
    "first_nonfinite",
    "gate",
    "grad",
    "gradcheck",
    "paths",
]
