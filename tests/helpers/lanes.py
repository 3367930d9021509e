"""Rules run in lanes on many numbers at once, without a circuit around them. Needs llvmlite."""

import llvmlite.ir as ir
import numpy as np

from minigrad.native.formulas import emit
from minigrad.native.machine import function_at, machine
from minigrad.native.operand import LONG, POINTER, VOID, Code
from minigrad.tape.kernels import Kernel, forward_kernel, local_kernels


def outputs(gate, *columns):
    """The gate's output for each row of the columns."""
    return run(forward_kernel(gate), *columns)


def local_gradients(gate, place, *columns):
    """The gate's local gradient towards one input for each row."""
    local = local_kernels(gate)[place]
    given = [*columns, outputs(gate, *columns)]
    if local.number is not None:
        return [local.number] * len(columns[0])
    chosen = [given[i] for i in local.places]
    return run(local.kernel, *chosen) if local.kernel else list(chosen[0])


def run(kernel: Kernel, *columns):
    """A kernel on rows of numbers, by vectors."""
    count = len(columns[0])
    width = machine().width
    padded = -(-count // width) * width
    numbers = np.full((len(columns) + 1, padded), 0.5)
    numbers[:-1, :count] = columns
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, LONG]), "run")
    code = Code(ir.IRBuilder(function.append_basic_block()), width)
    pointer, length = function.args
    with code.loop(length, width) as row:
        places = [
            code.builder.gep(pointer, [code.builder.add(code.builder.mul(length, LONG(i)), row)])
            for i in range(len(columns) + 1)
        ]
        code.store(emit(code, kernel, [code.load(place) for place in places[:-1]]), places[-1])
    code.builder.ret_void()
    (address,) = machine().compile(module, ["run"], passes=False)
    function_at(address, 2)(numbers.ctypes.data, padded)
    return numbers[-1, :count].tolist()
