"""How many rows a classifier gets right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..rules import checked_columns, described
from ..text import classes_of_labels, meaning_of, output_numbers


def accuracy(
    model: Callable[[Any], Any], X: Any, Y: Any, *, threshold: float | None = None
) -> float:
    """The share of rows that a classifier gets right.

    >>> accuracy(lambda x: x - 0.5, [0.0, 1.0, 2.0, 0.2], [0, 1, 1, 1])
    0.75

    One output above `threshold` means label 1, else 0 or −1; of several outputs the largest names
    the class. The threshold is ½ where the last gates keep the output between 0 and 1, as a sigmoid
    does, and else 0: then it is a score. A row whose output is nan is not right.
    """
    if not callable(model):
        raise TypeError(f"accuracy takes a model, a function of a row, got {described(model)}")
    X, Y = checked_columns((X, Y), "the rows and labels of accuracy")
    meaning = meaning_of(model, X[0], threshold)
    labels = classes_of_labels(Y, meaning.count)
    outputs = [output_numbers(model(x)) for x in X]
    meaning = meaning.knowing(outputs)
    hits = sum(meaning.predicted(numbers) == label for numbers, label in zip(outputs, labels))
    return hits / len(outputs)
