"""How paths are written: in symbols (∂C/∂a · …), in formulas (2·(ŷ − y) · …), in numbers.

The texts write ∂C/∂θ₁ = ∂z¹/∂θ₁ · ∂a¹/∂z¹ · …: only labelled wires are named, and the steps through
unlabelled wires between two of them become one factor. Where two paths would then read the same,
or where one factor would hide more than two gates and nothing else were left, every wire is named:
one without a label of its own by its number, as in `text.WireNames`.

>>> text_product([1.5, -0.25, None, -2.0])
'1.5 · (−0.25) · … · (−2)'
>>> print(latex_product([-1e-9, float("inf")]))
-1.000 \\cdot 10^{-9} \\cdot \\infty
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property, reduce
from math import isclose, log10, prod
from operator import mul
from typing import Final, NamedTuple

from ..engine import Value
from ..rules import Formula, as_formula, is_number, simplified
from ..text import WireNames, latex_name, latex_number, rounded, subscript, unicode_name
from .path_search import Between, Branch

MOST_INSERTIONS: Final = 4  # for each wire and branch, to find out whether two paths read alike
DEEPEST_EXPRESSION: Final = 2  # gates; what is behind gets a number for a name
WIDEST_EXPRESSION: Final = 3  # inputs
MOST_STEPS: Final = 8  # in one factor; more are shortened with …
LONGEST_COUNT: Final = 10**15  # that is written with all its digits

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

    def __init__(self, between: Between) -> None:
        self.between, self.circuit = between, between.circuit
        self._between_wires = frozenset(between.wires)
        ends = (between.leaf, between.output)
        texts = {w: unicode_name(w.label) for w in (*between.wires, *ends) if w.label}
        self._labels = self._labels_of_one_wire(texts)
        ambiguous = [wire for wire in texts if wire not in self._labels]
        self._numbered = WireNames(self.circuit, [between.leaf], ambiguous)

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
        """The name of a wire on a path: its label, or its number, v₇."""
        return self._labels[wire] if wire in self._labels else self._numbered.formula(wire)

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
        if len(factor.steps) == 1 and self.circuit.inputs(above).count(below) > 1:
            place = factor.steps[0].place + 1
        return self.derivative(above, below, place)

    def derivative(self, of: Value, by: Value, place: int | None = None) -> Formula:
        """The symbol of d(of)/d(by)."""
        (of_text, of_latex), (by_text, by_latex) = self.name(of).operands, self.name(by).operands
        small = index = ""
        if place is not None:
            small, index = subscript(place), f"_{place}" if place < 10 else f"_{{{place}}}"
        return Formula.symbol(
            f"∂{small}{of_text}/∂{by_text}",
            rf"\frac{{\partial{index} {of_latex}}}{{\partial {by_latex}}}",
        )

    def formula(self, factor: Factor) -> Formula:
        """The local gradients of a factor's steps, multiplied; ones are left out."""
        steps, skipped = list(factor.steps), len(factor.steps) > MOST_STEPS
        if skipped:
            del steps[MOST_STEPS // 2 : -MOST_STEPS // 2]
        parts = [self._local_gradient(step) for step in steps]
        if skipped:
            parts.insert(MOST_STEPS // 2, DOTS)
        return reduce(mul, [p for p in parts if not is_number(p, 1.0)] or [as_formula(1.0)])

    def _local_gradient(self, step: Branch) -> Formula:
        """A step's local gradient as its gate's row writes it."""
        wire = self.between.wires[step.target]
        gate = self.circuit.gate(wire)
        rule = gate.textbook_gradient or gate.local_gradient
        wires = (*self.circuit.inputs(wire), wire)
        gradients = rule(*(self._operand(operand, DEEPEST_EXPRESSION) for operand in wires))
        return simplified(as_formula(gradients[step.place]))

    def _operand(self, wire: Value, depth: int) -> Formula:
        """A wire in a formula: its name, its number, or the small expression that it stands for."""
        if wire in self._between_wires:
            if self.is_named(wire):
                return self.name(wire)
        elif text := unicode_name(wire.label):
            return Formula.symbol(text, latex_name(wire.label))
        if wire.is_constant:
            return as_formula(float(f"{wire.data:.6g}"))
        inputs = self.circuit.inputs(wire)
        if wire.is_leaf or not depth or len(inputs) > WIDEST_EXPRESSION:
            return self._numbered.formula(wire)
        gate = self.circuit.gate(wire)
        if not gate.has_rules:
            return self._numbered.formula(wire)
        operands = [self._operand(source, depth - 1) for source in inputs]
        if gate.rule is None or gate.definition is not None:  # a function, known by its name
            return Formula.apply_gate(gate, tuple(operands))
        return gate.trace_formula(*operands)

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


# --- numbers --------------------------------------------------------------------------------------


def number_text(number: float) -> str:
    """A number in a line of factors: with four digits after the point, or fewer if they do.

    >>> number_text(-2.0), number_text(1.5), number_text(0.19661)
    ('−2', '1.5', '0.1966')
    """
    if abs(number) >= 1e5:
        return rounded(number, 4)
    enough = (few for few in range(4) if isclose(number, round(number, few), rel_tol=1e-12))
    return rounded(number, next(enough, 4))


def count_text(count: int) -> str:
    """A whole number of any size: with commas, or by its power of ten.

    >>> count_text(1234567), count_text(2**200), count_text(10**18 - 1)
    ('1,234,567', '1.6·10^60', '1.0·10^18')
    """
    if count <= LONGEST_COUNT:
        return f"{count:,}"
    exponent, fraction = divmod(log10(count), 1.0)
    mantissa, carry = f"{10**fraction:.1e}".split("e+")
    return f"{mantissa}·10^{int(exponent) + int(carry)}"


def counted(count: int, what: str) -> str:
    """So and so many of something.

    >>> counted(1, "path"), counted(2000, "path")
    ('1 path', '2,000 paths')
    """
    return f"1 {what}" if count == 1 else f"{count_text(count)} {what}s"


def text_product(numbers: Sequence[float | None]) -> str:
    """Numbers as factors; None stands for those that are left out."""
    return " · ".join(_in_a_row(["…" if n is None else number_text(n) for n in numbers], "−"))


def latex_product(numbers: Sequence[float | None], sign: str = r" \cdot ") -> str:
    """The same in LaTeX; the sign between them can be another."""
    texts = [r"\cdots" if n is None else latex_number(number_text(n)) for n in numbers]
    return sign.join(_in_a_row(texts, "-"))


def _in_a_row(texts: list[str], minus: str) -> list[str]:
    """Negative numbers stand in brackets, where a sign stands before them."""
    return texts[:1] + [f"({text})" if text.startswith(minus) else text for text in texts[1:]]
