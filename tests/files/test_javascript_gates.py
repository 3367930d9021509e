"""The table of gates as a module of JavaScript: every row computes what the engine computes."""

import itertools
import json
import math
import random
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from helpers.circuits import bits
from helpers.needed import missing

import minigrad as mg
from minigrad.files import javascript_gates
from minigrad.rules.gate import Gate

GATES = dict(mg.GATES)
SPECIAL = [0.0, 5e-324, 1e-8, 0.5, 1.0, 2.0, 3.5, 710.0, 1.8e16, 1.7e308, math.inf, math.nan]
SPECIAL = [-x for x in SPECIAL] + SPECIAL
EXACT = "add sub mul div neg sum prod dot maximum minimum select abs sqrt relu leaky_relu clip mod "
EXACT += "floor_divide floor ceil trunc round sign less less_equal is_equal hypot degrees radians"
RUN = """
const numbers = new Float64Array(readFileSync(ASKED).buffer);
const found = [];
let at = 0;
for (const [name, count, times] of CASES) for (let i = 0; i < times; i++) {
  const xs = [...numbers.subarray(at, (at += count))];
  const out = GATES[name].forward(xs);
  found.push(out, ...GATES[name].localGradients(xs, out));
}
writeFileSync(FOUND, Buffer.from(new Float64Array(found).buffer));
"""


def points(gate: Gate) -> list[list[float]]:
    count = gate.arity or (4 if gate.is_dot else 3)
    if gate.name == "select":
        return [[x, y, float(i)] for x in SPECIAL for y in SPECIAL for i in (0, 1)]
    if count <= 2:
        return [list(point) for point in itertools.product(SPECIAL, repeat=count)]
    rnd = random.Random(gate.name)
    return [[rnd.choice([*SPECIAL, rnd.uniform(-3, 3)]) for _ in range(count)] for _ in range(400)]


def close(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.copysign(1.0, one) == math.copysign(1.0, other) and math.isclose(
        one, other, rel_tol=1e-12, abs_tol=1e-321
    )


def test_every_row_is_the_engine_at_ordinary_and_special_numbers(tmp_path: Path) -> None:
    node = shutil.which("node") or missing("node", "apt-get install nodejs")
    rows = {gate: points(gate) for gate in GATES.values()}
    flat = [number for each in rows.values() for point in each for number in point]
    (tmp_path / "asked").write_bytes(struct.pack(f"<{len(flat)}d", *flat))
    cases = [[gate.name, len(each[0]), len(each)] for gate, each in rows.items()]
    names = {"ASKED": str(tmp_path / "asked"), "FOUND": str(tmp_path / "found"), "CASES": cases}
    constants = "".join(f"const {name} = {json.dumps(it)};\n" for name, it in names.items())
    program = 'import { readFileSync, writeFileSync } from "node:fs";\n' + javascript_gates()
    (tmp_path / "run.mjs").write_text(program + constants + RUN, encoding="utf-8")
    subprocess.run([str(node), str(tmp_path / "run.mjs")], check=True, timeout=60)
    data = (tmp_path / "found").read_bytes()
    found = iter(struct.unpack(f"<{len(data) // 8}d", data))
    wrong = []
    for gate, each in rows.items():
        same: Any = (lambda x, y: bits(x) == bits(y)) if gate.name in EXACT.split() else close
        for point in each:
            right = [gate.forward(*point), *gate.local_gradients(*point)]
            numbers = [next(found) for _ in right]
            if not all(map(same, numbers, right)):
                wrong.append((gate.name, point, numbers, right))
    assert wrong == []
    assert next(found, None) is None


def test_rows_say_how_a_reader_writes_them() -> None:
    text = javascript_gates(["tanh", "pow"])
    assert 'localTexts: ["1 − {out}²"]' in text
    assert "binding: 5" in text
    assert "constantInSymbol: true" in text


def test_a_gate_of_ones_own_is_a_row_and_one_that_only_python_runs_is_refused() -> None:
    slope = lambda x, out: (2.0 * x,)
    try:
        mg.gate(symbol="</script>", local_gradient=slope)(_named("squared", lambda x: x * x))
        cube = _named("cube", lambda x: x**3)
        mg.gate(symbol="³", local_gradient=lambda x, out: (3.0 * x * x,), opaque=True)(cube)
        text = javascript_gates(["squared"])
        assert "forward: ([x0]) => { return (x0 * x0); }" in text
        assert "</script>" not in text
        assert "squared: {" in javascript_gates()
        assert "cube: {" not in javascript_gates()
        with pytest.raises(ValueError, match="'cube' is ordinary Python"):
            javascript_gates(["cube"])
    finally:
        mg.GATES.pop("squared", None)
        mg.GATES.pop("cube", None)


def _named(name: str, function: Any) -> Any:
    function.__name__ = function.__qualname__ = name
    return function


def test_a_misspelled_name_is_an_error_with_its_neighbour() -> None:
    with pytest.raises(KeyError, match="did you mean 'tanh'"):
        javascript_gates(["tahn"])
