"""Epochs of a compiled loss in machine code: many steps in one call.

A call takes about CALL seconds at most: after each, Ctrl-C is answered, and mostly the Values get
the numbers that training has reached, for other threads that look. Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

from ..compiled import Compiled, Rows
from ..native import NativeBatch, columns_of
from .batches import Batches
from .epochs import Measured, NotFiniteError
from .native_training import Calls, NativeTraining, Route, native_training
from .optim import Optimizer

CALL: Final = 0.025
MOST_STEPS: Final = 10_000  # in one call, if all rows are one batch
SHOWING: Final = 1 / 32  # of the time, at most: 67,000 Values take 8 ms to get their numbers


class NativeEpochs:
    """Epochs of a compiled loss, on parameters in arrays."""

    def __init__(
        self,
        loss: Compiled,
        data: Sequence[Any],
        training: NativeTraining,
        runner: NativeBatch,
        rows: Rows,
        batches: Batches,
    ) -> None:
        self.loss, self.data, self.training = loss, data, training
        self.rows, self.batches = rows, batches
        self.columns = columns_of(rows)
        self.order: list[int] | None = None  # of the rows in this epoch
        self._use(runner)
        self.steps_in_a_call = 1
        self.first = 0  # the number of the first epoch in the series of `training`
        self.show_at = perf_counter() + CALL

    def _use(self, runner: NativeBatch) -> None:
        """Run the rows by this one from now on."""
        self.runner = runner
        self.slots = runner.take()
        self.route = self._route()
        count = self.rows.count
        self.prepared = runner.columns(self.rows)
        if not self.batches.is_whole:  # an epoch lays them out in its own order
            self.prepared = runner.row_runner.columns(self.columns[:, :count], count)
        if self.order is not None:
            self.prepared.numbers[:, :count] = self.columns[:, self.order]
        self.calls = self._calls() if runner.is_one_call(max(self.batches.sizes)) else None

    def run(self, limit: int) -> None:
        """Run the next epoch; if an epoch is one step, as many as a call has time for."""
        begin, end = 0, len(self.batches.sizes)
        self.first = self.training.done // end
        if self.batches.is_whole:
            end = min(limit, self.steps_in_a_call, MOST_STEPS)
        else:
            self.training.plan(0, 1)  # may raise; then no shuffle is used up
            self.order = self.batches.order()
            if self.calls is not None:
                self.prepared.numbers[:, : self.rows.count] = self.columns[:, self.order]
        while begin < end:
            steps = self.training.plan(begin, min(self.steps_in_a_call, end - begin))
            start = perf_counter()
            self._take(begin, steps)
            now = perf_counter()
            if steps == self.steps_in_a_call and now - start < CALL / 2:
                self.steps_in_a_call *= 2
            if now > self.show_at:
                self.training.show()
                shown = perf_counter()
                self.show_at = shown + max(CALL, (shown - now) / SHOWING)
            begin += steps

    def after(self, known: int) -> list[Measured]:
        """What was measured in the epochs after the first so many."""
        training, size = self.training, len(self.batches.sizes)
        begin, end = (number - self.first for number in (known, training.done // size))
        losses, norms, rates = (
            series.numbers[begin * size : end * size].reshape(-1, size).T
            for series in (training.losses, training.norms, training.rates)
        )
        columns = self.batches.mean(losses), self.batches.mean_of_steps(norms), rates[0]
        return list(map(Measured, *(column.tolist() for column in columns)))

    def show(self) -> None:
        """Before anybody looks: the Values and the optimiser get the numbers of the moment."""
        self.training.write_back()

    def read(self) -> None:
        """After somebody has looked: the Values, the optimiser and the data may be others."""
        rows = self._rows_by_now()
        recording, columns = rows.recording, columns_of(rows)
        recording.check_places()
        is_other = recording is not self.rows.recording  # the loss was cleared, and recorded anew
        if is_other or (self.loss.check and recording.plain_numbers.changed() is not None):
            self.loss.run_rows(rows)  # compares the recording with the function itself
        given = slice(rows.count)
        is_written = columns[:, given].tobytes() != self.columns[:, given].tobytes()
        self.rows, self.columns = rows, columns
        has_others = is_other or self.training.optimizer.has_other_parameters()
        if has_others:
            self.training = self._training_of_others()
        if is_other or is_written:
            self.runner.give(self.slots)
            self._use(self._runner_by_now() if is_other else self.runner)
        elif has_others:
            self.route = self._route()
        self.training.read()

    def _rows_by_now(self) -> Rows:
        """The rows of the data, into which a callback may have written."""
        rows, before = self.loss.rows(*self.data), self.rows
        if rows.count != before.count or rows.recording.structure != before.recording.structure:
            raise ValueError(
                f"a callback has changed the shape of the data, from {before.count} rows to "
                f"{rows.count}: let its rows stay as many and as long as they are, or call fit "
                "again"
            )
        return rows

    def _runner_by_now(self) -> NativeBatch:
        """What runs the rows of a loss that was recorded anew."""
        runner = self.rows.recording.batch_runner()
        if not isinstance(runner, NativeBatch):
            raise ValueError(
                "a callback has cleared the loss, which is none for machine code any more: call "
                "fit again"
            )
        return runner

    def close(self) -> None:
        """Leave Values and optimiser as they are after the last whole step."""
        self.training.write_back()
        self.runner.give(self.slots)

    def _route(self) -> Route:
        moved = {value: i for i, value in enumerate(self.training.moved)}
        wires, gradient_slots = self.rows.recording.parameters, self.runner.gradients.tolist()
        return Route(self.slots.values, self.runner.output, wires, gradient_slots, moved)

    def _training_of_others(self) -> NativeTraining:
        """What goes on where a callback has given the optimiser other parameters."""
        before, optimizer = self.training, self.training.optimizer
        optimizer.keep_states()
        training = training_of(self.rows, optimizer, len(before.losses.numbers), before.limit)
        if training is None:
            raise ValueError(
                "a callback has left the optimizer no parameter that the loss depends on and "
                "machine code can change: stop training by returning True from it"
            )
        training.job.set(done=before.done)
        return training

    def _calls(self) -> Calls:
        """What the steps of an epoch call."""
        return Calls(
            [
                (self.runner.calls(self.slots, self.prepared, begin, end), end - begin)
                for begin, end in self.batches.ends
            ]
        )

    def _take(self, begin: int, steps: int) -> None:
        """Take steps of the epoch, from `begin` on."""
        expected = self.training.done + steps
        if self.calls is not None:
            self.training.run(self.route, self.calls, begin, steps)
        else:
            for place in range(begin, begin + steps):
                self._take_by_python(place)
                if self.training.done != expected - (begin + steps - place - 1):
                    break
        if missing := expected - self.training.done:
            recording = self.rows.recording
            if recording.running.be_careful() and isinstance(
                careful := recording.batch_runner(), NativeBatch
            ):
                self.runner.give(self.slots)
                self._use(careful)
                self._take(begin + steps - missing, missing)
                return
            raise NotFiniteError(float(self.training.losses.numbers[begin + steps - missing]))

    def _take_by_python(self, place: int) -> None:
        """A step whose rows are run in threads or in blocks: only the update is one native call."""
        count, columns = self.rows.count, self.prepared
        if self.order is not None:
            begin, end = self.batches.ends[place]
            count, chosen = end - begin, self.columns[:, self.order[begin:end]]
            columns = self.runner.row_runner.columns(chosen, count)
        self.training.fill(self.route)
        self.runner.run_on(self.slots, columns, count)
        self.training.run(self.route, Calls([([], count)]), place, 1)


def native_epochs(
    loss: Compiled,
    data: Sequence[Any],
    optimizer: Optimizer,
    batches: Batches,
    largest_norm: float | None,
) -> NativeEpochs | None:
    """Epochs in machine code, where loss and optimiser allow it."""
    rows = loss.rows(*data)
    loss.run_rows(rows)  # compiles, and compares the recording with the function itself
    runner = rows.recording.batch_runner()
    if not isinstance(runner, NativeBatch):
        return None
    optimizer.keep_states()
    capacity = MOST_STEPS if batches.is_whole else len(batches.sizes)
    training = training_of(rows, optimizer, capacity, largest_norm)
    if training is None:
        return None
    optimizer.zero_grad()
    return NativeEpochs(loss, data, training, runner, rows, batches)


def training_of(
    rows: Rows, optimizer: Optimizer, capacity: int, largest_norm: float | None
) -> NativeTraining | None:
    """Training of the optimiser's parameters on which the rows depend."""
    trained = set(optimizer.parameters)
    moved = [parameter for parameter in rows.recording.parameters if parameter in trained]
    return native_training(optimizer, moved, capacity, largest_norm)
