"""The rows of a batch: a row holds the numbers of one example, a column one number of them all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from operator import is_not
from typing import Any, Final

from ..calculus import (
    TOO_DEEP,
    is_bool,
    refuse_masked,
    structure_of_arrays,
    structure_text,
    take_apart,
)
from ..rules import as_number, ordered
from ..tape import MOST_TOGETHER, replay
from .recording import Recording

SPARE: Final = MOST_TOGETHER - 1  # columns behind the last row, which may be the first of so many
MOST_LOOKED_AT: Final = 200_000  # numbers of a batch, to find rows that differ
FEW: Final = 16  # numbers of a column: then it is one of labels
NUMBERS_OR_OBJECTS: Final = "buifO"  # NumPy's letters
MOST_KEPT: Final = 1_000_000  # bytes: with more, to lay rows out takes little beside running them

Find = Callable[[Hashable, list[float]], Recording]


class Rows:
    """The numbers of a batch, and the recording that they are for."""

    def __init__(
        self,
        recording: Recording,
        first: list[float],
        numbers: Any,
        count: int,
        columns: Sequence[Any],
        kinds: dict[Any, int],
        with_bools: Sequence[Any] | None = None,
    ) -> None:
        self.recording = recording
        self.first = first  # the first row
        self.numbers = numbers  # a list of rows; or an array, a row for each input, long enough
        self.count = count
        self.kinds = kinds  # of numbers, by place; of each the first row that has it
        self._columns = columns
        self._with_bools = with_bools  # the columns as they were, where these have numbers
        self.prepared: dict[int, Any] = {}  # by width of vectors, filled by the native executors

    def row(self, i: int) -> list[float]:
        """The numbers of one row."""
        if isinstance(self.numbers, list):
            row: list[float] = self.numbers[i]
            return row
        column: list[float] = self.numbers[:, i].tolist()
        return column

    def given(self, i: int) -> list[Any]:
        """The same as the caller has them: an int is an int."""
        given: list[Any] = []
        take_apart((tuple(column[i] for column in self._columns), {}), given)
        row = self.row(i)
        is_unchanged = len(given) == len(row) and list(map(as_number, given)) == row
        return given if is_unchanged else list(row)

    def arguments(self, i: int) -> Any:
        """One row as the arguments of a call, where it has bools: here they are numbers."""
        if self._with_bools is None:
            return None
        return tuple(column[i] for column in self._with_bools), {}

    def check_indexes(self) -> None:
        """Raise the IndexError of the function itself for the first number that is no index."""
        limits = self.recording.index_limits
        if not isinstance(self.numbers, list):
            columns = [
                (self.numbers[place, : self.count], limit) for place, limit in limits.items()
            ]
            if all(((x >= 0) & (x < limit) & (x % 1 == 0)).all() for x, limit in columns):
                return
        for i in range(self.count if limits else 0):
            try:
                self.recording.check_indexes(self.row(i))
            except IndexError as error:
                raise IndexError(f"row {i} of the batch: {error}") from None

    def explain_nan(self, parameters: list[float]) -> None:
        """Find the row with an index out of range, if that is why the sum is nan."""
        if not any(kernel.partial for kernel in self.recording.tape.kernels):
            return
        for i in range(self.count):
            try:
                replay(self.recording.tape, parameters, self.row(i))
            except IndexError as error:
                raise IndexError(f"row {i} of the batch: {error}") from None


class KeptRows:
    """The rows of the latest batch of arrays, and all that the arrays held when they were made.

    To compare 100 rows of three numbers takes 1.5 µs, to make rows of them 10. They are compared
    byte by byte, so whoever writes to an array in place is noticed.
    """

    def __init__(self) -> None:
        self._kept: tuple[list[Any], Rows] | None = None

    def rows(
        self,
        columns: Sequence[Any],
        static: dict[str, Any],
        make: Callable[..., Rows],
        find: Find,
    ) -> Rows:
        """What `make(*columns, **static)` makes; `find` gives the recording as it is by now."""
        contents = None if static else _contents_of(columns)
        if contents is None:
            return make(*columns, **static)
        if self._kept is not None:
            before, rows = self._kept
            if before == contents and find(rows.recording.structure, rows.first) is rows.recording:
                return rows
        rows = make(*[_array_of(*held) for held in contents])
        self._kept = contents, rows
        return rows


def _contents_of(columns: Sequence[Any]) -> list[Any] | None:
    """All that tells arrays of floats from others; None for other things, and for large ones."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    contents = []
    left = MOST_KEPT
    for column in columns:
        if type(column) is not numpy.ndarray or column.dtype.char != "d":
            return None
        left -= column.nbytes
        if left < 0:
            return None
        contents.append((column.shape, column.dtype, column.tobytes()))
    return contents


def _array_of(shape: tuple[int, ...], kind: Any, numbers: bytes) -> Any:
    """An array that nobody writes to, of these contents."""
    import numpy

    return numpy.ndarray(shape, kind, numbers)


def rows_that_differ(rows: Rows, most: int, wanted: Iterable[int]) -> list[int]:
    """The places of so many rows at most, those that differ most: all of them, if there are few.

    One for each number of a column that has few of them, such as labels, the rows with the smallest
    and the largest number of each column, and others between them.
    """
    count = rows.count
    if count <= most:
        return list(range(count))
    looked_at = range(0, count, -(-count * len(rows.row(0)) // MOST_LOOKED_AT))
    chosen: dict[int, None] = dict.fromkeys([*wanted, 0, count - 1])
    for column in zip(*map(rows.row, looked_at)):
        kinds = {number: place for place, number in zip(looked_at, column)}
        if len(kinds) <= FEW:
            chosen.update(dict.fromkeys(kinds.values()))
        chosen[kinds[min(kinds)]] = chosen[kinds[max(kinds)]] = None
    spread = [i * count // most for i in range(most)]
    return sorted([*chosen, *spread][:most])


def rows_of(name: str, columns: Sequence[Any], find: Find, named: dict[str, Any]) -> Rows:
    """The rows made of columns, checked: all columns of one length, all rows of one structure.

    What is `named` is the same in all rows, and has no numbers.
    """
    if not columns:
        raise TypeError(f"{name}.batch needs an argument with one item per row, got none")
    if not all(map(_is_array_of_floats, columns)):  # others are asked what they are
        columns = [ordered(f"{name}.batch", column) for column in columns]
    lengths = [_length(name, column) for column in columns]
    if len(set(lengths)) != 1:
        raise ValueError(
            f"{name}.batch needs arguments of one length, an item for each row; "
            f"got {', '.join(map(str, lengths))}"
        )
    count = lengths[0]
    if count == 0:
        raise ValueError(f"{name}.batch got no rows: a mean over nothing has no value")
    kinds: dict[Any, int] = {}
    if _are_arrays_of_numbers(name, columns):
        numbers = _array(columns, count)
        shapes = tuple([column.shape[1:] for column in columns])
        structure = structure_of_arrays(shapes, named) if named else _structure(shapes)
        first_row = numbers[:, 0].tolist()
        kinds.update({(place, column.dtype.char): 0 for place, column in enumerate(columns)})
        rows = Rows(find(structure, first_row), first_row, numbers, count, columns, kinds)
        rows.check_indexes()
        return rows
    numbers, with_bools = _numbers_in_lists(columns, kinds), None
    if numbers is None:
        before = columns
        try:
            columns = [_without_bools(column) for column in columns]
        except RecursionError:
            raise ValueError(TOO_DEEP) from None
        is_list = [isinstance(column, (list, tuple)) for column in before]
        if not named and all(is_list) and any(map(is_not, before, columns)):
            with_bools, kinds[0, bool] = before, 0
    given: list[Any] = []
    structure = take_apart((tuple(column[0] for column in columns), named), given)
    first_row = list(map(as_number, given))
    recording = find(structure, first_row)
    if numbers is None:
        numbers = _list(name, columns, count, structure, named, kinds)
    rows = Rows(recording, first_row, numbers, count, columns, kinds, with_bools)
    rows.check_indexes()
    return rows


@lru_cache(maxsize=100)
def _structure(shapes: tuple[tuple[int, ...], ...]) -> Hashable:
    return structure_of_arrays(shapes)


def _is_array_of_floats(column: Any) -> bool:
    """Whether it is NumPy's own array, one of a class of its own is not, with items for rows."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(column) is numpy.ndarray and column.dtype.char == "d"


def _are_arrays_of_numbers(name: str, columns: Sequence[Any]) -> bool:
    if all(map(_is_array_of_floats, columns)):
        return True
    kinds = [_kind_of_array(name, i, column) for i, column in enumerate(columns)]
    return all(kinds) and "O" not in kinds


def _length(name: str, column: Any) -> int:
    try:
        return len(column)
    except TypeError:
        raise TypeError(
            f"{name}.batch needs lists or arrays with one item per row, got the "
            f"{type(column).__name__} {column!r}: for one row call {name}(...)"
        ) from None


def _kind_of_array(name: str, place: int, column: Any) -> str:
    """NumPy's letter for the kind of an array's items, an f where there is none; "" for a list."""
    if not (hasattr(column, "dtype") and hasattr(column, "reshape")):
        return ""
    refuse_masked(column)
    kind: str = getattr(column.dtype, "kind", "f")
    if kind not in NUMBERS_OR_OBJECTS:
        raise TypeError(
            f"{name}.batch needs real numbers; argument {place + 1} is an array of {column.dtype}: "
            "pass numbers made from it (.real, .imag or abs() of complex ones, .astype(float))"
        )
    return kind


def _array(columns: Sequence[Any], count: int) -> Any:
    """All in one array, with spare columns that repeat the last row."""
    import numpy

    blocks = [numpy.asarray(column, dtype=float).reshape(count, -1) for column in columns]
    width = sum([block.shape[1] for block in blocks])
    numbers = numpy.empty((width, count + SPARE))
    place = 0
    for block in blocks:
        numbers[place : place + block.shape[1], :count] = block.T
        place += block.shape[1]
    numbers[:, count:] = numbers[:, count - 1 : count]
    return numbers


def _numbers_in_lists(columns: Sequence[Any], kinds: dict[Any, int]) -> list[list[float]] | None:
    """The rows of lists of numbers, and of lists of such lists of one length; None for others.

    Those are looked at one by one: for 100 rows of three numbers that takes 400 µs, this 25.
    """
    flat: list[Sequence[Any]] = []
    for column in columns:
        if _is_array_of_floats(column):
            column = column.tolist()
        if type(column) is not list and type(column) is not tuple:
            return None
        types = set(map(type, column))
        if types in ({list}, {tuple}):
            if len(set(map(len, column))) > 1 or not column[0]:
                return None
            flat += zip(*column)
        else:
            flat.append(column)
    found = [set(map(type, numbers)) for numbers in flat]
    if not {float, int}.issuperset(chain.from_iterable(found)):
        return None
    for place, types in enumerate(found):
        for kind in types:
            is_first = type(flat[place][0]) is kind
            kinds[place, kind] = 0 if is_first else [*map(type, flat[place])].index(kind)
    try:
        of_inputs = [map(float, x) if int in types else x for x, types in zip(flat, found)]
        return list(map(list, zip(*of_inputs)))
    except OverflowError:  # an int too large for a float
        return None


def _without_bools(items: Any) -> Any:
    """A list with numbers in place of its bools: in a batch they are labels, not structure."""
    kind = type(items)
    if getattr(getattr(items, "dtype", None), "kind", "") == "b":
        return items.astype(float)
    if not (kind is list or kind is tuple) or set(map(type, items)).isdisjoint(_to_look_into()):
        return items
    return kind(float(x) if is_bool(x) else _without_bools(x) for x in items)


def _to_look_into() -> set[type]:
    """What bools are, or may be in."""
    numpy = sys.modules.get("numpy")
    return {bool, list, tuple} | ({numpy.bool_} if numpy else set())


def _list(
    name: str,
    columns: Sequence[Any],
    count: int,
    structure: Hashable,
    named: dict[str, Any],
    kinds: dict[Any, int],
) -> list[list[float]]:
    rows = []
    for i in range(count):
        numbers: list[Any] = []
        found = take_apart((tuple(column[i] for column in columns), named), numbers)
        if found != structure:
            raise ValueError(
                f"{name}.batch needs rows of one structure: row 0 is "
                f"{structure_text(structure[1])}, "  # type: ignore[index]
                f"row {i} is {structure_text(found[1])}"  # type: ignore[index]
            )
        for kind in enumerate(map(type, numbers)):
            kinds.setdefault(kind, i)
        rows.append(list(map(as_number, numbers)))
    return rows
