"""Exported C with loops: the engine's bits, in far fewer lines, whatever repeats or does not."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers.circuits import bits_of
from helpers.in_c import called, compiled

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit, as_wire
from minigrad.files import c_loops, c_source

EXACT = (
    *("add", "sub", "mul", "div", "neg", "sum", "relu", "leaky_relu", "maximum", "minimum"),
    *("less", "less_equal", "is_equal", "abs", "select", "sqrt", "dot", "mean", "prod", "floor"),
    *("ceil", "clip", "sign", "pow"),
)


@pytest.fixture(params=["loops", "table"])
def everything_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every circuit, however short, is written in loops, or as a table of operations."""
    monkeypatch.setattr(c_source, "SHORT", 0)
    monkeypatch.setattr(c_source, "LONG", 0)
    if request.param == "table":
        monkeypatch.setattr(c_loops, "MOST_NODES", 0)


def random_outputs(seed: int, gates: Sequence[str]) -> list[Value]:
    """One output, or three of one circuit."""
    chance = random.Random(seed)
    numbers = (0.0, 1.0, -1.0)
    wires: list[Any] = [
        Value(chance.choice([*numbers, chance.uniform(-2.0, 2.0)]), label=name) for name in "xyz"
    ]
    for _ in range(chance.randint(3, 30)):
        gate = mg.GATES[chance.choice(gates)]
        count = gate.arity or 2 * chance.choice([1, 2, 4, 8])
        given = [*numbers, chance.uniform(-2.0, 2.0)]
        inputs = [chance.choice([*wires, *given]) for _ in range(count)]
        if gate.name == "select":
            inputs[-1] = float(chance.randrange(count - 1))
        if any(isinstance(x, Value) for x in inputs):
            wires.append(Value.apply_gate(gate, tuple(map(as_wire, inputs))))
    return [wires[-1]] if seed % 2 else wires[-3:]


def in_python(outputs: list[Value], upstream: Sequence[float]) -> tuple[list[float], list[float]]:
    """What the exported Python gives for the circuit's own numbers."""
    module: dict[str, Any] = {}
    exec(mg.export(outputs, name="f"), module)
    leaves = [leaf for leaf in circuit_of(outputs).leaves if not leaf.is_constant]
    numbers = [leaf.data for leaf in leaves]
    results, gradients = module["f_gradients"](*numbers, upstream=tuple(upstream))
    return numbers, [*results, *gradients]


def circuit_of(outputs: list[Value]) -> Circuit:
    return Circuit(outputs[0]) if len(outputs) == 1 else Circuit(mg.sum(outputs))


@pytest.mark.usefixtures("everything_in")
def test_random_circuits_have_the_bits_of_exported_python(tmp_path: Path) -> None:
    cases = [random_outputs(seed, EXACT) for seed in range(24)]
    sources = [mg.export(outputs, "c", name=f"f{i}") for i, outputs in enumerate(cases)]
    library = compiled(sources, "C99", tmp_path)
    for i, outputs in enumerate(cases):
        upstream = [0.5, -2.0, 1.0][: len(outputs)]
        numbers, expected = in_python(outputs, upstream)
        empty = [0.0] * len(outputs), [0.0] * len(numbers)
        _, _, values, gradients = called(
            library[f"f{i}_gradients"], "double", numbers, upstream, *empty
        )
        found = [*values, *gradients[: len(numbers)]]
        assert bits_of(found) == bits_of(expected), i
        _, forward = called(library[f"f{i}"], "double", numbers, empty[0])
        assert bits_of(forward) == bits_of(values), i


@pytest.mark.usefixtures("everything_in")
@pytest.mark.parametrize("real", ["double", "float"])
@pytest.mark.parametrize("compiler", ["C99", "C++"])
def test_every_gate_is_written_without_a_warning(real: str, compiler: str, tmp_path: Path) -> None:
    gates = [name for name in mg.GATES if name != "select"]
    cases = [random_outputs(seed, [*gates, "select"]) for seed in range(8)]
    sources = [mg.export(outputs, "c", name=f"f{i}", real=real) for i, outputs in enumerate(cases)]
    compiled(sources, compiler, tmp_path)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize(("real", "digits"), [("double", 1e-14), ("float", 1e-6)])
def test_a_network_is_a_few_loops(
    activation: str, real: str, digits: float, tmp_path: Path
) -> None:
    model = mg.nn.MLP(3, [16, 16, 2], activation=activation, seed=1)
    text = mg.export(model, "c", name="f0", real=real)
    assert len(text.splitlines()) < 260
    assert "malloc" not in text
    library = compiled([text], "C99", tmp_path)
    chance = random.Random(4)
    for _ in range(20):
        x = [chance.uniform(-2.0, 2.0) for _ in range(3)]
        wires = [Value(number) for number in x]
        outputs = model(wires)
        rows = [list(row) for row in mg.jacobian(outputs, wires)]
        _, found, jacobian = called(library["f0_jacobian"], real, x, [0.0] * 2, [0.0] * 6)
        assert found == pytest.approx([y.data for y in outputs], rel=digits, abs=digits)
        expected = [entry.data for row in rows for entry in row]
        assert jacobian == pytest.approx(expected, rel=digits, abs=digits)


def recurrence(steps: int) -> Value:
    x, w = Value(0.5, label="x"), Value(0.3, label="w")
    y = x
    for _ in range(steps):
        y = (y * w + x).tanh()
    return y


def test_a_longer_recurrence_has_no_more_lines() -> None:
    short, long = (mg.export(recurrence(steps), "c", name="f") for steps in (100, 1_000))
    assert len(short.splitlines()) == len(long.splitlines()) < 120


def test_who_calls_can_give_the_scratch_array(tmp_path: Path) -> None:
    output = recurrence(100)
    text = mg.export(output, "c", name="f0")
    library = compiled([text], "C99", tmp_path)
    size = int(text.split("f0_scratch = ")[1].split()[0])
    _, found, _ = called(library["f0_with_scratch"], "double", [0.5, 0.3], [0.0], [0.0] * size)
    assert found == [pytest.approx(output.data, rel=1e-15)]


def test_a_scratch_array_that_no_stack_holds_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_loops, "MOST_ON_THE_STACK", 100)
    text = mg.export(recurrence(100), "c", name="f")
    assert "void f(" not in text
    assert "/* no f: its scratch array is too large for a stack */" in text
    assert "void f_with_scratch(" in text


def test_what_does_not_repeat_is_a_table_that_compilers_bear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c_source, "LONG", 200)
    monkeypatch.setattr(c_loops, "MOST_NODES", 200)
    chance = random.Random(0)
    wires = [Value(0.5, label="x"), Value(0.3, label="w")]
    for _ in range(1_000):
        a, b = chance.choice(wires[-50:]), chance.choice(wires[-50:])
        wires.append(chance.choice([a.tanh, a.sin, a.relu, lambda a=a, b=b: a * b - b])())
    text = mg.export(wires[-1], "c", name="f0")
    assert "switch (steps[step])" in text
    library = compiled([text], "C99", tmp_path)
    numbers, expected = in_python([wires[-1]], [1.0])
    _, _, (value,), gradients = called(
        library["f0_gradients"], "double", numbers, [1.0], [0.0], [0.0] * 2
    )
    assert [value, *gradients] == pytest.approx(expected, rel=1e-9)


def test_it_is_compiled_for_a_cortex_m(tmp_path: Path) -> None:
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        pytest.skip("there is no arm-none-eabi-gcc")
    model = mg.nn.MLP(2, [16, 16, 1], activation="tanh", seed=1)
    source = tmp_path / "f.c"
    source.write_text(mg.export(model, "c", name="f", real="float"))
    options = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-Os"]
    target = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
    subprocess.run([compiler, *options, *target, "-c", source, "-o", tmp_path / "f.o"], check=True)
