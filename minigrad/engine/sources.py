"""Where in the user's code a wire was recorded.

Only wires on which an infinity or a nan is born are noted (and all of them inside
`detect_nonfinite`): looking at the stack costs more than recording a gate.
"""

from __future__ import annotations

from math import isfinite

from .numbers_of_wires import number_of
from .recording import nonfinite_observers
from .users_line import Source, calling_source
from .value import Value


def note_source(wire: Value) -> None:
    """Remember the line that is being run as the one where `wire` was recorded."""
    wire.__dict__["_source"] = calling_source()


def source_of(wire: Value) -> Source | None:
    """The line where `wire` was recorded, if it was noted."""
    source: Source | None = wire.__dict__.get("_source")
    return source


def is_nonfinite_birth(wire: Value) -> bool:
    """Whether a gate made an infinity or a nan, as output or local gradient, from finite inputs."""
    if isfinite(number_of(wire)) and all(map(isfinite, wire._local_gradients())):
        return False
    return all(map(isfinite, map(number_of, wire.inputs)))


def note_nonfinite_birth(wire: Value) -> None:
    """Note where `wire` was recorded if an infinity or a nan was born there."""
    if is_nonfinite_birth(wire):
        note_source(wire)


nonfinite_observers.append(note_nonfinite_birth)
