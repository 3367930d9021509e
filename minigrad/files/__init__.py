"""Circuits and networks as files: saved and loaded, and exported as source code.

`saved_files` writes and reads JSON; every step of the reading goes through `checked_json`, because
nobody vouches for a file. `export` prints a circuit as Python, C, JavaScript or PyTorch, gate by
gate, and `dialects` holds what differs between these languages: a new primitive of the table gets
its words there. `javascript_source` has what JavaScript's `Math` lacks, `javascript_gates` prints
the table for pages. `jax_source` prints a circuit as arrays, from `tape.groups`, with
`array_lines`, `array_products`, `array_views` and `array_joins`.
"""

from .checked_json import CircuitFileError
from .export import export
from .javascript_gates import javascript_gates
from .saved_files import load, save

__all__ = ["CircuitFileError", "export", "javascript_gates", "load", "save"]
