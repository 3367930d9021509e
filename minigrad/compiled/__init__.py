"""The wing compiled."""

from .arguments import take_apart
from .compiler import Compiled, compile
from .executors import PythonTape
from .recording import Recording
from .rows import MOST_TOGETHER, Rows, ordered
from .tracing import TracingError

__all__ = [
    "MOST_TOGETHER",
    "Compiled",
    "PythonTape",
    "Recording",
    "Rows",
    "TracingError",
    "compile",
    "ordered",
    "take_apart",
]
