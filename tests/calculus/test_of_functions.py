"""Derivatives of plain functions, in the structure of their arguments."""

from __future__ import annotations

import math
import pickle
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value

np = pytest.importorskip("numpy")


def rosenbrock(p: Any) -> Any:
    return mg.sum([100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(p)])


def test_the_gradient_has_the_structure_of_the_arguments() -> None:
    Point = namedtuple("Point", "x y")

    @dataclass
    class Layer:
        w: Any
        b: float
        name: str = "first"

    assert mg.grad(lambda x: x**3)(2.0) == 12.0
    assert mg.grad(lambda p: p[0] * p[1])([3.0, 4.0]) == [4.0, 3.0]
    assert mg.grad(lambda p: p[0] * p[1][0])((3.0, [4.0])) == (4.0, [3.0])
    assert mg.grad(lambda p: p.x * p.y)(Point(3.0, 4.0)) == Point(4.0, 3.0)
    assert mg.grad(lambda d: d["a"] * d["b"]["c"])({"a": 3.0, "b": {"c": 4.0}}) == {
        "a": 4.0,
        "b": {"c": 3.0},
    }
    slope = mg.grad(lambda layer, x: mg.dot(list(layer.w), x) + layer.b)(
        Layer(np.array([1.0, 2.0]), 0.5), [3.0, 4.0]
    )
    assert slope[0].w.tolist() == [3.0, 4.0]
    assert (slope[0].b, slope[0].name, slope[1]) == (1.0, "first", [1.0, 2.0])
    assert mg.grad(lambda x: x * x)(np.array(3.0)) == 6.0


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 3), (2, 1, 2)])
def test_arrays_keep_their_shape(shape: tuple[int, ...]) -> None:
    x = np.arange(1.0, 1.0 + math.prod(shape)).reshape(shape)
    value, slope = mg.value_and_grad(lambda x: mg.sum((x**2).ravel()))(x)
    assert isinstance(value, float)
    assert slope.dtype == float
    assert np.array_equal(slope, 2 * x)
    curvature = mg.hessian(lambda x: mg.sum((x**2).ravel()))(x)
    assert curvature.shape == shape + shape
    assert np.array_equal(curvature.reshape(x.size, x.size), 2 * np.eye(x.size))
    slopes = mg.jacobian(lambda x: x**2)(x)
    assert np.array_equal(slopes.reshape(x.size, x.size), np.diag(2 * x.ravel()))
    assert np.array_equal(mg.jvp(lambda x: x**2)(x, np.ones(shape)), 2 * x)
    assert np.array_equal(mg.vjp(lambda x: x**2)(x, np.ones(shape)), 2 * x)
    assert np.array_equal(mg.hvp(lambda x: mg.sum((x**2).ravel()))(x, x), 2 * x)


def test_several_arguments_give_a_tuple_and_argnums_chooses() -> None:
    f = lambda x, y: x * x * y
    assert mg.grad(f)(3.0, 4.0) == (24.0, 9.0)
    assert mg.grad(f, argnums=0)(3.0, 4.0) == 24.0
    assert mg.grad(f, argnums=-1)(3.0, 4.0) == 9.0
    assert mg.grad(f, argnums=(1, 0))(3.0, 4.0) == (9.0, 24.0)
    assert mg.grad(f)(3.0, y=4.0) == 24.0  # what is given by name is data
    assert mg.value_and_grad(f, argnums=1)(3.0, 4.0) == (36.0, 9.0)
    assert mg.hessian(f)(3.0, 4.0) == ((8.0, 6.0), (6.0, 0.0))
    assert mg.hvp(f)(3.0, 4.0, (1.0, 10.0)) == (68.0, 6.0)
    assert mg.jvp(f, argnums=1)(3.0, 4.0, 2.0) == 18.0
    assert mg.vjp(f)(3.0, 4.0, 2.0) == (48.0, 18.0)
    assert mg.grad(lambda x, n: mg.sum([x] * n), argnums=0)(3.0, 4) == 4.0
    assert mg.grad(lambda x, kind: getattr(x, kind)())(0.5, "exp") == math.exp(0.5)


def test_numbers_of_numpy_are_numbers_wherever_they_stand() -> None:
    assert mg.grad(lambda x, y: x * x * y, argnums=np.int64(0))(np.float32(3.0), np.int8(4)) == 24.0
    assert mg.grad(lambda x: np.float32(2.0))(1.0) == mg.grad(lambda x: np.int64(2))(1.0) == 0.0
    assert mg.jacobian(lambda x: np.array([x, np.float32(2.0)]))(1.0).tolist() == [1.0, 0.0]
    still = np.broadcast_to(np.float32(3.0), (2, 2))  # read-only, all in one place
    assert mg.grad(lambda x: mg.sum((x * x).ravel()))(still).tolist() == [[6.0, 6.0]] * 2
    turned = np.arange(6.0).reshape(2, 3).T
    assert mg.grad(lambda x: mg.sum((x * x).ravel()))(turned).tolist() == (2 * turned).tolist()


def test_a_jacobian_has_the_result_outside_and_the_arguments_inside() -> None:
    assert mg.jacobian(lambda x: [x, x * x, 3.0])(2.0) == [1.0, 4.0, 0.0]
    assert mg.jacobian(lambda p: {"s": p[0] + p[1], "d": [p[0] - p[1]]})((2.0, 3.0)) == {
        "s": (1.0, 1.0),
        "d": [(1.0, -1.0)],
    }
    matrix = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert np.array_equal(mg.jacobian(lambda x: matrix @ x)(np.ones(3)), matrix)
    parts = mg.jacobian(lambda x, b: matrix @ x + b)(np.ones(3), 1.0)
    assert np.array_equal(parts[0], matrix)
    assert parts[1].tolist() == [1.0, 1.0]
    rows = mg.jacobian(lambda x: [x[0] * x[1], x[0]])(np.array([3.0, 4.0]))
    assert [row.tolist() for row in rows] == [[4.0, 3.0], [1.0, 0.0]]


def test_derivatives_of_derivatives() -> None:
    assert mg.grad(mg.grad(mg.grad(lambda x: x**4)))(2.0) == 48.0
    f = lambda x: mg.sin(x[0] * x[1]) * x[1]
    hessian, twice = mg.hessian(f)([0.3, 1.7]), mg.jacobian(mg.grad(f))([0.3, 1.7])
    for row, same in zip(hessian, twice):
        assert row == pytest.approx(same, rel=1e-14)
    assert np.allclose(
        mg.jacobian(mg.grad(rosenbrock))(np.array([0.5, 2.0, 1.0])),
        mg.hessian(rosenbrock)(np.array([0.5, 2.0, 1.0])),
        rtol=1e-14,
    )
    third = mg.grad(lambda x: mg.hvp(f)([x, 1.7], [0.0, 1.0])[0])(0.3)
    assert third == pytest.approx(mg.jacobian(mg.hessian(f))([0.3, 1.7])[0][1][0], rel=1e-13)


def test_an_inner_derivative_is_not_confused_with_an_outer_one() -> None:
    """The derivative of x · d(x + y)/dy is 1, not 2."""
    assert mg.grad(lambda x: x * mg.grad(lambda y: x + y)(x))(3.0) == 1.0
    assert mg.jvp(lambda x: x * mg.jvp(lambda y: x * y)(x, 1.0))(3.0, 1.0) == 6.0


def test_a_value_among_the_arguments_gives_circuits() -> None:
    x = Value(2.0, label="x")
    slope = mg.grad(lambda x: x**3)(x)
    assert isinstance(slope, Value)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)
    with mg.no_grad():
        assert mg.grad(lambda x: x**3)(2.0) == 12.0
        assert mg.grad(lambda x: x**3)(Value(2.0)).data == 12.0
    w = Value(3.0)  # what the function closes over is left alone
    assert mg.grad(lambda x: w * x * x)(2.0) == 12.0
    assert not w.has_grad


@dataclass
class Held:
    value: Any


@pytest.mark.parametrize(
    "hold",
    [
        lambda w: w,
        lambda w: [1.0, (w,)],
        lambda w: {"w": [w]},
        Held,
        lambda w: np.array([[1.0], [w]], dtype=object),
    ],
)
def test_a_value_in_what_is_not_differentiated_by_gives_a_circuit_too(hold: Any) -> None:
    """By place and by name: as a number the derivative would have no slope by it."""
    w = Value(2.0)

    def f(x: Any, held: Any) -> Any:
        return w * x * x

    for gradient in (mg.grad(f, argnums=0)(3.0, hold(w)), mg.grad(f)(3.0, held=hold(w))):
        gradient.backward()
    assert w.grad == 12.0


def test_data_that_is_not_differentiated_by_is_not_taken_apart() -> None:
    class Table:
        def to_numpy(self) -> Any:
            raise RuntimeError("it is on another machine")

    nested: list[Any] = [1.0]
    nested.append(nested)
    f = lambda x, data: x * x
    assert mg.grad(f, argnums=0)(3.0, Table()) == mg.grad(f)(3.0, data=Table()) == 6.0
    assert mg.grad(f, argnums=0)(3.0, nested) == mg.grad(f)(3.0, data=nested) == 6.0


def test_inside_a_compiled_function_the_derivative_is_replayed() -> None:
    step = mg.compile(
        lambda x: x - mg.grad(lambda y: y**3 + y)(x) / mg.grad(mg.grad(lambda y: y**3 + y))(x)
    )
    for at in (1.0, 2.0, -0.5):
        assert step(at).data == pytest.approx(at - (3 * at * at + 1) / (6 * at), rel=1e-14)


def test_a_compiled_function_has_the_same_derivatives() -> None:
    f = lambda x: mg.sin(x[0] * x[1]) * x[1]
    compiled, at = mg.compile(f), [0.3, 1.7]
    assert mg.value_and_grad(compiled)(at) == compiled.value_and_grad(at)
    for kind in (mg.grad, mg.jacobian, mg.hessian):
        assert np.allclose(kind(compiled)(at), kind(f)(at), rtol=1e-13)
    for kind, vector in ((mg.jvp, [1.0, 2.0]), (mg.hvp, [1.0, 2.0]), (mg.vjp, 3.0)):
        assert np.allclose(kind(compiled)(at, vector), kind(f)(at, vector), rtol=1e-13)
    assert mg.grad(mg.grad(mg.compile(lambda x: x**3)))(2.0) == 12.0


def test_whole_numbers_are_floats_and_nan_stays() -> None:
    assert mg.grad(lambda x: x**2)(3) == 6.0
    slope = mg.grad(lambda x: mg.sum(list(x**2)))(np.array([1, 2]))
    assert slope.dtype == float
    assert slope.tolist() == [2.0, 4.0]
    assert math.isnan(mg.grad(lambda x: x**2)(math.nan))
    assert math.isnan(mg.hessian(lambda x: x**3)(math.nan))


def test_what_does_not_depend_on_an_argument_has_zeros() -> None:
    assert mg.grad(lambda x, y: y * y)(3.0, 4.0) == (0.0, 8.0)
    assert mg.grad(lambda x: 5.0)(3.0) == 0.0
    assert mg.value_and_grad(lambda x: mg.constant(5.0))([1.0, 2.0]) == (5.0, [0.0, 0.0])
    assert mg.hessian(lambda x: 5.0)([1.0, 2.0]) == [[0.0, 0.0], [0.0, 0.0]]
    assert mg.jacobian(lambda x: [x[0], 2.0])([1.0, 2.0]) == [[1.0, 0.0], [0.0, 0.0]]
    assert mg.jvp(lambda x: [x[0], 2.0])([1.0, 2.0], [3.0, 4.0]) == [3.0, 0.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mg.grad(rosenbrock)("x"), TypeError, "given no number by place"),
        (lambda: mg.grad(rosenbrock)([]), TypeError, "given no number by place"),
        (lambda: mg.grad(rosenbrock)(), TypeError, "given no number by place"),
        (
            lambda: mg.grad(rosenbrock, argnums=1)([1.0, 2.0]),
            ValueError,
            "names argument 1",
        ),
        (lambda: mg.grad(lambda x, y: x, argnums=1)(1.0, "y"), TypeError, "holds no number"),
        (lambda: mg.grad(lambda x: x, argnums="x")(1.0), TypeError, "argnums is the place"),
        (lambda: mg.grad(lambda x: x, argnums=True)(1.0), TypeError, "argnums is the place"),
        (lambda: mg.grad(lambda x: x, argnums=())(1.0), TypeError, "argnums is the place"),
        (lambda: mg.grad(max, argnums=(0, -2))(1.0, 2.0), ValueError, "an argument twice"),
        (lambda: mg.jvp(mg.sum)([1.0] * 20, [1.0] * 19), ValueError, "… 19 in all.*… 20 in all"),
        (
            lambda: mg.jvp(mg.sum)([1.0], dict.fromkeys(range(30), 1.0)),
            ValueError,
            "7: number, … 30",
        ),
        (lambda: mg.grad(lambda x: None)(1.0), TypeError, "is a return missing"),
        (lambda: mg.grad(lambda x: "x")(1.0), TypeError, "must return a Value"),
        (lambda: mg.grad(lambda x: [x, x])(1.0), TypeError, r"mg.jacobian\(f\) has the deriv"),
        (lambda: mg.hessian(lambda x: [x, x])(1.0), TypeError, "returns one Value"),
        (lambda: mg.jacobian(lambda x: [])(1.0), TypeError, "must return a Value"),
        (lambda: mg.grad(lambda x: x)(1j), TypeError, "complex"),
        (lambda: mg.grad(lambda x: x)(object()), TypeError, "object"),
        (lambda: mg.grad(lambda x: x)({1.0}), TypeError, "compiled or differentiated"),
        (lambda: mg.jvp(lambda x: x)(1.0), TypeError, r"write mg.jvp\(f\)\(x, v\)"),
        (lambda: mg.jvp(rosenbrock)([1.0, 2.0], [1.0]), ValueError, "vector of mg.jvp"),
        (lambda: mg.hvp(rosenbrock)([1.0, 2.0], 1.0), ValueError, "vector of mg.hvp"),
        (lambda: mg.jvp(rosenbrock)([1.0, 2.0], "ab"), ValueError, "vector of mg.jvp"),
        (lambda: mg.vjp(lambda x: [x, x])(1.0, [1.0] * 3), ValueError, "the result is"),
        (lambda: mg.hvp(rosenbrock)(np.ones((2,)), np.ones((2, 1))), ValueError, "shape"),
        (lambda: mg.grad(rosenbrock, [1.0, 2.0]), TypeError, r"write mg.grad\(f\)\(x\)"),
        (lambda: mg.grad(rosenbrock, 0), TypeError, "argnums=0"),
        (lambda: mg.grad(3.0), TypeError, "by what"),
        (lambda: mg.grad(Value(3.0)), TypeError, "Values to differentiate by, got None"),
        (lambda: mg.value_and_grad(Value(3.0)), TypeError, "value_and_grad needs a function"),
        (lambda: mg.grad(x := Value(1.0), [x], argnums=0), TypeError, "argnums is for functions"),
    ],
)
def test_what_is_no_number_or_does_not_fit_is_refused(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_vector_may_be_a_list_where_the_argument_is_an_array() -> None:
    x = np.array([0.5, 2.0])
    by_array = mg.hvp(rosenbrock)(x, np.array([1.0, -1.0]))
    assert mg.hvp(rosenbrock)(x, [1.0, -1.0]).tolist() == by_array.tolist()
    assert mg.hvp(rosenbrock)([0.5, 2.0], (1.0, -1.0)) == by_array.tolist()


def test_the_keys_of_a_vector_may_stand_in_another_order() -> None:
    @dataclass
    class Pair:
        a: Any
        b: Any

    def f(points: Any) -> Any:
        p, q = points
        return p["a"] ** 2 * p["b"][0] * q.b * q.a

    def g(x: Any) -> Any:
        return {"u": x * 1.0, "v": [{"s": x * x, "t": x}]}

    at = [{"a": 2.0, "b": (3.0, 5.0)}, Pair(7.0, 11.0)]
    in_order = [{"a": 1.0, "b": [20.0, 0.0]}, {"a": 300.0, "b": 4000.0}]
    in_another = [{"b": (20.0, 0.0), "a": 1.0}, {"b": 4000.0, "a": 300.0}]
    for made in (f, mg.compile(f)):
        for kind in (mg.jvp, mg.hvp):
            assert kind(made)(at, in_another) == kind(made)(at, in_order)
    slope = 2 * 2 * 3 * 77 * 1 + 4 * 77 * 20 + 4 * 3 * 11 * 300 + 4 * 3 * 7 * 4000
    assert mg.jvp(f)(at, in_another) == slope
    for made in (g, mg.compile(g)):
        weights = {"v": [{"t": 100.0, "s": 10.0}], "u": 1.0}
        assert mg.vjp(made)(3.0, weights) == 1.0 + 60.0 + 100.0


def test_what_holds_no_number_may_be_left_out_of_a_vector() -> None:
    f = lambda p: p[0] * p[2]["x"] ** 2
    for made in (f, mg.compile(f)):
        assert mg.jvp(made)([2.0, "relu", {"k": None, "x": 3.0}], [1.0, {"x": 10.0}]) == 129.0


# --- derivatives inside derivatives ---


def product(x: Any, y: Any) -> Any:
    return x * x * y


INNER: dict[str, Callable[[Any], Any]] = {  # all are 4 y, or its slope by x twice, 2 y
    "grad": lambda y: mg.grad(lambda x: product(x, y))(2.0),
    "argnums": lambda y: mg.grad(product, argnums=0)(2.0, y),
    "by name": lambda y: mg.grad(product)(2.0, y=y),
    "value_and_grad": lambda y: mg.value_and_grad(lambda x: product(x, y))(2.0)[1],
    "value": lambda y: mg.value_and_grad(lambda x: product(x, y))(2.0)[0],
    "jvp": lambda y: mg.jvp(lambda x: product(x, y))(2.0, 1.0),
    "speed": lambda y: mg.jvp(lambda x: 4.0 * x)(2.0, y),
    "vjp": lambda y: mg.vjp(lambda x: [product(x, y)])(2.0, [1.0]),
    "jacobian": lambda y: mg.jacobian(lambda x: [product(x, y)])(2.0)[0],
    "hessian": lambda y: 2.0 * mg.hessian(lambda x: product(x, y))(2.0),
    "hvp": lambda y: mg.hvp(lambda x: product(x, y))(2.0, 2.0),
    "compiled": lambda y: mg.grad(mg.compile(lambda x: product(x, y)))(2.0),
    "compiled, argnums": lambda y: mg.grad(mg.compile(product), argnums=0)(2.0, y),
    "compiled, both": lambda y: mg.grad(mg.compile(product))(2.0, y)[0],
    "circuit": lambda y: mg.grad(product(x := Value(2.0), y), [x], create_graph=True)[0],
}


@pytest.mark.parametrize("inner", INNER.values(), ids=INNER)
def test_a_derivative_inside_a_function_has_a_slope_by_what_that_depends_on(inner: Any) -> None:
    assert mg.grad(inner)(3.0) == 4.0
    assert mg.jvp(inner)(3.0, 1.0) == 4.0
    assert mg.jacobian(lambda y: [inner(y * y)])(3.0) == [24.0]
    assert mg.hessian(lambda y: inner(y * y))(3.0) == 8.0
    assert mg.grad(lambda z: mg.grad(lambda y: z * inner(y))(3.0))(5.0) == 4.0
    assert mg.grad(lambda z: mg.grad(lambda y: y * inner(z))(3.0))(5.0) == 4.0


def test_what_two_functions_are_differentiated_by_is_not_confused() -> None:
    assert mg.grad(lambda x: x * mg.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert mg.grad(lambda x: x * mg.grad(lambda y: x * y)(2.0))(1.0) == 2.0
    assert mg.grad(mg.grad(product, argnums=0), argnums=1)(2.0, 3.0) == 4.0
    assert mg.grad(mg.grad(product, argnums=1), argnums=0)(2.0, 3.0) == 4.0


def test_a_derivative_that_depends_on_no_outer_wire_is_a_number_and_so_is_that_by_parameters() -> (
    None
):
    kinds = []

    def outer(y: Any) -> Any:
        kinds.append(type(mg.grad(lambda x: x * x)(2.0)))
        return y * mg.grad(lambda x: x * x)(2.0)

    w = Value(3.0)
    assert (mg.grad(outer)(1.0), kinds) == (4.0, [float])
    assert mg.grad(lambda x: product(x, w))(2.0) == 12.0
    assert isinstance(mg.grad(product, argnums=0)(2.0, w), Value)


def test_plain_numbers_and_constants_that_would_lose_an_outer_derivative_are_refused() -> None:
    compiled = mg.compile(product)
    lost: dict[str, Callable[[Any], Any]] = {
        r"mg\.grad\(product\)": lambda y: compiled.grad(2.0, y),
        r"mg\.jacobian\(product\)": lambda y: compiled.jacobian(2.0, y),
        r"mg\.hessian\(product\)": lambda y: compiled.hessian(2.0, y),
        r"mg\.jvp\(product\)": lambda y: compiled.jvp(2.0, y, (1.0, 0.0)),
        r"mg\.hvp\(product\)": lambda y: compiled.hvp(2.0, y, (1.0, 0.0)),
        r"buffers gives .* mg\.value_and_grad\(product\)": lambda y: compiled.buffers(2.0, y),
        r"mg\.grad\(<lambda>\)": lambda y: mg.compile(lambda x: x * y).grad(2.0),
        r"mg\.grad\(\.\.\., create_graph=True\)": lambda y: mg.grad(2.0 * y, [y]),
        r"mg\.jvp\(\.\.\., create_graph=True\)": lambda y: mg.jvp(2.0 * y, {y: 1.0}),
        r"mg\.hvp\(\.\.\., create_graph=True\)": lambda y: mg.hvp(2.0 * y, [y], [1.0]),
    }
    for remedy, function in lost.items():
        with pytest.raises(TypeError, match=f"would be lost. Write {remedy}|{remedy}"):
            mg.grad(function)(3.0)
    assert mg.grad(lambda y: y * compiled.grad(2.0, 5.0)[0])(3.0) == 20.0


def weighted(w: Any, x: Any) -> Any:
    return mg.sum(w) ** 2 + x * x


@pytest.mark.parametrize("compile", [False, True])
@pytest.mark.parametrize("empty", [np.zeros(0), np.zeros((0, 2)), []], ids=["0", "0 by 2", "list"])
def test_an_empty_argument_has_its_place_in_the_derivative(compile: bool, empty: Any) -> None:
    function: Any = mg.compile(weighted) if compile else weighted
    for _ in range(40 if compile else 1):  # machine code, and the shortest way to it, among them
        value, (by_w, by_x) = mg.value_and_grad(function)(empty, 3.0)
        assert (value, by_x, np.shape(by_w)) == (9.0, 6.0, np.shape(empty))
    assert mg.grad(function, argnums=(0, 1))(empty, 3.0)[1] == 6.0
    assert mg.jacobian(function)(empty, 3.0)[1] == 6.0
    assert mg.hessian(function)(empty, 3.0)[1][1] == 2.0
    assert mg.hvp(function)(empty, 3.0, (empty, 5.0))[1] == 10.0
    assert mg.jvp(function)(empty, 3.0, (empty, 5.0)) == 30.0
    assert mg.vjp(function)(empty, 3.0, 5.0)[1] == 30.0
    assert mg.grad(lambda mode, flag, x: x * x)("fast", None, 3.0) == 6.0
    if compile:
        run = function.buffers(empty, 3.0)
        assert len(run.arguments) == len(run.gradient) == 2
        run.arguments[1][...] = 4.0
        run()
        assert (run.value, run.gradient[1]) == (16.0, 8.0)


@pytest.mark.parametrize("compile", [False, True])
def test_whatever_the_keys_of_a_dict_are_it_has_a_derivative_if_it_holds_a_number(
    compile: bool,
) -> None:
    square = mg.compile(lambda given, x: x * x) if compile else lambda given, x: x * x
    for key in ("name", 1, "fixed", "array", ("number",)):
        assert mg.grad(square)({key: "relu"}, 3.0) == 6.0, key
        assert mg.grad(square)({key: []}, 3.0) == ({key: []}, 6.0), key
        assert mg.grad(square)({key: 2.0}, 3.0) == ({key: 0.0}, 6.0), key


def test_inside_an_implicit_function_and_a_check_a_derivative_has_a_slope_too() -> None:
    a = Value(4.0)
    root = mg.implicit(lambda u: mg.grad(lambda x: (x * u) ** 2)(1.0) - 2.0 * a, 1.0)  # 2 u² = 2 a
    assert root.data == pytest.approx(2.0)
    assert mg.grad(root, [a])[0].data == pytest.approx(0.25)
    twice = mg.implicit(lambda u: u - mg.grad(lambda x: x * x * a)(1.0), 1.0)
    assert (twice.data, mg.grad(twice, [a])[0].data) == (8.0, 2.0)
    assert mg.gradcheck(lambda y: y + mg.grad(lambda x: product(x, y))(2.0), [3.0])


def cube(x: Any) -> Any:
    return x**3


@pytest.mark.parametrize("kind", ["grad", "value_and_grad", "hessian", "jacobian"])
def test_a_derivative_is_pickled_as_its_function_is(kind: str) -> None:
    derivative = getattr(mg, kind)(cube)
    twin = pickle.loads(pickle.dumps(derivative))
    assert (twin.__name__, twin.__doc__) == (derivative.__name__, derivative.__doc__)
    assert twin(2.0) == derivative(2.0)
    assert repr(twin) == repr(derivative) == f"<mg.{kind}(cube)>"
    assert mg.grad(pickle.loads(pickle.dumps(mg.grad(cube))))(2.0) == 12.0


@dataclass
class Spring:
    stiffness: float

    @mg.value_and_grad
    def energy(self, x: Any) -> Any:
        return 0.5 * self.stiffness * x * x


def test_a_derivative_is_a_method_where_its_function_is_one() -> None:
    energy, (by_spring, by_x) = Spring(3.0).energy(2.0)
    assert (energy, by_spring, by_x) == (6.0, Spring(2.0), 6.0)
