"""What functions are called in an expression, and what other names of theirs stand for.

>>> gate_called("σ").name, application("sin", "x"), application("ln", "x")
('sigmoid', 'sin(x)', 'log(x)')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..rules import GATES, Gate

OTHER_NAMES: Final[Mapping[str, str]] = {  # of functions elsewhere, and what to write here
    "average": "mean(…)",
    "avg": "mean(…)",
    "cbrt": "x**(1/3)",
    "cot": "1/tan(x)",
    "csc": "1/sin(x)",
    "heaviside": "less(0, x)",
    "int": "trunc(…)",
    "lg": "log10(…)",
    "ln": "log(…)",
    "logistic": "sigmoid(…)",
    "power": "x**y",
    "root": "sqrt(…)",
    "sec": "1/cos(x)",
    "sigma": "sigmoid(…)",
    "sqr": "x**2",
    "square": "x**2",
    "step": "less(0, x)",
    "swish": "silu(…)",
    "tg": "tan(…)",
}


def gate_called(name: str) -> Gate | None:
    """The gate that has the name, or is written so."""
    by_text = {gate.text_name: gate for gate in reversed(GATES.values())}
    return GATES.get(name) or by_text.get(name)


def application(name: str, to: str) -> str | None:
    """How to write the function of that name with its input; None if there is no such function.

    >>> application("atan2", "y"), application("leaky_relu", "x"), application("w", "x")
    ('atan2(y, …)', 'leaky_relu(x)', None)
    """
    if gate := gate_called(name):
        more = ", …" * (gate.arity != 1 + len(gate.defaults))
        return f"{name}({to}{more})"
    elsewhere = OTHER_NAMES.get(name.lower())
    return elsewhere and elsewhere.replace("…", to)
