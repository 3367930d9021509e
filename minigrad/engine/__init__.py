"""The wing engine."""

from . import micrograd_names as micrograd_names
from .backward import Value
from .circuit import Circuit
from .copying import copied, restored
from .many import clear_gradients, gradients_of, numbers_of, write_numbers
from .modes import no_grad, observing, with_gates
from .order import leaves_and_gates, order_with_dots, topological_order
from .recording import as_wire, constant, install, new_wire, observed, observers
from .sources import Source, is_nonfinite_birth, note_source, source_of
from .stage import Stage, check_stage, present_stage, stage_of
from .tracing import FIXED, TracingError, is_recording, recorded, refuse_while_recording
from .value import (
    CONSTANT,
    MANY,
    Leaves,
    gradient_of,
    is_dot,
    number_of,
    one_at_a_time,
    own_backward,
    write_data,
    write_grad,
)

__all__ = [
    "CONSTANT",
    "FIXED",
    "MANY",
    "Circuit",
    "Leaves",
    "Source",
    "Stage",
    "TracingError",
    "Value",
    "as_wire",
    "check_stage",
    "clear_gradients",
    "constant",
    "copied",
    "gradient_of",
    "gradients_of",
    "install",
    "is_dot",
    "is_nonfinite_birth",
    "is_recording",
    "leaves_and_gates",
    "new_wire",
    "no_grad",
    "note_source",
    "number_of",
    "numbers_of",
    "observed",
    "observers",
    "observing",
    "one_at_a_time",
    "order_with_dots",
    "own_backward",
    "present_stage",
    "recorded",
    "refuse_while_recording",
    "restored",
    "source_of",
    "stage_of",
    "topological_order",
    "with_gates",
    "write_data",
    "write_grad",
    "write_numbers",
]
