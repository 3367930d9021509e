"""Optimisers: they change parameters against their gradients.

>>> from minigrad.engine import Value
>>> w = Value(1.0)
>>> optimizer = SGD([w], lr=0.1)
>>> (w * w).backward()
>>> optimizer.step(); w.data
0.8
>>> optimizer.zero_grad(); w.has_grad
False

A parameter is anything with `.data` and `.grad`: a Value, or an object that holds an array of all
parameters at once. Each optimiser is one formula, `update`, over the data, the gradient and what
it keeps for the parameter; the formulas are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import is_
from random import Random
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ..rules import as_number
from ..text import OF_OPTIM, no_such_name
from .gradient_clipping import clip_grad_norm, clip_grad_value, gradient_norm
from .optim_formulas import Made, State, UpdateFormulas, update_formulas
from .optim_in_slots import InSlots, Kept, states_in
from .parameters import (
    BySlot,
    access_to,
    checked_parameters,
    clear_all,
    has_grad,
)
from .schedules import Schedule, cosine, linear, rate_of, step_decay
from .settings import ElsewhereName, Setting, checked_number

if TYPE_CHECKING:
    from ..native import WireSlots

# parameters × steps before machine code is made for a step: as long as Python takes for them
MOVES_IN_PYTHON: Final = 50_000

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine",
    "formula",
    "gradient_norm",
    "linear",
    "step_decay",
]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        raise no_such_name(__name__, name, __all__, OF_OPTIM)


Update = TypeVar("Update", bound=Callable[..., Any])


def formula(update: Update) -> Update:
    """Mark an optimiser's `update` as a formula: it can then run on lists and as machine code.

    >>> class SignedRoot(Optimizer):
    ...     @formula
    ...     def update(self, data, grad, state):
    ...         return data - self.lr * grad / (grad * grad) ** 0.25, state
    >>> from minigrad.engine import Value
    >>> w = Value(1.0); w.grad = -4.0
    >>> SignedRoot([w], lr=0.25).step(); w.data
    1.5

    A formula is arithmetic and gates on its arguments, `self.lr` and settings that are numbers. It
    is called with symbols, once for each choice of settings, so it decides nothing by numbers and
    changes nothing else. Whole numbers in `initial_state` count steps, alike for all parameters.
    """
    update.is_formula = True  # type: ignore[attr-defined]
    return update


class Optimizer:
    """What all optimisers share: a list of parameters, a learning rate, and steps that are whole.

    >>> class SignDescent(Optimizer):
    ...     def update(self, data, grad, state):
    ...         return data - self.lr * (1 if grad > 0 else -1), state
    >>> from minigrad.engine import Value
    >>> w = Value(1.0); w.grad = 250.0
    >>> SignDescent([w], lr=0.25).step(); w.data
    0.75

    A subclass gives `update` and `initial_state`. `lr` is a number or a function of the number of
    steps taken (`schedules`); `steps` counts them. Settings can be changed between steps; one that
    is no finite number in its range is refused when it is set.
    """

    initial_state: State = ()
    learning_rate = ElsewhereName("optimizer.lr")
    param_groups = ElsewhereName("optimizer.lr, one for all parameters")
    params = ElsewhereName("optimizer.parameters")
    decay = ElsewhereName("optimizer.weight_decay, or a schedule as optimizer.lr")

    def __init__(self, parameters: Iterable[Any], lr: float | Schedule) -> None:
        self.parameters = checked_parameters(parameters)
        self._access = access_to(self.parameters)
        self._made, self._in_slots = Made(), InSlots()
        self.steps = 0
        self.schedule: Schedule | None
        self._asked: tuple[Schedule | None, int]  # what the rate is for
        self.lr = lr
        self._kept: Kept = [self.initial_state] * len(self.parameters)
        self._of_states = list(self.parameters)  # whose they are
        self._shuffle: tuple[Any, Random] | None = None  # the seed of `fit`, and what shuffles

    @property
    def lr(self) -> float:
        """The learning rate of the next step; a schedule is asked for it, once.

        Set it to a number, which ends a schedule, or to a schedule.
        """
        if self.schedule is not None and self._asked != (self.schedule, self.steps):
            self._rate = rate_of(self.schedule, self.steps)
            self._asked = (self.schedule, self.steps)
        return self._rate

    @lr.setter
    def lr(self, given: float | Schedule) -> None:
        schedule = given if callable(given) else None
        if schedule is not None:
            rate = rate_of(schedule, self.steps)
        else:
            rate = checked_number("lr", given, lambda rate: rate >= 0.0, "0 or more")
        self.schedule, self._rate, self._asked = schedule, rate, (schedule, self.steps)

    @property
    def _states(self) -> list[State]:
        """What is kept for each parameter; steps in machine code keep it in an array."""
        self._kept = states = states_in(self._kept, len(self._of_states))
        return states

    @_states.setter
    def _states(self, states: list[State]) -> None:
        self._kept = states

    def has_other_parameters(self) -> bool:
        """Whether parameters were taken out, put in or replaced since the states were kept."""
        known, now = self._of_states, self.parameters
        if self._access is BySlot:  # == of Values is identity, and of lists six times as fast
            return known != now
        return len(known) != len(now) or not all(map(is_, known, now))

    def keep_states(self) -> None:
        """Keep each parameter its own state where `parameters` was changed; a new one begins."""
        if self.has_other_parameters():
            states = {
                id(parameter): state for parameter, state in zip(self._of_states, self._states)
            }
            self.parameters = checked_parameters(self.parameters)
            self._access = access_to(self.parameters)
            self._states = [states.get(id(p), self.initial_state) for p in self.parameters]
            self._of_states = list(self.parameters)

    def update(self, data: Any, grad: Any, state: State) -> tuple[Any, State]:
        """The new data of one parameter, and what to keep for its next step."""
        raise NotImplementedError

    def step(self) -> None:
        """Change all parameters that have a gradient, or none: an exception leaves all as it was.

        Parameters that no gradient has reached are left alone.
        """
        self.keep_states()
        formulas, rate = self._formulas(), self.lr
        if formulas is not None and (slots := self._slots_for_steps(formulas)) is not None:
            self._step_in_slots(slots, formulas, rate)
            return
        before = self._access.data(self.parameters)
        old = states, steps = self._states, self.steps
        is_in_place = formulas is not None and any(map(has_grad, self.parameters))
        if not is_in_place:
            news, states = self._moved_from(before)
        try:
            if is_in_place and formulas is not None:
                states = formulas.in_place(self.parameters, before, states, rate)
            else:
                self._access.write(self.parameters, news)
            self._states, self.steps = states, steps + 1
        except BaseException:
            self._access.write(self.parameters, before)
            self._states, self.steps = old
            raise

    def _slots_for_steps(self, formulas: UpdateFormulas) -> WireSlots | None:
        """The parameters' slots, if machine code is to change them.

        Not before that pays, with these formulas: to make it takes some milliseconds.
        """
        steps = self.steps - formulas.steps_before
        if steps * len(self.parameters) < MOVES_IN_PYTHON:
            return None
        slots = self._in_slots.slots_of(self._of_states)
        return slots if slots is not None and formulas.are_native else None

    def _step_in_slots(self, slots: WireSlots, formulas: UpdateFormulas, rate: float) -> None:
        """A step in one call of machine code; a Ctrl-C meanwhile is raised behind it."""
        old, steps = self._kept, self.steps
        try:
            self._kept = self._in_slots.move(slots, formulas, rate, old)
            self.steps = steps + 1
            if not slots.changed[0]:
                self._refuse_without_gradients()
            slots.changed[0] = 0
        except BaseException:
            self._kept, self.steps = old, steps
            slots.undo_move()
            raise

    def _refuse_without_gradients(self) -> NoReturn:
        raise ValueError(
            f"{type(self).__name__}.step() found no gradient in any of its "
            f"{len(self.parameters)} parameters: call backward() on the loss first"
        )

    def planned(self) -> list[Any]:
        """The data that `step()` would give each parameter now; nothing is changed."""
        self.keep_states()
        return self._moved_from(self._access.data(self.parameters))[0]

    def _formulas(self) -> UpdateFormulas | None:
        return update_formulas(self) if self._access is BySlot else None

    def _moved_from(self, data: list[Any]) -> tuple[list[Any], list[State]]:
        """The new data and states of the parameters, which stay as they are."""
        grads = self.gradients()
        if all(grad is None for grad in grads):
            self._refuse_without_gradients()
        formulas = self._formulas()
        if formulas is not None:
            return formulas.on_lists(data, grads, self._states, self.lr)
        news, states = data.copy(), self._states.copy()
        for place, grad in enumerate(grads):
            if grad is not None:
                new, states[place] = self.update(data[place], grad, states[place])
                news[place] = as_number(new) if self._access is BySlot else new
        return news, states

    def gradients(self) -> list[Any]:
        """The gradient of each parameter; None where none has arrived."""
        access = access_to(self.parameters) if self.has_other_parameters() else self._access
        return access.grads(self.parameters)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        if self.has_other_parameters():
            access_to(self.parameters).clear(self.parameters)
        elif self._access is BySlot:
            clear_all(self.parameters, self._in_slots.slots_of(self._of_states))
        else:
            self._access.clear(self.parameters)

    def __repr__(self) -> str:
        rate = f"{self._rate:g}" if self.schedule is None else repr(self.schedule)
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={rate})"


class SGD(Optimizer):
    """p ← p − lr·g; with momentum μ a velocity v ← μ·v + g is kept, and p ← p − lr·v.

    >>> from minigrad.engine import Value
    >>> w = Value(1.0); w.grad = 1.0
    >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
    >>> optimizer.step(); optimizer.step(); round(w.data, 12)
    0.71

    `nesterov` steps along g + μ·v (I. Sutskever et al. 2013); `weight_decay` adds its multiple of p
    to g.
    """

    initial_state = (0.0,)
    betas = ElsewhereName("optimizer.momentum, which betas[0] is like")
    momentum: Any = Setting(lambda number: 0.0 <= number < 1.0, "from 0 to below 1")
    weight_decay: Any = Setting(lambda number: number >= 0.0, "0 or more")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float | Schedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        if nesterov and not self.momentum:
            raise ValueError(f"nesterov needs a momentum above 0, got {momentum!r}")

    @formula
    def update(self, data: Any, grad: Any, state: State) -> tuple[Any, State]:
        if self.weight_decay:
            grad = grad + self.weight_decay * data
        if not self.momentum:
            return data - self.lr * grad, state
        velocity = self.momentum * state[0] + grad
        direction = grad + self.momentum * velocity if self.nesterov else velocity
        return data - self.lr * direction, (velocity,)


class Adam(Optimizer):
    """Steps of even size: the mean of the gradients over the root of the mean of their squares.

    >>> from minigrad.engine import Value
    >>> w = Value(1.0); w.grad = 1e-3
    >>> Adam([w], lr=0.1).step(); round(w.data, 4)
    0.9

    D. Kingma, J. Ba 2015, algorithm 1. `weight_decay` adds its multiple of p to the gradient.
    """

    initial_state = (0, 0.0, 0.0)
    beta1 = ElsewhereName("optimizer.betas = (beta1, beta2)")
    beta2 = ElsewhereName("optimizer.betas = (beta1, beta2)")
    momentum = ElsewhereName("optimizer.betas = (momentum, beta2)")
    epsilon = ElsewhereName("optimizer.eps")
    betas: Any = Setting(lambda number: 0.0 <= number < 1.0, "from 0 to below 1", count=2)
    eps: Any = Setting(lambda number: number > 0.0, "above 0")
    weight_decay: Any = Setting(lambda number: number >= 0.0, "0 or more")

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay

    @formula
    def update(self, data: Any, grad: Any, state: State) -> tuple[Any, State]:
        if self.weight_decay:
            grad = grad + self.weight_decay * data
        return self._moved(data, grad, state)

    def _moved(self, data: Any, grad: Any, state: State) -> tuple[Any, State]:
        beta1, beta2 = self.betas
        step, mean, square = state[0] + 1, state[1], state[2]
        mean = beta1 * mean + (1.0 - beta1) * grad
        square = beta2 * square + (1.0 - beta2) * (grad * grad)
        root = square**0.5 / (1.0 - beta2**step) ** 0.5 + self.eps
        return data - self.lr / (1.0 - beta1**step) * (mean / root), (step, mean, square)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves, by lr·weight_decay a step.

    >>> from minigrad.engine import Value
    >>> w = Value(1.0); w.grad = 0.0
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step(); w.data
    0.95

    I. Loshchilov, F. Hutter 2019, algorithm 2.
    """

    def __init__(
        self,
        parameters: Iterable[Any],
        lr: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    @formula
    def update(self, data: Any, grad: Any, state: State) -> tuple[Any, State]:
        return self._moved(data * (1.0 - self.lr * self.weight_decay), grad, state)
