"""The kinds of gates on a tape of gates: a gate with so many inputs, and its derivatives.

>>> kind = kind_of(GATES["mul"], 2)
>>> kind.slopes, kind.pairs, kind.curvatures
((Formula('x1'), Formula('x0')), ((0, 1),), (Formula('1'),))
>>> kind_of(GATES["pow"], 1, (3.0,)).slopes_at([2.0], 8.0)
(12.0,)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import combinations_with_replacement
from typing import Any, Final

from ..rules import (
    GATES,
    Formula,
    Gate,
    as_text,
    function_of_formulas,
    is_number,
    parts_first,
)
from .formula_derivatives import Algebra
from .kernels import input_symbols

SUM: Final = GATES["sum"]
OUT: Final = Formula.symbol("out")
FORMULA, SUM_FORM, DOT_FORM, GIVEN = "formula", "sum", "dot", "given"


@dataclass(frozen=True, eq=False)
class GateKind:
    """A gate with so many inputs: its value and its derivatives, as formulas over x0, x1, …, out.

    `pairs` are the inputs, by twos, that have a curvature; `slopes` has None for an input that gets
    none. Three forms, of any length, have no formulas: SUM, DOT, and GIVEN, whose inputs are its
    value, then those that get a slope, then these slopes, which are wires of their own.
    """

    name: str
    gate: Gate | None
    count: int
    forward: Callable[..., float]
    value: Formula | None = None
    slopes: tuple[Formula | None, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    curvatures: tuple[Formula, ...] = ()
    routes: bool = False
    form: str = FORMULA

    @cached_property
    def leading(self) -> Sequence[int]:
        """The places of the inputs that have a slope."""
        if self.form == GIVEN:
            return range(1, 1 + self.count // 2)
        if self.form != FORMULA:
            return range(self.count)
        return [place for place, slope in enumerate(self.slopes) if slope is not None]

    @property
    def is_differentiable_once(self) -> bool:
        """Whether it bends, and no formula says how much: its slopes are ordinary Python."""
        return self.form == FORMULA and len(self.curvatures) < len(self.pairs)

    def bent_by(self, pair: tuple[int, int]) -> tuple[int, ...]:
        """Which of a pair's inputs get something when the other one moves."""
        return pair[:1] if self.form == GIVEN else pair

    def slopes_at(self, numbers: Sequence[float], out: float) -> Sequence[float]:
        """d(output)/d(input) for each input; 0.0 where there is none."""
        if self.form == SUM_FORM:
            return (1.0,) * self.count
        middle = self.count // 2
        if self.form == DOT_FORM:
            return (*numbers[middle:], *numbers[:middle])
        if self.form == GIVEN:
            return (0.0, *numbers[1 + middle :], *[0.0] * middle)
        found: Sequence[float] = _slopes_on_floats(self)(*numbers, out)
        return found

    def curvatures_at(self, numbers: Sequence[float], out: float) -> Sequence[float]:
        """For each of `pairs` the second derivative."""
        if self.form != FORMULA:
            return (1.0,) * len(self.pairs)
        found: Sequence[float] = _curvatures_on_floats(self)(*numbers, out)
        return found

    def __repr__(self) -> str:
        return f"<{self.name} of {self.count}>"


@cache
def read_by_derivatives(kind: GateKind) -> tuple[frozenset[int], bool]:
    """The inputs, by place, whose numbers or tangents the way back reads; whether it reads out."""
    if kind.form == SUM_FORM:
        return frozenset(), False
    if kind.form == DOT_FORM:
        return frozenset(range(kind.count)), False
    if kind.form == GIVEN:
        return frozenset(range(1 + kind.count // 2, kind.count)), False
    formulas = [slope for slope in (*kind.slopes, *kind.curvatures) if slope is not None]
    found = {part.operands[0] for part in parts_first(*formulas) if part.operation == "symbol"}
    places = {int(name[1:]) for name in found if name != "out"}
    places |= {place for pair in kind.pairs for place in pair}
    return frozenset(places), "out" in found


@cache
def kind_of(gate: Gate, count: int, last: tuple[float, ...] = ()) -> GateKind:
    """The kind of a gate with `count` inputs, and with fixed numbers for its last ones."""
    if gate is SUM:
        return GateKind(gate.name, gate, count, gate.on_floats(count), form=SUM_FORM)
    if gate.is_dot:
        middle = count // 2
        pairs = tuple((place, middle + place) for place in range(middle))
        return GateKind(gate.name, gate, count, gate.on_floats(count), pairs=pairs, form=DOT_FORM)
    symbols = input_symbols(count)
    inputs = [*symbols, *map(_number, last)]
    local = gate.local_formulas(*inputs, out=OUT)[:count]
    name = gate.name + "".join(f" {number:g}" for number in last)
    if gate.opaque:
        return _opaque_kind(name, gate, symbols, local)
    return _kind(name, gate, symbols, gate.trace_formula(*inputs), local)


@cache
def given(count: int, routes: bool) -> GateKind:
    """A number whose slopes towards `count` inputs are wires."""
    pairs = tuple((1 + place, 1 + count + place) for place in range(count))
    name = "given slopes"
    return GateKind(
        name, None, 1 + 2 * count, lambda out, *_: out, pairs=pairs, routes=routes, form=GIVEN
    )


@cache
def choice(comparison: str) -> GateKind:
    """`where` as a gate: two numbers that are compared, and two of which one is chosen."""
    symbols = input_symbols(4)
    value = Formula("where", (Formula(comparison, tuple(symbols[:2])), *symbols[2:]))
    slopes = Algebra().tangents([value], {symbol: i for i, symbol in enumerate(symbols)})[0]
    local = [slopes.get(place, _number(0.0)) for place in range(4)]
    return _kind(as_text(value), None, symbols, value, local)


def _kind(
    name: str, gate: Gate | None, symbols: list[Formula], value: Formula, local: list[Formula]
) -> GateKind:
    algebra = Algebra()
    slopes = [algebra.formula(slope) for slope in local]
    leading = {i: slope for i, slope in enumerate(slopes) if not is_number(slope, 0.0)}
    places: dict[Formula, Any] = {symbol: place for place, symbol in enumerate(symbols)}
    second = algebra.tangents(slopes, {**places, OUT: leading})
    curvatures = {
        (j, k): curvature
        for j, tangents in enumerate(second)
        for k, curvature in tangents.items()
        if j <= k
    }
    value = algebra.formula(value)
    return GateKind(
        name,
        gate,
        len(symbols),
        function_of_formulas("value", [f"x{i}" for i in range(len(symbols))], value),
        value,
        tuple(leading.get(i) for i in range(len(symbols))),
        tuple(curvatures),
        tuple(curvatures.values()),
        routes=gate is None or gate.routes,
    )


def _opaque_kind(name: str, gate: Gate, symbols: list[Formula], local: list[Formula]) -> GateKind:
    """The kind of a gate whose value is ordinary Python; its slopes may be formulas, or that too.

    Where they are ordinary Python every pair of inputs may bend it, and no formula says how much.
    """
    count = len(symbols)
    forward = gate.on_floats(count)
    try:
        kind = _kind(name, gate, symbols, OUT, local)
    except TypeError:  # the slopes' own slopes have no rule
        pairs = tuple(combinations_with_replacement(range(count), 2))
        return GateKind(name, gate, count, forward, OUT, tuple(local), pairs)
    return replace(kind, forward=forward)


@cache
def _slopes_on_floats(kind: GateKind) -> Callable[..., Sequence[float]]:
    if kind.gate is not None and kind.gate.opaque:
        return kind.gate.gradients_on_floats(kind.count)
    return _on_floats(kind, [_number(0.0) if slope is None else slope for slope in kind.slopes])


@cache
def _curvatures_on_floats(kind: GateKind) -> Callable[..., Sequence[float]]:
    if not kind.curvatures:
        return lambda *_: ()
    return _on_floats(kind, list(kind.curvatures))


def _on_floats(kind: GateKind, formulas: list[Formula]) -> Callable[..., Sequence[float]]:
    names = [*[f"x{i}" for i in range(kind.count)], "out"]
    made: Callable[..., Sequence[float]] = function_of_formulas(
        "derivatives", names, *formulas, as_tuple=True
    )
    return made


def _number(number: float) -> Formula:
    return Formula("number", (number,))
