"""The wing lessons."""

from .worksheet import Worksheet

__all__ = [
    "Worksheet",
]
