"""Paths to several leaves at once: what they have in common is computed once by backpropagation.

>>> from minigrad.engine import Value
>>> w, x, b = Value(2.0, label="w"), Value(-1.0, label="x"), Value(3.0, label="b")
>>> z = w * x + b; z.label = "z"
>>> a = z.tanh(); a.label = "a"
>>> C = a * a; C.label = "C"
>>> print(paths(C, [w, b]))
dC/dw = ∂z/∂w · ∂a/∂z · ∂C/∂a₍₁₎ + ∂z/∂w · ∂a/∂z · ∂C/∂a₍₂₎ = −0.640
dC/db = ∂z/∂b · ∂a/∂z · ∂C/∂a₍₁₎ + ∂z/∂b · ∂a/∂z · ∂C/∂a₍₂₎ = 0.640
They have in common, and backpropagation computes once:
dC/da = ∂C/∂a₍₁₎ + ∂C/∂a₍₂₎ = 1.52
dC/dz = ∂a/∂z · dC/da = 0.640
Gate by gate from dC/dC = 1, path by path that takes 14 multiplications, backpropagation takes 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, Final, overload

from ..engine import Value, looks_at_numbers
from ..rules import as_text, at_least_one
from ..text import ShownAsLines, check_notation, rounded, unicode_name
from .path_search import Between
from .paths import Paths, effort

MOST_SUMMANDS: Final = 3  # of a derivative that is written on one line
MOST_COMMON: Final = 20  # wires


class SharedPaths(ShownAsLines):
    """All ways from several wires to one output; iterate for the `Paths` of each.

    `naive_multiplications` counts what every path takes by itself, `backprop_multiplications` what
    is left when each step is taken once; both count the multiplication by the gradient 1 of the
    output.
    """

    def __init__(self, each: Sequence[Paths]) -> None:
        self._each = each

    def __iter__(self) -> Iterator[Paths]:
        return iter(self._each)

    def __len__(self) -> int:
        return len(self._each)

    def __getitem__(self, number: int) -> Paths:
        return self._each[number]

    @property
    def naive_multiplications(self) -> int:
        """Multiplications when every path to every leaf is multiplied by itself, gate by gate."""
        return sum(one.naive_multiplications for one in self._each)

    @cached_property
    def backprop_multiplications(self) -> int:
        """Multiplications when all paths share their work: one for each gate input on any path."""
        return len(
            {
                (one._between.wires[branch.target], branch.place)
                for one in self._each
                for branches in one._between.branches
                for branch in branches
            }
        )

    @property
    def common(self) -> list[Value]:
        """The labelled wires that the paths to several leaves pass, from the output back."""
        passed = Counter(wire for one in self._each for wire in one._between.wires[1:-1])
        place = self._each[0]._between.circuit.place
        shared = [wire for wire, times in passed.items() if times > 1 and unicode_name(wire.label)]
        return sorted(shared, key=place.__getitem__, reverse=True)

    def __str__(self) -> str:
        lines = [_written(one) for one in self._each]
        if common := self.common:
            lines.append("They have in common, and backpropagation computes once:")
            lines += [self._step(wire) for wire in common[:MOST_COMMON]]
            lines += [f"… and {len(common) - MOST_COMMON} more"] * (len(common) > MOST_COMMON)
        output = self._each[0]._between.output
        ones = as_text(self._each[0]._names.total(output, output))
        counts = self.naive_multiplications, self.backprop_multiplications
        return "\n".join([*lines, effort(ones, *counts)])

    def _step(self, wire: Value) -> str:
        """The derivative by a wire in common, from those by the next wires on the way."""
        between = self._each[0]._between
        notation = self._each[0].notation
        one = Paths(Between(between.output, wire), limit=None, notation=notation)
        names, seen = one._names, {}
        for path in islice(one, MOST_SUMMANDS + 1):
            first = names.factors(path._steps)[0]
            target = one._between.wires[first.steps[-1].target]
            text = as_text(names.symbol(first))
            if target is not between.output:
                text += f" · {as_text(names.total(between.output, target))}"
            seen[text] = path
        derivative, total = as_text(one._derivative), rounded(one.total)
        if one.count > MOST_SUMMANDS:
            return f"{derivative} = {total}"
        return f"{derivative} = {' + '.join(sorted(seen))} = {total}"

    def __repr__(self) -> str:
        return f"<paths to {len(self)} wires: {', '.join(repr(one)[1:-1] for one in self._each)}>"


def _written(one: Paths) -> str:
    derivative, total = as_text(one._derivative), rounded(one.total)
    terms = [path.symbols or "1" for path in islice(one, MOST_SUMMANDS)]
    more = ["…"] * (one.count > len(terms))
    if not terms:
        return f"{derivative} = {total}: no path leads there"
    return f"{derivative} = {' + '.join([*terms, *more])} = {total}"


@overload
def paths(output: Value, leaf: Value, limit: int | None = 10, *, notation: str = "l") -> Paths: ...
@overload
def paths(
    output: Value, leaf: Iterable[Value], limit: int | None = 10, *, notation: str = "l"
) -> SharedPaths: ...
def paths(
    output: Value, leaf: Any, limit: int | None = 10, *, notation: str = "l"
) -> Paths | SharedPaths:
    """The chain rule for d(output)/d(leaf), as a sum over the paths from the leaf to the output.

    >>> import minigrad as mg
    >>> x = mg.Value(3.0, label="x")
    >>> f = x * x; f.label = "f"
    >>> routes = mg.paths(f, x)
    >>> routes.count, routes.total, [path.symbols for path in routes]
    (2, 6.0, ['∂f/∂x₍₁₎', '∂f/∂x₍₂₎'])

    `leaf` can be any wire; when the output does not depend on it there are 0 paths and the total is
    0. `limit` bounds how many paths are gone through and shown, the largest |contribution| first;
    None means all. Count, total and multiplications take one pass over the gates in any case.
    Several leaves in a list show what their paths have in common; see `SharedPaths`.
    `notation="[l]"` writes layers in brackets.
    """
    looks_at_numbers("mg.paths")
    check_notation(notation)
    if limit is not None:
        limit = at_least_one("limit", limit)
    if isinstance(leaf, (Value, str)) or not hasattr(leaf, "__iter__"):
        return Paths(Between(output, leaf), limit, notation)
    leaves = {id(one): one for one in leaf}
    if not leaves:
        raise ValueError("paths(C, [θ₁, …]) goes to at least one wire behind C; got an empty list")
    each = [Paths(Between(output, one), limit, notation) for one in leaves.values()]
    return SharedPaths(each)
