"""Training in arrays: native code takes the steps, and the Values get their numbers afterwards.

Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

from ..compiled import Recording
from ..engine import Value, numbers_of, write_data, write_grad
from ..native import Array, NativeTape, are_native, machine
from ..rules import Formula, as_number
from .optim import Optimizer
from .optim_formulas import NOT_IN_FORMULAS, UpdateFormulas, update_formulas
from .optim_machine_code import Job, step_function
from .parameters import keeps_slots
from .schedules import OfTheStepAlone, rate_of

Call = list[int]  # the address of a native function, and its arguments


class Calls:
    """What each step calls, for steps with different calls, or the same for all."""

    def __init__(self, steps: Sequence[tuple[list[Call], int]]) -> None:
        """For each step: its calls, and the number of rows that its loss is summed over."""
        self.argument_counts = tuple(len(call) - 1 for call in steps[0][0])
        table = [[*(number for call in calls for number in call), rows] for calls, rows in steps]
        self._table = np.array(table, dtype=np.int64)
        self._address = int(self._table.ctypes.data)
        self.stride = len(table[0]) if len(table) > 1 else 0

    def address(self, step: int) -> int:
        """Where the calls of a step stand."""
        return self._address + 8 * self.stride * step


class Route:
    """Where one recording has its parameters, its loss and its gradients.

    The slots of `wires` are the first ones, in order; `gradient_slots` are those of their
    gradients. `moved` are the places of the parameters that are trained.
    """

    def __init__(
        self,
        values: Array,
        output: int,
        wires: Sequence[Value],
        gradient_slots: Any,
        moved: dict[Value, int],
    ) -> None:
        used = [i for i, wire in enumerate(wires) if wire in moved]
        self.values = values
        self.frozen = [(i, wire) for i, wire in enumerate(wires) if wire not in moved]
        self.places = np.array([moved[wires[i]] for i in used], dtype=np.int64)
        self.slots = np.array(used, dtype=np.int64)
        self.gradient_slots = np.array([gradient_slots[i] for i in used], dtype=np.int64)
        self.reaches_all = len(used) == len(moved)
        here = np.arange(len(used))
        is_straight = (self.places == here) & (self.slots == here)
        follows = self.gradient_slots == self.gradient_slots[:1] + here
        self.fields = {
            "used": len(used),
            "straight": _whole_vectors(is_straight),
            "consecutive": _whole_vectors(is_straight & follows),
            "places": self.places.ctypes.data,
            "slots": self.slots.ctypes.data,
            "gradient_slots": self.gradient_slots.ctypes.data,
            "values": values.address,
            "output": output,
        }

    def set_frozen(self) -> None:
        """Put the parameters that are not trained into their slots."""
        if self.frozen:
            slots, wires = zip(*self.frozen)
            self.values.numbers[list(slots)] = numbers_of(wires)


def _whole_vectors(holds: Any) -> int:
    """How many of the first numbers it holds for, in whole vectors."""
    width = machine().width
    return int(np.logical_and.accumulate(holds).sum()) // width * width


class NativeTraining:
    """Parameters, gradients and the optimiser's state as arrays, and steps that change them."""

    def __init__(
        self,
        optimizer: Optimizer,
        formulas: UpdateFormulas,
        moved: list[Value],
        capacity: int = 1,
        largest_norm: float = inf,
    ) -> None:
        self.optimizer, self.formulas, self.moved = optimizer, formulas, moved
        place = {parameter: i for i, parameter in enumerate(optimizer.parameters)}
        self.places = [place[value] for value in moved]
        size = -(-len(moved) // machine().width) * machine().width
        self.data, self.grad = Array(size), Array(size)
        self.state = Array(len(formulas.state), size)
        self.shared = Array(1 + len(formulas.state))
        self.shared.numbers[0] = self.limit = largest_norm
        # of the latest steps: learning rate, loss, gradient's norm
        self.rates, self.losses, self.norms = Array(capacity), Array(capacity), Array(capacity)
        self.job = Job()
        self.job.set(size=size, data=self.data.address, grad=self.grad.address)
        self.job.set(state=self.state.address, shared=self.shared.address)
        self.has_tried = False
        self._job_is_for: Any = None
        self._function: Any = None
        self.read()

    @property
    def done(self) -> int:
        """The number of steps that are done; true at any time, whatever has interrupted."""
        return self.job.done

    def read(self) -> None:
        """Take over the numbers of the Values, and the optimiser's settings and state."""
        count, states = len(self.moved), [self.optimizer._states[place] for place in self.places]
        # zip(*states) takes twenty times as long for 67,000 of them
        parts = [[state[i] for state in states] for i in range(len(self.formulas.state))]
        formulas, now = _formulas(self.optimizer, parts), vars(self.optimizer)
        if formulas is None or not _has_own_steps(self.optimizer):
            raise ValueError(
                "step, zero_grad or update of the optimizer was replaced while machine code took "
                "its steps, which would never call it: replace it before training begins, or train "
                "with the function itself, loss.function"
            )
        self._settings = [(name, x) for name, x in now.items() if name not in NOT_IN_FORMULAS]
        self._count_of_settings = len(now)
        if formulas is not self.formulas:
            self.formulas, self._job_is_for = formulas, None
        self.has_tried = False
        self.steps_before = self.optimizer.steps - self.done
        self.data.numbers[:count] = numbers_of(self.moved)
        columns = dict(zip(self.formulas.state, parts))
        for i, part in enumerate(self.formulas.own):
            self.state.numbers[i, :count] = columns[part]
        for i, part in enumerate(self.formulas.whole, 1):
            self.shared.numbers[i] = columns[part][0]

    def has_other_settings(self) -> bool:
        """Whether a setting of the optimiser is another than when it was read."""
        now = vars(self.optimizer)  # takes half a microsecond, update_formulas(…) 3
        for name, setting in self._settings:  # any(…) is slower
            if now.get(name) is not setting:
                return True
        return len(now) != self._count_of_settings

    def show(self) -> None:
        """Give the Values their numbers and gradients, as after the latest step."""
        if not self.has_tried:
            return  # there are no gradients yet
        count = len(self.moved)
        # each runs in C from end to end: no thread sees a half, and no Ctrl-C leaves one
        deque(map(write_data, self.moved, self.data.numbers[:count].tolist()), maxlen=0)
        deque(map(write_grad, self.moved, self.grad.numbers[:count].tolist()), maxlen=0)

    def write_back(self) -> None:
        """Give the Values their numbers, and the optimiser its state."""
        self.show()
        self._count_steps()
        count, formulas = len(self.moved), self.formulas
        columns: dict[Formula, list[Any]] = dict(
            zip(formulas.own, self.state.numbers[:, :count].tolist())
        )
        for part, number in zip(formulas.whole, self.shared.numbers[1:].tolist()):
            columns[part] = [number] * count
        for part, first in zip(formulas.state, self.optimizer.initial_state):
            if isinstance(first, int):
                columns[part] = list(map(int, columns[part]))
        if columns:
            states = list(self.optimizer._states)
            for place, state in zip(self.places, zip(*[columns[part] for part in formulas.state])):
                states[place] = state
            self.optimizer._states = states

    def plan(self, begin: int, steps: int) -> int:
        """Give the next steps their learning rates; how many have one, which is 1 at least."""
        rates = self._rates(steps)
        self.rates.numbers[begin : begin + len(rates)] = rates
        return len(rates)

    def run(self, route: Route, calls: Calls, begin: int, steps: int) -> None:
        """Take the steps from `begin` on, which have been planned, of those `calls` are for.

        They end before a loss or a gradient that is not finite: fewer steps are `done` then.
        """
        route.set_frozen()
        if not route.reaches_all:
            self.grad.numbers[:] = 0.0
        if self._job_is_for != (route, calls, begin, steps):
            self._set_job(route, calls, begin, steps)
        self.has_tried = True
        self.job.run(self._function)
        self._count_steps()

    def _set_job(self, *job: Any) -> None:
        route, calls, begin, steps = self._job_is_for = job
        for name in ("rates", "losses", "norms"):
            self.job.set(**{name: getattr(self, name).address + 8 * begin})
        address = calls.address(begin)
        self.job.set(**route.fields, calls=address, stride=calls.stride, steps=steps)
        self._function = step_function(self.formulas, calls.argument_counts)

    def fill(self, route: Route) -> None:
        """Put the parameters into the slots, for who runs the recording before the step."""
        route.set_frozen()
        route.values.numbers[route.slots] = self.data.numbers[route.places]

    def _count_steps(self) -> None:
        self.optimizer.steps = self.steps_before + self.done

    def _rates(self, steps: int) -> list[float]:
        """The learning rate of each of the next steps, as far as it is time to ask for it."""
        optimizer, schedule = self.optimizer, self.optimizer.schedule
        if schedule is None:
            return [optimizer.lr] * steps
        if not isinstance(schedule, OfTheStepAlone):
            self.show()  # a function of one's own may look at the parameters
            return [optimizer.lr]
        rates = [optimizer.lr]
        for step in range(optimizer.steps + 1, optimizer.steps + steps):
            try:
                rates.append(rate_of(schedule, step))
            except ValueError:
                break  # it is said when it is the step's turn
        return rates


def native_training(
    optimizer: Optimizer, moved: list[Value], capacity: int = 1, largest_norm: float | None = None
) -> NativeTraining | None:
    """Training of these parameters in arrays, where optimiser and parameters allow it."""
    if not (moved and all(map(keeps_slots, optimizer.parameters))):
        return None
    formulas = update_formulas(optimizer) if _has_own_steps(optimizer) else None
    if formulas is None or not are_native(formulas.gates):
        return None
    limit = inf if largest_norm is None else largest_norm
    return NativeTraining(optimizer, formulas, moved, capacity, limit)


def _has_own_steps(optimizer: Optimizer) -> bool:
    """Whether the steps are those of `Optimizer`, which machine code takes as well."""
    names = "step", "zero_grad"
    return all(
        getattr(getattr(optimizer, name), "__func__", None) is getattr(Optimizer, name)
        for name in names
    )


def _formulas(optimizer: Optimizer, parts: list[list[Any]]) -> UpdateFormulas | None:
    """The formulas for parameters whose states have these parts, each a list."""
    formulas = update_formulas(optimizer)
    if formulas is None:
        return None
    wholes = [numbers for numbers, is_whole in zip(parts, formulas.is_whole) if is_whole]
    return formulas if all(len(set(numbers)) == 1 for numbers in wholes) else formulas.apart


class NativeExample:
    """Steps on examples of one structure: those of one recording."""

    def __init__(self, training: NativeTraining, recording: Recording, runner: NativeTape) -> None:
        self.training = training
        self.runner = runner
        self.recording = recording  # the calls are addresses in its tables: they must not be freed
        self.kinds: list[type] = []  # of the numbers that it was given last
        self.values = runner.values()
        moved = {value: i for i, value in enumerate(training.moved)}
        wires, gradient_slots = recording.parameters, runner.gradients[0].tolist()
        self.route = Route(self.values, int(runner.outputs[0]), wires, gradient_slots, moved)
        self.calls = Calls([([runner.schedule.call(self.values)], 1)])
        self.inputs = slice(len(wires), runner.first_constant)

    def runs(self, recording: Recording | None) -> bool:
        """Whether the steps run this recording as it does now."""
        return self.recording is recording and self.runner is recording.running.native_tape()

    def step(self, numbers: Sequence[Any]) -> float | None:
        """The loss before the step; None if it, or its gradient, is not finite: no step then."""
        done = self.training.done
        numbers = list(map(as_number, numbers))
        if self.recording.index_limits:
            self.recording.check_indexes(numbers)
        self.values.numbers[self.inputs] = numbers
        self.training.plan(0, 1)
        self.training.run(self.route, self.calls, 0, 1)
        return float(self.training.losses.numbers[0]) if self.training.done > done else None
