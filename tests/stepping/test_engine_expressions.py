"""The playground reads expressions as `mg.expression` does, and says the same of wrong ones."""

import random

import pytest
from helpers.engine import ask, close, wires_of

import minigrad as mg
from minigrad.engine import Circuit
from minigrad.expressions.expression import names_in
from minigrad.expressions.functions import OTHER_NAMES

RIGHT = """x*y + max(z, w)|sigmoid(w0*x0 + w1*x1 + w2)|-2*x|-2**x|-x|+x|x**-1|x - 1 / x
2*3 + x|2**3**2*x|-x**2|x^0.5|y = x*x|y = w₀·x² − x^0.5|x⁻¹ + x²·2|3 × x|x ÷ 4|x − 4
 x\n\t+ 1 |.5*x + 2.*x + 1_000|pi*x|π|∞*x|σ(x - x)|1/(x - 2)|√(x)|sqrt(x)|log(x)|w₀*w0 + w_0
ŷ - y|x**y**z|x - y - z|x/y/z|x*-y|--x|-(-2)*x|-(2)|-+2|2*-3|((x))|(x + y)*(x + y)
max(x, y, z)|min(x)|maximum(x, y)|tanh(tanh(tanh(x)))|x|2|y = 2|y = x|exp(-x*x/2)
relu(x) - relu(-x)|softplus(x, )|f(x)|e**x|exp|tanh + x|x₁*x_2 + x3|xₖ*2|1e3*x|1e−3*x|1E+2*x
0*x|00*x|w_21^1*x|a_1^2 + b|θ*x + b|theta*x|x²^3|y¹⁰ **2|(x²)^3|x^2²|dot(x, y)|dot(w0, w1, x0, x1)
dot(x, y, z)|leaky_relu(x)|leaky_relu(x, 0.2)|select(x, y, 1)|select(x, x, 7)|prod(x, y, z)
sum(x)|sum(x, 2, 3*y)|x + x + x|clip(x, 0, 1)|漢 + z̄|max(2, 3) + x|mod(x, 3)|atan2(y, x)
hypot(x, y)|less(x, y)|x*1e308*1e308|0/x|-0*x"""
WRONG = """xⁿ|x²x|²x|x½|__import__('os')|__import__(x)|eval(x)|x.data|x[0]|{x}|lambda x: x
x if x else 1|True + x|x < 2|x = y = 2|2 = x|tanh(x=2)|x == 2|x = x*2|x₁ = x_1*2|y =|"x"
x // 2|x % 2|√x|1j*x|0x1F + x|x + 007|x + 1e999|tanh(x, x)|tanh() + x|2x|x 2|3(x)|(x)(x)
x(x + 1)|x +|x + * 2|max(x,)|tanh(*x)|()|x, x|(x, x)|(x|x)|x\x1b[31m|x + \u202ey|x + \ud800
x\x00|x; x|x # sum|漢 + z\u0304 % 2|tahn(w*x)|sigmiod(x)|sgn(x)|φx|x?|x ! 2|a b c|a\u3000b
x+ẞ|ﬁ(x)|max|e|pi(x)|relu((x)|x))|((x|x ^|* x|x**|x..y|1.2.3|1__0|1_|_x|__|x__
x\N{ZERO WIDTH SPACE}y|x\N{NO-BREAK SPACE}+ y|&|x & y|x | y|~x|@x|x!|\\|$x|x$|x→y|‖x‖|x + 😀
😀|x😀y % 2|ReLU(x)|TANH(x)|Log(x)|İ(x)|Tahn(x)
sin x|σ x|max x 2|LN 2x|x ln y|sin cos(x)|sin²(x)|sin^2 x|atan2 y x|leaky_relu x|w^2 x"""
WORDS = ["x", "y", "tanh", "max", "lambda", "if", "ŷ", "j", "0x", "2", "0.5", "1e5", "w₀", "xₖ"]
SIGNS = [*"()(),+-*/ ^.'=²·[√∞", "**", "⁻¹", " ", "+", "*", "x", "y"]


def texts():
    chance = random.Random(5)
    known = [text for line in (RIGHT + "\n" + WRONG).split("\n") for text in line.split("|")]
    known += [f"{name}{x}" for name in OTHER_NAMES for x in ("(x)", " x")]
    known += ["", "   ", "x + 1" + "0" * 400, "1" * 5000, "+".join(["x"] * 400) + " % 2"]
    known += [
        "(" * 10_000 + "x" + ")" * 10_000,
        "tanh(" * 200 + "x" + ")" * 200,
        "-" * 10_000 + "x",
    ]
    known += ["**".join(["x"] * 10_000), "(" * 10_000, "+".join(["x"] * 10_000), "x" * 1_000_000]
    known += [
        "(" * 100 + "x" + ")" * 100,
        "-" * 100 + "x",
        "+".join(["x"] * 1001),
        "a" * 90 + " % 2",
    ]
    known += ["".join(chance.choices(WORDS + SIGNS, k=chance.randint(1, 9))) for _ in range(400)]
    for text in chance.choices([t for t in known if 3 < len(t) < 60], k=300):
        place = chance.randrange(len(text))
        known.append(text[:place] + chance.choice(["", *SIGNS, "q"]) + text[place + 1 :])
    return list(dict.fromkeys(known))


TEXTS = texts()


def values_for(text):
    chance = random.Random(len(text))
    try:
        names = names_in(text)
    except mg.ExpressionError:
        return {}
    return {name: chance.choice([-2.0, -0.5, 0.5, 1.0, 2.0, 3.0]) for name in names}


def pythons(text, values):
    try:
        return mg.expression(text, values)
    except mg.ExpressionError as error:
        return str(error)


def test_several_hundred_texts_are_read_as_in_python():
    values = list(map(values_for, TEXTS))
    answers = ask(
        [{"do": "expression", "text": t, "values": v} for t, v in zip(TEXTS, values, strict=True)]
    )
    right = 0
    for text, given, answer in zip(TEXTS, values, answers, strict=True):
        expected = pythons(text, given)
        if isinstance(expected, str):
            assert answer.get("error") == "ExpressionError", (text[:80], answer, expected)
            assert answer["message"] == expected, text[:80]
            continue
        right += 1
        assert "error" not in answer, (text[:80], answer)
        assert answer["names"] == names_in(text)
        assert answer["formula"] == mg.expressions.as_formula(text)
        circuit = Circuit(expected)
        for wire, other, value in zip(wires_of(circuit), answer["wires"], answer["values"]):
            keys = ("label", "constant", "gate", "inputs")
            assert [wire[key] for key in keys] == [other[key] for key in keys], text[:80]
            assert close(wire["data"], value), (text, wire, value)
    assert len(TEXTS) > 700
    assert right > 130


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x + y", {}),
        ("x + y", {"x": 1.0}),
        ("x", {"x": 1.0, "z": 2.0}),
        ("w₀*x", {"w0": 1.0, "w_0": 2.0, "x": 1.0}),
        ("tanh + x", {"x": 1.0, "tahn": 1.0}),
        ("e*x", {"x": 1.0}),
        (" + ".join(f"x{i}" for i in range(40)), {}),
    ],
)
def test_missing_and_unused_values_are_named_as_in_python(text, values):
    (answer,) = ask([{"do": "expression", "text": text, "values": values}])
    assert answer["message"] == pythons(text, values)
