"""Worksheets: their numbers against the engine's, their blanks, their four formats."""

import html
import re
from functools import partial

import pytest
from helpers.sheets import SHEETS

import minigrad as mg
from minigrad import Worksheet, losses
from minigrad.nn import MLP
from minigrad.text import rounded, unicode_name


def two_layers(activation) -> MLP:
    weights = [[[0.1, 0.2], [0.3, -0.4]], [[0.5, -0.6]]]
    return MLP(2, [2, 1], activation=activation, weights=weights, bias=[[0.1, -0.1], [0.2]])


X, T = [0.5, -1.0], [1.0]


def table_rows(text: str) -> dict[str, list[str]]:
    """The rows of the update, by the parameter's name."""
    lines = text.split("Update\n")[1].splitlines()[3:]  # under ====, the words, the header
    return {line.split()[0]: line.split()[1:] for line in lines}


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "gelu", ["softplus", "linear"]])
def test_gradients_and_updates_are_those_of_the_engine(activation):
    model = two_layers(activation)
    rows = table_rows(Worksheet(model, X, T, learning_rate=0.3).text())
    losses.half_squared_error(model(X), T[0]).backward()
    for parameter in model.parameters():
        cells = rows[unicode_name(parameter.label)]
        gradient, new = parameter.grad, parameter.data - 0.3 * parameter.grad
        assert cells[2:4] == [rounded(gradient, 4), rounded(new, 4)]


def test_the_last_columns_are_one_layers_update_too_early():
    model = two_layers(["tanh", "linear"])
    rows = table_rows(Worksheet(model, X, T, learning_rate=0.3).text())
    losses.half_squared_error(model(X), T[0]).backward()
    delta = model.layers[1].delta[0]
    for j, unit in enumerate(model.layers[0].neurons):
        early = model.layers[1].neurons[0].w[j].data - 0.3 * unit.a.data * delta
        wrong = (1 - unit.a.data**2) * early * delta
        label = unicode_name(unit.b.label)
        assert rows[label][4] == rounded(wrong, 4)
        assert rows[label][4] != rows[label][2]
    for parameter in model.layers[1].parameters():  # the last layer comes first: nothing is early
        cells = rows[unicode_name(parameter.label)]
        assert cells[4:6] == cells[2:4]


def test_the_recursion_is_written_out_in_numbers():
    text = Worksheet(two_layers(["tanh", "linear"]), X, T).text()
    assert "δ₂¹ = tanh′(z₂¹)·(w₁₂²·δ₁²) = " in text
    assert "δ₁² = a₁² − t₁ = " in text  # a linear unit has no slope to multiply by
    assert "z₁¹ = w₁₁¹·x₁ + w₁₂¹·x₂ + b₁¹ = 0.1·0.5 + 0.2·(−1) + 0.1 = −0.05" in text


def test_the_models_own_gradients_are_left_alone():
    model = two_layers("tanh")
    before = [parameter.data for parameter in model.parameters()]
    Worksheet(model, X, T).text()
    assert not any(parameter.has_grad for parameter in model.parameters())
    assert [parameter.data for parameter in model.parameters()] == before


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
def test_without_answers_no_answer_is_there(form):
    sheet = Worksheet(two_layers("tanh"), X, T)
    key, blank = getattr(sheet, form)(), getattr(sheet, form)(answers=False)
    answer = r"\d\.\d{4}"  # given numbers are short
    assert len(re.findall(answer, key)) > 40
    assert not re.findall(answer, blank)
    assert "0.5" in blank


def numeric(text: str) -> float:
    """A formula of numbers, as a sheet writes it, worked out."""
    return mg.expression(text.replace("½", "0.5")).data


@pytest.mark.parametrize("name", SHEETS)
def test_every_line_of_a_key_is_true_within_the_rounding_of_what_it_shows(name):
    lines = SHEETS[name]().text().split("Forward pass")[1].split("Update")[0].splitlines()
    worked = 0
    for line in lines:
        *_, way, result = ["", "", *line.split(" = ")]
        if not re.fullmatch(r"[-−+0-9.e·()/ ½²,]*|.*\b(?:exp|log|max)\([−0-9].*", way) or not way:
            continue
        worked += 1
        assert numeric(way) == pytest.approx(numeric(result), rel=2e-2, abs=3e-4), line
    assert worked >= 3 or name == "no bias"


@pytest.mark.parametrize("name", SHEETS)
def test_a_blank_sheet_has_the_formulas_that_it_takes(name):
    blank = SHEETS[name]().text(answers=False)
    assert "C = " in blank.split("Forward pass")[0]
    assert "∂C/∂a" in blank.split("Forward pass")[0]
    for function in re.findall(r"(\w+)′\(z₁¹\)", blank):
        assert f"{function}′(z) = " in blank or f"{function} is a function of your own" in blank


def test_formulas_of_cost_and_activation_as_a_class_writes_them():
    text = Worksheet.from_seed(7).text(answers=False)
    assert "C = ½·(a − t)²,   ∂C/∂a = a − t" in text
    assert "a = σ(z) = 1/(1 + exp(−z)),   σ′(z) = a·(1 − a)" in text
    assert "C = ½·(a₁² − t₁)² = ______________________ = ______" in text
    text = SHEETS["classes"]().text(answers=False)
    assert "pⱼ = exp(aⱼ) / Σₖ exp(aₖ)" in text
    assert "∂C/∂aⱼ = pⱼ − yⱼ" in text
    assert "The right class is number 2, counted from 0: y₁ = 0,   y₂ = 0,   y₃ = 1" in text
    assert "δ₁² = p₁ − y₁ = " in text


def test_a_blank_sheet_gives_the_numbers_of_a_function_of_ones_own():
    """Its value and its slope: a reader who does not know the function needs both."""
    blank, key = (SHEETS["own activation"]().text(answers) for answers in (False, True))
    (line,) = (line for line in blank.splitlines() if line.startswith("a₁¹"))
    assert line == "a₁¹ = g(z₁¹) = 1.125,   g′(z₁¹) = −2.121"
    assert line in key


def test_a_sheet_says_once_that_an_upper_index_is_no_power_and_which_logarithm_it_takes():
    told = (
        "An upper index is the layer, and no power: w₁₂¹ leads from input 2 to unit 1 of layer 1."
    )
    for sheet in (Worksheet.from_seed(7), SHEETS["classes"]()):
        for answers in (True, False):
            assert sheet.text(answers=answers).count(told) == 1
    log = "log is the natural logarithm."
    softplus = MLP(2, [1], activation=["softplus"], seed=1)
    assert SHEETS["classes"]().text().count(log) == 1
    assert Worksheet(softplus, [1.0, 0.5], 1.0).text().count(log) == 1
    assert log not in Worksheet.from_seed(7).text()


def test_one_layer_has_no_layer_below_and_so_no_columns_of_mistakes():
    one = Worksheet(MLP(2, [1], activation=["tanh"], seed=1), [1.0, 0.5], 1.0)
    assert "wrong" not in one.text()
    assert "mistake" not in one.text()
    assert "wrong gradient" in Worksheet.from_seed(7).text()


def test_latex_has_its_own_functions_and_words_outside_of_formulas():
    latex = SHEETS["classes"]().latex()
    assert r"\exp (a_j) / \sum _k\exp (a_k)" in latex
    assert "\nThe right class is number 2, counted from 0: $y_1 = 0" in latex
    assert r"\text{ exp}" not in latex
    assert r"$\delta $ is $dC/dz$; in the last layer" in latex
    assert r"derivative, $\partial C/\partial a$." in latex


def test_what_is_given_is_parted_by_commas_and_room():
    sheet = Worksheet.from_seed(7)
    assert r"$x_1 = 0.1,\quad x_2 = -0.4,\quad \eta  = 0.5$" in sheet.latex()
    assert "<i>x</i>₁ = 0.1,\u2003<i>x</i>₂ = −0.4,\u2003η = 0.5" in sheet.html()


def test_the_columns_of_mistakes_can_be_left_out():
    settings = {"learning_rate": 0.3}
    sheet = Worksheet(two_layers("tanh"), X, T, **settings)
    without = Worksheet(two_layers("tanh"), X, T, mistakes=False, **settings)
    assert "mistake" in sheet.text()
    assert "wrong" in sheet.text()
    assert "mistake" not in without.text()
    assert "wrong" not in without.text()
    rows, fewer = table_rows(sheet.text()), table_rows(without.text())
    assert {name: row[:2] for name, row in rows.items()} == {n: r[:2] for n, r in fewer.items()}
    assert {len(row) for row in fewer.values()} == {4}


@pytest.mark.parametrize("rate", [0.5, 1e-3, 1e-6])
def test_a_mistake_is_shown_with_as_many_digits_as_it_takes_to_see_it(rate):
    rows = table_rows(Worksheet(two_layers("tanh"), X, T, learning_rate=rate).text())
    for name, cells in rows.items():
        right, wrong = cells[2:4], cells[4:6]
        if name.endswith("¹"):  # of the first layer: there the mistake shows
            assert right[0] != wrong[0]
        else:
            assert right == wrong


def test_random_weights_are_given_with_the_sheets_digits():
    model = MLP(2, [2, 1], seed=3)
    assert not re.search(r"\d\.\d{6}", Worksheet(model, X, T, mistakes=False).text())
    assert re.search(r"\d\.\d{6}", Worksheet(model, X, T, mistakes=False, digits=7).text())


def test_what_is_given_and_not_finite_is_written_in_each_formats_own_way():
    sheet = Worksheet(two_layers("tanh"), [float("inf"), float("nan")], T)
    assert "x₁ = ∞,   x₂ = nan" in sheet.text()
    assert r"x_1 = \infty,\quad x_2 = \mathrm{nan}" in sheet.latex()


def test_names_are_escaped_in_every_format():
    sheet = SHEETS["names"]()
    assert "<b>" not in sheet.html()
    markdown = Worksheet(two_layers("tanh"), X, T).markdown() + sheet.markdown()
    assert not re.search(r"(?<!\\)[$<]", markdown)


def test_the_same_seed_gives_the_same_exercise():
    assert Worksheet.from_seed(4).text() == Worksheet.from_seed(4).text()
    assert Worksheet.from_seed(4).text() != Worksheet.from_seed(5).text()


def test_inputs_and_targets_may_be_anything_that_holds_numbers():
    model = MLP(2, [2, 2], activation="tanh", seed=1)
    expected = Worksheet(model, X, [1.0, 0.0]).text()
    given = [
        (tuple(X), (1, 0)),
        (iter(X), iter([1.0, 0.0])),
        ([mg.Value(X[0]), X[1]], [mg.Value(1.0), 0]),
    ]
    for x, t in given:
        assert Worksheet(model, x, t).text() == expected
    classes = Worksheet(model, X, mg.Value(1.0), loss=losses.cross_entropy).text()
    assert classes == Worksheet(model, X, 1, loss=losses.cross_entropy).text()


def test_a_class_as_the_target():
    model = MLP(2, [2, 3], activation="tanh", seed=1)
    text = Worksheet(model, X, 2, loss=losses.cross_entropy).text()
    assert "The cost C is cross entropy, of the output a and the target:" in text
    losses.cross_entropy(model(X), 2).backward()
    assert rounded(model.layers[0].delta[1], 4) in text


def test_latex_and_markdown_are_balanced():
    sheet = Worksheet.from_seed(1)
    latex = sheet.latex()
    assert latex.count("{") == latex.count("}")
    assert latex.count("$") % 2 == 0
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") == 3
    assert latex.isascii()
    rows = [line for line in sheet.markdown().splitlines() if line.startswith("| *w")]
    assert {row.count("|") for row in rows} == {8}


def test_saving_by_the_ending(tmp_path):
    sheet = Worksheet.from_seed(1)
    for ending, start in [("txt", "Given"), ("md", "## "), ("tex", "\\doc"), ("html", "<!DOCTYPE")]:
        sheet.save(tmp_path / f"sheet.{ending}", answers=False)
        assert (tmp_path / f"sheet.{ending}").read_text(encoding="utf-8").startswith(start)
    with pytest.raises(ValueError, match=r"must end with .txt, .md, .tex or .html"):
        sheet.save(tmp_path / "sheet.docx")


def test_what_is_no_network_is_an_error():
    with pytest.raises(TypeError, match=r"an nn.MLP, got the int 3"):
        Worksheet(3, X, T)
    with pytest.raises(ValueError, match="takes 2 inputs, got 3"):
        Worksheet(two_layers("tanh"), [1, 2, 3], T)


def test_a_worksheet_names_its_network_where_it_is_not_shown():
    sheet = Worksheet.from_seed(3)
    assert repr(sheet) == "Worksheet(MLP(2, [2, 1], activation=['sigmoid', 'sigmoid']))"


def test_a_derivative_over_all_paths_is_written_with_d_and_the_costs_own_with_a_round_one():
    sheet = Worksheet.from_seed(7)
    for text in (sheet.text(), sheet.markdown(), sheet.html()):
        assert "δ is dC/dz; in the last layer it begins with the cost" in text
        assert "dC/dw" in text
        assert "∂C/∂w" not in text
    model = MLP(2, [2, 1], activation="sigmoid", seed=1)
    losses.half_squared_error(model([1.0, -2.0]), 1.0).backward()
    assert "dC/da" in str(model.delta_table())
    assert "∂C/∂" not in str(model.delta_table())


# --- the names of activations ---


def scaled(z, factor):
    return z * factor


def named(name: str):
    """A function of z with any name."""

    def function(z):
        return z * 0.25

    function.__name__ = name
    return function


class Steep:
    """An activation that is an object."""

    def __init__(self, slope: float) -> None:
        self.slope = slope

    def __call__(self, z):
        return z * self.slope


DIFFERENT = {
    "lambdas": [lambda z: z * z, lambda z: z * 2.0],
    "partials": [partial(scaled, factor=2.0), partial(scaled, factor=3.0)],
    "objects of one class": [Steep(2.0), Steep(3.0)],
    "functions of one name": [named("act"), named("act")],
    "a lambda and a function called g": [lambda z: z * z, named("g")],
    "a function called as a gate, and the gate": [named("tanh"), "tanh"],
    "functions called as wires": [named("a"), named("delta")],
    "functions called as signs of the sheet": [named("C"), named("exp")],
    "a lambda and a gate": [lambda z: z * z, "sigmoid"],
}


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html"])
@pytest.mark.parametrize("case", DIFFERENT)
def test_different_activations_have_different_names(case, form):
    sheet = Worksheet(MLP(1, [1, 1], activation=DIFFERENT[case], seed=1), [1.0], 0.5)
    for answers in (True, False):
        text = html.unescape(
            re.sub(r"</?i>|\\mathrm|[{}*\\$]| (?=['(])", "", getattr(sheet, form)(answers))
        )
        text = text.replace("₁¹", "_1^1").replace("₁²", "_1^2")
        first, second = (re.search(rf"a_1\^{n} = (\w+)\(z_1\^{n}\)", text)[1] for n in (1, 2))
        assert first != second
        assert {first, second}.isdisjoint({"a", "C", "delta", "δ", "exp", "z", "lambda", "partial"})
        for name, n in ((first, 1), (second, 2)):
            assert re.search(rf"{name}['′]\(z_1\^{n}\)", text)
            assert f"{name} is a function of your own" in text or f"{name}(z)" in text


def test_a_function_of_ones_own_is_not_taken_for_the_gate_of_its_name():
    text = Worksheet(MLP(1, [1], activation=named("tanh"), seed=1), [1.0], 0.5).text(answers=False)
    assert "g is a function of your own, tanh; its numbers come from the engine." in text
    assert "g′(z₁¹) = 0.25\n" in text


def test_one_function_in_several_layers_has_one_name():
    def twice(z):
        return z * 2.0

    square = lambda z: z * z
    model = MLP(1, [2, 2, 1, 1], activation=[square, twice, square, "tanh"], seed=1)
    text = Worksheet(model, [1.0], 0.5).text()
    assert "g is a function of your own, in layers 1 and 3; its numbers" in text
    assert "twice is a function of your own, in layer 2; its numbers" in text
    assert text.count(" = g(z") == 3
    assert text.count(" = twice(z") == 2


def test_a_network_of_many_unnamed_functions_has_a_name_for_each():
    functions = [eval("lambda z: z * 0.5") for _ in range(20)]
    text = Worksheet(MLP(1, [1] * 20, activation=functions, seed=1), [1.0], 0.5).text()
    assert len(set(re.findall(r"\n(\w+) is a function of your own", text))) == 20
