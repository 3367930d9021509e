"""`mg.compile`: a function that is recorded once, and replayed from then on.

**A first call.** `compiler` is what users hold (of a class: `methods`). The call's arguments become
a structure and numbers, and `recordings` keeps one `recording` for each structure. There is none
yet, so the function is called on new wires, and meanwhile `tracing` refuses what would take a
number out of the circuit: an `if`, `.data`, `backward()`. The circuit becomes a tape, and `running`
runs that at the numbers of the call: in Python, and as machine code from when that pays. Then
`checking` calls the function itself on the same numbers. `watching` sees whether it looks one up in
a dict, draws another or asks for the time; `comparison` says whether it builds the same circuit.
What comes out is a Value behind one `compiled_gate`, with the gradients for local gradients.

**A later call** reads the numbers of the parameters and runs the tape. What it has found out the
next one uses: `prepared_call` of arrays (`array_calls`), `prepared_values` of Values,
`prepared_derivatives`, and `buffers`, which users hold, go the shortest way, straight to machine
code, and give a call up to the long way where anything is not as it was.

**What is watched.** Before each call `parameters`: the wires that the function finds stand where
they stood. `plain_numbers`: so do the numbers at the places that it reads (`places_read`). After
it, the kinds of the `arguments`. Where those are new or a number is another one, at the second
call, and at some of a small function's later calls, `checking` compares once more.

**Who refuses.** `tracing` at the line, while it is recorded; `recording` where the function changes
an argument, or a parameter was replaced; `checking` where the function itself gives another result,
draws, or asks; `arguments` what is static and is not; `running` what an executor cannot run.

**More than one call.** `rows` are the numbers of a batch, of which `running` gives the sum. Of
`derivatives` by arrays `sweeping` finds the entries, `matrices` lays them out, and
`sparsity_pictures` shows where they are.
"""

from .compiler import Compiled, compile
from .matrices import Coo
from .recording import Recording
from .rows import Rows
from .tracing import TracingError

__all__ = ["Compiled", "Coo", "Recording", "Rows", "TracingError", "compile"]
