"""`mg.compile`: a function that is recorded once, and replayed from then on.

`compiler` is what users call, of functions and `methods`. It takes `arguments` apart, and keeps one
`recording` for each structure, during which `tracing` refuses what no replay could repeat. It
notices when what the function reads (`places_read`) has changed: its `parameters`, and
`plain_numbers`, which are `watched_numbers` meanwhile. `checking` calls the function itself beside
its recording, and `comparison` says whether that builds the same circuit.
`rows` are the numbers of a batch; `running` runs the tape of one example, in Python or by `native`
(`executors`), and the result comes out of a `compiled_gate`.

`array_calls` and `derivatives` are calls with arrays in place of Values; their derivatives come of
`sweeping` and become `matrices`, whose patterns are `sparsity_pictures`. What a call has found out
the next one uses: `prepared_call`, `prepared_values`, `prepared_derivatives` and `buffers`, which
users hold, are the shortest ways.
"""

from .compiler import Compiled, compile
from .matrices import Coo
from .recording import Recording
from .rows import Rows
from .tracing import TracingError

__all__ = ["Compiled", "Coo", "Recording", "Rows", "TracingError", "compile"]
