"""The player as a reader uses it, in Chromium: keys, clicks, scrubbing, the quiz, no scripts."""

import pytest

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.pictures import THEMES

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&\u2028\"'`"


def neuron() -> Value:
    data = {"w_0": 2.0, "x_0": -1.0, "w_1": -3.0, "x_1": -2.0, "b": -3.0}
    v = {name: Value(number, label=name) for name, number in data.items()}
    f = (v["w_0"] * v["x_0"] + v["w_1"] * v["x_1"] + v["b"]).sigmoid()
    f.label = "f"
    return f


@pytest.fixture
def page(open_page):
    page = open_page(Stepper(neuron()).player().page)
    page.locator(".player").focus()
    return page


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def title(page, which: int = 0) -> str:
    return page.locator(".said strong").nth(which).text_content()


def numbers(page, wire: int) -> list[str]:
    """The value and the gradient that a wire shows."""
    shown = page.locator(f"#wire-{wire}").locator("text.value, text.gradient, text.unknown")
    return shown.all_text_contents()


def test_every_position_shows_what_the_stepper_knows(page):
    stepper = Stepper(neuron())
    wires = mg.topological_order(stepper.output)
    for position in range(len(stepper) + 1):
        stepper.position = position
        stage, rounded = stepper.stage, stepper.circuit.rounded
        for number, wire in enumerate(wires):
            known = [stage.values.get(wire), stage.gradients.get(wire)]
            shown = ["?" if one is None else rounded(one) for one in known]
            assert numbers(page, number) == shown, (position, number)
        if stepper.present:
            assert title(page) == stepper.present.title
            assert page.locator(".sentence").text_content() == stepper.present.sentence
            assert page.locator(".gate.active").get_attribute("id") == (
                f"gate-{wires.index(stage.active)}"
            )
            done = {f"gate-{wires.index(wire)}" for wire in stage.done}
            assert {gate.get_attribute("id") for gate in page.locator(".gate.done").all()} == done
        press(page, "ArrowRight")
    for position in reversed(range(len(stepper))):
        press(page, "ArrowLeft")
        stepper.position = position
        gradient = stepper.gradients.get(wires[2])
        assert numbers(page, 2)[1] == ("?" if gradient is None else "−0.393")


def test_home_end_and_the_buttons(page):
    press(page, "End")
    assert title(page) == "backward 5 of 5 · gate ×"
    press(page, "Home")
    assert title(page).startswith("start")
    for label, expected in [
        ("step", "forward 1 of 5 · gate ×"),
        ("last", "backward 5 of 5 · gate ×"),
        ("back", "backward 4 of 5 · gate ×"),
        ("first", "start · f = 0.731"),
    ]:
        page.get_by_label(label, exact=True).click()
        assert title(page) == expected


def test_space_plays_and_pauses(page):
    page.get_by_label("speed").select_option("4")
    page.locator(".player").focus()
    press(page, " ")
    page.locator(".gate.active").wait_for()
    press(page, " ")
    stopped_at = title(page)
    page.wait_for_timeout(600)  # longer than a step takes at this speed
    assert title(page) == stopped_at != "start"


def test_playing_goes_on_to_the_end_and_stops_there(page):
    page.get_by_label("speed").select_option("4")
    page.get_by_label("position").fill("8")
    page.get_by_label("play", exact=True).click()
    page.get_by_text("backward 5 of 5 · gate ×").wait_for()
    page.get_by_label("play", exact=True).wait_for()


def test_scrubbing_goes_to_a_step_and_says_which(page):
    page.get_by_label("position").fill("9")
    assert title(page) == "backward 4 of 5 · gate ×"
    assert page.get_by_label("position").get_attribute("aria-valuetext") == title(page)


def test_a_click_on_a_gate_goes_to_its_step(page):
    page.locator("#gate-6").click()
    assert title(page) == "backward 4 of 5 · gate ×"
    page.locator("#gate-6").click()
    assert title(page) == "forward 2 of 5 · gate ×"


def test_keys_belong_to_the_page_while_the_focus_is_elsewhere(open_page):
    player = Stepper(neuron()).player().html
    page = open_page(f'<meta charset="utf-8"><input id="other" value="ab">{player}')
    page.evaluate("window.heard = []; window.addEventListener('keydown', e => heard.push(e.key))")
    page.locator("#other").focus()
    press(page, "ArrowRight", "Home", " ")
    assert title(page).startswith("start")
    assert page.evaluate("heard") == ["ArrowRight", "Home", " "]
    page.locator(".player").focus()
    press(page, "ArrowRight", "a", "Shift+Enter", "Control+ArrowRight")
    assert title(page).startswith("forward 1")
    # while it has the focus, only what is pressed with Ctrl, Alt or Command goes further
    assert page.evaluate("heard") == ["ArrowRight", "Home", " ", "Control", "ArrowRight"]


def test_players_on_one_page_do_not_disturb_each_other(open_page):
    html = Stepper(neuron()).player().html
    page = open_page(f'<meta charset="utf-8">{html}{html}{html}')
    page.locator(".player").nth(1).focus()
    press(page, "End")
    assert [title(page, i)[:5] for i in range(3)] == ["start", "backw", "start"]


def answer(page, *typed: str) -> str:
    """Fill in the quiz's questions and send them; what it says."""
    for field, text in zip(page.locator("form input").all(), typed):
        field.fill(text)
    page.keyboard.press("Enter")
    return " ".join(page.locator(".graded p").all_text_contents())


def test_the_quiz_names_mistakes_and_counts(page):
    page.get_by_role("button", name="quiz").click()
    page.locator(".player").focus()
    press(page, "ArrowRight")
    assert page.locator(".sentence").text_content() == "What does it compute?"
    assert numbers(page, 5)[0] == "?"
    assert "that is the sum of the inputs" in answer(page, "1")
    for right in ["6", "4", "1", "0.73"]:
        press(page, "ArrowRight")
        assert "✓" in answer(page, right)
    press(page, "ArrowRight")
    assert "What does it send" in page.locator(".sentence").text_content()
    assert numbers(page, 8)[1] == "?"  # not given away
    assert answer(page, "many") == "type a number for every name"
    assert "the local gradient is forgotten" in answer(page, "1")
    press(page, "ArrowRight")
    assert answer(page, "0.2", "0,20").count("✓") == 2
    press(page, "ArrowRight")
    assert answer(page, "0.2", "-0.2").count("the sign is wrong") == 1
    press(page, "ArrowRight")
    assert answer(page, "-0.59", "-0.39").count("the inputs are not switched") == 2
    press(page, "ArrowRight")
    assert answer(page, "-1", "0.39").count("the upstream gradient is forgotten") == 1
    assert page.locator(".graded p").last.text_content() == (
        "Score: 8 of 14 right; inputs not switched: 2; added instead: 1; local gradient "
        "forgotten: 1; sign: 1; upstream forgotten: 1"
    )


def test_the_quiz_asks_for_the_whole_gradient_at_a_fan_out_and_knows_a_maxs_loser(open_page):
    x, y = Value(3.0, label="x"), Value(1.0, label="y")
    page = open_page(Stepper(mg.maximum(x, y) * 2 + x * 4).player().page)
    page.get_by_role("button", name="quiz").click()
    page.get_by_label("position").fill("7")
    page.get_by_label("step", exact=True).click()
    assert "In all, with what arrived before: x" in page.locator(".sentence").text_content()
    assert page.locator("form label span").all_text_contents() == ["x in all", "y"]
    said = answer(page, "2", "2")
    assert "one of them alone was taken (=). x receives 2 and had 4: 6 in all" in said
    assert "this input was not chosen" in said
    page.get_by_label("position").fill("7")
    page.get_by_label("step", exact=True).click()
    assert answer(page, "6", "0").count("✓") == 2


def test_grading_is_the_same_as_in_python(page):
    stepper = Stepper(neuron())
    stepper.position = 8
    w, x = stepper.step().inputs
    stepper.back()
    page.get_by_role("button", name="quiz").click()
    for text in ["-0.39", "-0.4", "-0.388", "-0.38", "0.39", "-0.59", "0.2", "-2", "7"]:
        page.get_by_label("position").fill("8")
        page.get_by_label("step", exact=True).click()
        for field in page.locator("form input").all():
            field.fill(text)
        page.keyboard.press("Enter")
        shown = [line.startswith("✓") for line in page.locator(".graded p").all_text_contents()]
        grade = stepper.predict({w: float(text), x: float(text)})
        assert shown == [answer.correct for answer in grade.answers], text


def test_with_scripts_off_the_picture_stays(open_page):
    page = open_page(Stepper(neuron()).player().page, java_script_enabled=False)
    image = page.locator("img")
    assert image.is_visible()
    assert image.bounding_box()["width"] > 300


@pytest.mark.parametrize("width", [1280, 390])  # in the picture that leads right, and the one down
def test_hostile_labels_run_nothing(open_page, width):
    x = Value(1.0, label=HOSTILE)
    html = Stepper((x * x).tanh()).player().page
    page = open_page(html, viewport={"width": width, "height": 800})
    page.locator(".player").focus()
    press(page, "End")
    page.get_by_role("button", name="quiz").click()
    press(page, "End")
    page.wait_for_timeout(100)
    assert page.locator(".player script, .player img").count() == 0


@pytest.mark.parametrize(
    ("scheme", "expected"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(13, 17, 23)")]
)
def test_the_readers_colours(open_page, scheme, expected):
    page = open_page(Stepper(neuron()).player().page, color_scheme=scheme)
    background = "e => getComputedStyle(e).backgroundColor"
    assert page.locator(".player").evaluate(background) == expected
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")  # JupyterLab's dark theme
    page.wait_for_timeout(50)
    assert page.locator(".player").evaluate(background) == "rgb(13, 17, 23)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", ["light", "dark", "safe"])
def test_each_theme_of_pictures_is_chosen_in_the_player_whatever_the_system_has(
    open_page, scheme, theme
):
    page = open_page(Stepper(neuron()).player().page, color_scheme=scheme)
    colours = page.get_by_label("colours")
    system = page.evaluate("getComputedStyle(document.body).backgroundColor")
    colours.select_option(theme)
    press(page, "End")
    looks = THEMES[theme]
    hexadecimal = """(e, name) => '#' + getComputedStyle(e)[name].match(/\\d+/g)
        .map((one) => Number(one).toString(16).padStart(2, '0')).join('').toUpperCase()"""
    for place, name, expected in (
        ("#wire-0 text.value", "fill", looks.value),
        ("#wire-0 text.gradient", "fill", looks.gradient),
        (".player", "backgroundColor", looks.background),
        ("h1", "color", looks.ink),
    ):
        assert page.locator(place).evaluate(hexadecimal, name) == expected
    colours.select_option("auto")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == system


def test_nothing_moves_by_itself_where_less_motion_is_wanted(open_page):
    page = open_page(Stepper(neuron()).player().page, reduced_motion="reduce")
    gate = page.locator("#gate-6 ellipse")
    assert gate.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"


def test_what_is_said_is_read_out(page):
    assert page.locator(".said").get_attribute("aria-live") == "polite"
    for button in page.get_by_role("button").all():
        assert button.get_attribute("aria-label") or button.text_content()


def changes_per_step(page) -> list[int]:
    """How many changes to the page each of the first 40 steps makes."""
    return page.evaluate(
        """() => {
          const root = document.querySelector('.minigrad-player').shadowRoot;
          const button = root.querySelector('button[aria-label="step"]');
          const observer = new MutationObserver(() => {});
          const changes = {childList: true, attributes: true, characterData: true};
          observer.observe(root, {subtree: true, ...changes});
          return Array.from({length: 40}, () => {
            button.click();
            return observer.takeRecords().length;
          });
        }"""
    )


def test_a_step_changes_as_little_of_a_large_picture_as_of_a_small_one(open_page):
    changes = {}
    for rows in (2, 10):
        chains = []
        for row in range(rows):
            wire = Value(0.1 * row, label=f"x_{row}")
            for place in range(15):
                wire = (wire * Value(0.9, label=f"w_{row},{place}")).tanh()
            chains.append(wire)
        stepper = Stepper(mg.sum(chains))
        assert len(stepper) == 2 * (30 * rows + 1)
        changes[rows] = changes_per_step(open_page(stepper.player().page))
    assert 0 < max(changes[10]) <= max(changes[2]) < 60


def test_one_key_turns_the_gradients_of_a_network_into_formulas(open_page):
    model = mg.nn.MLP(1, [1, 2], activation="tanh", seed=1)
    stepper = Stepper(mg.losses.half_squared_error(model([2.0]), [1.0, 0.0]))
    page = open_page(stepper.player().page)
    place = stepper.circuit.place
    weight, bias = model.layers[1].neurons[0].w[0], model.layers[0].neurons[0].b
    (x,) = (leaf for leaf in stepper.circuit.leaves if leaf.label == "x_1")
    press(page, "d")
    assert numbers(page, place[weight])[1] == "?"  # not known yet
    press(page, "End")
    assert numbers(page, place[weight])[1] == "δ₁²·a₁¹"
    assert numbers(page, place[bias])[1] == "δ₁¹"
    assert numbers(page, place[x])[1] == "–"
    assert "receives δ₁¹" in page.locator(".sentence").text_content()
    press(page, "d")
    stepper.position = len(stepper)
    assert numbers(page, place[weight])[1] == stepper.circuit.rounded(stepper.gradients[weight])
    assert "δ" not in page.locator(".sentence").text_content()


def test_layers_in_brackets_are_raised_in_formulas_too(open_page):
    model = mg.nn.MLP(1, [1, 1], activation="tanh", seed=1)
    cost = mg.losses.half_squared_error(model([2.0]), [1.0])
    stepper = Stepper(cost, show="delta", notation="[l]")
    page = open_page(stepper.player().page)
    weight = stepper.circuit.place[model.layers[1].neurons[0].w[0]]
    press(page, "End")
    assert numbers(page, weight)[1] == "δ₁[2]·a₁[1]"
    raised = page.locator(f"#wire-{weight} tspan[font-size='70%']").all_text_contents()
    assert raised == ["[2]", "[1]"]
    press(page, "d")
    stepper.position = len(stepper)
    gradient = stepper.gradients[stepper.circuit.wires[weight]]
    assert numbers(page, weight)[1] == stepper.circuit.rounded(gradient)
    assert page.locator(f"#wire-{weight} tspan[font-size='70%']").count() == 0


def test_the_key_for_formulas_does_nothing_where_there_are_none(page):
    press(page, "End", "d")
    assert page.locator(".symbols").count() == 0
    assert "δ" not in page.locator(".sentence").text_content()


@pytest.mark.parametrize("mode", ["forward", "both"])
def test_every_position_shows_the_tangents_that_the_stepper_knows(open_page, mode):
    f = neuron()
    wires = mg.topological_order(f)
    stepper = Stepper(f * 2.0, mode=mode, seed=wires[0])
    wires = stepper.circuit.wires
    page = open_page(stepper.player().page)
    page.locator(".player").focus()
    for position in range(len(stepper) + 1):
        stepper.position = position
        stage, rounded = stepper.stage, stepper.circuit.rounded
        for number, wire in enumerate(wires):
            if wire.is_constant:
                continue
            known = [stage.values.get(wire), stage.tangents.get(wire)]
            known += [stage.gradients.get(wire)] * (mode == "both")
            shown = ["?" if one is None else rounded(one) for one in known]
            found = page.locator(f"#wire-{number}").locator(
                "text.value, text.tangent, text.gradient, text.unknown"
            )
            assert found.all_text_contents() == shown, (position, number)
        if stepper.present:
            assert page.locator(".sentence").text_content() == stepper.present.sentence
        press(page, "ArrowRight")


def test_a_click_on_a_gate_goes_to_its_only_step_in_forward_mode(open_page):
    f = neuron()
    stepper = Stepper(f, mode="forward", seed="w_0")
    page = open_page(stepper.player().page)
    gate = page.locator(f"#gate-{stepper.circuit.place[f]}")
    gate.click()
    assert title(page) == stepper.run().title
    page.locator(".player").focus()
    press(page, "Home")
    assert title(page).startswith("start")


def test_the_quiz_asks_for_tangents(open_page):
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    page = open_page(Stepper(w * x, mode="forward", seed=w).player().page)
    page.get_by_role("button", name="quiz").click()
    press(page, "ArrowRight")
    assert page.locator("form span").all_text_contents() == ["tangent of f"]
    page.locator("form input").fill("3")
    page.get_by_role("button", name="check").click()
    assert "the sign is wrong" in page.locator(".graded").text_content()
