"""The numbers of a player as a reader changes them in Chromium: dragged, nudged, typed, learned."""

import math

import pytest
from helpers.pictures import network
from test_player_in_a_browser import neuron, numbers, press, title

import minigrad as mg
from minigrad import Stepper, Value

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "';alert(1)//",
    "${alert(1)}",
    "`${alert(1)}`",
    "\u2028alert(1)\u2029",
    "__proto__",
    "constructor",
    "&lt;b&gt;{0}%s",
    "javascript:alert(1)",
    "]]><!--<script>",
]
W_0, X_0, W_1 = 0, 1, 2  # the places of leaves in the neuron's circuit


@pytest.fixture
def page(open_page):
    page = open_page(Stepper(neuron()).player().page)
    page.locator(".player").focus()
    return page


def leaf(page, n: int):
    return page.locator(f"#wire-{n}.leaf")


def drag(page, n: int, pixels: float) -> None:
    box = leaf(page, n).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y + 3, steps=4)
    page.mouse.up()


def with_number(n: int, number: float) -> Stepper:
    """The neuron with another number on one of its leaves."""
    leaves = Stepper(neuron()).circuit.leaves
    data = [number if place == n else leaf.data for place, leaf in enumerate(leaves)]
    v = [Value(x, label=leaf.label) for x, leaf in zip(data, leaves)]
    f = (v[0] * v[1] + v[2] * v[3] + v[4]).sigmoid()
    f.label = "f"
    return Stepper(f)


def shows_what_python_knows(page, stepper: Stepper, position: int) -> None:
    stepper.position = position
    stage, rounded = stepper.stage, stepper.circuit.rounded
    for number, wire in enumerate(stepper.circuit.wires):
        known = [stage.values.get(wire), stage.gradients.get(wire)]
        assert numbers(page, number) == ["?" if x is None else rounded(x) for x in known]
    assert title(page) == stepper.present.title
    assert page.locator(".sentence").text_content() == stepper.present.sentence


def test_a_dragged_number_changes_all_others_at_once(page):
    press(page, "End")
    drag(page, W_0, 20)
    assert numbers(page, W_0)[0] == "2.5"
    press(page, "Escape")
    for position in (10, 9, 8, 7, 3):
        shows_what_python_knows(page, with_number(W_0, 2.5), position)
        press(page, "ArrowLeft") if position > 7 else page.get_by_label("position").fill("3")


def test_a_drag_at_the_start_shows_what_comes_of_it(page):
    drag(page, X_0, -8)
    assert title(page) == "backward 5 of 5 · gate ×"
    shows_what_python_knows(page, with_number(X_0, -1.2), 10)
    assert page.locator("h1").text_content() == page.title() == "f = 0.646, step by step"


def test_arrows_nudge_the_leaf_that_has_the_focus_and_escape_leaves_it(page):
    press(page, "End")
    leaf(page, W_1).focus()
    press(page, "ArrowUp", "ArrowRight", "PageUp", "Shift+ArrowDown")
    assert title(page) == "backward 5 of 5 · gate ×"  # it has not stepped
    assert numbers(page, W_1)[0] == "−1.81"
    assert leaf(page, W_1).get_attribute("aria-valuetext") == "−1.81"
    press(page, "Escape", "ArrowLeft")
    assert title(page) == "backward 4 of 5 · gate ×"


def test_enter_types_a_number_escape_takes_none_and_enter_comes_back(page):
    leaf(page, W_0).focus()
    press(page, "Enter")
    field = page.get_by_label("its number")
    assert field.input_value() == "2"
    page.keyboard.type("−0,25")
    press(page, "Escape")
    assert numbers(page, W_0)[0] == "2"
    press(page, "Enter")
    page.keyboard.type("-0.25")
    press(page, "Enter")
    shows_what_python_knows(page, with_number(W_0, -0.25), 10)
    focused = "document.querySelector('.minigrad-player').shadowRoot.activeElement.id"
    assert page.evaluate(focused) == "wire-0"


def test_numbers_at_the_edge_are_shown_as_python_shows_them(page):
    page.get_by_label("which leaf").select_option("w₁")
    typed = {
        "nan": math.nan,
        "inf": math.inf,
        "−∞": -math.inf,
        "1e400": math.inf,
        ".5e-320": 5e-321,
    }
    for text, number in typed.items():
        page.get_by_label("its number").fill(text)
        press(page, "Enter")
        shows_what_python_knows(page, with_number(W_1, number), 10)


def test_what_is_no_number_is_said_to_be_none_and_changes_nothing(page):
    press(page, "End")
    before = numbers(page, W_0)
    for typed in ("", "many", "1e", "0x10", "1 2", "__proto__"):
        page.get_by_label("its number").fill(typed)
        press(page, "Enter")
        said = page.get_by_role("alert").text_content()
        assert said == "that is no number: write one such as −0.5 or 1e3"
        assert page.get_by_label("its number").get_attribute("aria-invalid") == "true"
        press(page, "Escape")
        assert page.get_by_role("alert").count() == 0
        assert numbers(page, W_0) == before


def test_reset_brings_the_authors_numbers_back(page):
    reset = page.get_by_role("button", name="reset")
    assert reset.is_disabled()
    drag(page, W_0, 20)
    drag(page, X_0, 20)
    page.get_by_role("button", name="gradient step").click()
    reset.click()
    assert reset.is_disabled()
    shows_what_python_knows(page, Stepper(neuron()), 10)
    assert page.title().startswith("f = 0.731")
    assert page.locator(".history").is_hidden()


def test_a_gradient_step_lowers_the_output_and_draws_how(page):
    page.get_by_label("learning rate").fill("0.5")
    for _ in range(3):
        page.get_by_role("button", name="gradient step").click()
    f = neuron()
    weights = [w for w in Stepper(f).circuit.leaves if w.label[0] in "wb"]
    values = {w.label: w.data for w in Stepper(f).circuit.leaves}
    costs = []
    for _ in range(4):
        v = {label: Value(x, label=label) for label, x in values.items()}
        g = (v["w_0"] * v["x_0"] + v["w_1"] * v["x_1"] + v["b"]).sigmoid()
        g.backward()
        costs.append(g.data)
        values |= {w.label: v[w.label].data - 0.5 * v[w.label].grad for w in weights}
    rounded = Stepper(f).circuit.rounded
    assert costs == sorted(costs, reverse=True)
    assert page.get_by_role("status").text_content() == (
        f"f: {rounded(costs[0])} → {rounded(costs[-1])} in 3 steps"
    )
    points = page.locator(".history polyline").get_attribute("points").split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights == sorted(heights)
    assert len(heights) == 4


def test_no_step_is_taken_where_a_gradient_is_no_number(page):
    page.get_by_label("its number").fill("nan")
    press(page, "Enter")
    page.get_by_role("button", name="gradient step").click()
    assert page.get_by_role("alert").text_content().startswith("no step: the gradient of w₀ is")
    page.get_by_label("learning rate").fill("fast")
    page.get_by_role("button", name="gradient step").click()
    assert 'the rate "fast" is no number' in page.get_by_role("alert").text_content()


OUT_OF_SIGHT = """async (last) => {
  const root = document.querySelector('.minigrad-player').shadowRoot;
  const [leaf, picture] = ['.leaf', '.picture'].map((name) => root.querySelector(name));
  const rest = () => new Promise((resolve) => setTimeout(resolve, 300));
  const read = () => root.querySelector(`#wire-${last} text.value`).textContent;
  const nudge = () => leaf.dispatchEvent(
    new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true, composed: true}));
  picture.scrollLeft = 0;
  leaf.focus();
  await rest();
  const before = read();
  nudge();
  const [early, , late] = [read(), await rest(), read()];
  nudge();
  picture.scrollLeft = 9999;
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return [before, early, late, read()];
}"""


def test_what_is_out_of_sight_follows_when_the_number_rests_or_the_picture_is_scrolled(open_page):
    def chain(number: float) -> Stepper:
        wire = Value(number, label="w_0")
        for _ in range(30):
            wire = (wire * Value(0.95, label="v")).tanh()
        return Stepper(wire)

    page = open_page(chain(0.1).player().page)
    press(page, "End", "1")
    circuits = [chain(number).circuit for number in (0.1, 0.2, 0.3)]
    first, second, third = (c.rounded(c.values[c.output]) for c in circuits)
    shown = page.evaluate(OUT_OF_SIGHT, circuits[0].place[circuits[0].output])
    assert shown == [first, first, second, third]


TOO_SMALL = """async (place) => {
  const root = document.querySelector('.minigrad-player').shadowRoot;
  const read = () => root.querySelector(`#wire-${place} text.value`).textContent;
  const leaf = root.querySelector('.leaf');
  leaf.focus();
  leaf.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true, composed: true}));
  const said = root.querySelector('.said strong').textContent;
  const early = read();
  await new Promise((resolve) => setTimeout(resolve, 300));
  return [said, early, read()];
}"""


def test_numbers_too_small_to_be_read_follow_when_the_dragged_one_rests(page):
    changed = with_number(W_0, 2.1).circuit
    output, name = changed.place[changed.output], changed.rounded(changed.output.data)
    title = "backward 5 of 5 · gate ×"
    press(page, "End", *"-" * 12)
    assert page.evaluate(TOO_SMALL, output) == [title, "0.731", name]
    press(page, "1")
    page.get_by_role("button", name="reset").click()
    press(page, "End")
    assert page.evaluate(TOO_SMALL, output) == [title, name, name]


TOUCHED = """async () => {
  const root = document.querySelector('.minigrad-player').shadowRoot;
  const touched = [];
  const seen = (records) => touched.push(...records.map((record) => record.attributeName));
  const what = {subtree: true, attributes: true, attributeFilter: ['class', 'data-heat', 'width']};
  const observer = new MutationObserver(seen);
  observer.observe(root.querySelector('.picture'), what);
  root.querySelector('.leaf').dispatchEvent(
    new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true, composed: true}));
  seen(observer.takeRecords());
  return touched;
}"""


def test_a_drag_asks_for_no_style_that_stays_as_it_was(page):
    press(page, "End")
    leaf(page, W_0).focus()
    assert page.evaluate(TOUCHED) == []


def test_the_quiz_asks_about_the_new_numbers(page):
    drag(page, W_0, 20)
    page.get_by_role("button", name="quiz").click()
    page.locator(".player").focus()
    press(page, "ArrowRight")
    page.locator("form input").fill("-2.5")
    press(page, "Enter")
    assert page.locator(".graded p").text_content() == "✓ w₀·x₀: right"


def test_fingers_drag_too(open_page):
    page = open_page(
        Stepper(neuron()).player().page, has_touch=True, viewport={"width": 390, "height": 844}
    )
    box = leaf(page, W_0).bounding_box()
    x, y = box["x"] + 20, box["y"] + 15
    touch = page.context.new_cdp_session(page)
    at = lambda x: [{"x": x, "y": y}]
    for kind, points in [("Start", at(x)), ("Move", at(x + 15)), ("Move", at(x + 40)), ("End", [])]:
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    assert numbers(page, W_0)[0] == "3"


def test_marks_of_closed_and_saturated_gates_follow_the_numbers(open_page):
    x, w = Value(-1.0, label="x"), Value(2.0, label="w")
    page = open_page(Stepper((x * w).relu()).player().page)
    press(page, "End")
    dashes = "e => getComputedStyle(e.querySelector(':not(text)')).strokeDasharray"
    gate = page.locator(".gate").last
    assert gate.evaluate(dashes) == "5px, 2px"
    assert (
        page.locator(".marks").text_content() == "dashed f: closed, passes nothing for this example"
    )
    page.get_by_label("its number").fill("1")
    press(page, "Enter")
    assert gate.evaluate(dashes) == "none"
    assert page.locator(".marks").text_content() == ""
    page.get_by_label("its number").fill("1e308")
    press(page, "Enter")
    assert page.locator(".gate.birth").count() == 1
    assert page.locator(".marks").text_content() == "thick border: the first inf or nan, x·w"


@pytest.mark.parametrize(("typed", "shown"), [("1e400", "∞"), ("-inf", "−∞"), ("nan", "nan")])
def test_a_leaf_that_is_no_finite_number_is_named_as_where_it_began(page, typed, shown):
    press(page, "End")
    page.get_by_label("its number").fill(typed)
    press(page, "Enter")
    assert page.get_by_label("its number").input_value() == shown
    told = page.locator(".marks").text_content()
    assert f"the first inf or nan: the input w₀ is {shown}" in told
    page.get_by_role("button", name="reset").click()
    assert page.locator(".marks").text_content() == ""


def test_heat_colours_wires_by_their_gradients_and_follows_them(page):
    press(page, "End", "h")
    rule = page.locator("#wire-0 polygon")
    assert rule.get_attribute("data-heat") == "2"  # −0.197 of 1
    assert page.locator(".legend").is_visible()
    page.get_by_label("its number").fill("-30")  # the sigmoid saturates: e²⁹ is far off
    press(page, "Enter")
    drag(page, X_0, 40)
    page.get_by_label("its number").fill("1")
    press(page, "Enter", "Escape", "End")
    assert rule.get_attribute("data-heat") in "0"
    press(page, "h")
    assert page.locator("[data-heat]:not(.swatch)").count() == 0


def test_a_long_number_is_written_closer_so_that_the_layout_stays(page):
    rule, place = page.locator("#wire-0 polygon"), "e => JSON.stringify(e.getBBox())"
    box, before = rule.bounding_box(), rule.evaluate(place)
    page.get_by_label("its number").fill("-1.2345e-120")
    press(page, "Enter")
    text = page.locator("#wire-0 text.value")
    assert text.text_content() == "−1.23e−120"
    assert text.bounding_box()["width"] <= box["width"] + 1
    assert rule.evaluate(place) == before


@pytest.mark.parametrize("mode", ["forward", "both"])
def test_tangents_follow_too(open_page, mode):
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    page = open_page(Stepper(w * x, mode=mode, seed=w).player().page)
    page.get_by_label("which leaf").select_option("x")
    page.get_by_label("its number").fill("7")
    press(page, "Enter")
    assert page.locator("#wire-2 text.tangent").text_content() == "7"
    assert page.get_by_role("button", name="gradient step").count() == (mode == "both")


def test_what_can_be_dragged_is_the_whole_wire_with_its_tangent(open_page):
    page = open_page(Stepper(neuron(), mode="both", seed="w_0").player().page)
    for wire in page.locator(".leaf").all():
        area = wire.locator(".area").bounding_box()
        for number in wire.locator("text").all():
            box = number.bounding_box()
            assert area["x"] <= box["x"]
            assert box["x"] + box["width"] <= area["x"] + area["width"]


def test_a_network_learns_by_hand_and_its_formulas_in_deltas_stay(open_page):
    page = open_page(Stepper(network(3, 1), show="delta").player().page)
    before = page.title()
    for _ in range(5):
        page.get_by_role("button", name="gradient step").click()
    assert page.title() != before
    assert page.locator(".symbols").get_attribute("aria-pressed") == "true"
    assert "receives δ" in page.locator(".sentence").text_content()


EXPRESSIONS = [
    lambda x, y, z: mg.softplus(x * y) - mg.gelu(z) / y,
    lambda x, y, z: mg.maximum(x, y) * mg.hypot(x, z) + x**2 * y**x,
    lambda x, y, z: mg.logsumexp([x, y * z, x]) * mg.dot([x, y], [z, x]),
    lambda x, y, z: (x - y).sigmoid() + abs(z % x) // y - mg.clip(x, y, z),
]


@pytest.mark.parametrize("build", EXPRESSIONS)
def test_chromium_computes_and_says_what_python_does(open_page, build):
    at = lambda x: Stepper(build(*(Value(v, label=n) for n, v in zip("xyz", (x, -1.25, 0.4)))))
    page = open_page(at(2.0).player().page)
    page.get_by_label("which leaf").select_option("x")
    for number in (1.3, 0.0, -3.5):
        page.get_by_label("its number").fill(str(number))
        press(page, "Enter")
        wanted = at(number)
        for position in range(1, len(wanted) + 1):
            wanted.position = position
            page.get_by_label("position").fill(str(position))
            assert page.locator(".sentence").text_content() == wanted.present.sentence


def test_two_players_on_a_page_change_their_own_numbers(open_page):
    html = Stepper(neuron()).player().html
    page = open_page(f'<meta charset="utf-8">{html}{html}')
    page.get_by_label("its number").nth(1).fill("5")
    press(page, "Enter")
    assert page.locator("#wire-0 text.value").all_text_contents() == ["2", "5"]


def test_five_hundred_hostile_labels_run_nothing_when_their_numbers_change(open_page):
    for some in range(2):
        labels = [f"{HOSTILE[i % len(HOSTILE)]}{some}-{i}" for i in range(250)]
        leaves = [Value(0.1 * i, label=label) for i, label in enumerate(labels)]
        f = mg.sum(leaves).tanh()
        f.label = HOSTILE[some]
        page = open_page(Stepper(f).player().page)
        for n in range(0, 250, 50):
            leaf(page, n).focus()
            press(page, "ArrowUp")
        page.get_by_role("button", name="gradient step").click()
        page.get_by_role("button", name="quiz").click()
        page.get_by_label("step", exact=True).click()
        assert page.locator(".player script, .player img").count() == 0


def test_a_circuit_that_only_python_computes_says_that_it_is_still(open_page):
    @mg.gate(symbol="py", local_gradient=lambda x, out: (2 * x,), opaque=True)
    def still_in_a_page(x):
        return float(x) * float(x)

    page = open_page(Stepper(still_in_a_page(Value(3.0, label="x"))).player().page)
    said = page.locator(".still").text_content()
    assert said == "These numbers stay as they are: py is a Python function."
    assert page.locator(".leaf").count() == 0
    press(page, "End")
    assert title(page) == "backward 1 of 1 · gate py"
