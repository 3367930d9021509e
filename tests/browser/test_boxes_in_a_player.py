"""A network that is drawn as boxes, in a player in Chromium: it steps, and its numbers change."""

import re
from functools import cache

import pytest
from test_player_in_a_browser import press

import minigrad as mg
from minigrad import Stepper

WIDE, DEEP, HUGE = ((8, 16, 9, 1), (2, *[3] * 17, 1), (3, 60, 20, 1))  # boxes, labels, layers


def network(sizes, changed=None, **settings) -> Stepper:
    """The stepper of a network's squared error, with other numbers on some of its parameters."""
    model = mg.nn.MLP(sizes[0], sizes[1:], activation="tanh", seed=1)
    for parameter in model.parameters():
        parameter.data = (changed or {}).get(parameter.label, parameter.data)
    return Stepper((model([0.5 - 0.1 * i for i in range(sizes[0])]) - 1.0) ** 2, **settings)


@cache
def page_of(sizes) -> str:
    return network(sizes).player().page


TEXTS = """() => Object.fromEntries([...document.querySelector(".minigrad-player").shadowRoot
    .querySelectorAll('[id^="unit-"]')].map((box) => [box.id,
    [...box.querySelectorAll("text")].map((text) => text.textContent)]))"""


def texts(page, ident: str) -> list[str]:
    """The numbers in a box or a label."""
    return page.locator(f'[id="{ident}"] text').filter(visible=True).all_text_contents()


def shows_what_python_knows(page, stepper: Stepper, position: int) -> None:
    stepper.position = position
    stage, circuit = stepper.stage, stepper.circuit
    page.get_by_label("position", exact=True).fill(str(position))
    rounded = lambda number: "?" if number is None else circuit.rounded(number)
    told = page.evaluate(TEXTS)
    named = {wire.label: wire for wire in circuit.gates}
    for wire in circuit.gates:
        if wire.label.startswith("a_"):
            layer, j = wire.unit
            z = named[wire.label.replace("a", "z")]
            shown = told[f"unit-{layer}-{j}"]
            assert rounded(stage.values.get(wire)) in shown, (wire.label, shown)
            assert rounded(stage.gradients.get(z)) in shown, (wire.label, shown)
    assert page.locator(".sentence").text_content() == stepper.present.sentence


def choose(page, name: str, number: str) -> None:
    page.get_by_label("which leaf").select_option(name)
    page.get_by_label("its number").fill(number)
    press(page, "Enter")


@pytest.mark.parametrize("sizes", [WIDE, DEEP])
def test_boxes_step_and_a_typed_weight_changes_their_numbers_as_in_python(open_page, sizes):
    page = open_page(page_of(sizes))
    count = len(network(sizes).circuit.gates)
    for position in (count // 3, count + count // 2):
        shows_what_python_knows(page, network(sizes), position)
    choose(page, "w₁₂¹", "-1.5")
    choose(page, "b₂¹", "2")
    changed = network(sizes, {"w_12^1": -1.5, "b_2^1": 2.0})
    for position in (count // 2, 2 * count):
        shows_what_python_knows(page, changed, position)
    page.get_by_role("button", name="reset").click()
    shows_what_python_knows(page, network(sizes), 2 * count)


def test_tangents_in_boxes_are_those_of_the_picture_at_each_position(open_page):
    model = mg.nn.MLP(2, DEEP[1:], activation="tanh", seed=1)
    stepper = Stepper(model([0.5, 0.4]), mode="forward", seed=model.layers[0].neurons[0].w[0])
    page = open_page(stepper.player().page)
    for position in (len(stepper) // 2, len(stepper)):
        stepper.position = position
        page.get_by_label("position", exact=True).fill(str(position))
        svg = stepper.circuit.picture(stepper.stage).replace("&#45;", "-").replace("&#160;", "\xa0")
        boxes = re.findall(r'<g id="(unit-[^"]+)"(.*?)</g>', svg, re.DOTALL)
        drawn = {name: re.findall(r">([^<]+)</text>", box) for name, box in boxes}
        told = page.evaluate(TEXTS)
        assert len(drawn) == 52
        assert {name: told[name] for name in drawn} == drawn


@pytest.mark.parametrize("sizes", [WIDE, DEEP])
def test_lines_are_as_thick_and_dashed_as_in_the_picture_of_the_new_numbers(open_page, sizes):
    page = open_page(page_of(sizes))
    press(page, "End")
    lines = """() => [...document.querySelector(".minigrad-player").shadowRoot
        .querySelectorAll('[id^="read-"]')].map((g) => [g.id,
        ...["stroke-width", "stroke-dasharray"].map((name) =>
        g.querySelector("path").getAttribute(name) ?? "none")])"""
    for changed in ({"w_11^1": -3.0, "w_12^1": 0.0}, {"w_21^1": 0.01, "w_11^1": 0.5}):
        page.get_by_role("button", name="reset").click(force=True)
        for name, number in changed.items():
            choose(page, mg.text.unicode_name(name), str(number))
        picture = network(sizes, changed).player()._picture.replace("&#45;", "-")
        wanted = []
        for ident, look in re.findall(r'<g id="(read-[-0-9]+)".*?<path ([^>]*)>', picture, re.S):
            found = [
                re.search(rf'{name}="([^"]*)"', look)
                for name in ("stroke-width", "stroke-dasharray")
            ]
            width, dashes = (one[1] if one else None for one in found)
            wanted.append([ident, float(width or 1), dashes or "none"])
        shown = [[ident, float(width), dashes] for ident, width, dashes in page.evaluate(lines)]
        assert sorted(shown) == sorted(wanted)


def test_a_weight_is_dragged_by_its_label_and_by_the_grip_where_it_has_none(open_page):
    page = open_page(page_of(DEEP))
    press(page, "End", "1")
    label = page.get_by_role("spinbutton", name="w₁₁¹", exact=True)
    for handle in (label, page.locator(".grip")):
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        before = page.get_by_label("its number").input_value()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2 + 20, box["y"] + box["height"] / 2, steps=3)
        page.mouse.up()
        after = page.get_by_label("its number").input_value()
        assert after != before
    changed = network(DEEP, {"w_11^1": float(after.replace("−", "-"))})
    shows_what_python_knows(page, changed, 2 * len(changed.circuit.gates))


def test_arrows_in_the_field_nudge_a_leaf_that_the_picture_does_not_show(open_page):
    page = open_page(page_of(WIDE))
    choose(page, "b₃¹", "1")
    page.get_by_label("its number").focus()
    press(page, "ArrowUp", "ArrowUp", "PageDown", "Shift+ArrowUp")
    assert page.get_by_label("its number").input_value() == "0.21"
    shows_what_python_knows(page, network(WIDE, {"b_3^1": 0.21}), 400)


def test_a_box_of_a_layer_says_from_where_to_where_its_numbers_go(open_page):
    page = open_page(page_of(HUGE))
    press(page, "End")
    choose(page, "w₁₁¹", "3")
    stepper = network(HUGE, {"w_11^1": 3.0})
    stepper.position = len(stepper)
    stage, rounded = stepper.stage, stepper.circuit.rounded
    for numbers, name in ((stage.values, "a"), (stage.gradients, "z")):
        found = [x for wire, x in numbers.items() if re.fullmatch(rf"{name}_\d+\^1", wire.label)]
        assert f"from {rounded(min(found))} to {rounded(max(found))}" in texts(page, "unit-1")


def test_a_box_is_reached_by_keys_lights_up_and_leads_to_its_step(open_page):
    page = open_page(page_of(WIDE))
    box = page.get_by_role("button", name="layer 1 · neuron 3: go to its step")
    box.focus()
    press(page, "Enter")
    assert "active" in box.get_attribute("class")
    assert page.locator(".said strong").text_content().startswith("backward")
    assert page.locator(".gate.active").count() == 1
    press(page, "Enter")
    assert page.locator(".said strong").text_content().startswith("forward")


def test_a_box_whose_units_are_saturated_is_dashed_and_where_inf_began_is_marked(open_page):
    page = open_page(page_of(WIDE))
    press(page, "End")
    choose(page, "b₃¹", "40")
    box = page.locator('[id="unit-1-3"]')
    assert "idle" in box.get_attribute("class")
    assert "a₃¹" in page.locator(".marks").text_content()
    choose(page, "w₃₁¹", "1e308")
    choose(page, "x₁", "100")
    assert "birth" in box.get_attribute("class")


def test_formulas_in_deltas_and_heat_reach_the_boxes(open_page):
    page = open_page(page_of(DEEP))
    press(page, "End", "d", "h")
    assert any("tanh′(z₁¹)" in text for text in texts(page, "unit-1-1"))
    assert page.locator('[id^="read-"][data-heat]').count() > 50
    press(page, "d", "h")
    assert not any("tanh′" in text for text in texts(page, "unit-1-1"))
    assert page.locator('[id^="read-"][data-heat]').count() == 0
