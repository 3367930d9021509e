"""The command accepts what it prints: its formulas, names and numbers can be typed again."""

import re
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import takewhile

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from minigrad.command.cli import main
from minigrad.expressions import ExpressionError, expression
from minigrad.expressions.expression import names_in
from minigrad.rules import GATES
from minigrad.text import unicode_name

NUMBERS = ["2", "0.5", "7", "1e20", "0.125", "pi", "0", "∞"]
VALUES = ["2.0", "-1.5", "0.3", "1e-9", "−7e12", "3", "∞", "nan"]  # −0 is shown as 0
NAMES = ["x", "w0", "w_1", "theta", "alpha_2", "w_jk", "y_hat", "x12", "ŷ", "h2o"]
OPERATORS = ["+", "-", "*", "/", "^", "**"]
SIGNS = {"add", "sub", "mul", "div", "pow", "neg"}
ARITIES = {gate.name: gate.arity for gate in GATES.values() if gate.name not in SIGNS}


def calls(inputs: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        if name == "select":
            return st.tuples(inputs, inputs, st.sampled_from("01")).map(_call(name))
        pairs = 2 if name == "dot" else 1
        counts = st.just(ARITIES[name]) if ARITIES[name] else st.integers(1, 2)
        sizes = counts.map(lambda count: pairs * count)
        return sizes.flatmap(lambda size: st.tuples(*[inputs] * size)).map(_call(name))

    return st.sampled_from(sorted(ARITIES)).flatmap(call)


def _call(name):
    return lambda inputs: f"{name}({', '.join(inputs)})"


def joined(inputs: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inputs, st.sampled_from(OPERATORS), inputs).map("".join)
    return st.one_of(binary, inputs.map("-{}".format), inputs.map("({})".format), calls(inputs))


FORMULAS = st.recursive(st.sampled_from(NAMES * 3 + NUMBERS), joined, max_leaves=6)
TYPED = st.tuples(st.sampled_from(["", "y = ", "z_1 = "]), FORMULAS).map("".join)
NUMBER = r"[-−]?(?:[0-9][0-9.e−]*|∞|π)|nan"


def printed(command, text, values=None, digits=17):
    """What the command prints; that it refuses nothing is what is tested here."""
    pairs = [f"{name}={number}" for name, number in (values or {}).items()]
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
        code = main([command, "--digits", str(digits), text, *pairs])
    assert (code, errors.getvalue()) == (0, ""), (command, text, pairs)
    return output.getvalue().splitlines()


def used_in(text, values):
    names = {unicode_name(name) for name in names_in(text)}
    return {name: number for name, number in values.items() if unicode_name(name) in names}


def result_of(text, values):
    """The number that the command prints for a formula that it has printed."""
    return printed("eval", text, used_in(text, values))[0].rpartition(" = ")[2]


@st.composite
def requests(draw):
    """A typed formula and a number for each of its names."""
    text = draw(TYPED)
    text = f"({text})" if text.startswith("--") else text  # else it is an option
    try:
        names = names_in(text)
        expression(text, dict.fromkeys(names, 0.5))
    except ExpressionError:  # the name of the result among its own, 0^-1/2 …
        reject()
    return text, {name: draw(st.sampled_from(VALUES)) for name in names}


@settings(max_examples=60, deadline=None)
@given(requests())
def test_the_first_line_gives_the_same_page(request):
    text, values = request
    page = printed("eval", text, values)
    again = printed("eval", page[0].rpartition(" = ")[0], values)
    assert [line for line in page if "not finite" not in line] == [
        line for line in again if "not finite" not in line
    ]


def gates_in(page):
    """The cells of each line about a gate: its name, if it is the first, … input, rule, …"""
    lines = iter(page[2:])
    if next(lines, "").startswith("gate "):
        next(lines)
        for line in takewhile(lambda line: line.strip("─"), lines):
            cells = re.split(" {2,}", line.strip())
            cells = ["", "", "", *cells] if line.startswith(" ") else cells
            yield [*cells, "", ""][:5]  # nothing behind a number has an input that moves


@settings(max_examples=60, deadline=None)
@given(requests())
def test_every_gate_of_the_table_is_a_formula_of_its_value(request):
    text, values = request
    known = dict(values)
    for name, value, *_ in gates_in(printed("eval", text, values)):
        result, _, formula = name.rpartition(" = ")
        assert not formula or "…" in formula or result_of(formula, known) == value
        known |= {result: value} if result else {}


@settings(max_examples=60, deadline=None)
@given(requests())
def test_the_local_gradients_of_the_table_are_formulas(request):
    text, values = request
    known = dict(values)
    for name, value, _, _, rule in gates_in(printed("eval", text, values, digits=3)):
        known |= {name.partition(" = ")[0]: value} if " = " in name else {}
        if rule and not re.search(" if |…", rule):  # neither by cases nor cut
            result_of(rule, known)


@settings(max_examples=60, deadline=None)
@given(requests())
def test_what_a_step_computes_is_a_formula_of_its_value(request):
    text, values = request
    known = dict(values)
    assume(not expression(text, dict.fromkeys(names_in(text), 0.5)).is_leaf)
    for line in printed("step", text, values):
        if computed := re.search(" computes (.*)", line):
            *formulas, value = computed[1].split(" = ")
            if len(formulas) > 1 and re.fullmatch(r"\w+", formulas[0]):
                known[formulas.pop(0)] = value
            assert {result_of(formula, known) for formula in formulas} == {value}


@settings(max_examples=60, deadline=None)
@given(requests())
def test_the_leaves_of_the_tree_are_names_and_numbers(request):
    text, values = request
    page = printed("eval", text, values)
    tree = printed("draw", text, values)
    leaves = {}
    for line in tree:
        if found := re.fullmatch(rf"[ │├╰─]*(\w+) +({NUMBER})(?: .*)?", line):
            leaves[found[1]] = found[2]
    names = {unicode_name(name): name for name in values}
    given = {names[name]: number for name, number in leaves.items() if name in names}
    assert printed("eval", text, values | given) == page
    assert given.keys() == values.keys()
