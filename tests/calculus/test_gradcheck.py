"""gradcheck tells right gradients from wrong ones, and knows where it cannot judge."""

import math
import random

import pytest
from helpers.counts import count_near

import minigrad as mg
from minigrad import Value, losses
from minigrad.calculus.own_gates import BUILT_IN
from minigrad.rules.gate import FUNCTIONS


def test_right_gradients_are_called_right():
    report = mg.gradcheck(lambda w, x, b: (w * x + b).sigmoid() ** 2, [2.0, -1.0, 3.0])
    assert report
    assert report.verdict == "right"
    assert [check.name for check in report.inputs] == ["w", "x", "b"]
    assert all(check.relative_error <= 1e-7 for check in report.inputs)


def test_both_numbers_are_independent_and_exact():
    (check,) = mg.gradcheck(lambda x: x**3, [2.0]).inputs
    assert check.analytic == 12.0
    assert check.numeric == pytest.approx(12.0, rel=1e-9)


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [(1 + 1e-9, "right"), (1 + 1e-5, "acceptable"), (1 + 1e-3, "suspicious"), (1.1, "wrong")],
)
def test_the_verdict_follows_the_relative_error(factor, verdict):
    def by_hand(x):
        out = Value(x.data**2, (x,), "square")

        def send_back():
            x.grad += 2.0 * x.data * factor * out.grad

        out._backward = send_back
        return out

    report = mg.gradcheck(by_hand, [1.5])
    assert report.verdict == verdict
    assert bool(report) is (verdict == "right")


def test_a_sign_that_is_turned_is_wrong():
    def turned(x):
        out = Value(-x.data, (x,), "neg")
        out._backward = lambda: setattr(x, "grad", x.grad + out.grad)
        return out

    assert mg.gradcheck(turned, [1.0]).verdict == "wrong"


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (lambda x: x.relu(), 0.0),
        (lambda x: x.relu(), 1e-9),
        (lambda x: abs(x), 0.0),
        (lambda x: mg.maximum(x, 2.0), 2.0),
        (lambda x: mg.minimum(x, 2.0 * x), 0.0),
        (lambda x: x.leaky_relu(), 0.0),
        (lambda x: x.sqrt(), 0.0),
        (lambda x: x * 2 if x > 1 else x.tanh(), 1.0),
    ],
)
def test_at_a_kink_finite_differences_do_not_judge(function, at):
    report = mg.gradcheck(function, [at])
    if at == 1e-9:  # near the kink a smaller step stays on one side of it
        assert report.verdict == "right"
    else:
        assert report.verdict == "at a kink"
        assert not report
        assert "kink" in report.warnings[0]


@pytest.mark.parametrize(
    ("power", "at"), [(1, 0.0), (2, 0.0), (2, 1e-8), (2, -1e-8), (3, 0.0), (8, 0.0)]
)
def test_a_whole_power_has_no_kink_at_zero(power, at):
    report = mg.gradcheck(lambda w, b: (w * 2 + b - 1) ** power, [at, 1.0])
    assert report.verdict == "right"


@pytest.mark.parametrize("power", [0.5, 1.5, -1])
def test_other_powers_have_one(power):
    assert mg.gradcheck(lambda x: x**power, [0.0]).verdict == "at a kink"


def test_the_step_fits_each_input():
    report = mg.gradcheck(
        lambda tiny, small, large: (tiny * 1e8).sigmoid() + small.log() + large**2 * 1e-12,
        [1e-9, 1e-3, 1e6],
    )
    assert report.verdict == "right"


def test_no_gradient_counts_as_right():
    assert mg.gradcheck(lambda x: x - x, [3.0]).verdict == "right"
    assert mg.gradcheck(lambda x, y: x * 2, [3.0, 1.0]).verdict == "right"


def test_parameters_are_moved_and_put_back():
    w, x = Value(0.5, label="w"), Value(-2.0, label="x")
    w.grad = 7.0
    assert mg.gradcheck(lambda *_: (w * x).tanh(), [w, x])
    assert (w.data, x.data, w.grad, x.has_grad) == (0.5, -2.0, 7.0, False)


def test_after_an_error_parameters_are_as_before():
    w = Value(0.5)

    def fails(w):
        if w.data != 0.5:
            raise RuntimeError("moved")
        return w * 2

    with pytest.raises(RuntimeError, match="moved"):
        mg.gradcheck(fails, [w])
    assert w.data == 0.5


def test_infinite_functions_are_named():
    report = mg.gradcheck(lambda x: (x * 1e300).exp(), [1.0])
    assert report.verdict == "not finite"
    assert "first_nonfinite" in str(report)


@pytest.mark.parametrize("function", [lambda x: x.sin() + 1e15, lambda x: x * 1e-9 + 1e3])
def test_what_rounding_hides_is_not_called_right(function):
    report = mg.gradcheck(function, [0.5])
    assert report.verdict == "hidden by rounding"
    assert not report
    assert "without its large terms" in report.warnings[0]


@pytest.mark.parametrize("offset", [0.0, 1.0])
@pytest.mark.parametrize(("w", "x"), [(1.7, 0.3), (-0.1, 2.9), (0.7, 1e3), (1e-3, 1e-3)])
def test_a_minimum_is_right_though_rounding_makes_its_slope(w, x, offset):
    target = w * x
    report = mg.gradcheck(lambda w, x: (w * x - target) ** 2 + offset, [w, x])
    assert report.verdict == "right"


@pytest.mark.parametrize(("power", "at"), [(2, 1e-200), (3, -1e-150)])
def test_what_underflow_hides_is_not_called_wrong(power, at):
    report = mg.gradcheck(lambda x: x**power, [at])
    assert report.verdict == "hidden by rounding"
    assert "so near 0" in report.warnings[0]


@pytest.mark.parametrize(
    ("label", "name"),
    [("a\n\x1b[31mb", "a��[31mb"), (5, "5"), (("w", 1), "('w', 1)"), (None, "x0")],
)
def test_any_label_is_shown_on_one_line_and_without_control_characters(label, name):
    w = Value(3.0)
    w.label = label
    report = mg.gradcheck(lambda w: w * w, [w])
    assert [check.name for check in report.inputs] == [name]
    assert len(str(report).splitlines()) == 3


def test_what_is_wrong_beyond_rounding_is_wrong():
    def doubled(x):
        out = Value(x.data * 1e-9 + 1e3, (x,), "wrong")
        out._backward = lambda: setattr(x, "grad", x.grad + 2.0 * out.grad)
        return out

    assert mg.gradcheck(doubled, [0.5]).verdict == "wrong"


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (lambda x: (1e6 * x).sin(), 2.0),
        (lambda x: (1e7 * x).cos(), -0.3),
        (lambda x: (128.0 * math.pi * x).sin() + x, 16.0),  # its period is a power of two
        (lambda x: (-1e4 * x * x).exp(), 0.03),  # most steps see nothing of the bump
        (lambda x: x.sin(), 2815.02),
    ],
)
def test_steps_are_tried_until_they_fit_the_function(function, at):
    assert mg.gradcheck(function, [at]).verdict == "right"


def test_no_verdict_where_finite_differences_disagree_with_one_another():
    report = mg.gradcheck(hidden_inside, [-30.0])
    assert report.verdict == "cannot judge"
    assert not report
    assert "disagree with one another" in report.warnings[0]


def test_where_no_change_is_seen_nothing_is_called_wrong():
    report = mg.gradcheck(hidden_inside, [-40.0])
    assert report.inputs[0].numeric == 0.0
    assert report.verdict == "no change seen"
    assert not report
    assert "to the last bit" in report.warnings[0]


def hidden_inside(x):
    """log(1 + eˣ) by hand: nobody sees that it rounds at 1 inside."""
    out = Value(math.log(1.0 + math.exp(x.data)), (x,), "by hand")
    out._backward = lambda: setattr(x, "grad", x.grad + out.grad * mg.sigmoid(x.data))
    return out


def nearby(source, *centre):
    """100 points: half of them very near, half less so."""
    for place in range(100):
        distance = 1e-3 if place % 2 else 0.5
        yield [c + source.uniform(-distance, distance) * min(1.0, abs(c)) for c in centre]


HOSTILE = {
    "cross entropy": (lambda a, b: losses.cross_entropy([a, b], 0), [30.0, 0.0]),
    "cross entropy by its definition": (lambda a, b: (a.exp() + b.exp()).log() - a, [30.0, 0.0]),
    "cross entropy, soft targets": (lambda a, b: losses.cross_entropy([a, b], [1, 0]), [30.0, 0.0]),
    "binary cross entropy": (lambda z: losses.binary_cross_entropy(z, 1), [30.0]),
    "binary cross entropy by its definition": (lambda z: z.softplus() - 1.0 * z, [30.0]),
    "log(1 + exp x)": (lambda x: (1.0 + x.exp()).log(), [-30.0]),
    "log(1 + exp x), all hidden": (lambda x: (1.0 + x.exp()).log(), [-37.0]),
    "1 - tanh x": (lambda x: 1.0 - x.tanh(), [15.0]),
    "tanh x": (lambda x: x.tanh(), [18.5]),
    "1 - sigmoid x": (lambda x: 1.0 - x.sigmoid(), [30.0]),
    "softmax": (lambda a, b, c: losses.softmax([a, b, c])[0], [30.0, 1.0, 0.0]),
    "1 - normal_cdf x": (lambda x: 1.0 - x.normal_cdf(), [7.0]),
    "sqrt(x² + 1) - x": (lambda x: (x * x + 1.0).sqrt() - x, [1000.0]),
    "sqrt(x² + 1) - x, far": (lambda x: (x * x + 1.0).sqrt() - x, [1e7]),
    "a root of a quadratic": (lambda b: ((b * b - 4e-3).sqrt() - b) / 2.0, [1e4]),
    "sin x": (lambda x: x.sin(), [2815.02]),
    "cos x": (lambda x: x.cos(), [1e9]),
    "sin x / x": (lambda x: x.sin() / x, [1e-6]),
    "(1 - cos x) / x²": (lambda x: (1.0 - x.cos()) / (x * x), [1e-4]),
    "sin² + cos²": (lambda x: x.sin() ** 2 + x.cos() ** 2, [1.0]),
    "log x - log(x + 1)": (lambda x: x.log() - (x + 1.0).log(), [1e6]),
    "a variance": (
        lambda a, b, c: (a * a + b * b + c * c) / 3.0 - ((a + b + c) / 3.0) ** 2,
        [1e4, 1e4 + 1.0, 1e4 - 1.0],
    ),
    "by hand": (hidden_inside, [-30.0]),
    "by hand, all hidden": (hidden_inside, [-37.0]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_right_gradient_is_never_called_wrong(name):
    function, centre = HOSTILE[name]
    for point in nearby(random.Random(name), *centre):
        report = mg.gradcheck(function, point)
        for check in report.inputs:
            assert check.verdict in ("right", "hidden by rounding", *NO_VERDICT), (point, check)
        assert bool(report) is all(check.verdict == "right" for check in report.inputs)


NO_VERDICT = ("cannot judge", "no change seen")


def test_inside_a_gate_of_ones_own_rounding_is_seen():
    @mg.gate(symbol="l1e", local_gradient=lambda x, out: (mg.sigmoid(x),))
    def log_of_one_and_exp(x):
        return mg.log(1.0 + mg.exp(x))

    try:
        assert mg.gradcheck(log_of_one_and_exp, [0.5]).verdict == "right"
        assert mg.gradcheck(log_of_one_and_exp, [-30.0]).verdict == "hidden by rounding"
    finally:
        del mg.GATES["log_of_one_and_exp"], FUNCTIONS["log_of_one_and_exp"]


def random_function(source, tame):
    """Up to 12 gates of any kind on two inputs; `tame` keeps the numbers between 1 and 2."""
    names = sorted(BUILT_IN - {"select"})  # whose last input is a whole number
    steps = []
    for place in range(source.randint(1, 12)):
        gate = mg.GATES[source.choice(names)]
        operands = [
            source.randrange(2 + place) if source.random() < 0.8 else source.uniform(-3.0, 3.0)
            for _ in range(count_near(gate, source.randint(1, 4)))
        ]
        steps.append((gate, [*operands[:-1], source.randrange(2 + place)]))

    def function(x, y):
        wires = [x, y]
        for gate, places in steps:
            operands = tuple(wires[p] if isinstance(p, int) else p for p in places)
            output = Value.apply_gate(gate, operands)
            wires.append(output.sigmoid() + 1.0 if tame else output)
        return wires[-1] + wires[-2]

    return function


def with_error(x, factor):
    """x, whose gradient arrives multiplied by a factor."""
    out = Value(x.data, (x,), "planted")
    out._backward = lambda: setattr(x, "grad", x.grad + factor * out.grad)
    return out


@pytest.mark.parametrize("tame", [True, False])
def test_random_functions_are_right_and_planted_errors_are_found(tame):
    source = random.Random(7)
    compared = 0
    for _ in range(500):
        function = random_function(source, tame)
        ordinary = source.random() < 0.7
        point = [
            source.uniform(-3.0, 3.0)
            if ordinary
            else source.choice([-1.0, 1.0]) * 10.0 ** source.uniform(-6.0, 4.0)
            for _ in range(2)
        ]
        report = mg.gradcheck(function, point)
        for check in report.inputs:
            assert check.verdict not in ("wrong", "suspicious", "acceptable"), (point, check)
        if report.inputs[0].verdict == "right" and report.inputs[0].analytic and compared < 150:
            compared += 1
            for error, expected in ((1e-2, "wrong"), (1e-5, "acceptable")):
                planted = mg.gradcheck(
                    lambda x, y: function(with_error(x, 1.0 + error), y),  # noqa: B023
                    point,
                )
                assert planted.inputs[0].verdict == expected, (point, error, planted)
                assert not planted
    assert compared == 150  # steps stop a gradient, and asin and others leave their domain


@pytest.mark.parametrize("name", ["1 - tanh x", "cross entropy by its definition", "tanh x"])
def test_a_planted_error_is_not_called_right_where_rounding_hides_much(name):
    function, centre = HOSTILE[name]
    for point in nearby(random.Random(name), *centre):
        for error in (1e-5, 1e-2, 0.5, -2.0):
            report = mg.gradcheck(
                lambda *xs: function(with_error(xs[0], 1.0 + error), *xs[1:]),  # noqa: B023
                point,
            )
            assert report.inputs[0].verdict != "right"
            assert not report


def test_every_built_in_gate_passes_gradcheck():
    for name in BUILT_IN - {"select"}:  # whose last input is a whole number
        inputs = [1.37] if name == "acosh" else [0.37, 1.71, 2.93][: count_near(mg.GATES[name], 3)]
        report = mg.gradcheck(FUNCTIONS[name], inputs)
        assert report, f"{name}: {report}"


def test_the_report_reads_as_a_table():
    text = str(mg.gradcheck(lambda w: w * w, [3.0]))
    assert text.splitlines()[1].split() == [
        *("input", "at", "analytic", "numeric", "relative", "error", "verdict")
    ]
    assert "wrong" not in text


@pytest.mark.parametrize(
    ("function", "inputs", "message"),
    [
        (lambda x: 3.0, [1.0], "returns one Value, got the float 3.0: .*not its .data"),
        (Value(3.0), [1.0], r"got the Value .* as the function: write gradcheck\(lambda"),
        (lambda x: x, 1.0, r"write \[1.0\]"),
        (lambda: Value(1.0), [], "at least one input"),
        (lambda x: x, ["a"], "got the str 'a'"),
        (lambda c: c * 2, [mg.constant(3)], r"input 0 is Value\(data=3.0, constant\).*number 3.0"),
        (mg.no_grad()(lambda x: x * 2), [3.0], r"data=6.0, constant.* inside no_grad\(\)"),
    ],
)
def test_bad_input_says_what_to_do(function, inputs, message):
    with pytest.raises((TypeError, ValueError), match=message):
        mg.gradcheck(function, inputs)


def test_relative_error_is_finite_for_finite_numbers():
    for check in mg.gradcheck(lambda x, y: x / y, [1e-300, 1e3]).inputs:
        assert math.isfinite(check.relative_error)


CORNERS = {
    "sqrt": lambda x, width: mg.sqrt(x * x + width * width),
    "hypot": mg.hypot,
    "softplus": lambda x, width: mg.softplus(x / width) * width,
    "tanh": lambda x, width: mg.tanh(x / width),
    "sigmoid": lambda x, width: mg.sigmoid(x / width),
}


@pytest.mark.parametrize("corner", CORNERS.values(), ids=CORNERS)
@pytest.mark.parametrize("width", [1e-6, 1e-12, 1e-15, 1e-96])
@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_what_happens_within_the_smallest_step_is_not_called_wrong(corner, width, slope):
    for place in (0.0, 0.3, 1.0, -0.7, 5.0, 1e-10):
        report = mg.gradcheck(lambda x: corner(x, width) + slope * x, [place * width])
        assert report.verdict in ("right", "cannot judge", "hidden by rounding"), (place, report)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (1 - mg.cos(x)) / (x * x),
        lambda x: (mg.exp(x) - 1 - x) / (x * x),
        lambda x: (x - mg.sin(x)) / x**3,
        lambda x: (mg.log(1 + x) - x) / (x * x),
        lambda x: (mg.sqrt(1 + x) - mg.sqrt(1 - x)) / x,
    ],
)
def test_a_gradient_of_rounded_numbers_is_not_called_wrong(function):
    for exponent in range(-90, -10):
        report = mg.gradcheck(function, [10 ** (exponent / 10)])
        assert report.verdict in ("right", "cannot judge", "hidden by rounding"), (exponent, report)


def test_a_gradient_that_is_wrong_at_one_point_alone_is_called_wrong():
    @mg.gate(
        symbol="s",
        local_gradient=lambda x, out: (mg.where(mg.is_equal(x, 0.0), 1.1, mg.cos(x)),),
    )
    def sine_with_a_fault_at_0(x):
        return mg.sin(x)

    try:
        reports = [
            mg.gradcheck(lambda x, f=factor: f * (sine_with_a_fault_at_0(x) + x), [0.0])
            for factor in (1.0, 1e-9, 1e-15, 1e9)
        ]
    finally:
        del mg.GATES["sine_with_a_fault_at_0"]
    assert [report.verdict for report in reports] == ["wrong"] * 4
