"""The numbers of a path, and of its multiplications, in text and LaTeX.

>>> text_product([1.5, -0.25, None, -2.0])
'1.5 · (−0.25) · … · (−2)'
>>> print(latex_product([-1e-9, float("inf")]))
-1.000 \\cdot 10^{-9} \\cdot \\infty
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose, log10
from typing import Final

from ..text import latex_number, rounded

LONGEST_COUNT: Final = 10**15  # that is written with all its digits


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
