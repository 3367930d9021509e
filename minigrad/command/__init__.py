"""The wing command."""

from .cli import main

__all__ = [
    "main",
]
