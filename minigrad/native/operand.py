"""Gates' rules on LLVM values: an operand whose arithmetic is machine code. Needs llvmlite.

The rules of the table run on it as they stand: `x * y` emits a multiplication, `where` a selection,
another gate its own rule, or its function in FUNCTIONS.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import Any, Final

import llvmlite.ir as ir

from ..rules import Gate, Operand

DOUBLE: Final = ir.DoubleType()
LONG: Final = ir.IntType(64)
INT: Final = ir.IntType(32)
VOID: Final = ir.VoidType()
POINTER: Final = DOUBLE.as_pointer()

# By name, the gates that no rule is made of, and pow. Made of operands: `formulas` fills it.
FUNCTIONS: Final[dict[str, Callable[..., Native]]] = {}


class Code:
    """Where instructions go, and how many rows a number of it holds (1: a plain double)."""

    def __init__(self, builder: Any, width: int) -> None:
        self.builder = builder
        self.module = builder.module
        self.width = width
        self.number = DOUBLE if width == 1 else ir.VectorType(DOUBLE, width)
        self.bits = LONG if width == 1 else ir.VectorType(LONG, width)
        self._results: dict[Any, Any] = {}

    def once(self, operation: str, operands: Sequence[Native], make: Callable[..., Any]) -> Native:
        """The result of an operation; the same one for the same operands in one block.

        A gate and its local gradient ask for the same exponential, far apart. What stands in
        another block may not have run.
        """
        key = self._key(operation, operands)
        if key not in self._results:
            self._results[key] = make(*key[2:])
        return Native(self, self._results[key])

    def has(self, operation: str, operands: Sequence[Native]) -> bool:
        """Whether the result of an operation is at hand."""
        return self._key(operation, operands) in self._results

    def _key(self, operation: str, operands: Sequence[Native]) -> tuple[Any, ...]:
        return (self.builder.block, operation, *[x.value for x in operands])

    def constant(self, number: float) -> Native:
        """A number, the same in every row."""
        return Native(self, self._same(self.number, number), number)

    def given(self, number: Any) -> Native:
        """A number in machine code as it is; another as a constant."""
        return number if isinstance(number, Native) else self.constant(float(number))

    def whole(self, number: int) -> Any:
        """An integer, the same in every row, as an LLVM value."""
        return self._same(self.bits, number)

    def _same(self, kind: Any, number: Any) -> Any:
        return ir.Constant(kind, number if self.width == 1 else [number] * self.width)

    def splat(self, one: Any) -> Native:
        """One double in every row."""
        return Native(self, one if self.width == 1 else self._spread(self.number, one))

    def _spread(self, kind: Any, one: Any) -> Any:
        """A vector with one number in every lane."""
        undefined = ir.Constant(kind, ir.Undefined)
        first = self.builder.insert_element(undefined, one, INT(0))
        zeros = ir.Constant(ir.VectorType(INT, self.width), [0] * self.width)
        return self.builder.shuffle_vector(first, undefined, zeros)

    def load(self, pointer: Any) -> Native:
        """The number, or the row of numbers, that begins at a pointer to a double."""
        return Native(self, self.builder.load(self._to_number(pointer), align=8))

    def store(self, number: Native, pointer: Any) -> None:
        """Write what `load` reads."""
        self.builder.store(number.value, self._to_number(pointer), align=8)

    def _to_number(self, pointer: Any) -> Any:
        if self.width == 1:
            return pointer
        return self.builder.bitcast(pointer, self.number.as_pointer())

    def indexed(self, numbers: Any, index: Any, place: Any) -> Any:
        """Where among numbers the one is that stands at a place of an index."""
        b = self.builder
        return b.gep(numbers, [b.sext(b.load(b.gep(index, [place])), LONG)])

    def intrinsic(self, name: str, *operands: Native) -> Native:
        """An operation of the processor that LLVM knows by name."""
        full_name = name + (".f64" if self.width == 1 else f".v{self.width}f64")
        kind = ir.FunctionType(self.number, [self.number] * len(operands))
        function = self.module.globals.get(full_name) or ir.Function(self.module, kind, full_name)
        return self.once(full_name, operands, lambda *xs: self.builder.call(function, xs))

    def lanes_below(self, count: Any) -> Condition:
        """Which rows of a vector are among the first `count`: the last vector may be filled up."""
        numbers = ir.Constant(self.bits, list(range(self.width)))
        counts = self._spread(self.bits, count)
        return Condition(self, self.builder.icmp_signed("<", numbers, counts))

    def across(self, vector: Native) -> Any:
        """The sum of a vector's rows, as a double."""
        b = self.builder
        lanes = [b.extract_element(vector.value, INT(lane)) for lane in range(self.width)]
        while len(lanes) > 1:
            lanes = [b.fadd(x, y) for x, y in zip(lanes[::2], lanes[1::2])]
        return lanes[0]

    @contextmanager
    def loop(self, count: Any, step: int = 1) -> Iterator[Any]:
        """Repeat the instructions for 0, step, 2·step, … below `count`, a multiple of `step`."""
        builder = self.builder
        before = builder.block
        body, after = builder.append_basic_block("body"), builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed("<", LONG(0), count), body, after)
        builder.position_at_end(body)
        place = builder.phi(LONG)
        place.add_incoming(LONG(0), before)
        yield place
        following = builder.add(place, LONG(step))
        place.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, count), body, after)
        builder.position_at_end(after)

    def places_of(self, count: Any, together: int) -> Iterator[list[Any]]:
        """Loop over places: so many together, then, in a loop of its own, one by one.

        Gives the places once for each loop: what is written then is its body.
        """
        b = self.builder
        whole = b.and_(count, LONG(-together))
        with self.loop(whole, together) as first:
            yield [b.add(first, LONG(i)) for i in range(together)]
        with self.loop(b.sub(count, whole)) as rest:
            yield [b.add(whole, rest)]

    def vectors_of(self, rows: Any, together: int) -> Iterator[list[Any]]:
        """Loop over rows in the same way: gives the first rows of so many vectors, and of one."""
        b = self.builder
        padded = b.and_(b.add(rows, LONG(self.width - 1)), LONG(-self.width))
        whole = b.and_(padded, LONG(-together * self.width))
        with self.loop(whole, together * self.width) as first:
            yield [b.add(first, LONG(v * self.width)) for v in range(together)]
        if together > 1:
            with self.loop(b.sub(padded, whole), self.width) as first:
                yield [b.add(whole, first)]

    def folded(
        self,
        firsts: list[Native],
        places: tuple[int, int, Any],
        terms: Callable[[Any], Sequence[Any]],
        join: Callable[[Native, Any], Native] = operator.add,
    ) -> list[Native]:
        """Some folds side by side, because each waits for its own last result.

        `terms` gives what they take in at a place; `places` are the first one after `firsts`, the
        step to the next, and the end.
        """
        b, (begin, step, end) = self.builder, places
        before, body, after = b.block, b.append_basic_block("fold"), b.append_basic_block("folded")
        b.cbranch(b.icmp_signed("<", LONG(begin), end), body, after)
        b.position_at_end(body)
        place = b.phi(LONG)
        place.add_incoming(LONG(begin), before)
        totals = [b.phi(self.number) for _ in firsts]
        sums = [join(Native(self, x), y).value for x, y in zip(totals, terms(place))]
        following = b.add(place, LONG(step))
        place.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, end), body, after)
        end_of_body = b.block
        b.position_at_end(after)
        results = [b.phi(self.number) for _ in firsts]
        for total, result, first, sum_ in zip(totals, results, firsts, sums):
            for number in (total, result):
                number.add_incoming(first.value, before)
                number.add_incoming(sum_, end_of_body)
        return [Native(self, result) for result in results]


def _arithmetic(instruction: str) -> tuple[Callable[..., Native], Callable[..., Native]]:
    """The method of an operator, and the one for a number on its left."""

    def method(self: Native, other: Any) -> Native:
        code = self.code
        return Native(code, getattr(code.builder, instruction)(self.value, code.given(other).value))

    def reflected(self: Native, other: Any) -> Native:
        return method(self.code.given(other), self)

    return method, reflected


def _comparison(sign: str) -> Callable[[Native, Any], Condition]:
    def method(self: Native, other: Any) -> Condition:
        code = self.code
        value = code.builder.fcmp_ordered(sign, self.value, code.given(other).value)
        return Condition(code, value)

    return method


class Native(Operand):
    """A number, or a row of numbers, in machine code."""

    __slots__ = ("code", "known", "value")

    def __init__(self, code: Code, value: Any, known: float | None = None) -> None:
        self.code = code
        self.value = value
        self.known = known  # the number itself, where it is a constant

    __add__, __radd__ = _arithmetic("fadd")
    __sub__, __rsub__ = _arithmetic("fsub")
    __mul__, __rmul__ = _arithmetic("fmul")
    __truediv__, __rtruediv__ = _arithmetic("fdiv")
    __lt__, __le__, __gt__, __ge__ = map(_comparison, ("<", "<=", ">", ">="))

    def equals(self, other: Any) -> Condition:
        """See `Operand.equals`."""
        return _comparison("==")(self, other)

    def __neg__(self) -> Native:
        return self.code.once("fneg", [self], self.code.builder.fneg)

    def __pow__(self, other: Any) -> Native:
        return FUNCTIONS["pow"](self, self.code.given(other))

    def __rpow__(self, other: Any) -> Native:
        return self.code.given(other) ** self

    def choose(self, if_true: Any, if_false: Any) -> Native:
        """See `Operand.choose`: a number holds where it is not 0."""
        return self.equals(0.0).choose(if_false, if_true)

    @staticmethod
    def apply_gate(gate: Gate, operands: tuple[Any, ...]) -> Any:
        code = next(x.code for x in operands if isinstance(x, Native))
        numbers = list(map(code.given, operands))
        if gate.fold is not None:
            return reduce(gate.fold, numbers)
        if gate.rule is None or (gate.is_slope and gate.name in FUNCTIONS):
            return FUNCTIONS[gate.name](*numbers)
        return gate.trace(*numbers)


class Condition(Operand):
    """A condition, one per row."""

    __slots__ = ("code", "value")

    def __init__(self, code: Code, value: Any) -> None:
        self.code = code
        self.value = value

    def choose(self, if_true: Any, if_false: Any) -> Native:
        """See `Operand.choose`."""
        true, false = self.code.given(if_true), self.code.given(if_false)
        return Native(self.code, self.code.builder.select(self.value, true.value, false.value))
