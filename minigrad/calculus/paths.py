"""The chain rule as a sum over paths: every way from a wire to the output, as a product.

>>> from minigrad.engine import Value
>>> x, y = Value(3.0, label="x"), Value(-2.0, label="y")
>>> u = x * y; u.label = "u"
>>> f = u + x; f.label = "f"
>>> print(Paths(Between(f, x), limit=10))
df/dx = −1, the sum over 2 paths:
1. ∂u/∂x · ∂f/∂u
   = y · 1
   = −2 · 1
   = −2
2. ∂f/∂x
   = 1
Gate by gate from df/df = 1, path by path that takes 3 multiplications, backpropagation takes 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final

from ..engine import Value
from ..rules import Formula, as_latex, as_text
from ..text import ShownAsLines, count_text, counted, latex_number, rounded
from .path_notation import (
    DOTS,
    Factor,
    PathNames,
    latex_product,
    text_product,
)
from .path_search import Between, Branch, LargestFirst

MOST_WRITTEN: Final = 50  # paths, in text and LaTeX; iterating goes on
MOST_FACTORS: Final = 16  # that are written; of a longer path the middle is left out

LOOSE: Final = ("+", "-", "neg", "where")  # operations that stand in brackets among factors


class Path(ShownAsLines):
    """One way from a wire to the output, and what it contributes to the gradient.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-3.0, label="x")
    >>> z = w * x; z.label = "z"
    >>> a = z.tanh(); a.label = "a"
    >>> (path,) = mg.paths(a, w)
    >>> path.symbols, path.formulas
    ('∂z/∂w · ∂a/∂z', 'x · (1 − a²)')
    >>> path.local_gradients == z.local_gradients[:1] + a.local_gradients
    True

    `wires` are those that it passes, from the leaf to the output; `places` says at which input it
    enters each gate, and `local_gradients` holds a number for each. `product` is their product, the
    contribution, multiplied from the output back as backpropagation does. In symbols, formulas and
    numbers a step through an unlabelled wire is drawn into one factor with the next.
    """

    def __init__(self, names: PathNames, steps: list[Branch], product: float) -> None:
        self._names, self._steps = names, steps
        self.product = product

    @property
    def wires(self) -> tuple[Value, ...]:
        """The wires that the path passes, from the leaf to the output."""
        wires = self._names.between.wires
        return (wires[0], *(wires[step.target] for step in self._steps))

    @property
    def places(self) -> tuple[int, ...]:
        """At which input the path enters each of its gates."""
        return tuple(step.place for step in self._steps)

    @property
    def local_gradients(self) -> tuple[float, ...]:
        """The local gradient of each of its gates, towards that input."""
        return tuple(step.local_gradient for step in self._steps)

    @property
    def symbols(self) -> str:
        """The path as derivatives: `∂z/∂w · ∂a/∂z`."""
        return " · ".join(as_text(self._symbol(factor)) for factor in self._factors)

    @property
    def latex(self) -> str:
        """The path as derivatives, in LaTeX."""
        return r" \cdot ".join(as_latex(self._symbol(factor)) for factor in self._factors)

    @property
    def formulas(self) -> str:
        """The path as local gradients: `x · (1 − a²)`."""
        parts = map(self._formula, self._factors)
        return " · ".join(_as_factor(as_text(part), part, "()") for part in parts)

    @property
    def _formulas_in_latex(self) -> str:
        parts, brackets = map(self._formula, self._factors), (r"\left(", r"\right)")
        return r" \cdot ".join(_as_factor(as_latex(part), part, brackets) for part in parts)

    @property
    def numbers(self) -> str:
        """The path as numbers: `(−3) · 0.5`."""
        return text_product(self._numbers)

    @property
    def _numbers(self) -> list[float | None]:
        return [factor and factor.number for factor in self._factors]

    @cached_property
    def _factors(self) -> list[Factor | None]:
        """The factors that are written; None stands for those in the middle that are left out."""
        factors: list[Factor | None] = [*self._names.factors(self._steps)]
        if len(factors) > MOST_FACTORS:
            factors[MOST_FACTORS // 2 : -MOST_FACTORS // 2] = [None]
        return factors

    def _symbol(self, factor: Factor | None) -> Formula:
        return DOTS if factor is None else self._names.symbol(factor)

    def _formula(self, factor: Factor | None) -> Formula:
        return DOTS if factor is None else self._names.formula(factor)

    def _rows(self) -> list[str]:
        rows = [self.symbols or "1", self.formulas, self.numbers, rounded(self.product)]
        return _without_repetition(rows)

    def __str__(self) -> str:
        return "\n= ".join(self._rows())

    def __repr__(self) -> str:
        return f"<path {self.symbols or '1'} = {rounded(self.product)}>"


class Paths(ShownAsLines):
    """All ways from a wire to the output; iterate for the largest contributions, `limit` at most.

    >>> import minigrad as mg
    >>> x = mg.Value(1.0, label="x")
    >>> y = x
    >>> for _ in range(200):
    ...     y = y + y
    >>> routes = mg.paths(y, x, limit=3)
    >>> routes.count == 2**200 and routes.total == 2.0**200
    True
    >>> [path.product for path in routes]
    [1.0, 1.0, 1.0]

    Printed, it is text; `latex` is an equation; a notebook shows it typeset.
    """

    def __init__(self, between: Between, limit: int | None, notation: str = "l") -> None:
        self._between, self.limit, self.notation = between, limit, notation

    def __iter__(self) -> Iterator[Path]:
        """The paths, the largest |contribution| first; infinite and nan ones before all others."""
        for steps, product in islice(self._largest_first, self.limit):
            yield Path(self._names, steps, product)

    @cached_property
    def total(self) -> float:
        """The sum over all paths: what `leaf.grad` is after one `output.backward()`, to the bit."""
        return self._between.gradient()

    @property
    def count(self) -> int:
        """The number of paths, exact, without going through them."""
        return self._count_and_length[0]

    @property
    def naive_multiplications(self) -> int:
        """Multiplications when every path is multiplied by itself: one for each of its gates."""
        return self._count_and_length[1]

    @property
    def backprop_multiplications(self) -> int:
        """Multiplications when paths share their work: one for each input that a path enters.

        Like the naive way's it counts the multiplication of a local gradient by the gradient 1 of
        the output, and only what leads to this one leaf.
        """
        return self._between.count_branches()

    @property
    def latex(self) -> str:
        """d(output)/d(leaf) as a sum of products of derivatives, in LaTeX."""
        return f"{as_latex(self._derivative)} = {self._sum_in_latex()}"

    @cached_property
    def _names(self) -> PathNames:
        return PathNames(self._between, self.notation)

    @cached_property
    def _largest_first(self) -> LargestFirst:
        return LargestFirst(self._between)

    @cached_property
    def _count_and_length(self) -> tuple[int, int]:
        return self._between.count_paths()

    @property
    def _derivative(self) -> Formula:
        return self._names.total(self._between.output, self._between.leaf)

    def _sum_in_latex(self, plus: str = " + ") -> str:
        shown = self._written()
        terms = [path.latex or "1" for path in shown] + [r"\cdots"] * (self.count > len(shown))
        return plus.join(terms) or "0"

    def _written(self) -> list[Path]:
        return list(islice(self, MOST_WRITTEN))

    def __str__(self) -> str:
        head = f"{as_text(self._derivative)} = {rounded(self.total)}"
        shown = self._written()
        if not shown:
            return f"{head}: no path leads there"
        if self.count == 1:
            derivative, rows = as_text(self._derivative), shown[0]._rows()
            if len(shown[0]._factors) <= 1:  # df/dx = ∂f/∂x would say nothing
                del rows[0]
            body = f"{derivative} = " + f"\n{' ' * len(derivative)} = ".join(rows)
        else:
            items = [
                f"{place}. " + f"\n{' ' * len(f'{place}. ')}= ".join(path._rows())
                for place, path in enumerate(shown, start=1)
            ]
            if self.count > len(shown):
                items.append(f"… and {count_text(self.count - len(shown))} more")
            body = "\n".join([f"{head}, the sum over {counted(self.count, 'path')}:", *items])
        return "\n".join([body, *self._effort(shown)])

    def _effort(self, shown: Sequence[Path]) -> list[str]:
        """What the multiplications come to: those of the one product that is written, or of all."""
        if self.count > 1:
            ones = as_text(self._names.total(self._between.output, self._between.output))
            return [effort(ones, self.naive_multiplications, self.backprop_multiplications)]
        factors = len(self._names.factors(shown[0]._steps))
        if factors < 2:
            return []
        multiplications = counted(factors - 1, "multiplication")
        return [f"A product of {factors} factors takes {multiplications}."]

    def __repr__(self) -> str:
        how_many = counted(self.count, "path")
        return f"<{as_text(self._derivative)} = {rounded(self.total)}: {how_many}>"

    def _repr_latex_(self) -> str:
        rows = [self._sum_in_latex(plus=r" \\ &\quad + ")]
        shown = self._written()
        if self.count == 1:
            (path,) = shown
            if len(path._factors) <= 1:
                rows.clear()
            rows += [path._formulas_in_latex, latex_product(path._numbers)]
        elif shown:
            products: list[float | None] = [path.product for path in shown]
            products += [None] * (self.count > len(shown))
            rows.append(latex_product(products, " + "))
        rows.append(latex_number(rounded(self.total)))
        derivative, *rows = _without_repetition([as_latex(self._derivative), *rows])
        body = r" \\ &= ".join(rows)
        return rf"$$\begin{{aligned}} {derivative} &= {body} \end{{aligned}}$$"


def effort(ones: str, naive: int, shared: int) -> str:
    """How many multiplications there are path by path, and with what is common computed once."""
    return (
        f"Gate by gate from {ones} = 1, path by path that takes "
        f"{counted(naive, 'multiplication')}, backpropagation takes {count_text(shared)}."
    )


def _without_repetition(rows: list[str]) -> list[str]:
    return [row for row, before in zip(rows, ["", *rows]) if row and row != before]


def _as_factor(text: str, formula: Formula, brackets: Sequence[str]) -> str:
    opening, closing = brackets
    return f"{opening}{text}{closing}" if formula.operation in LOOSE else text
