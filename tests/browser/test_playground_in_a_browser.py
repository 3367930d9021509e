"""The playground as a learner uses it, in Chromium: small tasks, one after another on one page."""

import math

import pytest

import minigrad as mg

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory):
    """The page, opened from a file; whatever it asks for or complains of is kept."""
    file = tmp_path_factory.mktemp("playground") / "page.html"
    mg.playground(file)
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(4000)
    page.noticed = []
    page.on("pageerror", lambda error: page.noticed.append(str(error)))
    page.on("console", lambda said: page.noticed.append(said.text))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith("file:") else page.noticed.append(asked.url),
    )
    page.goto(file.as_uri())
    ready(page)
    yield page
    context.close()


@pytest.fixture
def page(opened):
    """At the end of a task nothing has been asked for, and no script has failed."""
    yield opened
    assert opened.noticed == []


def ready(page) -> None:
    page.locator("html[data-ready=yes]").wait_for()


def draw(page, text: str, **values: float) -> None:
    """Type an expression, and numbers for its names."""
    if page.get_by_label("expression", exact=True).is_hidden():
        page.get_by_role("button", name="expression", exact=True).click()
    page.get_by_label("expression", exact=True).fill(text)
    page.get_by_label("expression", exact=True).press("Enter")
    tab(page, "numbers")
    for name, number in values.items():
        number_of(page, name).fill(str(number))


def tab(page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def number_of(page, name: str):
    return page.get_by_label(name, exact=True).and_(page.locator("input[type=number]"))


def gradient(page, name: str) -> str:
    return page.get_by_label(f"gradient of {name}", exact=True).text_content()


def leaf(page, name: str):
    return page.locator(".picture [role=slider]").and_(page.get_by_label(name, exact=True)).first


def until(page, condition: str) -> None:
    """Wait for what is so in the page; its policy forbids playwright's own way, which is eval."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came: {condition}")


def step_to(page, position: int) -> None:
    page.get_by_label("step", exact=True).fill(str(position))


def words(page) -> str:
    return page.locator(".words").text_content()


# --- a first look ---


def test_01_at_first_sight_a_neuron_stands_there_with_all_its_numbers(page):
    assert page.get_by_label("expression", exact=True).input_value() == NEURON
    assert page.locator(".picture .gate").count() == 5
    assert gradient(page, "w₀") == "−0.197"
    shown = page.locator(".picture text.gradient").all_text_contents()
    assert "−0.590" in shown
    assert "?" not in shown


def test_02_a_number_is_dragged_and_all_others_follow(page):
    draw(page, "x*y + x", x=3, y=-2)
    box = leaf(page, "y").locator(".pill").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = page.locator(".picture svg").bounding_box()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    assert number_of(page, "y").input_value() == "-1"
    assert gradient(page, "x") == "0"
    assert page.locator(".picture svg").bounding_box() == before  # the layout stays


@pytest.mark.parametrize(
    ("text", "names"),
    [("select(p, q, i)", ["p", "q", "i"]), ("__proto__*constructor", ["__proto__", "constructor"])],
)
def test_any_new_names_begin_with_numbers_that_the_gates_take(page, text, names):
    draw(page, text)
    assert page.locator(".source .error").is_hidden()
    assert page.locator(".numbers .name").all_text_contents() == names
    assert "nan" not in page.locator(".bar h2").text_content()


def test_a_text_that_moves_nothing_names_no_number_as_the_most_important(page):
    draw(page, "x*0 + 1")
    assert "Drag a number" in words(page)
    assert "Most of all" not in words(page)


def test_03_a_number_is_nudged_with_the_arrow_keys(page):
    draw(page, "x*y", x=3, y=-2)
    leaf(page, "x").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    assert number_of(page, "x").input_value() == "3.11"
    assert gradient(page, "y") == "3.11"
    assert leaf(page, "x").get_attribute("aria-valuenow") == "3.11"


def test_04_a_number_is_typed_in_the_picture(page):
    draw(page, "x*y", x=3, y=-2)
    leaf(page, "x").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("many")
    page.keyboard.press("Enter")
    assert "that is no number" in dialog.text_content()
    dialog.get_by_role("textbox").fill("−0,5")
    page.keyboard.press("Enter")
    assert gradient(page, "y") == "−0.5"


def test_05_a_slider_of_the_panel_moves_a_number(page):
    draw(page, "x*y", x=3, y=-2)
    page.get_by_label("x, slider").fill("1.5")
    assert gradient(page, "y") == "1.5"


def test_06_names_keep_their_numbers_while_the_expression_changes(page):
    draw(page, "x*y", x=7, y=-2)
    draw(page, "x*y + z")
    assert number_of(page, "x").input_value() == "7"


def test_07_a_mistyped_expression_is_told_with_a_caret_and_the_picture_stays(page):
    draw(page, "x*y")
    page.get_by_label("expression", exact=True).fill("x*(y + ")
    page.get_by_label("expression", exact=True).press("Enter")
    said = page.locator(".source .error").text_content()
    with pytest.raises(mg.ExpressionError) as python:
        mg.expression("x*(y + ", {"x": 1, "y": 1})
    assert said == str(python.value)
    assert "^" in said
    assert page.locator(".picture .gate").count() == 1
    draw(page, "x*y")
    assert page.locator(".source .error").is_hidden()


def test_08_every_example_is_drawn(page):
    menu = page.get_by_label("examples", exact=True)
    for number in range(menu.locator("option").count() - 1):
        menu.select_option(str(number))
        until(page, "document.querySelectorAll('.picture .gate').length > 0")
        assert "nan" not in page.locator(".picture").first.text_content()


# --- step by step ---


def test_09_stepping_forward_shows_one_number_after_another(page):
    draw(page, "(x + y)*z", x=-2, y=5, z=-4)
    page.get_by_role("button", name="to the start").click()
    values = page.locator(".picture .wire text.unknown")
    unknown = values.count()
    page.get_by_role("button", name="one step on").click()
    assert "+ computes x + y = −2 + 5 = 3" in words(page)
    assert values.count() < unknown


def test_10_stepping_backward_says_what_each_gate_does(page):
    draw(page, "(x + y)*z", x=-2, y=5, z=-4)
    step_to(page, 3)
    stepper = mg.Stepper(mg.expression("(x + y)*z", {"x": -2, "y": 5, "z": -4}))
    stepper.position = 3
    assert stepper.present.sentence in words(page)
    assert page.locator(".picture .gate.active").count() == 1


def test_11_a_click_on_a_gate_goes_to_its_step(page):
    draw(page, "(x + y)*z", x=-2, y=5, z=-4)
    page.locator(".picture .gate").first.click()
    assert words(page).startswith("backward 2 of 2")
    page.locator(".picture .gate").first.click()
    assert words(page).startswith("forward 1 of 2")


def test_12_it_plays_by_itself_and_stops_at_the_end(page):
    draw(page, "x*y")
    page.get_by_role("button", name="to the start").click()
    page.get_by_label("speed").select_option("4")
    page.get_by_role("button", name="play", exact=True).click()
    page.get_by_role("button", name="pause", exact=True).wait_for()
    page.get_by_role("button", name="play", exact=True).wait_for()
    assert words(page).startswith("backward 1 of 1")
    page.get_by_label("speed").select_option("1")


def test_13_a_number_dragged_in_the_middle_of_the_steps_keeps_the_step(page):
    draw(page, "(x + y)*z", x=-2, y=5, z=-4)
    step_to(page, 3)
    number_of(page, "z").fill("2")
    assert words(page).startswith("backward 1 of 2")
    assert "2" in words(page)


def test_14_predictions_are_graded_and_a_known_mistake_is_named(page):
    draw(page, "(x + y)*z", x=-2, y=5, z=-4)
    page.get_by_role("button", name="to the start").click()
    page.get_by_role("button", name="predict").click()
    assert gradient(page, "z") == "?"  # nothing is given away
    page.locator(".question input").fill("3")
    page.keyboard.press("Enter")
    assert "✓" in words(page)
    page.get_by_role("button", name="one step on").click()
    page.locator(".question input").fill("-12")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="one step on").click()
    fields = page.locator(".question input")
    fields.nth(0).fill("3")
    fields.nth(1).fill("3")
    page.keyboard.press("Enter")
    assert "✗" in words(page)
    assert "switches its inputs" in words(page)
    assert "score: 3 of 4 right" in words(page)
    page.get_by_role("button", name="predict").click()


# --- why ---


def test_15_why_tells_the_chain_of_reasons_as_python_does(page):
    draw(page, "tanh(w*x)", w=2, x=-1)
    tab(page, "why?")
    page.get_by_label("gradient of", exact=True).select_option(label="w")
    told = page.locator("#panel-why").text_content()
    w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    f = (w * x).tanh()
    f.label = "f"
    for line in mg.Stepper(f).why(w).splitlines()[1:]:
        assert line.strip() in told, line


def test_16_a_click_on_a_wire_asks_why(page):
    draw(page, "tanh(w*x)", w=2, x=-1)
    leaf(page, "x").click()
    assert page.get_by_role("tab", name="why?").get_attribute("aria-selected") == "true"
    assert page.get_by_label("gradient of", exact=True).input_value() == "1"


def test_17_paths_multiply_and_their_products_add_up(page):
    draw(page, "x*y + x", x=3, y=-2)
    tab(page, "why?")
    page.get_by_label("gradient of", exact=True).select_option(label="x")
    paths = page.locator("ul.paths button")
    assert paths.count() == 2
    assert page.locator(".sum").text_content().endswith("= −1")
    paths.first.click()
    assert page.locator(".picture .edge.onpath").count() >= 1
    assert paths.first.get_attribute("aria-pressed") == "true"


def test_18_a_gradient_step_makes_the_output_smaller_and_reset_brings_the_numbers_back(page):
    draw(page, "(x - 3)^2 + 1", x=0.5)
    page.get_by_role("button", name="gradient step").click()
    page.get_by_role("button", name="gradient step").click()
    assert number_of(page, "x").input_value() == "1.4"
    assert page.locator("#panel-numbers svg.chart").count() == 1
    page.get_by_role("button", name="reset").click()
    assert number_of(page, "x").input_value() != "1.4"


# --- mistakes ---


def mistake(page, *names: str) -> None:
    tab(page, "mistakes")
    for box in page.locator(".switches label").all():
        wanted = any(name in box.text_content() for name in names)
        box.get_by_role("checkbox").set_checked(wanted)


def test_19_the_mistake_at_a_fan_out_glows_and_is_said(page):
    draw(page, "x*y + x", x=3, y=-2)
    mistake(page, "+=")
    assert page.locator(".pictures figure:visible").count() == 2
    glowing = page.locator(".pictures figure").nth(1).locator(".leaf.glow")
    assert [one.get_attribute("aria-label") for one in glowing.all()] == ["x"]
    assert "where −1 is right" in page.locator("#panel-mistakes .verdict").text_content()


def test_20_right_and_wrong_train_side_by_side(page):
    draw(page, "(v*tanh(w*x) - y)^2", v=1, w=0.5, x=1, y=-1)
    mistake(page, "sign")
    page.get_by_role("button", name="10 steps").click()
    told = page.locator("#panel-mistakes .chart").get_attribute("aria-label")
    assert "over 10 steps" in told
    mistake(page)
    assert page.locator(".pictures figure:visible").count() == 1


# --- networks ---


def network(page) -> None:
    """The network that the page begins with, on two moons."""
    page.get_by_role("button", name="expression", exact=True).click()
    page.get_by_role("button", name="network", exact=True).click()
    page.locator(".picture .unit").first.wait_for()
    tab(page, "train")


def test_21_a_network_is_built_and_trained_step_by_step(page):
    network(page)
    assert page.locator(".picture .unit").count() == 4
    status = page.locator("#panel-train [role=status]")
    before = status.text_content()
    assert before.startswith("step 0")
    page.get_by_role("button", name="one step", exact=True).click()
    assert status.text_content().startswith("step 1")
    assert page.locator(".picture .weight-name").count() == 9


def test_22_it_trains_by_itself_and_the_cost_goes_down(page):
    network(page)
    status = page.locator("#panel-train [role=status]")
    cost = lambda: float(status.text_content().split("mean cost ")[1].split(" ")[0])
    before = cost()
    page.get_by_role("button", name="run", exact=True).click()
    steps = "document.querySelector('#panel-train [role=status]').textContent.match(/[0-9]+/)"
    until(page, f"Number({steps}[0]) > 400")
    page.get_by_role("button", name="pause", exact=True).click()
    assert cost() < before / 2
    assert "right" in page.locator("canvas").get_attribute("aria-label")


def test_23_a_click_on_a_neuron_shows_its_circuit_with_the_numbers_of_now(page):
    network(page)
    page.get_by_role("button", name="one step", exact=True).click()
    box = page.locator(".picture .unit").first
    shown = box.locator("text.value").last.text_content().split("= ")[1]
    box.click()
    page.locator(".picture .gate").nth(4).wait_for()
    assert page.locator(".picture .gate").count() == 5
    assert shown in page.locator(".picture text.value").all_text_contents()
    page.get_by_role("button", name="the whole network").click()
    page.locator(".picture .unit").first.wait_for()


def test_24_a_weight_is_dragged_and_the_decision_boundary_moves(page):
    network(page)
    picture = "document.querySelector('canvas').toDataURL()"
    before = page.evaluate(picture)
    label = page.locator(".picture .weight-name").first
    label.focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert page.evaluate(picture) != before


def test_25_a_click_on_an_example_brings_it_into_the_picture(page):
    network(page)
    title = page.locator(".bar h2")
    before = title.text_content()
    page.get_by_label("example in the picture").fill("7")
    page.keyboard.press("Tab")
    assert title.text_content().startswith("cost of example 7")
    page.locator("canvas").click(position={"x": 40, "y": 60})
    assert title.text_content() != before


def test_26_gradients_are_shown_as_formulas_in_delta(page):
    network(page)
    page.get_by_role("button", name="show δ").click()
    page.get_by_text("δ₁¹·x₁").first.wait_for()
    page.get_by_role("button", name="gates", exact=True).click()
    page.locator(".picture .gate").nth(8).wait_for()
    assert "δ₁²·w₁₁²" in page.locator(".picture").first.text_content()
    page.get_by_role("button", name="neurons", exact=True).click()
    page.get_by_role("button", name="show δ").click()


def test_27_sizes_activations_costs_and_data_are_chosen(page):
    network(page)
    page.get_by_label("hidden").fill("4, 2")
    page.keyboard.press("Enter")
    page.locator(".picture .unit").nth(6).wait_for()
    for name in ("XOR", "circles", "spirals"):
        page.get_by_label("data", exact=True).select_option(label=name)
        page.wait_for_timeout(50)
        assert "of 4:" in page.locator("#panel-train").text_content() or name != "XOR"
    for text in ("99", "-1", "3.5", "4, x"):
        page.get_by_label("hidden").fill(text)
        page.keyboard.press("Enter")
        told = page.locator(".source .error").text_content()
        assert f"{text}: write up to four whole numbers from 1 to 16" in told
    page.get_by_label("hidden").fill("[3, 2]")
    page.keyboard.press("Enter")
    page.locator(".picture .unit").nth(5).wait_for()
    assert page.locator(".source .error").is_hidden()


def test_28_the_texts_networks_are_there_by_name(page):
    network(page)
    menu = page.get_by_label("network", exact=True)
    names = menu.locator("option").all_text_contents()
    assert len(names) > 2
    for name in names[1:]:
        menu.select_option(label=name)
        page.wait_for_timeout(150)
        assert page.locator(".source .error").is_hidden()
        assert "nan" not in page.locator(".picture").first.text_content()
    menu.select_option("")


def test_a_cross_entropy_shows_p_and_where_its_digits_are_lost_what_is_computed(page):
    network(page)
    page.get_by_label("network", exact=True).select_option(label="classes and softmax")
    page.get_by_role("button", name="gates", exact=True).click()
    picture = page.locator(".picture").first

    def shown() -> str:
        return "".join((picture.text_content() or "").split())

    page.locator(".picture .gate", has_text="log").first.wait_for()
    assert "p₁" in shown()
    assert "p₂" in shown()
    assert "log1p" not in shown()
    tab(page, "train")
    page.get_by_role("button", name="one step", exact=True).click()
    assert "p₁" in shown()
    assert "?" not in shown()
    tab(page, "numbers")
    number_of(page, "w₁₁²").fill("-4000")
    page.locator(".picture .gate", has_text="log1p").wait_for()
    assert "p₁" not in shown()
    assert "nan" not in shown()
    assert "∞" not in shown()
    page.get_by_role("button", name="reset").click()
    page.locator(".picture .gate", has_text="÷").first.wait_for()
    mistake(page, "sign")
    page.locator(".picture .gate", has_text="log1p").first.wait_for()
    mistake(page)
    page.locator(".picture .gate", has_text="÷").first.wait_for()
    assert "p₁" in shown()
    page.get_by_role("button", name="neurons", exact=True).click()
    page.get_by_label("network", exact=True).select_option("")


def test_29_right_and_wrong_networks_train_side_by_side_and_diverge(page):
    network(page)
    mistake(page, "sign")
    page.get_by_role("button", name="10 steps").click()
    told = page.locator("#panel-mistakes p.small").text_content()
    right, wrong = (float(part.split(" ")[1]) for part in told.split(": ")[1].split(", "))
    assert right < wrong
    mistake(page)


def test_a_wide_network_is_seen_whole_with_its_cost(page):
    network(page)
    page.get_by_label("hidden").fill("8, 8")
    page.keyboard.press("Enter")
    page.locator(".picture .unit").nth(16).wait_for()
    assert page.evaluate(
        "(box => box.scrollWidth <= box.clientWidth)(document.querySelector('.picture'))"
    )
    page.get_by_label("hidden").fill("3")
    page.keyboard.press("Enter")


# --- sharing ---


def test_what_is_too_large_for_a_link_has_none_and_its_python(page):
    draw(page, "x*y")
    until(page, "location.hash !== ''")
    draw(page, f"tanh({'y' * 12_000})")
    until(page, "location.hash === ''")
    page.get_by_role("button", name="share").click()
    assert "too large for a link" in page.locator("dialog").text_content()
    assert "y" * 12_000 in page.get_by_role("textbox", name="Python").input_value()
    page.get_by_role("button", name="close").click()


def test_30_a_link_brings_the_same_page_back_and_python_rebuilds_it(page):
    draw(page, "tanh(w*x + b)", w=0.7, x=-1.5, b=0.25)
    page.get_by_role("button", name="share").click()
    link = page.get_by_role("textbox", name="link").input_value()
    python = page.get_by_role("textbox", name="Python").input_value()
    page.get_by_role("button", name="close").click()
    names: dict = {}
    exec(python, names)
    circuit = [thing for thing in names.values() if isinstance(thing, mg.Value)][-1]
    assert math.isclose(circuit.data, math.tanh(0.7 * -1.5 + 0.25))
    draw(page, "x*y")
    page.goto(link)
    until(page, "document.querySelectorAll('.picture .gate').length === 3")
    assert number_of(page, "w").input_value() == "0.7"
    assert gradient(page, "b") == mg.text.rounded(1 - math.tanh(-0.8) ** 2)


def test_31_a_file_of_save_is_opened(page, tmp_path):
    w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    mg.save((w * x).tanh() + w, tmp_path / "circuit.json")
    mg.save(mg.nn.MLP(2, [2, 1], seed=3), tmp_path / "network.json")
    (tmp_path / "wrong.json").write_text('{"format": "minigrad", "kind": "<img src=x>"}')
    for name, part in (("circuit", ".gate"), ("network", ".unit")):
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="open").click()
        choosing.value.set_files(tmp_path / f"{name}.json")
        page.locator(f".picture {part}").nth(2).wait_for()
        assert page.locator(".source .error").is_hidden()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="open").click()
    choosing.value.set_files(tmp_path / "wrong.json")
    page.locator(".source .error").wait_for()


@pytest.mark.parametrize("number", range(4))
def test_32_every_lesson_runs_to_its_end(page, number):
    page.locator(".lessons button").nth(number).click()
    seen = []
    for _ in range(8):
        page.wait_for_timeout(120)
        seen.append(page.locator(".lesson").text_content())
        assert "nan" not in seen[-1]
        press = page.locator(".lesson .press")
        assert press.is_visible() == ("Press “" in seen[-1])
        if press.is_visible():  # what the words ask for can be done beside them, and is seen
            numbers = page.locator(".picture").first.text_content()
            press.click()
            page.wait_for_timeout(120)
            assert page.locator(".picture").first.text_content() != numbers
            if press.text_content() == "pause":
                press.click()
        last = page.get_by_role("button", name="done", exact=True)
        if last.is_visible():
            last.click()
            break
        page.get_by_role("button", name="next", exact=True).click()
    assert len(set(seen)) == len(seen) >= 3
    assert not any("now ." in text for text in seen)
    assert page.locator(".lesson").is_hidden()
