"""Exported code gives what the engine gives: Python to the bit, C where there is a compiler."""

import ctypes
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from helpers.counts import count_near
from helpers.in_node import run_in_node

import minigrad as mg
from minigrad import Value, files, nn
from minigrad.files.array_dialects import JAX
from minigrad.files.c_source import c_dialect
from minigrad.files.dialects import Dialect
from minigrad.files.export import LANGUAGES
from minigrad.rules.gate import Gate

Function = Callable[[list[float]], tuple[list[float], list[float]]]

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler")

GATES = dict(mg.GATES)  # the table as it is shipped, whatever other tests add to it
POINTS = [(0.5, -1.25, 2.0), (-0.75, 3.0, 0.25), (2.0, 2.0, 1.0), (-30.0, 0.5, 1.5)]


def gate_circuit(gate: Gate) -> tuple[list[Value], Value]:
    """A gate on leaves, with enough around it that contributions meet."""
    count = count_near(gate, 3)
    leaves = [Value(number, label=f"x_{i}") for i, number in enumerate(POINTS[0][:count])]
    operands: list[Any] = list(leaves)
    if gate.name == "select":
        operands[-1] = mg.constant(1)
        leaves = leaves[:-1]
    out = Value.apply_gate(gate, tuple(operands))
    return leaves, out * 3.0 + leaves[0] * leaves[-1]


def engine(gate: Gate, point: tuple[float, ...]) -> tuple[list[float], list[float]]:
    count = count_near(gate, 3)
    leaves = [Value(number) for number in point[:count]]
    operands: list[Any] = list(leaves)
    if gate.name == "select":
        operands[-1] = mg.constant(1)
        leaves = leaves[:-1]
    out = Value.apply_gate(gate, tuple(operands)) * 3.0 + leaves[0] * leaves[-1]
    out.backward()
    return [out.data], [leaf.grad for leaf in leaves]


def dialects() -> list[Dialect]:
    """Those of all files of the wing."""
    modules = [
        import_module(f"minigrad.files.{file.name}") for file in iter_modules(files.__path__)
    ]
    found = [x for module in modules for x in vars(module).values() if isinstance(x, Dialect)]
    return [*{id(x): x for x in found}.values(), c_dialect("double"), c_dialect("float")]


def run_python(thing: Any) -> Function:
    namespace: dict[str, Any] = {}
    code = mg.export(thing, "python", name="f")
    assert "minigrad" not in code
    exec(compile(code, "<exported>", "exec"), namespace)

    def function(numbers: list[float]) -> tuple[list[float], list[float]]:
        outputs, gradients = namespace["f_gradients"](*numbers)
        forward = namespace["f"](*numbers)
        assert repr(forward if isinstance(forward, tuple) else (forward,)) == repr(outputs)
        return list(outputs), list(gradients)

    return function


def run_c(things: dict[str, Any], folder: Path) -> dict[str, Function]:
    """Many circuits in one library: one run of the compiler."""
    assert COMPILER is not None
    source = folder / "all.c"
    texts = [mg.export(thing, "c", name=name) for name, thing in things.items()]
    source.write_text("\n".join(texts))  # sources may be joined
    library = folder / "all.so"
    flags = ["-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Werror", "-Wno-unused"]
    subprocess.run([COMPILER, *flags, "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    loaded = ctypes.CDLL(str(library))

    def function(name: str, count: int) -> Function:
        def run(numbers: list[float]) -> tuple[list[float], list[float]]:
            array = ctypes.c_double * max(len(numbers), count)
            outputs, gradients, again = array(), array(), array()
            ones = array(*[1.0] * count)
            loaded[f"{name}_gradients"](array(*numbers), ones, outputs, gradients)
            loaded[name](array(*numbers), again)
            assert repr(list(again)) == repr(list(outputs))
            return list(outputs)[:count], list(gradients)[: len(numbers)]

        return run

    return {
        name: function(name, 1 if isinstance(thing, Value) else len(thing.layers[-1].neurons))
        for name, thing in things.items()
    }


@pytest.mark.parametrize("dialect", dialects(), ids=lambda dialect: dialect.name)
def test_every_primitive_has_a_word_in_every_language_or_is_made_of_two_inputs(
    dialect: Dialect,
) -> None:
    primitives = [gate for gate in GATES.values() if gate.kernel and not gate.rule]
    assert len(primitives) > 10
    known = {*dialect.words, *dialect.rules}
    if dialect is JAX:  # arrays look a choice up
        known.add("select")
    assert [p.name for p in primitives if p.name not in known and not p.fold] == []
    assert dialect.words.keys() <= GATES.keys()


@pytest.mark.parametrize(
    ("language", "name"),
    [("python", "Python"), ("c", "C"), ("javascript", "JavaScript"), ("torch", "PyTorch")],
)
def test_a_primitive_without_a_word_is_an_error_that_names_both(language: str, name: str) -> None:
    gate = Gate("cube", "³", lambda x, out: (3.0 * x * x,), "cube", kernel=lambda x: x**3)
    wire = Value.apply_gate(gate, (Value(2.0),))
    with pytest.raises(ValueError, match=rf"'cube' .* {name} has no word"):
        mg.export(wire, language)


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_every_gate_in_python_is_the_engine_to_the_bit(gate: Gate) -> None:
    leaves, circuit = gate_circuit(gate)
    function = run_python(circuit)
    for point in POINTS:
        expected = engine(gate, point)
        assert repr(function(list(point[: len(leaves)]))) == repr(expected)


BASES = [0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 1e-300, 1e200, -1e200, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, 1.5, 2.5, -0.5, 1e17, math.inf])
def test_powers_of_a_number_in_python_are_the_engine_to_the_bit(exponent: float) -> None:
    function = run_python(Value(1.0, label="x") ** exponent)
    for base in BASES:
        x = Value(base)
        out = x**exponent
        out.backward()
        assert repr(function([base])) == repr(([out.data], [x.grad]))


@pytest.mark.parametrize("language", ["python", "c", "javascript"])
def test_what_a_fixed_exponent_decides_is_not_asked_in_the_code(language: str) -> None:
    code = mg.export(Value(3.0, label="x") ** 2, language, name="f")
    assert "g_x += ((2.0 * x) * g_v0)" in code


@needs_compiler
def test_a_wire_that_a_choice_and_then_a_sum_send_to_compiles_in_c(tmp_path: Path) -> None:
    x = Value(3.0, label="x")
    twice = x * 2.0
    circuit = (twice + 1.0) + twice.relu()
    circuit.backward()
    function = run_c({"f": circuit}, tmp_path)["f"]
    assert function([3.0]) == ([circuit.data], [x.grad])


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_gradient_of_minus_zero_keeps_its_sign(language: str, tmp_path: Path) -> None:
    x, y = Value(-0.0, label="x"), Value(2.0, label="y")
    out = x * y
    out.backward()
    assert str(y.grad) == "-0.0"
    if language == "python":
        gradients = run_python(out)([-0.0, 2.0])[1]
    else:
        module = mg.export(out, "javascript", name="f")
        gradients = run_in_node([module], [[[-0.0, 2.0]]], 1, tmp_path)[0][0][1:]
    assert repr(gradients) == "[2.0, -0.0]"


@needs_compiler
def test_every_gate_in_c_is_the_engine(tmp_path: Path) -> None:
    circuits = {f"gate_{gate.name}": gate_circuit(gate) for gate in GATES.values()}
    functions = run_c({name: circuit for name, (_, circuit) in circuits.items()}, tmp_path)
    for gate in GATES.values():
        leaves, _ = circuits[f"gate_{gate.name}"]
        for point in POINTS:
            outputs, gradients = functions[f"gate_{gate.name}"](list(point[: len(leaves)]))
            expected = engine(gate, point)
            close = lambda numbers: pytest.approx(numbers, rel=1e-12, abs=1e-300, nan_ok=True)
            assert outputs == close(expected[0]), (gate, point)
            assert gradients == close(expected[1]), (gate, point)


@needs_compiler
def test_numbers_of_all_kinds_stand_in_the_code(tmp_path: Path) -> None:
    """−0.0 too, of which minimum's rule takes the negative."""
    fixed = [0.0, -0.0, -2.5, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan]
    x = Value(3.0, label="x")
    circuits = {f"f_{i}": mg.minimum(x, number) * 2.0 for i, number in enumerate(fixed)}
    in_c = run_c(circuits, tmp_path)
    for name, circuit in circuits.items():
        x.grad = None
        circuit.backward()
        assert repr(run_python(circuit)([3.0])) == repr(([circuit.data], [x.grad]))
        assert repr(in_c[name]([3.0])) == repr(([circuit.data], [x.grad]))


def network() -> nn.MLP:
    return nn.MLP(2, [3, 2], activation=["tanh", "sigmoid"], seed=1)


def expected_of(model: nn.MLP, x: list[float]) -> tuple[list[float], list[float]]:
    leaves = [Value(number) for number in x]
    outputs = model(leaves)
    mg.sum(outputs).backward()
    return [output.data for output in outputs], [leaf.grad for leaf in leaves]


def test_a_network_takes_its_inputs_and_returns_all_outputs(tmp_path: Path) -> None:
    model, x = network(), [0.5, -2.0]
    expected = expected_of(model, x)
    outputs, gradients = run_python(model)(x)
    assert outputs == expected[0]
    assert gradients == pytest.approx(expected[1], abs=1e-16)
    if COMPILER:
        outputs, gradients = run_c({"net": model}, tmp_path)["net"](x)
        assert outputs == pytest.approx(expected[0], abs=1e-15)
        assert gradients == pytest.approx(expected[1], abs=1e-15)


def test_exported_python_runs_where_there_is_no_minigrad(tmp_path: Path) -> None:
    w, x = Value(2.0, label="w"), Value(-1.0, label="x")
    code = mg.export((w * x).gelu() / 0.0, "python", name="f")
    program = tmp_path / "alone.py"
    program.write_text(f"{code}\n\nprint(f(2.0, -1.0), f_gradients(2.0, 1.0)[1])\n")
    run = subprocess.run(
        [sys.executable, "-I", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert run.stdout == "-inf (inf, inf)\n"


def test_a_gate_of_ones_own_is_exported_from_its_rule() -> None:
    @mg.gate(symbol="bell", local_gradient=lambda x, out: (2.0 * x * out,))
    def bell_upside_down(x: Any) -> Any:
        return mg.exp(x * x)

    try:
        outputs, gradients = run_python(bell_upside_down(Value(0.5)))([0.5])
        assert outputs == [math.exp(0.25)]
        assert gradients == [math.exp(0.25)]
    finally:
        del mg.GATES["bell_upside_down"]


def test_a_chain_of_thousands_of_gates_is_exported() -> None:
    y = x = Value(1.0, label="x")
    for _ in range(3_000):
        y = y * 0.999 + x
    y.backward()
    assert run_python(y)([1.0]) == ([y.data], [x.grad])


def test_a_sum_of_thousands_of_inputs_is_exported() -> None:
    leaves = [Value(float(i)) for i in range(1_000)]
    outputs, gradients = run_python(mg.sum(leaves) + mg.maximum(*leaves[:100]))(
        [leaf.data for leaf in leaves]
    )
    assert outputs == [999 * 500 + 99]
    assert gradients == [1.0] * 99 + [2.0] + [1.0] * 900


HOSTILE: list[Any] = [
    "a b",
    "def",
    "*/ system(1); /*",
    "\n\nimport os",
    "v0",
    "exp",
    "é",
    "1x",
    "",
    "w^2",
    "w_2",
    7,
    None,
]


def test_labels_cannot_write_code() -> None:
    leaves = [Value(float(i), label=label) for i, label in enumerate(HOSTILE)]
    circuit = mg.sum([leaf * leaf.exp() for leaf in leaves])
    circuit.backward()
    assert run_python(circuit)([leaf.data for leaf in leaves])[1] == [leaf.grad for leaf in leaves]
    for language in ("python", "c", "javascript", "torch"):
        code = mg.export(circuit, language)
        assert "import os" not in code
        assert "system" not in code.replace("system_1", "")
        assert "é" not in code


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: mg.export(Value(1.0), "rust"),
            f"export writes {', '.join(LANGUAGES)}; got 'rust'",
        ),
        (lambda: mg.export(Value(1.0), name="no way"), "plain identifier"),
        (lambda: mg.export(Value(1.0), name="exp"), "plain identifier"),
        (lambda: mg.export([1.0]), "a Value, a list of Values, an MLP or a compiled function"),
    ],
)
def test_what_cannot_be_exported_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
