"""A number that leaves the circuit by itself: no gradient comes back to it, and that is said.

>>> import math, warnings
>>> from minigrad import Value
>>> x = Value(0.5)
>>> with warnings.catch_warnings(record=True) as said:
...     warnings.simplefilter("default")
...     y = math.exp(x) * x
>>> print(said[0].message)
float() takes the number out of the circuit, and no gradient flows back through it: write \
mg.exp(v) in place of math.exp(v), or v.data (or v.item()) where the number alone is wanted
"""

from __future__ import annotations

import warnings
from contextvars import ContextVar
from typing import Final

from .users_line import calling_frame

without_gates: Final[ContextVar[bool]] = ContextVar("without_gates", default=False)  # in no_grad

# always the same text: Python shows a text once for each line
LOST: Final = (
    "float() takes the number out of the circuit, and no gradient flows back through it: write "
    "mg.exp(v) in place of math.exp(v), or v.data (or v.item()) where the number alone is wanted"
)


class GradientLostWarning(UserWarning):
    """A line of your code has turned a Value into a plain number, which gets no gradient.

    >>> from minigrad import Value, no_grad
    >>> with no_grad():
    ...     float(Value(2.0))
    2.0

    `math.exp(v)`, `float(v)` and a library of numbers do so. It is said once for each line, for a
    wire that would get a gradient, and not inside `no_grad()`. To find the line by its traceback:
    `warnings.simplefilter("error", mg.GradientLostWarning)`.
    """


def warn_of_lost_gradient() -> None:
    """Warn at the line of the user's code, whoever stands in between."""
    if without_gates.get():
        return
    frame = calling_frame()
    warnings.warn_explicit(
        LOST,
        GradientLostWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )
