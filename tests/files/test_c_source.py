"""Exported C: without a warning as C99 and as C++, in double and in float, with Jacobians."""

from __future__ import annotations

import ctypes
import math
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.in_c import COMPILERS, NUMBERS, called, compiled

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit
from minigrad.files.c_dialect import single_precision
from minigrad.files.identifiers import plain_names

each_compiler = pytest.mark.parametrize("compiler", COMPILERS)
each_real = pytest.mark.parametrize("real", NUMBERS)


def random_circuit(seed: int) -> Value:
    """A few gates of any kind over three leaves and constants."""
    chance = random.Random(seed)
    wires: list[Any] = [Value(chance.uniform(-2.0, 2.0), label=name) for name in "xyz"]
    for _ in range(chance.randint(1, 8)):
        gate = chance.choice([gate for gate in mg.GATES.values() if gate.name != "select"])
        count = gate.arity or 4
        inputs = [chance.choice([*wires, chance.uniform(-2.0, 2.0)]) for _ in range(count)]
        if any(isinstance(x, Value) for x in inputs):
            wires.append(Value.apply_gate(gate, tuple(map(mg.engine.as_wire, inputs))))
    return wires[-1] + mg.select([wires[0], wires[1]], 1)


def by_label(output: Value) -> list[Value]:
    return [leaf for leaf in Circuit(output).leaves if not leaf.is_constant]


@each_compiler
@each_real
def test_random_circuits_compile_without_a_warning_and_agree(
    compiler: str, real: str, tmp_path: Path
) -> None:
    outputs = [random_circuit(seed) for seed in range(24)]
    sources = [mg.export(y, "c", name=f"f{i}", real=real) for i, y in enumerate(outputs)]
    library = compiled(sources, compiler, tmp_path)
    near, tried = 0, 0
    for i, output in enumerate(outputs):
        leaves = by_label(output)
        for leaf in leaves:
            leaf.grad = None
        output.backward()
        expected = [output.data, *[leaf.grad for leaf in leaves]]
        inputs = [leaf.data for leaf in leaves]
        _, _, (value,), gradients = called(
            library[f"f{i}_gradients"], real, inputs, [1.0], [0.0], [0.0] * len(leaves)
        )
        found = [value, *gradients[: len(leaves)]]
        if real == "double":
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-300, nan_ok=True), i
        else:
            near += sum(map(close_in_single_precision, found, expected))
            tried += len(found)
    assert near >= 0.95 * tried  # where digits cancel a float has fewer


def close_in_single_precision(found: float, expected: float) -> bool:
    if math.isnan(expected) or abs(expected) > 3e38:
        return not abs(found) < 3e38
    return math.isclose(found, expected, rel_tol=3e-6, abs_tol=1e-37)


@each_compiler
@each_real
def test_a_network_in_single_precision_has_six_digits(
    compiler: str, real: str, tmp_path: Path
) -> None:
    model = mg.nn.MLP(3, [8, 2], activation="tanh", seed=1)
    library = compiled([mg.export(model, "c", name="f0", real=real)], compiler, tmp_path)
    source = random.Random(4)
    for _ in range(20):
        x = [source.uniform(-2.0, 2.0) for _ in range(3)]
        wires = [Value(number) for number in x]
        outputs = model(wires)
        rows = [list(row) for row in mg.jacobian(outputs, wires)]
        _, found, jacobian = called(library["f0_jacobian"], real, x, [0.0] * 2, [0.0] * 6)
        digits = 1e-6 if real == "float" else 1e-13
        assert found == pytest.approx([y.data for y in outputs], rel=digits, abs=digits)
        expected = [entry.data for row in rows for entry in row]
        assert jacobian == pytest.approx(expected, rel=digits, abs=digits)


@each_real
def test_there_is_no_allocation_no_global_and_no_recursion(real: str) -> None:
    x, y = Value(0.5, label="x"), Value(2.0, label="y")
    text = mg.export([mg.select([x, y, x * y], y), x % y, mg.gelu(x)], "c", name="f", real=real)
    assert "alloc" not in text
    outside = [line for line in text.splitlines() if line[:1].isalpha()]
    assert all(line.startswith(("static inline", "void f")) for line in outside)
    assert text.count("f_gradients(") == 2  # its definition, and the call for the Jacobian


NAMES = ["expf", "tanh", "template", "using", "class", "NAN", "inputs", "jacobian", "choose", "t0"]


@each_compiler
@each_real
def test_whatever_leaves_are_called_and_however_few_there_are(
    compiler: str, real: str, tmp_path: Path
) -> None:
    things: list[Any] = [mg.constant(3.0), [mg.constant(1.0) * 2.0, Value(2.0, label="x")]]
    for name in NAMES:
        x, y = Value(0.5, label=name), Value(1.0, label="y")
        things.append([mg.select([x.exp(), x.tanh()], y) % y, abs(x) ** y])
    sources = [mg.export(thing, "c", name=f"f{i}", real=real) for i, thing in enumerate(things)]
    library = compiled(sources, compiler, tmp_path)
    assert called(library["f0"], real, [], [0.0])[1] == [3.0]
    assert called(library["f1_jacobian"], real, [2.0], [0.0] * 2, [9.0] * 2)[2] == [0.0, 1.0]
    for i in range(2, len(things)):
        _, found, _ = called(library[f"f{i}_jacobian"], real, [0.5, 1.0], [0.0] * 2, [0.0] * 4)
        assert found == pytest.approx([math.tanh(0.5), 0.5], rel=1e-6)


def test_words_of_later_standards_and_macros_of_math_h_are_no_names(tmp_path: Path) -> None:
    labels = [
        "M_PI",
        "HUGE_VAL",
        "FP_NAN",
        "OVERFLOW",
        "linux",
        "unix",
        "concept",
        "co_await",
        "y0",
    ]
    output = mg.sum([Value(1.0, label=label) * (i + 1.0) for i, label in enumerate(labels)])
    source = tmp_path / "f.c"
    source.write_text(mg.export(output, "c", name="f"))
    for compiler, standard in (("gcc", "gnu17"), ("gcc", "c99"), ("g++", "gnu++20")):
        if shutil.which(compiler) is None:
            pytest.skip(f"there is no {compiler}")
        command = [compiler, f"-std={standard}", "-Werror", "-Wall", "-fsyntax-only"]
        subprocess.run([*command, "-x", "c" if compiler == "gcc" else "c++", source], check=True)


@pytest.mark.parametrize("name", ["ceil", "y0", "logl", "M_PI", "printf", "abs", "repr", "range"])
def test_a_function_is_not_called_as_one_that_its_code_or_the_compiler_knows(name: str) -> None:
    with pytest.raises(ValueError, match=f"got '{name}', which exported code or its language"):
        mg.export(Value(2.0) * 3.0, "c", name=name)


def test_many_leaves_of_one_name_are_named_in_no_time() -> None:
    names = plain_names(["x", "r", "TABLE"] * 30_000, taken={"f"})
    assert len(set(names)) == 90_000
    assert not [name for name in names if re.fullmatch(r"r_.*|TABLE_\d+", name)]


def test_numbers_are_rounded_once_and_written_shortly() -> None:
    cases = {0.1: "0.1f", 1.0: "1.0f", 1e-3: "0.001f", 16777217.0: "16777216.0f", -2.5: "-2.5f"}
    for number, text in cases.items():
        written = single_precision(number)
        assert ctypes.c_float(float(written[:-1])).value == ctypes.c_float(number).value
        assert written == text or float(written[:-1]) == float(text[:-1])
    assert single_precision(1e300) == "INFINITY"


@pytest.mark.parametrize(
    ("export", "message"),
    [
        (lambda x: mg.export(x * 1e300, "c", real="float"), "1e\\+300 is beyond .* a float"),
        (lambda x: mg.export(x, "c", real="half"), "real= is 'double' or 'float'; got 'half'"),
        (lambda x: mg.export(x, "python", real="float"), "is for language='c', not 'python'"),
    ],
)
def test_what_cannot_be_written_is_refused(export: Callable[[Value], str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        export(Value(2.0, label="x"))
