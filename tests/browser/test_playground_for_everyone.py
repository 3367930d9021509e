"""The playground for everyone: axe-core, a phone, light and dark, reduced motion, hostile links."""

import json
import random
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.npm import npm_package

import minigrad as mg
from minigrad.pictures import THEMES

SIZES = {1280: 800, 390: 844}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("playground") / "page.html"
    mg.playground(path)
    return path


@pytest.fixture(scope="module")
def axe() -> str:
    package = npm_package("axe-core", "4.10.3")
    return (package / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture
def visit(chromium, file):
    """A function that opens the page, with what is in a link's hash."""
    contexts, noticed = [], []

    def visit(hash_: str = "", **settings):
        context = chromium.new_context(offline=True, **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: noticed.append(str(error)))
        page.on("dialog", lambda dialog: (noticed.append("a dialog"), dialog.dismiss()))
        page.goto(file.as_uri() + hash_)
        page.locator("html[data-ready=yes]").wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert noticed == []


def situations(page):
    """What a visitor comes by: an expression, panels, a network, a mistake, a lesson, sharing."""
    yield "neuron"
    page.get_by_role("button", name="one step back").click()
    yield "step"
    page.get_by_role("tab", name="why?").click()
    yield "why"
    page.get_by_role("tab", name="mistakes").click()
    page.get_by_role("checkbox").first.check()
    yield "mistake"
    page.get_by_role("button", name="network", exact=True).click()
    page.locator(".unit").first.wait_for()
    yield "network"
    page.get_by_role("button", name="gates", exact=True).click()
    page.locator(".picture .gate").nth(5).wait_for()
    yield "gates"
    page.get_by_role("button", name="1 a fan-out").click()
    page.get_by_role("button", name="next", exact=True).wait_for()
    yield "lesson"
    page.get_by_role("button", name="end", exact=True).click()
    page.get_by_role("button", name="share").click()
    yield "share"


def test_in_a_notebook_it_works_in_its_frame_and_a_link_is_put_behind_another_address(
    chromium, visit, tmp_path
):
    context = chromium.new_context(offline=True)
    around, errors = context.new_page(), []
    around.on("pageerror", lambda error: errors.append(str(error)))
    file = tmp_path / "notebook.html"
    file.write_text(f"<!DOCTYPE html><p>a cell</p>{mg.playground()._repr_html_()}", "utf-8")
    around.goto(file.as_uri())
    frame = around.frame_locator("iframe")
    frame.locator("html[data-ready=yes]").wait_for()
    frame.get_by_role("spinbutton", name="w₀").fill("5")
    around.wait_for_timeout(600)  # after which an address is written
    frame.get_by_role("button", name="share").click()
    assert "has no address" in frame.locator("dialog").text_content()
    link = frame.get_by_role("textbox", name="link").input_value()
    context.close()
    assert errors == []
    assert visit(link).get_by_role("spinbutton", name="w₀").input_value() == "5"


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(visit, axe, width, scheme):
    page = visit(viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme)
    page.evaluate(axe)
    for situation in situations(page):
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
        assert told == [], situation
        assert page.evaluate("document.documentElement.scrollWidth") <= width, situation


@pytest.mark.parametrize("theme", ["light", "dark", "safe"])
def test_each_theme_of_pictures_is_chosen_and_goes_with_the_link(visit, theme):
    page = visit()
    page.wait_for_url("**#*")
    before = page.url
    page.get_by_label("theme").select_option(theme)
    colour = "getComputedStyle(document.querySelector('.picture text.{}')).fill"
    for kind in ("value", "gradient"):
        red, green, blue = (int(getattr(THEMES[theme], kind)[i : i + 2], 16) for i in (1, 3, 5))
        assert page.evaluate(colour.format(kind)) == f"rgb({red}, {green}, {blue})"
    page.wait_for_url(lambda url: url != before)
    page.reload()
    page.locator(".picture .gate").first.wait_for()
    assert page.get_by_label("theme").input_value() == theme


@pytest.mark.parametrize("mistaken", [False, True])
def test_on_paper_it_is_light_whole_and_without_buttons(visit, mistaken):
    page = visit(color_scheme="dark", viewport={"width": 794, "height": 1123})
    if mistaken:
        page.get_by_role("tab", name="mistakes").click()
        page.get_by_role("checkbox").first.check()
        page.locator("figure .picture svg").nth(1).wait_for()
    page.emulate_media(media="print", color_scheme="dark")
    theme = "getComputedStyle(document.documentElement).getPropertyValue('--background')"
    assert page.evaluate(theme) == THEMES["light"].background
    assert page.locator("button:visible, select:visible, canvas:visible").count() == 0
    for picture in page.locator(".picture:visible").all():
        cut = picture.evaluate(
            "e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"
        )
        assert max(cut) <= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 794


def test_nothing_moves_by_itself_where_motion_is_not_wanted(visit):
    page = visit(reduced_motion="reduce")
    durations = page.evaluate(
        "[...document.querySelectorAll('.picture *')]"
        ".map(e => getComputedStyle(e).transitionDuration)"
    )
    assert set(durations) == {"0s"}


def test_without_a_mouse_a_number_is_reached_changed_and_stepped_from(visit):
    page = visit()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "slider":
            break
    else:
        pytest.fail("no number of the picture was reached")
    before = page.locator(".bar h2").text_content()
    page.keyboard.press("ArrowUp")
    assert page.locator(".bar h2").text_content() != before
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Home")
    assert page.locator(".words strong").text_content() == "start"
    page.keyboard.press("ArrowRight")
    assert page.locator(".words strong").text_content().startswith("forward 1")


def test_the_gates_are_one_stop_and_the_focus_goes_with_the_steps(visit):
    page = visit()
    stops = page.locator(".picture [role=button][tabindex='0']")
    assert page.locator(".picture .gate").count() == 5
    assert stops.count() == 1
    stops.focus()
    seen = []
    page.keyboard.press("Home")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        assert stops.count() == 1
        assert page.evaluate(
            "document.activeElement === document.querySelector('.picture .gate.active')"
        )
        seen.append(page.evaluate("document.activeElement.dataset.part"))
    assert len(set(seen)) == 5
    page.keyboard.press("Enter")  # to the step of that gate in the other pass
    assert page.locator(".words strong").text_content().startswith("forward")


WHERE = """() => [...document.querySelectorAll('figure:not([hidden]) .picture')].map((picture) => {
  const place = (part) => part.getBoundingClientRect();
  const places = (name) => [...picture.querySelectorAll(name)].map(place);
  const [gates, numbers] = [places('.gate'), places('text.value')];
  return {
    down: gates.at(-1).y - gates[0].y, right: gates.at(-1).x - gates[0].x,
    hidden: picture.scrollWidth - picture.clientWidth,
    letters: Math.min(...numbers.map((one) => one.height)),
  };
})"""


def test_on_a_phone_circuits_lead_down_and_nothing_is_cut_off(visit):
    page = visit(viewport={"width": 390, "height": 844})
    assert page.locator(".picture .gate").count() == 5
    seen = page.evaluate(WHERE)
    for number in range(3):  # of the lessons that draw gates
        page.locator(".lessons button").nth(number).click()
        while page.get_by_role("button", name="next", exact=True).count():
            seen += page.evaluate(WHERE)
            page.get_by_role("button", name="next", exact=True).click()
        seen += page.evaluate(WHERE)
        page.get_by_role("button", name="end", exact=True).click()
    assert len(seen) == 16
    assert max(one["hidden"] for one in seen) <= 0
    assert min(one["letters"] for one in seen) > 8  # pixels
    assert seen[0]["down"] > 2 * abs(seen[0]["right"])


GAPS = """() => {
  const ends = (part) => part.getBoundingClientRect();
  const rules = [...document.querySelectorAll('.picture .wire polygon')].map(ends);
  const gaps = [];
  for (const edge of document.querySelectorAll('.picture .edge path')) {
    const { left, right, top, bottom } = ends(edge);
    for (const rule of rules) {
      if (rule.top < top - 2 || rule.bottom > bottom + 2) continue;
      gaps.push(...[left - rule.right, rule.left - right].filter((gap) => Math.abs(gap) < 6));
    }
  }
  return gaps;
}"""


def test_a_wire_and_the_line_that_goes_on_from_it_have_no_gap(visit):
    page = visit(viewport={"width": 1280, "height": 800})
    gaps = page.evaluate(GAPS)
    assert len(gaps) >= 13  # nine lines to gates, and four from gates to wires
    assert max(gaps) < 0


@pytest.mark.parametrize(("expression", "are_beside"), [("(x + 1)*x", True), (None, False)])
def test_right_and_wrong_stand_beside_one_another_on_a_phone_where_both_are_whole(
    visit, expression, are_beside
):
    page = visit(viewport={"width": 390, "height": 844})
    if expression:
        page.locator("input.expression").fill(expression)
        page.locator("input.expression").press("Enter")
    page.get_by_role("tab", name="mistakes").click()
    page.get_by_role("checkbox").first.check()
    page.locator("figure .picture svg").nth(1).wait_for()
    page.wait_for_timeout(200)
    right, wrong = (page.locator("figure").nth(n).bounding_box() for n in range(2))
    assert (right["y"] == wrong["y"]) == are_beside
    assert (right["x"] < wrong["x"]) == are_beside
    assert max(one["hidden"] for one in page.evaluate(WHERE)) <= 0


def test_a_phone_that_is_turned_draws_its_circuit_the_other_way(visit):
    page = visit(viewport={"width": 390, "height": 844})
    page.locator(".numbers [aria-label='w₀'][type=number]").fill("5")
    shown = page.locator(".picture text.value").all_text_contents()
    page.set_viewport_size({"width": 844, "height": 390})
    page.wait_for_timeout(300)
    assert page.evaluate(WHERE)[0]["right"] > 3 * abs(page.evaluate(WHERE)[0]["down"])
    assert sorted(page.locator(".picture text.value").all_text_contents()) == sorted(shown)


def test_on_a_phone_the_boundary_is_seen_together_with_the_picture(visit):
    page = visit(viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="network", exact=True).click()
    page.locator(".unit").first.wait_for()
    picture, boundary = (page.locator(name).first.bounding_box() for name in (".picture", "canvas"))
    assert boundary["y"] + boundary["height"] - picture["y"] < 844
    page.get_by_role("button", name="one step back").click()
    assert page.locator(".words").is_visible()  # what a step does is said on every panel


# --- links from anywhere ---

PIECES = [
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "'-window.hit=1-'",
    "javascript:window.hit=1",
    "\\N]]><a href=javascript:window.hit=1>",
    "&lt;img src=x onerror=window.hit=1&gt;",
    "__proto__",
    "constructor",
    "\u202e\u0000\ud800",
    "x" * 5000,
    "1e999",
    "${window.hit=1}",
    "{{constructor.constructor('window.hit=1')()}}",
]


def hostile(seed: int) -> str:
    """Half are states of a right shape with wrong things in them, half are no states at all."""
    chance = random.Random(seed)
    piece = lambda: chance.choice(PIECES)
    thing = lambda: chance.choice(
        [piece(), -1, 1e308, None, [], {}, {piece(): piece()}, [piece()], True, "tanh(x)", ["relu"]]
    )
    state = {
        "kind": chance.choice(["expression", "network", piece()]),
        "text": chance.choice(["x*y", piece(), f"tanh({piece()})"]),
        "values": chance.choice([{"x": thing()}, {piece(): 2}, thing()]),
        "__proto__": {"polluted": 1},
    }
    for name in (
        "theme",
        "position",
        "show",
        "collapsed",
        "mistakes",
        "sizes",
        "activations",
        "row",
    ):
        if chance.random() < 0.4:
            state[name] = thing()
    for name in (
        "cost",
        "data",
        "seed",
        "parameters",
        "example",
        "learningRate",
        "steps",
        "batchSize",
    ):
        if chance.random() < 0.3:
            state[name] = thing()
    text = json.dumps(state)
    packed = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    if chance.random() < 0.7:
        return "#v1." + packed[: None if chance.random() < 0.9 else chance.randrange(60)]
    body = chance.choice(
        [text, quote(text), piece(), quote(piece(), errors="replace"), text[: chance.randrange(60)]]
    )
    link = "#" + chance.choice(["v1.", "", "v2."]) + body
    return link.encode("utf-8", "replace").decode()


def test_a_link_in_order_that_no_circuit_can_be_made_of_says_why(visit):
    state = {"kind": "expression", "text": "select(x, y, i)", "values": {"x": 1, "y": 2, "i": 7}}
    page = visit("#v1." + urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("="))
    assert "the index must be a whole number" in page.locator(".source .error").text_content()
    assert page.locator(".picture .gate").count() > 1


def test_five_hundred_hostile_links_neither_run_nor_break_anything(visit):
    page = visit()
    page.evaluate(
        """links => (async () => {
          for (const link of links) {
            location.hash = link;
            await new Promise(done => setTimeout(done, 4));
          }
        })()""",
        [hostile(seed) for seed in range(500)],
    )
    page.wait_for_timeout(300)
    assert page.evaluate("[window.hit, ({}).polluted]") == [None, None]
    assert page.locator("script").count() == 2
    assert (
        page.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
            ".filter(a => /^on/i.test(a.name)"
            " || (a.name !== 'value' && /javascript:/i.test(a.value)))"
            ".length"
        )
        == 0
    )
    assert page.locator("img, iframe, object, embed, foreignObject").count() == 0
    page.evaluate("location.hash = ''")
    page.locator(".picture .gate").first.wait_for()
