"""What a compiled function has recorded, for those who print it: its circuit and its arguments.

>>> from ..calculus import take_apart
>>> structure = take_apart((([1.0, 2.0], 3.0), {"z": [[1, 2], [3, 4]]}), [])
>>> argument_shapes(structure, lambda x, y, z: None)
{'x': (2,), 'y': (), 'z': (2, 2)}
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..calculus import NUMBER, count_of
from ..engine import Value


class RecordedCircuit(NamedTuple):
    """A circuit with its parameters and inputs, and the shape of each argument that has inputs.

    The parameters are in the order in which the circuit reaches them.
    """

    outputs: list[Value]
    parameters: list[Value]
    inputs: list[Value]
    arguments: Mapping[str, tuple[int, ...]]


def argument_shapes(structure: Any, function: Callable[..., Any]) -> dict[str, tuple[int, ...]]:
    """The shape of each argument by name; one of another structure than an array's is a row."""
    _, (_, *given), (_, *named) = structure
    shapes: dict[str, tuple[int, ...]] = {}
    for name, part in [*zip(_names(function, len(given)), given), *named]:
        if count := count_of(part):
            shape = _shape(part)
            shapes[name] = (count,) if shape is None else shape
    return shapes


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its first arguments."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in parameters if parameter.kind in plain]
    return [names[i] if i < len(names) else f"x{i + 1}" for i in range(count)]


def _shape(structure: Any) -> tuple[int, ...] | None:
    """The shape of a number, an array or lists of lists of one length; None for all else."""
    if structure == NUMBER:
        return ()
    kind, *parts = structure
    if kind == "array":
        return tuple(parts[0])
    if kind is not list and kind is not tuple:
        return None
    shapes = {_shape(part) for part in parts}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(parts), *inner)
