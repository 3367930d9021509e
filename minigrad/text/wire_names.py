"""What wires are called in text: their labels, numbers, and v₁, v₂, … for the rest.

>>> import minigrad as mg
>>> x = mg.Value(3.0, label="x_1")
>>> y = mg.tanh(2 * x)
>>> names = WireNames(mg.topological_order(y))
>>> names[x], names[y], names[y.inputs[0]]
('x₁', 'v₂', 'v₁')

v₁, v₂, … is how the literature numbers the steps of an evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from ..engine import Value
from ..rules import Formula, format_number
from .notation import latex_name, unicode_name

LETTERS: Final = "vugtsrq"


class WireNames:
    """The names of the wires of a circuit, which are given in topological order.

    A name is made when it is asked for: of a large circuit only a part is ever shown. `ambiguous`
    are wires whose label is no name, because another has it too: their numbers follow all others.
    """

    def __init__(self, wires: Sequence[Value], ambiguous: Iterable[Value] = ()) -> None:
        initials = {_label(wire)[:1] for wire in wires}
        self._letter = next((letter for letter in LETTERS if letter not in initials), "wire_")
        nameless = (wire for wire in wires if not (wire.is_constant or _label(wire)))
        self._numbers = {wire: number for number, wire in enumerate(chain(nameless, ambiguous), 1)}

    def __getitem__(self, wire: Value) -> str:
        if wire in self._numbers:
            return unicode_name(f"{self._letter}_{self._numbers[wire]}")
        return unicode_name(wire.label) or format_number(wire.data)

    def formula(self, wire: Value) -> Formula:
        """The wire as an operand of a formula: a number for a constant, else a symbol."""
        if wire.is_constant and not _label(wire):
            return Formula("number", (wire.data,))
        name = self[wire]
        return Formula.symbol(name, latex_name(name))


def _label(wire: Value) -> str:
    return str(wire.label or "").strip()
