"""Numbers as a reader sees them: to significant digits, with a true minus, as text and formulas."""

from __future__ import annotations

from math import isclose, isfinite, log10
from typing import Final

from ..rules import Formula, as_whole_number, described

DIGITS: Final = 3  # where nobody asks for more: products as shown are then right within 2 %
MOST_DIGITS: Final = 17  # a float has no more to show

LONGEST_COUNT: Final = 10**15  # that is written with all its digits
LONGEST_WHOLE_PART: Final = 6  # digits before the point that are all shown
MOST_ZEROS: Final = 3  # between the point and the first digit


def check_digits(digits: object) -> None:
    """Raise a ValueError if this is no number of significant digits.

    >>> check_digits(0)
    Traceback (most recent call last):
    ...
    ValueError: digits= is a number of significant digits from 1 to 17, got the int 0
    """
    if not 1 <= (as_whole_number(digits) or 0) <= MOST_DIGITS:
        raise ValueError(
            f"digits= is a number of significant digits from 1 to {MOST_DIGITS}, got "
            f"{described(digits)}"
        )


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


def rounded(number: float, digits: int = DIGITS) -> str:
    """A number for a reader, to `digits` significant digits.

    >>> rounded(-0.19661), rounded(6.0), rounded(0.5), rounded(0.0051), rounded(1234.5)
    ('−0.197', '6', '0.5', '0.0051', '1234')
    >>> rounded(0.99996), rounded(-1e-9), rounded(6.02214e23), rounded(-0.0)
    ('1.00', '−1e−9', '6.02e23', '0')
    >>> rounded(float("inf")), rounded(float("-inf")), rounded(float("nan"))
    ('∞', '−∞', 'nan')

    A number that is exactly what is shown stands without zeros at its end: 6 is 6 and 0.5 is a
    half. One that had to be rounded keeps all its digits, so 1.00 is only nearly 1. Below a million
    no digit before the point is lost; from there on, and below 0.0001, powers of ten are written.
    """
    size = abs(float(number))
    sign = "−" if number < 0.0 else ""
    if not isfinite(size):
        return "nan" if size != size else sign + "∞"
    exponent = _scientific(size, MOST_DIGITS)[1]
    whole_part = exponent + 1 if exponent < LONGEST_WHOLE_PART else 0
    mantissa, exponent = _scientific(size, max(digits, whole_part))
    if exponent == LONGEST_WHOLE_PART:
        mantissa, exponent = _scientific(size, digits)
    shortest = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    if isclose(float(f"{shortest}e{exponent}"), size, rel_tol=1e-12):
        mantissa = shortest
    if not -MOST_ZEROS - 1 <= exponent < LONGEST_WHOLE_PART:
        return f"{sign}{mantissa}e{exponent}".replace("-", "−")
    figures = mantissa.replace(".", "").ljust(exponent + 1, "0")
    if exponent < 0:
        figures, exponent = "0" * -exponent + figures, 0
    whole, fraction = figures[: exponent + 1], figures[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def _scientific(size: float, digits: int) -> tuple[str, int]:
    mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
    return mantissa, int(exponent)


def rounded_formula(formula: Formula, digits: int = DIGITS) -> Formula:
    """The formula with its numbers rounded: what is shown of one that was computed with.

    >>> from minigrad.rules import as_text
    >>> x = Formula.symbol("x")
    >>> as_text(rounded_formula(x ** (1 / 3 - 1.0) * x + 2.0 / 3))
    'x^(−0.667)·x + 0.667'
    """
    if formula.operation == "number":
        return number_formula(rounded(formula.operands[0], digits))
    parts = formula.operands
    shown = {id(p): rounded_formula(p, digits) for p in parts if isinstance(p, Formula)}
    # the same operand twice stays the same operand: x·x is a square
    return Formula(formula.operation, tuple(shown.get(id(part), part) for part in parts))


def latex_number(text: str) -> str:
    """A number that is text already, as `rounded` gives it, in LaTeX's math mode.

    >>> print(latex_number("−1.5e−9"), latex_number("∞"))
    -1.5 \\cdot 10^{-9} \\infty
    """
    plain = text.replace("−", "-").replace("∞", r"\infty").replace("nan", r"\mathrm{nan}")
    mantissa, e, exponent = plain.partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if e else plain


def number_formula(text: str) -> Formula:
    """A number that is text already, as a formula: in LaTeX with LaTeX's signs.

    >>> from minigrad.rules import as_latex
    >>> as_latex(number_formula("−1.5e−9")), as_latex(number_formula("∞"))
    ('-1.5 \\\\cdot 10^{-9}', '\\\\infty')
    """
    return Formula.symbol(text, latex_number(text))
