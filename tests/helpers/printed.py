"""Printed arithmetic as a reader reads it: is it true within the rounding of what is shown?"""

from __future__ import annotations

import re
from itertools import product
from math import isfinite, prod

NUMBER = r"\(?−?[0-9]+(?:\.[0-9]+)?(?:e−?[0-9]+)?\)?"
PRINTED = {
    sign: re.compile(
        rf"(?:= |add: |receives )({NUMBER}(?:{re.escape(sign)}{NUMBER})+) = ({NUMBER})(?![\w.·^/(])"
    )
    for sign in (" · ", "·", " + ")
}
SLACK = 1e-9  # numbers that are computed are not more exact than floats


def number_in(text: str) -> float:
    return float(text.strip("()").replace("−", "-").replace("∞", "inf"))


def half_a_unit(text: str, digits: int = 3) -> float:
    """By how much a number may differ from what is printed: with fewer digits not at all."""
    mantissa, _, exponent = text.strip("()−").replace("−", "-").partition("e")
    if len(mantissa.replace(".", "").lstrip("0")) < digits:
        return 0.0
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def holds(terms: list[str], result: str, by: str, digits: int = 3) -> bool:
    """Whether a printed product or sum is right, as far as the printed numbers can say."""
    if not all(isfinite(number_in(text)) for text in (*terms, result)):
        return True
    ends = []
    for term in terms:
        number, half = number_in(term), half_a_unit(term, digits)
        ends.append((number - half, number + half))
    if by == "+":
        least, most = (sum(end) for end in zip(*ends))
    else:
        corners = [prod(corner) for corner in product(*ends)]
        least, most = min(corners), max(corners)
    sizes = [abs(number_in(text)) for text in (*terms, result)]
    half = half_a_unit(result, digits) + SLACK * (max(sizes) if by == "+" else sizes[-1])
    return least - half <= number_in(result) <= most + half


def false_lines(text: str, digits: int = 3) -> list[str]:
    """The lines of a text in which a product or a sum of numbers is not what is said of it."""
    return [
        line
        for line in text.splitlines()
        for sign, printed in PRINTED.items()
        for terms, result in printed.findall(line)
        if not holds(terms.split(sign), result, sign.strip(), digits)
    ]
