"""What somebody who looks has given: one wire, or several that are the outputs of one circuit.

>>> x = Value(3.0)
>>> wires_in(x, "as_tree()") == wires_in([x, x], "as_tree()") == [x]
True
>>> wires_in([x, 2.0], "as_tree()")
Traceback (most recent call last):
...
TypeError: as_tree() of several outputs takes Values, got the float 2.0 at place 1
"""

from __future__ import annotations

from typing import Any

from ..rules import described
from .value import Value


def wires_in(given: Any, function: str) -> list[Value]:
    """The wires of a Value, a list or an array, each once; an error says what `function` takes."""
    if isinstance(given, Value):
        return [given]
    if callable(given):
        raise TypeError(
            f"{function} shows a circuit, got {described(given)}, which has one only when it is "
            "called: pass what it returns, model(x)"
        )
    if not isinstance(given, (list, tuple)) and not hasattr(given, "ravel"):
        raise TypeError(
            f"{function} shows the circuit behind a Value, got {described(given)}: build the "
            "output from at least one Value"
        )
    items = list(given.ravel() if hasattr(given, "ravel") else given)
    if not items:
        raise ValueError(
            f"{function} shows the circuit behind one or more Values, got an empty list"
        )
    for place, item in enumerate(items):
        if not isinstance(item, Value):
            raise TypeError(
                f"{function} of several outputs takes Values, got {described(item)} at place "
                f"{place}"
            )
    return list(dict.fromkeys(items))
