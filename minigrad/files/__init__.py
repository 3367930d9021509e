"""Circuits and networks as files: saved and loaded, and exported as source code.

`saved_files` writes and reads JSON; every step of the reading goes through `checked_json`, because
nobody vouches for a file. `export` writes a circuit as Python, C, JavaScript or WebAssembly, gate
by gate. `program` is the circuit with names (`identifiers`), and `dialects` says what can differ
between languages; a new primitive of the table gets its word in each. `c_dialect` is that of C, and
`c_source` its functions, line by line or in `c_loops` (`c_statements`); `wasm_source` is
WebAssembly's, of which `wasm_bytes` makes a module. `javascript_source` is JavaScript's, with what
its `Math` lacks; `javascript_gates` prints the table for pages.

`jax_source` and `torch_source` print a circuit as arrays, from `tape.groups`, with `array_lines`,
`array_products`, `array_views` and `array_joins`; `array_dialects` holds what differs between them,
and `parameter_arrays` names the arrays of parameters. PyTorch differentiates by itself: gates that
it has no word for are `torch_gates`, and `module_names` says where parameters stand.
"""

from .checked_json import CircuitFileError
from .export import export
from .javascript_gates import javascript_gates
from .saved_files import load, save

__all__ = ["CircuitFileError", "export", "javascript_gates", "load", "save"]
