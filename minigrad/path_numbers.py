"""The numbers of a path, and of its multiplications, in text and LaTeX.

>>> text_product([1.5, -0.25, None, -2.0])
'1.5 · (−0.25) · … · (−2)'
>>> print(latex_product([-1e-9, float("inf")]))
-1.000 \\cdot 10^{-9} \\cdot \\infty
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Final

from .notation import rounded

LONGEST_COUNT: Final = 10**15  # that is written with all its digits


def number_text(number: float) -> str:
    """A number in a line of factors: with four digits after the point, or fewer if they do.

    >>> number_text(-2.0), number_text(1.5), number_text(0.19661)
    ('−2', '1.5', '0.1966')
    """
    if abs(number) >= 1e5:
        return rounded(number, 4)
    return rounded(number, next((few for few in range(4) if number == round(number, few)), 4))


def count_text(count: int) -> str:
    """A whole number of any size: with commas, or by its power of ten.

    >>> count_text(1234567), count_text(2**200)
    ('1,234,567', '1.6·10^60')
    """
    if count <= LONGEST_COUNT:
        return f"{count:,}"
    exponent = floor(log10(count))
    return f"{10 ** (log10(count) - exponent):.1f}·10^{exponent}"


def text_product(numbers: Sequence[float | None]) -> str:
    """Numbers as factors; None stands for those that are left out."""
    return " · ".join(_in_a_row(numbers))


def latex_product(numbers: Sequence[float | None], sign: str = r" \cdot ") -> str:
    """The same in LaTeX; the sign between them can be another."""
    return sign.join(map(latex_number, _in_a_row(numbers)))


def latex_number(text: str) -> str:
    """A number that is text already, in LaTeX.

    >>> print(latex_number("1.6e−9"))
    1.6 \\cdot 10^{-9}
    """
    plain = text.replace("−", "-").replace("∞", r"\infty").replace("…", r"\cdots")
    mantissa, e, exponent = plain.replace("nan", r"\mathrm{nan}").partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if e else mantissa


def _in_a_row(numbers: Sequence[float | None]) -> list[str]:
    """Negative numbers stand in brackets, where a sign stands before them."""
    texts = ["…" if number is None else number_text(number) for number in numbers]
    return texts[:1] + [f"({text})" if text.startswith("−") else text for text in texts[1:]]
