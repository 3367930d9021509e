"""Costs as a class writes them: the formula, its derivative, and both in numbers.

>>> from minigrad.nn import losses
>>> outputs = [("a_1^2", Value(0.75))]
>>> cost = written_cost(losses.half_squared_error, outputs, 1.0)
>>> cost.formulas
[Line(pieces=['C = ½·(a − t)²', Gap(), '∂C/∂a = a − t'])]

A loss that is not in `WRITTEN` has no formula here; then the sheet gives its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Any, Final

from ..engine import Value
from ..nn import losses
from .pages import Answer, Gap, Given, Line, Name, Piece, Pieces, Words, in_brackets, joined

ALL_OTHERS: Final = ", over all classes but the right one, whose score is "

Outputs = Sequence[tuple[str, Value]]  # the last layer's activations, with their labels


@dataclass(frozen=True)
class Derivative:
    """∂C/∂a of one output: a factor or none, and a difference in symbols and in numbers."""

    symbols: Pieces
    numbers: Pieces
    factor: str = ""

    def as_factor(self, pieces: Pieces) -> Pieces:
        """The symbols, or the numbers, as they stand behind a dot."""
        return [self.factor, "(", *pieces, ")"]

    def alone(self, pieces: Pieces) -> Pieces:
        """The symbols, or the numbers, as they stand behind an equals sign."""
        return self.as_factor(pieces) if self.factor else pieces


@dataclass(frozen=True)
class Step:
    """A line of the forward pass: a name, what it is in symbols and in numbers, and its number."""

    name: Pieces
    symbols: Pieces
    numbers: Pieces
    result: float


@dataclass(frozen=True)
class WrittenCost:
    """What a sheet says of a cost."""

    formulas: list[Line | Words]
    targets: Line | Words  # how the targets enter the formulas
    symbols: Pieces  # C itself
    numbers: Pieces
    derivatives: list[Derivative] = field(default_factory=list)  # none: by the formula alone
    steps: list[Step] = field(default_factory=list)  # before C


def written_cost(loss: Any, outputs: Outputs, target: Any) -> WrittenCost | None:
    """The cost in writing; None for one that has no formula here."""
    write = next((write for known, write in WRITTEN if known is loss), None)
    return write(outputs, target) if write else None


def _squares(factor: str, slope: str, mean: bool = False) -> Callable[[Outputs, Any], WrittenCost]:
    """A sum of squares times a factor; its derivative is `slope` times the difference."""

    def write(outputs: Outputs, target: Any) -> WrittenCost:
        targets = list(target) if hasattr(target, "__iter__") else [target]
        count = len(outputs)
        before, times = factor, slope
        if mean and count > 1:
            before, times = f"1/{count}·", f"2/{count}·" if count > 2 else ""
        single = count == 1
        formula = f"C = {before}(a − t)²" if single else f"C = {before}Σⱼ (aⱼ − tⱼ)²"
        derivative = f"{times}(a − t)" if times else "a − t"
        if not single:
            derivative = derivative.replace("a", "aⱼ").replace("t", "tⱼ")
        name = "∂C/∂a" if single else "∂C/∂aⱼ"
        differences = [
            Derivative(
                [Name(label), " − ", Name(f"t_{j}")],
                [Answer(a.data), " − ", *in_brackets(Given(t))],
                times,
            )
            for j, ((label, a), t) in enumerate(zip(outputs, targets), 1)
        ]
        return WrittenCost(
            formulas=[Line([formula, Gap(), f"{name} = {derivative}"])],
            targets=Line(_equations([(f"t_{j}", t) for j, t in enumerate(targets, 1)])),
            symbols=_times(before, [["(", *each.symbols, ")²"] for each in differences]),
            numbers=_times(before, [["(", *each.numbers, ")²"] for each in differences]),
            derivatives=differences,
        )

    return write


def _times(factor: str, terms: Sequence[Pieces]) -> Pieces:
    if not factor or len(terms) == 1:
        return [factor, *joined(terms)]
    return [factor, "(", *joined(terms), ")"]


def _binary_cross_entropy(outputs: Outputs, target: Any) -> WrittenCost:
    ((label, a),) = outputs
    t = float(target)
    p = 1.0 / (1.0 + exp(-a.data)) if a.data > -700.0 else 0.0
    symbols: Pieces = ["−", Name("t_1"), "·log(p) − (1 − ", Name("t_1"), ")·log(1 − p)"]
    numbers: list[Piece] = ["−", Given(t), "·log(", Answer(p), ") − (1 − ", Given(t)]
    return WrittenCost(
        formulas=[
            Line(["p = σ(a)", Gap(), "σ(z) = 1/(1 + exp(−z))"]),
            Line(["C = −t·log(p) − (1 − t)·log(1 − p)", Gap(), "∂C/∂a = p − t"]),
        ],
        targets=Line(_equations([("t_1", t)])),
        symbols=symbols,
        numbers=[*numbers, ")·log(1 − ", Answer(p), ")"],
        derivatives=[Derivative(["p − ", Name("t_1")], [Answer(p), " − ", Given(t)])],
        steps=[Step(["p"], ["σ(", Name(label), ")"], [], p)],
    )


def _cross_entropy(outputs: Outputs, target: Any) -> WrittenCost:
    zs = [a.data for _, a in outputs]
    powers = [exp(z - max(zs)) for z in zs]
    ps = [power / sum(powers) for power in powers]
    is_class = not hasattr(target, "__iter__")
    ys = [float(j == int(target)) for j in range(len(zs))] if is_class else list(target)
    said = _equations([(f"y_{j}", y) for j, y in enumerate(ys, 1)])
    total = joined([["exp(", Name(label), ")"] for label, _ in outputs])
    numbers = joined([["exp(", Answer(z), ")"] for z in zs])
    terms = [(j, y) for j, y in enumerate(ys) if y or not is_class]
    symbols: list[Pieces] = [
        (["log(", Name(f"p_{j + 1}"), ")"])
        if is_class
        else ([Name(f"y_{j + 1}"), "·log(", Name(f"p_{j + 1}"), ")"])
        for j, _ in terms
    ]
    weights: dict[int, Pieces] = {j: [] if is_class else [Given(y), "·"] for j, y in terms}
    worked: list[Pieces] = [[*weights[j], "log(", Answer(ps[j]), ")"] for j, _ in terms]
    return WrittenCost(
        formulas=[
            Line(["pⱼ = exp(aⱼ) / Σₖ exp(aₖ)"]),
            Line(["C = −Σⱼ yⱼ·log(pⱼ)", Gap(), "∂C/∂aⱼ = pⱼ − yⱼ"]),
        ],
        targets=Words([_class(target), said]) if is_class else Line(said),
        symbols=_minus(symbols),
        numbers=_minus(worked),
        derivatives=[
            Derivative([Name(f"p_{j}"), " − ", Name(f"y_{j}")], [Answer(p), " − ", Given(y)])
            for j, (p, y) in enumerate(zip(ps, ys), 1)
        ],
        steps=[
            Step(
                [Name(f"p_{j}")],
                ["exp(", Name(label), ")/(", *total, ")"],
                ["exp(", Answer(z), ")/(", *numbers, ")"],
                p,
            )
            for j, ((label, _), z, p) in enumerate(zip(outputs, zs, ps), 1)
        ],
    )


def _class(target: Any) -> str:
    return f"The right class is number {int(target)}, counted from 0: "


def _minus(terms: list[Pieces]) -> Pieces:
    return ["−", *terms[0]] if len(terms) == 1 else ["−(", *joined(terms), ")"]


def _hinge(outputs: Outputs, target: Any) -> WrittenCost:
    ((label, a),) = outputs
    y = 1.0 if float(target) > 0.0 else -1.0
    return WrittenCost(
        formulas=[Line(["C = max(0, 1 − y·a)", Gap(), "∂C/∂a = −y if y·a < 1, else 0"])],
        targets=Line(_equations([("y", y)])),
        symbols=["max(0, 1 − y·", Name(label), ")"],
        numbers=["max(0, 1 − ", *in_brackets(Given(y)), "·", *in_brackets(Answer(a.data)), ")"],
    )


def _multiclass_hinge(outputs: Outputs, target: Any) -> WrittenCost:
    right, right_a = outputs[int(target)]
    others = [output for j, output in enumerate(outputs) if j != int(target)]
    symbols: list[Pieces] = [
        ["max(0, ", Name(label), " − ", Name(right), " + 1)"] for label, _ in others
    ]
    less: Pieces = [" − ", *in_brackets(Answer(right_a.data))]
    numbers: list[Pieces] = [
        ["max(0, ", *in_brackets(Answer(a.data)), *less, " + 1)"] for _, a in others
    ]
    return WrittenCost(
        formulas=[
            Words([["C = Σⱼ max(0, aⱼ − a + 1)"], ALL_OTHERS, ["a"]]),
            Line(
                ["∂C/∂aⱼ = 1 if aⱼ − a + 1 > 0, else 0", Gap(), "∂C/∂a = −(how many of them are 1)"]
            ),
        ],
        targets=Words([_class(target), ["a = ", Name(right)]]),
        symbols=joined(symbols),
        numbers=joined(numbers),
    )


WRITTEN: Final[Sequence[tuple[Any, Callable[[Outputs, Any], WrittenCost]]]] = (
    (losses.half_squared_error, _squares("½·", "")),
    (losses.squared_error, _squares("", "2·")),
    (losses.mean_squared_error, _squares("", "2·", mean=True)),
    (losses.binary_cross_entropy, _binary_cross_entropy),
    (losses.cross_entropy, _cross_entropy),
    (losses.hinge, _hinge),
    (losses.multiclass_hinge, _multiclass_hinge),
)


def _equations(named: Sequence[tuple[str, float]]) -> Pieces:
    """t₁ = 0, t₂ = 1."""
    pieces: list[Any] = []
    for label, number in named:
        pieces += [Gap(), Name(label), " = ", Given(number)]
    return pieces[1:]
