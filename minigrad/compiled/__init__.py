"""The wing compiled."""

from .arguments import take_apart
from .compiler import Compiled, compile
from .executors import PythonTape
from .recording import Recording
from .rows import Rows, ordered

__all__ = [
    "Compiled",
    "PythonTape",
    "Recording",
    "Rows",
    "compile",
    "ordered",
    "take_apart",
]
