"""mg.paths: the chain rule as the texts write it, with the numbers of the backward pass."""

import math
import tracemalloc

import pytest

import minigrad as mg
from minigrad import Value


def labelled(wire, label):
    wire.label = label
    return wire


def text_network(x=1.5, y=1.0, square=lambda d: d**2):
    """The network of the text: two hidden units with relu, a sigmoid, and the squared error."""
    numbers = {"theta_1": 0.8, "b_1": 0.1, "theta_2": -1.2}
    numbers |= {"b_2": 2.0, "theta_3": 0.7, "b_3": -0.3}
    p = {name: Value(number, label=name) for name, number in numbers.items()}
    a = Value(x, label="x")
    for layer in (1, 2, 3):
        z = labelled(p[f"theta_{layer}"] * a + p[f"b_{layer}"], f"z^{layer}")
        a = labelled(z.relu(), f"a^{layer}") if layer < 3 else labelled(z.sigmoid(), "y_hat")
    return p, labelled(square(a - Value(y, label="y")), "C")


# --- symbols --------------------------------------------------------------------------------------

THIRD = r"\frac{\partial \hat{y}}{\partial z^3} \cdot \frac{\partial C}{\partial \hat{y}}"
SECOND = r"\frac{\partial a^2}{\partial z^2} \cdot \frac{\partial z^3}{\partial a^2} \cdot " + THIRD
FIRST = r"\frac{\partial a^1}{\partial z^1} \cdot \frac{\partial z^2}{\partial a^1} \cdot " + SECOND
AS_THE_TEXT_WRITES_THEM = {
    "theta_1": r"\frac{\mathrm{d}C}{\mathrm{d}\theta_1} = "
    r"\frac{\partial z^1}{\partial \theta_1} \cdot " + FIRST,
    "b_1": r"\frac{\mathrm{d}C}{\mathrm{d}b_1} = \frac{\partial z^1}{\partial b_1} \cdot " + FIRST,
    "theta_2": r"\frac{\mathrm{d}C}{\mathrm{d}\theta_2} = "
    r"\frac{\partial z^2}{\partial \theta_2} \cdot " + SECOND,
    "b_2": r"\frac{\mathrm{d}C}{\mathrm{d}b_2} = \frac{\partial z^2}{\partial b_2} \cdot " + SECOND,
    "theta_3": r"\frac{\mathrm{d}C}{\mathrm{d}\theta_3} = "
    r"\frac{\partial z^3}{\partial \theta_3} \cdot " + THIRD,
    "b_3": r"\frac{\mathrm{d}C}{\mathrm{d}b_3} = \frac{\partial z^3}{\partial b_3} \cdot " + THIRD,
}


@pytest.mark.parametrize("name", AS_THE_TEXT_WRITES_THEM)
def test_the_six_derivatives_read_as_the_text_writes_them(name):
    parameters, cost = text_network()
    assert mg.paths(cost, parameters[name]).latex == AS_THE_TEXT_WRITES_THEM[name]


def test_a_path_in_symbols_formulas_and_numbers():
    parameters, cost = text_network()
    (path,) = mg.paths(cost, parameters["theta_2"])
    assert path.symbols == "∂z²/∂θ₂ · ∂a²/∂z² · ∂z³/∂a² · ∂ŷ/∂z³ · ∂C/∂ŷ"
    assert path.formulas == "a¹ · (0 if z² ≤ 0 else 1) · θ₃ · ŷ·(1 − ŷ) · 2·(ŷ − y)"
    assert path.numbers == "1.3 · 1 · 0.7 · 0.250 · (−0.996)"
    assert [wire.label for wire in path.wires if wire.label] == [
        *("theta_2", "z^2", "a^2", "z^3", "y_hat", "C")
    ]


def test_a_derivative_by_a_labelled_wire_in_between():
    _, cost = text_network()
    guess = next(wire for wire in mg.topological_order(cost) if wire.label == "y_hat")
    (path,) = mg.paths(cost, guess)
    assert (path.symbols, path.formulas) == ("∂C/∂ŷ", "2·(ŷ − y)")


def test_where_two_paths_would_read_the_same_every_wire_is_named():
    parameters, cost = text_network(square=lambda d: d * d)
    first, second = mg.paths(cost, parameters["b_3"])
    assert first.symbols == "∂z³/∂b₃ · ∂ŷ/∂z³ · ∂(ŷ − y)/∂ŷ · ∂C/∂(ŷ − y)₍₁₎"
    assert second.symbols == "∂z³/∂b₃ · ∂ŷ/∂z³ · ∂(ŷ − y)/∂ŷ · ∂C/∂(ŷ − y)₍₂₎"
    nameless = [wire for wire in mg.topological_order(cost) if wire.gate and not wire.label]
    assert nameless[3].inputs[0].label == "y_hat"


def test_a_neuron_of_which_only_the_inputs_are_labelled_shows_its_gates():
    w, x, b = Value(2.0, label="w"), Value(-1.0, label="x"), Value(3.0, label="b")
    (path,) = mg.paths((w * x + b).sigmoid(), w)
    assert path.symbols == "∂(w·x)/∂w · ∂(w·x + b)/∂(w·x) · ∂f/∂(w·x + b)"
    assert path.formulas == "x · 1 · f·(1 − f)"


def test_a_wire_has_the_same_number_in_paths_and_tables():
    w, x, b = Value(2.0, label="w"), Value(-1.0, label="x"), Value(3.0, label="b")
    f = (w * x + b).sigmoid()
    (path,) = mg.paths(f, w)
    assert path.symbols == "∂(w·x)/∂w · ∂(w·x + b)/∂(w·x) · ∂f/∂(w·x + b)"
    assert "\nw·x + b " in mg.as_table(f)
    assert "f = σ(w·x + b)" in mg.as_table(f)


def test_a_sum_of_labelled_products_needs_no_other_names():
    x = Value(2.0, label="x")
    hidden = [labelled((x * i).tanh(), f"a_{i}") for i in range(1, 4)]
    total = labelled(hidden[0] * 2 + hidden[1] * 3 + hidden[2] * 4, "z")
    assert {path.symbols for path in mg.paths(total, x)} == {
        "∂a₁/∂x · ∂z/∂a₁",
        "∂a₂/∂x · ∂z/∂a₂",
        "∂a₃/∂x · ∂z/∂a₃",
    }


def test_wires_of_one_label_are_numbered():
    x = Value(0.5, label="x")
    h = labelled(x.tanh(), "h")
    f = labelled(labelled(h.sin(), "h").exp(), "f")
    (path,) = mg.paths(f, x)
    assert path.symbols == "∂h⁽¹⁾/∂x · ∂h⁽²⁾/∂h⁽¹⁾ · ∂f/∂h⁽²⁾"


def test_a_label_that_an_end_shares_is_numbered_too():
    x = Value(0.5, label="x")
    f = labelled(labelled(x.tanh(), "x").sin().exp(), "f")
    (path,) = mg.paths(f, x)
    assert path.symbols == "∂x⁽²⁾/∂x⁽¹⁾ · ∂f/∂x⁽²⁾"
    labelled(f, "x")
    (path,) = mg.paths(f, x)
    assert path.symbols == "∂x⁽²⁾/∂x⁽¹⁾ · ∂x⁽³⁾/∂x⁽²⁾"


def test_an_unlabelled_sum_that_fans_out_needs_no_name():
    x = Value(0.5, label="x")
    a, b, c = (labelled((x * i).sin(), f"a_{i}") for i in (1, 2, 3))
    shared = a + b
    y, z = labelled(shared + c, "y"), labelled(shared * c, "z")
    symbols = {path.symbols for path in mg.paths(labelled(y * z, "f"), x)}
    assert {"∂a₁/∂x · ∂y/∂a₁ · ∂f/∂y", "∂a₁/∂x · ∂z/∂a₁ · ∂f/∂z"} < symbols
    assert len(symbols) == 6


def test_a_name_of_several_words_stands_in_brackets_in_a_derivative():
    rate = Value(2.0, label="learning rate")
    loss = labelled(rate * 3.0, "the loss")
    assert str(mg.paths(loss, rate)).startswith("d(the loss)/d(learning rate) = 3")
    assert "d(the loss)/d(learning rate)" in mg.Stepper(loss).why(rate)


def test_a_label_v_is_not_taken_for_a_number():
    v = Value(0.5, label="v_1")
    (path,) = mg.paths(v.tanh().sin().exp(), v)
    assert path.symbols == "∂tanh(v₁)/∂v₁ · ∂sin(tanh(v₁))/∂tanh(v₁) · ∂f/∂sin(tanh(v₁))"


def test_powers_of_names_with_superscripts_are_in_brackets():
    w = Value(0.5, label="w")
    (path,) = mg.paths(labelled(w.tanh(), "a^1"), w)
    assert path.formulas == "(1 − (a¹)²)"
    assert r"(a^1)^2" in mg.paths(path.wires[-1], w)._repr_latex_()


# --- numbers --------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_formula_in_the_text():
    parameters, cost = text_network()
    a1 = 0.8 * 1.5 + 0.1
    a2 = -1.2 * a1 + 2.0
    guess = 1 / (1 + math.exp(-(0.7 * a2 - 0.3)))
    upstream = 2 * (guess - 1.0) * guess * (1 - guess)
    expected = {
        "theta_1": upstream * 0.7 * -1.2 * 1.5,
        "b_1": upstream * 0.7 * -1.2,
        "theta_2": upstream * 0.7 * a1,
        "b_2": upstream * 0.7,
        "theta_3": upstream * a2,
        "b_3": upstream,
    }
    cost.backward()
    for name, number in expected.items():
        routes = mg.paths(cost, parameters[name])
        (path,) = routes
        assert routes.total == path.product == parameters[name].grad
        assert routes.total == pytest.approx(number, rel=1e-12)


def test_the_total_agrees_with_finite_differences():
    x = Value(0.7, label="x")
    f = (x * x).sin() * x + mg.maximum(x, 0.2) / (x + 2)

    def function(t):
        return math.sin(t * t) * t + max(t, 0.2) / (t + 2)

    slope = (function(0.7 + 1e-5) - function(0.7 - 1e-5)) / 2e-5
    assert mg.paths(f, x).total == pytest.approx(slope, rel=1e-8)
    assert sum(path.product for path in mg.paths(f, x)) == pytest.approx(slope, rel=1e-8)


def test_the_golden_circuit_has_one_path_to_x_and_y_and_one_to_z():
    x, y, z = Value(-2.0), Value(5.0), Value(-4.0)
    f = (x + y) * z
    assert [mg.paths(f, wire).total for wire in (x, y, z)] == [-4.0, -4.0, 3.0]


def test_totals_are_right_when_few_paths_are_shown():
    x = Value(1.0)
    y = x
    for _ in range(200):
        y = y + y
    routes = mg.paths(y, x, limit=2)
    assert routes.count == 2**200
    assert routes.total == 2.0**200
    assert routes.naive_multiplications == 200 * 2**200
    assert routes.backprop_multiplications == 400
    assert len(list(routes)) == 2


def test_the_total_adds_up_in_the_order_of_the_backward_pass():
    x = Value(2.0)
    f = mg.sum([x * 1e16, x * 1.0, x * -1e16, x * 3.0, x, x]) + x * x
    f.backward()
    assert mg.paths(f, x).total == x.grad
    assert mg.paths(f, x).total != math.fsum(path.product for path in mg.paths(f, x))


@pytest.mark.parametrize("number", [0.15, 0.3, 0.7, 1.1, 1.9])
def test_the_total_adds_the_inputs_of_one_gate_in_their_order(number):
    x = Value(number)
    f = x**x + (x * 0.7).sin() + x**x * 0.3
    f.backward()
    assert mg.paths(f, x).total == x.grad


def test_the_largest_contribution_comes_first():
    x = Value(2.0)
    f = 3 * x - 5 * x + x
    assert [path.product for path in mg.paths(f, x)] == [-5.0, 3.0, 1.0]


def test_infinite_and_nan_contributions_come_first_and_reach_the_total():
    x = Value(0.0, label="x")
    f = 3 * x + x.sqrt() * 0.0 + x
    first, second, third = mg.paths(f, x)
    assert math.isnan(first.product)
    assert (second.product, third.product) == (3.0, 1.0)
    assert math.isnan(mg.paths(f, x).total)
    assert mg.paths(x.sqrt(), x).total == math.inf


def test_no_path_to_a_wire_that_is_not_behind_the_output():
    x, other = Value(2.0, label="x"), Value(3.0, label="other")
    routes = mg.paths(x * x, other)
    assert (routes.count, routes.total, list(routes)) == (0, 0.0, [])
    assert (routes.naive_multiplications, routes.backprop_multiplications) == (0, 0)
    assert str(routes) == "df/dother = 0: no path leads there"
    assert routes.latex == r"\frac{\mathrm{d}f}{\mathrm{d}\mathit{other}} = 0"


def test_the_path_from_the_output_to_itself_is_empty():
    x = Value(2.0, label="x")
    (path,) = mg.paths(x, x)
    assert (path.wires, path.local_gradients, path.product) == ((x,), (), 1.0)
    assert mg.paths(x, x).latex == r"\frac{\mathrm{d}x}{\mathrm{d}x} = 1"


def test_a_later_change_of_data_does_not_change_the_paths():
    x = Value(3.0)
    f = x * x
    before = mg.paths(f, x).total
    x.data = 100.0
    assert mg.paths(f, x).total == before == 6.0


# --- what a reader sees ---------------------------------------------------------------------------


def test_paths_print_as_derivatives_then_formulas_then_numbers():
    x, y = Value(3.0, label="x"), Value(-0.5, label="y")
    f = labelled(labelled(x * y, "u") + x, "f")
    assert str(mg.paths(f, x, limit=1)).splitlines() == [
        "df/dx = 0.5, the sum over 2 paths:",
        "1. ∂f/∂x",
        "   = 1",
        "… and 1 more",
        "Gate by gate from df/df = 1, path by path that takes 3 multiplications, "
        "backpropagation takes 3.",
    ]
    assert str(mg.paths(f, y)).splitlines() == [
        "df/dy = ∂u/∂y · ∂f/∂u",
        "      = x · 1",
        "      = 3 · 1",
        "      = 3",
        "A product of 2 factors takes 1 multiplication.",
    ]
    assert repr(mg.paths(f, x)) == "<df/dx = 0.5: 2 paths>"
    assert repr(next(iter(mg.paths(f, y)))) == "<path ∂u/∂y · ∂f/∂u = 3>"


def test_a_path_of_one_factor_is_not_written_twice():
    x = Value(2.0, label="x")
    assert str(mg.paths(x.tanh() * 0.0, x)).splitlines() == [
        "df/dx = (1 − tanh(x)²)·0",
        "      = 0",
    ]
    assert str(mg.paths(x, x)) == "dx/dx = 1"
    assert mg.paths(-x, x)._repr_latex_() == (
        r"$$\begin{aligned} \frac{\mathrm{d}f}{\mathrm{d}x} &= -1 \end{aligned}$$"
    )


def test_a_multiplexer_passes_one_and_a_kink_is_written_as_a_choice():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    (path,) = mg.paths(labelled(mg.select([x, y], 1), "out"), y)
    assert path.formulas == "1"
    (path,) = mg.paths(labelled(mg.maximum(x, y), "m"), x)
    assert path.formulas == "(1 if x > y else 0.5 if x = y else 0)"


def test_a_notebook_shows_an_equation():
    x, y = Value(3.0, label="x"), Value(-0.5, label="y")
    f = labelled(labelled(x * y, "u") + x, "f")
    assert mg.paths(f, y)._repr_latex_() == (
        r"$$\begin{aligned} \frac{\mathrm{d}f}{\mathrm{d}y} &= \frac{\partial u}{\partial y} \cdot "
        r"\frac{\partial f}{\partial u} \\ &= x \cdot 1 \\ &= 3 \cdot 1 \\ &= 3 \end{aligned}$$"
    )
    assert r"&= 1 + (-0.5) \\ &= 0.5" in mg.paths(f, x)._repr_latex_()


def test_the_bracket_of_a_negative_factor_closes_behind_its_exponent():
    x, w = Value(2.0, label="x"), Value(-1e-9, label="w")
    f = labelled(labelled(3 * x, "u") * w, "f")
    assert r"= 3 \cdot (-1 \cdot 10^{-9})" in mg.paths(f, x)._repr_latex_()


def test_no_limit_goes_through_all_paths_but_does_not_print_them_all():
    x = Value(1.0, label="x")
    y = x
    for _ in range(12):
        y = y + y
    routes = mg.paths(y, x, limit=None)
    assert sum(path.product for path in routes) == 2.0**12 == routes.total
    assert "… and 4,046 more" in str(routes)


def test_hostile_labels_do_no_harm():
    x = Value(2.0, label="<script>\x1b[31m")
    f = labelled(x.tanh() * 3, "\\input{secret}$")
    routes = mg.paths(f, x)
    for text in (str(routes), repr(routes), routes.latex, routes._repr_latex_()):
        assert "\x1b" not in text
    assert "<" not in routes._repr_latex_()
    assert "\\input" not in routes._repr_latex_()
    assert routes._repr_latex_().count("$") - routes._repr_latex_().count("\\$") == 4


def test_long_paths_are_shortened():
    x = Value(0.5, label="x")
    y = x
    for _ in range(1000):
        y = y.sin()
    routes = mg.paths(y, x)
    assert "∂v₈/∂v₇ · … · ∂v₉₉₃/∂v₉₉₂" in str(routes)
    assert len(str(routes)) < 2000
    assert len(routes._repr_latex_()) < 4000
    labelled(y, "y")
    z = labelled(x + 1, "z") * y  # a thousand steps through unlabelled wires are one factor
    assert all(len(path.formulas) < 400 for path in mg.paths(z, x))


def crossing_paths(size):
    """Unlabelled wires that go several ways, each coming from more labelled wires."""
    x = Value(0.5, label="x")
    total, outputs = x.tanh(), []
    for place in range(size):
        total = total + labelled(x * (1 + place), f"y{place}")
        outputs.append(labelled(total.tanh(), f"o{place}"))
    return mg.paths(mg.sum(outputs), x)


@pytest.mark.parametrize("show", [repr, str])
def test_the_memory_to_show_paths_grows_with_the_circuit_alone(show):
    peaks = []
    for size in (500, 2000):
        routes = crossing_paths(size)
        tracemalloc.start()
        show(routes)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 6 * peaks[0]


# --- bad input ------------------------------------------------------------------------------------


def test_a_constant_is_refused():
    x = Value(2.0)
    two = mg.constant(2.0)
    with pytest.raises(ValueError, match=r"constant.*make it a Value"):
        mg.paths(x * two, two)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((3.0, Value(1.0)), "from the output, which is a Value; got the float 3.0"),
        ((Value(1.0), "x"), "to a wire behind it, which is a Value; got the str 'x'"),
        ((Value(1.0), None), "got None"),
        (([Value(1.0)], Value(1.0)), "one output after the other"),
        ((mg.nn.Neuron(1), Value(1.0)), r"call it first, and pass what it returns, model\(x\)"),
        ((Value(1.0), Value(1.0), 2.5), "limit .* got the float 2.5"),
        ((Value(1.0), Value(1.0), True), "limit .* got the bool True"),
    ],
)
def test_wrong_types_are_refused(arguments, message):
    with pytest.raises(TypeError, match=message):
        mg.paths(*arguments)


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        mg.paths(Value(1.0), Value(1.0), limit=0)


def test_a_gate_made_by_hand_on_the_way_is_refused():
    x = Value(2.0)
    by_hand = Value(4.0, (x,), "square")
    with pytest.raises(TypeError, match=r"made by hand: define it with @mg.gate"):
        mg.paths(by_hand + x, x)
    y = x * 2
    y._backward = lambda: None
    with pytest.raises(TypeError, match=r"made by hand"):
        mg.paths(y, x)
    assert mg.paths(by_hand + Value(1.0), Value(5.0)).count == 0


# --- several leaves at once -----------------------------------------------------------------------


def test_a_product_of_seven_factors_takes_six_multiplications():
    p, cost = text_network()
    assert str(mg.paths(cost, p["theta_1"])).endswith(
        "A product of 7 factors takes 6 multiplications."
    )


def test_paths_to_all_parameters_have_the_counts_of_the_text():
    p, cost = text_network()
    routes = mg.paths(cost, p.values())
    assert len(routes) == 6
    assert (routes.naive_multiplications, routes.backprop_multiplications) == (45, 16)
    text = str(routes)
    assert "path by path that takes 45 multiplications, backpropagation takes 16." in text
    assert [one.total for one in routes] == [mg.paths(cost, wire).total for wire in p.values()]


def test_what_paths_have_in_common_is_shown_from_the_output_back():
    p, cost = text_network()
    routes = mg.paths(cost, list(p.values()))
    assert [wire.label for wire in routes.common] == ["y_hat", "z^3", "a^2", "z^2", "a^1", "z^1"]
    lines = str(routes).splitlines()
    assert lines[4].startswith("dC/dθ₃ = ∂z³/∂θ₃ · ∂ŷ/∂z³ · ∂C/∂ŷ = ")
    assert lines[6] == "They have in common, and backpropagation computes once:"
    assert lines[7].startswith("dC/dŷ = ∂C/∂ŷ = ")
    assert lines[8].startswith("dC/dz³ = ∂ŷ/∂z³ · dC/dŷ = ")
    assert lines[12].startswith("dC/dz¹ = ∂a¹/∂z¹ · dC/da¹ = ")


def test_no_leaf_and_what_is_no_wire_are_refused():
    x = Value(1.0)
    with pytest.raises(ValueError, match="at least one wire"):
        mg.paths(x.exp(), [])
    with pytest.raises(TypeError, match=r"a Value; got the float 2\.0"):
        mg.paths(x.exp(), [x, 2.0])


def test_a_leaf_without_a_path_says_so():
    x, other = Value(1.0, label="x"), Value(2.0, label="o")
    assert "df/do = 0: no path leads there" in str(mg.paths(x.exp(), [x, other]))
