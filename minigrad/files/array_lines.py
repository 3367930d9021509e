"""The lines of array code that compute the arrays of a grouped circuit.

Each array is one line, or a few: what reads whole rows against whole columns is a matrix product,
what stands in order is a slice, and only what does neither has a table of places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from typing import Any

from ..rules import Formula, as_formula, parts_first, with_numbers
from ..tape import ALONE, CONSTANTS, PADDING, REDUCE, Array, Bucket, Groups, Kernel
from .array_dialects import ArrayDialect
from .array_products import Factor, grid_of, matrix_product
from .array_views import as_table, view, woven_columns
from .dialects import Code, bare


class ArrayLines:
    """The lines for some groups, and the tables of places that they read."""

    def __init__(
        self,
        dialect: ArrayDialect,
        groups: Groups,
        given: Sequence[str],
        tables: dict[str, str],
        owner: str = "",
    ) -> None:
        self.dialect, self.groups, self.tables = dialect, groups, tables
        self.owner = owner  # of the tables, with a dot
        self.names = [*given]  # of the arrays that are given, in their order
        self.code = Code(dialect.gates)
        self.reads_constants = False
        for number in range(len(self.names), len(groups.arrays)):
            array = groups.arrays[number]
            text = self._array(array)
            self.names.append(f"a{number}")
            self.code.lines.append(f"a{number} = {bare(text)}  # {array}")

    @property
    def lines(self) -> list[str]:
        """All lines; if fixed numbers are read as an array, it is the first."""
        constants = f"{self.names[CONSTANTS]} = {self.dialect.new_array.format(self.constants)}"
        return [constants] * self.reads_constants + self.code.lines

    @property
    def constants(self) -> str:
        """The list of all fixed numbers."""
        numbers = ", ".join(self.code.number(x) for x in self.groups.tape.constants)
        return f"[{numbers}]"

    def _array(self, array: Array) -> str:
        parts = [self._bucket(array, bucket) for bucket in array.buckets]
        return parts[0] if len(parts) == 1 else self.dialect.joined(parts, -1)

    def _bucket(self, array: Array, bucket: Bucket) -> str:
        kernel = array.kernel
        assert kernel is not None
        if array.is_sum:
            pairs = list(_in_pairs(bucket))
            if len(pairs) == 1:
                return self._products(array, *pairs[0])
            return " + ".join(self._term(array, *factors) for factors in pairs)
        if kernel.name in self.dialect.reductions:
            return self._reduced(array, bucket)
        takes_number = partial(self.dialect.takes_number, _called(kernel))
        columns = [
            self._column(source, bucket.places[:, i], takes_number(i))
            for i, source in enumerate(bucket.sources)
        ]
        if kernel.chooses:
            return f"chosen({self._choices(bucket, columns)}, {self.code.expression(columns[-1])})"
        return self._elementwise(array, columns)

    def _reduced(self, array: Array, bucket: Bucket) -> str:
        """What a word for any number of inputs makes of all columns."""
        assert array.kernel is not None
        of_many, of_two, neutral = self.dialect.reductions[array.kernel.name]
        sources = [source for source, _ in _together(bucket)]
        parts = [self.read(source, places, neutral) for source, places in _together(bucket)]
        if of_two:
            return reduce(of_two.format, map(of_many.format, parts))
        if len(parts) > 1 and array.has_rows:
            parts = [
                part if self.groups.arrays[source].has_rows else f"{part}.expand(rows, -1, -1)"
                for source, part in zip(sources, parts)
            ]
        return of_many.format(parts[0] if len(parts) == 1 else self.dialect.joined(parts, -1))

    # --- reading ---

    def read(self, source: int, places: Any, padding: str = "0", is_column: bool = False) -> str:
        """What one array has at these places, in their shape, for all rows if it has any."""
        array, name = self.groups.arrays[source], self.names[source]
        self.reads_constants |= source == CONSTANTS
        if (places == PADDING).any():
            table = self._table(_filled(places, array.size))
            return f"padded({name}, {table}, {padding})"
        text = view(
            name, array.size, places, places.shape, array.has_rows, is_column, self.dialect.permute
        )
        return text or f"{name}[{':, ' * array.has_rows}{self._table(places)}]"

    def _column(self, source: int, places: Any, may_be_number: bool = True) -> Formula:
        """A column of an operation: where it is the same fixed number throughout, that number."""
        if source == CONSTANTS and may_be_number and (places == places[0]).all():
            return as_formula(self.groups.tape.constants[places[0]])
        return Formula.symbol(self.read(source, places, is_column=True))

    def _table(self, places: Any) -> str:
        return self.tables.setdefault(as_table(places), f"{self.owner}TABLE_{len(self.tables) + 1}")

    def _choices(self, bucket: Bucket, columns: list[Formula]) -> str:
        if len(set(bucket.sources[:-1])) == 1:
            return self.read(bucket.sources[0], bucket.places[:, :-1])
        texts = ", ".join(map(self.code.expression, columns[:-1]))
        return self.dialect.stack.format(texts)

    # --- computing ---

    def _elementwise(self, array: Array, columns: list[Formula]) -> str:
        kernel = array.kernel
        assert kernel is not None
        formula = kernel.formula
        if formula is None:
            if kernel.fold is None:
                raise ValueError(
                    f"{kernel.name} is a Python function: array code cannot be printed from it"
                )
            formula = reduce(kernel.fold, [Formula.symbol(f"x{i}") for i in range(len(columns))])
        values = {
            part: columns[int(part.operands[0][1:])]
            for part in parts_first(formula)
            if part.operation == "symbol"
        }
        text = self.code.expression(with_numbers(formula, self._named(formula, values)))
        return bare(text)

    def _named(self, formula: Formula, values: dict[Formula, Formula]) -> dict[Formula, Formula]:
        """The columns; one that is no plain name and is read twice gets a line of its own."""
        reads = [part for whole in parts_first(formula) for part in whole.operands]
        for symbol, column in values.items():
            text = self.code.expression(column)
            if text.endswith("]") and sum(part is symbol for part in reads) > 1:
                values[symbol] = Formula.symbol(self.code.stored(symbol, text))
        return values

    def _term(self, array: Array, sources: tuple[int, int], left: Any, right: Any) -> str:
        """One term of a sum of several: it may be a plain number."""
        if sources == (CONSTANTS, ALONE) and left.shape[1] == 1 and array.kernel is not REDUCE:
            return self.code.expression(self._column(CONSTANTS, left[:, 0]))
        return self._products(array, sources, left, right)

    def _products(self, array: Array, sources: tuple[int, int], left: Any, right: Any) -> str:
        """The sums of products of what two arrays have at these places, a row for each sum."""
        arrays, over_rows = self.groups.arrays, array.kernel is REDUCE
        if sources[1] == ALONE:
            terms, has_rows = self._terms(sources[0], left), arrays[sources[0]].has_rows
            return _summed(terms, left.shape[1] > 1, over_rows, has_rows)
        has_rows = arrays[sources[0]].has_rows or arrays[sources[1]].has_rows
        grid = None if (left == PADDING).any() else grid_of(left, right)
        if grid is None or (left.shape[1] == 1 and 1 in (len(grid.left), len(grid.right))):
            terms = f"({self._terms(sources[0], left)} * {self._terms(sources[1], right)})"
            return _summed(terms, left.shape[1] > 1, over_rows, has_rows)
        sides = [
            Factor(
                self._rows(source, places), len(places), places.shape[1], arrays[source].has_rows
            )
            for source, places in zip(sources, (left[grid.left], right[grid.right]))
        ]
        einsum = self.dialect.einsum
        text = matrix_product(sides[0], sides[1], grid.left_is_first, over_rows, einsum)
        if grid.order is None:
            return text
        return f"{text}[{':, ' * (has_rows and not over_rows)}{self._table(grid.order)}]"

    def _terms(self, source: int, places: Any) -> str:
        if places.shape[1] == 1:
            return self.read(source, places[:, 0], is_column=True)
        return self.read(source, places)

    def _rows(self, source: int, places: Any) -> str:
        """Rows of factors, without an axis for what there is one of."""
        return self.read(source, places.reshape([n for n in places.shape if n > 1] or [1]))

    # --- results ---

    def joined(self, sources: Any, places: Any) -> str:
        """Numbers of several arrays, none of which has rows, one after the other."""
        return joined_text(
            self.dialect,
            [
                [self.read(source, table) for source, table in columns]
                for columns in woven_columns(sources, places)
            ],
        )


def joined_text(dialect: ArrayDialect, parts: Sequence[Sequence[str]]) -> str:
    """The text that joins parts, each of columns side by side, to one array."""
    texts = [dialect.joined(columns, 1) if len(columns) > 1 else columns[0] for columns in parts]
    if len(texts) == 1:
        return f"{texts[0]}.reshape(-1)"
    return dialect.joined(f"{text}.reshape(-1)" for text in texts)


def _called(kernel: Kernel) -> str:
    """The name of the gate that a kernel is, where it is one."""
    formula = kernel.formula
    if formula is not None and formula.operation == "call":
        return str(formula.operands[0].name)
    return kernel.primitive


def _in_pairs(bucket: Bucket) -> Iterator[tuple[tuple[int, int], Any, Any]]:
    """The pairs of arrays that sums read, each once, with the places of left and right factors."""
    pairs = list(zip(bucket.sources[::2], bucket.sources[1::2]))
    for pair in dict.fromkeys(pairs):
        chosen = [2 * i for i, other in enumerate(pairs) if other == pair]
        yield pair, bucket.places[:, chosen], bucket.places[:, [i + 1 for i in chosen]]


def _together(bucket: Bucket) -> Iterator[tuple[int, Any]]:
    """The arrays that operations read, each once, with all places in it."""
    for source in dict.fromkeys(bucket.sources):
        chosen = [i for i, other in enumerate(bucket.sources) if other == source]
        yield source, bucket.places[:, chosen]


def _summed(terms: str, has_many: bool, over_rows: bool, has_rows: bool) -> str:
    """The sum of terms along the last axis, and over the rows."""
    if over_rows and has_rows:
        return f"{terms}.sum({'(0, -1)' if has_many else '0'})"
    text = f"{terms}.sum(-1)" if has_many else terms
    return f"(rows * {text})" if over_rows else text


def _filled(places: Any, size: int) -> Any:
    """Places with one behind the end of the array for padding."""
    import numpy

    return numpy.where(places == PADDING, size, places)
