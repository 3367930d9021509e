"""The engine: wires that carry numbers, the gates that are recorded, and the backward pass.

Read `value` (the wire, and the order of its circuit), `recording` (how a gate takes its local
gradients), then `backward` (the chain rule): with `rules/gates`, the table, nothing else is needed
to understand `(w*x + b).tanh().backward()`. `recorders` writes arithmetic on wires out as text, for
speed. Around them stand what Python, NumPy, micrograd and those who come from other libraries ask
of a wire (`number_like`, `arrays`, `micrograd`, `foreign_names`), what is handed to those who look
(`circuit`, `textbook`, `stage`, `outputs`, `output_range`), run (`chains`, `joined`) or train
(`numbers_of_wires`), modes like `no_grad` (`modes`, `decorating_blocks`), the line of the user's
code (`users_line`) where a nan was recorded (`sources`) or a gradient is lost (`lost_gradients`),
the names that code reads (`users_code`), and `copying`.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any, Final

from . import copying as copying  # says how a Value is copied
from .backward import Leaves
from .decorating_blocks import block
from .foreign_names import OTHER_FUNCTIONS, how_to_write, names_elsewhere
from .lost_gradients import GradientLostWarning
from .micrograd import BEHIND
from .modes import no_grad, observing, with_gates
from .number_like import guards, is_recording, looks_at_numbers
from .numbers_of_wires import (
    clear_gradients,
    float_of,
    gradient_of,
    gradients_of,
    number_of,
    numbers_of,
    offsets_of_slots,
    operands_of,
    reader_of_leaves,
    update_of_wires,
    wires_without_numbers,
    write_data,
    write_numbers,
)
from .recorders import install
from .recording import as_wire, constant, observed, observers, output_of, output_of_leaves
from .sources import is_nonfinite_birth, note_source, source_of
from .users_line import Source, calling_source, is_installed, is_ours, source_of_error
from .value import Value, WithoutGate, one_at_a_time, topological_order, write_grad

if TYPE_CHECKING:
    from .chains import factors_like
    from .circuit import Circuit, factors_held_by_products
    from .joined import Joined
    from .output_range import range_of, recorded_outputs
    from .outputs import wires_in
    from .stage import Stage, check_stage, circuit_at, present_stage
    from .textbook import is_of_a_text_book, written_as
    from .users_code import codes_of, instructions_of, names_read

__all__ = [
    "BEHIND",
    "OTHER_FUNCTIONS",
    "Circuit",
    "GradientLostWarning",
    "Joined",
    "Leaves",
    "Source",
    "Stage",
    "Value",
    "WithoutGate",
    "as_wire",
    "block",
    "calling_source",
    "check_stage",
    "circuit_at",
    "clear_gradients",
    "codes_of",
    "constant",
    "factors_held_by_products",
    "factors_like",
    "float_of",
    "gradient_of",
    "gradients_of",
    "guards",
    "how_to_write",
    "install",
    "instructions_of",
    "is_installed",
    "is_nonfinite_birth",
    "is_of_a_text_book",
    "is_ours",
    "is_recording",
    "looks_at_numbers",
    "names_elsewhere",
    "names_read",
    "no_grad",
    "note_source",
    "number_of",
    "numbers_of",
    "observed",
    "observers",
    "observing",
    "offsets_of_slots",
    "one_at_a_time",
    "operands_of",
    "output_of",
    "output_of_leaves",
    "present_stage",
    "range_of",
    "reader_of_leaves",
    "recorded_outputs",
    "source_of",
    "source_of_error",
    "topological_order",
    "update_of_wires",
    "wires_in",
    "wires_without_numbers",
    "with_gates",
    "write_data",
    "write_grad",
    "write_numbers",
    "written_as",
]

# Arithmetic and its gradients need none of these.
_LATER: Final = {
    "chains": "factors_like",
    "circuit": "Circuit factors_held_by_products",
    "joined": "Joined",
    "output_range": "range_of recorded_outputs",
    "outputs": "wires_in",
    "stage": "Stage check_stage circuit_at present_stage",
    "textbook": "is_of_a_text_book written_as",
    "users_code": "codes_of instructions_of names_read",
}


def __getattr__(name: str) -> Any:
    home = next((file for file, names in _LATER.items() if name in names.split()), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = globals()[name] = getattr(_import_module(f".{home}", __name__), name)
    return thing
