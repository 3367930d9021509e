"""A batch in one native call: what goes before the rows, they, what comes after, and the means.

Three calls from Python, and NumPy for the means, take 6 µs more, half of what 100 rows of a small
network take themselves. Needs llvmlite and NumPy.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from .machine import machine
from .no_arguments import without_arguments
from .operand import DOUBLE, LONG, VOID, Code
from .schedule import Array

# What the native function reads, an address or a number each; `is_finite` it writes.
FIELDS: Final = (
    "columns",  # where the rows begin
    "stride",  # from one number of a row to the next
    "count",  # of rows; 0: they have been run
    "divisor",
    "results",  # where the gradients go, and then the output
    "is_finite",  # whether all gradients are
    "values",  # the slots
    "gradients",  # which of them are gradients
    "gradient_count",
    "output",  # which one is the output
    "zero",  # added to a gradient; −0.0 changes nothing
)  # then the functions, each with its arguments
EACH_CALL: Final = len(FIELDS[:6])


class BatchCall:
    """The native function for some slots, and its table.

    `calls` are the functions before, over and after the rows, as `NativeBatch.calls` gives them;
    `kept` lives as long as this.
    """

    def __init__(
        self,
        calls: list[list[int]],
        values: Array,
        gradients: Any,
        output: int,
        zero: float,
        kept: tuple[Any, ...],
    ) -> None:
        gradients = np.ascontiguousarray(gradients, dtype=np.int64)
        places = values.address, gradients.ctypes.data, len(gradients), output
        numbers = [0] * EACH_CALL + [*places, 0, *[number for call in calls for number in call]]
        self._table = table = (ctypes.c_int64 * len(numbers))(*numbers)
        place = ctypes.addressof(table) + 8 * FIELDS.index("zero")
        ctypes.c_double.from_address(place).value = zero
        function = _run_batch(tuple(len(call) - 1 for call in calls))
        kept = (*kept, table, values, gradients)
        self._run = without_arguments(function, ctypes.addressof(table), kept, alone=False)

    def run(self, columns: int, stride: int, count: int, divisor: int, results: int) -> bool:
        """Write the gradients and the output, divided; gives whether all gradients are finite.

        With a count of 0 nothing is run: the slots have been.
        """
        table = self._table
        table[:EACH_CALL] = [columns, stride, count, divisor, results, 1]
        self._run()
        return table[EACH_CALL - 1] == 1


@cache
def _run_batch(argument_counts: tuple[int, ...]) -> int:
    """The address of the native function of a table, for functions with so many arguments."""
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(VOID, [LONG.as_pointer()]), "run_batch")
    (table,) = function.args
    b = ir.IRBuilder(function.append_basic_block())
    field = {name: b.load(b.gep(table, [LONG(i)])) for i, name in enumerate(FIELDS)}
    with b.if_then(b.icmp_signed("!=", field["count"], LONG(0))):
        place = len(FIELDS)
        for nth, argument_count in enumerate(argument_counts):
            address, *arguments = (
                b.load(b.gep(table, [LONG(place + i)])) for i in range(1 + argument_count)
            )
            if nth == 1:  # the rows; behind them stand the sums
                arguments[-4:-1] = field["columns"], field["stride"], field["count"]
            kind = ir.FunctionType(VOID, [LONG] * argument_count)  # addresses are whole numbers
            b.call(b.inttoptr(address, kind.as_pointer()), arguments)
            place += 1 + argument_count
    _write_means(b, table, field)
    b.ret_void()
    (address,) = machine().compile(module, ["run_batch"], passes=False)
    return address


def _write_means(b: Any, table: Any, field: dict[str, Any]) -> None:
    """The gradients and the output from their slots, divided, into the results."""
    values, results = (b.inttoptr(field[x], DOUBLE.as_pointer()) for x in ("values", "results"))
    index = b.inttoptr(field["gradients"], LONG.as_pointer())
    divisor, zero = b.sitofp(field["divisor"], DOUBLE), b.bitcast(field["zero"], DOUBLE)
    is_finite = b.gep(table, [LONG(FIELDS.index("is_finite"))])
    with Code(b, 1).loop(field["gradient_count"]) as k:
        number = b.load(b.gep(values, [b.load(b.gep(index, [k]))]))
        nothing = b.fsub(number, number)  # ∞ − ∞ is nan
        with b.if_then(b.fcmp_unordered("uno", nothing, nothing)):
            b.store(LONG(0), is_finite)
        b.store(b.fadd(b.fdiv(number, divisor), zero), b.gep(results, [k]))
    output = b.fdiv(b.load(b.gep(values, [field["output"]])), divisor)
    b.store(output, b.gep(results, [field["gradient_count"]]))
