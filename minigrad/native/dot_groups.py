"""Products and dot products side by side: four at a time, where they share numbers.

The units of a layer all read the same inputs. Pair by pair, four of them read one number that they
share, which goes into every lane of a vector, and four of their own. Where these do not follow one
another they are copied next to each other first: that pays because other units read the same four.

The index of a run of groups has for each of them the slot of the first result, then for each pair
the slot of the factor that all members share, and the first of those that each has for itself.
Needs llvmlite and NumPy.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import llvmlite.ir as ir
import numpy as np

from ..tape import COPY, DOT, DOTS, MUL, Kernel, Tape
from .operand import LONG, Code, Native

TOGETHER: Final = 4  # members of a group
AT_ONCE: Final = 4  # groups: each waits for its own last addition
COPY_COST: Final = 2  # in products
FEWEST: Final = 64  # numbers that a run reads: below, looking takes longer than it saves
NEXT: Final = np.arange(TOGETHER)


class Step(NamedTuple):
    """A run as it is executed."""

    kernel: Kernel
    operands: int  # of each operation
    index: Any  # an array of slots
    length: int  # how many operations
    first: int  # the slot of the first result
    is_stretch: bool = False  # see `kernels`


class Arrangement:
    """The slots of a tape, and the steps over them, for runs that come after what they read."""

    def __init__(self, tape: Tape, runs: list[list[int]]) -> None:
        self.slots = np.arange(tape.slot_count, dtype=np.int64)  # where each slot of the tape is
        self.slot_count = tape.slot_count
        self.steps: list[Step] = []
        self._copies: dict[bytes, int] = {}  # of four slots: the first of the four copies
        first = tape.first
        for run in runs:
            kernel = tape.kernels[run[0]]
            index = self.slots[np.array([tape.operands[i] for i in run], dtype=np.int64)]
            order = self._place(kernel, index, first)
            self.slots[tape.first + np.array(run)[order]] = np.arange(first, first + len(run))
            first += len(run)

    def _place(self, kernel: Kernel, index: Any, first: int) -> Any:
        """Add the steps of a run; gives the order in which its results stand."""
        if kernel in (DOT, MUL) and index.size >= FEWEST and len(index) >= TOGETHER:
            groups = _Groups(index, 1, self._copies)
            if groups.gain < index.size // 2:  # some are left alone, or have to be copied
                groups = max(groups, _Groups(index, 0, self._copies), key=lambda g: g.gain)
            if groups.gain > 0:
                self._copy(groups.missing)
                self._add_groups(groups, index.shape[1], first)
                alone = index[groups.order[groups.count :]]
                self._add(kernel, alone, first + groups.count)
                return groups.order
        self._add(kernel, index, first)
        return np.arange(len(index))

    def _add(self, kernel: Kernel, index: Any, first: int) -> None:
        count, operands = index.shape
        if count:
            by_operand = np.ascontiguousarray(index.T, dtype=np.int32)
            self.steps.append(Step(kernel, operands, by_operand, count, first))

    def _add_groups(self, groups: _Groups, operands: int, first: int) -> None:
        index = np.empty((len(groups.starts), 1 + operands), dtype=np.int32)
        index[:, 0] = first + groups.starts
        index[:, 1::2] = groups.shared
        own = groups.own[:, 0].copy()
        own[groups.apart] = [self._copies[four] for four in groups.fours]
        index[:, 2::2] = own
        self.steps.append(Step(DOTS, operands, index, len(index), first))

    def _copy(self, fours: list[bytes]) -> None:
        for i, four in enumerate(fours):
            self._copies[four] = self.slot_count + TOGETHER * i
        index = np.frombuffer(b"".join(fours), dtype=np.int64).reshape(-1, 1)
        self._add(COPY, index, self.slot_count)
        self.slot_count += len(index)


class _Groups:
    """The groups of four in a run that is sorted by one side of the first pairs.

    In `order` the first `count` operations are in groups, and `starts` are the places of their
    first members; the last group of a stretch may overlap the one before. For each group and pair,
    `shared` is the slot that all members read, and `own` has those that each reads; `apart` says
    where these do not follow one another: they are the `fours`, and `missing` has no copy yet.
    """

    def __init__(self, index: Any, side: int, copies: dict[bytes, int]) -> None:
        by, then = index[:, side], index[:, 1 - side]
        order = np.argsort(by * (1 + then.max()) + then, kind="stable")
        lengths, stretch, within = _cover(by[order])
        starts = (np.cumsum(lengths) - lengths)[stretch] + within
        operands = index[order[starts[:, None] + NEXT]]
        left, right = operands[:, :, 0::2], operands[:, :, 1::2]
        left_is_shared = (left == left[:, :1]).all(axis=1)
        right_is_shared = (right == right[:, :1]).all(axis=1)
        share = (left_is_shared | right_is_shared).all(axis=1)
        covered = np.bincount(stretch, minlength=len(lengths)) > 0
        good = covered & (np.bincount(stretch, ~share, len(lengths)) == 0)
        kept, grouped = good[stretch], np.repeat(good, lengths)
        lengths = lengths * good
        self.count = int(lengths.sum())
        self.order = np.concatenate([order[grouped], order[~grouped]])
        self.starts = (np.cumsum(lengths) - lengths)[stretch[kept]] + within[kept]
        choice = left_is_shared[kept, None]
        self.shared = np.where(choice, left[kept], right[kept])[:, 0]
        self.own = np.where(choice, right[kept], left[kept])
        self.apart = (self.own != self.own[:, :1] + NEXT[:, None]).any(axis=1)
        fours = np.ascontiguousarray(self.own.transpose(0, 2, 1)[self.apart])
        self.fours: list[bytes] = fours.view(f"V{fours.itemsize * TOGETHER}").ravel().tolist()
        self.missing = [four for four in dict.fromkeys(self.fours) if four not in copies]
        products = self.count * self.shared.shape[1]
        self.gain = products - COPY_COST * TOGETHER * len(self.missing)


def _cover(by: Any) -> tuple[Any, Any, Any]:
    """Stretches of equal numbers, covered with groups; a short one has none.

    The lengths of the stretches; of each group the stretch, and the place of its start in it.
    """
    begins = np.flatnonzero(np.concatenate([[True], by[1:] != by[:-1]]))
    lengths = np.diff(np.append(begins, len(by)))
    counts = np.where(lengths < TOGETHER, 0, -(-lengths // TOGETHER))
    stretch = np.repeat(np.arange(len(begins)), counts)
    nth = np.arange(len(stretch)) - np.searchsorted(stretch, stretch)
    return lengths, stretch, np.minimum(TOGETHER * nth, lengths[stretch] - TOGETHER)


def write_dots(function: Any) -> None:
    """Write the function of a run; its arguments are those of every kernel's."""
    slots, index, count, operands, _ = function.args
    b = ir.IRBuilder(function.append_basic_block())
    code = Code(b, TOGETHER)
    length = b.add(operands, LONG(1))  # of a group's part of the index

    def product(part: Any, place: Any) -> Native:
        shared = b.load(code.indexed(slots, part, place))
        return code.splat(shared) * code.load(code.indexed(slots, part, b.add(place, LONG(1))))

    def write(parts: list[Any]) -> None:
        """Some groups at once, from the first pair to the last."""

        def products(place: Any) -> list[Native]:
            return [product(part, place) for part in parts]

        sums = code.folded(products(LONG(1)), (3, 2, length), products)
        for part, sum_ in zip(parts, sums):
            code.store(sum_, code.indexed(slots, part, LONG(0)))

    for groups in code.places_of(count, AT_ONCE):
        write([b.gep(index, [b.mul(group, length)]) for group in groups])
    b.ret_void()
