"""Values and NumPy: a ufunc of one Value is its gate, an array has a Value for each item."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

# what NumPy calls a gate, and the gate
GATES_OF = {
    "exp": "exp",
    "log": "log",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "tan": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "sinh": "sinh",
    "cosh": "cosh",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "expm1": "expm1",
    "exp2": "exp2",
    "log2": "log2",
    "log10": "log10",
    "logaddexp": "logaddexp",
    "hypot": "hypot",
    "degrees": "degrees",
    "rad2deg": "degrees",
    "radians": "radians",
    "deg2rad": "radians",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "trunc": "trunc",
    "rint": "round",
    "remainder": "mod",
    "mod": "mod",
    "floor_divide": "floor_divide",
    "negative": "neg",
    "absolute": "abs",
    "fabs": "abs",
    "square": "mul",
    "reciprocal": "div",
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "power": "pow",
    "float_power": "pow",
    "maximum": "maximum",
    "minimum": "minimum",
}


@pytest.mark.parametrize("name", GATES_OF)
def test_a_ufunc_of_a_value_is_its_gate(name: str) -> None:
    ufunc = getattr(np, name)
    numbers = [1.75] if name == "arccosh" else [0.75, 1.5][: ufunc.nin]
    wires = [Value(number) for number in numbers]
    out = ufunc(*wires)
    assert out.gate is mg.GATES[GATES_OF[name]]
    assert out.data == pytest.approx(float(ufunc(*numbers)), rel=1e-15)
    out.backward()
    step = 1e-6
    for i, wire in enumerate(wires):
        up, down = ([*numbers], [*numbers])
        up[i], down[i] = up[i] + step, down[i] - step
        slope = (ufunc(*up) - ufunc(*down)) / (2 * step)
        assert wire.grad == pytest.approx(float(slope), rel=1e-6)


def test_every_ufunc_of_numpy_is_a_gate_or_says_what_to_write() -> None:
    ufuncs = [thing for thing in vars(np).values() if isinstance(thing, np.ufunc)]
    assert len(ufuncs) > 80
    for ufunc in ufuncs:
        wires = [Value(0.5), Value(0.75), Value(0.25)][: ufunc.nin]
        try:
            out = ufunc(*wires)
        except TypeError as error:
            out = str(error)
        says = isinstance(out, str) and any(hint in out for hint in ("write ", "mg.", "v.data"))
        assert says or isinstance(out, (Value, bool)), (ufunc, out)


ARRAY = [[1.0, 2.0], [3.0, -4.0]]


@pytest.mark.parametrize(
    "operation",
    [
        lambda a, v: a * v,
        lambda a, v: v * a,
        lambda a, v: a + v,
        lambda a, v: v - a,
        lambda a, v: a - v,
        lambda a, v: a / v,
        lambda a, v: v / a,
        lambda a, v: v**a,
        lambda a, v: np.add(a, v),
        lambda a, v: np.multiply(a.tolist(), v),
        lambda a, v: np.maximum(v, a),
    ],
)
def test_arithmetic_with_an_array_is_done_for_each_item(
    operation: Callable[[Any, Any], Any],
) -> None:
    v, array = Value(2.0), np.array(ARRAY)
    out = operation(array, v)
    expected = operation(array, 2.0)
    assert out.shape == (2, 2)
    assert [[item.data for item in row] for row in out] == expected.tolist()
    assert all(isinstance(item, Value) and v in item.inputs for item in out.flat)
    mg.sum(out.ravel()).backward()
    assert v.has_grad


def test_the_method_of_a_gate_takes_arrays_as_its_operator_does() -> None:
    out = Value(2.0).add(np.array([1.0, 2.0]))
    assert [item.data for item in out] == [3.0, 4.0]


def test_arrays_broadcast() -> None:
    weights = np.array([Value(1.0), Value(2.0)])
    out = np.array([[1.0], [3.0]]) * weights
    assert out.shape == (2, 2)
    (weights @ np.array([3.0, 4.0])).backward()
    assert [w.grad for w in weights] == [3.0, 4.0]


@pytest.mark.parametrize("number", [2, 2.0, True])
@pytest.mark.parametrize(
    "kind",
    [np.float64, np.float32, np.float16, np.longdouble, np.int64, np.int8, np.uint8, np.array],
)
def test_numpys_numbers_beside_a_value_are_numbers(kind: Any, number: Any) -> None:
    v, given = Value(3.0), kind(number)
    for out in (given * v, v * given):
        assert isinstance(out, Value)
        assert out.data == 3.0 * number
        assert len(Circuit(out).gates) == 1
    assert (given - v).data == number - 3.0
    assert (v**given).data == 3.0**number
    assert bool(given < v) is True
    assert bool(v < given) is False


def test_what_is_beside_values_in_an_array_of_objects_counts_too() -> None:
    v = Value(2.0)
    mixed = np.array([v, np.float64(3.0), 4], dtype=object)
    assert [item.data for item in mixed * v] == [4.0, 6.0, 8.0]
    assert [float(item.data) for item in v + mixed] == [4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("compute", "gradients"),
    [
        (lambda v, w: v * np.array(w), (3.0, 2.0)),
        (lambda v, w: np.array(w) * v, (3.0, 2.0)),
        (lambda v, w: np.where(True, v, w) * v, (4.0, 0.0)),
        (lambda v, w: v + np.where(True, w, v), (1.0, 1.0)),
        (lambda v, w: np.maximum(np.array(v), w), (0.0, 1.0)),
        (lambda v, w: np.polyval([1.0, 2.0, 3.0], v), (6.0, 0.0)),
        (lambda v, w: np.mean(v) * np.sum(w), (3.0, 2.0)),
        (lambda v, w: np.clip(v, 0.0, w), (1.0, 0.0)),
        (lambda v, w: np.prod(v), (1.0, 0.0)),
    ],
)
@pytest.mark.filterwarnings("error::minigrad.GradientLostWarning")
def test_a_value_in_an_array_without_a_dimension_keeps_its_gradient(
    compute: Callable[[Value, Value], Any], gradients: tuple[float, float]
) -> None:
    v, w = Value(2.0), Value(3.0)
    compute(v, w).backward()
    assert (v.grad, w.grad) == gradients
    assert mg.compile(compute).value_and_grad(2.0, 3.0)[1] == gradients


def test_numpys_clip_of_a_nan_is_nan() -> None:
    assert math.isnan(np.clip(Value(math.nan), 0.0, 1.0).data)


def test_an_array_without_a_dimension_is_told_its_item() -> None:
    with pytest.raises(TypeError, match=r"array without a dimension.*\.item\(\)"):
        mg.exp(np.array(Value(2.0)))
    with pytest.raises(TypeError, match=r"array without a dimension.*\.item\(\)"):
        Value(np.array(2.0))


@pytest.mark.parametrize("call", [lambda v: np.mean(v, axis=0), lambda v: v.clip(0, 1, axis=0)])
def test_a_gate_says_which_argument_it_does_not_take(call: Callable[[Value], Any]) -> None:
    with pytest.raises(TypeError, match=r"(mean|clip)\(\) got an .* 'axis': it takes"):
        call(Value(2.0))


def test_comparisons_with_an_array_are_made_for_each_item() -> None:
    v, array = Value(2.0), np.array([1.0, 2.0, 3.0])
    assert (array < v).tolist() == (v > array).tolist() == [True, False, False]
    assert (array >= v).tolist() == (v <= array).tolist() == [False, True, True]
    assert (array < v).dtype == bool
    assert (array == v).tolist() == [False] * 3  # identity, as everywhere


def test_functions_of_numpy_on_lists_of_values() -> None:
    v, w = Value(2.0), Value(4.0)
    assert np.sum([v, w]).data == 6.0
    assert np.mean([v, w]).data == 3.0
    assert np.prod([v, w]).data == 8.0
    assert np.var([v, w]).data == 1.0
    assert np.dot([1.0, 2.0], [v, w]).data == 10.0
    assert np.max([v, w]) is w
    assert np.where(v > 1, v, 0.0).item() is v
    spread = np.std([v, w])
    spread.backward()
    assert (v.grad, w.grad) == (-0.5, 0.5)
    assert np.vectorize(lambda x: x * x)([v, w])[1].data == 16.0
    assert np.frompyfunc(lambda x: x + 1, 1, 1)(v).data == 3.0


@pytest.mark.parametrize(
    "name", ["arcsin", "arccos", "arctan", "arcsinh", "arctanh", "deg2rad", "rint", "fabs", "exp"]
)
def test_functions_of_numpy_on_arrays_of_values(name: str) -> None:
    ufunc = getattr(np, name)
    numbers = np.array([0.25, -0.5])
    of_array = ufunc(np.array([Value(number) for number in numbers]))
    assert [wire.data for wire in of_array] == pytest.approx(ufunc(numbers).tolist(), rel=1e-15)
    slopes = [mg.grad(ufunc, argnums=0)(number) for number in numbers]
    np.testing.assert_allclose(mg.jacobian(ufunc)(numbers), np.diag(slopes))
    np.testing.assert_allclose(mg.compile(ufunc).jacobian(numbers), np.diag(slopes))


def test_an_angle_of_two_arrays_of_values() -> None:
    ys, xs = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    derivative = mg.jacobian(np.arctan2)(ys, xs)
    np.testing.assert_allclose(derivative[0], np.diag(xs / (xs**2 + ys**2)))
    np.testing.assert_allclose(derivative[1], np.diag(-ys / (xs**2 + ys**2)))


def test_an_array_of_floats_takes_no_values_in_place() -> None:
    array = np.array([1.0, 2.0])
    with pytest.raises(
        TypeError, match=r"cannot write Values into an array of float64.*a = a \* v"
    ):
        array *= Value(2.0)
    assert array.tolist() == [1.0, 2.0]
    objects = np.array([1.0, 2.0], dtype=object)
    objects *= Value(2.0)
    assert [item.data for item in objects] == [2.0, 4.0]


def test_masked_arrays_keep_their_mask() -> None:
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for out in (masked * Value(3.0), Value(3.0) * masked):
        assert out.mask.tolist() == [False, True]
        assert out[0].data == 3.0


def test_a_data_frame_keeps_its_index() -> None:
    pd = pytest.importorskip("pandas")
    series = pd.Series([1.0, 2.0], index=["a", "b"])
    for out in (series * Value(3.0), Value(3.0) * series):
        assert list(out.index) == ["a", "b"]
        assert out["b"].data == 6.0


@pytest.mark.parametrize("wrong", ["a", None, 1j, np.complex128(1j)])
def test_what_is_no_number_in_an_array_is_said(wrong: Any) -> None:
    with pytest.raises(TypeError, match="expected a number, got"):
        Value(1.0) * np.array([wrong], dtype=object)


def test_a_gate_of_ones_own_is_the_ufunc_of_its_name() -> None:
    @mg.gate(
        symbol="∛", local_gradient=lambda x, out: (1 / (3 * out * out),), kinks=lambda x, o: (x,)
    )
    def cbrt(x: Any) -> Any:
        return mg.sign(x) * mg.abs(x) ** (1 / 3)

    assert np.cbrt(Value(8.0)).gate.name == "cbrt"
    assert math.isclose(np.cbrt(Value(8.0)).data, 2.0)


def test_inside_a_compiled_function_arrays_are_gates_too() -> None:
    f = mg.compile(lambda x: mg.sum(np.tanh(x) * np.array([1.0, 2.0])))
    for number in (0.5, -1.0, 2.0):
        assert f(number).data == pytest.approx(3 * math.tanh(number), rel=1e-15)


def test_minigrad_does_without_numpy() -> None:
    code = "import sys, minigrad; minigrad.Value(2.0) * 3; print('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


TWO_INPUTS = [gate for gate in mg.GATES.values() if gate.arity == 2]
CONTAINERS = [
    lambda items: np.array(items),
    lambda items: pd.Series(items, index=[7, 5]),
    lambda items: pd.DataFrame({"x": items}),
    lambda items: pd.Index(items),
    lambda items: pd.array(items),
    lambda items: np.ma.array(items),
    lambda items: np.array(items).view(type("Subclass", (np.ndarray,), {})),
]


@pytest.mark.parametrize("gate", TWO_INPUTS, ids=lambda gate: gate.name)
@pytest.mark.parametrize("contained", CONTAINERS)
def test_a_gate_called_by_its_name_goes_through_whatever_holds_numbers(
    gate: mg.rules.Gate, contained: Callable[[list[float]], Any]
) -> None:
    function = getattr(mg, gate.name)
    for wire in (Value(0.75), mg.constant(0.75)):
        numbers = [0.5, 0.25]
        expected = [function(wire, number).data for number in numbers]
        for result in (
            function(wire, contained(numbers)),
            getattr(wire, gate.name)(contained(numbers)),
        ):
            assert [item.data for item in np.asarray(result).ravel()] == expected
        turned = function(contained(numbers), wire)
        assert [item.data for item in np.asarray(turned).ravel()] == [
            function(number, wire).data for number in numbers
        ]


def test_an_operator_leaves_other_containers_to_themselves() -> None:
    class Quantity(np.ndarray):
        def __rmul__(self, other: Any) -> str:
            return "by itself"

    assert Value(2.0) * np.array([1.0]).view(Quantity) == "by itself"
    assert mg.constant(2.0) * np.array([1.0]).view(Quantity) == "by itself"


@pytest.mark.parametrize(
    "call",
    [
        lambda v, masked: v * masked,
        lambda v, masked: v - masked,
        lambda v, masked: mg.atan2(v, masked),
        lambda v, masked: mg.maximum(v, masked),
        lambda v, masked: np.multiply(v, masked),
        lambda v, masked: mg.constant(1.0) * masked,
        lambda v, masked: mg.mean(np.ma.array([1.0, 2.0], mask=[0, 1])),
        lambda v, masked: mg.dot([v, v], np.ma.array([1.0, 2.0], mask=[0, 1])),
        lambda v, masked: Value(masked),
        lambda v, masked: setattr(v, "data", masked),
    ],
)
def test_what_is_masked_has_no_number(call: Callable[[Value, Any], Any]) -> None:
    with pytest.raises(TypeError, match="what is masked has no number"):
        call(Value(2.0), np.ma.masked)
