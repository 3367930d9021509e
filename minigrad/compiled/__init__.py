"""`mg.compile`: a function that is recorded once, and replayed from then on.

`compiler` is what users call. It takes arguments apart, keeps one `recording` for each structure,
during which `tracing` refuses what no replay could repeat, and notices when the function's
`parameters` are other objects than they were; `rows` are the numbers of a batch.
`running` runs the tape of one example, in Python or by `native` (`executors`).

`array_calls` and `derivatives` are calls with arrays in place of Values; their derivatives come of
`sweeping` and become `matrices`, whose patterns are `sparsity_pictures`. What a call has found out
the next one uses: `prepared_call`, `prepared_values` and `prepared_derivatives` are the shortest
ways.
"""

from .compiler import Compiled, compile
from .matrices import Coo
from .recording import Recording
from .rows import Rows
from .tracing import TracingError

__all__ = ["Compiled", "Coo", "Recording", "Rows", "TracingError", "compile"]
