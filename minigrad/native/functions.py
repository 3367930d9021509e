"""The functions that no rule is made of, in machine code: exp, log, sin, … Needs llvmlite.

On the tape (one number at a time) exp, log, log1p, tanh, sin, cos and pow are those of C's library,
which Python's math module calls too. In lanes they are polynomials on whole vectors, at most 2
units in the last place from the true result, with the same bits on every machine. The bell curve is
the engine's own in both.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Final

from .bell_curve import normal_cdf, normal_density
from .bits import absolute, sqrt
from .circular import cos, sin
from .exponential import exp, log, log1p, tanh
from .function import NativeFunction
from .operand import Native


def select(*choices_and_index: Native) -> Native:
    """The choice at the index; nan where there is none (the Python tape then finds the error)."""
    *choices, index = choices_and_index
    chosen = index.code.constant(math.nan)
    for place, choice in enumerate(choices):
        chosen = index.equals(float(place)).choose(choice, chosen)
    return chosen


def dot(*factors: Native) -> Native:
    """x0·x1 + x2·x3 + …, summed from left to right."""
    products = (x * y for x, y in zip(factors[::2], factors[1::2]))
    return reduce(lambda total, product: total + product, products)


# what a row of the table names in its field `native`
NATIVE_FUNCTIONS: Final[dict[str, NativeFunction]] = {
    "abs": absolute,
    "sqrt": sqrt,
    "exp": exp,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "sin": sin,
    "cos": cos,
    "normal_density": normal_density,
    "normal_cdf": normal_cdf,
    "select": select,
    "dot": dot,
}
