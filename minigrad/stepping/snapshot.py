"""A circuit as it was when the stepping began: its numbers, and what its wires are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from ..calculus import tangents
from ..engine import Circuit, Stage, Value, number_of
from ..pictures import DRAW_LESS, draw_circuit, drawn_downwards, size_of
from ..rules import Formula
from ..text import (
    DIGITS,
    Deltas,
    Names,
    check_digits,
    check_notation,
    derivative,
    gate_symbol,
    rounded,
)
from .seeds import Seed, seeds_of

STEP_LESS: Final = (
    "Stepper(wire), with a wire in the middle of it, has a picture of what is before that; `for "
    "step in stepper` tells all steps in words; mg.draw(f, depth=20) draws its last gates, and "
    'mg.draw(f, collapse="neuron") or "layer" a network\'s units as boxes'
)
PHONE: Final = 352 * 3 / 4  # points that a picture has on a telephone
READABLE, LEGIBLE = 0.75, 0.6  # of a picture's natural size; the player shows none smaller
MOST_GATES_DOWN: Final = 30  # more are scrolled anyhow
SHOW: Final = ("values", "delta", "both")  # gradients as numbers, as formulas in δ, or both


class Snapshot(Circuit):
    """A circuit with its numbers and names; what happens to the wires later does not change it.

    >>> x = Value(2.0, label="x")
    >>> snapshot = Snapshot(x.exp(), digits=3)
    >>> x.data = 5.0
    >>> snapshot.values[x], snapshot.names.text(snapshot.output), snapshot.rounded(1 / 3)
    (2.0, 'f', '0.333')
    """

    def __init__(
        self,
        output: Value,
        digits: int = DIGITS,
        collapse: Iterable[str] = (),
        show: str = "values",
        notation: str = "l",
        mode: str = "backward",
        seed: Seed = None,
        textbook: bool = True,
    ) -> None:
        check_digits(digits)
        check_notation(notation)
        super().__init__(output, collapse, textbook=textbook)
        self.show, self.notation = show, notation
        self.digits = digits
        self.values = {wire: number_of(wire) for wire in self.wires}
        self.names = Names(self, digits, notation=notation)
        self.mode = mode
        self.seeds = seeds_of(self, seed, mode)  # the wires that move, in a forward mode
        self.tangents = tangents(self, self.seeds) if self.seeds else {}

    @cached_property
    def fan_out(self) -> Counter[Value]:
        """How many gate inputs each wire feeds."""
        return Counter(source for wire in self.gates for source in self.inputs(wire))

    @cached_property
    def first_reader(self) -> dict[Value, Value]:
        """The first gate that reads each wire: in the backward pass it sends the last gradient."""
        gates = reversed(self.gates)
        return {source: wire for wire in gates for source in self.inputs(wire)}

    def total_derivative(self, wire: Value) -> Formula:
        """The symbol of what is computed: d(output)/d(wire), over all paths."""
        names = self.names
        return derivative("d", *(names.shown(names.formula(w)) for w in (self.output, wire)))

    def tangent_symbol(self, wire: Value) -> Formula:
        """The symbol of a tangent: d(wire)/d(seed), or by the time t if several wires move."""
        names = self.names
        (seed, speed), *others = self.seeds.items()
        by = Formula.symbol("t") if others or speed != 1.0 else names.shown(names.formula(seed))
        return derivative("d", names.shown(names.formula(wire)), by)

    @property
    def goes_back(self) -> bool:
        """Whether a backward pass follows."""
        return self.mode != "forward"

    @cached_property
    def meeting(self) -> Value | None:
        """The gate that sends the last gradient to a wire that moves: there both ways meet."""
        readers = [self.first_reader[seed] for seed in self.seeds if seed in self.first_reader]
        return min(readers, key=self.place.__getitem__) if self.mode == "both" and readers else None

    @cached_property
    def deltas(self) -> Deltas:
        """The gradients of a network as formulas in δ."""
        return Deltas(self, self.digits, self.names)

    def picture(self, stage: Stage, theme: str = "light", show: str = "") -> str:
        """The SVG of one moment, shown as the circuit's texts show it."""
        show = show or self.show
        try:
            return draw_circuit(self, stage, theme, self.digits, show, self.notation).svg
        except (ValueError, RuntimeError) as error:
            if DRAW_LESS not in str(error):
                raise
            # a stepper has no depth=, around= or between=
            raise type(error)(str(error).replace(DRAW_LESS, STEP_LESS)) from None

    def picture_for_a_phone(self, stage: Stage, picture: str, show: str) -> str:
        """One that leads down; empty where `picture` can be read there, or this is as wide."""
        if size_of(picture)[0] * READABLE <= PHONE or len(self.gates) > MOST_GATES_DOWN:
            return ""
        drawn = drawn_downwards(self, stage, self.digits, show, self.notation)
        return drawn.svg if drawn and size_of(drawn.svg)[0] * LEGIBLE <= PHONE else ""

    def symbol(self, wire: Value) -> str:
        """The symbol of the gate behind a wire."""
        return gate_symbol(self, wire)

    def rounded(self, number: float) -> str:
        """A number as the texts show it."""
        return rounded(number, self.digits)
