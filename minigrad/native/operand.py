"""Gates' rules on LLVM values: an operand whose arithmetic is machine code. Needs llvmlite.

The rules of the table run on it as they stand: `x * y` emits a multiplication, `where` a selection,
another gate its own rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import Any, Final

import llvmlite.ir as ir

from ..rules import Formula, Gate, Operand
from ..tape import Kernel, parts_first

DOUBLE: Final = ir.DoubleType()
LONG: Final = ir.IntType(64)
INT: Final = ir.IntType(32)
VOID: Final = ir.VoidType()


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
        values = [x.value for x in operands]
        key = (self.builder.block, operation, *values)
        if key not in self._results:
            self._results[key] = make(*values)
        return Native(self, self._results[key])

    def constant(self, number: float) -> Native:
        """A number, the same in every row."""
        return Native(self, self._same(self.number, number), number)

    def whole(self, number: int) -> Any:
        """An integer, the same in every row, as an LLVM value."""
        return self._same(self.bits, number)

    def _same(self, kind: Any, number: Any) -> Any:
        return ir.Constant(kind, number if self.width == 1 else [number] * self.width)

    def splat(self, one: Any) -> Native:
        """One double in every row."""
        if self.width == 1:
            return Native(self, one)
        undefined = ir.Constant(self.number, ir.Undefined)
        first = self.builder.insert_element(undefined, one, INT(0))
        zeros = ir.Constant(ir.VectorType(INT, self.width), [0] * self.width)
        return Native(self, self.builder.shuffle_vector(first, undefined, zeros))

    def load(self, pointer: Any) -> Native:
        """The number, or the row of numbers, that begins at a pointer to a double."""
        if self.width > 1:
            pointer = self.builder.bitcast(pointer, self.number.as_pointer())
        return Native(self, self.builder.load(pointer, align=8))

    def store(self, number: Native, pointer: Any) -> None:
        """Write what `load` reads."""
        if self.width > 1:
            pointer = self.builder.bitcast(pointer, self.number.as_pointer())
        self.builder.store(number.value, pointer, align=8)

    def intrinsic(self, name: str, *operands: Native) -> Native:
        """An operation of the processor that LLVM knows by name."""
        full_name = name + (".f64" if self.width == 1 else f".v{self.width}f64")
        kind = ir.FunctionType(self.number, [self.number] * len(operands))
        function = self.module.globals.get(full_name) or ir.Function(self.module, kind, full_name)
        return self.once(full_name, operands, lambda *xs: self.builder.call(function, xs))

    def lanes_below(self, count: Any) -> Condition:
        """Which rows of a vector are among the first `count`: the last vector may be filled up."""
        b = self.builder
        undefined = ir.Constant(self.bits, ir.Undefined)
        zeros = ir.Constant(ir.VectorType(INT, self.width), [0] * self.width)
        counts = b.shuffle_vector(b.insert_element(undefined, count, INT(0)), undefined, zeros)
        numbers = ir.Constant(self.bits, list(range(self.width)))
        return Condition(self, b.icmp_signed("<", numbers, counts))

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

    def vectors_of(self, rows: Any, together: int) -> Iterator[list[Any]]:
        """Loop over rows: so many vectors together, then, in a loop of its own, what is left.

        Gives the first rows of the vectors, once for each loop: what is written then is its body.
        """
        b = self.builder
        padded = b.and_(b.add(rows, LONG(self.width - 1)), LONG(-self.width))
        whole = b.and_(padded, LONG(-together * self.width))
        with self.loop(whole, together * self.width) as first:
            yield [b.add(first, LONG(v * self.width)) for v in range(together)]
        if together > 1:
            with self.loop(b.sub(padded, whole), self.width) as first:
                yield [b.add(whole, first)]


class Native(Operand):
    """A number, or a row of numbers, in machine code."""

    __slots__ = ("code", "known", "value")

    def __init__(self, code: Code, value: Any, known: float | None = None) -> None:
        self.code = code
        self.value = value
        self.known = known  # the number itself, where it is a constant

    def _other(self, other: Any) -> Native:
        return other if isinstance(other, Native) else self.code.constant(float(other))

    def _binary(self, name: str, left: Native, right: Native) -> Native:
        return Native(self.code, getattr(self.code.builder, name)(left.value, right.value))

    def _compare(self, sign: str, other: Any) -> Condition:
        value = self.code.builder.fcmp_ordered(sign, self.value, self._other(other).value)
        return Condition(self.code, value)

    def __add__(self, other: Any) -> Native:
        return self._binary("fadd", self, self._other(other))

    def __radd__(self, other: Any) -> Native:
        return self._binary("fadd", self._other(other), self)

    def __sub__(self, other: Any) -> Native:
        return self._binary("fsub", self, self._other(other))

    def __rsub__(self, other: Any) -> Native:
        return self._binary("fsub", self._other(other), self)

    def __mul__(self, other: Any) -> Native:
        return self._binary("fmul", self, self._other(other))

    def __rmul__(self, other: Any) -> Native:
        return self._binary("fmul", self._other(other), self)

    def __truediv__(self, other: Any) -> Native:
        return self._binary("fdiv", self, self._other(other))

    def __rtruediv__(self, other: Any) -> Native:
        return self._binary("fdiv", self._other(other), self)

    def __neg__(self) -> Native:
        return self.code.once("fneg", [self], self.code.builder.fneg)

    def __pow__(self, other: Any) -> Native:
        from .power import power

        return power(self, self._other(other))

    def __rpow__(self, other: Any) -> Native:
        return self._other(other) ** self

    def __lt__(self, other: Any) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: Any) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> Condition:
        return self._compare(">=", other)

    def equals(self, other: Any) -> Condition:
        """See `Operand.equals`."""
        return self._compare("==", other)

    def choose(self, if_true: Any, if_false: Any) -> Native:
        """See `Operand.choose`: a number holds where it is not 0."""
        return self.equals(0.0).choose(if_false, if_true)

    @staticmethod
    def apply_gate(gate: Gate, operands: tuple[Any, ...]) -> Any:
        code = next(x.code for x in operands if isinstance(x, Native))
        numbers = [x if isinstance(x, Native) else code.constant(float(x)) for x in operands]
        if gate.kernel:
            from .functions import NATIVE_FUNCTIONS

            return NATIVE_FUNCTIONS[gate.name](*numbers)
        if gate.fold is not None:
            return reduce(gate.fold, numbers)
        return gate.trace(*numbers)


class Condition(Operand):
    """A condition, one per row."""

    __slots__ = ("code", "value")

    def __init__(self, code: Code, value: Any) -> None:
        self.code = code
        self.value = value

    def choose(self, if_true: Any, if_false: Any) -> Native:
        """See `Operand.choose`."""
        true, false = (
            x if isinstance(x, Native) else self.code.constant(float(x))
            for x in (if_true, if_false)
        )
        return Native(self.code, self.code.builder.select(self.value, true.value, false.value))


_OPERATIONS: Final[dict[str, Any]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "neg": lambda x: -x,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "==": lambda x, y: x.equals(y),
    "where": lambda condition, x, y: condition.choose(x, y),
    "call": lambda gate, *operands: Native.apply_gate(gate, operands),
}


def emit_formula(code: Code, formula: Formula, inputs: list[Native]) -> Native:
    """The formula over x0, x1, … as instructions, each part of it once."""
    made: dict[Any, Any] = {}
    for part in parts_first(formula):
        if part.operation == "symbol":
            made[part] = inputs[int(part.operands[0][1:])]
        elif part.operation == "number":
            made[part] = code.constant(part.operands[0])
        else:
            operands = [made.get(x, x) for x in part.operands]
            made[part] = _OPERATIONS[part.operation](*operands)
    result: Native = made[formula]
    return result


def emit(code: Code, kernel: Kernel, inputs: list[Native]) -> Native:
    """A kernel as instructions."""
    if kernel.formula is not None:
        return emit_formula(code, kernel.formula, inputs)
    if kernel.fold is not None:
        result: Native = reduce(kernel.fold, inputs)
        return result
    from .functions import NATIVE_FUNCTIONS

    return NATIVE_FUNCTIONS[kernel.native](*inputs)
