"""An optimiser's update as formulas: traced on symbols, as the rules of gates are.

>>> from minigrad.engine import Value
>>> from minigrad.training.optim import SGD
>>> update_formulas(SGD([Value(1.0)], momentum=0.9))
UpdateFormulas('p − lr·(0.9·s0 + g)', '0.9·s0 + g')
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final, Protocol

from ..engine import update_of_wires
from ..rules import (
    COMPARISONS,
    Formula,
    as_formula,
    as_python,
    as_text,
    called_gates,
    define,
    names_in,
    parts_first,
    with_numbers,
)

State = tuple[Any, ...]  # what an optimiser keeps for one parameter
Lists = tuple[list[float], list[State]]
UpdateInPlace = Callable[[list[Any], list[float], list[State], float], list[State]]
UpdateOfLists = Callable[[list[float], list["float | None"], list[State], float], Lists]


class Optimizer(Protocol):
    """An optimiser, as far as its formulas know it."""

    initial_state: State
    steps: int
    _made: Made

    def update(self, data: Any, grad: Any, state: State) -> tuple[Any, State]:
        """The new data of one parameter, and what to keep for its next step."""


# what an optimiser has besides its settings
NOT_IN_FORMULAS: Final = {
    *("parameters", "schedule", "steps", "_access", "_kept", "_of_states", "_rate", "_asked"),
    *("_shuffle", "_made", "_in_slots"),
}


class Made:
    """What is made for an optimiser to be fast: deep copies and pickles begin with nothing."""

    def __init__(self) -> None:
        self.formulas: tuple[dict[str, Any], UpdateFormulas] | None = None  # with these settings

    def __reduce__(self) -> tuple[Any, ...]:
        return Made, ()


class UpdateFormulas:
    """The new data of a parameter and the new parts of its state, over data, gradient and state.

    Some symbols are the same for all parameters: the learning rate, and the `whole` numbers of the
    state, which count steps. Of its `own` parts each parameter has one.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.steps_before = optimizer.steps  # how many it had taken when these were made
        is_whole = tuple(isinstance(part, int) for part in optimizer.initial_state)
        self.data, self.grad, self.rate = map(Formula.symbol, ("p", "g", "lr"))
        self.state = tuple(Formula.symbol(f"s{i}") for i in range(len(is_whole)))
        twin: Any = copy.copy(optimizer)
        twin.schedule, twin._rate, twin.steps = None, self.rate, _Steps()
        try:
            new_data, new_state = twin.update(self.data, self.grad, self.state)
            self.new_data = as_formula(new_data)
            self.new_state = tuple(map(as_formula, new_state))
        except TypeError as error:
            raise TypeError(f"{_where(optimizer)} is marked as a formula: {error}") from None
        if len(self.new_state) != len(self.state):
            raise TypeError(
                f"{_where(optimizer)} gives a state of {len(self.new_state)} parts, "
                f"initial_state has {len(self.state)}"
            )
        self._sort_parts(is_whole)
        new_whole, _ = self.split(self.new_state)
        if not self.differing.isdisjoint(new_whole):
            raise TypeError(
                f"{_where(optimizer)} is marked as a formula, and a whole number of its state must "
                "not depend on data and gradient: write 0.0 for it in initial_state"
            )
        self._code = as_python(*self.results)
        self.gates = called_gates([*self.results])

    def _sort_parts(self, is_whole: tuple[bool, ...]) -> None:
        self.is_whole = is_whole
        self.whole, self.own = self.split(self.state)

    def split(self, state: Iterable[Formula]) -> tuple[list[Formula], list[Formula]]:
        """The parts of a state that are whole numbers, and the others."""
        parts = list(zip(state, self.is_whole))
        return [part for part, yes in parts if yes], [part for part, yes in parts if not yes]

    @cached_property
    def apart(self) -> UpdateFormulas:
        """The same where each parameter has taken a number of steps of its own."""
        twin = copy.copy(self)
        twin._sort_parts((False,) * len(self.is_whole))
        return twin

    @property
    def differing(self) -> set[Formula]:
        """The parts of the formulas that differ from parameter to parameter."""
        differing = {self.data, self.grad, *self.own}
        for part in parts_first(*self.results):
            # a comparison is no number that could be computed beforehand
            if part.operation in COMPARISONS or not differing.isdisjoint(part.operands):
                differing.add(part)
        return differing

    @property
    def results(self) -> tuple[Formula, ...]:
        """All that is computed."""
        return (self.new_data, *self.new_state)

    def key(self) -> Any:
        """What is equal for equal formulas."""
        assignments, texts = self._code
        return tuple(assignments), tuple(texts), self.is_whole, tuple(self.gates)

    def shared_and_own(self) -> tuple[list[Formula], list[Formula]]:
        """What all parameters have in common, c0, c1, …, and the results with these symbols.

        In common are the largest parts that are the same for all parameters.
        """
        differing = self.differing
        used = {operand for part in differing for operand in part.operands} | {*self.results}
        shared = [
            part
            for part in parts_first(*self.results)
            if part in used and part not in differing and part.operation not in ("symbol", "number")
        ]
        symbols = {part: Formula.symbol(f"c{i}") for i, part in enumerate(shared)}
        return shared, [with_numbers(result, symbols) for result in self.results]

    @cached_property
    def _lines(self) -> tuple[list[str], list[str], str, list[str]]:
        """Python: what is computed once, then for each parameter, its new number and state.

        What depends on the learning rate and whole numbers is computed anew only where these are
        others: they mostly are the same for all parameters, and hold the powers of Adam.
        """
        shared, results = self.shared_and_own()
        assignments, (new_data, *new_state) = as_python(*results)
        made, texts = as_python(*shared)
        common = [*made, *[f"c{i} = {text}" for i, text in enumerate(texts)]]
        unpacked = [] if self.ignores_states else [f"{', '.join(map(as_text, self.state))}, = s"]
        whole = ", ".join(map(as_text, self.whole))
        if not (whole and common):
            return common, [*unpacked, *assignments], new_data, new_state
        again = [f"if ({whole},) != done:", f"    done = {whole},", *[f"    {x}" for x in common]]
        return ["done = None"], [*unpacked, *again, *assignments], new_data, new_state

    @cached_property
    def ignores_states(self) -> bool:
        """Whether a step leaves the states as they are, and does not look at them."""
        return self.new_state == self.state and not set(self.state) & {*parts_first(self.new_data)}

    @cached_property
    def are_native(self) -> bool:
        """Whether machine code can be made of them; llvmlite has to be there."""
        from ..native import are_native

        return are_native(self.gates)

    @cached_property
    def on_lists(self) -> UpdateOfLists:
        """The formulas as a Python function of lists, an item for each parameter, and the rate.

        From data, gradients and states it gives new data and states; where the gradient is None
        both stay as they are.
        """
        once, each, new_data, new_state = self._lines
        body = [*once, "news, new_states = [], []", "for p, g, s in zip(data, grads, states):"]
        body += ["    if g is not None:", *[f"        {line}" for line in each]]
        new = "s" if self.ignores_states else f"({', '.join([*new_state, ''])})"
        body += [f"        p, s = {new_data}, {new}"]
        body += ["    news.append(p)", "    new_states.append(s)", "return news, new_states"]
        names = ["data", "grads", "states", "lr"]
        function: UpdateOfLists = define("update", names, body, names_in(self.results))
        return function

    @cached_property
    def in_place(self) -> UpdateInPlace:
        """The same for Values, which get their numbers at once; it gives the new states."""
        once, each, new_data, new_state = self._lines
        new = None if self.ignores_states else f"({', '.join([*new_state, ''])})"
        return update_of_wires(new_data, names_in(self.results), once, each, new)

    def __repr__(self) -> str:
        return f"UpdateFormulas({', '.join(repr(as_text(result)) for result in self.results)})"


class _Steps:
    """Stands for `self.steps` while an update is traced: as a number it would be fixed for good."""

    def _refuse(self, *_: Any) -> Any:
        raise TypeError("it reads self.steps; count in the state instead: initial_state = (0, …)")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        _refuse
    )
    __pow__ = __rpow__ = __neg__ = __float__ = __int__ = __index__ = __bool__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __mod__ = __floordiv__ = _refuse


def _where(optimizer: Optimizer) -> str:
    return f"{type(optimizer).__name__}.update"


def update_formulas(optimizer: Optimizer) -> UpdateFormulas | None:
    """The formulas of an optimiser whose update is marked as a `formula`; None for another."""
    if not getattr(optimizer.update, "is_formula", False):
        return None
    now = {name: x for name, x in vars(optimizer).items() if name not in NOT_IN_FORMULAS}
    made = optimizer._made
    if made.formulas is None or made.formulas[0] != now:
        made.formulas = now, UpdateFormulas(optimizer)
    return made.formulas[1]
