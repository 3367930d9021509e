"""The wing training."""

from . import optim
from .array_steps import training_steps
from .boundary import decision_boundary
from .fit import fit
from .health import health
from .history import History
from .optim import Adam
from .schedules import cosine

__all__ = [
    "Adam",
    "History",
    "cosine",
    "decision_boundary",
    "fit",
    "health",
    "optim",
    "training_steps",
]
