"""The size of gradients, and cutting it: against steps that are too long."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot, sqrt
from typing import Any

from ..engine import Value


def has_grad(parameter: Any) -> bool:
    """Whether a gradient has reached the parameter since it was cleared."""
    known: bool = getattr(parameter, "has_grad", None) or (
        not isinstance(parameter, Value) and parameter.grad is not None
    )
    return known


def gradient_norm(parameters: Iterable[Any]) -> float:
    """The length of all gradients taken as one vector.

    >>> from minigrad.engine import Value
    >>> v, w = Value(0.0), Value(0.0)
    >>> v.grad, w.grad = 3.0, 4.0
    >>> gradient_norm([v, w])
    5.0
    """
    norm = 0.0
    for parameter in parameters:
        if has_grad(parameter):
            grad = parameter.grad
            norm = hypot(norm, sqrt(grad.dot(grad)) if hasattr(grad, "dot") else grad)
    return norm


def clip_grad_norm(parameters: Iterable[Any], max_norm: float) -> float:
    """Scale all gradients by one factor so that their norm is at most `max_norm`; returns the norm.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0); w.grad = 8.0
    >>> clip_grad_norm([w], 2.0), w.grad
    (8.0, 2.0)
    """
    if not max_norm > 0.0:
        raise ValueError(f"max_norm must be above 0, got {max_norm!r}")
    parameters = list(parameters)
    norm = gradient_norm(parameters)
    if norm > max_norm:
        for parameter in parameters:
            if has_grad(parameter):
                parameter.grad = parameter.grad * (max_norm / norm)
    return norm


def clip_grad_value(parameters: Iterable[Any], largest: float) -> None:
    """Cut every single gradient to the range from −largest to +largest.

    >>> from minigrad.engine import Value
    >>> w = Value(0.0); w.grad = -8.0
    >>> clip_grad_value([w], 2.0); w.grad
    -2.0
    """
    if not largest > 0.0:
        raise ValueError(f"the largest gradient must be above 0, got {largest!r}")
    for parameter in parameters:
        if has_grad(parameter):
            grad = parameter.grad
            parameter.grad = (
                grad.clip(-largest, largest)
                if hasattr(grad, "clip")
                else max(-largest, min(largest, grad))
            )
