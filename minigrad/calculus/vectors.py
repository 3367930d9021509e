"""The vector that a derivative is multiplied by: in the structure of what was differentiated.

>>> point = take_apart({"a": 1.0, "b": (2.0, 3.0)}, [])
>>> numbers_of_vector("mg.jvp(f)", {"b": [20.0, 30.0], "a": 10.0}, point, "the arguments are")
[10.0, 20.0, 30.0]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..engine import Value
from ..rules import as_number
from ..text import counted
from .arguments import NUMBER, count_of, named_parts, structure_text, take_apart


def without_vector(name: str, of: str, given: tuple[Any, ...]) -> tuple[tuple[Any, ...], Any]:
    """What a derivative of a function is given, and the vector that comes last."""
    if len(given) < 2:
        raise TypeError(
            f"{name} takes what {of} takes and then the vector, got "
            f"{counted(len(given), 'argument')}: write {name}(x, v)"
        )
    return given[:-1], given[-1]


def numbers_of_vector(name: str, vector: Any, structure: Any, what: str) -> list[Any]:
    """The numbers of a vector, as floats, in the order of a structure, which it must have.

    A list of numbers is as good as a tuple or an array, and the keys of a dict may stand in another
    order. A Value stays one.
    """
    numbers: list[Any] = []
    try:
        given = take_apart(vector, numbers)
        numbers = [x if isinstance(x, Value) else as_number(x) for x in numbers]
    except (TypeError, ValueError, OverflowError) as error:
        raise type(error)(f"the vector of {name}: {error}") from None
    if given == structure:
        return numbers
    if form_of(given) != form_of(structure):
        raise ValueError(
            f"the vector of {name} is {structure_text(given)} where {what} "
            f"{structure_text(structure)}: it has a number for each of theirs"
        )
    return [numbers[place] for place in _places(structure, given, 0)]


def form_of(structure: Any) -> Any:
    """What two structures must have in common: a list of numbers is as good as a tuple or array.

    What holds no number is left out.

    >>> form_of(take_apart([1.0, 2.0], [])) == form_of(take_apart((1.0, 2.0), []))
    True
    """
    if structure == NUMBER:
        return ()
    if structure[0] in ("array", "fixed"):
        return structure[1] if structure[0] == "array" else None
    parts = [(key, form_of(part)) for key, part in _parts_with_numbers(structure)]
    if _has_names(structure):
        return dict(parts)
    shapes = [shape for _, shape in parts]
    is_array = all(type(shape) is tuple and shape == shapes[0] for shape in shapes)
    return (len(shapes), *shapes[0]) if is_array and shapes else shapes


def _places(structure: Any, given: Any, first: int) -> Iterator[int]:
    """Where the numbers of a structure stand in another of that form, whose first one is there."""
    if isinstance(form_of(structure), tuple):
        yield from range(first, first + count_of(structure))  # a number, or as good as an array
        return
    found: dict[Any, tuple[Any, int]] = {}
    for key, part in _parts_with_numbers(given):
        found[key] = part, first
        first += count_of(part)
    for key, part in _parts_with_numbers(structure):
        yield from _places(part, *found[key])


def _parts_with_numbers(structure: Any) -> list[tuple[Any, Any]]:
    """Those of a dict or a dataclass have their names, others are counted."""
    parts = [(key, part) for key, part in named_parts(structure) if count_of(part)]
    return parts if _has_names(structure) else list(enumerate(part for _, part in parts))


def _has_names(structure: Any) -> bool:
    return structure[0] is dict or structure[0] == "dataclass"
