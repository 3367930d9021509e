"""Exported WebAssembly gives what the engine gives; where it calls Math, what JavaScript gives."""

import math
import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.circuits import bits, circuits, tame_circuits
from helpers.drawn_circuits import drawn_circuits
from helpers.edges import edges_of, is_same
from helpers.house import ROOT
from helpers.in_node import node, run_in_node
from helpers.in_wasm import run_in_wasm
from helpers.precision import modules_and_points, worst_in_ulp

import minigrad as mg
from minigrad import Value
from minigrad.rules.gate import Gate

GATES = dict(mg.GATES)


def modules(outputs: list[Value]) -> list[bytes]:
    return [mg.export(out, "wasm", name="f") for out in outputs]


def test_500_circuits_of_arithmetic_are_the_engine_to_the_bit(tmp_path: Path) -> None:
    outputs, points, expected = drawn_circuits(circuits())
    results = run_in_wasm(modules(outputs), points, 1, tmp_path)
    for (found,), numbers in zip(results, expected):
        assert list(map(bits, found)) == list(map(bits, numbers))


def test_500_circuits_of_smooth_gates_are_exported_javascript_to_the_bit(tmp_path: Path) -> None:
    outputs, points, expected = drawn_circuits(tame_circuits())
    results = run_in_wasm(modules(outputs), points, 1, tmp_path)
    javascript = [mg.export(out, "javascript", name="f") for out in outputs]
    others = run_in_node(javascript, points, 1, tmp_path)
    for (found,), (other,), numbers in zip(results, others, expected):
        assert list(map(bits, found)) == list(map(bits, other))
        scale = max(map(abs, numbers[1:]))
        for one, number in zip(found, numbers):
            assert math.isclose(one, number, rel_tol=1e-12, abs_tol=1e-12 * scale)


def gate_at_its_edges(gate: Gate) -> tuple[Value, list[list[float]], list[list[float]]]:
    """One gate as a circuit, its arguments, and the engine's outputs and gradients."""
    rows = edges_of(gate)
    leaves = [Value(x) for x in rows[0]]
    out = Value.apply_gate(gate, tuple(leaves))
    order = [leaves.index(leaf) for leaf in mg.engine.Circuit(out).leaves]
    points = [[row[i] for i in order] for row in rows]
    return out, points, [engine(gate, row, order) for row in rows]


def engine(gate: Gate, row: list[float], order: list[int]) -> list[float]:
    leaves = [Value(x) for x in row]
    out = Value.apply_gate(gate, tuple(leaves))
    out.backward()
    return [out.data, *(leaves[i].grad for i in order)]


def test_every_gate_at_the_edges_of_the_floats_is_the_engine(tmp_path: Path) -> None:
    asked = [gate_at_its_edges(gate) for gate in GATES.values()]
    points = [rows for _, rows, _ in asked]
    results = run_in_wasm(modules([out for out, _, _ in asked]), points, 1, tmp_path)
    wrong = []
    for gate, (_, rows, right), found in zip(GATES.values(), asked, results):
        for row, numbers, others in zip(rows, found, right):
            if not all(is_same(gate, x, y) for x, y in zip(numbers, others)):
                wrong.append((gate.name, row, numbers, others))
    assert wrong == []


def test_every_gate_at_the_edges_is_exported_javascript_to_the_bit(tmp_path: Path) -> None:
    gates = [gate for gate in GATES.values() if gate.name != "select"]  # there it throws
    asked = [gate_at_its_edges(gate) for gate in gates]
    points = [rows for _, rows, _ in asked]
    results = run_in_wasm(modules([out for out, _, _ in asked]), points, 1, tmp_path)
    javascript = [mg.export(out, "javascript", name="f") for out, _, _ in asked]
    others = run_in_node(javascript, points, 1, tmp_path)
    for gate, rows, found, right in zip(gates, points, results, others):
        for row, numbers, javascripts in zip(rows, found, right):
            assert list(map(bits, numbers)) == list(map(bits, javascripts)), (gate.name, row)


def test_functions_are_at_most_2_units_in_the_last_place_from_the_engine(tmp_path: Path) -> None:
    exported, points = modules_and_points(500, "wasm")
    results = run_in_wasm(exported, points, 1, tmp_path)
    worst = worst_in_ulp(points, [[row[0] for row in rows] for rows in results])
    assert {name: ulp for name, ulp in worst.items() if not ulp <= 2.0} == {}


def test_a_rest_is_pythons_however_far_the_numbers_are_apart(tmp_path: Path) -> None:
    rnd = random.Random(5)
    size = lambda: rnd.choice([-1, 1]) * rnd.uniform(0.5, 1) * 2.0 ** rnd.uniform(-1073, 1024)
    rows = [[size(), size()] for _ in range(2_000)]
    module = mg.export(Value(1.0) % Value(1.0), "wasm", name="f")
    (found,) = run_in_wasm([module], [rows], 1, tmp_path)
    for (x, y), numbers in zip(rows, found):
        assert bits(numbers[0]) == bits(x % y), (x, y)


def test_a_module_that_needs_no_function_of_math_imports_nothing(tmp_path: Path) -> None:
    x, y = Value(3.0), Value(4.0)
    for out in (x * y + mg.sqrt(x) % y, mg.maximum(x, y).normal_cdf(), x.relu()):
        assert b"Math" not in mg.export(out, "wasm")
    assert mg.export(x.tanh() * x.tanh(), "wasm").count(b"\x04Math\x04tanh") == 1


def test_an_infinite_slope_behind_a_closed_gate_sends_nothing(tmp_path: Path) -> None:
    x = Value(0.0, label="x")
    out = x.sqrt().relu()
    out.backward()
    (rows,) = run_in_wasm([mg.export(out, "wasm", name="f")], [[[0.0], [4.0]]], 1, tmp_path)
    assert list(map(bits, rows[0])) == [bits(0.0), bits(x.grad)]
    assert rows[1] == [2.0, 0.25]


def test_several_outputs_and_what_upstream_is(tmp_path: Path) -> None:
    x, y = Value(3.0, label="x"), Value(4.0, label="y")
    module = mg.export([x * y, x - y, x], "wasm", name="f")
    assert run_in_wasm([module], [[[3.0, 4.0]]], 3, tmp_path) == [[[12.0, -1.0, 3.0, 6.0, 2.0]]]


def test_networks_and_compiled_functions_are_exported(tmp_path: Path) -> None:
    model = mg.nn.MLP(2, [4, 1])
    w = Value(0.5, label="w")
    loss = mg.compile(lambda x, y: (w * x - y) ** 2)
    loss(2.0, 3.0)
    found = run_in_wasm(
        [mg.export(model, "wasm", name="f"), mg.export(loss, "wasm", name="f")],
        [[[0.5, -1.0]], [[2.0, 5.0]]],
        1,
        tmp_path,
    )
    assert found[0][0][0] == pytest.approx(model([0.5, -1.0]).data, rel=1e-14)
    assert found[1] == [[16.0, -4.0, 8.0]]


def test_constants_and_arguments_may_be_the_outputs(tmp_path: Path) -> None:
    x = Value(3.0, label="x")
    module = mg.export([x, mg.constant(7.0), x * 2.0], "wasm", name="f")
    assert run_in_wasm([module], [[[5.0]]], 3, tmp_path) == [[[5.0, 7.0, 10.0, 3.0]]]


@pytest.mark.parametrize("most", [1, 100, 20_000])
def test_a_chain_of_thousands_of_gates_is_cut_into_functions(
    tmp_path: Path, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minigrad.files.wasm_source.MOST_BYTES", most)
    y = x = Value(1.0, label="x")
    for _ in range(3_000):
        y = (y * 0.999 + x).relu()
    y.backward()
    module = mg.export(y, "wasm", name="f")
    assert run_in_wasm([module], [[[1.0]]], 1, tmp_path) == [[[y.data, x.grad]]]


def test_a_gate_with_thousands_of_inputs_is_exported(tmp_path: Path) -> None:
    leaves = [Value(float(i)) for i in range(2_000)]
    out = mg.sum(leaves) + mg.maximum(*leaves[:100])
    module = mg.export(out, "wasm", name="f")
    ((found,),) = run_in_wasm([module], [[[leaf.data for leaf in leaves]]], 1, tmp_path)
    assert found == [1999 * 1000 + 99, *[1.0] * 99, 2.0, *[1.0] * 1_900]


def test_500_hostile_labels_are_not_in_the_bytes(tmp_path: Path) -> None:
    rnd = random.Random(17)
    plain = mg.export(mg.sum([Value(i + 1.0) ** 2 for i in range(4)]), "wasm", name="f")
    for _ in range(125):
        labels = ["".join(rnd.choices("\x00\x0b\x7f\xe9\u2028`'\"\\*/a", k=6)) for _ in range(4)]
        leaves = [Value(i + 1.0, label=label) for i, label in enumerate(labels)]
        assert mg.export(mg.sum([leaf**2 for leaf in leaves]), "wasm", name="f") == plain


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: mg.export(x, "wasm", name="memory"), "'memory'"),
        (lambda x: mg.export(x, "wasm", name="a b"), "plain identifier"),
        (lambda x: mg.export(x, "wasm", parameters=[x]), "'torch' and 'jax', not 'wasm'"),  # type: ignore[call-overload]
        (lambda x: mg.export(x, "wasm", declaration=True), "language='javascript', not 'wasm'"),  # type: ignore[call-overload]
        (lambda x: mg.export([1.0], "wasm"), "a Value, a list of Values"),
    ],
)
def test_what_cannot_be_exported_is_named(call: Callable[[Value], object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        call(Value(1.0))


def test_what_only_python_can_run_is_refused_by_name() -> None:
    opaque = Gate("cube", "³", lambda x, out: (3.0,), "cube", kernel=lambda x: x**3, opaque=True)
    with pytest.raises(ValueError, match=r"'cube' is ordinary Python .* written in WebAssembly"):
        mg.export(Value.apply_gate(opaque, (Value(2.0),)), "wasm")


def test_the_example_of_the_docs_runs_in_node(tmp_path: Path) -> None:
    text = (ROOT / "docs/files.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```javascript\n(import.*?readFileSync.*?)```", text, re.DOTALL)
    x, y = Value(3.0, label="x"), Value(4.0, label="y")
    (tmp_path / "f.wasm").write_bytes(mg.export((x * y).tanh() + x, "wasm", name="f"))
    (tmp_path / "run.mjs").write_text(program)
    done = subprocess.run(
        [node(), "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    expected = re.findall(r"console.log\(.*\); // (.*)", program)
    assert done.stdout.splitlines() == expected
