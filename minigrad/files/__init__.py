"""The wing files."""

from .export import export
from .files import CircuitFileError, load, save

__all__ = [
    "CircuitFileError",
    "export",
    "load",
    "save",
]
