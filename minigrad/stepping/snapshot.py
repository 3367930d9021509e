"""A circuit as it was when the stepping began: its numbers, and what its wires are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from ..engine import Circuit, Value, number_of
from ..rules import Formula
from ..text import Names, check_digits, rounded


class Snapshot(Circuit):
    """A circuit with its numbers and names; what happens to the wires later does not change it.

    >>> x = Value(2.0, label="x")
    >>> snapshot = Snapshot(x.exp(), digits=3)
    >>> x.data = 5.0
    >>> snapshot.values[x], snapshot.names.text(snapshot.output), snapshot.rounded(1 / 3)
    (2.0, 'exp(x)', '0.333')
    """

    def __init__(self, output: Value, digits: int = 2, collapse: Iterable[str] = ()) -> None:
        check_digits(digits)
        super().__init__(output, collapse)
        self.digits = digits
        self.values = {wire: number_of(wire) for wire in self.wires}
        self.names = Names(self)

    @cached_property
    def fan_out(self) -> Counter[Value]:
        """How many gate inputs each wire feeds."""
        return Counter(source for wire in self.gates for source in self.inputs(wire))

    @cached_property
    def output_name(self) -> Formula:
        """What the differentiated quantity is called in `∂f/∂w`."""
        return self.names.formula(self.output) if self.output.label else Formula.symbol("f")

    def rounded(self, number: float) -> str:
        """A number as the texts show it."""
        return rounded(number, self.digits)
