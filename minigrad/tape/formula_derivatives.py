"""Derivatives of formulas, by the rules of the gates that they are made of.

Every operation of a formula is a gate of the table, and its local gradients are formulas again. So
a formula is differentiated in forward mode: each part carries its tangents towards the symbols.

>>> from minigrad.rules import GATES, Formula, as_text
>>> x, y = Formula.symbol("x"), Formula.symbol("y")
>>> algebra = Algebra()
>>> [slopes] = algebra.tangents([x * y + x], {x: 0, y: 1})
>>> {k: as_text(slope) for k, slope in slopes.items()}
{0: 'y + 1', 1: 'x'}

Equal parts are one part, and what a reader would not write is left out: 0·x, 1·x, x + 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import eq, ge, gt, le, lt
from typing import Any, Final

from ..rules import COMPARISONS, GATES, Formula, as_formula, is_number, parts_first

Tangents = Mapping[int, Formula]  # by the place of a symbol; what is missing is 0

GATE_OF: Final = {
    "+": GATES["add"],
    "-": GATES["sub"],
    "*": GATES["mul"],
    "/": GATES["div"],
    "**": GATES["pow"],
    "neg": GATES["neg"],
}
COMPARED: Final = dict(zip(COMPARISONS, (lt, le, gt, ge, eq)))


def gate_and_inputs(part: Formula) -> tuple[Any, ...]:
    """The gate that a part of a formula calls, or that its operation is, and the inputs."""
    return part.operands if part.operation == "call" else (GATE_OF[part.operation], *part.operands)


class Algebra:
    """Formulas of which equal ones are one object.

    `exact`: simplified to what is the same to the last bit.
    """

    def __init__(self, exact: bool = False) -> None:
        self._exact = exact
        self._known: dict[Any, Formula] = {}
        self._made: dict[Formula, Formula] = {}

    def formula(self, formula: Formula) -> Formula:
        """The same formula, simplified."""
        made = self._made
        for part in parts_first(formula):
            if part not in made:
                operands = [made[x] if isinstance(x, Formula) else x for x in part.operands]
                result = self.make(part.operation, *operands, symbol=part)
                made[part] = made[result] = result
        return made[formula]

    def formulas(self, formulas: Sequence[Formula]) -> list[Formula]:
        """The same formulas, simplified, with equal parts of any of them as one."""
        return [self.formula(formula) for formula in formulas]

    def number(self, number: float) -> Formula:
        """The formula of a number."""
        return self._interned("number", (float(number),), float(number).hex())

    def make(self, operation: str, *operands: Any, symbol: Formula | None = None) -> Formula:
        """An operation on formulas that were made here."""
        if operation == "number":
            return self.number(operands[0])
        if operation == "symbol":
            return self._interned("symbol", operands, symbol)
        simple = self._simple(operation, operands)
        if simple is not None:
            return simple
        key = tuple(id(x) if isinstance(x, Formula) else x for x in operands)
        return self._interned(operation, operands, key)

    def _interned(self, operation: str, operands: tuple[Any, ...], key: Any) -> Formula:
        known = self._known.get((operation, key))
        if known is None:
            is_symbol = operation == "symbol"
            known = key if is_symbol else Formula(operation, operands)
            self._known[operation, key] = known
            self._made[known] = known
        return known

    def _simple(self, operation: str, operands: tuple[Any, ...]) -> Formula | None:
        """What the operation is without being done; None where it has to be."""
        if operation == "where":
            condition, x, y = operands
            if condition.operation == "known":
                chosen: Formula = x if condition.operands[0] else y
                return chosen
            return x if x is y else None
        numbers = [x.operands[0] for x in operands if getattr(x, "operation", "") == "number"]
        if operation in COMPARED and len(numbers) == 2:
            return self._interned("known", (holds := COMPARED[operation](*numbers),), holds)
        if operation == "neg":
            if numbers:
                return self.number(-numbers[0])
            return operands[0].operands[0] if operands[0].operation == "neg" else None
        if operation not in GATE_OF:
            return None
        x, y = operands
        if len(numbers) == 2:
            return self.number(GATE_OF[operation].forward(*numbers))
        if operation == "**" and is_number(y, 2.0) and not self._exact:
            return self.make("*", x, x)  # half a unit in the last place apart, at most
        if operation == "**" and is_number(y, 3.0) and not self._exact:
            return self.make("*", self.make("*", x, x), x)
        if operation in ("*", "/", "**") and is_number(y, 1.0):
            return as_formula(x)
        if operation == "*" and is_number(x, 1.0):
            return as_formula(y)
        if operation == "*" and is_number(x, -1.0):
            return self.make("neg", y)
        return None

    def plus(self, x: Formula | None, y: Formula) -> Formula:
        """The sum; None is nothing."""
        return y if x is None else self.make("+", x, y)

    def times(self, x: Formula, y: Formula) -> Formula:
        """The product of slopes: 0 times anything is 0, for it is no number that was computed."""
        if is_number(x, 0.0) or is_number(y, 0.0):
            return self.number(0.0)
        return self.make("*", x, y)

    def tangents(
        self, formulas: Sequence[Formula], places: Mapping[Formula, int | Tangents]
    ) -> list[dict[int, Formula]]:
        """For each formula its slope towards the symbols; those that are 0 are left out.

        `places` has the place of each symbol, or its tangents.
        """
        formulas = self.formulas(formulas)
        found: dict[Any, dict[int, Formula]] = {}
        for symbol, place in places.items():
            is_place = isinstance(place, int)
            found[symbol] = {place: self.number(1.0)} if is_place else dict(place)  # type: ignore
        for part in parts_first(*formulas):
            if part not in found:
                found[part] = self._of_part(part, found)
        return [found[formula] for formula in formulas]

    def _of_part(
        self, part: Formula, found: Mapping[Formula, dict[int, Formula]]
    ) -> dict[int, Formula]:
        operation, operands = part.operation, part.operands
        if operation in ("symbol", "number", "known") or operation in COMPARISONS:
            return {}
        if operation == "where":
            condition, x, y = operands
            places = [*found[x], *[k for k in found[y] if k not in found[x]]]
            zero = self.number(0.0)
            chosen = {
                k: self.make("where", condition, found[x].get(k, zero), found[y].get(k, zero))
                for k in places
            }
            return {k: slope for k, slope in chosen.items() if not is_number(slope, 0.0)}
        gate, *inputs = gate_and_inputs(part)
        if not any(found[x] for x in inputs):
            return {}
        slopes: dict[int, Formula] = {}
        for source, local in zip(inputs, gate.local_formulas(*inputs, out=part)):
            if found[source]:
                local = self.formula(local)
                for k, tangent in found[source].items():
                    slopes[k] = self.plus(slopes.get(k), self.times(local, tangent))
        return {k: slope for k, slope in slopes.items() if not is_number(slope, 0.0)}
