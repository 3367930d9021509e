"""Loops found again in a tape's own order: operations that repeat, and read on by equal steps.

`groups` puts side by side what can run at the same time, and sorts the terms of sums: that is for
engines of arrays. Here nothing changes its place, so code that is printed from it gives the tape's
bits, and what follows from itself, step after step, is a loop too:

>>> import minigrad as mg
>>> from minigrad.tape import flatten
>>> x, w = mg.Value(0.5), mg.Value(0.3)
>>> y = x
>>> for _ in range(100):
...     y = (w * y).tanh()
>>> found = rolled(tape_nodes(flatten([y], [], [x, w], wanted=[])))
>>> for node in found.nodes:
...     print(found.kinds[node.kind])
Operation(kernel=<kernel x0·x1>, runs=(Run(is_fixed=(False,)), Run(is_fixed=(False,))))
Loop(times=99, body=(1, 0), steps=(2, 2, 2, 0, 2), tables=())
Operation(kernel=<kernel tanh(x0)>, runs=(Run(is_fixed=(False,)),))

A place is that of a number: constants (the tape's parameters, then its constants) from 0 on, what
is given and computed from VARIABLES on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import sub
from typing import Final, NamedTuple

from .kernels import DOT, Kernel
from .tape import Tape

VARIABLES: Final = 1 << 40  # no loop leads from constants to here
LENGTHS: Final = (1, 8, 64, 4_096)  # of bodies, at most: inner loops are found first
FEWEST: Final = 4  # repeats that are worth a loop, and operands that are worth one
FEWEST_LISTED: Final = 8  # repeats for which places are listed in a table
CANDIDATES: Final = 6  # lengths that are tried at a node: the next places of its kind


class Run(NamedTuple):
    """Operands that stand at equal steps, all constants or none; of products, pairs of them."""

    is_fixed: tuple[bool, ...]
    length: int = 1
    steps: tuple[int, ...] = (0,)

    def __repr__(self) -> str:
        more = f", length={self.length}, steps={self.steps}" if self.length > 1 else ""
        return f"Run(is_fixed={self.is_fixed}{more})"


class Operation(NamedTuple):
    """A kernel on its operands. The places of a node: the output's, then where each run begins.

    Without a kernel the one operand is handed on.
    """

    kernel: Kernel | None
    runs: tuple[Run, ...]


class Loop(NamedTuple):
    """Nodes of these kinds, again and again; all their places move on by their `steps`.

    The places of a node are those of the whole body when it runs for the first time. A place that
    `tables` has (by its number) moves from there by what is listed for each repeat.
    """

    times: int
    body: tuple[int, ...]
    steps: tuple[int, ...]
    tables: tuple[tuple[int, tuple[int, ...]], ...]


class Node(NamedTuple):
    """Something of a kind, at its places."""

    kind: int
    places: tuple[int, ...]


class Rolled(NamedTuple):
    """Nodes in their order, and the kinds, by number."""

    nodes: list[Node]
    kinds: list[Operation | Loop]

    def place_counts(self, loop: Loop) -> list[int]:
        """How many places each node of a loop's body has."""
        return [self._place_count(kind) for kind in loop.body]

    def _place_count(self, kind: int) -> int:
        found = self.kinds[kind]
        if isinstance(found, Loop):
            return len(found.steps)
        return 1 + sum(len(run.is_fixed) for run in found.runs)


def places_of(tape: Tape) -> list[int]:
    """The place of each slot of a tape."""
    fixed, given = len(tape.parameters), VARIABLES + tape.input_count
    return [
        *range(fixed),
        *range(VARIABLES, given),
        *range(fixed, fixed + len(tape.constants)),
        *range(given, given + len(tape.kernels)),
    ]


def tape_nodes(tape: Tape) -> Iterable[tuple[Operation, tuple[int, ...]]]:
    """The operations of a tape, each with its places."""
    places = places_of(tape)
    for i, (kernel, slots) in enumerate(zip(tape.kernels, tape.operands)):
        runs, starts = _runs(kernel, [places[slot] for slot in slots])
        yield Operation(kernel, runs), (places[tape.first + i], *starts)


def _runs(kernel: Kernel, places: list[int]) -> tuple[tuple[Run, ...], list[int]]:
    """The operands in runs, and the places at which these begin."""
    width = 2 if kernel is DOT else 1
    rows = list(zip(*[iter(places)] * width))
    runs: list[Run] = []
    starts: list[int] = []
    at = 0
    while at < len(rows):
        is_fixed = tuple([place < VARIABLES for place in rows[at]])
        run = Run(is_fixed, *_steps(rows, at)) if kernel.formula is None else Run(is_fixed)
        runs.append(run)
        starts += rows[at]
        at += run.length
    return tuple(runs), starts


def _steps(rows: list[tuple[int, ...]], start: int) -> tuple[int, tuple[int, ...]]:
    """How many rows from `start` on follow one another by equal steps, and by which."""
    end = start + 1
    if start + FEWEST <= len(rows):
        moved = tuple(map(sub, rows[end], rows[start]))
        while end < len(rows) and tuple(map(sub, rows[end], rows[end - 1])) == moved:
            end += 1
        if end - start >= FEWEST:
            return end - start, moved
    return 1, (0,) * len(rows[start])


def rolled(operations: Iterable[tuple[Operation, tuple[int, ...]]]) -> Rolled:
    """Nodes with loops in place of what repeats, in time that is linear in their number."""
    search = _Search()
    for operation, places in operations:
        search.append(operation, places)
    for longest in LENGTHS:
        search.roll(longest)
    return Rolled(list(map(Node, search.numbers, search.places)), search.kinds)


class _Repeat(NamedTuple):
    """So many nodes, so many times."""

    length: int
    times: int
    steps: tuple[int, ...]
    tables: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def saved(self) -> int:
        return self.length * (self.times - 1)


class _Search:
    """Nodes, which become fewer."""

    def __init__(self) -> None:
        self.kinds: list[Operation | Loop] = []
        self._number_of: dict[Operation | Loop, int] = {}
        self.numbers: list[int] = []
        self.places: list[tuple[int, ...]] = []

    def append(self, kind: Operation | Loop, places: tuple[int, ...]) -> None:
        number = self._number_of.get(kind)
        if number is None:
            number = self._number_of[kind] = len(self.kinds)
            self.kinds.append(kind)
        self.numbers.append(number)
        self.places.append(places)

    def roll(self, longest: int) -> None:
        """Put loops in place of what repeats, in bodies of so many nodes at most."""
        numbers, places, following = self.numbers, self.places, self._following()
        self._at, self._given = numbers, places
        self.numbers, self.places = [], []
        i = 0
        while i < len(numbers):
            found = self._best(i, following, longest)
            if found is None:
                self.numbers.append(numbers[i])
                self.places.append(places[i])
                i += 1
                continue
            body = tuple(numbers[i : i + found.length])
            loop = Loop(found.times, body, found.steps, found.tables)
            self.append(loop, self._block(i, found.length))
            i += found.length * found.times

    def _following(self) -> list[int]:
        """For each node the next one of its kind; −1 for the last."""
        following = [-1] * len(self.numbers)
        latest: dict[int, int] = {}
        for i, number in enumerate(self.numbers):
            if number in latest:
                following[latest[number]] = i
            latest[number] = i
        return following

    def _best(self, start: int, following: list[int], longest: int) -> _Repeat | None:
        """What repeats from here on and leaves the fewest nodes."""
        best: _Repeat | None = None
        at = following[start]
        for _ in range(CANDIDATES):
            if at < 0 or at - start > longest:
                break
            found = self._repeat(start, at - start)
            if found is not None and (best is None or found.saved > best.saved):
                best = found
            at = following[at]
        return best

    def _repeat(self, start: int, length: int) -> _Repeat | None:
        """The nodes from `start` on as a body of this length, if it repeats often enough."""
        blocks = [self._block(start, length)]
        steps: list[tuple[int, ...]] = []
        even = 1  # blocks at the end that follow one another by equal steps
        while self._goes_on(start, length, len(blocks)):
            blocks.append(self._block(start + length * len(blocks), length))
            steps.append(tuple(map(sub, blocks[-1], blocks[-2])))
            even = even + 1 if len(steps) > 1 and steps[-1] == steps[-2] else 2
            if len(blocks) > even >= FEWEST:  # a loop without tables begins here
                blocks, even = blocks[:-even], 0
                break
        if even == len(blocks) >= FEWEST:
            return _Repeat(length, len(blocks), steps[0], ())
        if len(blocks) < FEWEST_LISTED:
            return None
        moved = list(zip(*(map(sub, block, blocks[0]) for block in blocks)))
        tables = [
            (place, tuple(by))
            for place, by in enumerate(moved)
            if any(by[i] != i * by[1] for i in range(len(by)))
        ]
        return _Repeat(length, len(blocks), tuple(by[1] for by in moved), tuple(tables))

    def _goes_on(self, start: int, length: int, count: int) -> bool:
        at = start + length * count
        kinds = self._at[start : start + length]
        return self._at[at : at + length] == kinds

    def _block(self, start: int, length: int) -> tuple[int, ...]:
        given: Sequence[tuple[int, ...]] = self._given[start : start + length]
        return given[0] if length == 1 else tuple(chain.from_iterable(given))
