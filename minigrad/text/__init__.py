"""The wing text."""

from .columns import columns, display_width
from .naming import Names, apply_gate_of, number_formula
from .notation import (
    MOST_DIGITS,
    check_digits,
    escape,
    html_name,
    latex_name,
    latex_number,
    printable,
    rounded,
    subscript,
    unicode_name,
)
from .saving import save, write_file
from .table import as_table
from .tabular import Table
from .tree import as_tree
from .wire_names import WireNames

__all__ = [
    "MOST_DIGITS",
    "Names",
    "Table",
    "WireNames",
    "apply_gate_of",
    "as_table",
    "as_tree",
    "check_digits",
    "columns",
    "display_width",
    "escape",
    "html_name",
    "latex_name",
    "latex_number",
    "number_formula",
    "printable",
    "rounded",
    "save",
    "subscript",
    "unicode_name",
    "write_file",
]
