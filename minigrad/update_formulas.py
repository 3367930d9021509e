"""An optimiser's update as formulas: traced on symbols, as the rules of gates are.

>>> from minigrad.engine import Value
>>> from minigrad.optim import SGD
>>> update_formulas(SGD([Value(1.0)], momentum=0.9))
UpdateFormulas('p − lr·(0.9·s0 + g)', '0.9·s0 + g')
"""

from __future__ import annotations

import copy
from math import isclose
from typing import Any, Final

from . import ieee
from .floats import called_gates, define, float_forward
from .formula import Formula, as_formula, as_python, as_text
from .kernels import parts_first
from .optim import Optimizer, State

# data, gradient, whole numbers and other numbers of the state, where formulas are tried out
POINTS: Final = [(0.7, -0.3, 3, 0.25), (-1.1, 0.4, 8, 0.0625)]


class UpdateFormulas:
    """The new data of a parameter and the new parts of its state, over data, gradient and state.

    Some symbols are the same for all parameters: the learning rate, and the `whole` numbers of the
    state, which count steps. Of its `own` parts each parameter has one.
    """

    def __init__(self, optimizer: Optimizer, twin: Any) -> None:
        self.is_whole = tuple(isinstance(part, int) for part in optimizer.initial_state)
        self.data, self.grad, self.rate = map(Formula.symbol, ("p", "g", "lr"))
        self.state = tuple(Formula.symbol(f"s{i}") for i in range(len(self.is_whole)))
        twin.lr = self.rate
        new_data, new_state = twin.update(self.data, self.grad, self.state)
        self.new_data = as_formula(new_data)
        self.new_state = tuple(map(as_formula, new_state))
        if len(self.new_state) != len(self.state):
            raise TypeError(f"update() gives a state of {len(self.new_state)} parts")
        self.whole, self.own = _split(self.state, self.is_whole)
        self.new_whole, self.new_own = _split(self.new_state, self.is_whole)
        self.shared = [self.rate, *self.whole]
        if not self.differing.isdisjoint(self.new_whole):
            raise TypeError("a whole number of the state differs from parameter to parameter")
        self._code = as_python(*self.results)
        self._gates = called_gates([*self.results])

    @property
    def is_native(self) -> bool:
        """Whether they can be machine code."""
        return all(gate.native or gate.fold or gate.rule for gate in self._gates)

    @property
    def differing(self) -> set[Formula]:
        """The parts of the formulas that differ from parameter to parameter."""
        differing = {self.data, self.grad, *self.own}
        for part in parts_first(*self.results):
            if not differing.isdisjoint(part.operands):
                differing.add(part)
        return differing

    def shared_parts(self) -> list[Formula]:
        """The largest parts that are the same for all parameters."""
        differing = self.differing
        used = {operand for part in differing for operand in part.operands}
        return [
            part
            for part in parts_first(*self.results)
            if part not in differing
            and (part in self.results or (part in used and part.operation != "number"))
        ]

    @property
    def results(self) -> tuple[Formula, ...]:
        """All that is computed."""
        return (self.new_data, *self.new_state)

    def key(self) -> Any:
        """What is equal for equal formulas."""
        assignments, texts = self._code
        return tuple(assignments), tuple(texts), self.is_whole, tuple(self._gates)

    def on_floats(self) -> Any:
        """The formulas as a Python function of data, gradient, learning rate and state."""
        assignments, texts = self._code
        names = [as_text(symbol) for symbol in (self.data, self.grad, self.rate, *self.state)]
        namespace: dict[str, Any] = {"divide": ieee.divide, "power": ieee.power}
        namespace |= {gate.name: float_forward(gate, gate.arity or 1) for gate in self._gates}
        return define("update", names, [*assignments, f"return {', '.join(texts)},"], namespace)

    def __repr__(self) -> str:
        return f"UpdateFormulas({', '.join(repr(as_text(result)) for result in self.results)})"


def _split(
    parts: tuple[Formula, ...], is_whole: tuple[bool, ...]
) -> tuple[list[Formula], list[Formula]]:
    """The parts that are whole numbers, and the others."""
    whole = [part for part, yes in zip(parts, is_whole) if yes]
    return whole, [part for part, yes in zip(parts, is_whole) if not yes]


def update_formulas(optimizer: Optimizer) -> UpdateFormulas | None:
    """The formulas of an optimiser; None if its update does not consist of formulas alone.

    An update that decides by numbers cannot be traced; one that gives other numbers when it is
    called again (noise, a counter of its own) does not agree with its trace.
    """
    if getattr(optimizer.step, "__func__", None) is not Optimizer.step:
        return None
    twin = copy.copy(optimizer)
    try:
        formulas = UpdateFormulas(optimizer, twin)
        return formulas if _agree(formulas, twin) else None
    except Exception:  # whatever is wrong with it, the update itself will say
        return None


def _agree(formulas: UpdateFormulas, twin: Optimizer) -> bool:
    on_floats = formulas.on_floats()
    twin.lr = 0.01
    for data, grad, whole, part in POINTS:
        state: State = tuple(whole if is_whole else part for is_whole in formulas.is_whole)
        new_data, new_state = twin.update(data, grad, state)
        traced = on_floats(data, grad, twin.lr, *state)
        if not all(isclose(x, y, rel_tol=1e-12) for x, y in zip((new_data, *new_state), traced)):
            return False
    return True
