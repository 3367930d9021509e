"""A gate of one's own behaves like a built-in one, and a wrong one is refused."""

import copy
import math
import pickle
import random

import pytest
from helpers.circuits import EXECUTORS

import minigrad as mg
from minigrad import GATES, Value
from minigrad.rules.gate import FUNCTIONS


def gradients(output, leaves):
    for leaf in leaves:
        leaf.grad = None
    output.backward()
    return [leaf.grad for leaf in leaves]


def test_three_lines_define_a_gate():
    @mg.gate(symbol="sq", local_gradient=lambda x, out: (2 * x,))
    def square(x):
        return x * x

    x = Value(3.0)
    y = square(x) * 2
    y.backward()
    assert (y.data, x.grad) == (18.0, 12.0)
    assert x.square().gate is GATES["square"]
    assert square(3) == 9.0


def test_it_works_everywhere_that_a_built_in_gate_does():
    @mg.gate(symbol="swish", local_gradient=lambda x, out: (mg.sigmoid(x) * (1 + x - out),))
    def swish(x):
        """x · σ(x)"""
        return x * mg.sigmoid(x)

    x = Value(0.7)
    y = swish(x)
    assert y.data == pytest.approx(0.7 / (1 + math.exp(-0.7)), rel=1e-15)
    assert mg.gradcheck(swish, [0.7]).verdict == "right"
    (first,) = mg.grad(y, [x], create_graph=True)
    (second,) = mg.grad(first, [x])
    h = 1e-4
    numeric = (swish(0.7 + h) - 2 * swish(0.7) + swish(0.7 - h)) / h**2
    assert second.data == pytest.approx(numeric, rel=1e-6)
    assert GATES["swish"].text("z") == "z·σ(z)"
    assert pickle.loads(pickle.dumps(y)).gate is GATES["swish"]
    assert copy.deepcopy(y).gate is GATES["swish"]
    assert "x · σ(x)" in swish.__doc__


def test_a_network_with_a_gate_that_was_defined_again_can_be_pickled():
    def define():
        @mg.gate(symbol="swish", local_gradient=lambda x, out: (mg.sigmoid(x) * (1 + x - out),))
        def swish(x):
            return x * mg.sigmoid(x)

        return swish

    unit = mg.nn.Neuron(1, activation=define(), weights=[2.0])
    define()
    assert pickle.loads(pickle.dumps(unit))([1.0]).data == unit([1.0]).data


def test_gates_of_two_inputs_take_numbers_too():
    @mg.gate(symbol="hyp", local_gradient=lambda x, y, out: (x / out, y / out))
    def hypotenuse(x, y):
        return mg.sqrt(x * x + y * y)

    x = Value(3.0)
    for output in (hypotenuse(x, 4), x.hypotenuse(4.0), hypotenuse(4, x)):
        assert output.data == 5.0
    assert mg.gradcheck(hypotenuse, [3.0, 4.0])


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_rule_may_have_infinities_and_nan_in_it(number, executor):
    @mg.gate(symbol="g", local_gradient=lambda x, out: (1.0,))
    def guarded(x):
        return mg.where(x > 9.0, number, x)

    compiled = mg.compile(guarded, executor=executor)
    results = [guarded(10.0), guarded(Value(10.0)).data, compiled(10.0).data]
    assert list(map(repr, results)) == [repr(number)] * 3
    assert guarded(2.0) == 2.0


@pytest.mark.parametrize("name", ["float", "int", "type", "isinstance"])
def test_a_gate_may_have_the_name_of_one_of_pythons_functions(name):
    square = mg.gate(symbol="sq", name=name, local_gradient=lambda x, out: (2 * x,))(
        lambda x: x * x
    )

    @mg.gate(symbol="sqm", local_gradient=lambda x, y, out: (2 * x * y, square(x)))
    def square_times(x, y):
        return square(x) * y

    x = Value(3.0)
    for number in (2, 2.0, Value(2.0)):
        assert gradients(square_times(x, number), [x]) == [12.0]
        assert square_times(x, number).data == 18.0


def test_defaults_and_any_number_of_inputs():
    @mg.gate(symbol="sc", local_gradient=lambda x, by, out: (by, x))
    def scaled(x, by=2.0):
        return x * by

    @mg.gate(symbol="Σ²", local_gradient=lambda *xs: tuple(2 * x for x in xs[:-1]))
    def sum_of_squares(*xs):
        return mg.sum([x * x for x in xs])

    assert scaled(Value(3.0)).data == 6.0
    assert sum_of_squares([Value(1.0), 2, Value(3.0)]).data == 14.0


@pytest.mark.parametrize(
    "local_gradient", [lambda x, y, z, out: (y, x, 1.0), lambda *wires: (wires[1], wires[0], 1.0)]
)
def test_a_gate_of_three_inputs_works_everywhere(local_gradient):
    @mg.gate(symbol="fma", local_gradient=local_gradient)
    def fma(x, y, z=4.0):
        return x * y + z

    x, y, z = Value(2.0), Value(3.0), Value(4.0)
    for out in (fma(x, y, z), x.fma(y, z), x.fma(3), x.fma(3, z=4), fma(2, y=y), fma(2, 3, z)):
        assert out.data == 10.0
        assert out.gate is GATES["fma"]
    assert fma(2, 3, 4) == 10.0
    assert mg.gradcheck(fma, [2.0, 3.0, 4.0]).verdict == "right"
    (to_x,) = mg.grad(fma(x, y, z) ** 2, [x], create_graph=True)
    assert mg.grad(to_x, [y])[0].data == 2 * (10 + 2 * 3)
    assert GATES["fma"].text("a", "b", "c") == "a·b + c"
    assert "3.5" in fma.__doc__
    assert "fma" in mg.draw(fma(x, y, z)).svg
    assert len(mg.Stepper(fma(x, y, z))) == 2
    with pytest.raises(TypeError, match="fma takes 3 inputs, got 1"):
        x.fma()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_gates_of_three_inputs_and_with_variadic_gates_inside_compile(executor):
    @mg.gate(symbol="fma", local_gradient=lambda x, y, z, out: (y, x, 1.0))
    def fma(x, y, z):
        return x * y + z

    @mg.gate(
        symbol="clamp",
        local_gradient=lambda x, out: (mg.where(mg.abs(x) < mg.sum(1.0, 1.0), 1.0, 0.0),),
    )
    def clamp(x):
        return mg.select([mg.maximum(mg.minimum(x, 2.0), -2.0), x], 0)

    w = Value(0.5)
    compiled = mg.compile(lambda x, y: fma(clamp(x), w, clamp(y)), executor=executor)
    for x, y in [(1.0, 2.5), (-3.0, 0.25)]:
        inputs = [w, Value(x), Value(y)]
        eager, replayed = (f(*inputs[1:]) for f in (compiled.function, compiled))
        assert replayed.data == eager.data == max(min(x, 2), -2) / 2 + max(min(y, 2), -2)
        assert gradients(replayed, inputs) == gradients(eager, inputs)
    assert compiled.batch([1.0, -3.0], [2.5, 0.25]).data == 0.875


def test_inputs_of_one_pattern_are_told_apart_when_a_rule_is_checked():
    with pytest.raises(mg.GateError, match="towards input 1"):

        @mg.gate(symbol="swap", local_gradient=lambda a, b, c, d, out: (a, c, b, d))
        def swapped(a, b, c, d):
            return a * d + b * c


def test_a_definition_that_fails_leaves_nothing_behind(monkeypatch):
    def broken(x):
        return 2 * x

    monkeypatch.setattr("minigrad.engine.recorders.documentation", lambda gate: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        mg.gate(symbol="?", local_gradient=lambda x, out: (2.0,))(broken)
    assert "broken" not in GATES
    assert "broken" not in FUNCTIONS
    assert not hasattr(Value, "broken")


def test_a_wrong_local_gradient_is_refused_with_both_numbers():
    with pytest.raises(mg.GateError, match=r"wrong at .* gives 16\.86.* differences 16\.85"):

        @mg.gate(symbol="x³", local_gradient=lambda x, out: (3 * x * x * 1.001,))
        def cube(x):
            return x**3

    assert "cube" not in GATES
    assert not hasattr(Value, "cube")


def test_one_wrong_input_of_two_is_found():
    with pytest.raises(mg.GateError, match="towards input 2"):

        @mg.gate(symbol="×2", local_gradient=lambda x, y, out: (y, -x))
        def product(x, y):
            return x * y


@pytest.mark.parametrize("length", [150, 5_000])
@pytest.mark.parametrize("is_deep", [(True, False), (False, True)], ids=["forward", "gradient"])
def test_a_rule_that_fits_into_no_expression_is_refused(length, is_deep):
    def rule(x, is_deep):
        total = x
        for _ in range(length if is_deep else 1):
            total = total * x + 1.0
        return total

    with pytest.raises(mg.GateError, match="operations inside one another; make several gates"):

        @mg.gate(symbol="deep", local_gradient=lambda x, out: (rule(x, is_deep[1]),), check=False)
        def deep(x):
            return rule(x, is_deep[0])


@pytest.mark.parametrize(
    ("rule", "local_gradient", "message"),
    [
        (lambda x: math.sin(x), lambda x, out: (mg.cos(x),), "mg.exp, mg.log, mg.sin"),
        (lambda x: x if x > 0 else 0, lambda x, out: (1.0,), "mg.where"),
        (lambda x: x * 2, lambda x, out: 2.0, "a tuple with one item"),
        (lambda x: x * 2, lambda x: (2.0,), "the local_gradient of .* is given the inputs and"),
        (lambda: 2.0, lambda out: (), "at least one input"),
        (lambda x: mg.sqrt(-1 - x * x), lambda x, out: (x,), "could not be checked"),
    ],
)
def test_a_rule_that_cannot_run_says_why(rule, local_gradient, message):
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="?", name="strange", local_gradient=local_gradient)(rule)
    assert "strange" not in GATES


@pytest.mark.parametrize(
    "name",
    [
        "tanh",
        "data",
        "backward",
        "_hidden",
        "two words",
        "<lambda>",
        "divide",
        "power",
        "x0",
        "lambda",
    ],
)
def test_names_that_are_taken_or_impossible(name):
    with pytest.raises(mg.GateError, match="name"):
        mg.gate(symbol="?", name=name, local_gradient=lambda x, out: (1.0,))(lambda x: x * 1.0)


@pytest.mark.parametrize("setting", ["symbol", "name"])
def test_what_is_no_text_names_no_gate(setting):
    settings = {"symbol": "?", "name": "strange", setting: 5}
    with pytest.raises(TypeError, match=f"the {setting} of a gate is text, got the int 5"):
        mg.gate(local_gradient=lambda x, out: (1.0,), **settings)(lambda x: x * 1.0)


def test_running_the_definition_again_replaces_it():
    def define(factor):
        @mg.gate(symbol="×k", local_gradient=lambda x, out: (factor,))
        def times(x):
            return x * factor

        return times

    define(2.0)
    times = define(3.0)
    assert times(Value(1.0)).data == Value(1.0).times().data == 3.0


def test_kinks_of_ones_own_gate_are_respected():
    @mg.gate(
        symbol="hat",
        local_gradient=lambda x, out: (mg.where(x > 0, -1.0, 1.0),),
        kinks=lambda x, out: (x,),
    )
    def hat(x):
        return 1 - mg.abs(x)

    assert mg.gradcheck(hat, [0.0]).verdict == "at a kink"
    assert mg.gradcheck(hat, [0.5]).verdict == "right"


def test_an_input_may_be_called_as_the_recorder_calls_things() -> None:
    @mg.gate(symbol="×g", local_gradient=lambda x, gate, out: (gate, x))
    def gated(x, gate=0.5):
        return x * gate

    x, g = Value(2.0), Value(3.0)
    out = gated(x, g)
    out.backward()
    assert (out.data, x.grad, g.grad, out.gate) == (6.0, 3.0, 2.0, mg.GATES["gated"])
    assert x.gated(gate=Value(4.0)).data == 8.0
    assert x.gated().data == 1.0


def test_gates_may_be_called_as_the_recorder_calls_things() -> None:
    @mg.gate(symbol="r", local_gradient=lambda x, out: (2 * x,))
    def record(x):
        return x * x

    @mg.gate(symbol="w", local_gradient=lambda x, out: (4 * x * record(x),))
    def wire(x):
        return record(x) ** 2

    x = Value(3.0)
    out = wire(x)
    out.backward()
    assert (out.data, x.grad) == (81.0, 108.0)


def test_a_variadic_gate_is_checked_with_several_numbers_of_inputs() -> None:
    with pytest.raises(mg.GateError, match=r"the rule gives 0\.5, finite differences"):

        @mg.gate(symbol="middle", local_gradient=lambda *inputs: (0.5,) * (len(inputs) - 1))
        def middle(*inputs):
            return mg.sum(inputs) / float(len(inputs))

    assert "middle" not in mg.GATES


def test_a_method_in_a_rule_and_a_decorator_without_settings_say_what_to_write() -> None:
    with pytest.raises(mg.GateError, match=r"write gates as functions, mg\.tanh\(x\)"):

        @mg.gate(symbol="t", local_gradient=lambda x, out: (1 - out * out,))
        def t(x):
            return x.tanh()

    with pytest.raises(TypeError, match=r"write @mg\.gate\(symbol=…"):

        @mg.gate
        def same(x):
            return x


def test_a_wrong_local_gradient_is_told_with_six_digits():
    with pytest.raises(
        mg.GateError, match=r"the rule gives 11\.2338, finite differences 16\.8507$"
    ):

        @mg.gate(symbol="x³", local_gradient=lambda x, out: (2 * x * x,))
        def cubed(x):
            return x * x * x


@pytest.mark.parametrize("opaque", [False, True])
def test_rules_that_take_something_else_than_inputs_and_output_are_refused(opaque):
    wanted = r"write local_gradient=lambda x, y, out: \(…,\)"
    for given in (lambda x, out: (x,), lambda *, x: (x,), lambda x, y, z, out: (x, y)):
        message = f"the local_gradient of times takes .* {wanted}"
        with pytest.raises(mg.GateError, match=message):
            mg.gate(symbol="t", name="times", opaque=opaque, local_gradient=given)(times)

    settings = {"symbol": "s", "opaque": opaque, "local_gradient": lambda *_: (1.0,)}
    with pytest.raises(mg.GateError, match=r"the kinks of same takes \(x\), .*=lambda x, out"):
        mg.gate(**settings, kinks=lambda x: (x,))(same)
    with pytest.raises(mg.GateError, match="the kinks of same must give a tuple, got the float"):
        mg.gate(**settings, kinks=lambda x, out: x)(same)
    with pytest.raises(TypeError, match="the local_gradient of a gate is a function, got the fl"):
        mg.gate(**{**settings, "local_gradient": 3.0})(same)


def times(x, y):
    return x * y


def same(x):
    return 1.0 * x


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: 5.0 if x == 0 else x * x,
        lambda x: 5.0 if x != 0.0 else x * x,
        lambda x: 5.0 if x in (0, 1) else x * x,
    ],
)
def test_a_rule_that_asks_whether_a_number_is_equal_is_refused_not_taken_as_unequal(rule):
    message = r"cannot ask whether x == 0.* mg\.where\(mg\.is_equal"
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="z", name="zero", local_gradient=lambda x, out: (2 * x,))(rule)
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="z", name="zero", local_gradient=lambda x, out: (rule(x),))(same)


TABLE = {1.0: 2.0, 0.29: 5.0}


@pytest.mark.parametrize(
    "rule",
    [
        lambda x: x * TABLE[x],
        lambda x: x * TABLE.get(x, 1.0),
        lambda x: x * TABLE.get(2.0 * x, 1.0),
        lambda x: 2.0 * x if x in {1.0, 2.0} else x,
        lambda x: 2.0 * x if mg.exp(x) in TABLE else x,
        lambda x: 2.0 * x if len({x, -x}) == 1 else x,
    ],
)
def test_a_rule_that_looks_its_input_up_is_refused(rule):
    message = r"cannot look up .* in a dict or a set: .* mg\.select\(table, index\).* opaque=True"
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="w", name="looked_up", local_gradient=lambda x, out: (1.0,))(rule)
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="w", name="looked_up", local_gradient=lambda x, out: (rule(x),))(same)


@pytest.mark.parametrize(
    "rule",
    [
        lambda x, y: x * y if x == y else x + y,
        lambda x, y: x * y if x != -y else x + y,
        lambda x, y: x * y if x in (y, mg.exp(y)) else x + y,
        lambda x, y: x + y * [x, y].index(y),
        lambda x, y: x + y * [x, y].count(y),
        lambda x, y: x + y if x == None else x * y,  # noqa: E711
    ],
)
def test_a_rule_that_compares_its_inputs_by_identity_is_refused(rule):
    message = r"cannot ask whether .* == .*: write mg\.where\(mg\.is_equal"
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="e", name="both", local_gradient=lambda x, y, out: (1.0, 1.0))(rule)
    with pytest.raises(mg.GateError, match=message):
        mg.gate(symbol="e", name="both", local_gradient=lambda *xs: (rule(*xs[:2]), 1.0))(times)
    shown = {"symbol": "e", "name": "both", "definition": rule}
    with pytest.raises(mg.GateError, match=message):
        mg.gate(**shown, local_gradient=lambda x, y, out: (y, x))(times)


def test_an_opaque_gate_may_compare_and_look_up_in_its_local_gradient_too():
    @mg.gate(
        symbol="l", opaque=True, local_gradient=lambda x, out: (TABLE.get(x, 3.0),), check=False
    )
    def looked_up(x):
        return TABLE.get(x, 3.0) * x

    x = Value(1.0)
    looked_up(x).backward()
    assert (looked_up(1.0), looked_up(4.0), x.grad) == (2.0, 12.0, 2.0)


@pytest.mark.parametrize(
    "rule",
    [
        lambda *xs: xs[0] * (2.0 if isinstance(xs[0], float) else 1.0),
        lambda *xs: xs[0] * (2.0 if hasattr(xs[0], "is_integer") else 1.0),
        lambda *xs: xs[0] * random.random(),
    ],
)
def test_a_rule_that_gives_numbers_something_else_than_symbols_is_refused(rule):
    with pytest.raises(mg.GateError, match=r"on the numbers .* as a formula: it looks at what"):
        mg.gate(symbol="k", name="kinds", local_gradient=lambda x, out: (1.0,))(lambda x: rule(x))
    with pytest.raises(mg.GateError, match=r"on the numbers .* as a formula: it looks at what"):
        mg.gate(symbol="k", name="kinds", local_gradient=lambda x, out: (rule(x),))(same)
    with pytest.raises(mg.GateError, match=r"on the numbers .* as a formula: it looks at what"):
        mg.gate(symbol="k", name="kinds", local_gradient=lambda *xs: (1.0,) * (len(xs) - 1))(rule)
