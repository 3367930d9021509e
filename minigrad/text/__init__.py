"""Circuits and labels as text: what a wire is called, and how numbers and columns are written.

A label is somebody else's text: it is read, escaped and written in `labels` and nowhere else, and
numbers are rounded in `rounding`; `derivatives` has dy/dx and ∂y/∂x. `wire_names` then says what
each wire of a circuit is called, `runs` tells wires of one label apart. Read these three first; on
`columns`, text in aligned columns, stand `tree` and `table`, which show a whole circuit, `saving`
writes files whole or not at all, `foreign_module_names` says what is called otherwise in other
libraries, `output_meaning` which class a classifier's outputs name, and `deltas` writes a network's
gradients as formulas in δ.
"""

from .columns import Label, Lines, ShownAsLines, Table, columns, display_width, fitted
from .deltas import Deltas, has_layer
from .derivatives import at_input, derivative
from .foreign_module_names import (
    OF_A_MODULE,
    OF_DATASETS,
    OF_LOSSES,
    OF_MINIGRAD,
    OF_NN,
    OF_OPTIM,
    no_such_name,
)
from .labels import (
    check_notation,
    escape,
    html_name,
    in_notation,
    latex_name,
    parse_name,
    printable,
    unicode_name,
    with_run,
)
from .output_meaning import Meaning, classes_of_labels, meaning_of, output_numbers
from .rounding import (
    DIGITS,
    MOST_DIGITS,
    check_digits,
    count_text,
    counted,
    latex_number,
    number_formula,
    rounded,
)
from .runs import runs_of, unit_of
from .saving import check_folder, make_folder, path_of, save, shown_path, with_path, write_file
from .table import as_table, table_of
from .tree import as_tree, tree_of
from .wire_names import Names, gate_formula, gate_symbol, has_constant_in_symbol

__all__ = [
    "DIGITS",
    "MOST_DIGITS",
    "OF_A_MODULE",
    "OF_DATASETS",
    "OF_LOSSES",
    "OF_MINIGRAD",
    "OF_NN",
    "OF_OPTIM",
    "Deltas",
    "Label",
    "Lines",
    "Meaning",
    "Names",
    "ShownAsLines",
    "Table",
    "as_table",
    "as_tree",
    "at_input",
    "check_digits",
    "check_folder",
    "check_notation",
    "classes_of_labels",
    "columns",
    "count_text",
    "counted",
    "derivative",
    "display_width",
    "escape",
    "fitted",
    "gate_formula",
    "gate_symbol",
    "has_constant_in_symbol",
    "has_layer",
    "html_name",
    "in_notation",
    "latex_name",
    "latex_number",
    "make_folder",
    "meaning_of",
    "no_such_name",
    "number_formula",
    "output_numbers",
    "parse_name",
    "path_of",
    "printable",
    "rounded",
    "runs_of",
    "save",
    "shown_path",
    "table_of",
    "tree_of",
    "unicode_name",
    "unit_of",
    "with_path",
    "with_run",
    "write_file",
]
