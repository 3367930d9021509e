"""Derivatives over the gates of a tape, in Python: tangents forward, gradients back.

>>> import minigrad as mg
>>> from minigrad.tape.gate_tape import gate_tape
>>> x, y = mg.Value(2.0), mg.Value(3.0)
>>> sweeps = PythonSweeps(gate_tape([x * y], [], [x, y]))
>>> sweeps.forward([], [2.0, 3.0], [[1.0, 0.0], [0.0, 1.0]])
([6.0], [[3.0], [2.0]])
>>> sweeps.curved([], [2.0, 3.0], [[1.0, 0.0]])  # the first column of the Hessian
([6.0], [[0.0, 1.0]])

Several directions go along at once, each a lane. A wire that nothing has reached has None for a
tangent or a gradient, and sends nothing; a gate that routes sends nothing to what it does not
choose. So an infinite slope that nothing meets does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from .careful_curvatures import bent
from .gate_kinds import FORMULA, GateKind
from .gate_tape import GateTape

Lanes = Sequence[Sequence[float]]  # for each direction, its numbers
Reached = list[float | None]  # of a wire, a number for each lane


class PythonSweeps:
    """A tape of gates replayed in Python, with its derivatives."""

    name = "python"

    def __init__(self, tape: GateTape) -> None:
        self.tape = tape
        self.size = 8 * (tape.slot_count + sum(map(len, tape.operands)))

    def forward(
        self, parameters: Sequence[float], inputs: Sequence[float], directions: Lanes
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs, and for each direction of the inputs the outputs' tangents."""
        values, tangents = self._forward(parameters, inputs, directions)
        reached = [tangents[slot] for slot in self.tape.outputs]
        return [values[slot] for slot in self.tape.outputs], _in_lanes(reached, len(directions))

    def backward(
        self, parameters: Sequence[float], inputs: Sequence[float], weights: Lanes
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs, and for each list of their weights the gradient of the weighted sum."""
        values, _ = self._forward(parameters, inputs, ())
        count = len(weights)
        received: list[Reached] = [[None] * count for _ in values]
        for place, slot in enumerate(self.tape.outputs):
            for lane, weight in enumerate(weights):
                if weight[place]:
                    received[slot][lane] = (received[slot][lane] or 0.0) + weight[place]
        for slot, kind, operands in self._backwards():
            sent = received[slot]
            if all(number is None for number in sent):
                continue
            numbers = [values[source] for source in operands]
            slopes = kind.slopes_at(numbers, values[slot])
            for place in _sending(kind, slopes):
                _add(received[operands[place]], slopes[place], sent)
        outputs = [values[slot] for slot in self.tape.outputs]
        return outputs, _in_lanes([received[slot] for slot in self.tape.input_slots], count)

    def curved(
        self, parameters: Sequence[float], inputs: Sequence[float], directions: Lanes
    ) -> tuple[list[float], list[list[float]]]:
        """The outputs, and for each direction the tangents of the first output's gradient."""
        tape, count = self.tape, len(directions)
        values, tangents = self._forward(parameters, inputs, directions)
        gradients: Reached = [None] * len(values)
        gradients[tape.outputs[0]] = 1.0
        bends: list[Reached] = [[None] * count for _ in values]
        for slot, kind, operands in self._backwards():
            gradient, sent = gradients[slot], bends[slot]
            if gradient is None and all(number is None for number in sent):
                continue  # a slope of 0 sends no gradient, and may have sent what it bends by
            numbers = [values[source] for source in operands]
            slopes = kind.slopes_at(numbers, values[slot])
            for place in _sending(kind, slopes):
                source = operands[place]
                if gradient is not None:
                    gradients[source] = (gradients[source] or 0.0) + slopes[place] * gradient
                _add(bends[source], slopes[place], sent)
            if gradient is not None:
                for to, by, factor in _bends(kind, numbers, values[slot], gradient):
                    _add(bends[operands[to]], factor, tangents[operands[by]])
        outputs = [values[slot] for slot in tape.outputs]
        return outputs, _in_lanes([bends[slot] for slot in tape.input_slots], count)

    def _forward(
        self, parameters: Sequence[float], inputs: Sequence[float], directions: Lanes
    ) -> tuple[list[float], list[Reached]]:
        tape, count = self.tape, len(directions)
        values = [*parameters, *inputs, *tape.constants]
        tangents: list[Reached] = [[None] * count for _ in values]
        for lane, direction in enumerate(directions):
            for slot, number in zip(tape.input_slots, direction):
                if number:
                    tangents[slot][lane] = number
        for kind, operands in zip(tape.kinds, tape.operands):
            numbers = [values[source] for source in operands]
            out = kind.forward(*numbers)
            values.append(out)
            total: Reached = [None] * count
            if count:
                slopes = kind.slopes_at(numbers, out)
                for place in _sending(kind, slopes):
                    _add(total, slopes[place], tangents[operands[place]])
            tangents.append(total)
        return values, tangents

    def _backwards(self) -> list[tuple[int, GateKind, tuple[int, ...]]]:
        tape = self.tape
        slots = range(tape.slot_count - 1, tape.first - 1, -1)
        return list(zip(slots, reversed(tape.kinds), reversed(tape.operands)))


def _sending(kind: GateKind, slopes: Sequence[float]) -> list[int]:
    """The operands that something goes through."""
    return [place for place in kind.leading if not (kind.routes and slopes[place] == 0.0)]


def _bends(
    kind: GateKind, numbers: list[float], out: float, gradient: float
) -> Iterator[tuple[int, int, float]]:
    """How much the gradient that goes to one operand changes with another: to, by, and factor."""
    for (j, k), curvature in zip(kind.pairs, kind.curvatures_at(numbers, out)):
        if kind.routes and curvature == 0.0:
            continue
        is_known = kind.form != FORMULA or isfinite(curvature * gradient)
        for to, by in [(j, k), (k, j)] if j != k and k in kind.bent_by((j, k)) else [(j, k)]:
            found = curvature if is_known else bent(kind, to, by, numbers, out)
            if found is not None:
                yield to, by, found * gradient


def _add(total: Reached, factor: float, numbers: Reached) -> None:
    """Add the products with what has been reached, lane by lane."""
    for lane, number in enumerate(numbers):
        if number is not None:
            already = total[lane]
            product = factor * number
            total[lane] = product if already is None else already + product


def _in_lanes(reached: list[Reached], count: int) -> list[list[float]]:
    """For each lane its numbers, with 0 for nothing."""
    return [[(numbers[lane] or 0.0) for numbers in reached] for lane in range(count)]
