"""What is printed adds up: picture, step, tree, table, quiz and worksheet, by one formatter."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from helpers.printed import PRINTED, SLACK, false_lines, half_a_unit, holds, number_in
from helpers.stepped import circuits
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit
from minigrad.stepping.questions import questions
from minigrad.text import Names

ALL_DIGITS = st.integers(2, 5)


def cost_of_a_network(seed: int) -> Value:
    """Numbers with many digits, unlike most that hypothesis likes."""
    model = mg.nn.MLP(2, [3, 1], activation="tanh", seed=seed)
    return mg.losses.half_squared_error(model([1.0 / (seed + 3), -0.7]), 0.3)


CIRCUITS = circuits() | st.builds(cost_of_a_network, st.integers(0, 10**6))
PRODUCTS_AND_SUMS = {"mul": "·", "add": "+", "sum": "+"}


def after_backward(output: Value) -> Circuit:
    if not output.is_leaf:
        output.backward()
    return Circuit(output)


def check_gates(circuit: Circuit, value: dict[Value, str], digits: int) -> None:
    """The printed output of every × and + is the product or the sum of its printed inputs."""
    for wire in circuit.gates:
        by = PRODUCTS_AND_SUMS.get(circuit.gate(wire).name)
        inputs = [value.get(source) for source in circuit.inputs(wire)]
        if by and None not in inputs:
            assert holds([text for text in inputs if text], value[wire], by, digits)


def test_the_judge_of_printed_products_refuses_a_false_one() -> None:
    assert holds(["−0.0115", "0.5"], "−0.00575", "·")
    assert not holds(["−0.01", "0.50"], "−0.01", "·")
    assert not holds(["0.01", "0.5"], "0.01", "+")
    assert PRINTED[" · "].findall("w receives 0.197 · (−2) = −0.393") == [
        ("0.197 · (−2)", "−0.393")
    ]
    assert false_lines("= 0.01 · 0.50 = 0.01\n= 0.01 · 0.50 = 0.005") == ["= 0.01 · 0.50 = 0.01"]


@given(CIRCUITS, ALL_DIGITS)
def test_steps_and_quiz_say_what_is_true(output: Value, digits: int) -> None:
    if output.is_leaf:
        return
    stepper = mg.Stepper(output, digits=digits)
    for step in stepper:
        said = [step.sentence, *step.formulas]
        for question in questions(step, stepper.sent):
            said += [question.truth, question.truth_in_deltas]
        assert not false_lines("\n".join(said), digits)


@given(CIRCUITS, ALL_DIGITS)
def test_each_line_of_a_table_is_a_product_and_its_lines_add_up(output: Value, digits: int) -> None:
    circuit = after_backward(output)
    names = {Names(circuit, digits).text(wire): wire for wire in circuit.wires}
    value, gradient, upstream = {}, {}, ""
    received = defaultdict(list)
    for line in str(mg.as_table(output, digits)).splitlines()[1:]:
        cells = re.split(r"\s{2,}", line.strip())
        if len(cells) in (3, 6, 7):
            name = cells[0].partition(" = ")[0]
            value[names[name]], gradient[names[name]] = cells[1:3]
            upstream = cells[2]
        if len(cells) > 3 and cells[-1] != "?":
            *_, local, contribution = cells
            assert holds([local, upstream], contribution, "·", digits)
            received[names[cells[-4 + (len(cells) in (3, 6))]]].append(contribution)
    for wire, sent in received.items():
        if "nan" not in gradient[wire]:
            assert holds(sent, gradient[wire], "+", digits)
    check_gates(circuit, value, digits)


@given(CIRCUITS, ALL_DIGITS)
def test_a_tree_shows_what_its_gates_compute(output: Value, digits: int) -> None:
    circuit = after_backward(output)
    names = {Names(circuit, digits).text(wire): wire for wire in circuit.wires}
    value = {}
    lines = iter(str(mg.as_tree(output, digits)).splitlines()[1:])
    waiting, drawn = [output], set()
    for line in lines:  # inputs below their gate, the first first; what was drawn is referred to
        cells = re.split(r"\s{2,}", line.strip("│├─╰ "))
        if not waiting or "…" in line:
            break
        wire = waiting.pop()
        if cells[0].startswith("↑ "):
            assert names[cells[0][2:]] is wire
            continue
        drawn.add(wire)
        value[wire] = cells[-2] if len(cells) > 2 else cells[0].replace(" ", "")
        waiting += reversed(circuit.inputs(wire))
    check_gates(circuit, value, digits)


@given(CIRCUITS, ALL_DIGITS)
def test_branches_of_a_picture_add_up_to_their_wire(output: Value, digits: int) -> None:
    circuit = after_backward(output)
    if output.is_leaf:
        return
    value, gradient, sent = {}, {}, defaultdict(list)
    for line in mg.draw(output, digits=digits).dot.source.splitlines():
        numbers = re.findall(r'point-size="1[02]">([^<?]+)</font>', line)
        part = re.search(r'id="(wire|branch)-(\d+)', line)
        if part and numbers:
            wire = circuit.wires[int(part[2])]
            if part[1] == "wire":
                value[wire] = numbers[0]
                gradient[wire] = numbers[1] if len(numbers) > 1 else ""
            elif not wire.is_constant:
                sent[wire].append(numbers[-1])
                assert numbers[0] == value[wire]
    check_gates(circuit, value, digits)
    for wire, parts in sent.items():
        assert holds(parts, gradient[wire], "+", digits)


def worked_out(text: str) -> float:
    """A formula of numbers, as a sheet writes it."""
    return mg.expression(text.replace("½", "0.5")).data


@pytest.mark.parametrize("seed", range(12))
def test_each_line_of_a_worksheet_is_true(seed: int) -> None:
    """What each printed number may be off is carried through the line that is computed with it."""
    sheet = mg.Worksheet.from_seed(seed)
    checked = 0
    for line in sheet.text().split("Forward pass")[1].split("Update")[0].splitlines():
        *_, way, result = ["", "", *line.split(" = ")]
        if not re.fullmatch(r"[-−+0-9.e·()/ ½²]+", way):
            continue
        middle = worked_out(way)
        off = half_a_unit(result, 4) + SLACK
        for number in re.finditer(r"[0-9]+(?:\.[0-9]+)?", way):
            half = half_a_unit(number[0], 4)
            moved = f"{way[: number.start()]}({number[0]} + {half!r}){way[number.end() :]}"
            off += 1.1 * abs(worked_out(moved) - middle) if half else 0.0
        assert abs(middle - number_in(result)) <= off, line
        checked += 1
    assert checked >= 4


@pytest.mark.parametrize("seed", range(12))
def test_each_row_of_a_worksheets_update_is_true(seed: int) -> None:
    text = mg.Worksheet.from_seed(seed).text()
    rate = re.search(r"η = ([0-9.]+)", text)
    assert rate
    rows = text.split("wrong new\n")[1].splitlines()
    for row in rows:
        cells = re.split(r"\s{2,}", row.strip())
        for gradient, new in (cells[3:5], cells[5:7]):
            sent = number_in(rate[1]) * number_in(gradient)
            off = number_in(rate[1]) * half_a_unit(gradient, 4) + half_a_unit(new, 4) + SLACK
            assert abs(number_in(cells[1]) - sent - number_in(new)) <= off, row
