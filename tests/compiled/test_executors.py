"""One circuit on every executor: eager, Python tape, native tape, lanes, blocks of rows."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from helpers.circuits import EXECUTORS, bits, circuits, tame_circuits
from hypothesis import HealthCheck, given, settings

import minigrad as mg
from minigrad import Value

a_few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sent_back(output, parameters):
    """The parameters' gradients; 0.0, of whatever sign, where none arrives."""
    for parameter in parameters:
        parameter.grad = None
    if not output.is_constant:
        output.backward()
    return [parameter.grad or 0.0 for parameter in parameters]


def in_one_row(function, executor, parameters, inputs):
    """The output and the gradients of a batch of one row."""
    compiled = mg.compile(function, executor=executor, check=False)
    output = compiled.batch(*([x.data] for x in inputs), reduce="sum")
    return output.data, sent_back(output, parameters)


@pytest.mark.parametrize("executor", EXECUTORS)
@a_few
@given(circuit=circuits())
def test_a_row_of_a_batch_has_the_bits_of_the_eager_circuit(executor, circuit):
    function, parameters, inputs = circuit
    eager = function(*inputs)
    expected = sent_back(eager, parameters)
    output, gradients = in_one_row(function, executor, parameters, inputs)
    assert bits(output) == bits(eager.data + 0.0)  # a sum over rows starts from 0.0
    assert list(map(bits, gradients)) == list(map(bits, expected))


@pytest.mark.parametrize("executor", EXECUTORS)
@a_few
@given(circuit=tame_circuits())
def test_circuits_of_all_smooth_gates_agree(executor, circuit):
    function, parameters, inputs = circuit
    eager = function(*inputs)
    expected = sent_back(eager, parameters)
    alone = mg.compile(function, executor=executor, check=False)(*inputs)
    output, gradients = in_one_row(function, executor, parameters, inputs)
    assert alone.data == pytest.approx(eager.data, rel=1e-12)
    assert output == pytest.approx(eager.data, rel=1e-12)
    assert gradients == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("count", [1, 7, 8, 9, 1000])
def test_batches_of_any_size_sum_over_their_own_rows_alone(executor, count):
    """Lanes are filled up with copies of the last row, which must not count."""
    w = Value(0.5)
    total = mg.compile(lambda x: (w * x).tanh(), executor=executor)
    X = [math.sin(i) for i in range(count)]
    output = total.batch(X, reduce="sum")
    output.backward()
    assert output.data == pytest.approx(math.fsum(math.tanh(0.5 * x) for x in X), rel=1e-13)
    slope = math.fsum((1.0 - math.tanh(0.5 * x) ** 2) * x for x in X)
    assert w.grad == pytest.approx(slope, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("reduce", ["sum", "mean"])
def test_an_infinite_slope_meets_each_row_by_itself(executor, reduce):
    """√w is computed once for all rows, and at w = 0 its slope is infinite; 0 · inf is nan."""
    w, v = Value(0.0), Value(2.0)
    loss = mg.compile(lambda x: mg.sqrt(w) * x + v * x, executor=executor)
    same_sign = [1.0 + i for i in range(200)]
    for X, slope in [
        (same_sign, math.inf),
        ([-x for x in same_sign], -math.inf),
        ([0.0, *same_sign], math.nan),
        ([*same_sign, -5000.0], math.nan),
    ]:
        total = loss.batch(X, reduce=reduce)
        gradient_of_w, gradient_of_v = sent_back(total, [w, v])
        assert bits(gradient_of_w) == bits(slope)
        divisor = len(X) if reduce == "mean" else 1
        assert gradient_of_v == pytest.approx(sum(X) / divisor, rel=1e-14)
        assert total.data == pytest.approx(2.0 * sum(X) / divisor, rel=1e-14)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_slope_of_zero_meets_each_row_by_itself(executor):
    """The sum over the rows is too large for a float, and 0 · inf would be nan."""
    w = Value(-1.0)
    loss = mg.compile(lambda x: w.relu() * x, executor=executor)
    assert sent_back(loss.batch([1e308] * 5), [w]) == [0.0]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_gate_of_ones_own_runs_on_every_executor(executor):
    @mg.gate(
        symbol="ln cosh",
        local_gradient=lambda x, out: (mg.where(x < 20.0, mg.tanh(x), 1.0),),
    )
    def log_cosh(x):
        """log(cosh x), which is |x| − log 2 for large x."""
        size = mg.abs(x)
        return size + mg.log1p(mg.exp(-2.0 * size)) - math.log(2.0)

    w = Value(1.0)
    total = mg.compile(lambda x: log_cosh(w * x), executor=executor)
    X = [0.25 * i for i in range(-20, 90)]
    output = total.batch(X, reduce="sum")
    output.backward()
    eager = mg.sum([log_cosh(x) for x in X])
    assert output.data == pytest.approx(eager, rel=1e-14)
    assert w.grad == pytest.approx(math.fsum(x * math.tanh(x) for x in X), rel=1e-13)
    assert total(0.7).data == pytest.approx(math.log(math.cosh(0.7)), rel=1e-14)
    assert ("python" in total.stats()["executor"]) == (executor == "python")


@pytest.mark.parametrize("executor", ["auto", "python"])
def test_without_machine_code_the_first_function_says_once_what_to_install(executor):
    program = f"""
import sys
sys.modules["llvmlite"] = None
import minigrad as mg
double, triple = (mg.compile(lambda x: x * k, executor={executor!r}) for k in (2, 3))
double(1.0), double(2.0), triple(3.0)
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stderr.count("install llvmlite and NumPy") == (executor == "auto")


def test_without_numpy_calls_go_on_and_what_makes_arrays_says_what_to_install():
    program = """
import sys, warnings
sys.modules["numpy"] = sys.modules["llvmlite"] = None
warnings.simplefilter("ignore")
import minigrad as mg
energy = mg.compile(lambda v: v[0] * v[1] + v[0] ** 3, executor="auto")
for _ in range(2):
    print(energy.value_and_grad([1.0, 2.0]), energy.hvp([1.0, 2.0], [1.0, 0.0]))
calls = [lambda: energy.hessian([1.0, 2.0]), lambda: energy.jacobian([1.0, 2.0])]
calls += [lambda language=language: mg.export(energy, language) for language in ("jax", "torch")]
for call in calls:
    try:
        call()
    except ImportError as error:
        print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    *numbers, hessian, jacobian, jax, torch = ran.stdout.splitlines()
    assert numbers == ["(3.0, [5.0, 1.0]) [6.0, 1.0]"] * 2
    for said in (hessian, jacobian, jax, torch):
        assert said.endswith(" needs NumPy: pip install numpy")
