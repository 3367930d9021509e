"""`mg.compile`: a function that is recorded once, and replayed from then on.

`compiler` is what users call. It takes arguments apart (`arguments`), keeps one `recording` for
each structure of them, and notices when the function's `parameters` are other objects than they
were; `rows` are the numbers of a batch. `executors` run the tape: in Python, or by `native`.
"""

from .arguments import take_apart
from .compiler import Compiled, compile
from .recording import Recording
from .rows import Rows, ordered

__all__ = ["Compiled", "Recording", "Rows", "compile", "ordered", "take_apart"]
