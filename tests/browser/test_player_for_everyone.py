"""The player for everyone: axe-core, any width, light and dark, keys alone."""

import pytest
from helpers.npm import npm_package
from helpers.pictures import network, neuron

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.pictures import THEMES

SIZES = {1280: 800, 390: 844}
CIRCUITS = {"neuron": neuron, "network": lambda: network(3, 1)}


@pytest.fixture(scope="session")
def axe() -> str:
    return (npm_package("axe-core", "4.10.3") / "node_modules/axe-core" / "axe.min.js").read_text(
        "utf-8"
    )


@pytest.fixture(params=[(w, s) for w in SIZES for s in ("light", "dark")], ids=str)
def at(request):
    """A window and a colour scheme."""
    width, scheme = request.param
    return {"viewport": {"width": width, "height": SIZES[width]}, "color_scheme": scheme}


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_axe_finds_nothing_serious(open_page, axe, at, circuit):
    page = open_page(Stepper(CIRCUITS[circuit]()).player().page, **at)
    page.add_script_tag(content=axe)
    for press in ("Home", "End"):
        page.keyboard.press(press)
        assert serious(page) == []
    page.get_by_role("button", name="quiz").click()
    for _ in range(60):
        if page.locator("form input").count():
            break
        page.keyboard.press("ArrowRight")
    assert page.locator("form input").count()
    assert serious(page) == []


def test_axe_finds_nothing_serious_where_numbers_change_and_wires_are_hot(open_page, axe, at):
    page = open_page(Stepper(neuron()).player().page, **at)
    page.add_script_tag(content=axe)
    for _ in range(2):
        page.get_by_role("button", name="gradient step").click()
    page.locator(".leaf").first.focus()
    for press in ("ArrowUp", "h", "Enter", "x", "Enter"):
        page.keyboard.press(press)
    assert page.get_by_role("alert").count() == 1
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_nothing_serious_in_boxes_and_in_each_theme(open_page, axe):
    model = mg.nn.MLP(2, [*[3] * 17, 1], activation="tanh", seed=1)  # boxes, weights with labels
    phone = {"width": 390, "height": SIZES[390]}
    page = open_page(Stepper(model([0.5, -1.0])).player().page, viewport=phone)
    page.add_script_tag(content=axe)
    page.keyboard.press("End")
    page.get_by_label("its number").fill("-3")
    page.keyboard.press("Enter")
    for theme in THEMES:
        page.get_by_label("colours").select_option(theme)
        page.wait_for_timeout(200)  # until the colours have changed
        assert serious(page) == [], theme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def deltas() -> Stepper:
    model = mg.nn.MLP(2, [2, 1], activation="sigmoid", seed=3)
    cost = mg.losses.half_squared_error(model([1.0, -2.0]), 1.0)
    return Stepper(cost, show="delta", notation="[l]")


def marks() -> Stepper:
    z = Value(-1.0, label="z")
    return Stepper(z.relu() + (z * 30).tanh() + (z * 0).log())


def still() -> Stepper:
    """Ordinary Python: its numbers stay as they are."""

    @mg.gate(symbol="stair", local_gradient=lambda x, out: (1.0,), check=False, opaque=True)
    def stair(x):
        return float(int(x))

    mg.GATES.pop("stair")  # other tests go through all gates of the table
    x = Value(1.5, label="<b>a name of words</b>")
    return Stepper(stair(x) * x)


KINDS = {
    "deltas": deltas,
    "marks": marks,
    "still": still,
    "cross entropy": lambda: Stepper(mg.losses.cross_entropy([Value(1.0), Value(2.0)], 1)),
    "a leaf": lambda: Stepper(Value(1.0, label="x")),
}
SCREENS = {(1280, "light"): ["deltas", "marks", "cross entropy"], (390, "dark"): KINDS}


@pytest.mark.parametrize(
    ("kind", "width", "scheme"),
    [(kind, *screen) for screen, kinds in SCREENS.items() for kind in kinds],
)
def test_axe_finds_nothing_serious_in_players_of_every_kind(open_page, axe, kind, width, scheme):
    viewport = {"width": width, "height": SIZES[width]}
    page = open_page(KINDS[kind]().player().page, viewport=viewport, color_scheme=scheme)
    page.add_script_tag(content=axe)
    page.keyboard.press("End")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("mode", ["forward", "both"])
def test_axe_finds_nothing_serious_in_forward_mode(open_page, axe, at, mode):
    page = open_page(Stepper(neuron(), mode=mode, seed="w_0").player().page, **at)
    page.add_script_tag(content=axe)
    for press in ("Home", "ArrowRight", "End"):
        page.keyboard.press(press)
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="quiz").click()
    page.keyboard.press("ArrowRight")
    assert page.locator("form input").count()
    assert serious(page) == []


def serious(page) -> list[str]:
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_the_page_fits_the_window_and_its_buttons_are_always_in_sight(open_page, at, circuit):
    page = open_page(Stepper(CIRCUITS[circuit]()).player().page, **at)
    width, height = at["viewport"].values()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        inner = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert inner[0] <= width
        assert inner[1] <= height
        for button in page.get_by_role("button").all():
            if button.get_attribute("tabindex") is None:
                box = button.bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
                assert box["y"] + box["height"] <= height


NUMBERS = """() => {
  const { shadowRoot } = document.querySelector('.minigrad-player');
  const texts = (wire) => [...wire.querySelectorAll('text')].map((text) => text.textContent);
  const found = [...shadowRoot.querySelectorAll('.wire')].map((wire) => [wire.id, ...texts(wire)]);
  return found.sort((one, other) => (one[0] < other[0] ? -1 : 1));
}"""
PLACES = """() => {
  const { shadowRoot } = document.querySelector('.minigrad-player');
  const place = (gate) => gate.getBoundingClientRect();
  return [...shadowRoot.querySelectorAll('.gate')].map(place).map(({ x, y }) => [x, y]);
}"""


def fan_outs() -> Value:
    """x is used by three gates, one of which reads it twice, and a number in the expression."""
    x, y = Value(2.0, label="x"), Value(-1.0, label="y")
    return (x * x + x / y + 3.0).tanh() * x


@pytest.mark.parametrize(
    "stepper",
    [
        lambda: Stepper(CIRCUITS["neuron"]()),
        lambda: Stepper(fan_outs()),
        lambda: Stepper((Value(2.0, label="w") * 3.0).tanh().exp(), mode="both", seed="w"),
    ],
)
def test_on_a_phone_a_circuit_leads_down_whole_and_with_the_same_numbers(open_page, stepper):
    html = stepper().player().page
    upright = open_page(html, viewport={"width": 390, "height": 844})
    across = open_page(html, viewport={"width": 1280, "height": 800})
    first, *_, last = upright.evaluate(PLACES)
    assert last[1] - first[1] > 2 * abs(last[0] - first[0])
    first, *_, last = across.evaluate(PLACES)
    assert last[0] - first[0] > 2 * abs(last[1] - first[1])
    picture = upright.locator(".picture")
    assert picture.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    for _ in range(len(stepper()) + 1):
        assert upright.evaluate(NUMBERS) == across.evaluate(NUMBERS)
        for page in (upright, across):
            page.keyboard.press("ArrowRight")
    for page in (upright, across):
        page.locator(".leaf").first.press("ArrowUp")
    assert upright.evaluate(NUMBERS) == across.evaluate(NUMBERS)


@pytest.mark.parametrize("circuit", CIRCUITS)
@pytest.mark.parametrize("theme", ["auto", "dark"])
def test_on_paper_it_is_light_whole_and_without_buttons(open_page, circuit, theme):
    at = {"viewport": {"width": 794, "height": 1123}, "color_scheme": "dark"}
    page = open_page(Stepper(CIRCUITS[circuit]()).player().page, **at)
    page.get_by_label("colours").select_option(theme)
    page.keyboard.press("End")
    page.emulate_media(media="print", color_scheme="dark")
    sheet = page.locator(".player").evaluate("e => getComputedStyle(e).backgroundColor")
    assert sheet == "rgb(255, 255, 255)"
    assert page.locator("button:visible, select:visible").count() == 0
    picture = page.locator(".picture").bounding_box()
    drawn = page.locator(".picture svg").bounding_box()
    assert drawn["width"] <= picture["width"] + 1
    assert drawn["height"] <= picture["height"] + 1


def test_a_network_and_what_is_small_have_one_picture_for_all_pages():
    x = Value(2.0, label="x")
    for output in (network(3, 1), x.exp()):
        assert '"down":""' in Stepper(output).player().html
    assert '"down":""' not in Stepper(fan_outs()).player().html


@pytest.mark.parametrize("first", [(390, 844), (844, 390)])
def test_a_phone_that_is_turned_keeps_what_its_reader_has_set(open_page, first):
    html = Stepper(CIRCUITS["neuron"]()).player().page
    width, height = first
    page = open_page(html, viewport={"width": width, "height": height})
    page.get_by_role("button", name="heat").click()
    page.get_by_label("colours").select_option("dark")
    page.locator(".leaf").first.press("ArrowUp")
    page.get_by_role("button", name="back", exact=True).click()
    told = page.locator(".said").text_content()
    shown = page.evaluate(NUMBERS)
    hot = page.locator("[data-heat]").count()
    places = page.evaluate(PLACES)
    page.set_viewport_size({"width": height, "height": width})
    page.wait_for_timeout(200)
    assert page.evaluate(PLACES) != places
    assert page.locator(".player").count() == 1
    assert page.locator(".said").text_content() == told
    assert page.evaluate(NUMBERS) == shown
    assert page.locator("[data-heat]").count() == hot
    assert page.get_by_label("colours").input_value() == "dark"
    page.keyboard.press("ArrowRight")  # one player hears it
    page.get_by_role("button", name="reset").click()
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(200)
    assert page.get_by_role("button", name="reset").is_disabled()
    assert page.locator(".said strong").text_content() == "backward 5 of 5 · gate ×"


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_on_a_phone_on_its_side_the_words_stand_beside_the_picture(open_page, circuit):
    viewport = {"width": 844, "height": 390}
    page = open_page(Stepper(CIRCUITS[circuit]()).player().page, viewport=viewport)
    for key in ("Home", "End"):
        page.keyboard.press(key)
        picture, words = (page.locator(f".{name}").bounding_box() for name in ("picture", "words"))
        assert picture["x"] + picture["width"] <= words["x"]
        assert picture["height"] > 390 / 2
        for button in page.get_by_role("button").all():
            if button.get_attribute("tabindex") is None:
                box = button.bounding_box()
                assert box["y"] + box["height"] <= 390
    assert page.evaluate("document.documentElement.scrollHeight") <= 390


def test_the_gate_at_work_is_followed(open_page):
    viewport = {"width": 390, "height": 700}
    page = open_page(Stepper(network(3, 1)).player().page, viewport=viewport)
    frame = page.locator(".picture").bounding_box()
    for _ in range(len(Stepper(network(3, 1)))):
        page.keyboard.press("ArrowRight")
        gate = page.locator(".gate.active").bounding_box()
        assert frame["x"] - 1 <= gate["x"] <= frame["x"] + frame["width"]
        assert frame["y"] - 1 <= gate["y"] <= frame["y"] + frame["height"]


def test_fit_shows_the_whole_picture_and_one_to_one_its_natural_size(open_page, at):
    page = open_page(Stepper(network(3, 1)).player().page, **at)
    natural = [float(n) for n in page.locator(".picture svg").get_attribute("viewBox").split()[2:]]
    picture = page.locator(".picture")
    page.get_by_role("button", name="fit").click()
    inner = picture.evaluate(
        "e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"
    )
    assert inner == [0, 0]
    page.get_by_role("button", name="1:1").click()
    width = page.locator(".picture svg").bounding_box()["width"]
    assert width == pytest.approx(natural[0] * 4 / 3, abs=1)
    page.keyboard.press("f")
    assert page.get_by_role("button", name="fit").get_attribute("aria-pressed") == "true"


def test_a_page_of_its_own_listens_at_once_and_has_main_and_h1(open_page):
    page = open_page(Stepper(neuron()).player().page)
    page.keyboard.press("ArrowRight")
    assert page.locator(".said strong").text_content().startswith("forward 1")
    assert page.locator("main h1").text_content() == "f = 0.731, step by step"


def test_gates_are_reached_and_chosen_by_keys(open_page):
    page = open_page(Stepper(neuron()).player().page)
    assert page.locator("svg [role=button][tabindex='0']").count() == 1
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.shadowRoot?.activeElement?.id.startsWith('gate')"):
            break
    else:
        pytest.fail("no gate was reached")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".said strong").text_content() == "backward 4 of 5 · gate ×"
    page.keyboard.press(" ")
    assert page.locator(".said strong").text_content() == "forward 2 of 5 · gate ×"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.locator(".said strong").text_content() == "backward 5 of 5 · gate ×"


def test_no_key_leaves_the_player_and_tab_does(open_page):
    player = Stepper(neuron()).player().html
    page = open_page(f'<meta charset="utf-8">{player}<input id="after">')
    page.evaluate("window.heard = []; document.addEventListener('keydown', e => heard.push(e.key))")
    page.locator("#gate-6").click()
    for key in ["d", "d", "a", "Shift+Enter", "Enter", "x", "0", "ArrowRight", "Shift+M", "Escape"]:
        page.keyboard.press(key)
    assert page.evaluate("heard") == []
    page.keyboard.press("Control+b")
    assert "b" in page.evaluate("heard")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "after":
            return
    pytest.fail("the tab key does not leave the player")
