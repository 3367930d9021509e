"""Symbols of derivatives: dy/dx for the whole, over all paths, and ∂y/∂x for one gate alone.

>>> f, x = Formula.symbol("f"), Formula.symbol("x₁", "x_1")
>>> as_text(derivative("d", f, x)), as_text(derivative("∂", x * 2.0, at_input(x, 0)))
('df/dx₁', '∂(x₁·2)/∂x₁₍₁₎')
>>> print(as_latex(derivative("∂", f, at_input(x, 0))))
\\frac{\\partial f}{\\partial {x_1}_{(1)}}
"""

from __future__ import annotations

from typing import Final, Literal

from ..rules import Formula, as_latex, as_text
from .labels import subscript

Sign = Literal["d", "∂"]

LATEX_SIGNS: Final = {"d": r"\mathrm{d}", "∂": r"\partial "}


def derivative(sign: Sign, of: Formula, by: Formula) -> Formula:
    """The derivative of one wire by another."""
    latex = LATEX_SIGNS[sign]
    top, bottom = in_brackets(of), in_brackets(by)
    return Formula.symbol(
        f"{sign}{as_text(top)}/{sign}{as_text(bottom)}",
        rf"\frac{{{latex}{as_latex(top)}}}{{{latex}{as_latex(bottom)}}}",
    )


def at_input(wire: Formula, place: int) -> Formula:
    """A wire as the input of a gate that has it at several places: x₍₁₎, x₍₂₎."""
    name, number = in_brackets(wire), place + 1
    small = f"₍{subscript(number)}₎"
    return Formula.symbol(as_text(name) + small, f"{{{as_latex(name)}}}_{{({number})}}")


def in_brackets(formula: Formula) -> Formula:
    """The formula as one thing: an expression, or a name of words, in brackets."""
    text = as_text(formula)
    is_name = formula.operation in ("symbol", "number") and (" " not in text or text[0] == "(")
    if is_name or formula.operation == "call":
        return formula
    return Formula.symbol(f"({text})", rf"\left({as_latex(formula)}\right)")
