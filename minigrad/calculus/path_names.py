"""How paths are written in symbols: which wires have a name, and what stands in one factor.

The texts write ∂C/∂θ₁ = ∂z¹/∂θ₁ · ∂a¹/∂z¹ · …: only labelled wires are named, and the steps through
unlabelled wires between two of them become one factor. Where two paths would then read the same,
or where one factor would hide more than two gates and nothing else were left, every wire is named:
one without a label of its own by its number, as in `wire_names`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

from ..engine import Circuit, Value
from ..rules import Formula
from ..text import WireNames, latex_name, subscript, unicode_name
from .between import Between, Branch

MOST_INSERTIONS: Final = 4  # for each wire and branch, to find out whether two paths read alike


class Factor(NamedTuple):
    """What is written as one derivative: the steps of a path from one named wire to the next."""

    start: int
    steps: Sequence[Branch]

    @property
    def number(self) -> float:
        """The product of the local gradients of its steps."""
        product = 1.0
        for step in reversed(self.steps):
            product *= step.local_gradient
        return product


class PathNames:
    """The names of the wires of a circuit, as its paths from the leaf to the output need them.

    >>> from minigrad.engine import Value
    >>> x, w = Value(3.0, label="x"), Value(2.0, label="w_1")
    >>> z = w * x; z.label = "z^1"
    >>> between = Between(z.tanh(), w)
    >>> names = PathNames(between)
    >>> path = [branches[0] for branches in between.branches[:-1]]
    >>> [names.symbol(factor).operands[0] for factor in names.factors(path)]
    ['∂z¹/∂w₁', '∂v₁/∂z¹']
    """

    def __init__(self, between: Between) -> None:
        self.between = between
        self.between_wires = frozenset(between.wires)
        ends = (between.leaf, between.output)
        texts = {w: unicode_name(w.label) for w in (*between.wires, *ends) if w.label}
        self._labels = self._labels_of_one_wire(texts)
        ambiguous = [wire for wire in texts if wire not in self._labels]
        self._numbered = WireNames(Circuit(between.output), [between.leaf], ambiguous)

    def is_named(self, wire: Value) -> bool:
        """Whether the symbols of a path name this wire."""
        return self._all_named or self._is_end_or_labelled(wire)

    @cached_property
    def _all_named(self) -> bool:  # a look at the ends alone does not ask
        wires = self.between.wires
        says_nothing = len(wires) > 3 and not any(wire in self._labels for wire in wires[1:-1])
        return says_nothing or self._two_read_alike()

    def _is_end_or_labelled(self, wire: Value) -> bool:
        return wire is self.between.leaf or wire is self.between.output or wire in self._labels

    def name(self, wire: Value) -> Formula:
        """The name of a wire on a path: its label, or its number."""
        return self._labels[wire] if wire in self._labels else self.numbered_name(wire)

    def numbered_name(self, wire: Value) -> Formula:
        """The name of a wire that has no label (of its own): v₇."""
        return self._numbered.formula(wire)

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

        Where a gate has a wire at several inputs, ∂₁y/∂x is the derivative by its first input.
        """
        below, above = self.between.wires[factor.start], self.between.wires[factor.steps[-1].target]
        place = None
        if len(factor.steps) == 1 and sum(source is below for source in above.inputs) > 1:
            place = factor.steps[0].place + 1
        return self.derivative(above, below, place)

    def derivative(self, of: Value, by: Value, place: int | None = None) -> Formula:
        """The symbol of d(of)/d(by)."""
        (of_text, of_latex), (by_text, by_latex) = self.name(of).operands, self.name(by).operands
        small, index = ("", "") if place is None else (subscript(place), _latex_subscript(place))
        return Formula.symbol(
            f"∂{small}{of_text}/∂{by_text}",
            rf"\frac{{\partial{index} {of_latex}}}{{\partial {by_latex}}}",
        )

    def _labels_of_one_wire(self, texts: dict[Value, str]) -> dict[Value, Formula]:
        """The labels that name one wire only; a shared one stays with the output, then the leaf."""
        output, leaf = self.between.output, self.between.leaf
        wires_of = Counter(texts.values())
        shared_by_both = leaf is not output and texts.get(leaf) == texts.get(output)
        return {
            wire: Formula.symbol(text, latex_name(wire.label))
            for wire, text in texts.items()
            if text
            and (wires_of[text] == 1 or wire is output or (wire is leaf and not shared_by_both))
        }

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


def _latex_subscript(number: int) -> str:
    return f"_{number}" if number < 10 else f"_{{{number}}}"
