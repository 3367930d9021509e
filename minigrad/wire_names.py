"""What wires are called in text: their labels, numbers, and v₁, v₂, … for the rest.

>>> import minigrad as mg
>>> x = mg.Value(3.0, label="x_1")
>>> y = mg.tanh(2 * x)
>>> list(wire_names(mg.topological_order(y)).values())
['2', 'x₁', 'v₁', 'v₂']

v₁, v₂, … is how the literature numbers the steps of an evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .engine import Value
from .formula import Formula, format_number
from .notation import unicode_name

LETTERS: Final = "vugtsrq"


def wire_names(wires: Sequence[Value]) -> dict[Value, str]:
    """A name for each of the wires, which are in topological order."""
    names = {wire: unicode_name(wire.label) for wire in wires if wire.label}
    initials = {name[0] for name in names.values() if name}
    letter = next((letter for letter in LETTERS if letter not in initials), "wire_")
    count = 0
    for wire in wires:
        if names.get(wire):
            continue
        if wire.is_constant:
            names[wire] = format_number(wire.data)
        else:
            count += 1
            names[wire] = unicode_name(f"{letter}_{count}")
    return {wire: names[wire] for wire in wires}


def wire_formula(wire: Value, name: str) -> Formula:
    """The wire as an operand of a formula: a number for a constant, else a symbol."""
    if wire.is_constant and not wire.label:
        return Formula("number", (wire.data,))
    return Formula.symbol(name)
