"""The size of gradients, and cutting what is too large.

>>> from minigrad.engine import Value
>>> v, w = Value(0.0), Value(0.0)
>>> v.grad, w.grad = 3.0, 4.0
>>> clip_grad_norm([v, w], 1.0)
5.0
>>> round(v.grad, 12), round(w.grad, 12)
(0.6, 0.8)
"""

from __future__ import annotations

from collections.abc import Iterable
from math import copysign, hypot, inf, sqrt
from typing import Any

from ..rules import as_number
from .parameters import each_once, has_grad


def gradient_norm(parameters: Iterable[Any]) -> float:
    """The length of all gradients taken as one vector; each parameter counts once.

    >>> from minigrad.engine import Value
    >>> v, w = Value(0.0), Value(0.0)
    >>> v.grad, w.grad = 3.0, 4.0
    >>> gradient_norm([v, w, w])
    5.0
    """
    norm = 0.0
    for parameter in each_once(parameters):
        if has_grad(parameter):
            grad = parameter.grad
            norm = hypot(norm, _length(grad) if hasattr(grad, "ravel") else grad)
    return norm


def _length(array: Any) -> float:
    """The length of an array, also where a square is no float."""
    flat = array.ravel()
    largest = float(abs(flat).max(initial=0.0))
    if not 0.0 < largest < inf:
        return largest
    parts = flat / largest
    return largest * sqrt(parts.dot(parts))


def clip_grad_norm(parameters: Iterable[Any], max_norm: float) -> float:
    """Scale all gradients by one factor so that their norm is at most `max_norm`; returns the norm.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0); w.grad = 8.0
    >>> clip_grad_norm([w], 2.0), w.grad
    (8.0, 2.0)

    If the norm is nan or infinite, no factor would help: it is returned, and no gradient is
    changed. Look at it before the step, as `fit` does.
    """
    max_norm = limit_of_gradients("max_norm", max_norm)
    parameters = each_once(parameters)
    norm = gradient_norm(parameters)
    if max_norm < norm < inf:
        for parameter in parameters:
            if has_grad(parameter):
                parameter.grad = parameter.grad * (max_norm / norm)
    return norm


def clip_grad_value(parameters: Iterable[Any], largest: float) -> None:
    """Cut every single gradient to the range from −largest to +largest; nan stays nan.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0); w.grad = -8.0
    >>> clip_grad_value([w], 2.0); w.grad
    -2.0
    """
    largest = limit_of_gradients("the largest gradient", largest)
    for parameter in each_once(parameters):
        if has_grad(parameter):
            grad = parameter.grad
            if hasattr(grad, "clip"):
                parameter.grad = grad.clip(-largest, largest)
            elif abs(grad) > largest:  # never true of a nan
                parameter.grad = copysign(largest, grad)


def limit_of_gradients(name: str, given: Any) -> float:
    """A number above 0, by which gradients are limited."""
    try:
        limit = as_number(given)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
    if not limit > 0.0:
        raise ValueError(f"{name} must be above 0, got {given!r}")
    return limit
