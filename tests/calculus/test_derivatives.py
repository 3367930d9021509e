"""Forward and reverse mode on circuits: Jacobians, Hessians, and their products with vectors."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from helpers.counts import smooth_point

import minigrad as mg
from minigrad import Value
from minigrad.rules.gate import Gate
from minigrad.tape import PythonSweeps, gate_tape


def numbers(wires: Any) -> Any:
    return [numbers(x) if isinstance(x, list) else x.data for x in wires]


@pytest.mark.parametrize("create_graph", [False, True])
def test_forward_mode_is_the_sum_of_gradients_times_tangents(create_graph: bool) -> None:
    source = random.Random(5)
    leaves = [Value(source.uniform(0.5, 1.5)) for _ in range(4)]
    wires = list(leaves)
    for _ in range(60):
        a, b = source.choices(wires, k=2)
        wires.append(
            source.choice([a * b, a + b, a / (1 + b * b), mg.dot([a, b], [b, a]), mg.max(a, b, 1)])
        )
        wires[-1] = wires[-1].tanh()
    outputs = wires[-3:]
    tangents = {leaf: source.uniform(-1, 1) for leaf in leaves}
    tangents[wires[20]] = 0.5  # a wire inside the circuit
    found = mg.jvp(outputs, tangents, create_graph=create_graph)
    for output, tangent in zip(outputs, found):
        by = mg.grad(output, list(tangents))
        expected = math.fsum(g.data * t for g, t in zip(by, tangents.values()))
        assert tangent.data == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_the_jacobian_of_every_gate_is_its_gradient_and_both_hessians_agree(gate: Gate) -> None:
    wires = [Value(number) for number in smooth_point(gate)]
    out = Value.apply_gate(gate, tuple(wires))
    assert numbers(mg.jacobian(out, wires)) == numbers(mg.grad(out, wires))
    for wire, slope in zip(wires, mg.grad(out, wires)):
        assert mg.jvp(out, {wire: 1.0}).data == slope.data
    reverse = [numbers(mg.grad(g, wires)) for g in mg.grad(out, wires, create_graph=True)]
    for row, same in zip(numbers(mg.hessian(out, wires)), reverse):
        assert row == pytest.approx(same, rel=1e-13, abs=1e-15)


def test_one_output_is_a_value_and_several_are_a_list() -> None:
    x, y = Value(3.0), Value(-4.0)
    assert mg.jvp(x * y, {x: 1.0}).data == -4.0
    assert numbers(mg.jvp([x * y], {x: 1.0})) == [-4.0]
    assert numbers(mg.jacobian(x * y, [x, y])) == [-4.0, 3.0]
    assert numbers(mg.jacobian([x * y, x], [x, y])) == [[-4.0, 3.0], [1.0, 0.0]]
    assert numbers(mg.jacobian((x * y, x, y), x)) == [[-4.0], [1.0], [0.0]]
    assert numbers(mg.hessian(x * x, x)) == [[2.0]]
    assert numbers(mg.hvp(x * x, x, 3.0)) == [6.0]
    assert mg.jvp([], {x: 1.0}) == mg.jacobian([], [x]) == mg.hessian(x * y, []) == []


def test_the_jacobian_is_the_same_by_rows_and_by_columns() -> None:
    xs = [Value(number) for number in (0.3, -1.2, 2.5)]
    ys = [mg.sin(a * b) + mg.relu(a - b) for a in xs for b in xs]
    forward = numbers(mg.jacobian(ys, xs))  # fewer inputs than outputs
    for row, y in zip(forward, ys):
        assert row == pytest.approx(numbers(mg.grad(y, xs)), rel=1e-14)
    backward = numbers(mg.jacobian(ys[:2], xs))
    assert backward == [pytest.approx(row, rel=1e-14) for row in forward[:2]]


def test_reverse_mode_weighs_the_outputs() -> None:
    x, y = Value(3.0), Value(-4.0)
    p, q = x * y, x + y
    assert numbers(mg.vjp([p, q], {p: 1.0, q: 10.0}, [x, y])) == [6.0, 13.0]
    assert {w: g.data for w, g in mg.vjp([p, q], {q: 2.0}).items()} == {x: 2.0, y: 2.0}
    assert mg.vjp(p, {p: 1.0}, [q])[0].data == 0.0
    with pytest.raises(ValueError, match=r"vjp got a cotangent for .*none of its 1 outputs"):
        mg.vjp(p, {q: 1.0})


def test_an_input_that_does_not_matter_has_a_column_of_zeros() -> None:
    x, other = Value(3.0), Value(1.0)
    f = x * x * x
    assert mg.jvp(f, {other: 1.0}).data == 0.0
    assert mg.jvp(f, {}).data == 0.0
    assert numbers(mg.jacobian([f, x, other], [x, other])) == [[27.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    assert numbers(mg.hessian(f, [x, other])) == [[18.0, 0.0], [0.0, 0.0]]
    assert numbers(mg.hvp(f, [other, x], [5.0, 1.0])) == [0.0, 18.0]
    assert numbers(mg.hessian(mg.constant(3.0), [x])) == [[0.0]]
    assert numbers(mg.hessian(2 * x + other, [x, other])) == [[0.0, 0.0], [0.0, 0.0]]


def test_what_a_gate_does_not_choose_contributes_no_tangent() -> None:
    """Where the product would be 0 times infinity, in forward mode as in reverse mode."""
    x = Value(0.0)
    for f in (mg.select([x.sqrt(), x], 1), mg.max(x.sqrt() - 1, x), mg.relu(x.sqrt() - 1) + x):
        assert mg.jvp(f, {x: 1.0}).data == mg.grad(f, x)[0].data == 1.0
        assert mg.jvp(f, {x: 1.0}, create_graph=True).data == 1.0
    assert math.isnan(mg.jvp(x * x.sqrt(), {x: 1.0}).data)  # a product's own stays nan
    closed = mg.relu(x - 1.0)
    assert repr(mg.jvp(closed, {x: -1.0}).data) == "0.0"
    assert mg.jvp(closed.sqrt(), {x: 1.0}).data == 0.0  # its slope is infinite; nothing arrives


@pytest.mark.parametrize(
    ("at", "mixed"), [((-2.0, 0.0), 1.0), ((0.0, 0.0), 1.0), ((2.0, 0.0), 0.0), ((-2.0, 0.3), 1.0)]
)
def test_a_slope_that_is_0_now_can_still_be_differentiated_by(
    at: tuple[float, float], mixed: float
) -> None:
    """Of a leaky relu: it sends nothing where its slope is 0, and yet d²/dx d(slope) is 1."""

    def entries(x: Any, slope: Any) -> list[Any]:
        rows = mg.hessian(mg.leaky_relu(x, slope), [x, slope], create_graph=True)
        return [entry for row in rows for entry in row]

    expected = [0.0, mixed, mixed, 0.0]
    assert numbers(entries(*map(Value, at))) == expected
    assert numbers(mg.compile(entries)(*at)) == expected
    x, slope = map(Value, at)
    moved = mg.jvp(mg.leaky_relu(x, slope), {x: 1.0}, create_graph=True)
    assert numbers(mg.grad(moved, [x, slope])) == expected[:2]
    tape = gate_tape([mg.leaky_relu(x, slope)], [], [x, slope])
    assert PythonSweeps(tape).curved([], at, [[1.0, 0.0], [0.0, 1.0]])[1] == [
        expected[:2],
        expected[2:],
    ]


@pytest.mark.parametrize("inside", [mg.sqrt, mg.log])
def test_an_infinite_slope_behind_one_that_is_not_chosen_bends_nothing(inside: Any) -> None:
    def f(x: Any, y: Any) -> Any:
        return mg.atan(mg.leaky_relu(x, inside(y)))

    bend = -2.0 * 1.77 / (1.0 + 1.77**2) ** 2
    for hessian in (mg.hessian(f), mg.compile(f).hessian):
        (first, mixed), second = hessian(1.77, 0.0)
        assert first == pytest.approx(bend, rel=1e-14)
        assert (mixed, second) == (0.0, (0.0, 0.0))


def test_what_has_speed_0_or_weight_0_stands_still_whatever_its_slope() -> None:
    x, y = Value(0.0), Value(3.0)
    f, g = x.sqrt() + y * y, x.sqrt()
    for create_graph in (False, True):
        assert mg.jvp(f, {x: 0.0, y: 1.0}, create_graph).data == 6.0
        assert numbers(mg.vjp([f, g, y], {y: 2.0, g: 0.0}, [x, y], create_graph)) == [0.0, 2.0]
        assert numbers(mg.hvp(f, [x, y], [0.0, 1.0], create_graph)) == [0.0, 2.0]
    of_both = lambda p: p[0].sqrt() + p[1] ** 2
    for made in (of_both, mg.compile(of_both)):
        assert mg.jvp(made)([0.0, 3.0], [0.0, 1.0]) == 6.0
        assert mg.hvp(made)([0.0, 3.0], [0.0, 1.0]) == [0.0, 2.0]


AT_AN_EDGE: dict[str, Callable[[Any], Any]] = {
    "sqrt": mg.sqrt,
    "log": mg.log,
    "power": lambda x: x**1.5,
    "quotient": lambda x: 1.0 / x,
    "choice": lambda x: mg.where(x > 0.0, mg.log(x), x * x),
    "leaky": lambda x: mg.leaky_relu(mg.sqrt(x), 0.0),
    "descending": lambda x: -3.0 * x * mg.exp(x),
}
ALONG_V: dict[str, Callable[[Any, Any, Any], Any]] = {
    "jvp": lambda f, x, v: mg.jvp(f)(x, v),
    "vjp": lambda f, x, v: mg.vjp(f)(x, v),
    "hvp": lambda f, x, v: mg.hvp(f)(x, v),
    "twice": lambda f, x, v: mg.jvp(lambda y: mg.jvp(f)(y, v))(x, v),
}


@pytest.mark.parametrize("kind", ALONG_V)
@pytest.mark.parametrize("name", AT_AN_EDGE)
def test_a_wire_of_0_as_tangent_or_weight_stands_still_as_a_plain_0_does(
    name: str, kind: str
) -> None:
    def along(x: Any, v: Any) -> Any:
        return ALONG_V[kind](AT_AN_EDGE[name], x, v)

    unchecked = mg.compile(along, check=False)
    unchecked(1.0, 1.0)
    for x in (0.0, 1.0, 0.25, math.inf):
        for v in (0.0, -0.0, 1.0, -2.0):
            plain = along(x, v)
            point, speed = Value(x), Value(v)
            wire = along(point, speed)
            assert repr(wire.data) == repr(unchecked(x, v).data) == repr(float(plain)), (x, v)
            if wire.is_constant:
                continue
            wire.backward()
            _, slopes = unchecked.value_and_grad(x, v)
            assert [x + 0.0 for x in slopes] == pytest.approx(
                [point.grad, speed.grad], nan_ok=True
            ), (x, v)


def test_a_wire_of_0_as_tangent_still_has_its_slope() -> None:
    speed = Value(0.0)
    tangent = mg.jvp(mg.sqrt)(0.0, speed)
    tangent.backward()
    assert (tangent.data, speed.grad) == (0.0, math.inf)


def test_a_tangents_circuit_holds_at_other_speeds_than_0() -> None:
    x, speed = Value(3.0), Value(0.0)
    names: dict[str, Any] = {}
    exec(mg.export(mg.jvp(x * x, {x: speed}, create_graph=True), "python"), names)
    assert [names["circuit"](3.0, v) for v in (0.0, 1.0, -2.0)] == [0.0, 6.0, -12.0]


def test_a_recorded_tangent_chooses_anew_at_every_call() -> None:
    def slope(x: Any) -> Any:
        return mg.jvp(mg.max(x.sqrt(), x) + mg.relu(x - 0.5), [(x, 1.0)], create_graph=True)

    compiled = mg.compile(slope)
    for at in (0.25, 4.0, 0.75, 0.5, 0.125):
        assert compiled(at).data == slope(Value(at)).data


def test_a_derivative_without_create_graph_is_refused_while_recording() -> None:
    calls: list[Callable[[Any], Any]] = [
        lambda x: mg.jvp(x * x, [(x, 1.0)]),
        lambda x: mg.vjp(y := x * x, [(y, 1.0)], x)[0],
        lambda x: mg.jacobian(x * x, x)[0],
        lambda x: mg.hessian(x * x, x)[0][0],
        lambda x: mg.hvp(x * x, x, [1.0])[0],
    ]
    for call in calls:
        with pytest.raises(mg.TracingError, match="without create_graph inside a compiled"):
            mg.compile(call)(2.0)


def test_every_entry_is_a_circuit_to_draw_step_compile_and_differentiate() -> None:
    x, y = Value(0.7, label="x"), Value(1.9, label="y")
    f = (x**y * y.sin()).tanh() / x
    ((xx, xy), (yx, yy)) = mg.hessian(f, [x, y], create_graph=True)
    assert xy.data == pytest.approx(yx.data, rel=1e-13)
    third = [mg.grad(entry, [x, y])[1].data for entry in (xx, xy)]
    assert third[0] == pytest.approx(mg.grad(xy, x)[0].data, rel=1e-12)  # d³/dx²dy
    assert third[1] == pytest.approx(mg.grad(yy, x)[0].data, rel=1e-12)
    assert mg.Stepper(mg.hessian(x * x * y, [x, y], create_graph=True)[0][0]).run() is not None
    assert "×" in mg.draw(mg.jvp(x * y, {x: 2.0}, create_graph=True)).dot.source
    replayed = mg.compile(lambda x, y: mg.hessian(x**y, [x, y], create_graph=True)[0])
    assert numbers(replayed(0.7, 1.9)) == pytest.approx(numbers(mg.hessian(x**y, [x, y])[0]))


def test_a_tangent_may_be_a_wire() -> None:
    """The tangent of a gradient is the gradient of a tangent."""
    x, v, u = Value(0.8), Value(0.3), Value(-1.7)
    f = mg.sin(x * x) * mg.exp(x)
    moved = mg.jvp(f, {x: v}, create_graph=True)
    assert mg.grad(moved, v)[0].data == pytest.approx(mg.grad(f, x)[0].data, rel=1e-14)
    pushed_pulled = mg.jvp(mg.vjp(f, {f: u}, x, create_graph=True)[0], {x: v}).data
    pulled_pushed = mg.vjp(moved, {moved: u}, x)[0].data
    assert pushed_pulled == pytest.approx(pulled_pushed, rel=1e-13)


def test_own_gates_go_forward_and_opaque_ones_once(table_as_it_was: None) -> None:
    @mg.gate(symbol="sq", local_gradient=lambda x, out: (2 * x,))
    def squared(x: Any) -> Any:
        return x * x

    def slope(x: float) -> float:
        return (math.lgamma(x + 1e-6) - math.lgamma(x - 1e-6)) / 2e-6

    @mg.gate(symbol="lnΓ", opaque=True, local_gradient=lambda x, out: (slope(x),), check=False)
    def log_gamma(x: float) -> float:
        return math.lgamma(x)

    x = Value(2.5)
    assert mg.jvp(squared(x), {x: 3.0}).data == 15.0
    assert numbers(mg.hessian(squared(x), x)) == [[2.0]]
    assert mg.jvp(log_gamma(x), {x: 2.0}).data == 2.0 * slope(2.5)
    with pytest.raises(TypeError, match="log_gamma is ordinary Python, which cannot be diff"):
        mg.hessian(log_gamma(x), x)
    with pytest.raises(TypeError, match="log_gamma is ordinary Python, which cannot be diff"):
        mg.jvp(log_gamma(x), {x: 2.0}, create_graph=True)


def test_a_gate_made_by_hand_on_the_way_is_refused() -> None:
    x, other = Value(3.0), Value(1.0)
    y = Value(9.0, (x,), "sq") * 2 + other
    with pytest.raises(TypeError, match=r"jvp\(\) needs .*made by hand.*define it with @mg.gate"):
        mg.jvp(y, {x: 1.0})
    assert mg.jvp(y, {other: 1.0}).data == 1.0


def test_a_chain_of_100000_gates_goes_forward_without_recursion() -> None:
    x = Value(0.5)
    y = x
    for _ in range(100_000):
        y = y * 1.0
    assert mg.jvp(y, {x: 2.0}).data == 2.0
    assert numbers(mg.hvp(y * y, x, 1.0)) == [2.0]


def test_no_gradient_is_touched() -> None:
    x, y = Value(3.0), Value(-4.0)
    f = x * y
    mg.jvp(f, {x: 1.0})
    mg.hessian(f, [x, y])
    mg.vjp(f, {f: 1.0})
    assert not any(wire.has_grad for wire in (x, y, f))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, f: mg.jvp(3.0, {x: 1.0}), TypeError, "jvp needs a Value or a list of Val"),
        (lambda x, f: mg.jvp([f, 3.0], {x: 1.0}), TypeError, "got the float 3.0 in it: build the"),
        (lambda x, f: mg.jvp("f", {x: 1.0}), TypeError, "jvp needs a Value or a list of Val"),
        (lambda x, f: mg.jvp(f, [1.0]), TypeError, r"jvp needs a dict \{wire: tangent\}"),
        (lambda x, f: mg.jvp(f, {"x": 1.0}), TypeError, "str 'x' in place of a wire: the keys"),
        (lambda x, f: mg.hvp(f, [x], {"x": 1.0}), TypeError, "str 'x' in place of a wire"),
        (lambda x, f: mg.vjp(f, {"f": 1.0}), TypeError, "str 'f' in place of a wire"),
        (lambda x, f: mg.jvp(f, {x: 10**400}), OverflowError, r"the tangent of Value\(.*scale it"),
        (lambda x, f: mg.jacobian({"f": f}, x), TypeError, r"pass the values of a dict, list\(d"),
        (lambda x, f: mg.jacobian([[f]], x), TypeError, "one flat list"),
        (lambda x, f: mg.grad(f, [[x]]), TypeError, "one flat list"),
        (lambda x, f: mg.grad({"f": f}, x), TypeError, "take one of them"),
        (lambda x, f: mg.value_and_grad(None), TypeError, "value_and_grad needs a function"),
        (lambda x, f: mg.jvp(f, {x: "1"}), TypeError, r"the tangent of Value\(.*is one number"),
        (lambda x, f: mg.jvp(f, {x: None}), TypeError, r"the tangent of Value\(.*is one number"),
        (lambda x, f: mg.jvp(f, {mg.constant(2.0): 1}), ValueError, "is a constant and gets no"),
        (lambda x, f: mg.vjp(f, {f: [1.0]}, x), TypeError, r"the cotangent of Value\(.*one number"),
        (lambda x, f: mg.vjp(f, 1.0, x), TypeError, r"vjp needs a dict \{wire: cotangent\}"),
        (lambda x, f: mg.jacobian(f, "x"), TypeError, "jacobian needs a Value or a list of Values"),
        (lambda x, f: mg.hessian([f], x), TypeError, "got the list .*mg.jacobian has"),
        (lambda x, f: mg.hessian(f, {x}), TypeError, "list of Values .*by, got the set"),
        (lambda x, f: mg.jacobian({f}, x), TypeError, "list of Values .*, got the set"),
        (lambda x, f: mg.hvp(f, [x], {1.0}), TypeError, "a number for each input, got the set"),
        (lambda x, f: mg.hvp(f, [x]), TypeError, "a number for each input, got None"),
        (lambda x, f: mg.hessian(f, [x, 2.0]), TypeError, "hessian needs a list of Values"),
        (
            lambda x, f: mg.hvp(f, [x], [1.0, 2.0]),
            ValueError,
            "length 2 for 1 input: it has",
        ),
        (lambda x, f: mg.hvp(f, [x], []), ValueError, "length 0 for 1 input: it has"),
        (lambda x, f: mg.hvp(f, [x], "v"), TypeError, "hvp needs a vector, a number for each"),
        (lambda x, f: mg.hvp(f, [x], {Value(1.0): 1}), ValueError, "which is none of its inputs"),
    ],
)
def test_what_is_no_circuit_or_no_number_is_refused(
    call: Callable[[Value, Value], Any], error: type[Exception], message: str
) -> None:
    x = Value(3.0)
    with pytest.raises(error, match=message):
        call(x, x * x)


@pytest.mark.parametrize("kind", ["grad", "jacobian", "hessian", "jvp", "vjp", "hvp"])
def test_an_array_of_one_wire_without_axes_is_refused_with_what_to_write(kind: str) -> None:
    numpy = pytest.importorskip("numpy")
    x = Value(3.0)
    f = numpy.array(x * x, dtype=object)
    more = {"jvp": [{x: 1.0}], "vjp": [{x: 1.0}], "hvp": [[x], [1.0]]}.get(kind, [x])
    with pytest.raises(TypeError, match=r"without axes has its one item in \.item\(\)"):
        getattr(mg, kind)(f, *more)


@pytest.mark.parametrize("shape", [(), (1, 2), (2, 1)])
def test_a_vector_for_a_circuit_has_one_axis(shape: tuple[int, ...]) -> None:
    numpy = pytest.importorskip("numpy")
    x, y = Value(3.0), Value(2.0)
    with pytest.raises(ValueError, match=r"hvp got a vector of shape \(.*write \.ravel\(\)"):
        mg.hvp(x * y, [x, y], numpy.ones(shape))


def test_what_is_for_circuits_alone_is_refused_beside_a_function() -> None:
    x = Value(1.0)
    square = lambda x: x * x
    with pytest.raises(TypeError, match=r"write mg.hvp\(f\)\(x, v\)"):
        mg.hvp(square, vector=[1.0])
    with pytest.raises(TypeError, match=r"write mg.vjp\(f\)\(x, v\)"):
        mg.vjp(square, inputs=[x])
    for derivative in (mg.grad, mg.jacobian, mg.hessian, mg.jvp, mg.vjp, mg.hvp):
        with pytest.raises(TypeError, match="create_graph is for circuits"):
            derivative(square, create_graph=True)


def test_whole_numbers_and_nan_are_tangents_like_others() -> None:
    x = Value(3)
    assert mg.jvp(x * x, {x: 2}).data == 12.0
    assert math.isnan(mg.jvp(x * x, {x: math.nan}).data)
    assert math.isnan(mg.hessian(Value(1.0) * (n := Value(math.nan)) ** 3, n)[0][0].data)


def test_second_derivatives_are_the_same_inside_no_grad():
    x, y = Value(2.0), Value(3.0)
    f = x**3 * y
    cube = mg.compile(lambda x: x**3)
    with mg.no_grad():
        assert numbers(mg.hessian(f, [x, y])) == [[36.0, 12.0], [12.0, 0.0]]
        assert [entry.data for entry in mg.hvp(f, [x, y], [1.0, 0.0])] == [36.0, 12.0]
        assert mg.hessian(lambda x: x**3)(2.0) == cube.hessian(2.0) == 12.0
        assert mg.hvp(lambda x: x**3)(2.0, 1.0) == cube.hvp(2.0, 1.0) == 12.0
        assert mg.grad(mg.grad(lambda x: x**3))(2.0) == 12.0
        slope = mg.grad(f, [x], create_graph=True)[0]
        speed = mg.jvp(f, {x: 1.0}, create_graph=True)
    assert mg.grad(slope, [x])[0].data == mg.grad(speed, [x])[0].data == 36.0


FORGOTTEN = [
    lambda y, x: mg.grad(y, [x]),
    lambda y, x: mg.grad(y, [x], create_graph=True),
    lambda y, x: mg.vjp([y], {y: 1.0}),
    lambda y, x: mg.jvp(y, {x: 1.0}),
    lambda y, x: mg.jacobian([y], [x]),
    lambda y, x: mg.hessian(y, [x]),
    lambda y, x: mg.hvp(y, [x], [1.0]),
    lambda y, x: mg.paths(y, x),
    lambda y, x: mg.grad(lambda _: y)(3.0),
    lambda y, x: mg.value_and_grad(mg.no_grad(lambda x: x * x))(3.0),
    lambda y, x: mg.hessian(mg.no_grad(lambda x: x * x))(3.0),
    lambda y, x: mg.jvp(mg.no_grad(lambda x: x * x))(3.0, 1.0),
]


@pytest.mark.parametrize("derivative", FORGOTTEN)
def test_what_no_grad_has_forgotten_has_no_derivative_not_one_of_0(derivative):
    x = Value(3.0)
    with mg.no_grad():
        y = x * x
        z = y + 1.0
    for output in (y, z, y * 2.0, copy.deepcopy(y)):
        with pytest.raises(ValueError, match=r"data=\d+.0, constant\), which was .* no_grad\(\)"):
            derivative(output, x)


def test_beside_what_is_differentiated_a_result_of_no_grad_is_a_number():
    x = Value(3.0)
    with mg.no_grad():
        y, two = x * x, mg.constant(1.0) + 1.0
    assert mg.grad(x * y, [x])[0].data == 9.0
    assert mg.grad(lambda x: x * mg.no_grad(lambda: x * x)())(3.0) == 9.0
    for number in (two, mg.constant(y.data), y.detach(), mg.grad(2.0 * x, [x])[0]):
        assert mg.grad(number, [x])[0].data == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda f, x: mg.grad([f, f], [x]),
        lambda f, x: mg.hessian([f], [x]),
        lambda f, x: mg.hvp((f,), [x], [1.0]),
    ],
    ids=["grad", "hessian", "hvp"],
)
def test_several_outputs_are_for_the_jacobian(call):
    x = Value(2.0)
    with pytest.raises(TypeError, match=r"needs one Value .*mg\.jacobian has"):
        call(x * x, x)
