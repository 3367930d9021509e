"""The table of gates as a module of JavaScript: every row computes what the engine computes."""

import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from helpers.edges import edges_of, is_same
from helpers.needed import missing

import minigrad as mg
from minigrad.files import javascript_gates

GATES = dict(mg.GATES)
RUN = """
const numbers = new Float64Array(readFileSync(ASKED).buffer);
const found = [];
let at = 0;
for (const [name, count, times] of CASES) for (let i = 0; i < times; i++) {
  const xs = [...numbers.subarray(at, (at += count))];
  const out = GATES[name].forward(xs);
  found.push(out, ...GATES[name].localGradients(xs, out), Number(GATES[name].isIdle(xs, out)));
}
writeFileSync(FOUND, Buffer.from(new Float64Array(found).buffer));
"""


def test_every_row_is_the_engine_at_ordinary_and_special_numbers(tmp_path: Path) -> None:
    node = shutil.which("node") or missing("node", "apt-get install nodejs")
    rows = {gate: edges_of(gate) for gate in GATES.values()}
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
        for point in each:
            out = gate.forward(*point)
            idle = gate.idle is not None and gate.idle[1](*point, out)
            right = [out, *gate.local_gradients(*point), float(idle)]
            numbers = [next(found) for _ in right]
            if not all(is_same(gate, x, y) for x, y in zip(numbers, right)):
                wrong.append((gate.name, point, numbers, right))
    assert wrong == []
    assert next(found, None) is None


def test_an_index_of_select_that_moves_out_of_its_range_gives_nan(tmp_path: Path) -> None:
    node = shutil.which("node") or missing("node", "apt-get install nodejs")
    asked = "[0, 1, 2, -1, 0.5, NaN].map((i) => String(GATES.select.forward([7, 8, i])))"
    program = javascript_gates(["select"]) + f"console.log(JSON.stringify({asked}));"
    (tmp_path / "run.mjs").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [str(node), str(tmp_path / "run.mjs")], check=True, timeout=60, capture_output=True
    )
    assert json.loads(done.stdout) == ["7", "8", "NaN", "NaN", "NaN", "NaN"]


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


@pytest.mark.parametrize("names", ["tanh", 5, [mg.GATES["tanh"]], [None], ["mul", 3.0]])
def test_what_is_no_list_of_names_is_an_error_that_shows_one(names: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a list of names of gates, \['mul', 'tanh'\], got"):
        javascript_gates(names)


def test_a_misspelled_name_is_an_error_with_its_neighbour() -> None:
    with pytest.raises(KeyError, match="did you mean 'tanh'"):
        javascript_gates(["tahn"])
