"""A column of a data frame, as far as training reads it: pandas finds its items by their labels."""

from __future__ import annotations

import numpy as np


class Labelled:
    """Numbers with labels that are not their places."""

    def __init__(self, numbers: list[float]) -> None:
        labels = [*range(1, len(numbers)), 0]
        self.items = dict(zip(labels, numbers))

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self):
        return iter(self.items.values())

    def __getitem__(self, label: int) -> float:
        return self.items[label]

    def to_numpy(self) -> np.ndarray:
        return np.array(list(self.items.values()))
