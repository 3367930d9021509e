"""What a classifier's outputs mean: scores, probabilities, or one number for each class.

>>> from minigrad.engine import Value
>>> meaning = meaning_of(lambda x: Value(x).sigmoid(), 0.3)
>>> meaning.threshold, meaning.predicted([0.4]), meaning.predicted([0.6])
(0.5, 0, 1)
>>> meaning.shares([0.25])
[0.75, 0.25]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Final, NoReturn

from ..engine import Value, float_of, range_of, recorded_outputs, with_gates
from ..rules import ANY_NUMBER, Interval, as_number, described, items_of

MOST_CLASSES: Final = 1_000_000


@dataclass(frozen=True)
class Meaning:
    """Outputs, `count` of them, kept within `ranges` by their gates; one is cut at `threshold`.

    `is_told` is False where one output comes without a gate and nobody has given a threshold: a
    plain number may be a score or a probability.
    """

    count: int
    ranges: tuple[Interval, ...]
    threshold: float
    is_told: bool

    def predicted(self, outputs: Sequence[float]) -> int | None:
        """The class that outputs name; a nan names none."""
        if any(output != output for output in outputs):
            return None
        if self.count == 1:
            return int(outputs[0] > self.threshold)
        return list(outputs).index(max(outputs))

    def shares(self, outputs: Sequence[float]) -> list[float]:
        """The probability of each class that outputs mean; even ones where there is a nan.

        What gates keep between 0 and 1 is a probability, between −1 and 1 twice one less 1. Else
        one output is a score z and means σ(z), and several are logits, if they do not sum to 1.
        """
        if any(output != output for output in outputs):
            return [1.0 / max(self.count, 2)] * max(self.count, 2)
        if all(kept.is_probability for kept in self.ranges):
            shares = [min(1.0, max(0.0, output)) for output in outputs]
        elif all(kept.is_within(-1.0, 1.0) for kept in self.ranges):
            shares = [(output + 1.0) / 2.0 for output in outputs]
        elif self.count > 1 and min(outputs) >= 0.0 and abs(sum(outputs) - 1.0) < 1e-9:
            shares = list(outputs)
        else:
            return _softmax(outputs if self.count > 1 else [0.0, outputs[0]])
        if self.count == 1:
            return [1.0 - shares[0], shares[0]]
        total = sum(shares)
        return [share / total if total else 1.0 / self.count for share in shares]

    def knowing(self, outputs: Sequence[Sequence[float]]) -> Meaning:
        """The same after a look at all outputs: an error if they leave open what they mean."""
        for row, numbers in enumerate(outputs):
            if len(numbers) != self.count:
                raise ValueError(
                    f"the model must return as many outputs for every row: for the first it "
                    f"returns {self.count}, for row {row} {len(numbers)}"
                )
        if self.count > 1 or self.ranges[0].is_bounded:
            return self
        numbers = [output for (output,) in outputs if output == output]
        if not numbers or min(numbers) < 0.0 or max(numbers) > 1.0:
            return self
        inside = [number for number in numbers if 0.0 < number < 1.0]
        if not self.is_told and inside:
            raise ValueError(
                f"outputs such as {inside[0]:.3g}, all from 0 to 1 and plain numbers, may be "
                "probabilities or scores: say threshold=0.5 or threshold=0, or let the model "
                "return Values"
            )
        if 0.0 < self.threshold < 1.0:  # plain numbers that are cut there are probabilities
            return Meaning(1, (Interval(0.0, 1.0),), self.threshold, True)
        return self


def meaning_of(model: Callable[[Any], Any], x: Any, threshold: float | None = None) -> Meaning:
    """What a model's outputs mean, from the gates that they come from on one row."""
    with with_gates():
        outputs = output_items(model(x))
    wires = [output if isinstance(output, Value) and output.gate else None for output in outputs]
    ranges = tuple(ANY_NUMBER if wire is None else range_of(wire) for wire in wires)
    if threshold is not None:
        cut = _checked_threshold(threshold, ranges)
    else:
        cut = 0.5 if ranges[0].is_probability else 0.0
        if len(outputs) == 1 and wires[0] is not None:
            _check_both_sides(wires[0], ranges[0], cut)
    is_told = threshold is not None or wires[0] is not None or isinstance(outputs[0], int)
    return Meaning(len(outputs), ranges, cut, is_told)


def _checked_threshold(given: Any, ranges: tuple[Interval, ...]) -> float:
    try:
        threshold = as_number(given)
    except TypeError as error:
        raise TypeError(f"threshold: {error}") from None
    if threshold != threshold:
        raise ValueError("threshold must be a number, got nan")
    if len(ranges) > 1:
        raise ValueError(
            f"threshold is for one output, and the model has {len(ranges)}, of which the "
            "largest names the class"
        )
    (kept,) = ranges
    if not kept.low <= threshold <= kept.high:
        raise ValueError(
            f"threshold {threshold:g} is never crossed: the gates of the model keep its output "
            f"between {kept.low:g} and {kept.high:g}"
        )
    return threshold


def _check_both_sides(output: Value, kept: Interval, cut: float) -> None:
    """Refuse an output such as exp(z), which is above 0 whatever z is; relu's may be 0."""
    is_on_one_side = kept.low >= cut or kept.high <= cut
    last = recorded_outputs(output) or [output]
    if is_on_one_side and not any(wire.gate and wire.gate.routes for wire in last):
        raise ValueError(
            f"the gates of the model keep its output between {kept.low:g} and {kept.high:g}, so "
            "that 0 parts no classes: say threshold=, or return the score, positive for class 1"
        )


def output_items(outputs: Any) -> list[Any]:
    """A model's outputs as a list, also if it has one alone."""
    if isinstance(outputs, Value) or not hasattr(outputs, "__iter__"):
        return [outputs]
    if hasattr(outputs, "ravel"):
        outputs = outputs.ravel()
    items = items_of("the model", outputs, "a Value or a list of them", verb="must return")
    if not items:
        raise ValueError("the model must return a Value or a list of them, got an empty list")
    return items


def output_numbers(outputs: Any) -> list[float]:
    """The numbers of a model's outputs."""
    return list(map(float_of, output_items(outputs)))


def classes_of_labels(labels: Sequence[Any], count: int, others: bool = False) -> list[int]:
    """The classes that labels name, for so many outputs; `others` that no output is for, too.

    A label is a class's number, or a list with a probability for each; for one output it is 0 or 1
    or a probability of class 1, or, in all rows, −1 or 1.

    >>> classes_of_labels([-1, 1], 1), classes_of_labels([2, [0.0, 1.0, 0.0]], 3)
    ([0, 1], [2, 1])
    """
    numbers = [_number_of_label(label, count, row, others) for row, label in enumerate(labels)]
    if -1.0 in numbers and (zeros := [n for n in numbers if 0.0 <= n < 1.0]):
        raise ValueError(
            f"row {numbers.index(-1.0)} has the label −1 and row {numbers.index(zeros[0])} "
            f"the label {zeros[0]:g}, which would be one class: label the two classes 0 "
            "and 1, or −1 and 1; three classes want three outputs and the labels 0, 1 and 2"
        )
    return [max(round(number), 0) for number in numbers]


def _number_of_label(label: Any, count: int, row: int, others: bool) -> float:
    """The number of the class; for one output also −1, and what is between 0 and 1."""
    last = MOST_CLASSES - 1 if others else max(count - 1, 1)
    classes = "0 (or −1) and 1" if count == 1 and not others else f"0 to {last}"
    given = label
    try:
        if hasattr(label, "__len__") and not isinstance(label, (str, Value)):
            items = list(map(float_of, items_of("a label", label)))
            if len(items) == count > 1:
                if items.count(max(items)) != 1 or any(item != item for item in items):
                    _refuse_label(
                        given, row, f"{classes}, and in a list one number must be the largest"
                    )
                return float(items.index(max(items)))
            label = items[0] if len(items) == 1 else label
        number = float_of(label)
    except TypeError as error:
        raise TypeError(f"the label of row {row}: {error}") from None
    is_probability = count == 1 and 0.0 < number < 1.0
    if not is_probability and number not in range(-(count == 1), last + 1):
        _refuse_label(given, row, classes)
    return number


def _refuse_label(label: Any, row: int, classes: str) -> NoReturn:
    raise ValueError(
        f"row {row} has the label {described(label)}: the classes are {classes}; to learn "
        "numbers, leave accuracy and model= away"
    )


def _softmax(logits: Sequence[float]) -> list[float]:
    logits = [max(-1e6, min(1e6, logit)) for logit in logits]
    powers = [exp(logit - max(logits)) for logit in logits]
    return [power / sum(powers) for power in powers]
