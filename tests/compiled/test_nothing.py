"""Nothing is not zero: what is not chosen receives nothing, so it cannot hurt, in any executor."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value

needs_native = pytest.mark.skipif(not mg.native.has_native(), reason="needs llvmlite")
Circuit = Callable[..., Any]

# a branch that is not taken, in one form or another; the point; the gradients there
CASES: dict[str, tuple[Circuit, tuple[float, ...], tuple[float, ...]]] = {
    "√ below 0": (lambda x: mg.where(x > 0, mg.sqrt(x), 0.0 * x), (-1.0,), (0.0,)),
    "sin x / x at 0": (
        lambda x: mg.where(mg.is_equal(x, 0.0), 1.0 + 0.0 * x, mg.sin(x) / x),
        (0.0,),
        (0.0,),
    ),
    "x log x at 0": (lambda x: mg.where(x > 0, x * mg.log(x), 0.0 * x), (0.0,), (0.0,)),
    "elu at 800": (lambda x: mg.where(x > 0, x, mg.exp(x) - 1), (800.0,), (1.0,)),
    "select": (lambda x: mg.select([mg.sqrt(x), x], 1), (0.0,), (1.0,)),
    "comparison": (lambda x: x + mg.less(mg.sqrt(x), 1.0), (0.0,), (1.0,)),
    "embedding": (lambda x, y: mg.exp(mg.select([x, y], 0)), (710.0, 0.0), (math.inf, 0.0)),
    "relu": (lambda x: mg.exp(710.0 + mg.relu(x)), (-1.0,), (0.0,)),
    "leaky relu": (lambda x, y: mg.leaky_relu(x, mg.sqrt(y)), (1.0, 0.0), (1.0, 0.0)),
    "leaky relu with slope 0": (
        lambda x, y: mg.leaky_relu(mg.sqrt(x) - 1.0, y),
        (0.0, 0.0),
        (0.0, -1.0),
    ),
    "max": (lambda x, y: mg.maximum(mg.sqrt(x), y, -1.0), (0.0, 2.0), (0.0, 1.0)),
    "min": (lambda x, y: mg.minimum(mg.log(x), y), (1e-320, -800.0), (0.0, 1.0)),
    "behind a dead gate": (lambda x: mg.relu(mg.sqrt(x) - 1.0) + x, (0.0,), (1.0,)),
    "0 times an infinity stays nan": (lambda x, y: x * mg.sqrt(y), (0.0, 0.0), (0.0, math.nan)),
}


def same(found: list[float], expected: tuple[float, ...]) -> bool:
    return str([x + 0.0 for x in found]) == str(list(expected))


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Any:
    return CASES[request.param]


def test_in_the_backward_pass(case: Any) -> None:
    function, point, expected = case
    wires = [Value(x) for x in point]
    function(*wires).backward()
    assert same([wire.grad for wire in wires], expected)


@pytest.mark.parametrize("create_graph", [False, True])
def test_in_grad(case: Any, create_graph: bool) -> None:
    function, point, expected = case
    wires = [Value(x) for x in point]
    found = mg.grad(function(*wires), wires, create_graph=create_graph)
    assert same([gradient.data for gradient in found], expected)


def test_in_the_stepper(case: Any) -> None:
    function, point, expected = case
    wires = [Value(x) for x in point]
    stepper = mg.Stepper(function(*wires))
    stepper.commit()
    assert same([wire.grad for wire in wires], expected)
    while stepper.back():
        pass
    assert stepper.position == 0


def test_in_exported_code(case: Any) -> None:
    function, point, expected = case
    wires = [Value(x, label=f"x{i}") for i, x in enumerate(point)]
    output = function(*wires)
    if output.is_leaf:
        return
    names: dict[str, Any] = {}
    exec(mg.export(output, "python", name="f"), names)
    numbers = {wire.label: wire.data for wire in wires}
    arguments = inspect.signature(names["f"]).parameters
    _, gradients = names["f_gradients"](*[numbers[name] for name in arguments])
    found = dict(zip(arguments, gradients))
    assert same([found.get(wire.label, 0.0) for wire in wires], expected)


@pytest.mark.parametrize("executor", ["python", pytest.param("tape", marks=needs_native)])
def test_in_a_compiled_function(case: Any, executor: str) -> None:
    function, point, expected = case
    compiled = mg.compile(function, executor=executor, check=False)
    for _ in range(2):  # the second call goes the careful way at once
        wires = [Value(x) for x in point]
        compiled(*wires).backward()
        assert same([wire.grad for wire in wires], expected)


@pytest.mark.parametrize(
    "executor",
    ["python", *(pytest.param(name, marks=needs_native) for name in ("tape", "lanes"))],
)
def test_in_a_batch(case: Any, executor: str) -> None:
    """Towards parameters: the same for every row, and other rows that are taken."""
    function, point, expected = case
    weights = [Value(x) for x in point]

    def loss(row: Any) -> Any:
        return function(*weights) * row + row

    compiled = mg.compile(loss, executor=executor, check=False)
    compiled.batch([1.0, 1.0, 1.0]).backward()
    assert same([w.grad for w in weights], expected)
    for weight in weights:
        weight.grad = None
    each = mg.compile(lambda *xs: function(*xs[:-1]) + 0.0 * xs[-1], executor="python", check=False)
    rows = [Value(x) for x in (*point, 1.0)]
    each(*rows).backward()
    assert same([x.grad for x in rows[:-1]], expected)


def test_in_the_derivative_of_a_compiled_function(case: Any) -> None:
    """The circuit of the derivative is recorded with other numbers than it is replayed with."""
    function, point, expected = case

    def slopes(*xs: Any) -> Any:
        return [1.0 * d + 0.0 * xs[0] * 0.0 for d in mg.grad(function(*xs), xs, create_graph=True)]

    compiled = mg.compile(slopes, executor="python", check=False)
    compiled(*[Value(1.5) for _ in point])
    assert same([d.data for d in compiled(*[Value(x) for x in point])], expected)


def test_training_goes_on_past_a_branch_that_is_not_taken() -> None:
    w = Value(0.5)

    @mg.compile(check=False)
    def loss(x: Any) -> Any:
        z = w * x
        return (mg.where(z > 0, mg.sqrt(z), z) - 1.0) ** 2

    history = mg.fit(
        lambda x, _: loss(x),
        data=([-1.0, 0.0, 1.0], [0.0] * 3),
        optimizer=mg.optim.SGD([w], lr=0.01),
        epochs=3,
        progress=False,
    )
    assert not history.stopped
    assert math.isfinite(w.data)
    compiled = mg.compile(lambda x, y: loss(x) + 0.0 * y, check=False)
    history = mg.fit(
        compiled,
        data=([-1.0, 0.0, 1.0], [0.0] * 3),
        optimizer=mg.optim.SGD([w], lr=0.01),
        epochs=30,
        batch_size=2,
        progress=False,
    )
    assert not history.stopped
    assert math.isfinite(w.data)
    with mg.training_steps(loss, mg.optim.SGD([w], lr=0.01)) as step:
        assert all(math.isfinite(step(x)) for x in (-1.0, 0.0, 1.0, -2.0, 0.0, 3.0))
    assert math.isfinite(w.data)


def test_an_own_gate_routes_where_its_rule_says_0() -> None:
    @mg.gate(
        symbol="clip?",
        local_gradient=lambda x, out: (mg.where(x < 1.0, 1.0, 0.0),),
        kinks=lambda x, out: (x - 1.0,),
    )
    def clipped_for_a_test(x: Any) -> Any:
        return mg.where(x < 1.0, x, 1.0)

    assert mg.GATES["clipped_for_a_test"].routes
    x = Value(2.0)
    clipped_for_a_test(x).backward(math.inf)
    assert x.grad == 0.0


def test_an_own_backward_is_not_called_where_nothing_has_arrived() -> None:
    x = Value(2.0)
    y = Value(4.0, (x,), "square")
    calls = []
    y._backward = lambda: calls.append(y.grad)
    (mg.select([y, x], 1) * 3.0).backward()
    assert calls == []
    assert x.grad == 3.0
    assert list(mg.Stepper(mg.select([y, x], 1) * 3.0))
    assert calls == []


def test_paths_and_the_search_for_a_nan_know_it() -> None:
    x = Value(0.0)
    y = mg.select([mg.sqrt(x), x], 1)
    assert mg.paths(y, x).total == 1.0
    assert mg.first_nonfinite(mg.relu(x - 1.0) * 2.0) is None


def test_a_zero_gradient_behind_a_gate_that_routes_is_never_minus_zero() -> None:
    x = Value(1.0)
    (mg.relu(x) * -0.0).backward()
    assert math.copysign(1.0, x.grad) == 1.0


# Second and third derivatives inside a compiled function, at an edge: a slope that is not chosen is
# infinite, or bends without limit. Recorded elsewhere, so that what is chosen is not known.
BENT: dict[str, tuple[Circuit, tuple[float, float]]] = {
    "leaky relu's slope": (
        lambda x, w: mg.leaky_relu(w, mg.sin(mg.sqrt(x))) * w + 0.5 * x * x,
        (0.0, 2.0),
    ),
    "leaky relu's slope is taken": (lambda x, w: mg.leaky_relu(w, x) * w, (0.0, -2.0)),
    "of a slope that is 0 nothing goes on": (
        lambda x, w: mg.leaky_relu(mg.relu(w) - 1.0, mg.sqrt(x)) * 1.0,
        (0.0, -1.0),
    ),
    "where": (lambda x, w: mg.where(x > 0, mg.sqrt(x) * w, w * w * x), (0.0, 2.0)),
    "max": (lambda x, w: mg.maximum(mg.sqrt(x), w * x, w) ** 2, (0.0, 2.0)),
    "min": (lambda x, w: mg.minimum(mg.log(x), w * x - 800.0), (1e-320, 2.0)),
    "a tie": (lambda x, w: mg.maximum(x * w, w * x, x + w), (2.0, 2.0)),
    "select": (lambda x, w: mg.select([mg.sqrt(x), x * x * w], x < 0.5), (0.0, 3.0)),
    "clip": (lambda x, w: mg.clip(mg.sqrt(x), 1.0, w) * w + x**3, (0.0, 2.0)),
    "abs": (lambda x, w: abs(mg.relu(mg.sqrt(x) - 1.0)) * w + x * w, (0.0, 2.0)),
    "floor": (lambda x, w: mg.floor(mg.sqrt(x)) * w + x * w * w, (0.0, 2.0)),
    "sign": (lambda x, w: mg.sign(mg.log(x)) * w * w + x**4, (0.0, 2.0)),
}


def derivatives_of(function: Circuit) -> dict[str, Circuit]:
    def twice(x: Any, w: Any) -> list[Any]:
        slopes = mg.grad(function(x, w), [x, w], create_graph=True)
        return [d for slope in slopes for d in mg.grad(slope, [x, w], create_graph=True)]

    def hessian(x: Any, w: Any) -> list[Any]:
        rows = mg.hessian(function(x, w), [x, w], create_graph=True)
        return [entry for row in rows for entry in row]

    def along(x: Any, w: Any) -> list[Any]:
        return mg.hvp(function(x, w), [x, w], [1.0, -2.0], create_graph=True)

    def thrice(x: Any, w: Any) -> list[Any]:
        first, mixed, _, second = hessian(x, w)
        return mg.grad(first + 2.0 * mixed + 3.0 * second, [x, w], create_graph=True)

    return {"twice": twice, "hessian": hessian, "along": along, "thrice": thrice}


@pytest.mark.parametrize("executor", ["python", pytest.param("tape", marks=needs_native)])
@pytest.mark.parametrize("order", ["twice", "hessian", "along", "thrice"])
@pytest.mark.parametrize("bent", BENT)
def test_in_second_and_third_derivatives_inside_a_compiled_function(
    bent: str, order: str, executor: str
) -> None:
    function, point = BENT[bent]
    derivative = derivatives_of(function)[order]
    expected = tuple(d.data + 0.0 for d in derivative(*map(Value, point)))
    assert not any(map(math.isnan, expected))
    compiled = mg.compile(derivative, executor=executor, check=order == "hessian")
    compiled(0.7, -1.3)
    assert same([d.data for d in compiled(*point)], expected)
    if order == "hessian":
        assert same([d for row in mg.compile(function).hessian(*point) for d in row], expected)


@pytest.mark.parametrize("executor", [pytest.param("lanes", marks=needs_native), "python"])
@pytest.mark.parametrize("bent", BENT)
def test_in_second_derivatives_of_the_rows_of_a_batch(bent: str, executor: str) -> None:
    function, point = BENT[bent]
    twice = derivatives_of(function)["twice"]
    compiled = mg.compile(lambda x, w: mg.sum(twice(x, w)), executor=executor, check=False)
    rows = [(0.7, -1.3), point, (2.5, 0.5), point]
    of_rows = [mg.sum(twice(*map(Value, row))).data for row in rows]
    assert compiled.batch(*zip(*rows)).data == pytest.approx(sum(of_rows) / 4, rel=1e-12)
