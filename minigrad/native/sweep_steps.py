"""The steps of a sweep: gates of one kind that run in one call, and what each can leave out.

Gates are sorted by level and kind, and a run whose inputs stand side by side becomes stretches.
For second derivatives most circuits end in sums, along which nothing is bent: there the way back
hands on gradients alone, and the way forward is not needed at all. And whoever comes first to a
slot writes there, so that no more than what nobody has written is to be cleared before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np

from ..tape import FORMULA, GateKind, GateTape, read_by_derivatives
from .schedule import FIELDS, levels_of, stretches_in
from .sweep_kernels import (
    CLEAR_BENT,
    CLEAR_GRADIENTS,
    CURVED,
    FORWARD,
    GRADIENT,
    SWEEP_FUNCTIONS,
    Key,
)


class Step:
    """Gates of one kind that run in one call; `steps` are those of a stretch's inputs, 0 or 1."""

    def __init__(
        self, kind: GateKind, steps: tuple[int, ...] | None, index: Any, count: int, first: int
    ) -> None:
        self.kind, self.steps, self.count, self.first = kind, steps, count, first
        self.index = np.ascontiguousarray(index, dtype=np.int32)

    def outputs(self) -> slice:
        """The slots of the gates."""
        return slice(self.first, self.first + self.count)

    def inputs(self, place: int) -> Any:
        """The slots of the gates' inputs at a place, as an index of arrays."""
        if self.steps is None:
            return self.index[place]
        begin = int(self.index[place])
        return slice(begin, begin + (self.count if self.steps[place] else 1))

    def is_alone(self, place: int) -> bool:
        """Whether no two gates share the input at a place."""
        if self.steps is not None:
            return bool(self.steps[place]) or self.count == 1
        return len(np.unique(self.index[place])) == self.count

    def row(self, function: int) -> tuple[int, ...]:
        """The step in a table."""
        return function, self.index.ctypes.data, self.count, self.kind.count, self.first


class Table:
    """Steps as the native loop goes over them, one after the other."""

    def __init__(self, steps: Sequence[tuple[Step, Key]]) -> None:
        functions = SWEEP_FUNCTIONS.addresses([key for _, key in steps])
        rows = [step.row(function) for (step, _), function in zip(steps, functions)]
        self.numbers = np.array(rows, dtype=np.int64).reshape(-1, FIELDS)
        self.address, self.count = self.numbers.ctypes.data, len(rows)
        self._steps = [step for step, _ in steps]  # the table has the addresses of their indexes


def steps_of(tape: GateTape) -> tuple[list[Step], Any]:
    """The steps forward, and for each slot of the tape its place."""
    numbers = {kind: k for k, kind in enumerate(dict.fromkeys(tape.kinds))}
    kinds = np.array([numbers[kind] for kind in tape.kinds], dtype=np.int64)
    levels = np.array(levels_of(tape), dtype=np.int64)
    order = np.lexsort([kinds, levels])
    slots = np.arange(tape.slot_count)
    slots[tape.first + order] = np.arange(tape.first, tape.slot_count)
    if not len(order):
        return [], slots
    changes = (np.diff(levels[order]) != 0) | (np.diff(kinds[order]) != 0)
    steps: list[Step] = []
    first = tape.first
    for run in np.split(order, np.flatnonzero(changes) + 1):
        kind = tape.kinds[run[0]]
        places = chain.from_iterable(map(tape.operands.__getitem__, run.tolist()))
        flat = np.fromiter(places, np.int64, len(run) * kind.count)
        steps += _stretches(kind, slots[flat.reshape(len(run), kind.count)].T, first)
        first += len(run)
    return steps, slots


def _stretches(kind: GateKind, index: Any, first: int) -> list[Step]:
    """A run as stretches, where there are few of them, or as it is."""
    found = stretches_in(index) if kind.form == FORMULA else None
    if found is None:
        return [Step(kind, None, index, index.shape[1], first)]
    step, parts = found
    steps = tuple(step.tolist())
    return [Step(kind, steps, index[:, begin], end - begin, first + begin) for begin, end in parts]


# --- second derivatives ---


def curved_table(steps: Sequence[Step], slot_count: int, inputs: slice, output: int) -> Table:
    """Forward and back in one, for the bent gradients of the inputs."""
    back = _Back(slot_count, output)
    backward = [(step, key) for step in reversed(steps) if (key := back.key(step))]
    back.read(back.bent, back.clear_bent, inputs)
    clear = [
        (Step(CLEAR, None, slots[None], len(slots), 0), Key(CLEAR, mode))
        for mode, mask in [
            (CLEAR_GRADIENTS, back.clear_gradients),
            (CLEAR_BENT, back.clear_bent),
        ]
        if len(slots := np.flatnonzero(mask))
    ]
    return Table([*_needed(steps, slot_count), *clear, *backward])


CLEAR: Final = GateKind("clear", None, 1, lambda *_: 0.0)


def _needed(steps: Sequence[Step], slot_count: int) -> Iterator[tuple[Step, Key]]:
    """The steps forward whose values or tangents are read by a slope or a curvature."""
    needed = np.zeros(slot_count, dtype=bool)
    for step in steps:
        places, reads_output = read_by_derivatives(step.kind)
        for place in places:
            needed[step.inputs(place)] = True
        if reads_output:
            needed[step.outputs()] = True
    kept = []
    for step in reversed(steps):
        if needed[step.outputs()].any():
            kept.append((step, Key(step.kind, FORWARD, step.steps)))
            for place in range(step.kind.count):
                needed[step.inputs(place)] = True
    return reversed(kept)


class _Back:
    """Which slots have been written on the way back, and which somebody reads before."""

    def __init__(self, slot_count: int, output: int) -> None:
        self.gradients, self.bent, self.clear_gradients, self.clear_bent = (
            np.zeros(slot_count, dtype=bool) for _ in range(4)
        )
        self.gradients[output] = True
        self._places = np.zeros(slot_count, dtype=np.int16)  # of a step that reads a slot

    def read(self, written: Any, clear: Any, slots: Any) -> None:
        """Note what is read though nobody has written it."""
        clear[slots] |= ~written[slots]
        written[slots] = True

    def key(self, step: Step) -> Key | None:
        """How a step runs; None where it does nothing."""
        kind, outputs = step.kind, step.outputs()
        if not kind.leading or not self.gradients[outputs].any():
            return None
        self.read(self.gradients, self.clear_gradients, outputs)
        receives = bool(self.bent[outputs].any())
        if receives:
            self.read(self.bent, self.clear_bent, outputs)
        bends = receives or bool(kind.pairs)
        bent_places = set(kind.leading) if receives else set()
        bent_places |= {place for pair in kind.pairs for place in kind.bent_by(pair)}
        mode = CURVED if bends else GRADIENT
        if kind.form != FORMULA:  # of any length, and all at once
            self.read(self.gradients, self.clear_gradients, step.index[kind.leading])
            self.read(self.bent, self.clear_bent, step.index[sorted(bent_places)])
            return Key(kind, mode, step.steps, receives)
        for place in range(kind.count):
            self._places[step.inputs(place)] += 1  # once for each place, if it is alone there
        fresh = tuple(
            self._writes(self.gradients, self.clear_gradients, step, place)
            for place in kind.leading
        )
        fresh_bent = tuple(
            self._writes(self.bent, self.clear_bent, step, place) for place in sorted(bent_places)
        )
        for place in range(kind.count):
            self._places[step.inputs(place)] = 0
        return Key(kind, mode, step.steps, receives, fresh, fresh_bent)

    def _writes(self, written: Any, clear: Any, step: Step, place: int) -> bool:
        """Whether a step is the first to come to its inputs at a place, each once.

        A slot that it comes to at two places may be written after it has been added to.
        """
        slots = step.inputs(place)
        is_first = (
            not written[slots].any()
            and step.is_alone(place)
            and bool((self._places[slots] == 1).all())
        )
        if is_first:
            written[slots] = True
        else:
            self.read(written, clear, slots)
        return is_first
