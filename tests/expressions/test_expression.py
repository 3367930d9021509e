"""Typed expressions: what they mean, and what is said about those that mean nothing."""

import ast
import math
import re

import pytest
from helpers.house import PACKAGE
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.expressions import expressions
from minigrad.expressions.errors import ADVICE
from minigrad.expressions.expression import names_in
from minigrad.expressions.functions import OTHER_NAMES

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"
NEURON_VALUES = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}


def leaves(output):
    return {wire.label: wire for wire in mg.topological_order(output) if wire.is_leaf}


def gate_names(output):
    return [wire.gate.name for wire in mg.topological_order(output) if wire.gate]


def error_of(text, **values):
    with pytest.raises(mg.ExpressionError) as caught:
        mg.expression(text, **values)
    return str(caught.value)


# --- what an expression means ---------------------------------------------------------------------


def test_the_golden_neuron():
    output = mg.expression(NEURON, **NEURON_VALUES)
    output.backward()
    assert output.data == 0.7310585786300049
    gradients = {name: round(wire.grad, 4) for name, wire in leaves(output).items()}
    assert gradients == {
        "w0": -0.1966,
        "x0": 0.3932,
        "w1": -0.3932,
        "x1": -0.5898,
        "w2": 0.1966,
    }


def test_the_golden_circuit_with_max():
    output = mg.expression("2*(x*y + max(z, w))", {"x": 3, "y": -4, "z": 2, "w": -1})
    output.backward()
    assert output.data == -20
    assert {n: w.grad for n, w in leaves(output).items() if n} == {"x": -8, "y": 6, "z": 2, "w": 0}


def test_a_name_is_one_wire():
    output = mg.expression("x*x + x", x=3)
    assert [wire.label for wire in mg.topological_order(output) if wire.is_leaf] == ["x"]
    output.backward()
    assert leaves(output)["x"].grad == 7


def test_a_value_is_used_as_the_wire_itself():
    w = mg.Value(0.5, label="weight")
    mg.expression("w*x", w=w, x=4).backward()
    assert w.grad == 4
    assert w.label == "weight"


def test_numbers_are_constants():
    output = mg.expression("3*x + 1e-3", x=2)
    constants = [wire.data for wire in mg.topological_order(output) if wire.is_constant]
    assert constants == [3.0, 1e-3]


@pytest.mark.parametrize(
    ("text", "gates"),
    [
        ("-2*x", ["mul"]),  # the sign belongs to the number
        ("-2**x", ["pow", "neg"]),  # as in Python: −(2ˣ)
        ("-x", ["neg"]),
        ("+x", []),
        ("x**-1", ["pow"]),
        ("x - 1 / x", ["div", "sub"]),
        ("2*3 + x", ["mul", "add"]),
    ],
)
def test_which_gates_are_recorded(text, gates):
    assert gate_names(mg.expression(text, x=2.0)) == gates


@pytest.mark.parametrize("gate", [gate for gate in mg.GATES.values() if gate.name != "select"])
def test_every_gate_is_a_function_of_its_name(gate):
    inputs = ((2.0,) if gate.name == "acosh" else (0.25, 0.5, 1.0))[: gate.arity or 2]
    arguments = dict(zip("xyz", inputs))
    for name in {gate.name, gate.text_name if gate.text_name.isidentifier() else gate.name}:
        output = mg.expression(f"{name}({', '.join(arguments)})", arguments)
        assert output.data == gate.forward(*inputs)
        assert output.gate is gate


def test_inputs_with_a_default_can_be_left_out():
    assert mg.expression("leaky_relu(x)", x=-1).data == -0.01
    assert mg.expression("leaky_relu(x, 0.2)", x=-1).data == -0.2


@pytest.mark.usefixtures("table_as_it_was")
def test_a_gate_of_ones_own_is_found(table_as_it_was):
    @mg.gate(symbol="x³", local_gradient=lambda x, out: (3 * x * x,))
    def cube_of_expressions(x):
        return x * x * x

    assert mg.expression("cube_of_expressions(x) + 1", x=2).data == 9


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("3 × x", 6.0),
        ("3·x", 6.0),
        ("x ÷ 4", 0.5),
        ("x − 4", -2.0),
        (" x\n\t+ 1 ", 3.0),
        (".5*x + 2.*x + 1_000", 1005.0),
        ("pi", math.pi),
        ("π*x", 2 * math.pi),
        ("σ(x - x)", 0.5),
        ("1/(x - 2)", math.inf),
        ("10**400 + 0*x", math.inf),
        ("x^3", 8.0),
        ("x^0.5", 2**0.5),
        ("2^x^3", 256.0),
        ("−x²", -4.0),
        ("x⁻¹ + x⁺²", 4.5),
        ("(x + 1)²·x¹⁰", 9216.0),
        ("√(x + 2)", 2.0),
        ("1e−3·x", 0.002),
        ("−∞·x", -math.inf),
        ("y = x*x", 4.0),
        ("x₀=3", 3.0),
    ],
)
def test_spellings_and_total_arithmetic(text, result):
    values = {"x": 2} if "x" in names_in(text) else {}
    assert mg.expression(text, values).data == result


def test_names_that_are_shown_alike_are_one_however_spelled():
    for spelling in ("w0", "w₀", "w_0"):
        output = mg.expression(f"{spelling}*w₀ + w0", {"w₀": 3})
        assert output.data == 12
        labels = [wire.label for wire in mg.topological_order(output) if wire.is_leaf]
        assert labels == ["w_0" if spelling == "w_0" else "w0"]
    assert mg.expression("θ₁·xₖ", theta_1=2, x_k=3).data == 6
    assert error_of("w₀", w0=1, w_0=2) == ("w0 is given more than once, also as w_0: leave one out")


def test_a_name_before_the_equals_sign_names_the_result():
    output = mg.expression("y₁ = x*x + 1", x=2)
    assert (output.data, output.label) == (5, "y1")
    mine = mg.Value(2.0, label="mine") * 3
    mine.label = "mine"
    assert mg.expression("y = q", q=mine).label == "mine"
    assert "does not use: y" in error_of("y = x*x", x=2, y=4)


@pytest.mark.parametrize("gate", [gate for gate in mg.GATES.values() if gate.name != "dot"])
def test_the_formulas_that_gates_print_can_be_typed(gate):
    values = dict(zip(["x₁", "w", "θ"], (1.25, 0.5, 1.0)[: gate.arity or 3]))
    printed = gate.text(*values)
    if " if " in printed:  # a choice between formulas: nobody types these
        return
    if math.isnan(gate.forward(*values.values())):
        values = dict.fromkeys(values, 0.25)
    used = {name: value for name, value in values.items() if name in printed}
    expected = gate.forward(*values.values())
    assert mg.expression(printed, used).data == pytest.approx(expected, rel=1e-12)


def test_a_given_pi_comes_before_the_known_one():
    assert mg.expression("pi", pi=3).data == 3


def test_names_come_in_the_order_of_their_first_appearance():
    assert names_in("b + a*b + tanh(c)**a") == ["b", "a", "c"]


numbers = st.floats(-1e3, 1e3, allow_nan=False).map(lambda number: repr(abs(number)))
formulas = st.recursive(
    numbers | st.sampled_from(["x", "y", "z"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", " - ", "*", " / ", "**"]), part).map("".join),
        part.map("({})".format),
        part.map("-{}".format),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(formulas, st.tuples(*[st.floats(-10, 10) for _ in "xyz"]))
def test_an_expression_evaluates_as_in_python(text, point):
    given_values = dict(zip("xyz", point))
    try:
        wanted = eval(text, {}, given_values)
    except (ZeroDivisionError, OverflowError):
        return  # where Python raises, minigrad has an infinity or a nan
    used = {name: given_values[name] for name in names_in(text)}
    found = mg.expression(text, used).data
    if isinstance(wanted, complex) or wanted != wanted:
        return
    assert found == wanted


# --- what is said about the others ----------------------------------------------------------------


def test_an_error_says_what_is_wrong_where_and_what_is_allowed():
    assert error_of("tahn(w*x)", w=1, x=1).splitlines()[:3] == [
        "there is no gate tahn",
        "  tahn(w*x)",
        "  ^^^^",
    ]
    assert "did you mean tanh?" in error_of("tahn(w*x)", w=1, x=1)


@pytest.mark.parametrize(
    ("text", "what", "marked", "advice"),
    [
        ("xⁿ", "xⁿ is not a name", "xⁿ", "write x**n"),
        ("x²^3", "a power of a power", "²^", "(…²)^…"),
        ("y¹⁰ ** 2", "a power of a power", "¹⁰ **", "(…¹⁰)**…"),
        ("x²x", "no operator between these two", "x", "write * between"),
        ("²x", "a value is missing before **", "²", "numbers, names"),
        ("x½", "x½ is not a name", "x½", "letters"),
        ("__import__('os')", "' is not allowed", "'", "quotes"),
        ("__import__(x)", "there is no gate __import__", "__import__", "the gates are abs,"),
        ("eval(x)", "there is no gate eval", "eval", "the gates are"),
        ("x.data", ". is not allowed", ".", "no attributes"),
        ("x[0]", "[ is not allowed", "[", "x0"),
        ("{x}", "{ is not allowed", "{", "round parentheses"),
        ("lambda x: x", "lambda is a word of Python", "lambda", "choose another name"),
        ("x if x else 1", "if is a word of Python", "if", "choose another name"),
        ("True + x", "True is a word of Python", "True", "choose another name"),
        ("x < 2", "< is not allowed", "<", "compares nothing"),
        ("x = y = 2", "= is not allowed", "=", "values come after it"),
        ("2 = x", "= is not allowed", "=", "values come after it"),
        ("tanh(x=2)", "= is not allowed", "=", "values come after it"),
        ("x == 2", "== is not allowed", "==", "compares nothing"),
        ("x = x*2", "x is the name of the result", "x", "another name"),
        ("x₁ = x_1*2", "x_1 is the name of the result", "x_1", "another name"),
        ("y =", "ends where a value should follow", None, "numbers, names"),
        ('"x"', '" is not allowed', '"', "quotes"),
        ("x // 2", "// is not allowed", "//", "write / for"),
        ("x % 2", "% is not allowed", "%", "remainder"),
        ("√x", "√ is not allowed", "√", "write sqrt(…)"),
        ("1j*x", "1j is a complex number", "1j", "real"),
        ("0x1F + x", "0x1F is not a decimal number", "0x1F", "digits 0 to 9"),
        ("x + 007", "begins with a zero", "007", "without zeros"),
        ("x + 1e999", "1e999 is beyond the range of a float", "1e999", "smaller"),
        ("x + 1" + "0" * 400, "is beyond the range of a float", None, "smaller"),
        ("tanh(x, x)", "tanh takes 1 input, got 2", "tanh(x, x)", "tanh multiplies"),
        ("tanh() + x", "tanh takes 1 input, got 0", "tanh()", "tanh multiplies"),
        ("select(x, x, 7)", "whole number from 0 to 1, got 7", "select(x, x, 7)", "multiplexer"),
        ("2x", "no operator between 2 and x", "x", "write 2*x"),
        ("x 2", "no operator between x and 2", "2", "write x*2"),
        ("3(x)", "no operator between these two", "(", "write *"),
        ("(x)(x)", "no operator between these two", "(", "write *"),
        ("2 + sin x", "no operator between sin and x", "x", "write sin(x)"),
        ("σ x", "no operator between σ and x", "x", "write σ(x)"),
        ("LN x", "no operator between LN and x", "x", "write log(x)"),
        ("sin cos(x)", "no operator between sin and cos", "cos", "write sin(cos(…))"),
        ("2 max(x, 1)", "no operator between 2 and max", "max", "write 2*max for their product"),
        ("max x 2", "no operator between max and x", "x", "write max(x, …)"),
        ("sin²(x)", "no operator between these two", "(", "write sin(…)**2"),
        ("sin^2 x", "no operator between these two", "x", "write sin(…)**2"),
        ("x(x + 1)", "there is no gate x", "x", "write x*(…) for a product"),
        ("x +", "ends where a value should follow", None, "numbers, names"),
        ("x + * 2", "a value is missing before *", "*", "numbers, names"),
        ("max(x,)", "a value is missing before )", ")", "numbers, names"),
        ("tanh(*x)", "a value is missing before *", "*", "numbers, names"),
        ("()", "a value is missing before )", ")", "numbers, names"),
        ("x, x", "this comma separates nothing", ",", "max(x, y)"),
        ("(x, x)", "this comma separates nothing", ",", "max(x, y)"),
        ("(x", "this ( is never closed", "(", "write the )"),
        ("x)", "this ) closes nothing", ")", "leave it out"),
        ("x\x1b[31m", "this character is not allowed", "�", "numbers, names"),
        ("x + \u202ey", "this character is not allowed", "�", "numbers, names"),
        ("x + \ud800", "this character is not allowed", "�", "numbers, names"),
        ("x\x00", "this character is not allowed", "�", "numbers, names"),
        ("x; x", "; is not allowed", ";", "commas between"),
        ("|x|", "| is not allowed", "|", "write abs(x)"),
        ("ReLU(x)", "there is no gate ReLU", "ReLU", "did you mean relu?"),
        ("ln(x)", "there is no gate ln", "ln", "write log(…);"),
        ("SQR(x)", "there is no gate SQR", "SQR", "write x**2;"),
        ("x # sum", "# is not allowed", "#", "numbers, names"),
    ],
)
def test_bad_input(text, what, marked, advice):
    first, excerpt, carets, last = error_of(text, x=1.0).split("\n")
    assert what in first
    assert advice in last
    start, stop = carets.index("^"), len(carets)
    if marked:
        assert excerpt[start:stop] == marked
    assert is_clean("\n".join([first, excerpt, last]))


ELSEWHERE = {
    "average": lambda x: x,
    "avg": lambda x: x,
    "cbrt": lambda x: math.exp(math.log(x) / 3),
    "cot": lambda x: math.cos(x) / math.sin(x),
    "csc": lambda x: 1 / math.sin(x),
    "heaviside": lambda x: float(x > 0),
    "int": int,
    "lg": math.log10,
    "ln": math.log,
    "logistic": lambda x: 1 / (1 + math.exp(-x)),
    "power": lambda x: x**x,
    "root": math.sqrt,
    "sec": lambda x: 1 / math.cos(x),
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "sqr": lambda x: x * x,
    "square": lambda x: x * x,
    "step": lambda x: float(x > 0),
    "swish": lambda x: x / (1 + math.exp(-x)),
    "tg": math.tan,
}


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_what_other_tools_call_otherwise_is_led_to_what_can_be_typed(name):
    advice = error_of(f"{name}(x)", x=1.0).split("\n")[-1]
    advised = re.fullmatch("write (.*?); the gates are .*", advice)[1].replace("…", "x")
    values = {letter: 0.5 for letter in "xy" if re.search(rf"\b{letter}\b", advised)}
    assert mg.expression(advised, values).data == pytest.approx(ELSEWHERE[name](0.5))


def test_carets_stand_under_wide_letters_and_combining_marks():
    _, excerpt, carets, _ = error_of("漢 + z\u0304 % 2").split("\n")
    assert excerpt == "  漢 + z\u0304 % 2"
    assert carets == "         ^"  # 漢 takes two cells, the bar over z none


def test_a_long_expression_is_shown_around_the_place():
    lines = error_of("+".join(["x"] * 400) + " % 2").split("\n")
    assert max(map(len, lines)) <= 80
    assert lines[1][lines[2].index("^")] == "%"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("(" * 10_000 + "x" + ")" * 10_000, "more than 100 levels deep"),
        ("tanh(" * 10_000 + "x" + ")" * 10_000, "more than 100 levels deep"),
        ("-" * 10_000 + "x", "more than 100 levels deep"),
        ("**".join(["x"] * 10_000), "more than 100 levels deep"),
        ("(" * 10_000, "more than 100 levels deep"),
        ("+".join(["x"] * 10_000), "more than 1,000 operators"),
        ("x" * 1_000_000, "1,000,000 characters"),
    ],
    ids=["parentheses", "gates", "signs", "powers", "unclosed", "operators", "characters"],
)
def test_more_than_pythons_parser_takes_is_an_error_of_ours(text, limit):
    message = error_of(text, x=1.0)
    assert limit in message
    assert len(message) < 400


def test_the_largest_that_is_allowed_works():
    assert mg.expression("(" * 100 + "x" + ")" * 100, x=1).data == 1
    assert mg.expression("-" * 100 + "x", x=1).data == 1
    assert mg.expression("+".join(["x"] * 1001), x=1).data == 1001


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_expression(text):
    assert error_of(text).startswith("the expression is empty: write one")


def test_all_missing_values_are_listed():
    message = error_of(NEURON, w0=2, w2=1)
    assert message.startswith("values are missing for x0, w1, x1\n")
    assert message.endswith("give values: x0=… w1=… x1=…")


def test_a_missing_value_and_one_too_many_are_named_together():
    message = error_of("w*x", w=1, y=2)
    assert message.startswith("a value is missing for x\n  w*x\n    ^\n")
    assert message.endswith("not used: y")


def test_a_gate_without_parentheses_is_recognised():
    assert "tanh is a gate: write tanh(…)" in error_of("tanh + 1")


def test_a_value_that_is_not_used():
    message = error_of("weight*x", weight=1, x=2, weigth=3)
    assert "does not use: weigth" in message
    assert "did you mean weight?" in message


def test_values_of_a_wrong_type_are_named():
    with pytest.raises(TypeError, match="the value of x: expected a number, got the str '3'"):
        mg.expression("x", x="3")
    with pytest.raises(OverflowError, match="the value of x"):
        mg.expression("x", x=10**400)
    with pytest.raises(TypeError, match="write it in quotes"):
        mg.expression(3)


words = ["x", "y", "tanh", "max", "lambda", "if", "ŷ", "j", "0x", "2", "0.5", "1e5", "w₀", "xₖ"]
signs = [
    "(",
    ")",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "**",
    " ",
    "^",
    ".",
    "'",
    "=",
    "²",
    "·",
    "[",
    "⁻¹",
    "√",
    "∞",
]


def is_clean(message):
    return all(line.isprintable() for line in message.split("\n"))


@settings(max_examples=500, deadline=None)
@given(st.text() | st.lists(st.sampled_from(words + signs), max_size=12).map("".join))
def test_no_text_raises_anything_else(text):
    try:
        output = mg.expression(text, dict.fromkeys(names_in(text), 0.5))
    except mg.ExpressionError as error:
        output = error
    assert isinstance(output, mg.Value) or is_clean(str(output))


# --- several expressions --------------------------------------------------------------------------


def test_a_name_is_one_wire_in_all_expressions_and_a_result_goes_into_those_that_follow():
    a, f = expressions("a = max(w0, 2)*w_0, sin(w₀) + a", {"w0": 3.0})
    assert (a.label, a.data, f.data) == ("a", 9.0, math.sin(3.0) + 9.0)
    assert f.inputs[1] is a
    assert set(leaves(f)) == {"w0", ""}
    (alone,) = expressions(NEURON, NEURON_VALUES)
    assert alone.data == mg.expression(NEURON, NEURON_VALUES).data


@pytest.mark.parametrize(
    ("text", "what", "marked", "advice"),
    [
        ("x,", "this comma separates nothing", ",", "on both sides"),
        (",x", "this comma separates nothing", ",", "on both sides"),
        ("x,,x", "this comma separates nothing", ",", "on both sides"),
        ("0,5*x", "this comma stands between digits", ",", "a point, 0.5"),
        ("(x, x), x", "this comma separates nothing", ",", "max(x, y)"),
        ("max(x, x", "this ( is never closed", "(", "write the )"),
        ("x), x", "this ) closes nothing", ")", "leave it out"),
        ("a = x, a = 2*x", "a is the name of two results", "a", "another name"),
        ("2*x, x = 3", "x is the name of the result", "x", "another name"),
        ("x, a + 1", "a value is missing for a", "a", "give values: a=…"),
        ("x, 1 + + ", "ends where a value should follow", None, "numbers, names"),
    ],
)
def test_several_expressions_that_make_no_sense(text, what, marked, advice):
    with pytest.raises(mg.ExpressionError) as caught:
        expressions(text, {"x": 1.0})
    first, excerpt, carets, last = str(caught.value).split("\n")
    assert what in first
    assert advice in last
    if marked:
        assert excerpt[carets.index("^") : len(carets)] == marked


def test_a_value_for_a_result_or_for_none_of_the_expressions_is_refused():
    for name in ("a", "y"):
        with pytest.raises(mg.ExpressionError, match=f"does not use: {name}\n  a = x, a \\+ 1"):
            expressions("a = x, a + 1", {"x": 1.0, name: 2.0})


def test_the_playground_advises_what_python_advises():
    script = (PACKAGE / "stepping/web/engine/tokens.js").read_text(encoding="utf-8")
    (compares,) = re.findall(r'const COMPARES = (".*");', script)
    (table,) = re.findall(r"const ADVICE = .*?(\{.*?),\n\}", script, re.DOTALL)
    assert ast.literal_eval(table.replace("COMPARES", compares) + "}") == ADVICE
