"""Units of a network in a picture: in order, joined, and with titles that nothing crosses."""

from __future__ import annotations

import re

import pytest
from helpers.pictures import SVG, Picture

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit


def boxes_of(svg: str, kind: str) -> list[tuple[float, float, float, float]]:
    """Where the titles of the units stand: left, top, right, bottom."""
    boxes = []
    for part in Picture(svg).root.iter(f"{SVG}g"):
        if kind in part.get("class", "").split():
            (text,) = part.iter(f"{SVG}text")
            x, y = float(text.get("x")), float(text.get("y"))
            boxes.append((x, y - 8, x + 5.0 * len(text.text), y + 2))
    return boxes


def points_of_wires(svg: str) -> list[tuple[float, float]]:
    """Points along all edges: every curve cut into twenty pieces."""
    found = []
    for part in Picture(svg).root.iter(f"{SVG}g"):
        if "edge" in part.get("class", "").split():
            for path in part.iter(f"{SVG}path"):
                numbers = [float(n) for n in re.findall(r"-?[\d.]+", path.get("d"))]
                points = list(zip(numbers[::2], numbers[1::2]))
                for at in range(0, len(points) - 3, 3):
                    found += [bezier(points[at : at + 4], i / 20) for i in range(21)]
    return found


def bezier(points: list[tuple[float, float]], t: float) -> tuple[float, float]:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return tuple(sum(w * p[i] for w, p in zip(weights, points)) for i in (0, 1))


SHAPES = [(2, (3, 1)), (2, (3, 2)), (3, (3, 3, 3)), (1, (3, 2, 1)), (2, (1,)), (4, (4, 4, 4, 1))]


@pytest.mark.parametrize(("inputs", "sizes"), SHAPES)
def test_no_wire_crosses_the_title_of_a_unit(engine, inputs, sizes):
    svg = mg.draw(several(inputs, sizes)).svg
    titles = boxes_of(svg, "title")
    assert len(titles) == sum(sizes)
    for x, y in points_of_wires(svg):
        assert not any(left < x < r and t < y < b for left, t, r, b in titles)


def several(inputs: int, sizes: tuple[int, ...]) -> Value:
    """A cost over all outputs of a network."""
    model = mg.nn.MLP(inputs, list(sizes), activation="tanh", seed=1)
    outputs = model.forward([Value(0.5 - k, label=f"x_{k + 1}") for k in range(inputs)])
    cost = mg.sum([(y - 1.0) ** 2 for y in outputs])
    cost.backward()
    return cost


@pytest.mark.parametrize(("inputs", "sizes"), SHAPES)
def test_inputs_weights_and_units_stand_in_their_order(engine, inputs, sizes):
    cost = several(inputs, sizes)
    seen = Picture(mg.draw(cost).svg)
    height = {
        w.label: seen.place(f"wire-{n}")[1] for n, w in enumerate(Circuit(cost).wires) if w.label
    }
    ordered = [[f"x_{k + 1}" for k in range(inputs)]]
    for layer, (before, units) in enumerate(zip((inputs, *sizes), sizes), 1):
        numbers = range(1, units + 1)
        ordered.append([f"w_{j}{k}^{layer}" for j in numbers for k in range(1, before + 1)])
        ordered.append([f"z_{j}^{layer}" for j in numbers])
    for names in ordered:
        heights = [height[name] for name in names]
        assert heights == sorted(heights), names


def test_the_lines_of_wires_join_the_edges_at_both_ends(engine):
    svg = mg.draw(several(2, (3, 1))).svg
    lines = re.findall(r'points="(-?[\d.]+),(-?[\d.]+) \1,\2 (-?[\d.]+),\2 \3,\2 \1,\2"', svg)
    curves = re.findall(r'class="edge[^"]*">\s*<path fill="none"[^>]* d="M([^"]*)"', svg)
    assert len(lines) > 30
    joined = 0
    for curve in curves:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", curve)]
        for x, y, end, place in ((*numbers[:2], 1, 2), (*numbers[-2:], -1, 0)):
            near = [
                line for line in lines
                if abs(float(line[1]) - y) < 0.6 and abs(float(line[place]) - x) < 4
            ]  # fmt: skip
            assert all(end * (float(line[place]) - x) >= -0.05 for line in near), (x, y)
            joined += bool(near)
    assert joined > 40


def test_the_line_runs_below_the_name_of_a_wire_that_goes_on():
    seen = Picture(mg.draw(several(2, (1,))).svg)
    (z,) = (seen.parts[name] for name in seen.names("wire") if "z" in seen.texts(name))
    corners = [p for line in z.iter(f"{SVG}polygon") for p in line.get("points").split()]
    line = [float(corner.split(",")[0]) for corner in corners]
    names = [float(t.get("x")) for t in z.iter(f"{SVG}text") if t.get("font-style") == "italic"]
    assert min(line) < names[0] < max(line)


def test_a_wire_that_comes_into_a_unit_goes_on_without_a_gap() -> None:
    model = mg.nn.MLP(2, [3, 1], seed=1)
    svg = mg.draw(model([Value(0.5), Value(-1.0)])).svg
    curves = dict(
        re.findall(r'<g id="(edge[^"]*)"[^>]*>\s*<path fill="none"[^>]* d="([^"]*)"', svg)
    )
    into = {name: curve for name, curve in curves.items() if f"{name}&#45;0" in curves}
    assert len(into) == 3  # the activations of layer 1
    for name, curve in into.items():
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", curves[f"{name}&#45;0"])]
        on = [float(number) for number in re.findall(r"-?[\d.]+", curve)]
        assert numbers[-2] >= on[0], (name, numbers[-2:], on[:2])
        assert numbers[-1] == on[1]
