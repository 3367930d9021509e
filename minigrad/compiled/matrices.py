"""Matrices out of the values of their entries: dense, in blocks, as SciPy's or as arrays.

>>> import numpy as np
>>> from minigrad.tape import Pattern, compressed_jacobian
>>> matrix = Matrix("f", compressed_jacobian(Pattern([{0}, {0, 1}], 2)))
>>> row = (list, "number", "number")
>>> matrix.of(np.array([1.0, 2.0, 3.0]), False, row, row)
[[1.0, 0.0], [2.0, 3.0]]
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, Final, NamedTuple

from ..calculus import put_together, shapes_in, without_arrays

LARGEST: Final = 200_000_000  # entries of an array with zeros, 1.6 GB


class Coo(NamedTuple):
    """A sparse matrix as arrays: the row, the column and the value of each entry, row by row."""

    rows: Any
    columns: Any
    values: Any
    shape: tuple[int, int]


class Matrix:
    """A matrix out of the values of its entries, in the form that is asked for."""

    def __init__(self, name: str, entries: Any) -> None:
        import numpy

        self.name = name
        self.shape: tuple[int, int] = entries.pattern.shape
        self.rows, self.columns = numpy.array(entries.rows), numpy.array(entries.columns)
        for places in (self.rows, self.columns):
            places.setflags(write=False)  # every matrix has these very arrays
        self._template: Any = None  # SciPy's matrix of this pattern

    def of(self, values: Any, sparse: bool | str, rows: Any, columns: Any) -> Any:
        """The matrix; rows and columns have these structures."""
        if sparse == "coo":
            return Coo(self.rows, self.columns, values, self.shape)
        if sparse is True:
            return self._of_scipy(values)
        if sparse is not False:
            raise ValueError(f'sparse is True, False or "coo", got {sparse!r}')
        import numpy

        height, width = self.shape
        if height * width > LARGEST:
            raise ValueError(
                f"{self.name} has {height:,} × {width:,} entries, {len(values):,} of which can be "
                f"other than 0: write {self.name}(..., sparse=True)"
            )
        dense = numpy.zeros(self.shape)
        dense[self.rows, self.columns] = values
        return put_together(without_arrays(rows), _blocks(dense, rows, columns))

    def _of_scipy(self, values: Any) -> Any:
        if self._template is None:
            try:
                from scipy.sparse import csr_array
            except ImportError:
                return Coo(self.rows, self.columns, values, self.shape)
            self._template = csr_array(self._compressed(values), shape=self.shape)
            self._template.sum_duplicates()  # it has none, and knows from now on
        # csr_array(...) takes 10 µs for what this does in 1, a copy that has arrays of its own
        matrix = self._template
        made = matrix.__class__.__new__(matrix.__class__)
        own = made.__dict__
        own.update(matrix.__dict__)
        own["data"] = values
        own["indices"], own["indptr"] = matrix.indices.copy(), matrix.indptr.copy()
        return made

    def _compressed(self, values: Any) -> tuple[Any, Any, Any]:
        """Values, columns, and where each row begins; in the whole numbers that SciPy prefers."""
        import numpy

        begins = numpy.searchsorted(self.rows, numpy.arange(self.shape[0] + 1))
        kind = numpy.int32 if max(self.shape[1], len(values)) < 2**31 else numpy.int64
        return values, self.columns.astype(kind), begins.astype(kind)


def _blocks(dense: Any, rows: Any, columns: Any) -> Iterator[Any]:
    """For each item of the rows what it has by the columns, in their structure."""
    inner, top = without_arrays(columns), 0
    for shape in shapes_in(rows):
        height, left, blocks = prod(shape), 0, []
        for across in shapes_in(columns):
            width = prod(across)
            block = dense[top : top + height, left : left + width].reshape((*shape, *across))
            blocks.append(block if block.shape else block.item())
            left += width
        top += height
        yield put_together(inner, iter(blocks), plain=True)
