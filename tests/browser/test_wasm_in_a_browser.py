"""Exported WebAssembly in Chromium: what the engine gives, gate by gate and circuit by circuit."""

from helpers.circuits import bits, circuits, tame_circuits
from helpers.drawn_circuits import drawn_circuits
from helpers.edges import edges_of, is_same
from helpers.in_wasm import PROGRAM, answered, asked

import minigrad as mg
from minigrad import Value

GATES = dict(mg.GATES)


def run(open_page, modules, points):
    page = open_page("<!doctype html><title>WebAssembly</title>")
    return answered(page.evaluate(PROGRAM, asked(modules, points, 1)), points, 1)


def passes(gate, row):
    leaves = [Value(x) for x in row]
    out = Value.apply_gate(gate, tuple(leaves))
    out.backward()
    return out, leaves


def test_every_gate_at_the_edges_of_the_floats_is_the_engine(open_page):
    modules, points, expected = [], [], []
    for gate in GATES.values():
        rows = edges_of(gate)
        out, leaves = passes(gate, rows[0])
        order = [leaves.index(leaf) for leaf in mg.engine.Circuit(out).leaves]
        modules.append(mg.export(out, "wasm", name="f"))
        points.append([[row[i] for i in order] for row in rows])
        both = [passes(gate, row) for row in rows]
        expected.append([[out.data, *(leaves[i].grad for i in order)] for out, leaves in both])
    wrong = []
    for gate, rows, found, right in zip(
        GATES.values(), points, run(open_page, modules, points), expected
    ):
        for row, numbers, others in zip(rows, found, right):
            if not all(is_same(gate, x, y) for x, y in zip(numbers, others)):
                wrong.append((gate.name, row, numbers, others))
    assert wrong == []


def modules_of(outputs):
    return [mg.export(out, "wasm", name="f") for out in outputs]


def test_100_circuits_of_arithmetic_are_the_engine_to_the_bit(open_page):
    outputs, points, expected = drawn_circuits(circuits(), 100)
    for (found,), numbers in zip(run(open_page, modules_of(outputs), points), expected):
        assert list(map(bits, found)) == list(map(bits, numbers))


def test_100_circuits_of_smooth_gates_are_the_engine_to_12_digits(open_page):
    outputs, points, expected = drawn_circuits(tame_circuits(), 100)
    for (found,), numbers in zip(run(open_page, modules_of(outputs), points), expected):
        scale = max(map(abs, numbers))
        assert all(abs(x - y) <= 1e-12 * scale for x, y in zip(found, numbers))
