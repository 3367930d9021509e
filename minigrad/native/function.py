"""How a mathematical function becomes machine code: C's library, or a function of the module.

Needs llvmlite.
"""

from __future__ import annotations

from collections.abc import Callable

import llvmlite.ir as ir

from .operand import DOUBLE, INT, Code, Native

NativeFunction = Callable[..., Native]


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

    def call(*operands: Native) -> Native:
        code = operands[0].code
        name = f"minigrad.{rule.__name__}.{code.width}"
        function = code.module.globals.get(name)
        if function is None:
            kind = ir.FunctionType(code.number, [code.number] * len(operands))
            function = ir.Function(code.module, kind, name)
            function.linkage = "internal"
            inside = Code(ir.IRBuilder(function.append_basic_block()), code.width)
            inputs = [Native(inside, argument) for argument in function.args]
            inside.builder.ret(rule(*inputs).value)
        return code.once(name, operands, lambda *xs: code.builder.call(function, xs))

    call.__name__, call.__doc__ = rule.__name__, rule.__doc__
    return call


def in_lanes(rule: NativeFunction) -> NativeFunction:
    """The rule for vectors, and C's function of the same name for one number."""
    vector_rule = emitted_once(rule)

    def call(*operands: Native) -> Native:
        if operands[0].code.width == 1:
            return library(rule.__name__, *operands)
        return vector_rule(*operands)

    call.__name__, call.__doc__ = rule.__name__, rule.__doc__
    return call
