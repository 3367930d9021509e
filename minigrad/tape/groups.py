"""The loops of a circuit found again: operations of one kind, side by side, as work on arrays.

A circuit of a network has many operations and few kinds of them. Here those of one kernel that can
run at the same time become one array, and what they read is given as places in earlier arrays:

>>> import minigrad as mg
>>> from minigrad.tape import flatten_batch
>>> model = mg.nn.MLP(2, [16, 16, 1])
>>> x = [mg.Value(0.5), mg.Value(-1.0)]
>>> tape = flatten_batch(model(x), model.parameters(), x)
>>> groups = group(tape)
>>> len(tape.kernels), len(groups.arrays)
(771, 19)
>>> print(groups.arrays[3])
dot: 16 numbers for each row

Which loops the places are, if any, says `index_loops`.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

from .kernels import DOT, MUL, SUM, Kernel
from .operations import ALONE, EACH_ROW, ONCE, REDUCE
from .tape import Tape

CONSTANTS: Final = 0  # the first array; those of the parameters and of the arguments follow
LONGEST_NAME: Final = 40
SORTED_BY: Final = 3  # columns; operations that agree in so many are rare
PADDING: Final = -1  # in place of a place: the neutral number, so that rows have one length


class Bucket(NamedTuple):
    """Operations of an array that read the same arrays: a column of places for each operand.

    `sources` has the array, `places` (an array of integers, a row for each operation) the place in
    it or PADDING; sums of products have their factors in pairs.
    """

    sources: tuple[int, ...]
    places: Any
    slots: Any  # of the tape, what each operation makes


@dataclass
class Array:
    """Numbers that one kernel computes at one time: those of the first bucket, then the next's."""

    kernel: Kernel | None
    phase: int
    size: int
    buckets: list[Bucket]
    slots: list[int]  # of the tape
    can_pad: bool = False  # there is a number that changes nothing as one of many operands

    @property
    def has_rows(self) -> bool:
        """Whether there is a number for each row of a batch."""
        return self.phase == EACH_ROW

    @property
    def is_sum(self) -> bool:
        """Whether each number is a sum of products."""
        return self.kernel in (SUM, DOT, REDUCE)

    def __str__(self) -> str:
        name = self.kernel.name if self.kernel else "given"
        name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        count = f"{self.size} number" + "s" * (self.size != 1)
        return f"{name}: {count}" + " for each row" * self.has_rows


@dataclass
class Groups:
    """All arrays, the given ones first, in an order in which they can be computed."""

    tape: Tape
    arrays: list[Array]
    array_of: Any  # for each slot of the tape, the number of its array
    place_of: Any  # and its place there

    def read(self, slots: Any) -> tuple[Any, Any]:
        """The arrays and the places of some slots of the tape."""
        import numpy

        slots = numpy.asarray(slots, dtype=numpy.int64)
        return self.array_of[slots], self.place_of[slots]


def group(
    tape: Tape,
    arguments: Sequence[int] = (),
    padded: Container[str] = (),
    parameters: Sequence[Sequence[int]] = (),
) -> Groups:
    """Find the arrays of a tape, in time that is linear in its length; the same ones each time.

    `arguments` says how many of the inputs stand in each argument, `parameters` which of the
    parameters stand in each of their arrays; by default all are in one.
    Operations of different lengths are made equally long in sums, and where the kernel's name is in
    `padded`.
    """
    import numpy

    arguments = arguments or (tape.input_count,)
    count = len(tape.parameters)
    starts = numpy.cumsum([count, *arguments]).tolist()
    # the slots of the constants, of each array of parameters, of each argument
    leaves: list[Sequence[int]] = [
        range(starts[-1], starts[-1] + len(tape.constants)),
        *(parameters or [range(count)]),
        *map(range, starts, starts[1:]),
    ]
    array_of = numpy.full(tape.slot_count, -1, dtype=numpy.int64)
    place_of = numpy.zeros(tape.slot_count, dtype=numpy.int64)
    given: list[Array] = []
    for own in leaves:
        array_of[numpy.asarray(own, dtype=numpy.int64)] = len(given)
        place_of[numpy.asarray(own, dtype=numpy.int64)] = range(len(own))
        has_rows = len(given) >= len(leaves) - len(arguments)
        given.append(Array(None, EACH_ROW if has_rows else ONCE, len(own), [], []))
    groups = Groups(tape, given, array_of, place_of)
    operands = _with_reduced_products(tape)
    for (_, phase, kernel), slots in sorted(_levels(tape, operands).items(), key=_by_level):
        array = Array(kernel, phase, len(slots), [], slots)
        array.can_pad = array.is_sum or kernel.name in padded
        _fill(groups, array, [read for slot in slots if (read := operands[slot - tape.first])])
        for part in _parts(array):
            array_of[part.slots] = len(groups.arrays)
            groups.place_of[part.slots] = range(part.size)
            groups.arrays.append(part)
    return groups


def _by_level(item: tuple[tuple[int, int, Kernel], list[int]]) -> tuple[int, int]:
    (level, _, _), slots = item
    return level, slots[0]


def _with_reduced_products(tape: Tape) -> list[tuple[int, ...] | None]:
    """The operands of all operations; a product that is only summed over the rows is in its sum.

    None stands for such a product. A sum over rows gets pairs of factors.
    """
    first, kernels, uses = tape.first, tape.kernels, tape.uses()
    for slot in [*tape.outputs, *(slot for gradient in tape.gradients for slot in gradient)]:
        uses[slot] += 1
    operands: list[tuple[int, ...] | None] = list(tape.operands)
    for i, kernel in enumerate(kernels):
        if kernel is REDUCE:
            (slot,) = tape.operands[i]
            made = slot - first
            inside = made >= 0 and uses[slot] == 1 and kernels[made] in (MUL, DOT)
            operands[i] = tape.operands[made] if inside else (slot, ALONE)
            if inside:
                operands[made] = None
    return operands


def _levels(
    tape: Tape, operands: list[tuple[int, ...] | None]
) -> dict[tuple[int, int, Kernel], list[int]]:
    """The slots of all operations that are needed, by level, phase and kernel."""
    levels = [0] * tape.first
    found: dict[tuple[int, int, Kernel], list[int]] = {}
    append = levels.append
    at = levels.__getitem__
    for i, (kernel, slots) in enumerate(zip(tape.kernels, operands)):
        if slots is None:
            append(0)  # nobody asks for it
            continue
        level = 1 + max(map(at, slots)) if slots[-1] != ALONE else 1 + levels[slots[0]]
        append(level)
        key = (level, tape.phases[i] if tape.phases else ONCE, kernel)
        if key in found:
            found[key].append(tape.first + i)
        else:
            found[key] = [tape.first + i]
    return found


def array_counts(tape: Tape) -> dict[str, int]:
    """How many arrays the operations make, and how many operations stand alone in theirs.

    Without NumPy nobody can say, and there is nothing.
    """
    if find_spec("numpy") is None:
        return {}
    made = [array for array in group(tape).arrays if array.kernel is not None]
    return {"groups": len(made), "alone": sum(array.size == 1 for array in made)}


def _parts(array: Array) -> list[Array]:
    """An array in the order of its buckets; sums over rows, which nobody reads together, apart."""
    import numpy

    if array.kernel is not REDUCE:
        slots = numpy.concatenate([bucket.slots for bucket in array.buckets]).tolist()
        return [Array(array.kernel, array.phase, array.size, array.buckets, slots)]
    return [
        Array(array.kernel, array.phase, len(bucket.slots), [bucket], bucket.slots.tolist())
        for bucket in array.buckets
    ]


# --- what an array reads ---


def _fill(groups: Groups, array: Array, operands: list[tuple[int, ...]]) -> None:
    """Part the operations of an array into buckets."""
    import numpy

    by_count: dict[int, list[int]] = {}
    for i, slots in enumerate(operands):
        by_count.setdefault(len(slots), []).append(i)
    parts: list[Bucket] = []
    made = numpy.array(array.slots)
    for members in by_count.values():
        read = numpy.array([operands[i] for i in members], dtype=numpy.int64)
        sources, places = groups.array_of[read], groups.place_of[read]
        if array.is_sum:
            sources, places = _in_order(groups, *_pairs(groups, array, read, sources, places))
        elif array.can_pad:
            by_source = numpy.argsort(sources, axis=1, kind="stable")
            sources = numpy.take_along_axis(sources, by_source, axis=1)
            places = numpy.take_along_axis(places, by_source, axis=1)
        for chosen in _same_rows(sources):
            own = made[members][chosen]
            parts.append(Bucket(tuple(sources[chosen[0]].tolist()), places[chosen], own))
    if array.can_pad:
        parts = _with_padding(parts, 2 if array.is_sum else 1)
    array.buckets = [_sorted(groups, array, part) for part in parts]


def _pairs(groups: Groups, array: Array, slots: Any, sources: Any, places: Any) -> tuple[Any, Any]:
    """Sources and places of factors, pair after pair; where a factor is 1, ALONE."""
    import numpy

    if array.kernel is SUM:
        sources, places = (
            numpy.stack([given, numpy.full_like(given, fill)], axis=2).reshape(len(slots), -1)
            for given, fill in ((sources, ALONE), (places, 0))
        )
        return sources, places
    is_one = slots == ALONE
    for place, number in enumerate(groups.tape.constants):
        if number == 1.0:
            is_one |= (sources == CONSTANTS) & (places == place)
    is_one[:, ::2] &= ~is_one[:, 1::2]  # 1·1 keeps one of them
    return numpy.where(is_one, ALONE, sources), numpy.where(is_one, 0, places)


def _in_order(groups: Groups, sources: Any, places: Any) -> tuple[Any, Any]:
    """Pairs sorted by what they read; in each, what is the same in all rows stands first."""
    import numpy

    rank = numpy.array(
        [array.has_rows * len(groups.arrays) + i for i, array in enumerate(groups.arrays)]
        + [numpy.iinfo(numpy.int32).max]  # ALONE is the last one
    )
    shape = (len(sources), -1, 2)
    sources, places = sources.reshape(shape), places.reshape(shape)
    turned = (rank[sources[:, :, 0]] > rank[sources[:, :, 1]])[:, :, None]
    sources = numpy.where(turned, sources[:, :, ::-1], sources)
    places = numpy.where(turned, places[:, :, ::-1], places)
    place = numpy.where(sources[:, :, 1] == ALONE, places[:, :, 0], places[:, :, 1])
    keys = (place, rank[sources[:, :, 1]], rank[sources[:, :, 0]])  # the last one counts most
    order = numpy.lexsort(keys, axis=1)[:, :, None]
    return (
        numpy.take_along_axis(sources, order, axis=1).reshape(len(sources), -1),
        numpy.take_along_axis(places, order, axis=1).reshape(len(places), -1),
    )


def _same_rows(table: Any) -> list[list[int]]:
    """The numbers of equal rows together, in the order in which each first appears."""
    if (table == table[0]).all():
        return [list(range(len(table)))]
    found: dict[bytes, list[int]] = {}
    for i, row in enumerate(table):
        found.setdefault(row.tobytes(), []).append(i)
    return list(found.values())


def _sorted(groups: Groups, array: Array, bucket: Bucket) -> Bucket:
    """Operations in the order of the places that they read, so that these become slices.

    What has rows counts most, so that the order of an array goes on in those made from it.
    """
    import numpy

    # of sums the first pair and the last, for all those between go along with them
    columns = [-2, -1, 0, 1] if array.is_sum else [*range(len(bucket.sources))][-SORTED_BY:]
    given = [i for i in columns if bucket.sources[i] != ALONE]
    keys = sorted(given, key=lambda i: groups.arrays[bucket.sources[i]].has_rows)
    order = numpy.lexsort([bucket.places[:, key] for key in keys])
    return Bucket(bucket.sources, bucket.places[order], bucket.slots[order])


# --- rows of one length ---


def _with_padding(parts: list[Bucket], width: int) -> list[Bucket]:
    """Those that read the same arrays, but not as often, in one bucket with padding.

    `width` is 2 where operands stand in pairs.
    """
    alike: dict[frozenset[tuple[int, ...]], list[Bucket]] = {}
    for part in parts:
        alike.setdefault(frozenset(_counts(part.sources, width)), []).append(part)
    return [_together(buckets, width) for buckets in alike.values()]


def _together(buckets: list[Bucket], width: int) -> Bucket:
    import numpy

    if len(buckets) == 1:
        return buckets[0]
    counts = [_counts(bucket.sources, width) for bucket in buckets]
    most = {read: max(count[read] for count in counts) for read in counts[0]}
    return Bucket(
        tuple(source for read, count in most.items() for source in read * count),
        numpy.concatenate([_padded(bucket, most, width) for bucket in buckets]),
        numpy.concatenate([bucket.slots for bucket in buckets]),
    )


def _counts(sources: tuple[int, ...], width: int) -> dict[tuple[int, ...], int]:
    """How often each array, or pair of arrays, is read; what is read twice stands together."""
    counts: dict[tuple[int, ...], int] = {}
    for i in range(0, len(sources), width):
        read = sources[i : i + width]
        counts[read] = counts.get(read, 0) + 1
    return counts


def _padded(bucket: Bucket, most: dict[tuple[int, ...], int], width: int) -> Any:
    """The places with PADDING where another bucket reads more; in the order of `most`."""
    import numpy

    columns: dict[tuple[int, ...], Any] = {}
    at = 0
    for read, count in _counts(bucket.sources, width).items():
        missing = numpy.full((len(bucket.places), (most[read] - count) * width), PADDING)
        own = bucket.places[:, at : at + count * width]
        columns[read] = numpy.concatenate([own, missing], axis=1)
        at += count * width
    return numpy.concatenate([columns[read] for read in most], axis=1)
