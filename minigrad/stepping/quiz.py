"""Predict, then reveal: what a gate computes or sends back, and which mistake an answer shows.

>>> import minigrad as mg
>>> w, x = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
>>> stepper = mg.Stepper(w * x, upstream=0.1966)
>>> stepper.run_forward().title
'forward 1 of 1 · gate ×'
>>> print(stepper.predict({w: -0.59, x: -0.59}))
w₁: −0.59 is not right: the inputs are not switched, that is what the other input receives. \
w₁ receives −0.393
x₁: −0.59 is right
>>> print(stepper.score)
1 of 2 right; inputs not switched: 1

For each question there are the right number and the numbers that known mistakes give. An answer is
compared with these and with nothing else, so grading needs no knowledge of the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, inf, log10
from typing import Final

from ..engine import Value
from ..rules import as_number, described
from ..text import ShownAsLines
from .questions import MISTAKES, Question
from .step import Step

# What comes out when one computes with numbers as the pictures show them. grading.js has it, too.
TOLERANCE: Final = 0.01


@dataclass(frozen=True)
class Answer:
    """One graded number: `mistake` is a key of `MISTAKES` when it is a known one."""

    wire: Value
    correct: bool
    sentence: str
    mistake: str | None = None


@dataclass(frozen=True)
class Grade(ShownAsLines):
    """A graded prediction: true when all of it is right, with a sentence for each number.

    >>> x = Value(2.0, label="x")
    >>> import minigrad as mg
    >>> stepper = mg.Stepper(x.exp())
    >>> step = stepper.run_forward()
    >>> grade = stepper.predict({"x": 7.39})
    >>> bool(grade), grade.correct, grade.sentences
    (True, True, ['x: 7.39 is right'])
    """

    answers: tuple[Answer, ...]

    @property
    def correct(self) -> bool:
        """Whether every answer is right."""
        return all(answer.correct for answer in self.answers)

    @property
    def sentences(self) -> list[str]:
        """One for every number asked for."""
        return [answer.sentence for answer in self.answers]

    @property
    def mistakes(self) -> dict[Value, str]:
        """The known mistakes that were made, by wire."""
        return {answer.wire: answer.mistake for answer in self.answers if answer.mistake}

    def __bool__(self) -> bool:
        return self.correct

    def __str__(self) -> str:
        return "\n".join(self.sentences)


@dataclass
class Score(ShownAsLines):
    """How many answers were right, and which mistakes were made; a step counts once, the latest."""

    grades: dict[int, Grade] = field(default_factory=dict)

    @property
    def answers(self) -> list[Answer]:
        """All answers that count."""
        return [answer for grade in self.grades.values() for answer in grade.answers]

    @property
    def right(self) -> int:
        """How many of them are right."""
        return sum(answer.correct for answer in self.answers)

    def __str__(self) -> str:
        text = f"{self.right} of {len(self.answers)} right"
        counts = Counter(answer.mistake for answer in self.answers if answer.mistake)
        return "; ".join([text, *(f"{kind}: {count}" for kind, count in counts.most_common())])


def matches(answer: float, expected: float) -> bool:
    """Whether an answer, given to two or three digits, means the expected number.

    >>> matches(-0.39, -0.3932), matches(-0.38, -0.3932), matches(0.0, 0.0012)
    (True, False, False)

    It does if both agree to two significant digits, or within 1 %: as relative as the numbers are.
    """
    if expected != expected or answer != answer:
        return expected != expected and answer != answer
    if answer == expected:
        return True
    size = abs(expected)
    if size in (0.0, inf):
        return False
    half_a_digit = 0.5 * 10.0 ** (floor(log10(size)) - 1)
    return abs(answer - expected) <= max(half_a_digit, TOLERANCE * size) * (1 + 1e-9)


def graded(asked: list[Question], prediction: Mapping[Value | str, float], step: Step) -> Grade:
    """Every question with the answer that the prediction has for it; see `Stepper.predict`."""
    if not isinstance(prediction, Mapping):
        raise TypeError(
            "a prediction is a dict of inputs and numbers, like {w: -0.39, x: -0.59}, got "
            f"{described(prediction)}"
        )
    given = {_input_meant(key, asked, step): as_number(prediction[key]) for key in prediction}
    return Grade(tuple(_answer(question, given.get(question.wire), step) for question in asked))


def _input_meant(key: Value | str, asked: list[Question], step: Step) -> Value:
    for question in asked:
        if key is question.wire or (
            isinstance(key, str) and key in (question.name, question.label, question.wire.label)
        ):
            return question.wire
    names = ", ".join(question.name for question in asked) or "none, they are all constants"
    asks = "which asks for" if step.direction == "forward" else "whose inputs to predict are"
    goes_on = step.direction == "forward" and step.circuit.goes_back
    later = "; run_forward() goes to the backward pass" * goes_on
    raise ValueError(f"the next step is {step.title}, {asks}: {names}; got {described(key)}{later}")


def _answer(question: Question, number: float | None, step: Step) -> Answer:
    name, rounded = question.name, step.circuit.rounded
    truth = question.truth if step.circuit.show == "values" else question.truth_in_deltas
    if number is None:
        return Answer(question.wire, False, f"{name}: no answer. {truth}")
    if matches(number, question.expected):
        return Answer(question.wire, True, f"{name}: {rounded(number)} is right")
    if matches(number, question.after):
        added = f"{rounded(question.after)} is the gradient after it, with what was there before"
        return Answer(question.wire, True, f"{name}: right. {truth}; {added}")
    for kind, wrong in question.mistakes:
        if matches(number, wrong):
            words = f"{name}: {rounded(number)} is not right: {MISTAKES[kind]}. {truth}"
            return Answer(question.wire, False, words, kind)
    return Answer(question.wire, False, f"{name}: {rounded(number)} is not right. {truth}")
