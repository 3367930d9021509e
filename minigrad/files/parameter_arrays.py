"""Parameters as named arrays: `layers.0.w` of shape (16, 2), as the other libraries keep them.

>>> import minigrad as mg
>>> model = mg.nn.MLP(2, [3, 1])
>>> wires, arrays = parameter_arrays(model, model.parameters()[::-1], [])
>>> wires == model.parameters()
True
>>> for array in arrays:
...     print(array.name, array.shape, array.places)
layers.0.w (3, 2) [0, 1, 3, 4, 6, 7]
layers.0.b (3,) [2, 5, 8]
layers.1.w (1, 3) [9, 10, 11]
layers.1.b (1,) [12]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from ..engine import Value
from ..rules import described


class ParameterArray(NamedTuple):
    """A name, a shape, and the places of its numbers among all parameters."""

    name: str
    shape: tuple[int, ...]
    places: list[int]


def parameter_arrays(
    source: Any, parameters: Sequence[Value], inputs: Iterable[Value]
) -> tuple[list[Value], list[ParameterArray]]:
    """All parameters in the order of a network or a dict of (lists of) Values, and its arrays.

    A list of Values is an order without names. A parameter that is not there is an error; one that
    the circuit does not use, and is no input of it, is there all the same: arrays stay whole.
    """
    given = set(inputs)
    found: dict[str, list[tuple[tuple[int, ...], Value]]] = {}
    order: dict[Value, None] = {}
    for path, wire in _paths(source):
        is_parameter = wire.is_leaf and not wire.is_constant and wire not in given
        if is_parameter and wire not in order:
            name, index = _name_and_index(path)
            found.setdefault(name, []).append((index, wire))
            order[wire] = None
    if missing := [wire for wire in parameters if wire not in order]:
        raise ValueError(
            f"parameters= needs what holds all parameters of the function: {len(missing)} of "
            f"{len(parameters)} are not in it, the first one is {missing[0]!r}. Pass the network "
            "that it calls, or a dict such as vars(model)"
        )
    place = {wire: i for i, wire in enumerate(order)}
    has_names = not isinstance(source, (list, tuple))
    arrays = [_array(name, items, place) for name, items in found.items() if has_names]
    return list(order), arrays


def _paths(source: Any) -> Iterator[tuple[tuple[str | int, ...], Value]]:
    """Every Value in a network, a dict or a list, with the names and numbers that lead to it."""
    if isinstance(source, (list, tuple)):
        yield from (((i,), wire) for i, wire in enumerate(source) if isinstance(wire, Value))
        return
    if hasattr(source, "named_parameters"):
        for path, wire in source.named_parameters():
            yield tuple(int(part) if part.isdigit() else part for part in path.split(".")), wire
        return
    if not isinstance(source, Mapping):
        raise TypeError(
            "parameters= takes a network, a dict of lists of Values, or a list of Values, "
            f"got {described(source)}: for an object of your own pass vars(object)"
        )
    waiting: list[tuple[tuple[str | int, ...], Any]] = [
        ((str(name),), thing) for name, thing in reversed([*source.items()])
    ]
    while waiting:
        path, thing = waiting.pop()
        if isinstance(thing, Value):
            yield path, thing
        elif isinstance(thing, (list, tuple)):
            waiting += [((*path, i), part) for i, part in reversed([*enumerate(thing)])]


def _name_and_index(path: tuple[str | int, ...]) -> tuple[str, tuple[int, ...]]:
    """Numbers at the end and that of a neuron are indexes; the others belong to the name."""
    name: list[str] = []
    index: list[int] = []
    for i, part in enumerate(path):
        if isinstance(part, int) and all(isinstance(later, int) for later in path[i:]):
            index.append(part)
        elif isinstance(part, int) and name[-1:] == ["neurons"]:
            index.append(part)
            name.pop()
        else:
            name.append(str(part))
    return ".".join(name), tuple(index)


def _array(
    name: str, items: list[tuple[tuple[int, ...], Value]], place: dict[Value, int]
) -> ParameterArray:
    items.sort(key=lambda item: item[0])
    indexes = [index for index, _ in items]
    axes = {len(index) for index in indexes}
    shape = tuple(1 + max(numbers) for numbers in zip(*indexes)) if len(axes) == 1 else ()
    if len(axes) != 1 or prod(shape) != len(items):
        raise ValueError(
            f"parameters= has lists of different lengths in {name!r}: an array has rows of one "
            "length; part it into several names"
        )
    return ParameterArray(name, shape, [place[wire] for _, wire in items])
