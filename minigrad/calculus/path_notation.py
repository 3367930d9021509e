"""How paths are written: in symbols (∂C/∂a · …), in formulas (2·(ŷ − y) · …), in numbers.

The texts write ∂C/∂θ₁ = ∂z¹/∂θ₁ · ∂a¹/∂z¹ · …: only labelled wires are named, and the steps through
unlabelled wires between two of them become one factor. Where two paths would then read the same,
or where one factor would hide more than two gates and nothing else were left, every wire is named:
one without a label of its own as `text.Names` calls it.

>>> text_product([1.5, -0.25, None, -2.0])
'1.5 · (−0.25) · … · (−2)'
>>> print(latex_product([-1e-9, float("inf")]))
-1 \\cdot 10^{-9} \\cdot \\infty
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, reduce
from math import prod
from operator import mul
from typing import Final, NamedTuple

from ..engine import Value
from ..rules import Formula, as_formula, is_number, simplified
from ..text import Names, at_input, derivative, latex_number, rounded, unicode_name
from .path_search import Between, Branch

MOST_INSERTIONS: Final = 4  # for each wire and branch, to find out whether two paths read alike
MOST_STEPS: Final = 8  # in one factor; more are shortened with …

DOTS: Final = Formula.symbol("…", r"\cdots")


class Factor(NamedTuple):
    """What is written as one derivative: the steps of a path from one named wire to the next."""

    start: int
    steps: Sequence[Branch]

    @property
    def number(self) -> float:
        """The product of the local gradients of its steps."""
        return prod((step.local_gradient for step in reversed(self.steps)), start=1.0)


class PathNames:
    """The names of the wires of a circuit, as its paths from the leaf to the output need them.

    >>> from minigrad.rules import as_text
    >>> y, guess = Value(1.0, label="y"), Value(0.5, label="y_hat")
    >>> cost = (guess - y) ** 2; cost.label = "C"
    >>> between = Between(cost, guess)
    >>> names = PathNames(between)
    >>> (factor,) = names.factors([branches[0] for branches in between.branches[:-1]])
    >>> as_text(names.symbol(factor)), as_text(names.formula(factor)), factor.number
    ('∂C/∂ŷ', '2·(ŷ − y)', -1.0)
    """

    def __init__(self, between: Between, notation: str = "l") -> None:
        self.between, self.circuit = between, between.circuit
        ends = (between.leaf, between.output)
        self._names = Names(self.circuit, others=[between.leaf], notation=notation)
        self._labelled = {w for w in (*between.wires, *ends) if w.label and unicode_name(w.label)}

    def is_named(self, wire: Value) -> bool:
        """Whether the symbols of a path name this wire."""
        return self._all_named or self._is_end_or_labelled(wire)

    @cached_property
    def _all_named(self) -> bool:  # a look at the ends alone does not ask
        wires = self.between.wires
        says_nothing = len(wires) > 3 and not any(wire in self._labelled for wire in wires[1:-1])
        return says_nothing or self._two_read_alike()

    def _is_end_or_labelled(self, wire: Value) -> bool:
        return wire is self.between.leaf or wire is self.between.output or wire in self._labelled

    def name(self, wire: Value) -> Formula:
        """The name of a wire, the same as everywhere."""
        return self._names.shown(self._names.formula(wire))

    def factors(self, steps: Sequence[Branch]) -> list[Factor]:
        """The steps of a path, cut at the wires that have names."""
        factors, start, cut = [], 0, 0
        for end, step in enumerate(steps, start=1):
            if self.is_named(self.between.wires[step.target]):
                factors.append(Factor(start, steps[cut:end]))
                start, cut = step.target, end
        return factors

    def symbol(self, factor: Factor) -> Formula:
        """A factor as a derivative: ∂z¹/∂θ₁.

        Where a gate has a wire at several inputs, ∂y/∂x₍₁₎ is the derivative by the first of them.
        """
        below, above = self.between.wires[factor.start], self.between.wires[factor.steps[-1].target]
        by = self.name(below)
        if len(factor.steps) == 1 and self.circuit.inputs(above).count(below) > 1:
            by = at_input(by, factor.steps[0].place)
        return derivative("∂", self.name(above), by)

    def total(self, of: Value, by: Value) -> Formula:
        """The symbol of the whole derivative, over all paths: dy/dx."""
        return derivative("d", self.name(of), self.name(by))

    def formula(self, factor: Factor) -> Formula:
        """The local gradients of a factor's steps, multiplied; ones are left out."""
        steps, skipped = list(factor.steps), len(factor.steps) > MOST_STEPS
        if skipped:
            del steps[MOST_STEPS // 2 : -MOST_STEPS // 2]
        parts = [self._local_gradient(step) for step in steps]
        if skipped:
            parts.insert(MOST_STEPS // 2, DOTS)
        product = reduce(mul, [p for p in parts if not is_number(p, 1.0)] or [as_formula(1.0)])
        return self._names.shown(product)

    def _local_gradient(self, step: Branch) -> Formula:
        """A step's local gradient as its gate's row writes it."""
        wire = self.between.wires[step.target]
        gate = self.circuit.gate(wire)
        rule = gate.textbook_gradient or gate.local_gradient
        operands = map(self._names.formula, (*self.circuit.inputs(wire), wire))
        return simplified(as_formula(rule(*operands)[step.place]))

    def _two_read_alike(self) -> bool:
        """Whether two paths pass the same named wires, or that takes too long to find out.

        Then some wire can be reached from one named wire in two ways, through unnamed wires only.
        So every unnamed wire hands on the set of the named wires that it comes from. A set that
        goes several ways is copied: where these copies grow out of hand, the answer is yes.
        """
        named = [self._is_end_or_labelled(wire) for wire in self.between.wires]
        sources: list[list[int]] = [[] for _ in named]
        for number, branches in enumerate(self.between.branches):
            for branch in branches:
                sources[branch.target].append(number)
        origins: list[set[int]] = [set() for _ in named]
        still_to_go = [len(branches) for branches in self.between.branches]
        insertions_left = MOST_INSERTIONS * (len(named) + sum(still_to_go))
        for number, before in enumerate(sources):
            if named[number]:  # the inputs at several places are told apart by ∂₁, ∂₂
                before = list({s for s in before if named[s]}) + [s for s in before if not named[s]]
            merged: set[int] = set()
            for source in before:
                origin = {source} if named[source] else origins[source]
                if not merged.isdisjoint(origin):
                    return True
                still_to_go[source] -= 1
                is_free = named[source] or not still_to_go[source]
                if is_free:
                    origins[source] = set()
                if is_free and len(origin) > len(merged):  # the larger set grows: linear on chains
                    merged, origin = origin, merged
                merged |= origin
                insertions_left -= len(origin)
                if insertions_left < 0:
                    return True
            origins[number] = merged
        return False


# --- numbers --------------------------------------------------------------------------------------


def text_product(numbers: Sequence[float | None]) -> str:
    """Numbers as factors; None stands for those that are left out."""
    return " · ".join(_in_a_row(["…" if n is None else rounded(n) for n in numbers], "−"))


def latex_product(numbers: Sequence[float | None], sign: str = r" \cdot ") -> str:
    """The same in LaTeX; the sign between them can be another."""
    texts = [r"\cdots" if n is None else latex_number(rounded(n)) for n in numbers]
    return sign.join(_in_a_row(texts, "-"))


def _in_a_row(texts: list[str], minus: str) -> list[str]:
    """Negative numbers stand in brackets, where a sign stands before them."""
    return texts[:1] + [f"({text})" if text.startswith(minus) else text for text in texts[1:]]
