"""What a circuit takes: uses, sharing, multiplications."""

from __future__ import annotations

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.calculus import operations_of
from minigrad.engine import Circuit


def test_a_neuron_is_counted_as_by_hand() -> None:
    w, x, b = Value(2.0, label="w"), Value(-1.0, label="x"), Value(3.0, label="b")
    count = operations_of(Circuit((w * x + b).sigmoid()))
    assert count.gates == count.written_out == 3
    assert count.shared == 0
    assert count.forward == 2  # w·x, and 1/(1 + e⁻ᶻ)
    assert count.local == 1  # f·(1 − f)
    assert count.backward == 5  # into σ, twice into +, twice into ×
    assert count.multiplications == 8


def test_backward_is_counted_as_paths_count_it() -> None:
    x = Value(0.5, label="x")
    a = (x * x + x).tanh()
    f = a * a + x
    assert operations_of(Circuit(f)).backward == mg.paths(f, x).backprop_multiplications


def test_constants_receive_nothing_and_cost_nothing_backward() -> None:
    x = Value(0.5)
    count = operations_of(Circuit(x * 3.0))
    assert (count.forward, count.local, count.backward) == (1, 0, 1)
    assert operations_of(Circuit(x**2)).local == 2  # 2·x¹, and no log x


def test_a_wire_that_is_used_again_is_shared() -> None:
    x = Value(1.5)
    wire = x
    for _ in range(100):
        wire = wire * wire
    count = operations_of(Circuit(wire))
    assert count.uses[x] == 2
    assert count.shared == 100
    assert count.gates == 100
    assert count.written_out == 2**100 - 1


def test_what_is_computed_again_from_the_same_inputs_is_repeated() -> None:
    x, y = Value(1.5), Value(0.5)
    first, again = x * y, x * y
    deeper, deeper_again = first.exp(), again.exp()
    count = operations_of(Circuit(deeper + deeper_again * (y * x)))
    assert count.repeated == {again: first, deeper_again: deeper}
    assert operations_of(Circuit(x * 2.0 + x * 2.0)).repeated
    assert not operations_of(Circuit(x * 2.0 + x * 2.5)).repeated


def test_gates_with_many_inputs_are_counted_each_for_each() -> None:
    xs = [Value(float(k)) for k in range(1, 31)]
    assert operations_of(Circuit(mg.sum(xs))).forward == 0
    assert operations_of(Circuit(mg.prod(xs))).forward == 29
    assert operations_of(Circuit(mg.prod(xs))).local <= 3 * 30
    assert operations_of(Circuit(mg.dot(xs, xs))).forward == 30
    assert operations_of(Circuit(mg.dot(xs, xs), collapse=["dot"])).forward == 30


def test_every_row_of_the_table_can_be_counted() -> None:
    x = Value(0.5)
    for gate in mg.GATES.values():
        inputs = [x] * (gate.arity or 2)
        if gate.name in ("select", "dot"):
            continue
        count = operations_of(Circuit(mg.rules.apply(gate, inputs)))
        assert count.backward == len(inputs)
        assert 0 <= count.forward + count.local < 20


def test_gates_made_by_hand_have_no_rules_to_count() -> None:
    x = Value(0.5)
    made = Value(3.0, (x,), "mine")
    assert operations_of(Circuit(made)).forward == 0


def test_a_compiled_function_has_the_same_numbers() -> None:
    def function(x: Value, y: Value) -> Value:
        return (x * y + (x * y).exp()).tanh() * x

    compiled = mg.compile(function)
    compiled(0.5, 2.0)
    x, y = Value(0.5, label="x_1"), Value(2.0, label="x_2")
    expected = operations_of(Circuit(function(x, y))).numbers()
    stats = compiled.stats()
    assert {name: stats[name] for name in expected} == expected
    assert stats["repeated"] == 1
    assert stats["uses"] == {"x₁": 3, "x₂": 2}


def test_a_chain_of_many_gates_needs_no_recursion() -> None:
    wire = Value(1.0)
    for _ in range(20_000):
        wire = wire.sin()
    assert operations_of(Circuit(wire)).backward == 20_000


@pytest.mark.parametrize("style", ["circuit", "graph"])
def test_the_picture_says_how_often_each_wire_is_used(style: str) -> None:
    x, y = Value(1.5, label="x"), Value(0.5, label="y")
    product = x * y
    source = mg.draw((product + x * y) * product, show="operations", style=style).source
    wires = {line.split("[")[0].strip(): line for line in source.splitlines() if "id=" in line}
    assert "2×" in wires["w0"]
    assert "2×" in wires["w1"]
    assert "4 gates; 3 wires used more than once: without sharing 5 gates" in source
    assert "3 for the values" in source
    assert source.count("dashed") >= 2  # the gate, and the line that says why
    assert "computed before, from the same inputs" in source


def test_large_counts_have_commas() -> None:
    x = mg.Value(1.0)
    count = operations_of(Circuit(mg.sum([x * x for _ in range(1200)])))
    assert count.lines()[1].startswith("4,800 multiplications: 1,200 for the values, 0 for the")
    assert "3,600 for local gradient × upstream" in count.lines()[1]
