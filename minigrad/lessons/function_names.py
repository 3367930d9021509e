"""What the activations of a network are called on a sheet: different functions, different names.

>>> from minigrad.nn import MLP
>>> model = MLP(1, [1, 1, 1], activation=[lambda z: z * z, "tanh", lambda z: z * 0.5])
>>> names = FunctionNames([layer.neurons[0] for layer in model.layers])
>>> [names.name(layer.neurons[0]) for layer in model.layers]
['g', 'tanh', 'h']

A gate has its own name, and so has a Python function whose name says which it is. Another one, such
as a `lambda`, has a letter that stands for nothing else on the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, count
from typing import Final

from ..nn import Neuron
from ..rules import GATES, Gate
from ..text import parse_name, printable

LETTERS: Final = "ghfqrsuvGHFQRSUV"
# bases of what else a sheet names: wires, targets, indices, derivatives
OF_THE_SHEET: Final = frozenset("abcdeijklmnoptwxyzCEδηΣ") | {"dC", "dw", "engine"}


class FunctionNames:
    """The names of the activations of some units; a linear unit's has none."""

    def __init__(self, units: Iterable[Neuron]) -> None:
        self.units: list[Neuron] = []  # the first one with each function
        self._layers: list[list[int]] = []
        for unit in units:
            if unit.activation.function is not None:
                self._add(unit)
        own = ["" if self.gate(unit) else _python_name(unit) for unit in self.units]
        known = [name if own.count(name) == 1 and _is_free(name) else "" for name in own]
        letters = self._letters(set(known))
        self._names = [
            gate.text_name if (gate := self.gate(unit)) else name or next(letters)
            for unit, name in zip(self.units, known)
        ]

    def _add(self, unit: Neuron) -> None:
        if (place := self._place(unit)) < len(self.units):
            self._layers[place].append(unit.names.layer or 1)
        else:
            self.units.append(unit)
            self._layers.append([unit.names.layer or 1])

    def _place(self, unit: Neuron) -> int:
        same = (n for n, known in enumerate(self.units) if known.activation == unit.activation)
        return next(same, len(self.units))

    def _letters(self, taken: set[str]) -> Iterator[str]:
        letters = chain(LETTERS, (f"g{number}" for number in count(1)))
        return (letter for letter in letters if letter not in taken)

    def gate(self, unit: Neuron) -> Gate | None:
        """The row of the table that a sheet shows; none if the row's name means something else."""
        gate = unit.activation.gate
        if gate is None or parse_name(gate.text_name).base in OF_THE_SHEET:
            return None
        alike = (row for row in GATES.values() if row.text_name == gate.text_name)
        return gate if all(row is gate for row in alike) else None

    def name(self, unit: Neuron) -> str:
        """What a unit's activation is called."""
        return self._names[self._place(unit)]

    def introduction(self, unit: Neuron) -> str:
        """What the sheet says of a function that has no formula; where there are more, of which."""
        name, python_name = self.name(unit), printable(unit.activation.name)
        told = f"{name} is a function of your own"
        if name != python_name and _python_name(unit):
            told += f", {python_name}"
        if sum(self.gate(each) is None for each in self.units) > 1:
            layers = sorted(set(self._layers[self._place(unit)]))
            *others, last = map(str, layers)
            several = f"s {', '.join(others)} and" if others else ""
            told += f", in layer{several} {last}"
        return f"{told}; its numbers come from the engine."


def _python_name(unit: Neuron) -> str:
    """What a Python function is called; empty for one without a name."""
    name, function = unit.activation.name, unit.activation.function
    nameless = name == "<lambda>" or isinstance(getattr(function, "function", None), partial)
    return "" if nameless else printable(name)


def _is_free(name: str) -> bool:
    """Whether a name can stand in a formula, and nothing else on a sheet has it."""
    of_gates = any(name in (row.name, row.text_name) for row in GATES.values())
    return (
        name.isidentifier()
        and name.isascii()
        and not of_gates
        and parse_name(name).base not in OF_THE_SHEET
    )
