"""Machine code from the table: every gate over the special values, on the tape and in lanes."""

import math
import random
import sys

import pytest
from helpers.circuits import HAS_NATIVE, WHY, bits
from helpers.counts import count_near

import minigrad as mg
from minigrad import GATES, Value

pytestmark = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)

SPECIAL = [0.0, 1.0, 2.0, 0.5, 1e-9, 5e-324, 1e-310, 2.2250738585072014e-308, 1e300, math.inf]
SPECIAL += [1e-17, 0.3, 3.0, 20.0, 36.5, 40.0, 708.0, 709.79, 710.0, 745.0, 746.0, 1e5, 1e6, 1e22]
SPECIAL += [-number for number in SPECIAL] + [math.nan]
RANDOM = [random.Random(7).gauss(0, 4) for _ in range(40)]
BELL_CURVE = ["normal_density", "normal_cdf", "gelu"]
UNARY = [name for name, gate in GATES.items() if gate.arity == 1]
OTHERS = [name for name, gate in GATES.items() if gate.arity != 1 and name != "select"]


def ulps(x, y):
    """How many floats lie between two, with the infinities and nan as their own."""
    if bits(x) == bits(y):
        return 0.0
    if x != x or y != y or math.isinf(x) or math.isinf(y) or x == y:
        return math.inf  # nan against a number, or a zero of the other sign
    return abs(x - y) / max(math.ulp(min(abs(x), abs(y))), sys.float_info.min * 2**-52)


def shown(x, wrong, right):
    return f"at {x!r}: {wrong!r}, not {right!r}"


def test_every_primitive_of_the_table_has_a_function_in_machine_code():
    from minigrad.native.elementary_functions import OF_GATES

    primitives = [name for name, gate in GATES.items() if not (gate.rule or gate.fold)]
    assert all(GATES[name].kernel for name in primitives)
    assert [name for name in primitives if name not in OF_GATES] == []


@pytest.mark.parametrize("name", UNARY)
def test_a_gate_on_the_tape_is_the_eager_one_within_one_ulp(name):
    gate = mg.__dict__[name]
    replay = mg.compile(lambda x: gate(x), executor="tape", check=False)
    for number in [*SPECIAL, *RANDOM]:
        x, twin = Value(number), Value(number)
        out, eager = replay(x), gate(twin)
        out.backward()
        eager.backward()
        allowed = 0 if name in BELL_CURVE else 1
        assert ulps(out.data, eager.data) <= allowed, shown(number, out.data, eager.data)
        assert ulps(x.grad, twin.grad) <= allowed, shown(number, x.grad, twin.grad)


@pytest.mark.parametrize("name", UNARY)
def test_a_gate_in_lanes_is_the_eager_one_within_four_ulps(name):
    gate = mg.__dict__[name]
    shift = Value(-0.0)  # −0.0 + x is x, to the last bit
    lanes = mg.compile(lambda x: gate(shift + x), executor="lanes", check=False)
    for number in [*SPECIAL, *RANDOM]:
        x = Value(number)
        out, eager = lanes.batch([number], reduce="sum"), gate(x)
        shift.grad = None
        out.backward()
        eager.backward()
        right = eager.data + 0.0  # a sum over rows starts from 0.0
        assert ulps(out.data, right) <= 4, shown(number, out.data, right)
        close = abs(shift.grad - x.grad) <= 1e-15  # 1 − out² near its end has few digits
        assert close or ulps(shift.grad, x.grad + 0.0) <= 4, shown(number, shift.grad, x.grad)


@pytest.mark.parametrize("executor", ["tape", "lanes"])
@pytest.mark.parametrize("name", OTHERS)
def test_gates_of_several_inputs_are_the_eager_ones(name, executor):
    gate = GATES[name]
    count = count_near(gate, 3)
    function = mg.compile(lambda *xs: Value.apply_gate(gate, xs), executor=executor, check=False)
    rng = random.Random(3)
    for _ in range(300):
        numbers = [rng.choice([*SPECIAL, *RANDOM[:8]]) for _ in range(count)]
        eager = gate.forward(*numbers)
        if executor == "tape":
            out = function(*numbers).data
        else:
            out = function.batch(*([number] for number in numbers), reduce="sum").data
            eager += 0.0
        has_exp = name in ("pow", "logaddexp", "logsumexp")
        assert ulps(out, eager) <= (1 if has_exp else 0), shown(numbers, out, eager)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, -0.5, 4, 1.7, -3])
def test_constant_exponents_in_lanes(exponent):
    power = mg.compile(lambda x: x**exponent, executor="lanes", check=False)
    for number in [*SPECIAL, *RANDOM]:
        right = (Value(number) ** exponent).data + 0.0
        assert ulps(power.batch([number], reduce="sum").data, right) <= 3, number


def test_a_call_that_is_asked_for_twice_is_made_once_in_a_block():
    import llvmlite.ir as ir

    from minigrad.native import emit_formulas  # noqa: F401  (with it comes exp)
    from minigrad.native.operand import DOUBLE, LONG, Code, Native

    function = ir.Function(ir.Module(), ir.FunctionType(DOUBLE, [DOUBLE]), "twice")
    code = Code(ir.IRBuilder(function.append_basic_block()), 1)
    x = Native(code, function.args[0])
    decay = GATES["exp"].trace(-x)
    assert GATES["exp"].trace(-x).value is decay.value
    assert GATES["exp"].trace(x).value is not decay.value
    with code.loop(LONG(3)):  # what was made outside may not have run
        assert GATES["exp"].trace(-x).value is not decay.value


def test_a_chain_of_a_hundred_thousand_gates_is_replayed():
    def chain(x):
        for _ in range(50_000):
            x = (x * 0.5) + 1.0
        return x

    x = Value(3.0)
    replayed = mg.compile(chain, executor="tape", check=False)(x)
    replayed.backward()
    assert (replayed.data, x.grad) == (chain(3.0), 0.0)


@pytest.mark.parametrize("count", [2, 3, 12, 13, 40])
@pytest.mark.parametrize("rows", [1, 7, 16, 57, 128])
def test_select_in_blocks_gives_the_bits_of_a_choice_or_nan(count, rows):
    """Few choices are gone through in vectors, of many one is looked up."""
    import numpy as np

    from minigrad.native.kernels import FEW, SLOT, SLOTS, addresses
    from minigrad.native.machine import function_at
    from minigrad.tape import flatten

    assert FEW == 12  # the counts below and above it are tried
    wires = [Value(0.0) for _ in range(count)]
    (kernel,) = flatten([mg.select(wires, 0)], [], wires).kernels
    source = random.Random(count + rows)
    none = [math.nan, math.inf, -math.inf, -1.0, 0.5, float(count), 1e300, -1e-310]
    indexes = [source.choice([*none, -0.0, *map(float, range(count))]) for _ in range(rows)]
    space = np.full((count + 2, SLOT), math.nan)
    space[:count, :rows] = [
        [source.choice([*SPECIAL, 1.0 * i]) for _ in range(rows)] for i in range(count)
    ]
    space[count, :rows] = indexes
    index = np.arange(0, SLOT * (count + 1), SLOT, dtype=np.int32)
    (address,) = addresses([(kernel, count + 1, SLOTS)])
    result = space[count + 1].ctypes.data
    function_at(address, 6)(space.ctypes.data, index.ctypes.data, 1, count + 1, result, rows)
    for row, number in enumerate(indexes):
        is_there = number in range(count)
        right = space[int(number), row] if is_there else math.nan
        assert bits(space[count + 1, row]) == bits(right), shown(number, space[-1, row], right)


def test_rows_that_run_together_are_one_threads(monkeypatch):
    """No pool is asked for work that it could not share."""
    from minigrad.native import batch_over_rows as native_batch

    model = mg.nn.MLP(2, [20, 20, 1], seed=1)
    loss = mg.compile(lambda x: model(x), executor="tape", check=False)
    rows = loss.rows([[0.1 * i, 0.2] for i in range(100)])
    loss.run_rows(rows)
    runner = rows.recording.batch_runner()
    monkeypatch.setattr(native_batch, "WORK_FOR_A_THREAD", 1)
    monkeypatch.setattr(native_batch, "_cores", lambda: 4)
    assert [count for count in (1, 100, 128, 129, 1000) if runner.is_one_call(count)] == [
        1,
        100,
        128,
    ]


def test_many_rows_are_spread_over_threads_with_the_same_result(monkeypatch):
    from minigrad.native import batch_over_rows as native_batch

    w = [Value(0.3), Value(-0.7)]
    for executor in ("lanes", "tape"):
        loss = mg.compile(lambda x, y: (w[0] * x + w[1] * y).tanh(), executor=executor)
        X = [math.sin(i) for i in range(1003)]
        alone = loss.batch(X, X[::-1], reduce="sum")
        monkeypatch.setattr(native_batch, "WORK_FOR_A_THREAD", 100)
        monkeypatch.setattr(native_batch, "_cores", lambda: 3)
        monkeypatch.setattr(native_batch, "_pool", lambda: _three_threads())
        together = loss.batch(X, X[::-1], reduce="sum")
        monkeypatch.undo()
        assert together.data == pytest.approx(alone.data, rel=1e-13)
        assert together.local_gradients == pytest.approx(alone.local_gradients, rel=1e-13)


def _three_threads():
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(3)


def test_thousands_of_calls_do_not_grow_memory():
    import tracemalloc

    w = Value(0.5)
    loss = mg.compile(lambda x: (w * x).tanh())
    rows = loss.rows([0.1, 0.2, 0.3])

    def steps(count):
        for _ in range(count):
            loss.run_rows(rows)
            loss(0.5).backward()

    steps(3000)  # machine code is made by then
    tracemalloc.start()
    steps(500)
    before, _ = tracemalloc.get_traced_memory()
    steps(3000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 20_000
