"""Rows of the table: steps, remainders and signs, which have the slope 0 nearly everywhere.

>>> from minigrad.rules.gate import GATES
>>> GATES["mod"].forward(7.5, 2.0), GATES["mod"].local_gradients(7.5, 2.0)
(1.5, (1.0, -3.0))

A step stops the gradient: nothing is sent. At a whole number itself floor, ceil, trunc and mod have
no derivative, and do there as they do everywhere else.
"""

from __future__ import annotations

from typing import Any

from .gate import GateFunction
from .gates import absolute, maximum, minimum
from .ieee import floor as floor_of_floats
from .ieee import inf
from .ieee import modulo as modulo_of_floats
from .ieee import nearest as nearest_of_floats
from .ieee import trunc as trunc_of_floats
from .operand import equal, where
from .rows import row

# fmt: off
# a table: a line for what a gate is, a line for each rule

sign = row("sign", "sign", "sign is −1, 0 or 1: it stops the gradient",
    rule=lambda x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, where(equal(x, 0.0), 0.0, x))),
    routes=True, exact=True,
    local_gradient=lambda x, out: (0.0,),
    kinks=lambda x, out: (x,))

floor: GateFunction = row("floor", "⌊x⌋",
    "floor is the whole number below: it stops the gradient",
    latex=r"\lfloor {0} \rfloor", example=(2.5,),
    kernel=floor_of_floats, routes=True, exact=True,
    local_gradient=lambda x, out: (0.0,),
    kinks=lambda x, out: (_is_odd(out),))

ceil = row("ceil", "⌈x⌉", "ceil is the whole number above: it stops the gradient",
    latex=r"\lceil {0} \rceil", example=(2.5,),
    rule=lambda x: -floor(-x), routes=True, exact=True,
    local_gradient=lambda x, out: (0.0,),
    kinks=lambda x, out: (_is_odd(out),))

trunc = row("trunc", "trunc", "trunc leaves the fraction away: it stops the gradient",
    example=(-2.5,),
    kernel=trunc_of_floats, routes=True, exact=True,
    local_gradient=lambda x, out: (0.0,),
    kinks=lambda x, out: (_is_odd(out),))

nearest = row("round", "round",
    "round is the nearest whole number, of two the even one: it stops the gradient",
    example=(2.5,),
    kernel=nearest_of_floats, routes=True, exact=True,
    local_gradient=lambda x, out: (0.0,),
    kinks=lambda x, out: (_is_odd(out),))

clip = row("clip", "clip",
    "clip passes the gradient on between the bounds, and beyond them sends it to the bound",
    arity=3, example=(2.5, -1.0, 1.0),
    rule=lambda x, low, high: minimum(maximum(x, low), high), routes=True, exact=True,
    local_gradient=lambda x, low, high, out: _kept(x, low, high),
    textbook_gradient=lambda x, low, high, out: (
        where(x < low, 0.0, where(x > high, 0.0, 1.0)),
        where(x < low, 1.0, 0.0),
        where(x > high, 1.0, 0.0)),
    kinks=lambda x, low, high, out: (x - low, high - x, high - low))

mod: GateFunction = row("mod", "mod",
    "mod passes the gradient on, and sends the divisor minus the whole quotient times it",
    arity=2, dunder="mod", latex=r"{0} \bmod {1}", example=(7.5, 2.0),
    kernel=modulo_of_floats, routes=True,  # below y, mod is x: nothing comes from y
    exact=lambda x, y, out: x * y >= 0.0,  # else y is added to the rest
    local_gradient=lambda x, y, out: (1.0, -quotient(x, y)),
    textbook_gradient=lambda x, y, out: (1.0, -floor(x / y)),
    kinks=lambda x, y, out: (_is_odd(quotient(x, y)), y))

quotient: GateFunction = row("floor_divide", "//",
    "// is the whole number below the quotient: it stops the gradient",
    arity=2, dunder="floordiv", latex=r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor",
    example=(7.5, 2.0),
    rule=lambda x, y: where(equal(y, 0.0), x / y, _quotient(x, y, mod(x, y))),
    routes=True,
    exact=lambda x, y, out: abs(out) <= 2.0**53,  # beyond it not every whole number is a float
    local_gradient=lambda x, y, out: (0.0, 0.0),
    definition=lambda x, y: floor(x / y),
    kinks=lambda x, y, out: (_is_odd(out), y))

# fmt: on


def _kept(x: Any, low: Any, high: Any) -> tuple[Any, Any, Any]:
    """On a bound the input keeps the gradient; of bounds that are crossed the upper one holds."""
    above = where(low > high, 1.0, where(x > high, 1.0, 0.0))
    below = where(low > high, 0.0, where(x < low, 1.0, 0.0))
    return 1.0 - above - below, below, above


def _quotient(x: Any, y: Any, rest: Any) -> Any:
    """Python's: x = y·quotient + rest, where ⌊x/y⌋ would take a quotient that is rounded up."""
    of_infinity = where(equal(rest, x), 0.0, where(equal(rest, y), -1.0, rest))
    whole = where(equal(absolute(y), inf), of_infinity, nearest((x - rest) / y))
    return where(equal(whole, 0.0), 0.0 * (x / y), whole)  # with the sign of the quotient


def _is_odd(whole: Any) -> Any:
    return mod(whole, 2.0) - 0.5
