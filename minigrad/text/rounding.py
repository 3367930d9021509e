"""Numbers as a reader sees them: rounded, with a true minus, as text, LaTeX and formulas."""

from __future__ import annotations

from math import isfinite
from typing import Final

from ..rules import Formula

MOST_DIGITS: Final = 17  # a float has no more to show


def check_digits(digits: object) -> None:
    """Raise a ValueError if this is no number of digits to round to.

    >>> check_digits(-1)
    Traceback (most recent call last):
    ...
    ValueError: digits= is a number of digits from 0 to 17, got -1
    """
    if type(digits) is not int or not 0 <= digits <= MOST_DIGITS:
        raise ValueError(f"digits= is a number of digits from 0 to {MOST_DIGITS}, got {digits!r}")


def rounded(number: float, digits: int = 2) -> str:
    """A number for a reader: `digits` after the point, a true minus, and 0 only for zero.

    >>> rounded(-0.1966), rounded(0.0), rounded(-0.0), rounded(-1e-9), rounded(6.02e23)
    ('−0.20', '0.00', '0.00', '−1.0e−9', '6.0e23')
    >>> rounded(float("inf")), rounded(float("-inf")), rounded(float("nan"))
    ('∞', '−∞', 'nan')
    """
    number = float(number)
    sign, size = "−" if number < 0.0 else "", abs(number)
    text = f"{size:.{digits}f}"
    if 0.0 < float(text) < 1e5 or size == 0.0:
        return sign + text
    if not isfinite(size):
        return "nan" if number != number else sign + "∞"
    mantissa, exponent = f"{size:.{max(digits - 1, 0)}e}".split("e")
    return sign + f"{mantissa}e{int(exponent)}".replace("-", "−")


def latex_number(text: str) -> str:
    """A number that is text already, as `rounded` gives it, in LaTeX's math mode.

    >>> print(latex_number("−1.0e−9"), latex_number("∞"))
    -1.0 \\cdot 10^{-9} \\infty
    """
    plain = text.replace("−", "-").replace("∞", r"\infty").replace("nan", r"\mathrm{nan}")
    mantissa, e, exponent = plain.partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if e else plain


def number_formula(text: str) -> Formula:
    """A number that is text already, as a formula: in LaTeX with LaTeX's signs.

    >>> from minigrad.rules import as_latex
    >>> as_latex(number_formula("−1.0e−9")), as_latex(number_formula("∞"))
    ('-1.0 \\\\cdot 10^{-9}', '\\\\infty')
    """
    return Formula.symbol(text, latex_number(text))
