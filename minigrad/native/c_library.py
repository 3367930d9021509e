"""Functions as calls: C's library, one number after the other, and rules that are emitted once.

What has no polynomial in `elementary_functions` is here as C's library has it, in lanes too. Needs
llvmlite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final

import llvmlite.ir as ir

from .float_bits import nearest, with_sign_of
from .operand import DOUBLE, INT, Code, Native

NativeFunction = Callable[..., Native]

FROM_LIBRARY: Final = (
    *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cosh", "erf", "expm1"),
    *("log10", "log2", "sinh", "tan"),
)


def library(name: str, *operands: Native) -> Native:
    """A call of C's library: row by row where there is more than one."""
    code = operands[0].code
    kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(operands))
    function = code.module.globals.get(name) or ir.Function(code.module, kind, name)
    if code.width == 1:
        return code.once(name, operands, lambda *xs: code.builder.call(function, xs))
    result = ir.Constant(code.number, ir.Undefined)
    for row in range(code.width):
        parts = [code.builder.extract_element(x.value, INT(row)) for x in operands]
        result = code.builder.insert_element(result, code.builder.call(function, parts), INT(row))
    return Native(code, result)


def emitted_once(rule: NativeFunction) -> NativeFunction:
    """The rule as a function of the module: its code is there once, however often it is called."""

    @wraps(rule)
    def call(*operands: Native) -> Native:
        return _call(rule, lambda *xs: rule(*xs).value, operands[0].code.number, operands)

    return call


class EmittedTogether:
    """A rule of one number with two results: one function gives both, a call of it to each asks."""

    def __init__(self, rule: Callable[[Native], tuple[Native, Native]]) -> None:
        self._rule = rule

    def part(self, place: int, x: Native) -> Native:
        """One of the results."""
        code = x.code

        def both(inside: Native) -> Any:
            first, second = self._rule(inside)
            b = inside.code.builder
            half = b.insert_value(ir.Constant(pair, ir.Undefined), first.value, 0)
            return b.insert_value(half, second.value, 1)

        pair = ir.LiteralStructType([code.number] * 2)
        results = _call(self._rule, both, pair, [x])
        return code.once(f"part {place}", [results], lambda r: code.builder.extract_value(r, place))

    def is_called(self, x: Native) -> bool:
        """Whether the results are at hand."""
        return is_called(self._rule, x)


def is_called(rule: Callable[..., Any], x: Native) -> bool:
    """Whether the result of a rule that is emitted once is at hand."""
    return x.code.has(_name(rule, x.code), [x])


def _name(rule: Callable[..., Any], code: Code) -> str:
    return f"minigrad.{rule.__name__}.{code.width}"


def _call(
    rule: Callable[..., Any],
    body: Callable[..., Any],
    result: Any,
    operands: Sequence[Native],
) -> Native:
    """A call of the rule's function, which is written when it is called for the first time."""
    code = operands[0].code
    name = _name(rule, code)
    function = code.module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(result, [code.number] * len(operands))
        function = ir.Function(code.module, kind, name)
        function.linkage = "internal"
        inside = Code(ir.IRBuilder(function.append_basic_block()), code.width)
        returned = body(*[Native(inside, argument) for argument in function.args])
        inside.builder.ret(returned)
    return code.once(name, operands, lambda *xs: code.builder.call(function, xs))


def in_lanes(rule: NativeFunction) -> NativeFunction:
    """The rule for vectors, and C's function of the same name for one number."""
    vector_rule = emitted_once(rule)

    @wraps(rule)
    def call(*operands: Native) -> Native:
        if operands[0].code.width == 1:
            return library(rule.__name__, *operands)
        return vector_rule(*operands)

    return call


def of_library(name: str) -> NativeFunction:
    """C's function of that name, asked for each row of a vector: the engine's own bits."""

    def rule(*operands: Native) -> Native:
        return library(name, *operands)

    rule.__name__ = name
    return in_lanes(rule)


# --- whole numbers --------------------------------------------------------------------------------


def floor(x: Native) -> Native:
    """The whole number below."""
    return x.code.intrinsic("llvm.floor", x)


def trunc(x: Native) -> Native:
    """The whole number towards 0."""
    return x.code.intrinsic("llvm.trunc", x)


@emitted_once
def mod(x: Native, y: Native) -> Native:
    """The remainder with the sign of y: C's has that of x."""
    rest = library("fmod", x, y)
    below = (y < 0.0).choose(rest, rest + y)
    above = (y < 0.0).choose(rest + y, rest)
    result = (rest < 0.0).choose(below, above)
    return rest.equals(0.0).choose(with_sign_of(rest, y), result)


# by the name of the gate
OF_LIBRARY: Final[dict[str, NativeFunction]] = {
    "floor": floor,
    "trunc": trunc,
    "round": nearest,
    "mod": mod,
    **{name: of_library(name) for name in FROM_LIBRARY},
}
