"""What lanes and blocks have in common: one native function runs rows and sums up over them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from .schedule import Array


class Columns:
    """An array with a row for each input and a column for each row of the batch, and some more."""

    __slots__ = ("address", "numbers", "stride")

    def __init__(self, numbers: Any) -> None:
        self.numbers = np.ascontiguousarray(numbers)
        self.address: int = self.numbers.ctypes.data
        self.stride: int = self.numbers.shape[1]


class RowRunner(ABC):
    """Runs rows and sums up what is to be summed, in one native function."""

    name: str
    size: int
    step: int  # rows that run together
    address: int  # of the function
    function: Any

    @abstractmethod
    def workspace(self) -> Array:
        """What one thread needs to run rows."""

    @abstractmethod
    def fixed_arguments(self, space: Array) -> list[int]:
        """What the function is told of the circuit, and of a workspace."""

    def call(
        self, values: Array, columns: Columns, begin: int, end: int, sums: Array, space: Array
    ) -> list[int]:
        """The address of the function, and its arguments to run rows begin … end − 1.

        `values` are the slots outside the rows; the sums are written. Any row can be first.
        """
        fixed, first = self.fixed_arguments(space), columns.address + 8 * begin
        rows = first, columns.stride, end - begin
        return [self.address, values.address, *fixed, *rows, sums.address]

    def run(
        self, values: Array, columns: Columns, begin: int, end: int, sums: Array, space: Array
    ) -> None:
        """Call the function; see `call`."""
        _, *arguments = self.call(values, columns, begin, end, sums, space)
        self.function(*arguments)

    def columns(self, numbers: Any, count: int) -> Columns:
        """So many rows, from an array with a row for each input, laid out as they are read.

        The last one is repeated: rows that run together may begin with it.
        """
        missing = count + self.step - 1 - numbers.shape[1]
        if missing > 0:
            numbers = np.concatenate([numbers, np.repeat(numbers[:, -1:], missing, axis=1)], axis=1)
        return Columns(numbers)
