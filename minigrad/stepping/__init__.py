"""The wing stepping."""

from .step import Step
from .stepper import Stepper

__all__ = [
    "Step",
    "Stepper",
]
