"""Exported JavaScript gives what the engine gives: arithmetic to the bit, the rest nearly so."""

import math
import random
import re
from pathlib import Path
from typing import Any

import pytest
from helpers.circuits import bits, circuits, tame_circuits
from helpers.drawn_circuits import drawn_circuits
from helpers.edges import edges_of, is_same
from helpers.in_node import run_in_node
from helpers.precision import modules_and_points, worst_in_ulp

import minigrad as mg
from minigrad import Value
from minigrad.rules.gate import Gate

GATES = dict(mg.GATES)


def test_500_circuits_of_arithmetic_are_the_engine_to_the_bit(tmp_path: Path) -> None:
    outputs, points, expected = drawn_circuits(circuits())
    modules = [mg.export(out, "javascript", name="f") for out in outputs]
    results = run_in_node(modules, points, 1, tmp_path)
    for module, (found,), numbers in zip(modules, results, expected):
        assert list(map(bits, found)) == list(map(bits, numbers)), module


def test_500_circuits_of_smooth_gates_are_the_engine_to_12_digits(tmp_path: Path) -> None:
    outputs, points, expected = drawn_circuits(tame_circuits())
    modules = [mg.export(out, "javascript", name="f") for out in outputs]
    results = run_in_node(modules, points, 1, tmp_path)
    for module, (found,), numbers in zip(modules, results, expected):
        scale = max(map(abs, numbers[1:]), default=0.0)
        for one, other in zip(found, numbers):
            assert math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12 * scale), module


def test_every_gate_at_the_edges_of_the_floats_is_the_engine(tmp_path: Path) -> None:
    modules, points, expected = [], [], []
    for gate in GATES.values():
        rows = edges_of(gate)
        leaves = [Value(x) for x in rows[0]]
        out = Value.apply_gate(gate, tuple(leaves))
        modules.append(mg.export(out, "javascript", name="f"))
        order = [leaves.index(leaf) for leaf in mg.engine.Circuit(out).leaves]  # of the arguments
        points.append([[row[i] for i in order] for row in rows])
        expected.append([engine(gate, row, order) for row in rows])
    results = run_in_node(modules, points, 1, tmp_path)
    wrong = []
    for gate, rows, found, right in zip(GATES.values(), points, results, expected):
        for row, numbers, others in zip(rows, found, right):
            if not all(is_same(gate, x, y) for x, y in zip(numbers, others)):
                wrong.append((gate.name, row, numbers, others))
    assert wrong == []


def engine(gate: Gate, row: list[float], order: list[int]) -> list[float]:
    leaves = [Value(x) for x in row]
    out = Value.apply_gate(gate, tuple(leaves))
    out.backward()
    return [out.data, *(leaves[i].grad for i in order)]


def test_several_outputs_and_a_gate_of_ones_own(tmp_path: Path) -> None:
    slopes = lambda x, y, out: (
        mg.cos(x) * mg.where(y > 0.0, y, 0.5 * y),
        mg.sin(x) * mg.where(y > 0.0, 1.0, 0.5),
    )

    @mg.gate(symbol="swirl", local_gradient=slopes)
    def swirl(x: Any, y: Any) -> Any:
        return mg.sin(x) * mg.where(y > 0.0, y, 0.5 * y)

    try:
        x, y = Value(0.3, label="x"), Value(-2.0, label="y")
        outputs = [swirl(x, y), x * y]
        code = mg.export(outputs, "javascript", name="f")
        ((found,),) = run_in_node([code], [[[0.3, -2.0]]], 2, tmp_path)
        mg.sum(outputs).backward()
        numbers = [outputs[0].data, outputs[1].data, x.grad, y.grad]
        assert found == pytest.approx(numbers, rel=1e-14)
    finally:
        mg.GATES.pop("swirl", None)


def test_what_only_python_can_run_is_refused_by_name() -> None:
    opaque = Gate("cube", "³", lambda x, out: (3.0,), "cube", kernel=lambda x: x**3, opaque=True)
    with pytest.raises(ValueError, match=r"'cube' is ordinary Python .* written in JavaScript"):
        mg.export(Value.apply_gate(opaque, (Value(2.0),)), "javascript")


def test_a_declaration_for_typescript_has_the_modules_names_and_lengths() -> None:
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    text = mg.export([x * y, x + y], "javascript", name="f", declaration=True)
    assert "f(x: number, y: number): [number, number];" in text
    assert "upstream?: [number, number]" in text
    assert "[outputs: [number, number], gradients: [number, number]]" in text
    with pytest.raises(ValueError, match="declaration= is for language='javascript', not 'c'"):
        mg.export(x * y, "c", declaration=True)


NASTY = ["*/", "`${x}`", "</script>", "\u2028", "\\", "'", '"', "//", "\n", "eval(1)", "x; y", "{}"]
WORDS = [
    "Math",
    "let",
    "NaN",
    "arguments",
    "await",
    "class",
    "enum",
    "t0",
    "g_x",
    "power",
    "static",
]


def test_500_hostile_labels_stay_names(tmp_path: Path) -> None:
    rnd = random.Random(17)
    modules, points = [], []
    for _ in range(125):
        labels = [
            rnd.choice(WORDS) if rnd.random() < 0.4 else "".join(rnd.choices([*NASTY, "a"], k=4))
            for _ in range(4)
        ]
        leaves = [Value(i + 1.0, label=label) for i, label in enumerate(labels)]
        code = mg.export(mg.sum([leaf**2 for leaf in leaves]), "javascript", name="f")
        (arguments,) = re.findall(r"^export function f\((.*)\) {$", code, re.MULTILINE)
        assert all(re.fullmatch(r"[A-Za-z]\w*", name) for name in arguments.split(", "))
        assert code.isascii()
        assert not re.search(r"[`'\"\\]|\*/", code[code.index("export") :])
        modules.append(code)
        points.append([[1.0, 2.0, 3.0, 4.0]])
    for ((total, *slopes),) in run_in_node(modules, points, 1, tmp_path):
        assert total == 30.0
        assert slopes == [2.0, 4.0, 6.0, 8.0]


@pytest.mark.parametrize("name", ["Math", "let", "await", "eval", "normalCdf", "NaN"])
def test_the_function_cannot_have_a_name_that_javascript_uses(name: str) -> None:
    with pytest.raises(ValueError, match="plain identifier"):
        mg.export(Value(1.0) * 2.0, "javascript", name=name)


def test_functions_are_at_most_2_units_in_the_last_place_from_the_engine(tmp_path: Path) -> None:
    modules, points = modules_and_points(500)
    results = run_in_node(modules, points, 1, tmp_path)
    worst = worst_in_ulp(points, [[row[0] for row in rows] for rows in results])
    assert {name: ulp for name, ulp in worst.items() if not ulp <= 2.0} == {}
