"""Whether a loss takes what data has: an argument for each of its columns.

>>> check_arguments(lambda x, y: (x - y) ** 2, [[1.0, 2.0], [3.0, 4.0]])
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from ..nn import Module
from ..rules import Columns, described


def check_arguments(loss: Callable[..., Any], columns: Columns) -> None:
    """Refuse a loss that cannot be called with an item of each column.

    >>> try:
    ...     check_arguments(lambda x: x * x, [[1.0, 2.0], [3.0, 4.0]])
    ... except TypeError as error:
    ...     print(str(error)[:72])
    loss(…) is called with one item from each list in data, 2 here, which it
    """
    if not callable(loss):
        raise TypeError(
            f"loss is a function of a row that returns a Value, got {described(loss)}: write "
            "lambda x, y: …"
        )
    try:
        takes = signature(loss)
    except (TypeError, ValueError):  # one that does not say
        return
    try:
        takes.bind(*columns)
    except TypeError as error:
        advice = "data is (X, Y), the rows and what belongs to each"
        if isinstance(loss, Module):
            advice = "it is a model: write lambda x, y: mg.losses.squared_error(model(x), y)"
        raise TypeError(
            f"loss(…) is called with one item from each list in data, {len(columns)} here, which "
            f"it does not take ({error}): {advice}"
        ) from None
