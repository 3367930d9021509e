"""Circuits and networks as files: saved and loaded, and exported as source code.

`saved_files` writes and reads JSON; every step of the reading goes through `checked_json`, because
nobody vouches for a file. `export` writes a circuit as source code: `program` is the circuit with
names (`identifiers`), and `dialects` says what can differ between languages; a new primitive of the
table gets its word in each. Gate by gate write `python_source`, the shortest, `javascript_source`,
with what its `Math` lacks, and `wasm_source`, of which `wasm_bytes` makes a module; `c_source` does
in `c_dialect`, line by line or in `c_loops` (`c_statements`). `javascript_gates` prints the table
of gates for pages.

`jax_source` and `torch_source` print a circuit as arrays, from `tape.groups`, with `array_lines`,
`array_products` and `array_views`; `array_dialects` holds what differs between them, and
`parameter_arrays` names the arrays of parameters. PyTorch differentiates by itself: gates that it
has no word for are `torch_gates`, and `module_names` says where parameters stand.
"""

from .checked_json import CircuitFileError
from .export import export
from .javascript_gates import javascript_gates
from .javascript_source import as_script
from .saved_files import load, save

__all__ = ["CircuitFileError", "as_script", "export", "javascript_gates", "load", "save"]
