"""Steps over Values in machine code, with the optimiser's states in an array of doubles.

>>> in_columns([(1, 0.5), (2, 0.25)])
array('d', [1.0, 2.0, 0.5, 0.25])
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, TypeAlias

from .optim_formulas import State, UpdateFormulas
from .parameters import slots_of

if TYPE_CHECKING:
    from ..native import WireSlots

Kept: TypeAlias = "list[State] | array[float]"  # the states of all parameters


class InSlots:
    """What is made for the steps of one optimiser: deep copies and pickles begin with nothing."""

    def __init__(self) -> None:
        self._slots: tuple[list[Any], WireSlots] | None = None  # of these parameters
        self._move: tuple[UpdateFormulas, Any] | None = None  # these as a native function

    def __reduce__(self) -> tuple[Any, ...]:
        return InSlots, ()

    def slots_of(self, parameters: list[Any]) -> WireSlots | None:
        """The slots of a list of Values that nobody changes; None where Python is as fast."""
        known = self._slots
        if known is None or known[0] is not parameters:
            slots = slots_of(parameters)
            if slots is None:
                return None
            known = self._slots = parameters, slots
        return known[1]

    def move(self, slots: WireSlots, formulas: UpdateFormulas, rate: float, kept: Kept) -> Kept:
        """Give the Values in the slots their new numbers; gives the new states."""
        known = self._move
        if known is None or known[0] is not formulas:  # what formulas say takes longer to look up
            from .optim_machine_code import move_of

            known = self._move = formulas, move_of(formulas)
        if formulas.ignores_states:
            slots.move(known[1], rate)
            return kept
        states = kept[:] if isinstance(kept, array) else in_columns(kept)
        slots.move(known[1], rate, states.buffer_info()[0])
        return states


def in_columns(states: list[State]) -> array[float]:
    """States as doubles, the first part of all parameters first."""
    return array("d", [state[i] for i in range(len(states[0])) for state in states])


def states_in(kept: Kept, count: int) -> list[State]:
    """The states of so many parameters, a tuple for each.

    >>> states_in(in_columns([(1, 0.5), (2, 0.25)]), 2)
    [(1.0, 0.5), (2.0, 0.25)]
    """
    if not isinstance(kept, array):
        return kept
    numbers = kept.tolist()
    return list(zip(*[numbers[i : i + count] for i in range(0, len(numbers), count)]))
